"""How fast a whole class is graded, in how much memory, and what of the time is not the learners' own.

    python benchmarks/classes.py [--submissions N] [--json FILE]
    python benchmarks/classes.py --lesson NAME [--submissions N] [--json FILE]
    python benchmarks/classes.py --before REVISION [--submissions N] [--json FILE]

The first is about lesson 02. A submission is a notebook with the exercises in `SIGNATURES`, one of them in
TensorFlow. Answers are drawn from several right and wrong ways to write each, with the names that learners
give their variables; the table says how many different answers come of it. Code that is word for word
another's, and runs alone in its process, is run once for the class, so the same is measured with a class in
which no two answers are alike.

Timed are whole processes, with all start-up:

    class        grader grade FOLDER --seed SEED --out DIR            on the default number of workers
    workers      the same with --jobs 1 and --jobs 2, on a part of the class, no two answers alike
    memory       the peak of all processes together, for a quarter of the class and for all of it
    overhead     what one more submission costs, less what its functions take when they are called without
                 a grader, in a process that has imported all they need

Peak memory is the largest sum of proportional set sizes, sampled, on Linux only.

With `--lesson` only the class is timed, of that lesson and with no two answers alike: three quarters of them
are the reference, the others hand back their first argument. With `--before` a class of lesson 02, no two
answers alike, is graded by turns with this build and with an earlier one, a revision of this repository, and
the ratio of their rates is shown: over 1, this build is faster.
"""

import argparse
import ast
import inspect
import json
import random
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import venv
from dataclasses import asdict, dataclass
from pathlib import Path

