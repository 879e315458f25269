"""What honest learners lose beside hostile ones, on a machine that is busy with other work: nothing.

    python benchmarks/fairness.py [--submissions N] [--runs R] [--busy B] [--json FILE]

A class has N notebooks of lesson 02, no two answers alike, and twenty hostile learners among them, whose
files the tests of the grader's protection define. It is graded R times while B processes compute beside it,
and before every fifth time the honest part alone as well. Compared are

    reports    of the honest, byte for byte, with those of the honest alone on a quiet machine
    seconds    of the class, with 1.5 times those of the honest part and the time that the hostile files have

What a hostile file has is the sum of its exercises' limits. While others have the processors, a limit is
longer. The exit status is 1 where either does not hold.
"""

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import classes as ours
import peers
from grading import GRADER, SEED, our_environment
from rich.console import Console
from rich.progress import Progress

from grader.exercises import all_exercises

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "grader" / "attacks"))

from hostile import bombs, points
from hostile import classes as files

ALLOWED = 1.5  # times the honest part's seconds
ALONE_EVERY = 5  # runs: the machine's own speed changes
WITH_NUMPY = "import numpy as np\n"
ANSWERS = (
    *("endless_loop", "stubborn_loop", "sleep", "computing_threads", "spinning_thread", "byte_by_byte"),
    *("many_arrays", "threads", "prints", "full_disk", "hidden_in_the_deep"),
)
FILES = (
    *("own_limit", "files_that_wait", "helpers_with_eval", "helpers_with_global", "lists_without_end"),
    *("wide_samples", "forged_file", "line_separators", "bomb"),
)


def hostile() -> dict[str, dict[str, bytes]]:
    """Return the files of each hostile learner."""
    answers = bombs.TIME | bombs.MEMORY | bombs.DISK
    made = {name: {"eve.py": (WITH_NUMPY + answers[name].source).encode()} for name in ANSWERS}
    known = files.READING | files.ARCHIVES | files.WAITING | points.POINTS | files.REPORTS
    return made | {name: known[name].make() for name in FILES}


def limit(learner: dict[str, bytes]) -> float:
    """Return the seconds that all answers in a learner's files may take."""
    return sum(
        exercise.seconds
        for exercise in all_exercises().values()
        for data in learner.values()
        if f"def {exercise.name}(".encode() in data
    )


@contextlib.contextmanager
def load(processes: int) -> Iterator[None]:
    """Let processes compute for ever beside what is measured."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def grade(folder: Path, out: str, *which: str) -> tuple[float, dict[str, bytes]]:
    """Return the seconds that grading takes, and each learner's report as a line."""
    command = [*GRADER, "grade", *which, "--seed", SEED, "--out", out]
    ran = peers.measure([command], folder, our_environment(folder / "home"))
    lines = (folder / out / "reports.jsonl").read_bytes().splitlines()
    return ran.seconds, {json.loads(line)["submission"]: line for line in lines}


def run(submissions: int, runs: int, busy: int) -> Iterator[dict]:
    """Grade everything, and yield after each run what was seen so far."""
    alone: list[float] = []  # seconds of each run, of the honest
    whole: list[float] = []
    unlike: list[str] = []  # reports of the honest that were other than on a quiet machine
    rng = random.Random(0)
    with (
        tempfile.TemporaryDirectory() as place,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("grading", total=runs + -(-runs // ALONE_EVERY) + 1)
        folder = Path(place)
        learners = hostile()
        budget = sum(map(limit, learners.values()))
        made = ours.notebooks(submissions - len(learners), alike=False)
        for notebook in made:
            peers.write(notebook, folder / "honest")
        for name, handed in learners.items():
            among = rng.choice(made).name  # in the order of names: beside somebody honest
            for file, data in handed.items():
                path = folder / "hostile" / f"{among} {name}" / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        _, quiet = grade(folder, "quiet", "honest")
        progress.advance(task)
        with load(busy):
            for i in range(runs):
                if i % ALONE_EVERY == 0:
                    seconds, _ = grade(folder, f"alone{i}", "honest")
                    alone.append(seconds)
                    progress.advance(task)
                seconds, reports = grade(folder, f"among{i}", "honest", "hostile")
                whole.append(seconds)
                progress.advance(task)
                for name, line in quiet.items():
                    if reports.get(name) != line:
                        given = reports.get(name, b"none").decode()
                        unlike.append(f"run {i}, {name}: {given} for {line.decode()}")
                bounds = [ALLOWED * alone[j // ALONE_EVERY] + budget for j in range(len(whole))]
                yield {
                    "submissions": submissions,
                    "hostile": sorted(learners),
                    "busy processes beside it": busy,
                    "runs": len(whole),
                    "seconds of the honest alone": [round(seconds, 1) for seconds in alone],
                    "seconds of the class": [round(seconds, 1) for seconds in whole],
                    "the hostile have seconds": budget,
                    "runs within the bound": sum(w <= b for w, b in zip(whole, bounds, strict=True)),
                    "other reports of the honest": len(unlike),
                    "which": unlike[:5],
                }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--submissions", type=int, default=200, metavar="N", help="hostile ones included")
    parser.add_argument("--runs", type=int, default=20, metavar="R")
    parser.add_argument("--busy", type=int, default=4, metavar="B", help="processes that compute beside it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was seen there")
    options = parser.parse_args()
    if options.submissions <= len(hostile()):
        parser.error(f"more than {len(hostile())} submissions are needed")
    if options.runs < 1:
        parser.error("one run or more is needed")
    for seen in run(options.submissions, options.runs, options.busy):
        text = json.dumps(seen, indent=1)
        if options.json:  # also of a run that is interrupted
            options.json.write_text(text + "\n", encoding="utf-8")
    Console().print(text, highlight=False)
    is_fair = not seen["other reports of the honest"] and seen["runs within the bound"] == options.runs
    sys.exit(not is_fair)


if __name__ == "__main__":
    main()
