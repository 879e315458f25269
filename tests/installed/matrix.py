"""Tries the wheel where nothing else of the project is: Pythons, each with tested, oldest, newest versions.

    python tests/installed/matrix.py                            the Pythons that are here, all versions
    python tests/installed/matrix.py --python 3.13 --versions tested
    python tests/installed/matrix.py --python 3.13 --tests tests/dlcourse/test_metrics.py

The sdist is built, and the wheel from it. Each environment is new, gets the wheel with its part for lessons,
and must do what `smoke.py` does. "tested" are the versions in constraints.txt, "oldest" those that
pyproject.toml names as its lowest, tried on the oldest Python alone, "newest" what the index has. With
`--tests` an environment of the tested versions runs these tests of the clone. It needs uv, the index that uv
is set to, and 2 GB a row. The exit status is 1 where a row fails, and where no Python was found.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
VERSIONS = {
    "tested": ("--constraints", "constraints.txt"),
    "oldest": ("--resolution", "lowest-direct"),
    "newest": ("--upgrade",),
}
SHOWN = ("tensorflow", "keras", "numpy", "pandas", "scikit-learn")


class Failure(Exception):
    """What went wrong, in a line."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Try the wheel on several Pythons and versions.")
    parser.add_argument("--python", nargs="+", default=PYTHONS, metavar="VERSION", help="as 3.13")
    parser.add_argument("--versions", nargs="+", default=[*VERSIONS], choices=VERSIONS, metavar="WHICH")
    parser.add_argument("--tests", nargs="+", default=[], metavar="PATH", help="tests of the clone to run")
    options = parser.parse_args(arguments)
    if shutil.which("uv") is None:
        print("uv is needed: pip install uv", file=sys.stderr)
        return 2
    rows = []
    with tempfile.TemporaryDirectory(prefix="matrix-") as folder:
        try:
            wheel = _built(Path(folder, "dist"))
        except Failure as failure:
            print(f"The wheel can't be built: {failure}", file=sys.stderr)
            return 1
        for python in options.python:
            if (program := _python(python)) is None:
                rows.append((python, "", "", "not here", ""))
                continue
            for which in ["tested"] if options.tests else options.versions:
                if which == "oldest" and python != PYTHONS[0]:  # of which newer Pythons have no wheels
                    continue
                print(f"Python {python}, {which} versions", file=sys.stderr, flush=True)
                rows.append((python, which, *_tried(program, which, wheel, options.tests)))
    table = Table("Python", "versions", "of", "outcome", "seconds")
    for row in rows:
        table.add_row(*row)
    Console(width=160 if not sys.stdout.isatty() else None).print(table)
    outcomes = {row[3] for row in rows} - {"not here"}
    return int(outcomes != {"passed"})


def _built(out: Path) -> Path:
    """Build the sdist and from it the wheel, and return the wheel."""
    _run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)])
    (wheel,) = out.glob("*.whl")
    return wheel


def _python(version: str) -> str | None:
    """Return the program of a Python of this version that is here, if there is one."""
    found = ["uv", "python", "find", "--no-python-downloads", "--system", version]
    done = subprocess.run(found, capture_output=True, text=True, check=False, cwd=tempfile.gettempdir())
    return done.stdout.strip() if done.returncode == 0 else None


def _tried(program: str, which: str, wheel: Path, tests: Sequence[str]) -> tuple[str, str, str]:
    """Return the versions that an environment got, what came of its trial, and the seconds that took."""
    began, versions = time.monotonic(), ""
    with tempfile.TemporaryDirectory(prefix="matrix-") as folder:
        python = Path(folder, "env", "Scripts" if os.name == "nt" else "bin", "python")
        install = ["uv", "pip", "install", "--quiet", "--python", str(python)]
        try:
            _run(["uv", "venv", "--quiet", "--python", program, str(Path(folder, "env"))])
            if tests:
                _run([*install, "--requirements", "requirements/dev.txt"], ROOT)
            else:
                _run([*install, *VERSIONS[which], "--requirements", "pyproject.toml", "--extra", "lab"], ROOT)
            _run([*install, "--no-deps", str(wheel)])
            versions = _versions(python)
            work = Path(folder, "work")
            work.mkdir()
            environment = {**os.environ, "DLCOURSE_HOME": str(Path(folder, "home"))}
            if tests:
                command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
                _run(command, folder=ROOT, environment=environment)
            else:
                shutil.copy(HERE / "smoke.py", folder)
                _run([str(python), "-P", str(Path(folder, "smoke.py"))], work, environment)
            outcome = "passed"
        except Failure as failure:
            outcome = str(failure)
    return versions, outcome, f"{time.monotonic() - began:.0f}"


def _versions(python: Path) -> str:
    """Return the versions that matter most, with Python's own."""
    listed = _run(["uv", "pip", "list", "--format", "json", "--python", str(python)])
    found = {package["name"]: package["version"] for package in json.loads(listed)}
    return ", ".join(f"{name} {found[name]}" for name in SHOWN)


def _run(command: Sequence[str], folder: Path | None = None, environment: dict | None = None) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env=environment, errors="replace"
    )
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr, flush=True)
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise Failure((lines or ["no reason given"])[-1].strip()[:200])
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
