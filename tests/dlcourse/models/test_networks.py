import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import models, tasks
from dlcourse.datasets import load
from dlcourse.errors import ModelError, UnknownNameError
from dlcourse.models import networks

# Keras 3.15 with NumPy 2, whenever weights are written to a file.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")

L = keras.layers
# The builders of classifiers and regressions, small, with one sample's shape.
BUILDERS = {
    "mlp": lambda *task, **options: models.mlp((6,), *task, hidden=(5,), **options),
    "mlp of images": lambda *task, **options: models.mlp((4, 4, 2), *task, hidden=(5,), **options),
    "cnn": lambda *task, **options: models.cnn((8, 8, 1), *task, filters=(3,), dense=4, **options),
    "cnn of grey images": lambda *task, **options: models.cnn(
        (8, 8), *task, filters=(3,), dense=4, **options
    ),
    "lstm": lambda *task, **options: models.rnn((5, 2), *task, units=(3, 3), **options),
    "gru": lambda *task, **options: models.rnn((5, 2), *task, cell="gru", units=(3,), **options),
    "simple": lambda *task, **options: models.rnn((5, 2), *task, cell="simple", units=(3,), **options),
    "transformer": lambda *task, **options: models.transformer(
        20, 6, *task, depth=8, heads=2, feed_forward=8, **options
    ),
    "transfer": lambda *task, **options: models.transfer(classifier(), *task, **options),
}
TASKS = {"binary": None, "multiclass": 3, "multilabel": 4, "regression": None}


def classifier() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((6,)),
            L.Dense(5),
            L.BatchNormalization(),
            L.Activation("relu"),
            L.Dense(4, activation="relu"),
            L.Dense(3, activation="softmax"),
        ]
    )


def inputs(model: keras.Model, n: int = 4) -> np.ndarray:
    random = np.random.default_rng(0)
    if model.inputs[0].dtype == "int32":
        return random.integers(1, 20, (n, *model.input_shape[1:])).astype(np.int32)
    return random.normal(size=(n, *model.input_shape[1:])).astype(np.float32)


def targets(task: str, n: int = 4) -> np.ndarray:
    if task == "multilabel":
        return np.eye(4, dtype=np.int64)[np.arange(n) % 4]
    return np.arange(n) % (TASKS[task] or 2)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("builder", BUILDERS)
def test_output_loss_and_metrics_follow_from_the_task(builder, task):
    model = BUILDERS[builder](task, TASKS[task])
    head = tasks.head(task, TASKS[task])
    assert model.output_shape == (None, head.units)
    assert model.layers[-1].activation.__name__ == head.activation
    assert model.loss == head.loss
    assert tasks.of_model(model) == task
    figures = model.evaluate(inputs(model), targets(task), verbose=0, return_dict=True)
    assert set(figures) == {"loss", *head.metrics}


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


