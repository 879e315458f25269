"""What converts and what trains, layer by layer: measures all models of `zoo.py` and writes docs/layers.md.

    python benchmarks/layers.py [--write] [--only NAMES] [--columns COLUMNS] [--jobs N] [--json FILE]

Rows are measured in another process, which may crash or hang: that costs a cell, and no other.
What FILE has of this build, from a run that was ended, isn't measured again: an hour may be cut in pieces.
The result is compared with the page that is there. Each cell that got worse is named, the page stays as it
was, and the exit status is 1; `--write` writes it all the same. The status is also 1 where Keras exports a
layer that has no row. With `--only` or `--columns` a part is measured and compared, and no page is written.
"""

import argparse
import contextlib
import functools
import hashlib
import importlib
import json
import multiprocessing
import os
import platform
import queue
import random
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from dlcourse import files

PAGE = Path(__file__).resolve().parents[1] / "docs" / "layers.md"
ROWS = 64  # that are compared, and on which int8 measures its ranges
BATCH, SAMPLES, EPOCHS = 4, 10, 2  # of a training: the last batch of an epoch has two samples
FOLDED = 24  # samples of a cross-validation of two folds
SECONDS = 600  # for a cell, after which its process is ended
ROWS_A_PROCESS = 25  # TensorFlow keeps a little of every model

# From the best to the worst.
MARKS = ("ok", "coarse", "refused", "error", "wrong", "crashed", "hung")
UNMEASURED = "Keras fails"  # which says nothing of this library, and is neither better nor worse


@dataclass(frozen=True)
class Cell:
    """What came of one model in one column.

    Args:
        mark: one of `MARKS`, or `UNMEASURED`.
        number: the largest difference, as the page shows it.
        reason: why it was refused or failed.
    """

    mark: str
    number: str = ""
    reason: str = ""


Page = dict[str, dict[str, Cell]]  # the cells of each row, by columns


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write the page even if something got worse")
    parser.add_argument("--only", metavar="NAMES", help="kinds, and parts of rows' names, separated by |")
    parser.add_argument("--columns", metavar="COLUMNS", help=f"some of {','.join(COLUMNS)}")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes that measure at a time")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="keep each row there as it comes, and go on"
    )
    options = parser.parse_args()
    columns = options.columns.split(",") if options.columns else [*COLUMNS]
    if not set(columns) <= set(COLUMNS):
        parser.error(f"the columns are {','.join(COLUMNS)}")
    zoo = load_zoo()
    asked = options.only.split("|") if options.only else [""]
    names = [
        name
        for kind, rows in zoo.ZOO.items()
        for name in rows
        if any(part == kind or part in name for part in asked)
    ]
    if not names:
        parser.error(f"no row has {options.only} in its name; the kinds are {', '.join(zoo.ZOO)}")
    kept = Kept(options.json)
    measure([name for name in names if kept.lacks(name, columns)], columns, options.jobs, kept)
    now = {name: {column: kept.rows[name][column] for column in columns} for name in names}

    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    before = parsed(PAGE.read_text("utf-8")) if PAGE.exists() else {}
    faults = [*without_a_row(zoo), *worse(before, now)]
    whole = not options.only and not options.columns
    if whole:
        faults += [f"{name}: was measured, and is no more." for name in before.keys() - now.keys()]
    console.print(table_of_totals(now) if whole else table_of_cells(now, columns))
    for sentence in faults or ["Nothing got worse."]:
        console.print(sentence, markup=False)
    if whole and (options.write or not faults):
        PAGE.write_text(page(zoo, now, kept.minutes, options.jobs), encoding="utf-8")
    sys.exit(1 if faults and not options.write else 0)


