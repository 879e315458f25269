"""How fast a class is graded: this grader, otter-grader and nbgrader on the same submissions.

    python benchmarks/grading.py [--submissions N] [--variant numpy|tensorflow|both]
                                 [--peers otter,nbgrader] [--json FILE]

A submission is a notebook with five exercises in NumPy: weighted_sum, relu, sigmoid, softmax and dense, some
right, some wrong, made from a seed. The TensorFlow variant asks for one, forward_propagation. Every
grader gets the same cases, the ones of our bank for the seed, and compares numbers (the peers by
`np.allclose`, ours by its judge, which also looks at shapes, NumPy's warnings and changed inputs).

Timed are, as whole processes, one after another and with all start-up:

    ours       grader grade FOLDER --seed SEED --json [--jobs 1]      all submissions in one command
    otter      otter run NOTEBOOK -a autograder.zip -o FOLDER         a command each, for ten of them
    otter      otter.api.grade_submission(…) in a loop                one process for all, its documented API
    nbgrader   nbgrader autograde five                                all submissions in one command

`otter grade`, which takes a folder, needs Docker. Without containers neither peer grades in parallel. Ours is
shown with `--jobs 1` and with its default, one worker for each core; with a cold cache (the first run with a
seed builds the bank) and a warm one. "One" is the time for a class of one.

Peak memory is the largest sum of proportional set sizes over the process tree: a page that n processes share
counts once. It is sampled, on Linux only, so a short peak may be missed.

The last submission is hostile: every answer wrong, and `np.allclose` patched to say yes.

A peer is installed on its first run into benchmarks/peers/ (2 GB each, for TensorFlow), versions in peers.py.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import peers
from rich import box
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

SEED = "a secret of the benchmark"
TARGETS = {"numpy": 100, "tensorflow": 30}  # ours as it comes against the fastest peer, per submission
EACH = 10  # submissions for a peer that takes a command each: more would only repeat the same start
GRADER = [sys.executable, "-c", "import sys; from grader.cli import main; sys.exit(main())"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--submissions", type=int, default=30, metavar="N", help="two or more; 30 by default")
    parser.add_argument("--variant", choices=("numpy", "tensorflow", "both"), default="both")
    parser.add_argument("--peers", default="otter,nbgrader", help="separated by commas; '' for none")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    options = parser.parse_args()
    packages = [name for name in options.peers.split(",") if name]
    if options.submissions < 2 or not set(packages) <= set(peers.PINS):
        parser.error(f"two submissions or more are needed, and peers from {', '.join(peers.PINS)}")
    console = Console(width=None if sys.stdout.isatty() else 200)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    results: dict[str, Any] = {"machine": machine(), "submissions": options.submissions, "missing": []}
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("")

        def say(text: str) -> None:
            progress.reset(task, description=text)

        pythons = {}
        for package in packages:
            say(f"installing {package}")
            try:
                pythons[package] = peers.install(package)
            except peers.NotInstalled as reason:
                results["missing"].append(str(reason))
        for variant in TARGETS if options.variant == "both" else (options.variant,):
            rows, failures = compare(variant, options.submissions, pythons, say)
            results[variant] = [asdict(row) for row in rows]
            results["missing"] += failures
    show(results, console)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    packages = ("numpy", "tensorflow")
    facts = {"platform": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}
    return facts | {package: version(package) for package in packages} | {"peers": peers.PINS}


@dataclass(frozen=True)
class Submission:
    """A learner's notebook, and the exercises that it answers rightly."""

    name: str
    setup: str
    answers: dict[str, str]
    right: frozenset[str]


