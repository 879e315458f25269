import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import tasks
from dlcourse.errors import DataError, ModelError, UnknownNameError


def model(units, loss, activation=None):
    made = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units, activation=activation)])
    made.compile(loss=loss)
    return made


@pytest.mark.parametrize(
    ("task", "num_classes", "units"),
    [
        ("binary", None, 1),
        ("binary", 2, 1),
        ("multiclass", 5, 5),
        ("multilabel", 1, 1),
        ("regression", None, 1),
    ],
)
def test_a_model_with_the_head_of_a_task_has_that_task(task, num_classes, units):
    head = tasks.head(task, num_classes)
    assert head.units == units
    if (task, units) != ("multilabel", 1):  # one label is a binary task
        assert tasks.of_model(model(head.units, head.loss, head.activation)) == task


@pytest.mark.parametrize(
    ("units", "loss", "task"),
    [
        (1, keras.losses.BinaryCrossentropy(from_logits=True), "binary"),
        (3, keras.losses.BinaryFocalCrossentropy(), "multilabel"),
        (3, keras.losses.SparseCategoricalCrossentropy(), "multiclass"),
        (3, "categorical_crossentropy", "multiclass"),
        (3, keras.losses.categorical_focal_crossentropy, "multiclass"),
        (2, "mse", "regression"),
        (1, keras.losses.Huber(), "regression"),
    ],
)
def test_losses_tell_the_task_however_they_are_given(units, loss, task):
    assert tasks.of_model(model(units, loss)) == task


def test_a_model_without_one_loss_or_output_has_no_task():
    inputs = keras.Input((2,))
    bare = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    with pytest.raises(ModelError, match="not compiled with one loss"):
        tasks.of_model(bare)
    two = keras.Model(inputs, [keras.layers.Dense(1)(inputs), keras.layers.Dense(2)(inputs)])
    two.compile(loss=["mse", "mse"])
    with pytest.raises(ModelError, match="several outputs"):
        tasks.of_model(two)


@pytest.mark.parametrize(
    ("target", "task"),
    [
        ([0, 1, 1], "binary"),
        ([True, False], "binary"),
        ([[0], [1]], "binary"),
        ([1, 2], "multiclass"),
        ([0.0, 1.0], "binary"),
        ([[0.0], [1.0]], "binary"),
        ([[0.0, 1.0], [1.0, 1.0]], "multilabel"),
        ([0.0, 1.0, 2.0], "regression"),
        ([3.0, 5.0, 7.0], "regression"),
        ([1.0, 1.0], "regression"),
        ([[0, 1], [1, 1]], "multilabel"),
        ([[0, 7], [1, 1]], "regression"),
    ],
)
def test_the_task_is_read_from_a_target(target, task):
    assert tasks.infer(target) == task


@given(st.lists(st.integers(0, 4), min_size=1), st.sampled_from(["binary", "multiclass", "regression"]))
def test_a_checked_target_is_the_target_or_refused(target, task):
    try:
        checked = tasks.check_target(target, task, 5 if task == "multiclass" else None)
    except DataError:
        assert task == "binary"
        assert max(target) > 1
    else:
        np.testing.assert_array_equal(checked, target)
        assert task != "binary" or max(target) <= 1


