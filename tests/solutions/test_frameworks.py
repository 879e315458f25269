"""The reference answers of lesson 4 against Keras's own training, LiteRT, PyTorch and arithmetic by hand."""

import doctest
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf

from dlcourse import datasets
from dlcourse.deployment import LiteModel
from grader.references import frameworks as fw

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras's own
    pytest.mark.filterwarnings("ignore:Statistics for quantized inputs were expected:UserWarning"),
]


@pytest.fixture(scope="module")
def rng():
    return np.random.default_rng(4)


@pytest.fixture(autouse=True)
def _silent_converter():
    """Keras prints what it saved."""
    keras.config.disable_interactive_logging()
    yield
    keras.config.enable_interactive_logging()


def network(*sizes, activation="softmax"):
    hidden = [keras.layers.Dense(units, "relu") for units in sizes[1:-1]]
    return keras.Sequential([keras.Input((sizes[0],)), *hidden, keras.layers.Dense(sizes[-1], activation)])


@pytest.fixture(scope="module")
def classifier():
    keras.utils.set_random_seed(1)
    return network(16, 40, 4)


@pytest.fixture(scope="module")
def float_file(classifier):
    return fw.to_tflite(classifier)


@pytest.fixture(scope="module")
def int8_file(classifier, rng):
    return fw.to_tflite_int8(classifier, rng.random((100, 16), np.float32))


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=3, max_dims=3, max_side=5)))
def test_scaled_images_are_those_of_the_keras_layer(images):
    scaled = fw.scale_images(images)
    assert scaled.dtype == np.float32
    assert scaled.shape == (*images.shape, 1)
    rescaled = keras.layers.Rescaling(1 / 255)(images.astype(np.float32))
    np.testing.assert_allclose(scaled[..., 0], rescaled, rtol=1e-6)


def test_each_byte_has_its_own_number():
    scaled = fw.scale_images(np.arange(256, dtype=np.uint8).reshape(1, 16, 16))
    assert len(np.unique(scaled)) == 256
    assert (scaled.min(), scaled.max()) == (0, 1)


@settings(max_examples=20)
@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 2**31))
def test_a_dataset_holds_each_pair_once(n, batch_size, seed):
    x, y = np.arange(2.0 * n).reshape(n, 2), np.arange(n) + 100
    batches = list(fw.make_dataset(x, y, batch_size, seed).as_numpy_iterator())
    assert [len(labels) for _, labels in batches] == [
        min(batch_size, n - start) for start in range(0, n, batch_size)
    ]
    samples, labels = (np.concatenate(part) for part in zip(*batches, strict=True))
    np.testing.assert_array_equal(samples, x[labels - 100])
    np.testing.assert_array_equal(np.sort(labels), y)


def test_the_order_follows_from_the_seed():
    def order(seed):
        data = fw.make_dataset(np.arange(500), np.arange(500), 32, seed)
        return np.concatenate([labels for _, labels in data.as_numpy_iterator()])

    np.testing.assert_array_equal(order(3), order(3))
    assert np.mean(order(3) == order(4)) < 0.1
    assert abs(np.corrcoef(np.arange(500), order(3))[0, 1]) < 0.2


def test_keras_trains_on_such_a_dataset(rng):
    x, y = rng.random((50, 4)), rng.integers(0, 3, 50)
    model = network(4, 8, 3)
    model.compile("adam", "sparse_categorical_crossentropy")
    history = model.fit(fw.make_dataset(x, y, 8, 0), epochs=2, shuffle=False, verbose=0)
    assert len(history.history["loss"]) == 2