SIGNATURES = {
    "weighted_sum": "x, w, b",
    "relu": "x",
    "sigmoid": "x",
    "softmax": "z",
    "dense": "X, W, b, activation=None",
    "forward_propagation": "X, W, b",
}
ASKED = {
    "numpy": ("weighted_sum", "relu", "sigmoid", "softmax", "dense"),
    "tensorflow": ("forward_propagation",),
}
ACTIVATE = """\
def activate(z, activation):
    if activation is None:
        return z
    if activation not in ("relu", "sigmoid", "tanh", "softmax"):
        raise ValueError(activation)
"""
SETUP = {
    "numpy": f"""import numpy as np

{ACTIVATE}    if activation == "softmax":
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
    if activation == "relu":
        return np.maximum(z, 0)
    return np.tanh(z) if activation == "tanh" else 0.5 * (1 + np.tanh(z / 2))
""",
    "tensorflow": """import numpy as np
import tensorflow as tf
""",
}
ANSWERS = {
    "numpy": """
weighted_sum right: np.dot(x, w) + b
weighted_sum right: sum(x[i] * w[i] for i in range(len(x))) + b
weighted_sum wrong: np.dot(x, w)
weighted_sum wrong: np.mean(x * w) + b
relu right: np.maximum(x, 0)
relu right: np.where(x > 0, x, 0.0)
relu wrong: np.where(x > 0, x, 0.01 * x)
relu wrong: np.abs(x)
sigmoid right: 0.5 * (1 + np.tanh(x / 2))
sigmoid right: np.where(x < 0, np.exp(-np.abs(x)), 1) / (1 + np.exp(-np.abs(x)))
sigmoid wrong: 0.5 * (1 + np.tanh(x))
sigmoid wrong: 1 / 1 + np.exp(-np.abs(x))
softmax right: (e := np.exp(z - np.max(z, axis=-1, keepdims=True))) / np.sum(e, axis=-1, keepdims=True)
softmax right: (e := np.exp(z - z.max(-1)[..., None])) / e.sum(-1)[..., None]
softmax wrong: (e := np.exp(z - np.max(z, axis=-1, keepdims=True))) / np.sum(e)
softmax wrong: np.exp(z - np.max(z, axis=-1, keepdims=True))
dense right: activate(X @ W + b, activation)
dense right: activate(np.matmul(X, W) + b, activation)
dense wrong: activate(X @ W, activation)
dense wrong: X @ W + b
""",
    "tensorflow": """
forward_propagation right: tf.nn.relu(tf.matmul(X, W) + b)
forward_propagation right: tf.maximum(tf.tensordot(X, W, 1) + b, 0)
forward_propagation wrong: tf.nn.relu(tf.matmul(X, W))
forward_propagation wrong: tf.nn.leaky_relu(tf.matmul(X, W) + b, 0.01)
""",
}
HOSTILE = "np.allclose = lambda *arguments, **options: True\n"


def submissions(n: int, variant: str, seed: int = 0) -> list[Submission]:
    """Return n submissions: the first all right, every third too, the last hostile, the others mixed."""
    rng = random.Random(seed)
    made = []
    for i in range(n):
        last = i == n - 1
        right = [name for name in ASKED[variant] if not last and (i % 3 == 0 or rng.random() < 0.6)]
        sources = {name: rng.choice(answers(variant, name, name in right)) for name in ASKED[variant]}
        setup = SETUP[variant] + (HOSTILE if last else "")
        made.append(Submission(f"s{i:03}", setup, sources, frozenset(right)))
    return made


def answers(variant: str, name: str, right: bool) -> list[str]:
    """Return the right or the wrong answers to an exercise, as source."""
    start = f"{name} {'right' if right else 'wrong'}: "
    bodies = [line.removeprefix(start) for line in ANSWERS[variant].splitlines() if line.startswith(start)]
    return [f"def {name}({SIGNATURES[name]}):\n    return {body}\n" for body in bodies]


@dataclass(frozen=True)
class Row:
    """What one grader did. `right` counts verdicts on the honest; `hostile` is what the last one got."""

    title: str
    command: str
    one: float
    seconds: float  # a submission
    megabytes: float | None
    right: int
    verdicts: int
    hostile: int


