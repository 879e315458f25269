"""The cases of `count_traces`: TensorFlow counts as many, and they tell apart what there is to know."""

import warnings

import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import tensorflow as tf
from asking import cases_of

from grader.references import frameworks as reference


def traced(calls):
    function = tf.function(lambda v: v)
    for kind, *what in calls:
        function(tf.zeros(what[1], what[0]) if kind == "tensor" else what[0])
    return function.experimental_get_tracing_count()


@pytest.mark.parametrize("seed", range(3))
def test_tensorflow_counts_as_the_reference_predicts(seed):
    for (calls,) in cases_of("count_traces", seed):
        assert len(calls) <= 20
        assert traced(calls) == reference.count_traces(calls), calls


def test_numbers_are_whole_and_tensors_of_two_types():
    """TensorFlow takes 1, 1.0 and True for one and the same, which nobody needs to know."""
    calls = [call for (calls,) in cases_of("count_traces") for call in calls]
    assert {type(call[1]) for call in calls if call[0] == "number"} == {int}
    assert {call[1] for call in calls if call[0] == "tensor"} == {"float32", "int32"}
    assert {len(call[2]) for call in calls if call[0] == "tensor"} == {0, 1, 2}
