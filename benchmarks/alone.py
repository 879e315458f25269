"""What one learner waits for: a check in a notebook, a check of a file, the sandbox, a whole lesson.

    python benchmarks/alone.py [--only check,file,sandbox,lessons] [--json FILE] [--quick]

check      `check(relu)` in a process that has run for a while, as a notebook's has
file       `grader check FILE` as a whole process, for a notebook that uses NumPy alone, in a new home: the
           cases are built too; and whether any of its processes loads TensorFlow
sandbox    what it takes to confine a forked process: Landlock, limits, seccomp
lessons    each lesson from top to bottom, untouched, with the start of its kernel

A row with a target says whether it was met; the exit status is 1 if one was missed. `--quick` runs one lesson
and checks one file once: it tries the benchmark, and its numbers say nothing.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import nbformat
import peers
from grading import GRADER, our_environment, submissions
from library import ROOT, Row, Say, asked, machine, shown, spread, table
from rich.console import Console

sys.path.insert(0, str(ROOT))

from lessons import build


def main() -> None:
    options, names = asked(__doc__, PARTS, quick="one lesson: only to try the benchmark")
    console = Console(width=None if sys.stdout.isatty() else 200)
    rows: list[Row] = []
    with shown() as say, tempfile.TemporaryDirectory() as folder:
        for name in names:
            rows += PARTS[name](Path(folder), options.quick, say)
    console.print(table("What one learner waits for", rows, console))
    if options.json:
        facts = {"machine": machine(), "quick": options.quick}
        facts["rows"] = [asdict(row) | {"met": row.met} for row in rows]
        options.json.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    sys.exit(any(row.met is False for row in rows))


def at_most(what: str, ours: float, unit: str, target: float | None = None, note: str = "") -> Row:
    return Row(what, "", 0, ours, unit, ours, unit, target, at_most=True, note=note)


CHECK = """
import contextlib, io, statistics, time
import numpy as np
from grader import check

def relu(x):
    return np.maximum(x, 0)

times = []
for _ in range(220):
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        began = time.perf_counter()
        check(relu)
        times.append(time.perf_counter() - began)
assert "passed" in shown.getvalue().lower(), shown.getvalue()
print(statistics.median(times[20:]) * 1000)
"""


def check(folder: Path, quick: bool, say: Say) -> list[Row]:
    """The card below a cell."""
    say("check(relu)")
    return [at_most("check(relu)", printed(CHECK, folder), "ms")]


def file(folder: Path, quick: bool, say: Say) -> list[Row]:
    """A notebook's answers, from a terminal."""
    say("grader check")
    command = [*GRADER, "check", str(peers.write(submissions(2, "numpy")[0], folder))]
    runs = [
        peers.measure([command], folder, our_environment(folder / f"home {i}"))
        for i in range(1 if quick else 5)
    ]
    seconds = [run.seconds for run in runs]
    loaded = sum(run.tensorflow for run in runs)
    return [
        at_most("grader check", statistics.median(seconds), "s", note=f"{spread(seconds)} s"),
        at_most("grader check: TensorFlow loaded", loaded, f"of {len(runs)} times", 0),
    ]


CONFINE = """
import os, statistics, tempfile, time
from grader.child import confinement
if confinement.level() == "process":
    print("nan")
    raise SystemExit
import numpy, pyseccomp, sandlock
readable, memory = confinement.readable_paths(), confinement.address_space() + 2**29
filter_ = confinement.system_call_filter()
times = []
with tempfile.TemporaryDirectory() as scratch:
    for _ in range(50):
        ours, theirs = os.pipe()
        if os.fork() == 0:
            try:
                began = time.perf_counter()
                confinement.confine_files(readable, scratch)
                confinement.limit_resources(memory, 60)
                filter_.load()
                os.write(theirs, str(time.perf_counter() - began).encode())
            finally:
                os._exit(0)
        os.wait()
        os.close(theirs)
        times.append(float(os.read(ours, 100)))
        os.close(ours)
print(statistics.median(times) * 1000)
"""


def sandbox(folder: Path, quick: bool, say: Say) -> list[Row]:
    """The sandbox, a fork; where there is none, no number."""
    say("sandbox")
    return [at_most("sandbox, a fork", printed(CONFINE, folder), "ms", 10)]


def printed(program: str, folder: Path) -> float:
    """Run a program in a process of its own, and return the number that it prints."""
    (folder / "program.py").write_text(program)
    ran = peers.measure([[sys.executable, "program.py"]], folder, our_environment(folder / "home"))
    return float(ran.output)


def lessons(folder: Path, quick: bool, say: Say) -> list[Row]:
    """Each lesson, and the one that takes longest."""
    rows = []
    for source in build.sources()[: 1 if quick else None]:
        say(source.stem)
        notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
        home = {"DLCOURSE_HOME": str(folder / f"home of {source.stem}")}
        began = time.perf_counter()
        build.run(notebook, source.stem, folder=folder, environment=home)
        rows.append(at_most(source.stem, time.perf_counter() - began, "s", 60))
    longest = max(rows, key=lambda row: row.ours)
    return [*rows, at_most("the longest lesson", longest.ours, "s", 60, longest.what)]


PARTS: dict[str, Callable[[Path, bool, Say], list[Row]]] = {
    "check": check,
    "file": file,
    "sandbox": sandbox,
    "lessons": lessons,
}


if __name__ == "__main__":
    try:
        main()
    except (peers.Failure, build.BuildError) as failure:
        sys.exit(str(failure))