class Kept:
    """The rows that were measured of this build, in a file or in memory alone.

    Args:
        file: `None` for memory alone. What it has of another build, or of other versions, is left out.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._of = {"versions": versions(), "build": build()}
        self.rows: Page = {}
        self.minutes = 0.0
        found = json.loads(file.read_text("utf-8")) if file and file.exists() else {}
        if found.get("of") == self._of:
            self.minutes = found["minutes"]
            self.rows = {n: {c: Cell(**cell) for c, cell in row.items()} for n, row in found["rows"].items()}
        self._began = time.perf_counter() - 60 * self.minutes

    def lacks(self, name: str, columns: list[str]) -> bool:
        return not set(columns) <= self.rows.get(name, {}).keys()

    def add(self, name: str, cells: dict[str, Cell]) -> None:
        self.rows[name] = self.rows.get(name, {}) | cells
        self.minutes = (time.perf_counter() - self._began) / 60
        if self._file:
            rows = {n: {c: asdict(cell) for c, cell in row.items()} for n, row in self.rows.items()}
            files.write(
                self._file,
                json.dumps({"of": self._of, "minutes": self.minutes, "rows": rows}, indent=1).encode(),
            )


def build() -> str:
    """What the cells depend on, of ours: a digest of the library and of the zoo."""
    here = Path(__file__).resolve().parent
    used = [here / "layers.py", here / "zoo.py", *sorted((here.parent / "dlcourse").rglob("*.py"))]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in used)).hexdigest()[:16]


def load_zoo() -> Any:
    """The models; with them come Keras and TensorFlow, without their remarks."""
    from dlcourse.console import quiet

    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    with quiet():
        return importlib.import_module("zoo")


def versions() -> dict[str, str]:
    packages = {
        "TensorFlow": "tensorflow",
        "Keras": "keras",
        "LiteRT": "ai-edge-litert",
        "PyTorch": "torch",
        "NumPy": "numpy",
    }
    return {"Python": platform.python_version()} | {name: version(of) for name, of in packages.items()}


def without_a_row(zoo: Any) -> Iterator[str]:
    """Yield a sentence for each layer of Keras that has no row, and for each that could have one by now."""
    import keras

    known = {class_of(name) for kind in zoo.LAYERS.values() for name in kind} | zoo.WITHOUT_A_ROW.keys()
    exported: dict[type, list[str]] = {}
    for name in dir(keras.layers):
        layer = getattr(keras.layers, name)
        if isinstance(layer, type) and issubclass(layer, keras.layers.Layer):
            exported.setdefault(layer, []).append(name)  # some have two names
    for names in exported.values():
        if not known & set(names):
            yield f"keras.layers.{names[0]}: has no row in zoo.py, and no place in its WITHOUT_A_ROW."
    for name in zoo.WITHOUT_A_ROW:
        if why_not_built(zoo, name) is None:
            yield f"keras.layers.{name}: can be built by now, and needs a row in zoo.py."


def class_of(name: str) -> str:
    return name.partition(",")[0]


def why_not_built(zoo: Any, name: str) -> str | None:
    try:
        zoo.WITHOUT_A_ROW[name]()
    except Exception as error:  # of any kind: it is what the page says
        return sentence(f"{type(error).__name__}: {error}")
    return None


def worse(before: Page, now: Page) -> Iterator[str]:
    """Yield a sentence for each cell that got worse; what is new can't have."""
    for name, row in now.items():
        for column, cell in row.items():
            was = before.get(name, {}).get(column, cell)
            if UNMEASURED not in (was.mark, cell.mark) and MARKS.index(was.mark) < MARKS.index(cell.mark):
                what = " ".join(filter(None, (cell.mark, cell.number)))
                why = f": {cell.reason}" if cell.reason else "."
                yield f"{name}, {column}: was {was.mark} {was.number}".rstrip() + f", and is {what}{why}"


# The processes that measure.


def measure(names: list[str], columns: list[str], jobs: int, kept: "Kept") -> None:
    """Measure rows, several at a time, and keep each as it comes."""
    shown = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    idle: queue.SimpleQueue[Measurer] = queue.SimpleQueue()
    writing = threading.Lock()
    with (
        Progress(*shown, console=Console(stderr=True), transient=True) as progress,
        contextlib.ExitStack() as ends,
        ThreadPoolExecutor(jobs) as threads,
    ):
        task = progress.add_task("", total=len(names))
        for _ in range(jobs):
            idle.put(ends.enter_context(Measurer()))

        def row(name: str) -> None:
            progress.update(task, description=f"[bold]{name}")
            measurer = idle.get()
            try:
                cells = measurer.row(name, columns)
            finally:
                idle.put(measurer)
            with writing:
                kept.add(name, cells)
            progress.advance(task)
            if not progress.console.is_terminal:  # a bar leaves nothing in a file
                found = (f"{column} {cell.mark} {cell.number}".strip() for column, cell in cells.items())
                progress.console.print(f"{name}: {', '.join(found)}", markup=False, soft_wrap=True)

        list(threads.map(row, names))


