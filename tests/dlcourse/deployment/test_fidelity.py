"""A converted file that computes something else than Keras is refused, and one that can be rewritten is."""

import keras
import numpy as np
import pytest

from dlcourse import models
from dlcourse.deployment import LiteModel, to_tflite
from dlcourse.deployment.fidelity import Fidelity, measured, rows_for
from dlcourse.errors import ConversionError

layers = keras.layers
RANDOM = np.random.default_rng(0)
ROWS = RANDOM.uniform(-1, 1, (200, 6)).astype("float32")
CELU = "correlation of 0.[0-9]+ with Keras's"


def sequential(shape, *stack, dtype="float32"):
    return keras.Sequential([keras.Input(shape, dtype=dtype), *stack])


@pytest.mark.parametrize("name", ["softplus", "log_sigmoid", "mish"])
@pytest.mark.parametrize("quantization", [None, "float16"])
def test_functions_that_overflow_in_tflite_are_written_in_their_stable_form(name, quantization):
    model = sequential((1,), layers.Activation(name))
    x = np.array([[50.0], [88], [89], [150], [-20], [-89], [-200], [0]], "float32")
    outputs = to_tflite(model, quantization).predict(x)
    np.testing.assert_allclose(outputs, model(x), rtol=1e-5, atol=1e-6)


def test_the_head_that_compile_offers_is_right_for_large_sums():
    model = sequential((2,), layers.Dense(1, activation="softplus", kernel_initializer="ones"))
    models.compile(model, "regression")
    np.testing.assert_allclose(to_tflite(model).predict([[100.0, 50.0]]), [[150.0]])


def test_a_weight_beyond_float16_is_refused_by_its_layer():
    layer = layers.Normalization(name="scaling")
    layer.adapt(np.array([[1e5], [1.2e5], [0.8e5]]))
    model = sequential((1,), layer, layers.Dense(1))
    with pytest.raises(
        ConversionError, match=r"'scaling' has a weight of 100,000, and float16 ends at 65,504"
    ):
        to_tflite(model, "float16")
    assert to_tflite(model).fidelity.relative_difference < 1e-4


def test_another_function_is_refused_with_the_figure():
    model = sequential((6,), layers.Activation("celu"))
    with pytest.raises(ConversionError, match=rf"\(int8\) computes something else than Keras: .*{CELU}"):
        to_tflite(model, "int8", ROWS)
    assert to_tflite(model, "dynamic", ROWS).fidelity.largest_difference < 1e-5


def test_the_first_layer_that_is_wrong_is_named():
    model = sequential(
        (6,), layers.Rescaling(0.5, name="fine"), layers.Activation("celu", name="bad"), layers.Dense(2)
    )
    model.layers[-1].set_weights([np.ones((6, 2), "float32"), np.zeros(2, "float32")])
    with pytest.raises(ConversionError, match=rf"{CELU}, from 'bad' on"):
        to_tflite(model, "int8", ROWS)


def test_probabilities_that_no_longer_sum_to_one_are_refused():
    model = sequential((20,), layers.Dense(1000, activation="softmax"))
    with pytest.raises(ConversionError, match=r"probabilities sum to 0\.0\d to 0\.\d+ and not to 1"):
        to_tflite(model, "int8", RANDOM.normal(size=(200, 20)))


def test_a_mean_over_what_is_not_padding_is_tried_on_real_rows():
    stack = layers.Embedding(5, 4, mask_zero=True), layers.GlobalAveragePooling1D(), layers.Dense(3)
    model = sequential((7,), *stack, dtype="int32")
    tokens = RANDOM.integers(1, 5, (100, 7))
    lite = to_tflite(model, "int8", tokens)
    assert lite.fidelity.relative_difference < 0.05
    assert LiteModel.load(lite.content).size == lite.size


def test_what_was_measured_is_shown():
    model = models.mlp((6,), "multiclass", 3)
    lite = to_tflite(model, "int8", ROWS)
    found = lite.fidelity
    assert found.rows == 100
    assert 0 < found.relative_difference < 0.2
    assert found.correlation > 0.99
    assert "; off by at most" in repr(lite)
    assert f"{found.same_class:.0%} of classes the same>" in repr(lite)
    assert LiteModel(lite.content).fidelity is None


def test_a_model_that_draws_at_each_call_is_not_compared():
    @keras.saving.register_keras_serializable("tests")
    class Noisy(layers.Layer):
        def call(self, x):
            return x + keras.random.normal(keras.ops.shape(x), seed=keras.random.SeedGenerator(1))

    model = sequential((2,), Noisy())
    rows = rows_for(model, None)
    assert np.array_equal(rows, rows_for(model, None)), "the same rows in every run"
    lite = to_tflite(sequential((2,), layers.Rescaling(1.0)))
    noisy = model if not np.array_equal(model(rows), model(rows)) else None
    assert noisy is None or measured(noisy, lite.predict, rows) is None


def test_rows_of_an_embedding_are_of_its_vocabulary():
    model = sequential((7,), layers.Embedding(5, 4), layers.Flatten(), dtype="int32")
    assert set(np.unique(rows_for(model, None))) == set(range(5))


def test_a_row_of_zeros_is_among_the_drawn_ones_and_samples_stand_in_their_place():
    model = sequential((6,), layers.UnitNormalization())  # of zeros TFLite makes no finite numbers
    with pytest.raises(ConversionError, match=r"no finite numbers.*, or give samples, if yours are not like"):
        to_tflite(model)
    assert to_tflite(model, samples=ROWS).fidelity.largest_difference < 1e-5


def test_whole_numbers_and_others_are_drawn_together():
    tokens, features = keras.Input((5,), dtype="int32", name="tokens"), keras.Input((3,), name="features")
    embedded = layers.Flatten()(layers.Embedding(50, 4)(tokens))
    model = keras.Model([tokens, features], layers.Dense(2)(layers.Concatenate()([embedded, features])))
    rows = rows_for(model, None)
    assert len(rows["tokens"]) == len(rows["features"]) == to_tflite(model).fidelity.rows
    assert rows["tokens"].max() < 50


@pytest.mark.parametrize(
    ("changes", "quantization", "words"),
    [
        ({}, None, None),
        ({"largest_difference": np.inf}, "int8", "no finite numbers"),
        ({"probabilities": (0.5, 1.0)}, "int8", "sum to 0.50 to 1.00"),
        ({"correlation": 0.9}, "int8", "correlation of 0.90"),
        ({"correlation": 0.98}, "dynamic", None),
        ({"correlation": 0.98}, "float16", "correlation of 0.98"),
        ({"relative_difference": 0.02}, None, "off by 2% of their range"),
        ({"relative_difference": 0.02}, "float16", None),
    ],
)
def test_limits(changes, quantization, words):
    fault = Fidelity(10, 0.0, 0.0, 1.0, 1.0, (1.0, 1.0))._replace(**changes).fault(quantization)
    assert (fault is None) == (words is None)
    assert words is None or words in fault
