"""Keras models as arguments of cases."""

import io
import zipfile
from typing import Any

import numpy as np

from grader.child import live
from grader.child.plaindata import Live


def packed(model: Any) -> Live:
    """A model as an argument, in the same bytes each time: Keras writes the date into its files."""
    described = live.description(model)
    assert described is not None, "a Keras model"
    files = zipfile.ZipFile(io.BytesIO(described.value))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name in sorted(files.namelist()):
            content = b"{}" if name == "metadata.json" else files.read(name)
            archive.writestr(zipfile.ZipInfo(name), content)
    return Live("model", whole.getvalue())


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
