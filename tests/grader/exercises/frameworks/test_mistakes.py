"""Lesson 4: known mistakes fail on something that one can work out."""

import numpy as np
import pytest
from asking import BY_NAME, verdict

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


@pytest.mark.parametrize(
    "name",
    [
        "train_step",
        "custom_step",
        "affine_quantisation",
        "tflite_predict",
        "dense_to_torch",
        "conv_to_torch",
    ],
)
def test_every_mistake_fails_on_something_small(name):
    """A counterexample is only worth reading if it can be worked out by hand."""
    for mistake in BY_NAME[name].mistakes:
        found = verdict(name, mistake.answer)
        shown = found.counterexample.arguments.values()
        numbers = sum(np.size(value) for value in shown if not isinstance(value, str))
        assert numbers <= 12, mistake.name