import peers
from grading import GRADER, SEED, machine, our_environment
from rich import box
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from grader.exercises import LESSONS, exercises_of
from grader.running.processes import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[1]
PAIRS = 7  # of this build and an earlier one
TARGETS = {"before": 0.97, "rate": 50, "workers": 1.8, "overhead_training": 0.25, "overhead_ms": 50}
NAMES = ("z", "Z", "a", "A", "h", "out", "result", "res", "y", "s", "total", "value")
SIGNATURES = {
    "weighted_sum": "x, w, b",
    "relu": "x",
    "relu_derivative": "x",
    "sigmoid": "x",
    "sigmoid_derivative": "x",
    "tanh": "x",
    "tanh_derivative": "x",
    "softmax": "z",
    "dense": "X, W, b, activation=None",
    "mlp_forward": "X, layers",
    "dead_fraction": "Z",
    "forward_propagation": "X, W, b",
}
SETUP = """from functools import reduce
import numpy as np
import tensorflow as tf

def activate(z, activation):
    if activation is None:
        return z
    if activation not in ("relu", "sigmoid", "tanh", "softmax"):
        raise ValueError(activation)
    if activation == "softmax":
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
    if activation == "relu":
        return np.maximum(z, 0)
    return sinh_over_cosh(z) if activation == "tanh" else 0.5 * (1 + sinh_over_cosh(z / 2))

def sinh_over_cosh(x):
    e = np.exp(-2 * np.abs(x))
    return np.sign(x) * (1 - e) / (1 + e)
"""
# NAME stands for a name of the learner's, a semicolon for the end of a line.
ANSWERS = """
weighted_sum right: return np.dot(x, w) + b
weighted_sum right: return float(np.sum(x * w) + b)
weighted_sum right: NAME = x @ w; return NAME + b
weighted_sum right: NAME = 0.0; NAME += sum(i * j for i, j in zip(x, w)); return NAME + b
weighted_sum wrong: return np.dot(x, w)
weighted_sum wrong: NAME = np.dot(x, w); return np.mean(NAME) + b * 2
relu right: return np.maximum(x, 0)
relu right: return np.maximum(0.0, x)
relu right: return np.where(x > 0, x, 0.0)
relu right: NAME = np.array(x, dtype=float); NAME[NAME < 0] = 0; return NAME
relu wrong: return np.where(x > 0, x, 0.01 * x)
relu wrong: return np.abs(x)
relu_derivative right: return np.where(x > 0, 1.0, 0.0)
relu_derivative right: NAME = x > 0; return NAME * 1.0
relu_derivative wrong: return np.where(x >= 0, 1.0, 0.0)
relu_derivative wrong: return np.sign(x)
sigmoid right: return 0.5 * (1 + np.tanh(x / 2))
sigmoid right: NAME = np.exp(-np.abs(x)); return np.where(x < 0, NAME, 1) / (1 + NAME)
sigmoid wrong: return 1 / (1 + np.exp(-x))
sigmoid wrong: return 1 / 1 + np.exp(-np.abs(x))
sigmoid_derivative right: NAME = 0.5 * (1 + np.tanh(x / 2)); return NAME * (1 - NAME)
sigmoid_derivative right: NAME = np.exp(-np.abs(x)); return NAME / (1 + NAME) ** 2
sigmoid_derivative wrong: return x * (1 - x)
tanh right: return sinh_over_cosh(x)
tanh right: NAME = np.exp(-2 * np.abs(x)); return np.sign(x) * (1 - NAME) / (1 + NAME)
tanh wrong: return np.tanh(x)
tanh wrong: return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
tanh_derivative right: return 1 - sinh_over_cosh(x) ** 2
tanh_derivative right: NAME = sinh_over_cosh(x); return 1 - NAME * NAME
tanh_derivative wrong: return 1 - x**2
softmax right: NAME = np.exp(z - np.max(z, -1, keepdims=True)); return NAME / np.sum(NAME, -1, keepdims=True)
softmax right: NAME = np.exp(z - z.max(-1)[..., None]); return NAME / NAME.sum(-1)[..., None]
softmax wrong: NAME = np.exp(z); return NAME / np.sum(NAME)
softmax wrong: NAME = np.exp(z - np.max(z)); return NAME / np.sum(NAME)
dense right: return activate(X @ W + b, activation)
dense right: NAME = np.dot(X, W) + b; return activate(NAME, activation)
dense wrong: return activate(X @ W, activation)
mlp_forward right: return reduce(lambda h, layer: activate(h @ layer[0] + layer[1], layer[2]), layers, X)
mlp_forward right: NAME = lambda h, l: activate(h @ l[0] + l[1], l[2]); return reduce(NAME, layers, X)
mlp_forward wrong: NAME = X; return NAME
dead_fraction right: return np.mean(np.all(Z <= 0, axis=0))
dead_fraction right: NAME = (Z <= 0).all(axis=0); return float(NAME.mean())
dead_fraction wrong: return np.mean(Z <= 0)
forward_propagation right: return tf.nn.relu(tf.matmul(X, W) + b)
forward_propagation right: return tf.nn.relu(X @ W + b)
forward_propagation right: return tf.nn.relu(tf.add(tf.matmul(X, W), b))
forward_propagation right: NAME = tf.matmul(X, W) + b; return tf.nn.relu(NAME)
forward_propagation right: NAME = tf.matmul(X, W) + b; return tf.maximum(NAME, 0.0)
forward_propagation wrong: return tf.matmul(X, W) + b
forward_propagation wrong: return tf.nn.relu(tf.matmul(X, W))
forward_propagation wrong: NAME = tf.matmul(X, W) + b; return tf.nn.sigmoid(NAME)
"""
TRAINING = """
import numpy as np

def train(hidden=64, epochs=900, learning_rate=0.1):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(1000, 64)), rng.integers(0, 10, 1000)
    W, V = rng.normal(0, 0.1, (64, hidden)), rng.normal(0, 0.1, (hidden, 10))
    for epoch in range(epochs):
        for batch in np.array_split(rng.permutation(1000), 20):
            h = np.maximum(X[batch] @ W, 0)
            p = np.exp(h @ V)
            p /= p.sum(axis=1, keepdims=True)
            p[np.arange(len(batch)), y[batch]] -= 1
            g = (p @ V.T) * (h > 0)
            V -= learning_rate / len(batch) * h.T @ p
            W -= learning_rate / len(batch) * X[batch].T @ g

def relu(x, trained=[]):
    if not trained:
        trained.append(train())
    return np.maximum(x, 0)
"""


