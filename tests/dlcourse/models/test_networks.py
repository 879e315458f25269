import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import BUILDERS, L, inputs, targets

from dlcourse import models
from dlcourse.errors import ModelError
from dlcourse.models import networks

# Keras 3.15 with NumPy 2, whenever weights are written to a file.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")


@pytest.mark.parametrize("builder", BUILDERS)
def test_a_step_of_training_lowers_the_loss_and_the_file_comes_back(builder, tmp_path):
    keras.utils.set_random_seed(0)
    model = BUILDERS[builder]("multiclass", 3, optimizer="sgd", learning_rate=0.05, dropout=0.0)
    x, y = inputs(model, 9), targets("multiclass", 9)
    before = model.test_on_batch(x, y)[0]
    for _ in range(5):
        model.train_on_batch(x, y)
    model.reset_metrics()
    assert model.test_on_batch(x, y)[0] < before
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(again.predict_on_batch(x), model.predict_on_batch(x), rtol=1e-5, atol=1e-6)


def test_the_cheat_sheets_networks():
    cnn = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (32, 64, 128):
        cnn.add(L.Conv2D(filters, (3, 3), activation="relu"))
        cnn.add(L.MaxPooling2D((2, 2)))
    for layer in (
        L.Flatten(),
        L.Dense(128, activation="relu"),
        L.Dropout(0.5),
        L.Dense(10, activation="softmax"),
    ):
        cnn.add(layer)
    assert kinds(models.cnn((28, 28, 1), "multiclass", 10)) == kinds(cnn)
    lstm = keras.Sequential(
        [keras.Input((100, 1)), L.LSTM(50, return_sequences=True), L.LSTM(50), L.Dense(1)]
    )
    assert kinds(models.rnn((100, 1), "regression")) == kinds(lstm)


def kinds(model: keras.Model) -> list[tuple]:
    return [(type(layer).__name__, [tuple(w.shape) for w in layer.weights]) for layer in model.layers]


def test_arguments_reach_the_layers():
    model = models.mlp(
        (6,), "binary", hidden=(5, 4), activation="tanh", kernel_initializer="zeros", dropout=0.25, l2=0.01,
        batch_normalization=True, optimizer="rmsprop", learning_rate=0.02,
    )  # fmt: skip
    block = ["Dense", "BatchNormalization", "Activation", "Dropout"]
    assert [type(layer).__name__ for layer in model.layers] == [*block, *block, "Dense"]
    dense, _, activation, dropout = model.layers[:4]
    assert not dense.kernel.numpy().any()
    assert not dense.use_bias
    assert dense.kernel_regularizer.l2 == pytest.approx(0.01)
    assert activation.activation is keras.activations.tanh
    assert dropout.rate == 0.25
    assert isinstance(model.optimizer, keras.optimizers.RMSprop)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02)


def test_penalty_is_that_of_keras():
    model = models.cnn((8, 8, 1), "binary", filters=(3,), dense=4, l2=0.1)
    kernels = [layer.kernel.numpy() for layer in model.layers if hasattr(layer, "kernel")][:-1]
    assert float(sum(model.losses)) == pytest.approx(0.1 * sum((k**2).sum() for k in kernels), rel=1e-5)


def test_no_hidden_layer_is_logistic_regression():
    assert kinds(models.mlp((6,), "binary", hidden=())) == [("Dense", [(6, 1), (1,)])]


@settings(deadline=None, max_examples=200)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    blocks=st.integers(1, 4),
    kernel=st.integers(1, 5),
    pool=st.integers(1, 4),
    padding=st.sampled_from(["valid", "same"]),
)
def test_sizes_are_refused_just_where_keras_fails(height, width, blocks, kernel, pool, padding):
    x = keras.KerasTensor((1, height, width, 1))
    try:
        for _ in range(blocks):
            x = keras.ops.conv(x, keras.KerasTensor((kernel, kernel, 1, 1)), padding=padding)
            x = keras.ops.max_pool(x, pool)
        fits = min(x.shape[1:3]) > 0
    except ValueError:
        fits = False
    try:
        networks._check_sizes(height, width, blocks, kernel, pool, padding)
    except ModelError as error:
        assert not fits
        least = int(str(error).rpartition("×")[2].rstrip("."))
        networks._check_sizes(least, least, blocks, kernel, pool, padding)  # its advice works
        with pytest.raises(ModelError):
            networks._check_sizes(least - 1, least, blocks, kernel, pool, padding)
        if "padding='same'" in str(error):
            networks._check_sizes(height, width, blocks, kernel, pool, "same")
        if "at most" in str(error):
            fewer = int(str(error).partition("at most ")[2].split()[0])
            networks._check_sizes(height, width, fewer, kernel, pool, padding)
    else:
        assert fits
