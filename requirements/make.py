"""Makes the lists of what is installed: versions that were tested together, and the hashes of their files.

    python requirements/make.py             after a change of pyproject.toml: versions stay as they are
    python requirements/make.py --upgrade   all of the newest versions

    constraints.txt    versions alone, of everything, for `pip install -c constraints.txt dlcourse`
    course.txt         with hashes: what the library and the grader need, and what builds them
    lab.txt            the same, and what `dlcourse lab` needs
    dev.txt            the same, and what the tests, the book and the extras need
    torch.txt          without hashes: PyTorch is built for processors and for cards of several kinds

It asks uv (https://docs.astral.sh/uv) and the package index that uv is set to; no address of it is kept.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CONSTRAINTS = ROOT / "constraints.txt"
# An index with builds for processors alone would write its own name into the version.
TORCH = "torch==2.13.0"
# Version 1.3 refuses Python 3.11, but by an upper bound, and uv heeds no upper bounds.
BOUNDS = "backports-strenum<1.3"
LISTS = {"course": (), "lab": ("--extra", "lab"), "dev": ("--extra", "dev")}  # each contains the one before
OF_TORCH_ALONE = re.compile(r"torch|nvidia-|cuda-|triton")
END = "# The end.\n"  # a list without it is cut off


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the lists of what is installed.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    upgrade = parser.parse_args().upgrade
    if shutil.which("uv") is None:
        print("uv is needed: pip install uv", file=sys.stderr)
        return 2
    try:
        versions = _compiled("" if upgrade else CONSTRAINTS.read_text("utf-8"), "--all-extras")
        head = "# Tested versions of everything, for every platform; made by requirements/make.py.\n"
        CONSTRAINTS.write_text(head + versions + END, encoding="utf-8")
        before: set[str] = set()
        included = "--require-hashes\n--only-binary :all:\n"  # what is built may fetch what is not checked
        for name, extra in LISTS.items():
            found = _entries(_compiled(versions, "--generate-hashes", *extra))
            new = [entry for entry in found if entry not in before and not OF_TORCH_ALONE.match(entry)]
            (HERE / f"{name}.txt").write_text(_head(name) + included + "".join(new) + END, encoding="utf-8")
            before |= set(new)
            included = f"-r {name}.txt\n"
    except subprocess.CalledProcessError as error:
        print(f"uv finds no versions that go together:\n{error.stderr}", file=sys.stderr)
        return 1
    (HERE / "torch.txt").write_text(_head("torch") + f"{TORCH}\n{END}", encoding="utf-8")
    return 0


def _compiled(versions: str, *options: str) -> str:
    """Return what uv resolves for every platform within these versions, a package a line."""
    with tempfile.TemporaryDirectory() as folder:
        bounds, built = Path(folder, "bounds.txt"), Path(folder, "built.txt")
        bounds.write_text("\n".join([versions, BOUNDS, TORCH]), encoding="utf-8")
        built.write_text("\n".join(_project()["build-system"]["requires"]), encoding="utf-8")
        command = [
            "uv",
            "pip",
            "compile",
            "--universal",
            "--no-header",
            "--no-annotate",
            "--quiet",
            "--only-binary",
            ":all:",
        ]
        command += ["--python-version", "3.11", "--constraints", str(bounds), *options]
        command += ["pyproject.toml", str(built)]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def _entries(text: str) -> list[str]:
    """Split a list into packages, each with its hashes."""
    return re.findall(r"^\S.*\n(?:[ \t]+\S.*\n)*", text, flags=re.MULTILINE)


def _head(name: str) -> str:
    return f"# Made by requirements/make.py. `pip install -r requirements/{name}.txt`\n"


if __name__ == "__main__":
    sys.exit(main())