class Measurer:
    """A process that measures rows; another takes its place when it crashed, hung or did its share."""

    def __enter__(self) -> "Measurer":
        self._rows, self._process = 0, None
        return self

    def __exit__(self, *error: object) -> None:
        self._end()

    def row(self, name: str, columns: list[str]) -> dict[str, Cell]:
        """Measure a row, cell by cell."""
        cells: dict[str, Cell] = {}
        if self._rows == ROWS_A_PROCESS:
            self._end()
        self._rows += 1
        while len(cells) < len(columns):
            self._begin()
            rest = columns[len(cells) :]
            self._here.send((name, rest))
            for column in rest:
                try:
                    if not self._here.poll(SECONDS):
                        cells[column] = Cell("hung", reason=f"It was not done after {SECONDS} s.")
                        break
                    cells[column] = self._here.recv()
                except (EOFError, ConnectionError):
                    self._process.join()
                    how = f"by signal {-self._process.exitcode}" if self._process.exitcode < 0 else ""
                    cells[column] = Cell("crashed", reason=f"The process that measures it ended {how}.")
                    break
            else:
                break
            self._end()
        return cells

    def _begin(self) -> None:
        if self._process is None:
            spawn = multiprocessing.get_context("spawn")
            self._here, there = spawn.Pipe()
            self._process = spawn.Process(target=answer, args=(there,))
            self._process.start()
            there.close()

    def _end(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # the converter's process with it
            self._process.join()
            self._rows, self._process = 0, None


def answer(there: Any) -> None:
    """Measure what is asked for until nobody asks any more; the process's own output leads nowhere."""
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    zoo = load_zoo()
    with contextlib.suppress(EOFError):
        while True:
            name, columns = there.recv()
            subject = functools.cache(lambda name=name: Subject(zoo, name))
            for column in columns:
                there.send(cell(subject, column))


def cell(subject: Callable[[], "Subject"], column: str) -> Cell:
    """Measure a cell; what is raised belongs into it."""
    from dlcourse import errors

    ours = tuple(kind for name, kind in vars(errors).items() if name.endswith("Error"))
    names: set[str] = set()
    try:
        names |= subject().names
        return COLUMNS[column](subject())
    except KerasFails as failure:
        return Cell(UNMEASURED, reason=sentence(failure, names))
    except ours as error:
        return Cell("refused", reason=sentence(error, names))
    except Exception as error:  # of any kind: it is a finding
        return Cell("error", reason=sentence(f"{type(error).__name__}: {error}", names))


SHORTER = {
    r"Layer '[^']+' \(?is a \w+, which has no PyTorch twin\..*": "This kind of layer has no PyTorch twin.",
    r"the activation '\w+', which has no PyTorch twin\..*": "an activation that has no PyTorch twin.",
    r"(?<=Layer '…') \(\w+\)": "",
    r"(?<=converted model) \(\w+\)|(?<=can't be converted) to \w+": "",
    r"(?<=correlation of )-?[\d.]+|(?<=off by )[\d.]+%|(?<=config=)\{.*?\}": "…",
    r"\b(?:GRU|LSTM)(?=: If an RNN)|(?<=, not )\(\d[\d, ]*\)": "…",
    r"(?<=')\w+(?:/[\w.]+)+(?=')|(?<![\w.])/\w[^\s']*": "…",  # paths of variables, and of files
    r"(?<=')\w+:\d+_\w+(?=')|\b0x[0-9a-f]+\b": "…",
}


def sentence(error: object, layers: Iterable[str] = ()) -> str:
    """A message as the page gives it: without what differs between rows that are refused for one reason."""
    text = " ".join(str(error).split())
    for name in layers:
        text = text.replace(f"'{name}'", "'…'")
    for pattern, replacement in SHORTER.items():
        text = re.sub(pattern, replacement, text)
    return text if len(text) <= 400 else f"{text[:400]}…"


# What is measured.


class KerasFails(Exception):
    """Keras itself can't do what would be compared."""


class Subject:
    """A model of the zoo, with inputs, targets, and what Keras computes for them."""

    def __init__(self, zoo: Any, name: str) -> None:
        self.zoo, self.name = zoo, name
        self.kind = next(kind for kind, rows in zoo.ZOO.items() if name in rows)
        self._values, self._outputs = zoo.ROWS[name]
        self.batch = getattr(self._values, "batch", None)
        try:
            self.model = self.build()
            self._check_is_in_it()
            self.x = self.inputs(ROWS)
            self.expected = self.of_keras(self.model, self.x)
        except KerasFails:
            raise
        except Exception as error:
            raise KerasFails(f"{type(error).__name__}: {error}") from error

    @property
    def names(self) -> set[str]:
        """Those of all layers and inputs, which Keras numbers."""
        from dlcourse.training.keras_internals import flatten_layers

        return {layer.name for layer in flatten_layers(self.model)}

    def build(self) -> Any:
        """The model, compiled, with the same weights each time."""
        import keras

        keras.utils.set_random_seed(0)
        drawn = self._values if isinstance(self._values, dict) else {"x": self._values}
        symbols = {name: values.symbolic(name) for name, values in drawn.items()}
        made = self._outputs(*symbols.values())
        if not isinstance(made, keras.Model):
            if self.kind in self.zoo.LAYERS:
                made = keras.layers.Dense(3)(keras.layers.Flatten()(made))
            made = keras.Model(symbols if len(symbols) > 1 else symbols["x"], made)
        if self.kind == "keras.applications":
            self._scale(made)
        made.compile(keras.optimizers.SGD(0.01, momentum=0.9), "mean_squared_error")
        return made

    def inputs(self, rows: int) -> Any:
        rng = np.random.default_rng(rows)
        if isinstance(self._values, dict):
            return {name: values.draw(rows, rng) for name, values in self._values.items()}
        return self._values.draw(rows, rng)

    def targets(self, rows: int) -> Any:
        import keras

        rng = np.random.default_rng(rows)
        return keras.tree.map_structure(
            lambda outputs: rng.normal(size=(rows, *outputs.shape[1:])).astype("float32"), self.expected
        )

    def of_keras(self, model: Any, x: Any) -> Any:
        return model.predict(tensors(x), batch_size=BATCH, verbose=0)

    def _check_is_in_it(self) -> None:
        """Keras leaves out a layer whose symbolic output comes from nowhere, as Equalization's does."""
        import keras

        from dlcourse.training.keras_internals import flatten_layers

        if self.kind in self.zoo.LAYERS:
            layer = getattr(keras.layers, class_of(self.name))
            if not any(isinstance(one, layer) for one in flatten_layers(self.model)):
                raise KerasFails("Keras leaves this layer out of a functional model.")

    def _scale(self, model: Any) -> None:
        """Let each normalisation of a network without weights bring its inputs to a size of 1.

        What it begins with makes activations smaller from layer to layer, down to 1e-11. They are scaled and
        not centred: a deep network that centres them, and has learnt nothing, blows up every rounding error.
        """
        import keras
        from keras import ops

        def scaled(layer: Any, x: Any, **options: Any) -> Any:
            layer.moving_variance.assign(ops.full(layer.moving_variance.shape, ops.mean(ops.square(x))))
            return x / ops.sqrt(layer.moving_variance[0] + layer.epsilon)

        for layer in model.layers:
            if type(layer).__name__ == "LayerScale":  # of ConvNeXt, 1e-6 at first
                layer.gamma.assign(ops.ones_like(layer.gamma))
        with mock.patch.object(keras.layers.BatchNormalization, "call", scaled):
            model(self.inputs(ROWS), training=False)


def lite(subject: Subject, quantization: str | None) -> Cell:
    """A TFLite file, on rows that the converter did not see, but for int8."""
    from dlcourse.deployment import to_tflite

    samples = subject.x if quantization == "int8" else None
    got = to_tflite(subject.model, quantization, samples, timeout=SECONDS).predict(subject.x)
    share, correlation = compared(subject.expected, got)
    return verdict(quantization or "float32", share, correlation)


def twin(subject: Subject) -> Cell:
    """The PyTorch module in evaluation mode."""
    import keras

    from dlcourse.frameworks import to_torch

    x = subject.x
    arrays = [x[tensor.name] for tensor in subject.model.inputs] if isinstance(x, dict) else [x]
    got = to_torch(subject.model)(*arrays)
    parts = zip(keras.tree.flatten(subject.expected), keras.tree.flatten(got), strict=True)
    share = max(compared(expected, part.detach().numpy())[0] for expected, part in parts)
    return verdict("PyTorch", share)


def compiled(subject: Subject) -> Cell:
    """All variables after a training by the compiled engine, and after `model.fit` on the same batches."""
    from dlcourse import training

    samples = SAMPLES if subject.batch is None else 3 * BATCH
    data = subject.inputs(samples), subject.targets(samples)
    model = subject.build()
    training.train(model, data, epochs=EPOCHS, batch_size=BATCH, engine="compiled")
    expected = fitted(subject, data)
    found = verdict("compiled", distance(variables(model), expected))
    if found.mark != "ok":
        check_seeds(lambda seed: fitted(subject, data, seed))
        if distance(fitted(subject, data, nudged=True), expected) > 1e-2:
            raise KerasFails("Rounding decides: model.fit ends elsewhere, too, after a nudge of 1e-6.")
    return found


def fitted(
    subject: Subject, data: tuple[Any, Any], seed: int = 0, *, nudged: bool = False
) -> list[np.ndarray]:
    """The variables after `model.fit` on the batches of `train`; the seed is that of Python's own numbers.

    Nudged, the model begins with its first weight larger by a millionth.
    """
    import tensorflow as tf

    from dlcourse.training.data import seed_dropout

    model = subject.build()
    seed_dropout(model, 0)
    random.seed(seed)
    if nudged and model.trainable_variables:
        model.trainable_variables[0].assign(model.trainable_variables[0] * (1 + 1e-6))
    try:
        for epoch in range(EPOCHS):
            samples = tf.range(len(tf.nest.flatten(data)[0]))
            order = tf.random.experimental.stateless_shuffle(samples, [0, epoch]).numpy()
            taken = (tensors(take(part, order)) for part in data)
            model.fit(*taken, batch_size=BATCH, shuffle=False, verbose=0)
    except Exception as error:
        raise KerasFails(f"{type(error).__name__}: {error}") from error
    return variables(model)


def stacked(subject: Subject) -> Cell:
    """A cross-validation whose folds train together, and one whose folds train one after another."""
    from dlcourse.training.engine import Engine
    from dlcourse.validation import cross_validate

    data = subject.inputs(FOLDED), subject.targets(FOLDED)
    run, together = Engine.run, []

    def noted(engine, state, data, rows, *options):
        result = run(engine, state, data, rows, *options)
        together.append(rows.ndim == 2)
        return result

    def trained(seed: int = 0) -> tuple[Any, list[Any], list[np.ndarray]]:
        random.seed(seed)
        found = cross_validate(subject.model, data, k=2, epochs=1, batch_size=BATCH, n_jobs=1)
        models = [found.model(fold) for fold in range(2)]
        return found, models, [values for model in models for values in variables(model)]

    with mock.patch.object(Engine, "run", noted):
        found, models, values = trained()
    shares = [
        compared(subject.of_keras(model, take(data[0], held_out)), found.outputs[held_out])[0]
        for model, (_, held_out) in zip(models, found.folds, strict=True)
    ]
    if not any(together):
        alone = verdict("stacked", max(shares))
        return replace(alone, number=f"{alone.number} alone")
    with mock.patch.object(Engine, "stackable", False):
        expected = trained()[2]
        cell = verdict("stacked", max(*shares, distance(values, expected)))
        if cell.mark != "ok":
            check_seeds(lambda seed: trained(seed)[2])
    return cell


def check_seeds(train: Callable[[int], list[np.ndarray]]) -> None:
    """Raise `KerasFails` if what a training comes to depends on Python's numbers, as AugMix's does."""
    first, again, other = train(0), train(0), train(1)
    if distance(first, again) <= 1e-5 < distance(first, other):
        raise KerasFails("A layer draws from Python's own random numbers, whatever its seed is.")


COLUMNS: dict[str, Callable[[Subject], Cell]] = {
    "float32": lambda subject: lite(subject, None),
    "float16": lambda subject: lite(subject, "float16"),
    "dynamic": lambda subject: lite(subject, "dynamic"),
    "int8": lambda subject: lite(subject, "int8"),
    "PyTorch": twin,
    "compiled": compiled,
    "stacked": stacked,
}


def compared(expected: np.ndarray, got: np.ndarray) -> tuple[float, float]:
    """The largest difference as a share of the range of what is expected, and the correlation."""
    expected, got = np.asarray(expected, float), np.asarray(got, float)
    if expected.shape != got.shape or not np.array_equal(np.isfinite(expected), np.isfinite(got)):
        return float("inf"), 0.0
    expected, got = (np.where(np.isfinite(a), a, 0.0).ravel() for a in (expected, got))
    extent = np.ptp(expected) or np.abs(expected).max() or 1.0
    varied = np.ptp(expected) > 0 and np.ptp(got) > 0
    correlation = np.corrcoef(expected, got)[0, 1] if varied else float(np.allclose(expected, got))
    return float(np.abs(expected - got).max() / extent), float(correlation)


def variables(model: Any) -> list[np.ndarray]:
    return [np.array(variable) for variable in model.variables]


def distance(ours: list[np.ndarray], theirs: list[np.ndarray]) -> float:
    """The largest difference of variables; in one with numbers above 1 as a share of its largest."""
    found = [0.0]
    for a, b in zip(ours, theirs, strict=True):
        whole = b.dtype.kind in "iu"  # a counter or a seed: one more is another
        a, b = a.astype(float), b.astype(float)
        largest = 1.0 if whole else max(1.0, np.abs(b).max(initial=0.0))
        found.append(np.abs(a - b).max(initial=0.0) / largest)
    return float(max(found)) if np.isfinite(found).all() else float("inf")


# Up to where a difference is ok, and up to where it is coarse: there may be no limit but the correlation.
LIMITS = {
    "float32": (1e-4, 1e-2),
    "float16": (1e-2, None),
    "dynamic": (3e-2, None),
    "int8": (3e-2, None),
    "PyTorch": (1e-5, 1e-2),
    "compiled": (1e-5, 1e-3),
    "stacked": (1e-5, 1e-3),
}
CORRELATION = 0.95


def verdict(column: str, share: float, correlation: float = 1.0) -> Cell:
    """The mark of a difference."""
    ok, coarse = LIMITS[column]
    if share <= ok:
        return Cell("ok", digits(share))
    if coarse is not None:
        return Cell("coarse" if share <= coarse else "wrong", digits(share))
    return Cell("coarse" if correlation >= CORRELATION else "wrong", f"{digits(share)} r={correlation:.2f}")


def digits(number: float) -> str:
    """0.00000021 as 2e-7, and 0.012 as 1.2%."""
    if number >= 0.001:
        return f"{number:.1%}"
    return "0" if number == 0 else f"{number:.0e}".replace("e-0", "e-")


def take(x: Any, rows: np.ndarray) -> Any:
    import keras

    return keras.tree.map_structure(lambda part: part[rows], x)


def tensors(x: Any) -> Any:
    """What Keras takes: of arrays, those with texts are refused."""
    import tensorflow as tf

    return tf.nest.map_structure(tf.constant, x)


# The page.

HEADER = ("layer or model", *COLUMNS)


def page(zoo: Any, now: Page, minutes: float, jobs: int) -> str:
    """The whole page."""
    numbers: dict[str, int] = {}  # of each reason
    tables = []
    for kind, rows in zoo.ZOO.items():
        lines = [f"## {kind}", "", row_of(HEADER), row_of(["---"] * len(HEADER))]
        lines += [row_of((name, *(written(c, numbers) for c in now[name].values()))) for name in rows]
        tables.append("\n".join(lines))
    counts = [row_of(("mark", *COLUMNS)), row_of(["---"] * len(HEADER))]
    for mark in (*MARKS, UNMEASURED):
        found = [sum(row[column].mark == mark for row in now.values()) for column in COLUMNS]
        if any(found):
            counts.append(row_of((mark, *(str(n or "") for n in found))))
    limits = [row_of(("column", "ok up to", "coarse up to")), row_of(["---"] * 3)]
    for column, (ok, coarse) in LIMITS.items():
        most = f"r={CORRELATION}" if coarse is None else digits(coarse)
        limits.append(row_of((column, digits(ok), most)))
    missing = [f"- `{name}`: {why_not_built(zoo, name)}" for name in zoo.WITHOUT_A_ROW]
    reasons = [f"{number}. {reason}{remark(reason)}" for reason, number in numbers.items()]
    layers = [name for kind in zoo.LAYERS.values() for name in kind]
    facts = {
        "versions": ", ".join(f"{name} {of}" for name, of in versions().items()),
        "minutes": f"{minutes:.0f}",
        "jobs": "one process" if jobs == 1 else f"{jobs} processes",
        "classes": len({class_of(name) for name in layers}),
        "layers": len(layers),
        "models": len(now) - len(layers),
        "limits": "\n".join(limits),
        "totals": "\n".join(counts),
        "tables": "\n\n".join(tables),
        "missing": "\n".join(missing),
        "reasons": "\n".join(reasons),
        "rows": ROWS,
        "samples": SAMPLES,
        "batch": BATCH,
        "epochs": EPOCHS,
        "seconds": SECONDS,
    }
    return TEXT.format(**facts)


def written(cell: Cell, numbers: dict[str, int]) -> str:
    """A cell on the page; its reason gets a number."""
    reason = f"[{numbers.setdefault(cell.reason, len(numbers) + 1)}]" if cell.reason else ""
    return " ".join(filter(None, (cell.mark, cell.number, reason)))


def row_of(parts: Any) -> str:
    return f"| {' | '.join(parts)} |"


def parsed(text: str) -> Page:
    """The cells of a page, as `page` writes it; with the reasons' numbers for reasons."""
    found: Page = {}
    inside = False
    for line in text.splitlines():
        parts = line.removeprefix("| ").removesuffix(" |").split(" | ")
        if tuple(parts) == HEADER:
            inside = True
        elif not line.startswith("| "):
            inside = False
        elif inside and parts[1] != "---":
            found[parts[0]] = dict(zip(COLUMNS, map(read, parts[1:]), strict=True))
    return found


def read(text: str) -> Cell:
    mark = next(mark for mark in (*MARKS, UNMEASURED) if text.startswith(mark))
    number, _, reason = text.removeprefix(mark).strip().partition("[")
    return Cell(mark, number.strip(), reason.removesuffix("]"))


def remark(reason: str) -> str:
    """Whose refusal it is, where that was looked into."""
    return next((f" *{whose}*" for part, whose in REMARKS.items() if part in reason), "")


REMARKS = {
    "takes texts": "Ours, and right: TFLite files take numbers.",
    "TFLite has no operation": "TFLite's.",
    "only supports 1D-5D": "TFLite's.",
    "crashes on recurrent layers": "The runtime's fault: the message saves your process.",
    "a correlation of": "Ours, and right: the converter's file is wrong, which it does not say.",
    "no finite numbers": "Ours, and right: for some rows, such as zeros, the file gives NaN.",
    "This kind of layer has no PyTorch twin": "Ours: nobody has written it.",
    "an activation that has no PyTorch twin": "Ours: nobody has written it.",
    "no PyTorch twin can follow": "Ours: a twin that went by without it would compute something else.",
    "its PyTorch twin has one": "Ours.",
    "has no graph of layers": "Ours, and right: the graph is what is followed.",
    "has no inputs of known shape": "Ours, and right: a file has fixed shapes.",
    "The shape of the model's output": "Ours, and right: it tells the task.",
    "training step of its own": "Ours, and right.",
    "neither scales the loss": "Ours.",
    "from batch to batch": "Ours, and right.",
    "computes in float16": "Ours.",
    "has 2 outputs": "Ours.",
    "Models with several outputs": "Ours.",
    "needs a target of shape": "Ours.",
    "could not be deserialized": "Keras's: it can't load the file that it wrote.",
    "Error when deserializing": "Keras's: it can't load the file that it wrote.",
    "Requested the deserialization": "Keras's, for safety.",
    "If an RNN is stateful": "Keras's: a file takes batches of one row.",
}

TEXT = """# Which layers convert, and which train alike

Look up the layers that you mean to build on: what becomes of them in a TFLite file and in PyTorch, and in
the two ways to train that `dlcourse` adds to Keras. {classes} layer classes of `keras.layers` in {layers}
settings, and {models} whole models, were measured by

    python benchmarks/layers.py

which took {minutes} minutes, {jobs} at a time, on a CPU with {versions}. Run it again, and it compares what
it finds with this page: it names each cell that got worse, and then it fails.

## What is compared

Each layer stands in a small model, Input → layer → Flatten → Dense(3). Weights and inputs are random: what
quantisation costs a model that you have trained, `to_tflite(…).fidelity` says.

- **float32, float16, dynamic, int8**: `deployment.to_tflite(model, …)` with `model.predict`, on {rows}
  rows. int8 has measured its ranges on them. "dynamic" leaves weights of fewer than 1,024 numbers as they
  are.
- **PyTorch**: `frameworks.to_torch(model)` in evaluation mode, on the same rows.
- **compiled**: each weight, statistic and seed after `train(model, …, engine="compiled")`, with `model.fit`
  on the same {samples} samples in the same batches of {batch}, for {epochs} epochs.
- **stacked**: each weight, statistic and seed, and the outputs for held-out samples, of a `cross_validate`
  that trains its two folds as one stack, with one that trains them one after another. *alone*: these are
  never stacked, as nothing would be gained, and the outputs are compared with those of the fold's model.

The number is the largest difference. Of outputs it is a share of their range, the largest less the smallest
of Keras's; of weights above 1, a share of the largest. r is a correlation.

{limits}

- **ok**: the same, but for rounding.
- **coarse**: it works, and is less near than that. Try it on your own data.
- **refused**: an error says why, in a sentence that stands at the end under its number. Nothing wrong comes
  out.
- **error**: an error of another library comes through. A fault of ours.
- **wrong**: something else comes out, and nothing is said. A fault of ours.
- **crashed, hung**: the process ended, or was not done after {seconds} s. A fault of ours.
- **Keras fails**: there is nothing to compare with, for the reason that is given.

{totals}

{tables}

## Layers without a row

Keras refuses to build them, with these words:

{missing}

## Reasons

'…' is the name of a layer or a variable. In italics: whose refusal it is, where that was looked into.

{reasons}
"""


def table_of_totals(now: Page) -> Table:
    shown = Table("mark", *COLUMNS, title=f"{len(now)} models", title_justify="left", box=box.SIMPLE_HEAD)
    counts = {column: Counter(row[column].mark for row in now.values()) for column in COLUMNS}
    for mark in (*MARKS, UNMEASURED):
        if any(count[mark] for count in counts.values()):
            shown.add_row(mark, *(str(count[mark] or "") for count in counts.values()))
    return shown


def table_of_cells(now: Page, columns: list[str]) -> Table:
    numbers: dict[str, int] = {}
    shown = Table("layer or model", *columns, box=box.SIMPLE_HEAD)
    for name, row in now.items():
        shown.add_row(name, *(escape(written(cell, numbers)) for cell in row.values()))
    shown.caption = escape("\n".join(f"[{number}] {reason}" for reason, number in numbers.items()))
    shown.caption_justify = "left"
    return shown


if __name__ == "__main__":
    main()
