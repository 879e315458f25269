"""How the helper library behaves where data and layers are large: each beside what one would use without it.

    python benchmarks/scale.py [--only report,train,compiled,cv,memory] [--json FILE]

report     `metrics.report` of 200,000 rows, with the intervals of all scores from 1,000 resamples, beside
           20 resamples of scikit-learn's area under the ROC curve alone
train      `train`, as it comes, beside `model.fit`: a table of 200,000 × 30, batches of 32
compiled   `train(engine="compiled")` beside `model.fit`: layers of 1,024 units, batches of 32 and of 512
cv         `cross_validate` beside a loop over `model.fit`: convolutions with 64 and 128 filters
memory     `cross_validate` of a table of 24 MB in ten folds, with a preprocessing and without

A row with a target says whether it was met; the exit status is 1 if one was missed. What is compared runs by
turns, since a machine's speed changes from minute to minute.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from library import Row, Say, apart, asked, machine, measured, shown, spread, table
from rich.console import Console

SAMPLES = 200_000
COLUMNS = 30
PAIRS = 3


def main() -> None:
    options, names = asked(__doc__, PARTS)
    console = Console(width=None if sys.stdout.isatty() else 200)
    results: dict[str, list[Row]] = {}
    with shown() as say:
        for name in names:
            results[name] = PARTS[name](say)
    for name, rows in results.items():
        console.print(table(PARTS[name].__doc__, rows, console))
    if options.json:
        rows = [asdict(row) | {"met": row.met} for name in names for row in results[name]]
        text = json.dumps({"machine": machine(), "rows": rows}, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")
    sys.exit(any(row.met is False for rows in results.values() for row in rows))


def report(say: Say) -> list[Row]:
    """The report on a model, beside a plain bootstrap."""
    say("report")
    theirs, ours, grown = apart(reported)
    what, against = f"report on {SAMPLES:,} rows, binary", "20 resamples of roc_auc_score"
    return [
        Row(what, against, theirs, ours, "s", ours, "s", 4, at_most=True),
        Row(f"{what}: memory", "", 0, grown, "MB", grown, "MB", 300, at_most=True),
    ]


def reported() -> tuple[float, float, float]:
    """The seconds of a plain bootstrap and of `report`, and the latter's megabytes."""
    from sklearn.metrics import roc_auc_score

    from dlcourse import metrics, models

    rng = np.random.default_rng(0)
    x, y = rows_of(rng)
    model = models.mlp((COLUMNS,), "binary", hidden=(16,))
    metrics.report(model, (x[:1000], y[:1000]))  # what TensorFlow and pandas do once is nobody's time
    scores = model.predict(x, batch_size=4096, verbose=0)[:, 0]
    began = time.perf_counter()
    for _ in range(20):
        draw = rng.integers(SAMPLES, size=SAMPLES)
        roc_auc_score(y[draw], scores[draw])
    theirs = time.perf_counter() - began
    _, ours, grown = measured(lambda: metrics.report(model, (x, y)))
    return theirs, ours, grown or float("nan")