@pytest.mark.parametrize("optimizer", [keras.optimizers.SGD, keras.optimizers.Adam])
def test_steps_are_those_of_train_on_batch(optimizer, rng):
    x, y = rng.normal(size=(30, 4)).astype(np.float32), rng.integers(0, 3, 30)
    ours, theirs = network(4, 8, 3), network(4, 8, 3)
    theirs.set_weights(ours.get_weights())
    theirs.compile(optimizer(0.05), "sparse_categorical_crossentropy")
    own = optimizer(0.05)
    for i in range(0, 30, 10):
        loss = fw.train_step(ours, own, x[i : i + 10], y[i : i + 10])
        theirs.reset_metrics()
        assert loss == pytest.approx(float(theirs.train_on_batch(x[i : i + 10], y[i : i + 10])), rel=1e-5)
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_a_step_of_softmax_regression_is_the_formula(rng):
    x, y = rng.normal(size=(5, 3)).astype(np.float32), rng.integers(0, 4, 5)
    model = network(3, 4)
    W, b = model.get_weights()
    p = np.exp(x @ W + b) / np.exp(x @ W + b).sum(axis=1, keepdims=True)
    loss = fw.train_step(model, keras.optimizers.SGD(0.5), x, y)
    assert loss == pytest.approx(-np.mean(np.log(p[np.arange(5), y])), rel=1e-5)
    error = (p - np.eye(4)[y]) / 5
    np.testing.assert_allclose(model.get_weights()[0], W - 0.5 * x.T @ error, atol=1e-6)
    np.testing.assert_allclose(model.get_weights()[1], b - 0.5 * error.sum(axis=0), atol=1e-6)


def traced(calls):
    """What TensorFlow itself counts."""
    function = tf.function(lambda v: v)
    for kind, *what in calls:
        function(tf.zeros(what[1], what[0]) if kind == "tensor" else what[0])
    return function.experimental_get_tracing_count()


def test_count_traces_predicts_what_tensorflow_counts(rng):
    kinds = [("tensor", dtype, shape) for dtype in ("float32", "int32") for shape in ((), (2,), (3,), (2, 1))]
    kinds += [("number", value) for value in range(4)]
    for count in (0, 1, 2, 5, 10, 20):
        calls = [kinds[i] for i in rng.integers(0, len(kinds), count)]
        assert fw.count_traces(calls) == traced(calls)


def test_a_custom_step_is_that_of_train_on_batch_statistics_and_all(rng):
    def model():
        keras.utils.set_random_seed(7)
        layers = [keras.layers.Dense(6, "relu"), keras.layers.BatchNormalization(), keras.layers.Dropout(0.4)]
        return keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(3, "softmax")])

    ours, theirs, own = model(), model(), keras.optimizers.SGD(0.2, momentum=0.9)
    theirs.compile(keras.optimizers.SGD(0.2, momentum=0.9), "sparse_categorical_crossentropy")
    before = [weight.copy() for weight in ours.get_weights()]
    for _ in range(4):
        x, y = rng.normal(size=(10, 4)).astype(np.float32), rng.integers(0, 3, 10)
        loss = fw.custom_step(ours, own, x, y)
        theirs.reset_metrics()
        assert loss == pytest.approx(float(theirs.train_on_batch(x, y)), rel=1e-5)
    for one, other, old in zip(ours.get_weights(), theirs.get_weights(), before, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
        assert np.abs(one - old).max() > 1e-3


def test_a_trained_model_reads_digits_that_it_has_not_seen():
    data = datasets.load("digits")
    x = (np.asarray(data.features).reshape(-1, 8, 8) / 16).astype(np.float32)
    order = np.random.default_rng(0).permutation(len(x))
    train, test = order[:1300], order[1300:]
    model = fw.build_and_train(x[train], data.target[train])
    assert np.mean(np.asarray(model(x[test])).argmax(axis=1) == data.target[test]) > 0.95


def test_a_restored_model_is_another_one_with_the_same_predictions(tmp_path, rng):
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            keras.layers.Conv2D(3, 3),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
        ]
    )
    x = rng.random((4, 6, 6, 1)).astype(np.float32)
    restored = fw.save_and_restore(model, str(tmp_path / "model.keras"))
    assert restored is not model
    np.testing.assert_array_equal(restored(x), model(x))
    assert [file.name for file in tmp_path.iterdir()] == ["model.keras"]
    model.set_weights([0 * weight for weight in model.get_weights()])
    assert np.any(restored(x))


def test_the_float_file_predicts_as_the_model(classifier, float_file, rng):
    x = rng.random((50, 16), np.float32)
    predicted = LiteModel(float_file).predict(x)
    np.testing.assert_allclose(predicted, classifier(x), atol=1e-5)
    np.testing.assert_allclose(fw.tflite_predict(float_file, x), predicted, atol=1e-7)


def test_the_int8_file_is_small_and_nearly_the_model(classifier, float_file, int8_file, rng):
    x = rng.random((200, 16), np.float32)
    lite = LiteModel(int8_file)
    assert {lite.signature.inputs[0].dtype, lite.signature.output.dtype} == {np.dtype(np.int8)}
    assert len(int8_file) < len(float_file)
    assert np.abs(lite.predict(x) - classifier(x)).mean() < 0.01
    np.testing.assert_allclose(fw.tflite_predict(int8_file, x), lite.predict(x), atol=1e-6)


