"""What the helper library gains and costs: each against what one would use without it, in the same run.

    python benchmarks/library.py [--only cv,engine,tflite,import] [--json FILE] [--quick]

cv       `cross_validate` against scikit-learn's `cross_val_score` of `keras.wrappers.SKLearnClassifier`, for
         three networks on the digits. Both get the same splitter, epochs, batch size and network. All time
         counts, with building, tracing and scoring, but not imports: each run is a process of its own.
         `cross_val_score` goes through the folds one by one, as it does by default; in parallel it would
         import TensorFlow in every process.
engine   `train` against `model.fit`: with the compiled engine, all time and an epoch after the first ones,
         which trace the graph; with its own default, whose checks and batches have to cost next to nothing.
tflite   files of a trained network: their sizes, their accuracy on the test part, the time for one row.
import   `import dlcourse` as a whole process, against a Python that does nothing.

A row with a target says whether it was met; the exit status is 1 if one was missed. `--quick` trains for two
epochs: it tries the benchmark, and its numbers say nothing.
"""

import argparse
import concurrent.futures
import contextlib
import gc
import json
import math
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
BATCH_SIZE = 32
FOLDS = 10
NETWORKS = (  # with the epochs, and how many times as fast it has to be
    ("MLP", 20, None),  # tracing the graph is half of it
    ("MLP", 100, 20),
    ("CNN", 10, 7),
    ("LSTM", 10, 7),
)
FILES = {"float32": None, "float16": "float16", "dynamic": "dynamic", "int8": "int8"}

Say = Callable[[str], None]


def main() -> None:
    options, names = asked(__doc__, PARTS, quick="two epochs: only to try the benchmark")
    console = Console(width=None if sys.stdout.isatty() else 200)
    results: dict[str, list[Row]] = {}
    with shown() as say:
        for name in names:
            results[name] = PARTS[name](options.quick, say)
    for name, rows in results.items():
        console.print(table(PARTS[name].__doc__, rows, console))
    missed = sum(row.met is False for rows in results.values() for row in rows)
    console.print(f"{missed} targets missed." if missed else "All targets met.")
    if options.json:
        facts = {"machine": machine(), "quick": options.quick, "missed": missed}
        parts = {name: [asdict(row) | {"met": row.met} for row in rows] for name, rows in results.items()}
        options.json.write_text(json.dumps(facts | parts, indent=1) + "\n", encoding="utf-8")
    sys.exit(1 if missed else 0)


def asked(text: str, parts: Iterable[str], *, quick: str = "") -> tuple[argparse.Namespace, list[str]]:
    """The options of a benchmark in parts, and the parts that are asked for.

    Args:
        text: the script's, of which the first line describes it.
        parts: their names.
        quick: what `--quick` does, where there is that.
    """
    parser = argparse.ArgumentParser(description=text.partition("\n")[0])
    parser.add_argument("--only", default=",".join(parts), help="parts, separated by commas")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    if quick:
        parser.add_argument("--quick", action="store_true", help=quick)
    options = parser.parse_args()
    names = options.only.split(",")
    if not set(names) <= set(parts):
        parser.error(f"the parts are {', '.join(parts)}")
    return options, names