def rows_of(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A table of random numbers, and classes that depend on its first column."""
    x = rng.normal(size=(SAMPLES, COLUMNS)).astype(np.float32)
    return x, (x[:, 0] + rng.normal(size=SAMPLES) > 0).astype(int)


def train(say: Say) -> list[Row]:
    """Training on a large table, as it comes."""
    say("train, default engine")
    return [
        by_turns(f"train, {SAMPLES:,} × {COLUMNS}, batches of 32", apart(trained, "keras", "table", 32), 1.0)
    ]


def compiled(say: Say) -> list[Row]:
    """Training wide layers, compiled."""
    rows = []
    for batch_size in (32, 512):
        say(f"train, compiled, batches of {batch_size}")
        timed = apart(trained, "compiled", "wide", batch_size)
        rows.append(by_turns(f"compiled, layers of 1,024 units, batches of {batch_size}", timed, 1.0))
    return rows


def by_turns(what: str, timed: tuple[list[float], list[float]], target: float) -> Row:
    """The median of the pairs' ratios; over 1, ours is faster."""
    theirs, ours = timed
    ratios = [a / b for a, b in zip(theirs, ours, strict=True)]
    medians = statistics.median(theirs), statistics.median(ours)
    note = f"ratios {spread(ratios)}"
    return Row(what, "model.fit", *medians, "s", statistics.median(ratios), "×", target, note=note)


def trained(engine: str, name: str, batch_size: int) -> tuple[list[float], list[float]]:
    """Seconds of `model.fit` and of `train`, all time, by turns."""
    import keras

    from dlcourse import models, training

    rng = np.random.default_rng(0)
    if name == "table":
        x, y = rows_of(rng)
        epochs, hidden = 1, (32,)
    else:
        x, y = rng.normal(size=(4096, 64)).astype(np.float32), rng.integers(2, size=4096)
        epochs, hidden = 10, (1024, 1024)

    def once(ours: bool) -> float:
        keras.utils.set_random_seed(0)
        model = models.mlp(x.shape[1:], "binary", hidden=hidden)
        settings = {"epochs": epochs, "batch_size": batch_size}
        began = time.perf_counter()
        if ours:
            training.train(model, (x, y), engine=engine, **settings)
        else:
            model.fit(x, y, verbose=0, **settings)
        return time.perf_counter() - began

    once(False), once(True)  # what TensorFlow does once in a process is in neither
    timed: dict[bool, list[float]] = {False: [], True: []}
    for pair in range(PAIRS):
        for ours in (False, True) if pair % 2 else (True, False):
            timed[ours].append(once(ours))
    return timed[False], timed[True]


def cv(say: Say) -> list[Row]:
    """Cross-validation of wide convolutions."""
    say("cross_validate, wide convolutions")
    theirs, ours = apart(convolved)
    what = "cross_validate, 64 and 128 filters, 5 folds of 5 epochs"
    ratios = [a / b for a, b in zip(theirs, ours, strict=True)]
    medians = statistics.median(theirs), statistics.median(ours)
    note = f"ratios {spread(ratios)}"
    return [Row(what, "a loop over model.fit", *medians, "s", statistics.median(ratios), "×", 1.2, note=note)]


def convolved() -> tuple[list[float], list[float]]:
    """Seconds of a loop over `model.fit` and of `cross_validate`, by turns."""
    import keras
    from sklearn.model_selection import StratifiedKFold

    from dlcourse import datasets, validation

    digits = datasets.load("digits")
    x, y = digits.features[..., None].astype(np.float32) / 16, digits.target
    folds = StratifiedKFold(5, shuffle=True, random_state=0)

    def network() -> Any:
        layers = keras.layers
        stack = [
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(128, 3, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(10, "softmax"),
        ]
        model = keras.Sequential([keras.Input((8, 8, 1)), *stack])
        model.compile("adam", "sparse_categorical_crossentropy")
        return model

    def loop() -> None:
        for learn, held_out in folds.split(x, y):
            model = network()
            model.fit(x[learn], y[learn], epochs=5, batch_size=32, verbose=0)
            model.predict(x[held_out], verbose=0)

    def ours() -> None:
        validation.cross_validate(network(), (x, y), k=folds, epochs=5, batch_size=32)

    timed: dict[Callable, list[float]] = {loop: [], ours: []}
    for pair in range(PAIRS):
        for way in (loop, ours) if pair % 2 else (ours, loop):
            began = time.perf_counter()
            way()
            timed[way].append(time.perf_counter() - began)
    return timed[loop], timed[ours]


def memory(say: Say) -> list[Row]:
    """What a preprocessing of each fold's own takes."""
    say("cross_validate with a preprocessing")
    without, with_one = apart(grown, False), apart(grown, True)
    what = "cross_validate, ten folds of a table of 24 MB, with a preprocessing"
    more = with_one - without
    return [Row(what, "without", without, with_one, "MB", more, "MB more", 150, at_most=True)]


def grown(preprocessed: bool) -> float:
    """The megabytes that the process grows by at its peak."""
    from sklearn.preprocessing import StandardScaler

    from dlcourse import models, validation

    x, y = rows_of(np.random.default_rng(0))
    model = models.mlp((COLUMNS,), "binary", hidden=(16,))
    settings = {"k": 10, "batch_size": 256, "preprocessing": StandardScaler() if preprocessed else None}
    validation.cross_validate(model, (x[:1000], y[:1000]), epochs=1, **settings)
    _, _, megabytes = measured(lambda: validation.cross_validate(model, (x, y), epochs=1, **settings))
    return megabytes or float("nan")


PARTS: dict[str, Callable[[Say], list[Row]]] = {
    "report": report,
    "train": train,
    "compiled": compiled,
    "cv": cv,
    "memory": memory,
}


if __name__ == "__main__":
    main()