def test_optimizer_objects_and_schedules():
    optimizer = keras.optimizers.SGD(0.5, momentum=0.9)
    assert models.mlp((6,), "binary", optimizer=optimizer).optimizer is optimizer
    model = models.mlp((6,), "binary", optimizer=optimizer, learning_rate=0.1)
    assert (float(model.optimizer.learning_rate), model.optimizer.momentum) == (pytest.approx(0.1), 0.9)
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)
    model = models.mlp((6,), "binary", learning_rate=schedule)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1)


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


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: models.cnn((64,), "binary"), r"CNN needs .*\(height, width, channels\).* got \(64,\)"),
        (lambda: models.cnn((None, 28, 28, 1), "binary"), "without the batch"),
        (lambda: models.cnn(28, "binary"), "got 28"),
        (lambda: models.cnn((28, 0, 1), "binary"), "width must be a whole number from 1, not 0"),
        (lambda: models.cnn((8, 8, 1), "multiclass", 10),
         "8×8 → conv 6×6 → pool 3×3 → conv 1×1 → pooling 2×2 does not fit: "
         "use padding='same', at most 1 convolution, or images of at least 22×22"),
        (lambda: models.cnn((8, 8), "binary", filters=()), "filters must be one or more"),
        (lambda: models.cnn((2, 2, 1), "binary"), "3×3 does not fit: use images of at least 22×22"),
        (lambda: models.mlp((), "binary"), "needs an input_shape"),
        (lambda: models.mlp((6,), "binary", hidden=(32, -1)), r"hidden\[1\] must .*, not -1"),
        (lambda: models.mlp((6,), "binary", hidden=(True,)), "not True"),
        (lambda: models.mlp((6,), "binary", hidden="64"), "hidden must be whole numbers"),
        (lambda: models.mlp((6,), "binary", dropout=1.0), "dropout must be at least 0 and below 1, not 1.0"),
        (lambda: models.mlp((6,), "binary", dropout="half"), "not 'half'"),
        (lambda: models.mlp((6,), "binary", l2=-1), "l2 must be 0 or a positive number, not -1"),
        (lambda: models.mlp((6,), "binary", l2=float("nan")), "not nan"),
        (lambda: models.mlp((6,), "binary", learning_rate=0), "positive number or a schedule, not 0"),
        (lambda: models.mlp((6,), "binary", learning_rate=float("inf")), "schedule, not inf"),
        (lambda: models.mlp((6,), "multiclass"), "needs num_classes"),
        (lambda: models.mlp((6,), "multiclass", "ten"), "num_classes must .*, not 'ten'"),
        (lambda: models.mlp((6,), "binary", 10), "two classes, not 10"),
        (lambda: models.rnn((100,), "regression"), r"\(steps, features\).* got \(100,\)"),
        (lambda: models.rnn((5, None), "regression"), "features must be a whole number"),
        (lambda: models.rnn((None, 2), "regression", unroll=True), "not None"),
        (lambda: models.transformer(0, 6, "binary"), "vocabulary_size must be"),
        (lambda: models.transformer(20, 6, "binary", depth=10, heads=4), "10 is no multiple of 4"),
        (lambda: models.transfer(7, "binary"), "not 7"),
        (lambda: models.transfer(classifier(), "binary", weights="imagenet"), "belong to a backbone's name"),
        (lambda: models.transfer("MobileNet", "binary", weights="no/such.weights.h5"), "no file of weights"),
        (lambda: models.transfer("MobileNet", "binary", input_shape=(96, 96, 2)), "colour images"),
        (lambda: models.transfer("MobileNet", "binary", input_shape=(8, 8, 3)), "MobileNet can't be built"),
        (lambda: models.transfer(keras.Sequential([L.Dense(3)]), "binary"), "built Sequential or functional"),
        (lambda: models.fine_tune(classifier()), "needs a model made by transfer"),
        (lambda: models.gan((7, 8, 1)), "must be even, not 7×8"),
        (lambda: models.gan(learning_rate=-1), "schedule, not -1"),
        (lambda: models.gan((8, 8)), r"\(height, width, channels\)"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_explained(build, words):
    with pytest.raises(ModelError, match=words):
        build()


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: models.mlp((6,), "multi-class", 3), "'multiclass'"),
        (lambda: models.mlp((6,), "binary", activation="rellu"), "'relu'"),
        (lambda: models.mlp((6,), "binary", kernel_initializer="he_norml"), "'he_normal'"),
        (lambda: models.mlp((6,), "binary", optimizer="adamm"), "'adam'"),
        (lambda: models.rnn((5, 2), "binary", cell="LSTM "), "Available: lstm, gru, simple"),
        (lambda: models.cnn((28, 28, 1), "binary", padding="sam"), "'same'"),
        (lambda: models.transformer(20, 6, "binary", activation="gellu"), "'gelu'"),
        (lambda: models.transfer("MobilNetV2", "binary"), "'MobileNetV2'"),
    ],
)
def test_unknown_names_are_guessed(build, words):
    with pytest.raises(UnknownNameError, match=words):
        build()


def sequential(units: int, activation: str | None) -> keras.Model:
    return keras.Sequential([keras.Input((6,)), L.Dense(units, activation=activation)])


@pytest.mark.parametrize(
    ("model", "task", "words"),
    [
        (sequential(10, "sigmoid"), "multiclass", "10 units, softmax; this model ends in 10 units, sigmoid"),
        (sequential(1, None), "binary", "1 unit, sigmoid; this model ends in 1 unit, linear"),
        (sequential(2, "softmax"), "binary", "1 unit, sigmoid"),
        (sequential(1, "sigmoid"), "regression", "linear"),
        (keras.Sequential([sequential(3, None), L.Softmax()]), "multilabel", "3 units, softmax"),
        (keras.Sequential([L.Dense(1)]), "regression", "begin it with keras.Input"),
        ("mlp", "regression", "must be a Keras model"),
        (keras.Sequential([keras.Input((4, 2)), L.Dense(1)]), "regression", r"\(None, 4, 1\)"),
    ],
)
def test_compile_refuses_an_output_that_does_not_fit(model, task, words):
    with pytest.raises(ModelError, match=words):
        models.compile(model, task)


def test_compile_takes_what_fits():
    for model, task in [
        (keras.Sequential([sequential(3, None), L.Softmax()]), "multiclass"),
        (sequential(2, None), "regression"),
        (sequential(1, "softplus"), "regression"),
    ]:
        assert tasks.of_model(models.compile(model, task)) == task
    with pytest.raises(ModelError, match="5 units"):
        models.compile(sequential(3, "softmax"), "multiclass", 5)