@contextlib.contextmanager
def shown() -> Iterator[Say]:
    """A spinner, and a function that says what is being measured."""
    columns = SpinnerColumn(), TextColumn("[bold]{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("")
        yield lambda text: progress.reset(task, description=text)


def machine() -> dict[str, Any]:
    packages = ("tensorflow", "keras", "scikit-learn", "numpy")
    facts = {"platform": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}
    return facts | {package: version(package) for package in packages}


@dataclass(frozen=True)
class Row:
    """One comparison.

    Args:
        what: was measured.
        against: what it is compared with.
        theirs, ours: both measured, in `unit`.
        result: what the target is about, in `result_unit`.
        target: for the result, if there is one.
        at_most: whether the target is the most or the least that the result may be.
        note: spreads and other numbers that belong to it.
    """

    what: str
    against: str
    theirs: float
    ours: float
    unit: str
    result: float
    result_unit: str = "×"
    target: float | None = None
    at_most: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target was met; a result that is no number meets none."""
        if self.target is None:
            return None
        return self.result <= self.target if self.at_most else self.result >= self.target


class NotAsAsked(Exception):
    """Something else was measured than was asked for; the text is one sentence."""


def cv(quick: bool, say: Say) -> list[Row]:
    """`cross_validate` against `cross_val_score`."""
    from dlcourse.validation.fitting import MAX_STACKED_BYTES

    rows = []
    for name, epochs, target in NETWORKS:
        asked = (name, 3 if quick else FOLDS, 2 if quick else epochs)
        what, against = f"{name}, {asked[1]} folds of {asked[2]} epochs", "cross_val_score"
        say(f"{what}: cross_val_score")
        theirs = apart(cross_val_score, *asked)
        say(f"{what}: cross_validate")
        runs = [apart(cross_validate, *asked) for _ in range(1 if quick else 3)]
        alone = apart(cross_validate, *asked, n_jobs=1)
        seconds = [run.seconds for run in runs]
        note = f"{spread(seconds)} s; with n_jobs=1 {number(alone.seconds)} s"
        ours = statistics.median(seconds)
        ratio = theirs.seconds / ours
        rows.append(Row(what, against, theirs.seconds, ours, "s", ratio, "×", target, note=note))
        rows.append(agreement(what, against, theirs.accuracies, runs[0].accuracies))
        if theirs.megabytes is not None:
            peak, most = max(run.megabytes for run in runs), MAX_STACKED_BYTES / 2**20
            rows.append(
                Row(f"{what}: memory", against, theirs.megabytes, peak, "MB", peak, "MB", most, at_most=True)
            )
    return rows


def engine(quick: bool, say: Say) -> list[Row]:
    """`train`, compiled and as it comes, against `model.fit`."""
    rows = []
    for name in ("digits MLP", "iris MLP"):
        say(f"{name}: train, compiled")
        rows += apart(compiled, name, quick)
    for name in ("digits MLP", "digits CNN"):
        say(f"{name}: train")
        rows += apart(default, name, quick)
    return rows


def tflite(quick: bool, say: Say) -> list[Row]:
    """TFLite files against the model that they were made from."""
    say("TFLite files")
    return apart(files, quick)


def importing(quick: bool, say: Say) -> list[Row]:
    """A process that imports dlcourse against one that does nothing."""
    say("import dlcourse")
    programs = ("pass", "import dlcourse")
    times: dict[str, list[float]] = {program: [] for program in programs}
    for _ in range(3 if quick else 41):
        for program in programs:
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
            times[program].append(1000 * (time.perf_counter() - began))
    bare, imported = (statistics.median(times[program]) for program in programs)
    note = f"{spread(times['import dlcourse'])} ms"
    more = imported - bare
    return [
        Row(programs[1], programs[0], bare, imported, "ms", more, "ms more", 100, at_most=True, note=note)
    ]


PARTS = {"cv": cv, "engine": engine, "tflite": tflite, "import": importing}


def apart(function: Callable, *arguments: Any, **options: Any) -> Any:
    """Call a function in a new process: neither side finds TensorFlow warm or memory in use."""
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, spawn, initializer=load_tensorflow) as pool:
        return pool.submit(function, *arguments, **options).result()


def load_tensorflow() -> None:
    """Import it, which nobody's time counts, and leave its remarks out."""
    from dlcourse.console import quiet

    with quiet():
        import tensorflow as tf
    tf.get_logger().setLevel("ERROR")  # of the peer, that it traces a graph for every fold


@dataclass(frozen=True)
class Run:
    """A cross-validation: what it took, and what came of each fold."""

    seconds: float
    megabytes: float | None  # that the process grew by at its peak
    accuracies: list[float]
    epochs: list[int]


def cross_val_score(name: str, folds: int, epochs: int) -> Run:
    """Run scikit-learn's, over Keras's own wrapper."""
    import keras
    from sklearn.model_selection import cross_val_score

    x, y = digits()
    keras.utils.set_random_seed(0)
    counter = clock()

    def accuracy(estimator: Any, x: np.ndarray, y: np.ndarray) -> float:
        outputs = estimator.model_.predict(x, verbose=0)  # estimator.predict would draw a bar
        return float((estimator.classes_[outputs.argmax(axis=1)] == y).mean())

    def run() -> np.ndarray:
        # The wrapper turns labels into one-hot rows. It loses fit_kwargs when it is cloned, hence params.
        wrapper = keras.wrappers.SKLearnClassifier(lambda X, y: network(name, "categorical_crossentropy"))
        settings = {"epochs": epochs, "batch_size": BATCH_SIZE, "verbose": 0, "callbacks": [counter]}
        return cross_val_score(wrapper, x, y, cv=splitter(folds), scoring=accuracy, params=settings)

    scores, seconds, megabytes = measured(run)
    steps = [math.ceil(len(train) / BATCH_SIZE) for train, _ in splitter(folds).split(x, y)]
    counter.check([(epochs, n) for n in steps])
    return Run(seconds, megabytes, scores.tolist(), [trained for trained, _ in counter.trained])


def cross_validate(name: str, folds: int, epochs: int, n_jobs: int = -1) -> Run:
    """Run ours."""
    from dlcourse import validation

    x, y = digits()

    def run() -> validation.CrossValidation:
        model = network(name, "sparse_categorical_crossentropy")
        settings = {"epochs": epochs, "batch_size": BATCH_SIZE, "n_jobs": n_jobs}
        return validation.cross_validate(model, (x, y), k=splitter(folds), **settings)

    found, seconds, megabytes = measured(run)
    if found.loss.shape != (folds, epochs) or not np.isfinite(found.loss).all():
        raise NotAsAsked(f"{folds} folds of {epochs} epochs were asked for, and got {found.loss.shape}.")
    return Run(seconds, megabytes, found.scores["accuracy"].tolist(), [len(loss) for loss in found.loss])


def agreement(what: str, against: str, theirs: list[float], ours: list[float]) -> Row:
    """Compare mean accuracies: how many standard errors of their difference lie between them."""
    means = [statistics.mean(scores) for scores in (theirs, ours)]
    errors = [statistics.stdev(scores) / math.sqrt(len(scores)) for scores in (theirs, ours)]
    distance = abs(means[0] - means[1]) / math.hypot(*errors)
    note = f"standard errors {errors[0]:.4f} and {errors[1]:.4f}"
    return Row(f"{what}: accuracy", against, *means, "", distance, "std errors", 1, at_most=True, note=note)


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Rows of numbers, the one shape that scikit-learn takes."""
    from dlcourse import datasets

    data = datasets.load("digits")
    return data.features.reshape(len(data.target), -1) / 16, data.target


def splitter(folds: int) -> Any:
    from sklearn.model_selection import StratifiedKFold

    return StratifiedKFold(folds, shuffle=True, random_state=0)


def network(name: str, loss: str) -> Any:
    """A network for rows of 64 pixels, compiled; without metrics, which would only cost time."""
    import keras

    layers = keras.layers
    hidden = {
        "MLP": lambda: [layers.Dense(64, "relu"), layers.Dense(32, "relu")],
        "CNN": lambda: [
            layers.Reshape((8, 8, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(32, "relu"),
        ],
        "LSTM": lambda: [layers.Reshape((8, 8)), layers.LSTM(32)],
    }[name]
    model = keras.Sequential([keras.Input((64,)), *hidden(), layers.Dense(10, "softmax")])
    model.compile("adam", loss)
    return model


def compiled(name: str, quick: bool) -> list[Row]:
    """The compiled engine: all time, and an epoch once the graph is traced."""
    epochs, repeats = (3, 2) if quick else (EPOCHS[name], 5)
    fits, ours = pairs(name, epochs, repeats, "compiled")
    what = f"{name}, {epochs} epochs, compiled"
    rows = []
    for part, values, unit in (
        ("all time", lambda timed: timed.seconds, "s"),
        ("an epoch, once traced", lambda timed: timed.epoch, "ms"),
    ):
        theirs, mine = [values(timed) for timed in fits], [values(timed) for timed in ours]
        medians = statistics.median(theirs), statistics.median(mine)
        note = f"{spread(theirs)} and {spread(mine)} {unit}"
        rows.append(
            Row(f"{what}: {part}", "model.fit", *medians, unit, medians[0] / medians[1], "×", 5, note=note)
        )
    return rows


def default(name: str, quick: bool) -> list[Row]:
    """The default engine, pair by pair, as the difference is smaller than the noise."""
    epochs, repeats = (3, 2) if quick else (EPOCHS[name], 9)
    fits, ours = pairs(name, epochs, repeats, "keras")
    theirs, mine = [timed.seconds for timed in fits], [timed.seconds for timed in ours]
    ratios = [b / a for a, b in zip(theirs, mine, strict=True)]
    note = f"half of {repeats} pairs within {quartiles(ratios)}; {spread(theirs)} and {spread(mine)} s"
    medians = statistics.median(theirs), statistics.median(mine)
    ratio = statistics.median(ratios)
    what = f"{name}, {epochs} epochs, default engine"
    return [Row(what, "model.fit", *medians, "s", ratio, "times the time", 1.05, at_most=True, note=note)]


EPOCHS = {"digits MLP": 100, "iris MLP": 200, "digits CNN": 5}


@dataclass(frozen=True)
class Timed:
    """A training: all of its seconds, and the median milliseconds of an epoch after the first."""

    seconds: float
    epoch: float


def pairs(name: str, epochs: int, repeats: int, engine: str) -> tuple[list[Timed], list[Timed]]:
    """Train by `model.fit` and by `train` in turns; which comes first alternates."""
    import keras

    from dlcourse import training

    def problem() -> tuple[Any, np.ndarray, np.ndarray]:
        from dlcourse import datasets, models

        keras.utils.set_random_seed(0)
        if name == "iris MLP":
            iris = datasets.load("iris")
            return models.mlp((4,), "multiclass", 3, hidden=(16,)), iris.features, iris.target
        x, y = digits()
        if name == "digits MLP":
            return models.mlp((64,), "multiclass", 10), x, y
        return small_cnn(), x.reshape(-1, 8, 8), y

    def once(ours: bool) -> Timed:
        model, x, y = problem()
        times = clock()
        settings = {"epochs": epochs, "batch_size": BATCH_SIZE, "callbacks": [times]}
        gc.collect()
        began = time.perf_counter()
        if ours:
            training.train(model, (x, y), engine=engine, **settings)
        else:
            model.fit(x, y, verbose=0, **settings)
        seconds = time.perf_counter() - began
        steps = math.ceil(len(y) / BATCH_SIZE)
        if int(model.optimizer.iterations.numpy()) != epochs * steps:
            raise NotAsAsked(f"{epochs} epochs of {steps} steps were asked for, and others were trained.")
        return Timed(seconds, 1000 * float(np.median(np.diff(times.times))))

    for ours in (False, True):
        once(ours)  # what TensorFlow does once in a process is in neither
    fits, trains = [], []
    for repeat in range(repeats):
        order = (False, True) if repeat % 2 == 0 else (True, False)
        timed = {ours: once(ours) for ours in order}
        fits.append(timed[False])
        trains.append(timed[True])
    return fits, trains


def files(quick: bool) -> list[Row]:
    """Sizes, accuracies and latencies of the files made from a digits CNN."""
    import keras
    import tensorflow as tf

    from dlcourse import training
    from dlcourse.deployment import to_tflite

    x, y = digits()
    x = x.reshape(-1, 8, 8)
    test, train = next(splitter(5).split(x, y))[::-1]
    keras.utils.set_random_seed(0)
    model = small_cnn()
    training.train(model, (x[train], y[train]), epochs=2 if quick else 20, engine="compiled")

    def accuracy(predict: Callable[[np.ndarray], np.ndarray]) -> float:
        return float((predict(x[test]).argmax(axis=1) == y[test]).mean())

    row, calls = x[test[:1]], 5 if quick else 1000
    tensor = tf.constant(row)
    graph = tf.function(lambda inputs: model(inputs, training=False))
    slow = {
        "model.predict": (latency(lambda: model.predict(row, verbose=0), max(5, calls // 20)), 500),
        "model(x)": (latency(lambda: model(tensor, training=False).numpy(), max(5, calls // 5)), None),
        "tf.function": (latency(lambda: graph(tensor).numpy(), calls), 15),
    }
    lites = {name: to_tflite(model, kind, samples=x[train]) for name, kind in FILES.items()}
    with tempfile.TemporaryDirectory() as folder:
        sizes = {
            name: lite.save(Path(folder, f"{name}.tflite")).stat().st_size for name, lite in lites.items()
        }
    before = accuracy(lambda x: model.predict(x, verbose=0))
    rows = []
    for name, size in sizes.items():
        target = 0.45 if name == "int8" else None
        ratio = size / sizes["float32"]
        rows.append(
            Row(f"{name}: size", "float32", sizes["float32"], size, "bytes", ratio, "×", target, at_most=True)
        )
    for name, lite in lites.items():
        after, target = accuracy(lite.predict), 1 if name == "int8" else None
        lost = 100 * (before - after)
        rows.append(
            Row(
                f"{name}: accuracy",
                "model.predict",
                before,
                after,
                "",
                lost,
                "points lost",
                target,
                at_most=True,
            )
        )
    for name, lite in lites.items():
        fast = latency(lambda lite=lite: lite.predict(row), calls)
        for against, (milliseconds, target) in slow.items():
            ratio = milliseconds / fast
            rows.append(Row(f"{name}: one row", against, milliseconds, fast, "ms", ratio, "×", target))
    return rows


def small_cnn() -> Any:
    from dlcourse import models

    return models.cnn((8, 8), "multiclass", 10, filters=(32, 64), padding="same")


def latency(call: Callable[[], object], calls: int) -> float:
    """The median of many calls, in milliseconds, after some that are not counted."""
    for _ in range(3):
        call()
    times = []
    for _ in range(calls):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def clock() -> Any:
    """A Keras callback that takes the time at the end of each epoch, and counts what was trained."""
    import keras

    class Clock(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.trained: list[tuple[int, int]] = []  # epochs, and steps an epoch, of each training
            self.times: list[float] = []

        def on_train_begin(self, logs: Any = None) -> None:
            self.trained.append((0, self.params.get("steps")))

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            epochs, steps = self.trained[-1]
            self.trained[-1] = epochs + 1, steps
            self.times.append(time.perf_counter())

        def check(self, asked: list[tuple[int, int]]) -> None:
            if self.trained != asked:
                raise NotAsAsked(
                    f"Epochs and steps of each fold were to be {asked}, and were {self.trained}."
                )

    return Clock()


def measured(call: Callable[[], Any]) -> tuple[Any, float, float | None]:
    """What a call returns, its seconds, and the megabytes that the process grew by at its peak."""
    gc.collect()
    before = None
    with contextlib.suppress(OSError):  # only Linux tells
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        before = megabytes("VmRSS")
    began = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - began
    return result, seconds, None if before is None else megabytes("VmHWM") - before


def megabytes(field: str) -> float:
    """The process's memory, as Linux counts it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:"))


def table(title: str, rows: list[Row], console: Console) -> Table:
    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD if console.is_terminal else None)
    shown.add_column("what")
    shown.add_column("against")
    for heading in ("theirs", "ours", "result", "target"):
        shown.add_column(heading, justify="right")
    shown.add_column("")
    shown.add_column("note")
    for row in rows:
        target = "—" if row.target is None else f"{'≤' if row.at_most else '≥'} {number(row.target)}"
        shown.add_row(
            row.what,
            row.against,
            *(f"{number(value)} {row.unit}" for value in (row.theirs, row.ours)),
            f"{number(row.result)} {row.result_unit}",
            target,
            {None: "", True: "met", False: "MISSED"}[row.met],
            row.note,
        )
    return shown


def number(value: float) -> str:
    """Three digits, or all of a whole number's.

    >>> number(0.98765), number(1.2), number(161.6), number(491248)
    ('0.988', '1.2', '162', '491,248')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def spread(values: list[float]) -> str:
    return f"{number(min(values))} to {number(max(values))}"


def quartiles(values: list[float]) -> str:
    low, _, high = statistics.quantiles(values, n=4)
    return f"{number(low)} to {number(high)}"


if __name__ == "__main__":
    try:
        main()
    except NotAsAsked as failure:
        sys.exit(str(failure))
