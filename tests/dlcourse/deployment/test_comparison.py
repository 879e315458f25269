import keras
import numpy as np
import pytest
from converted_models import L, Subclassed, inputs

from dlcourse import models
from dlcourse.deployment import compare, to_tflite
from dlcourse.errors import DataError, ModelError, UnknownNameError


def test_compare_measures_regressions_and_several_at_once(digits):
    keras.utils.set_random_seed(0)
    model = models.mlp((6,), "regression", hidden=(4,))
    x, y = inputs(model, 20), np.arange(20.0)
    converted = to_tflite(model)
    table = compare(model, [converted, converted], (x, y))
    assert list(table.index) == ["keras", "tf.function", "tflite 1", "tflite 2"]
    assert list(table.columns) == ["size", "mean_absolute_error", "largest_difference", "latency_ms"]
    expected = np.abs(model.predict(x, verbose=0)[:, 0] - y).mean()
    np.testing.assert_allclose(table["mean_absolute_error"], expected, rtol=1e-5)
    assert table["largest_difference"].max() < 1e-5
    assert compare(model, converted, (x, y)).index[-1] == "tflite"


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel"])
def test_compare_decides_on_the_probabilities_of_logits(task):
    keras.utils.set_random_seed(0)
    units = 1 if task == "binary" else 3
    binary = keras.losses.BinaryCrossentropy(from_logits=True)
    several = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = keras.Sequential([keras.Input((4,)), L.Dense(units)])
    model.compile(loss=several if task == "multiclass" else binary)
    x = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32)
    logits = model.predict(x, verbose=0)
    y = logits.argmax(axis=1) if task == "multiclass" else (logits > 0).astype(int)
    assert np.mean((logits > 0) != (logits > 0.5)) > 0.05
    table = compare(model, to_tflite(model), (x, y))
    assert (table[["accuracy", "agreement"]] == 1).all(axis=None)


def test_compare_is_told_the_task_of_a_loss_function_of_ones_own():
    model = models.mlp((6,), "binary", hidden=())
    x = inputs(model)
    y = (model.predict(x, verbose=0)[:, 0] > 0.5).astype(int)
    model.compile(loss=lambda y_true, y_pred: keras.losses.binary_crossentropy(y_true, y_pred))
    converted = to_tflite(model)
    assert (compare(model, converted, (x, y), task="binary")["accuracy"] == 1).all()
    assert "accuracy" not in compare(model, converted, (x, y))
    with pytest.raises(UnknownNameError, match="'binary'"):
        compare(model, converted, (x, y), task="binery")


def test_compare_refuses_what_does_not_fit(digits):
    model, (x, y), lites = digits
    with pytest.raises(ModelError, match="gives, not with None"):
        compare(model, None, (x, y))
    with pytest.raises(ModelError, match=r"not with 'model\.tflite'"):
        compare(model, {"mine": "model.tflite"}, (x, y))
    with pytest.raises(ModelError, match=r"shape \(8, 8\), and the data have \(7, 8\)"):
        compare(model, lites, (x[:, :7], y))
    with pytest.raises(DataError, match="from 0 to 9, and the target has 10"):
        compare(model, lites, (x, y + 1))
    with pytest.raises(ModelError):
        compare(Subclassed(), lites, (x, y))