@dataclass(frozen=True)
class Notebook:
    """A learner's notebook, in the form that `peers.write` writes."""

    name: str
    setup: str
    answers: dict[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lesson", choices=LESSONS, metavar="NAME", help="as 05a_preprocessing")
    parser.add_argument("--before", metavar="REVISION", help="an earlier build, graded with by turns")
    parser.add_argument(
        "--submissions", type=int, metavar="N", help="1000 by default, 100 of a --lesson, 200 for --before"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    options = parser.parse_args()
    n = options.submissions or (100 if options.lesson else 200 if options.before else 1000)
    if n < (2 if options.lesson else 40):
        parser.error("forty submissions or more are needed, of a --lesson two")
    console = Console(width=None if sys.stdout.isatty() else 200)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with (
        Progress(*columns, console=Console(stderr=True), transient=True) as progress,
        tempfile.TemporaryDirectory() as temporary,
    ):
        task = progress.add_task("")
        folder = Path(temporary)
        if options.lesson:
            progress.reset(task, description=f"{n} submissions of {options.lesson}")
            results = run_lesson(options.lesson, n, folder)
            seconds, megabytes = results["seconds"], results["megabytes"]
            console.print(
                f"{options.lesson}, {n} submissions, no two answers alike: {seconds:.0f} s, "
                f"{seconds / n:.2f} s a submission, {megabytes or 0:.0f} MB",
                highlight=False,
            )
        elif options.before:
            progress.reset(task, description=f"{PAIRS} times {n} submissions, by turns")
            results = run_before(options.before, n, folder)
            ratios = ", ".join(f"{ratio:.3f}" for ratio in results["ratios"])
            console.print(
                f"Rate against {options.before}, {n} handed in: {results['ratio']:.3f}, median of {ratios}; "
                f"target {TARGETS['before']}: {verdict(results['ratio'] >= TARGETS['before'])}",
                highlight=False,
            )
        else:
            results = run(n, folder, lambda text: progress.reset(task, description=text))
            show(results, console)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def notebooks(n: int, *, alike: bool, seed: int = 0) -> list[Notebook]:
    """Return n notebooks; with `alike`, some answers of theirs are word for word the same."""
    rng = random.Random(seed)
    made = []
    for i in range(n):
        answers = {}
        for name, arguments in SIGNATURES.items():
            body = rng.choice(bodies(name, right=rng.random() < 0.75)).replace("NAME", rng.choice(NAMES))
            lines = ([] if alike else [f"unlike = {i}"]) + body.split("; ")
            answers[name] = f"def {name}({arguments}):\n" + "".join(f"    {line}\n" for line in lines)
        made.append(Notebook(f"s{i:04}", SETUP, answers))
    return made


def bodies(name: str, *, right: bool) -> list[str]:
    """Return the right or the wrong ways to write an exercise's body."""
    start = f"{name} {'right' if right else 'wrong'}: "
    return [line.removeprefix(start) for line in ANSWERS.splitlines() if line.startswith(start)]


def lesson_notebooks(lesson: str, n: int, seed: int = 0) -> list[Notebook]:
    """Return n notebooks with all exercises of a lesson, no two answers alike."""
    rng = random.Random(seed)
    asked = {exercise.name for exercise in exercises_of(lesson)}
    module = ast.parse(Path(inspect.getsourcefile(exercises_of(lesson)[0].reference)).read_text("utf-8"))
    made = []
    for i in range(n):
        cells: dict[str, list[str]] = {"": []}  # in the module's order, for what stands between may use them
        for node in module.body:
            name = getattr(node, "name", None)
            if name not in asked:
                cells[next(reversed(cells))].append(ast.unparse(node))
                continue
            head, *body = ast.unparse(node).split("\n    ")
            first = next((argument.arg for argument in node.args.args), "None")
            if rng.random() < 0.25:
                body = [f"return {first}"]
            cells[name] = ["\n    ".join([head, f"unlike = {i}", *body])]
        sources = {name: "\n".join(parts) + "\n" for name, parts in cells.items()}
        made.append(Notebook(f"s{i:04}", sources.pop(""), sources))
    return made


def grade(
    which: list[Notebook], folder: Path, *flags: str, home: Path, python: str = sys.executable
) -> peers.Run:
    """Time `grader grade` on a class, in a folder of its own within `folder`."""
    number = len(list(folder.glob("class *")))
    place, out = folder / f"class {number}", folder / f"out {number}"
    for notebook in which:
        peers.write(notebook, place)
    command = [python, *GRADER[1:], "grade", str(place), "--seed", SEED, "--out", str(out), *flags]
    return peers.measure([command], folder, our_environment(home))


def run_lesson(lesson: str, n: int, folder: Path) -> dict:
    """Time a class of a lesson, its bank built before."""
    home = folder / "home"
    grade(lesson_notebooks(lesson, 1, seed=1), folder, home=home)
    row = asdict(grade(lesson_notebooks(lesson, n), folder, home=home))
    return {"machine": machine(), "lesson": lesson, "submissions": n} | row | {"output": ""}


def run_before(revision: str, n: int, folder: Path) -> dict:
    """Time a class with this build and with an earlier one, by turns, the banks built before."""
    earlier = folder / "earlier"
    git = ["git", "-C", str(ROOT), "worktree"]
    try:
        subprocess.run(
            [*git, "add", "--detach", earlier, revision], check=True, capture_output=True, text=True
        )
    except subprocess.CalledProcessError as error:
        raise peers.Failure(f"{revision} can't be had: {error.stderr.strip().splitlines()[-1]}") from None
    try:
        pythons = {tree: _python_of(tree, folder / f"python of {tree.name}") for tree in (ROOT, earlier)}
        seconds: dict[Path, list[float]] = {tree: [] for tree in pythons}
        for tree, python in pythons.items():
            grade(notebooks(2, alike=False, seed=1), folder, home=folder / f"of {tree.name}", python=python)
        for i in range(PAIRS):
            for tree in (ROOT, earlier) if i % 2 else (earlier, ROOT):
                class_, home = notebooks(n, alike=False), folder / f"of {tree.name}"
                seconds[tree].append(grade(class_, folder, home=home, python=pythons[tree]).seconds)
    finally:
        subprocess.run([*git, "remove", "--force", earlier], check=True)
    ratios = [before / now for now, before in zip(seconds[ROOT], seconds[earlier], strict=True)]
    return {
        "machine": machine(),
        "revision": revision,
        "submissions": n,
        "seconds": seconds[ROOT],
        "seconds before": seconds[earlier],
        "ratios": ratios,
        "ratio": statistics.median(ratios),
    }


def _python_of(tree: Path, folder: Path) -> str:
    """Return a Python that has the packages of this one, and of ours those in a tree."""
    venv.create(folder)
    places = {key: sysconfig.get_path(key) for key in ("purelib", "platlib")}
    (own,) = folder.glob("lib/*/site-packages")
    (own / "these.pth").write_text("\n".join([str(tree), *dict.fromkeys(places.values())]) + "\n")
    return str(folder / "bin" / "python")


def run(n: int, folder: Path, say) -> dict:
    """Measure everything; see the module."""
    results: dict = {"machine": machine(), "submissions": n}
    home = folder / "home"
    say("warming up")
    grade(notebooks(2, alike=True, seed=1), folder, home=home)  # builds the bank, and reads what is imported
    for alike in (True, False):
        key = "alike" if alike else "unlike"
        class_ = notebooks(n, alike=alike)
        rows = {}
        for part in (n // 4, n):
            say(f"{part} submissions, {'as a class answers' if alike else 'no two alike'}")
            rows[part] = asdict(grade(class_[:part], folder, home=home)) | {"output": ""}
        different = {name: len({notebook.answers[name] for notebook in class_}) for name in SIGNATURES}
        results[key] = {"runs": rows, "different_answers": different}
    part = notebooks(max(40, n // 10), alike=False, seed=2)
    one = part[:2]
    for jobs in ("1", "2"):
        say(f"{len(part)} submissions, {jobs} workers")
        start = grade(one, folder, "--jobs", jobs, home=home).seconds
        whole = grade(part, folder, "--jobs", jobs, home=home).seconds
        results[f"jobs {jobs}"] = (whole - start) / (len(part) - len(one))
    for name, made in overhead_classes().items():
        say(f"overhead: {name}")
        first = grade(made[:1], folder, "--jobs", "1", home=home).seconds
        rest = grade(made, folder, "--jobs", "1", home=home).seconds
        own = own_seconds(made[0], name, home)
        results[f"overhead {name}"] = {"graded": (rest - first) / (len(made) - 1), "own": own}
    return results


def overhead_classes() -> dict[str, list[Notebook]]:
    """Return notebooks that don't train, in NumPy only and with TensorFlow, and ones that do."""
    plain = notebooks(41, alike=False, seed=3)
    numpy_only = []
    for notebook in plain:
        answers = {name: code for name, code in notebook.answers.items() if name != "forward_propagation"}
        numpy_only.append(Notebook(notebook.name, SETUP.replace("import tensorflow as tf\n", ""), answers))
    training = [
        Notebook(f"t{i}", TRAINING.replace("default_rng(0)", f"default_rng({i})"), {}) for i in range(9)
    ]
    return {"NumPy": numpy_only, "TensorFlow": plain, "training": training}


OWN = """
import sys, time, warnings
import numpy as np
if {heavy}:
    import tensorflow as tf, keras
from grader.child import live, plaindata
from grader.judging.bank import bank_of
from grader.exercises import exercises_of

asked = {{exercise.name: exercise for exercise in exercises_of("02_neural_networks")}}
banks = {{name: bank_of(exercise, {seed!r}) for name, exercise in asked.items()}}
source = open({file!r}).read()
namespace = {{}}
warnings.simplefilter("ignore")
began = time.perf_counter()
exec(source, namespace)
for name, bank in banks.items():
    if name not in namespace:
        continue
    for case in bank.cases:
        arguments = plaindata.decode(case)
        if asked[name].tensors:
            arguments = [tf.constant(a) for a in arguments]
        try:
            namespace[name](*arguments)
        except Exception:
            pass
print(time.perf_counter() - began)
"""


def own_seconds(notebook: Notebook, name: str, home: Path) -> float:
    """Return how long a notebook's functions take on all cases, without a grader."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.py"
        file.write_text(notebook.setup + "\n".join(notebook.answers.values()))
        program = OWN.format(heavy=name == "TensorFlow", seed=SEED, file=str(file))
        (Path(folder) / "program.py").write_text(program)
        environment = our_environment(home) | ENVIRONMENT  # one thread, as in the sandbox
        ran = peers.measure([[sys.executable, "program.py"]], Path(folder), environment)
    return float(ran.output.split()[-1])


def show(results: dict, console: Console) -> None:
    n = results["submissions"]
    shown = Table(title=f"lesson 02, {len(SIGNATURES)} exercises", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("class", "submissions", "seconds", "a second", "peak MB"):
        shown.add_column(heading, justify="left" if heading == "class" else "right")
    for key, title in (("alike", "as a class answers"), ("unlike", "no two answers alike")):
        for part, row in results[key]["runs"].items():
            memory = f"{row['megabytes']:.0f}" if row["megabytes"] else "—"
            shown.add_row(
                title, str(part), f"{row['seconds']:.1f}", f"{int(part) / row['seconds']:.0f}", memory
            )
    console.print(shown)
    different = results["alike"]["different_answers"]
    rate = n / results["alike"]["runs"][n]["seconds"]
    console.print(
        f"Different answers in the class of {n}: {min(different.values())} to {max(different.values())} an "
        f"exercise, {different['forward_propagation']} in TensorFlow.\n"
        f"Rate: {rate:.0f} a second; target over {TARGETS['rate']}: {verdict(rate > TARGETS['rate'])}.\n"
        f"Two workers: {results['jobs 1'] / results['jobs 2']:.2f} times one; target {TARGETS['workers']}: "
        f"{verdict(results['jobs 1'] / results['jobs 2'] >= TARGETS['workers'])}.",
        highlight=False,
    )
    for name in ("NumPy", "TensorFlow", "training"):
        row = results[f"overhead {name}"]
        extra = row["graded"] - row["own"]
        if name == "training":
            share = extra / row["own"]
            target = f"{share:.0%}; target under 25 %: {verdict(share < TARGETS['overhead_training'])}"
        else:
            target = f"target under 50 ms: {verdict(extra * 1000 < TARGETS['overhead_ms'])}"
        console.print(
            f"Overhead, {name}: {row['graded'] * 1000:.0f} ms a submission, {row['own'] * 1000:.0f} ms of it "
            f"the learner's own, {extra * 1000:.0f} ms ours; {target}.",
            highlight=False,
        )


def verdict(met: bool) -> str:
    return "met" if met else "missed"


if __name__ == "__main__":
    try:
        main()
    except peers.Failure as failure:
        sys.exit(str(failure))