@pytest.mark.parametrize(
    ("target", "task", "num_classes", "words"),
    [
        ([0, 2], "binary", None, "needs targets of 0 and 1, and there is 2"),
        ([0.5], "multiclass", None, "needs whole numbers from 0, and there is 0.5"),
        ([0, -1], "multiclass", 3, "from 0 to 2, and the target has -1"),
        ([0, 3], "multiclass", 3, "from 0 to 2, and the target has 3"),
        ([[1, 0]], "multiclass", 3, "2 columns, and the task 3"),
        ([0, 1], "multilabel", None, "does not fit task='multilabel'"),
        ([[0, 1]], "binary", None, "does not fit task='binary'"),
        (np.zeros((1, 2, 3)), "regression", None, r"of shape \(n,\) or \(n, k\)"),
        ([1.0, 2.0], "regression", 3, "predicts 3 a sample, and the target has 1"),
        ([[1.0, 2.0, 3.0]], "regression", 1, "predicts 1 a sample, and the target has 3"),
        (["cat", "dog"], "multiclass", None, "holds texts, not real numbers: .* return_inverse=True"),
        ([1j], "regression", None, "holds complex128, not real numbers"),
        ([[1], [1, 2]], "regression", None, "The targets differ in shape"),
        ([], "regression", None, "The target is empty"),
        ([1.0, np.nan], "regression", None, "missing or infinite in row 1"),
    ],
)
def test_a_target_that_does_not_fit_is_refused_in_a_sentence(target, task, num_classes, words):
    with pytest.raises(DataError, match=words):
        tasks.check_target(target, task, num_classes)


@pytest.mark.parametrize(("width", "target"), [(1, [1.0, 2.0]), (1, [[1.0], [2.0]]), (2, [[1.0, 2.0]])])
def test_a_regression_s_target_is_as_wide_as_its_prediction(width, target):
    np.testing.assert_array_equal(tasks.check_target(target, "regression", width), target)


class Subclass(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)

    def call(self, x):
        return self.dense(x)


def test_a_model_whose_output_has_no_known_shape_has_no_task_until_it_is_wrapped():
    trained = Subclass()
    trained.compile(loss="mse")
    trained.train_on_batch(np.ones((2, 3)), np.ones(2))
    for unknown in (Subclass(), trained, keras.Sequential([keras.layers.Dense(1)])):
        with pytest.raises(ModelError, match=r"wrap it as keras.Model\(inputs, model\(inputs\)\)"):
            tasks.of_model(unknown)
    inputs = keras.Input((3,))
    wrapped = keras.Model(inputs, trained(inputs))
    wrapped.compile(loss="mse")
    assert tasks.of_model(wrapped) == "regression"
    with pytest.raises(ModelError, match="must be a Keras model, and is an object of type str"):
        tasks.of_model("x")


def test_other_refusals():
    with pytest.raises(DataError, match="one class leaves nothing to learn"):
        tasks.infer([1, 1, 1])
    with pytest.raises(UnknownNameError, match=r"Did you mean 'multiclass'\?"):
        tasks.head("multi_class")
    with pytest.raises(ModelError, match="two classes, not 3: use task='multiclass'"):
        tasks.head("binary", 3)
    with pytest.raises(ModelError, match="needs num_classes, 2 or more, and got 1"):
        tasks.head("multiclass", 1)


@pytest.mark.parametrize("target", [[1, 1], [[1], [1]], [[0, 1], [0, 1]]])
def test_a_single_class_is_refused_and_two_are_not(target):
    with pytest.raises(DataError, match="All 2 targets are of class 1: one class leaves nothing to learn"):
        tasks.check_classes(np.array(target), "multiclass")
    tasks.check_classes(np.array(target), "regression")
    tasks.check_classes(np.array([0, 1]), "binary")


def test_decisions_are_of_the_target_s_kind():
    np.testing.assert_array_equal(tasks.decide([[0.1, 0.9], [0.6, 0.4]], "multiclass"), [1, 0])
    np.testing.assert_array_equal(tasks.decide([[0.5], [0.51]], "binary"), [0, 1])
    np.testing.assert_array_equal(tasks.decide([[0.5], [0.51]], "binary", threshold=0.4), [1, 1])
    np.testing.assert_array_equal(tasks.decide([[0.9, 0.1]], "multilabel"), [[1, 0]])
    np.testing.assert_array_equal(tasks.decide([[1.5], [2.5]], "regression"), [1.5, 2.5])
    np.testing.assert_array_equal(tasks.decide([[1.5, 2.5]], "regression"), [[1.5, 2.5]])