@pytest.mark.parametrize("blocks", [1, 3])
def test_transformer_ignores_padding_and_heeds_order(blocks):
    keras.utils.set_random_seed(0)
    model = models.transformer(20, 6, "multiclass", 3, depth=8, heads=2, blocks=blocks)
    short = models.transformer(20, 4, "multiclass", 3, depth=8, heads=2, blocks=blocks)
    weights = model.get_weights()
    at = next(i for i, weight in enumerate(model.weights) if "positions" in weight.path)
    weights[at] = weights[at][:4]
    short.set_weights(weights)
    tokens = np.array([[4, 9, 2, 7]], dtype=np.int32)
    padded = np.pad(tokens, ((0, 0), (0, 2)))
    np.testing.assert_allclose(model.predict_on_batch(padded), short.predict_on_batch(tokens), atol=1e-6)
    assert not np.allclose(
        model.predict_on_batch(padded), model.predict_on_batch(padded[:, [1, 0, 2, 3, 4, 5]])
    )
    assert np.isfinite(model.predict_on_batch(np.zeros((1, 6), np.int32))).all()


def test_transformer_learns_which_word_comes_first():
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    x = np.zeros((600, 8), np.int32)
    for row in x:
        filled = random.integers(4, 9)
        row[:filled] = random.integers(3, 12, filled)
        row[random.choice(filled, 2, replace=False)] = 1, 2
    y = (np.argmax(x == 1, axis=1) < np.argmax(x == 2, axis=1)).astype(int)
    model = models.transformer(12, 8, "binary", depth=16, heads=2, dropout=0.0, learning_rate=0.005)
    model.fit(x[:500], y[:500], epochs=15, batch_size=50, verbose=0)
    assert model.evaluate(x[500:], y[500:], verbose=0)[1] > 0.9


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


def test_missing_imagenet_weights_are_one_sentence(monkeypatch, tmp_path):
    def fetch(*_, **__):
        raise Exception("URL fetch failure on https://...: None -- [Errno -3]")

    monkeypatch.setattr("keras.src.applications.mobilenet.file_utils.get_file", fetch)
    with pytest.raises(ModelError, match="ImageNet weights of MobileNet are not on this computer"):
        models.transfer("MobileNet", "binary", input_shape=(224, 224, 3), weights="imagenet")


def test_gan_moves_towards_the_data():
    keras.utils.set_random_seed(0)
    images = load("digits").features[..., None] / 16
    model = models.gan((8, 8, 1), filters=16)

    def distance() -> float:
        made = model.generate(500, seed=1)
        return float(
            np.abs(made.mean(axis=0) - images.mean(axis=0)).mean()
            + np.abs(made.std(axis=0) - images.std(axis=0)).mean()
        )

    before = distance()
    history = model.fit(images, epochs=8, verbose=0).history
    assert set(history) == {"d_loss", "g_loss"}
    assert np.isfinite(history["d_loss"] + history["g_loss"]).all()
    assert distance() < before / 3


def test_gan_refuses_images_that_it_could_not_make():
    model = models.gan((8, 8, 1), filters=2)
    with pytest.raises(ModelError, match=r"makes images of 8×8, and these are \(6, 6\)"):
        model.fit(np.zeros((4, 6, 6, 1), np.float32), verbose=0)
    with pytest.raises(ModelError, match="needs a learning rate"):
        models.gan((8, 8, 1), learning_rate=None)


def test_gan_step_is_the_two_losses_of_the_formula():
    keras.utils.set_random_seed(0)
    model = models.gan((8, 8, 1), filters=4, dropout=0.0)
    real = np.random.default_rng(0).uniform(size=(16, 8, 8, 1)).astype(np.float32)
    noise = keras.random.normal((16, 32), seed=keras.random.SeedGenerator(3))
    model.random = keras.random.SeedGenerator(3)
    fake = model.generator(noise, training=True)
    logits = [model.discriminator(images, training=True).numpy() for images in (real, fake)]
    losses = keras.losses.BinaryCrossentropy(from_logits=True)
    d_loss = float(losses(np.ones((16, 1)), logits[0]) + losses(np.zeros((16, 1)), logits[1]))
    g_loss = float(losses(np.ones((16, 1)), logits[1]))
    figures = {name: float(value) for name, value in model.train_step((real,)).items()}
    assert figures == {"d_loss": pytest.approx(d_loss, rel=1e-4), "g_loss": pytest.approx(g_loss, rel=1e-4)}


def test_gan_comes_back_from_a_file_and_trains_on(tmp_path):
    model = models.gan((6, 10, 2), filters=4, latent_size=5)
    images = np.random.default_rng(0).uniform(size=(8, 6, 10, 2)).astype(np.float32)
    model.fit(images, verbose=0)
    model.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras", safe_mode=True)
    np.testing.assert_allclose(again.generate(3, seed=1), model.generate(3, seed=1), atol=1e-6)
    assert not np.array_equal(model.generate(3, seed=1), model.generate(3, seed=2))
    again.fit(images, verbose=0)