@settings(max_examples=100)
@given(hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(-1e3, 1e3).map(lambda v: round(v, 3))))
def test_no_value_is_far_from_its_level_and_no_finer_grid_would_do(values):
    scale, zero_point = fw.affine_quantisation(values)
    assert isinstance(scale, float)
    assert isinstance(zero_point, int)
    levels = scale * (np.arange(-128, 128) - zero_point)
    assert 0.0 in levels
    assert np.abs(values[:, None] - levels).min(axis=1).max() <= scale / 2 * (1 + 1e-9)
    if values.any():
        for other in range(-128, 128):
            levels = 0.995 * scale * (np.arange(-128, 128) - other)
            assert np.abs(values[:, None] - levels).min(axis=1).max() > 0.995 * scale / 2


def test_the_grid_is_that_of_the_converter(classifier, int8_file):
    """Of the file's input, whose samples lie from 0 to 1, as far as they reach."""
    into = LiteModel(int8_file).signature.inputs[0]
    scale, zero_point = fw.affine_quantisation(np.array([0.0, 1.0]))
    assert into.scale == pytest.approx(scale, rel=0.01)
    assert into.zero_point == zero_point


@pytest.mark.parametrize(("bits", "step"), [(2, 0.9957), (3, 0.5860), (4, 0.3352)])
def test_the_range_for_normal_numbers_is_near_the_one_that_is_known(bits, step, rng):
    """The steps are those of J. Max (1960), "Quantizing for Minimum Distortion", table II."""
    low, high = fw.clip_range(rng.normal(size=20_000), bits)
    reach = step * (2**bits - 1) / 2
    assert low == pytest.approx(-reach, rel=0.1)
    assert high == pytest.approx(reach, rel=0.1)


def test_what_is_beyond_the_range_of_int8_is_clipped(int8_file):
    far, further = np.full((1, 16), 10, np.float32), np.full((1, 16), 1e6, np.float32)
    np.testing.assert_array_equal(fw.tflite_predict(int8_file, far), fw.tflite_predict(int8_file, further))
    np.testing.assert_array_equal(fw.tflite_predict(int8_file, -far), fw.tflite_predict(int8_file, -further))


def test_a_dense_layer_computes_the_same_in_pytorch(rng):
    torch = pytest.importorskip("torch")
    layer = keras.layers.Dense(5)
    x = rng.normal(size=(7, 3)).astype(np.float32)
    wanted = np.asarray(layer(x))
    weight, bias = (np.array(part) for part in fw.dense_to_torch(*layer.get_weights()))
    got = torch.nn.functional.linear(*map(torch.from_numpy, (x, weight, bias)))
    np.testing.assert_allclose(got, wanted, atol=1e-6)


@pytest.mark.parametrize("size", [(3, 3), (5, 2), (1, 4)], ids=str)
def test_a_convolution_computes_the_same_in_pytorch(size, rng):
    torch = pytest.importorskip("torch")
    layer = keras.layers.Conv2D(4, size, bias_initializer="normal")
    x = rng.normal(size=(2, 8, 9, 3)).astype(np.float32)
    wanted = np.asarray(layer(x))
    weight, bias = (np.array(part) for part in fw.conv_to_torch(*layer.get_weights()))
    images = np.ascontiguousarray(x.transpose(0, 3, 1, 2))  # NHWC → NCHW
    got = torch.nn.functional.conv2d(*map(torch.from_numpy, (images, weight, bias)))
    np.testing.assert_allclose(got.numpy().transpose(0, 2, 3, 1), wanted, atol=1e-5)


@pytest.mark.parametrize("name", ["save_and_restore", "to_tflite", "to_tflite_int8", "tflite_predict"])
def test_examples_that_talk_or_warn_are_true_all_the_same(name):
    """The doctests leave them out: saving warns in Keras, and converting prints."""
    (example,) = doctest.DocTestFinder().find(getattr(fw, name), name, globs=vars(fw).copy())
    assert any(line.options for line in example.examples)
    for line in example.examples:
        line.options.clear()
    assert doctest.DocTestRunner().run(example).failed == 0
