import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import L, classifier, inputs, targets

from dlcourse import models
from dlcourse.errors import ModelError

# Keras 3.15 with NumPy 2, whenever weights are written to a file.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")


def test_transfer_leaves_the_original_alone_and_trains_the_head_only():
    original = classifier()
    kept = original.get_weights()
    model = models.transfer(original, "binary", learning_rate=0.1)
    body = model.get_layer("backbone")
    before = body.get_weights()
    x = inputs(model, 16)
    model.fit(x, targets("binary", 16), epochs=2, verbose=0)
    for old, new in zip(before, body.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert len(model.trainable_weights) == 2
    assert original.trainable
    features = keras.Model(original.inputs, original.layers[-2].output)
    np.testing.assert_allclose(body.predict_on_batch(x), features.predict_on_batch(x), rtol=1e-5, atol=1e-6)
    models.fine_tune(model, learning_rate=0.05)
    model.fit(x, targets("binary", 16), epochs=2, verbose=0)
    changed = {
        weight.path.split("/")[-2:][0].rstrip("_0123456789") + "/" + weight.name
        for weight, old in zip(body.weights, before, strict=True)
        if not np.array_equal(weight.numpy(), old)
    }
    assert changed == {"dense/kernel", "dense/bias"}  # BatchNormalization moved in nothing
    for old, new in zip(kept, original.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


NUMBERS = np.random.default_rng(0).normal(5, 3, (64, 3)).astype(np.float32)
TEXTS = ["a b c", "a d", "e f g"]


def adapted(layer: keras.layers.Layer, learns_from: object) -> keras.layers.Layer:
    layer.adapt(learns_from)
    return layer


def adapted_backbone(kind: str) -> tuple[keras.Model, object]:
    """A model that begins with what a layer has learnt by `adapt`, and a batch for it."""
    x: object = NUMBERS[:, :1]
    if kind == "normalization":
        layer, x, inputs = adapted(L.Normalization(), NUMBERS), NUMBERS, keras.Input((3,))
    elif kind == "nested normalization":
        inner = keras.Sequential([keras.Input((3,)), adapted(L.Normalization(), NUMBERS)])
        layer, x, inputs = inner, NUMBERS, keras.Input((3,))
    elif kind == "discretization":
        layer = adapted(L.Discretization(num_bins=4, output_mode="one_hot"), NUMBERS[:, 0])
        inputs = keras.Input((1,))
    elif kind == "words":
        layer = adapted(L.StringLookup(output_mode="one_hot"), TEXTS)
        inputs, x = keras.Input((1,), dtype="string"), tf.constant([["a d"], ["?"]])
    else:
        layer = adapted(L.TextVectorization(output_mode="tf_idf"), TEXTS)
        inputs, x = keras.Input((), dtype="string"), tf.constant(["a a f", "e ?"])
    return keras.Model(inputs, L.Dense(4, activation="elu")(layer(inputs))), x


@pytest.mark.parametrize(
    "kind", ["normalization", "nested normalization", "discretization", "words", "texts"]
)
def test_transfer_keeps_what_preprocessing_layers_have_learnt(kind):
    backbone, x = adapted_backbone(kind)
    model = models.transfer(backbone, "binary")
    np.testing.assert_array_equal(model.get_layer("backbone")(x), backbone(x))


class Doubled(keras.layers.Layer):
    def call(self, x):
        return x * 2


def test_transfer_copies_layers_and_losses_that_no_file_could_bring_to_another_process():
    backbone = keras.Sequential(
        [keras.Input((3,)), Doubled(), L.Lambda(lambda x: x + 1), L.Dense(4, activation="elu")]
    )
    backbone.compile(loss=lambda y, outputs: y - outputs)
    body = models.transfer(backbone, "binary").get_layer("backbone")
    np.testing.assert_array_equal(body(NUMBERS), backbone(NUMBERS))


class Subclass(keras.Model):
    def call(self, x):
        return x


def test_what_is_no_backbone_or_model_is_refused():
    for other in (Subclass(), keras.Sequential([L.Dense(4)]), models.gan((8, 8, 1), filters=2)):
        with pytest.raises(ModelError, match="can't be copied as a backbone"):
            models.transfer(other, "binary")
    with pytest.raises(ModelError, match="needs a model made by transfer"):
        models.fine_tune("x")
    with pytest.raises(ModelError, match="There is no file of weights 3"):
        models.transfer("MobileNetV2", "binary", weights=3)


def test_fine_tune_finds_nothing_to_train_in_a_normalization():
    body = keras.Sequential([keras.Input((3,)), L.Dense(4), adapted(L.Normalization(), NUMBERS[:, [0] * 4])])
    with pytest.raises(ModelError, match="last 1 layers have no weights"):
        models.fine_tune(models.transfer(body, "binary"), layers=1)


def test_fine_tune_unfreezes_the_last_layers_at_a_low_rate(tmp_path):
    model = models.transfer(classifier(), "multiclass", 3, optimizer=keras.optimizers.SGD(0.5, momentum=0.9))
    model.train_on_batch(inputs(model), targets("multiclass"))
    model.save(tmp_path / "model.keras")
    model = keras.saving.load_model(tmp_path / "model.keras")
    assert models.fine_tune(model, layers=1) is model
    assert [len(layer.trainable_weights) for layer in model.get_layer("backbone").layers][-1] == 2
    assert len(model.trainable_weights) == 4
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-5)
    assert model.optimizer.momentum == 0.9
    models.fine_tune(model)
    assert len(model.trainable_weights) == 6
    with pytest.raises(ModelError, match=r"has \d layers, so not the last 99"):
        models.fine_tune(model, layers=99)


def test_fine_tune_needs_weights_to_train():
    body = keras.Sequential([keras.Input((8, 8, 1)), L.Conv2D(3, 3), L.BatchNormalization(), L.ReLU()])
    model = models.transfer(body, "binary")
    assert isinstance(model.layers[2], L.GlobalAveragePooling2D)
    with pytest.raises(ModelError, match="last 2 layers have no weights"):
        models.fine_tune(model, layers=2)


def test_every_application_has_its_preprocessing():
    for name, build in vars(keras.applications).items():
        if name[0].isupper():
            family = getattr(keras.applications, build.__module__.rpartition(".")[2])
            assert callable(family.preprocess_input), name


@pytest.fixture(scope="module")
def mobilenet() -> keras.Model:
    return models.transfer("MobileNet", "multiclass", 3, input_shape=(32, 32, 1))


def test_a_named_backbone_takes_grey_pixels_as_they_are(mobilenet):
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 1)).astype(np.float32)
    body = next(layer for layer in mobilenet.layers if isinstance(layer, keras.Model))
    features = body.predict_on_batch(np.repeat(pixels / 127.5 - 1, 3, axis=-1)).mean(axis=(1, 2))
    expected = mobilenet.layers[-1](features).numpy()
    np.testing.assert_allclose(mobilenet.predict_on_batch(pixels), expected, rtol=1e-4, atol=1e-5)


