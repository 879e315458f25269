"""How near a TFLite model is to the Keras model it was made of: `measured(model, lite.predict, rows)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dlcourse.training.graph import calls

if TYPE_CHECKING:
    import keras

ROWS = 100  # of the samples: enough to tell another function from a rounded one
DRAWN = 16  # of each kind, where there are no samples
SIZES = (0.1, 1.0, 10.0, 100.0)  # of drawn numbers
FLOAT_DIFFERENCE = 0.01  # of the outputs' range: as much as float32 may be off
CORRELATIONS = {"float16": 0.999, "dynamic": 0.95, "int8": 0.95}  # with Keras's outputs: less is no rounding
SUM_DIFFERENCE = 0.1  # from 1, of probabilities


class Fidelity(NamedTuple):
    """How near a TFLite model's outputs are to Keras's.

    Args:
        rows: how many were compared.
        largest_difference: of two numbers.
        relative_difference: the same, as a share of the range of Keras's outputs.
        correlation: of all numbers; 1 where Keras's are all equal and so are these.
        same_class: the share of rows with the same class; `None` for one output, or more than a row of them.
        probabilities: the smallest and largest sum of a row; `None` where Keras's rows do not sum to 1.
    """

    rows: int
    largest_difference: float
    relative_difference: float
    correlation: float
    same_class: float | None
    probabilities: tuple[float, float] | None

    def __str__(self) -> str:
        text = (
            f"off by at most {self.largest_difference:.2g} on {self.rows} rows "
            f"({self.relative_difference:.2%} of the range), correlation {self.correlation:.4f}"
        )
        return text if self.same_class is None else f"{text}, {self.same_class:.0%} of classes the same"

    def fault(self, quantization: str | None) -> str | None:
        """Return in words why this is another function than Keras's, or `None`."""
        if not np.isfinite(self.largest_difference):
            return "some of its outputs are no finite numbers, where Keras's are"
        if self.probabilities and max(abs(1 - total) for total in self.probabilities) > SUM_DIFFERENCE:
            low, high = self.probabilities
            return f"its probabilities sum to {low:.2f} to {high:.2f} and not to 1"
        if quantization is None:
            if self.relative_difference > FLOAT_DIFFERENCE:
                return f"its outputs are off by {self.relative_difference:.0%} of their range"
        elif self.correlation < CORRELATIONS[quantization]:
            return f"its outputs have a correlation of {self.correlation:.2f} with Keras's"
        return None


def measured(model: keras.Model, predict: Callable[[Any], np.ndarray], x: Any) -> Fidelity | None:
    """Compare a TFLite model with the Keras model that it was made of.

    Args:
        model: what was converted.
        predict: of what came of it.
        x: samples, as both take them.

    Returns:
        A `Fidelity`; `None` where Keras doesn't give the same outputs twice: there is nothing to compare.
    """
    expected = _outputs(model, x)
    if not np.array_equal(expected, _outputs(model, x), equal_nan=True):
        return None
    got = predict(x)
    known = np.isfinite(expected)
    expected, got = np.where(known, expected, 0.0), np.where(known, got, 0.0)  # elsewhere nothing is right
    with np.errstate(invalid="ignore", over="ignore"):
        largest = float(np.abs(got - expected).max(initial=0.0))
        extent = float(np.ptp(expected) or np.abs(expected).max(initial=0.0) or 1.0)
    is_table = expected.ndim == 2 and expected.shape[1] > 1
    sums = expected.sum(axis=1) if is_table else np.zeros(1)
    is_distribution = is_table and (expected >= 0).all() and np.allclose(sums, 1, atol=1e-3)
    totals = got.sum(axis=1) if is_distribution else None
    return Fidelity(
        rows=len(expected),
        largest_difference=largest if np.isfinite(got).all() else float("inf"),
        relative_difference=largest / extent,
        correlation=_correlation(expected.ravel(), got.ravel()),
        same_class=float(np.mean(expected.argmax(1) == got.argmax(1))) if is_table else None,
        probabilities=None if totals is None else (float(totals.min()), float(totals.max())),
    )


def rows_for(model: keras.Model, samples: list[np.ndarray] | None) -> Any:
    """Return rows to compare on: of the samples, or drawn where there are none.

    Drawn are numbers of several sizes, a row of zeros, and of whole numbers those that an Embedding takes.
    The zeros stay, since real rows have them too (an empty picture): a model for which they can't occur is
    compared on samples.

    Args:
        model: takes them.
        samples: an array for each input, or `None`.
    """
    if samples is not None:
        columns = [part[:: max(1, len(part) // ROWS)][:ROWS] for part in samples]
    else:
        rng = np.random.default_rng(0)
        columns = [_drawn(tensor, _limit(model, tensor), rng) for tensor in model.inputs]
    if len(columns) == 1:
        return columns[0]
    return {tensor.name: part for tensor, part in zip(model.inputs, columns, strict=True)}


def _drawn(tensor: keras.KerasTensor, limit: int, rng: np.random.Generator) -> np.ndarray:
    shape = (DRAWN, *tensor.shape[1:])
    parts = [size * rng.normal(size=shape) for size in SIZES]
    rows = np.concatenate([*parts, rng.uniform(size=shape), np.zeros((1, *shape[1:]))])
    if np.dtype(tensor.dtype).kind in "biu":
        rows = rng.integers(0, limit, rows.shape)
    return rows.astype(tensor.dtype)


def _limit(model: keras.Model, tensor: keras.KerasTensor) -> int:
    """Return what an input's whole numbers are below: the size of the Embedding that takes them, or 2."""
    import keras

    listed = calls(model)
    sizes = [
        call.layer.input_dim
        for call in listed
        if isinstance(call.layer, keras.layers.Embedding)
        and any(listed[place].output is tensor for place in call.inputs)
    ]
    return min(sizes, default=2)


def _outputs(model: keras.Model, x: Any) -> np.ndarray:
    return np.asarray(model(x, training=False), float)


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    if not np.isfinite(b).all():
        return 0.0
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float(np.allclose(a, b, rtol=0.05, atol=1e-6))
    return float(np.corrcoef(a, b)[0, 1])
