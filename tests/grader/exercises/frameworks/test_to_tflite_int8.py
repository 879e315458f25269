"""The model that `to_tflite_int8` is asked to quantise."""

import numpy as np
import pytest
from asking import whole_cases_of

from grader.child import live


@pytest.mark.parametrize("seed", range(4))
def test_the_model_to_quantise_has_clear_answers(seed):
    (case,) = whole_cases_of("to_tflite_int8", seed)
    model, samples = case.arguments
    outputs = np.asarray(live.instantiate(model)(case.inputs))
    assert outputs.max(axis=1).mean() > 0.8
    assert np.bincount(case.secret["classes"], minlength=10).min() > 10
    assert len(case.inputs) >= 400
    assert not (samples[:, None] == case.inputs[:50]).all(axis=2).any()
