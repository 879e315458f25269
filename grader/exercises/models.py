"""Keras models as arguments of cases."""

from typing import Any

import numpy as np

from dlcourse import files
from grader.child import live
from grader.child.plaindata import Live


def packed(model: Any) -> Live:
    """A model as an argument, in the same bytes each time."""
    described = live.description(model)
    assert described is not None, "a Keras model"
    return Live("model", files.repeatable(described.value))


def fitted(model: Any, x: np.ndarray, y: np.ndarray) -> Live:
    """A compiled model as an argument that has been fitted on data, and has its weights from before.

    Where the answer is this model, `given.after` has its weights after the call, and after another fit.
    """
    return Live("fitted", {"model": packed(model).value, "data": (x, y)})


def with_random_weights(model: Any, rng: np.random.Generator) -> Any:
    """The model with weights that can be written down: positive where they stand for a variance."""
    model.set_weights(
        [
            rng.uniform(0.5, 1.5, weight.shape).round(2)
            if "variance" in weight.name
            else rng.normal(0, 1 / np.sqrt(weight.shape[0]), weight.shape).round(2)
            for weight in model.weights
        ]
    )
    return model