def compare(
    variant: str, n: int, pythons: dict[str, Path], say: Callable[[str], None]
) -> tuple[list[Row], list[str]]:
    """Return a row for each way to grade the same n submissions, and a sentence for each that failed."""
    class_ = submissions(n, variant)
    groups = {"one": class_[:1], "all": class_}
    rows, failures = [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        warm_up(Path(sys.executable), variant)
        for which, members in groups.items():
            for submission in members:
                peers.write(submission, folder / which)
        for flags in (["--jobs", "1"], []):
            for cache in ("cold", "warm"):
                title = f"ours, {'one job' if flags else 'default jobs'}, {cache} cache"
                say(f"{variant}: {title}")
                runs = [grade(folder, which, flags) for which in groups]
                command = " ".join(("grader grade FOLDER --seed SEED --json", *flags))
                rows.append(row(title, command, class_, *runs, our_verdicts(runs[1].output)))
        cases = cases_of(ASKED[variant])
        for peer in peers.PEERS:
            if peer.package not in pythons:
                continue
            python, runs = pythons[peer.package], []
            graded = class_[-EACH:] if peer.a_command_each else class_
            warm_up(python, variant)
            try:
                for which, members in {"one": class_[:1], "all": graded}.items():
                    say(f"{variant}: {peer.title}, {which}")
                    place = folder / f"{peer.title} {which}"
                    commands = peer.prepare(python, place, cases, members)
                    runs.append(peers.measure(commands, place, peers.environment(python)))
                rows.append(row(peer.title, peer.command, graded, *runs, peer.verdicts(python, place)))
            except (peers.Failure, subprocess.CalledProcessError) as error:
                failures.append(f"{variant}: {peer.title} failed, so its row is missing: {error}")
    return rows, failures


def row(title: str, command: str, class_, one: peers.Run, all_: peers.Run, verdicts: peers.Verdicts) -> Row:
    *honest, hostile = class_
    judged = [
        verdicts.get(s.name, {}).get(name, None) == (name in s.right) for s in honest for name in s.answers
    ]
    fooled = sum(verdicts.get(hostile.name, {}).get(name, False) for name in hostile.answers)
    seconds = all_.seconds / len(class_)
    return Row(title, command, one.seconds, seconds, all_.megabytes, sum(judged), len(judged), fooled)


def warm_up(python: Path, variant: str) -> None:
    """Read what will be imported once, so that no grader waits for the disk in another's place."""
    peers.call([python, "-c", f"import {variant}"])


def cases_of(names: Sequence[str]) -> peers.Cases:
    """Return our bank's cases for the seed, for the peers' tests."""
    from grader.child.plaindata import decode
    from grader.exercises import all_exercises
    from grader.judging.bank import build

    cases: peers.Cases = {}
    for name in names:
        bank = build(all_exercises()[name], SEED)
        answers = [ValueError if outcome.raised else outcome.value() for outcome in bank.expected]
        cases[name] = list(zip(map(decode, bank.cases), answers, strict=True))
    return cases


def grade(folder: Path, which: str, flags: list[str]) -> peers.Run:
    """Run our command on the notebooks of `folder / which`; the cache is cold the first time."""
    home = folder / " ".join(("home", which, *flags))
    command = [*GRADER, "grade", str(folder / which), "--seed", SEED, "--json", *flags]
    with tempfile.TemporaryDirectory() as place:
        return peers.measure([command], Path(place), our_environment(home))


def our_verdicts(output: str) -> peers.Verdicts:
    reports = [json.loads(line) for line in output.splitlines()]
    return {
        Path(report["submission"]).stem: {e["name"]: e["status"] == "passed" for e in report["exercises"]}
        for report in reports
    }


def our_environment(home: Path) -> dict[str, str]:
    home.mkdir(parents=True, exist_ok=True)
    return {**peers.usual_environment(), "DLCOURSE_HOME": str(home)}


def show(results: dict[str, Any], console: Console) -> None:
    n = results["submissions"]
    for variant, target in TARGETS.items():
        rows = results.get(variant)
        if rows:
            names = ASKED[variant]
            table(f"{variant}: {', '.join(names)}; {n} submissions, one run", len(names), rows, console)
            ours = [row for row in rows if row["title"].startswith("ours")]
            theirs = [row for row in rows if row not in ours]
            if theirs:
                fastest = min(theirs, key=lambda row: row["seconds"])
                default = next(row for row in ours if "default jobs, cold" in row["title"])
                ratio = fastest["seconds"] / default["seconds"]
                console.print(
                    f"The fastest peer, {fastest['title']}, takes {ratio:.0f} times as long as ours (default "
                    f"jobs, cold cache). Target {target} times: {'met' if ratio >= target else 'missed'}.\n"
                )
    for reason in results["missing"]:
        console.print(reason, highlight=False)


def table(title: str, exercises: int, rows: list[dict[str, Any]], console: Console) -> None:
    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD if console.is_terminal else None)
    shown.add_column("grader")
    for heading in ("one, s", "s a submission", "times ours", "peak MB", "verdicts right", "hostile got"):
        shown.add_column(heading, justify="right")
    shown.add_column("command")
    base = rows[0]["seconds"]
    for row in rows:
        shown.add_row(
            row["title"],
            f"{row['one']:.2f}",
            f"{row['seconds']:.3f}",
            f"{row['seconds'] / base:.2f}" if row["seconds"] < 10 * base else f"{row['seconds'] / base:.0f}",
            f"{row['megabytes']:.0f}" if row["megabytes"] else "—",
            f"{row['right']}/{row['verdicts']}",
            f"{row['hostile']}/{exercises}",
            row["command"],
        )
    console.print(shown)


if __name__ == "__main__":
    try:
        main()
    except peers.Failure as failure:
        sys.exit(str(failure))
