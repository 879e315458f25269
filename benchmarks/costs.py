"""What it costs to grade a class of each lesson: seconds and processor time a submission, whose it is.

    python benchmarks/costs.py [--submissions N] [--only NAME …] [--json FILE]

A submission has all exercises of a lesson, and no two answers are alike: three quarters of them are the
reference, the others hand back their first argument. Classes are graded by `grader grade` with its default
number of workers, their banks built before; what a class of two takes, all start-up, is taken off.

    seconds    of the wall clock, a submission
    processor  seconds of it in all processes, the kernel's for them too: what the whole machine was busy
               with in that time, so nothing else may run on it
    own        seconds of processor that the same functions take on the same cases, one after another, in one
               process without a grader that has imported all they need and run them before
    ours       the rest: to cut, fork, confine, copy, judge and keep

Linux only, where /proc/stat tells how busy a machine is.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import peers
from classes import Notebook, grade, lesson_notebooks
from grading import SEED, machine, our_environment
from rich import box
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from grader.exercises import LESSONS, exercises_of
from grader.running.processes import ENVIRONMENT

TARGETS = {"light": 0.015, "full": 0.025}  # seconds of ours; "full" where TensorFlow or pandas are needed
OWN = """
import json, sys, time, warnings
import numpy as np
from grader.child import calling, live, plaindata
from grader.exercises import exercises_of
from grader.judging.bank import bank_of

asked = {exercise.name: exercise for exercise in exercises_of(sys.argv[1])}
banks = {name: bank_of(exercise, sys.argv[2]) for name, exercise in asked.items()}
warnings.simplefilter("ignore")
seconds = []
for source in json.load(open("notebooks.json")):
    began, copying = time.process_time(), 0.0
    namespace = {}
    exec(source, namespace)
    for name, bank in banks.items():
        for case in bank.cases:
            since = time.process_time()
            arguments = live.instantiate(plaindata.decode(case, ours=True))
            if asked[name].tensors:
                arguments = calling._as_tensors(arguments)
            copying += time.process_time() - since
            try:
                with np.errstate(all="ignore"):
                    namespace[name](*arguments)
            except Exception:
                pass
            live.discard(arguments)
    seconds.append(time.process_time() - began - copying)
print(json.dumps(seconds))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--submissions", type=int, default=20, metavar="N", help="of a lesson; 20 by default")
    parser.add_argument("--only", nargs="+", choices=LESSONS, default=list(LESSONS), metavar="NAME")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    options = parser.parse_args()
    if options.submissions < 4:
        parser.error("four submissions or more are needed")
    if not Path("/proc/stat").is_file():
        parser.error("this machine does not tell how busy it is: it has no /proc/stat")
    console = Console(width=None if sys.stdout.isatty() else 200)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    rows = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("")
        for lesson in options.only:
            progress.reset(task, description=lesson)
            with tempfile.TemporaryDirectory() as folder:
                rows[lesson] = cost(lesson, options.submissions, Path(folder))
    show(rows, options.submissions, console)
    if options.json:
        results = {"machine": machine(), "submissions": options.submissions, "lessons": rows}
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def cost(lesson: str, n: int, folder: Path) -> dict[str, float]:
    """Return what one more submission of a lesson costs, in seconds."""
    home = folder / "home"
    class_ = lesson_notebooks(lesson, n + 2)
    start, rest = class_[:2], class_[2:]
    grade(lesson_notebooks(lesson, 1, seed=1), folder, home=home)  # builds the bank
    taken = []
    for members in (start, class_):
        before = busy()
        seconds = grade(members, folder, home=home).seconds
        taken.append((seconds, busy() - before))
    seconds, processor = ((whole - part) / n for whole, part in zip(taken[1], taken[0], strict=True))
    own = own_seconds(lesson, rest, folder, home)
    return {"seconds": seconds, "processor": processor, "own": own, "ours": processor - own}


def busy() -> float:
    """Return the processor time that this machine has spent since it was started, in seconds."""
    spent = dict(
        zip(
            ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"),
            map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:]),
            strict=False,
        )
    )
    return sum(spent[kind] for kind in ("user", "nice", "system", "irq", "softirq")) / os.sysconf(
        "SC_CLK_TCK"
    )


def own_seconds(lesson: str, notebooks: list[Notebook], folder: Path, home: Path) -> float:
    """Return the processor time of a notebook's functions on all cases, without a grader, on average."""
    sources = ["\n".join([one.setup, *one.answers.values()]) for one in (notebooks[0], *notebooks)]
    (folder / "notebooks.json").write_text(json.dumps(sources), encoding="utf-8")
    (folder / "program.py").write_text(OWN, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "program.py", lesson, SEED],
        cwd=folder,
        env=our_environment(home) | ENVIRONMENT,  # one thread, as in the sandbox
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        raise peers.Failure(f"{lesson} can't be run alone: {ran.stderr.strip().splitlines()[-1]}")
    _, *seconds = json.loads(ran.stdout.splitlines()[-1])  # the first is run twice: to import, and to trace
    return sum(seconds) / len(seconds)


def show(rows: dict[str, dict[str, float]], n: int, console: Console) -> None:
    shown = Table(title=f"{n} submissions of each lesson", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("lesson", "seconds", "processor", "own", "ours, ms", "target"):
        shown.add_column(heading, justify="left" if heading == "lesson" else "right")
    for lesson, row in rows.items():
        kind = "full" if any(exercise.heavy for exercise in exercises_of(lesson)) else "light"
        target = f"{TARGETS[kind] * 1000:.0f}: {'met' if row['ours'] <= TARGETS[kind] else 'missed'}"
        figures = (f"{row[key]:.3f}" for key in ("seconds", "processor", "own"))
        shown.add_row(lesson, *figures, f"{row['ours'] * 1000:.0f}", target)
    console.print(shown)


if __name__ == "__main__":
    try:
        main()
    except peers.Failure as failure:
        sys.exit(str(failure))