def test_weights_come_from_a_file(mobilenet, tmp_path):
    body = next(layer for layer in mobilenet.layers if isinstance(layer, keras.Model))
    body.save_weights(tmp_path / "body.weights.h5")
    again = models.transfer(
        "MobileNet", "binary", input_shape=(32, 32, 3), weights=tmp_path / "body.weights.h5"
    )
    copy = next(layer for layer in again.layers if isinstance(layer, keras.Model))
    for old, new in zip(body.get_weights(), copy.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("content", ["another network", "noise"])
def test_a_file_of_other_weights_is_one_sentence(content, tmp_path):
    path = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save_weights(path)
    if content == "noise":
        path.write_bytes(b"no weights")
    message = (
        f"^The file {re.escape(str(path))} doesn't hold the weights of MobileNet without its output layer"
    )
    with pytest.raises(ModelError, match=message):
        models.transfer("MobileNet", "binary", input_shape=(32, 32, 3), weights=path)


def test_missing_imagenet_weights_are_one_sentence(monkeypatch, tmp_path):
    def fetch(*_, **__):
        raise Exception("URL fetch failure on https://...: None -- [Errno -3]")

    monkeypatch.setattr("keras.src.applications.mobilenet.file_utils.get_file", fetch)
    with pytest.raises(ModelError, match="ImageNet weights of MobileNet are not on this computer"):
        models.transfer("MobileNet", "binary", input_shape=(224, 224, 3), weights="imagenet")
