import concurrent.futures
import functools
import subprocess
import sys

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import models
from dlcourse.datasets import load
from dlcourse.deployment import LiteModel, compare, converter_process, lite, to_tflite
from dlcourse.errors import ConversionError, DataError, ModelError, UnknownNameError

L = keras.layers
QUANTIZATIONS = (None, "float16", "dynamic", "int8")
BUILDERS = {
    "mlp": lambda: models.mlp((6,), "multiclass", 3, batch_normalization=True, dropout=0.2),
    "cnn": lambda: models.cnn((8, 8), "multiclass", 3, filters=(4,), dense=8, batch_normalization=True),
    "lstm": lambda: models.rnn((6, 2), "multiclass", 3, units=(4, 4), dropout=0.1),
    "gru": lambda: models.rnn((6, 2), "multiclass", 3, cell="gru", units=(4, 4)),
    "simple": lambda: models.rnn((6, 2), "multiclass", 3, cell="simple", units=(4, 4)),
    "both ways": lambda: models.rnn((6, 2), "multiclass", 3, units=(4,), bidirectional=True),
    "unrolled lstm": lambda: models.rnn((6, 2), "multiclass", 3, units=(4, 4), unroll=True),
    "unrolled gru": lambda: models.rnn((6, 2), "multiclass", 3, cell="gru", units=(4,), unroll=True),
    "transformer": lambda: models.transformer(20, 6, "multiclass", 3, depth=8, heads=2),
    "transfer": lambda: models.transfer(BUILDERS["cnn"](), "multiclass", 3),
    "generator": lambda: models.gan(filters=4).generator,
}
LOOPS = ("lstm", "gru", "simple", "both ways")


def inputs(model: keras.Model, n: int = 100) -> np.ndarray:
    random = np.random.default_rng(0)
    shape = (n, *model.inputs[0].shape[1:])
    if model.inputs[0].dtype == "int32":
        return random.integers(0, 20, shape).astype(np.int32)
    return random.normal(size=shape).astype(np.float32)


@functools.cache
def built(builder: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    return BUILDERS[builder]()


CASES = [
    (builder, quantization)
    for builder in BUILDERS
    for quantization in QUANTIZATIONS
    if not (builder in LOOPS and quantization == "int8")
    and not (builder in ("both ways", "unrolled gru") and quantization in ("float16", "dynamic"))
]


@pytest.mark.parametrize(("builder", "quantization"), CASES)
def test_every_builder_converts_runs_and_agrees(builder, quantization):
    model = built(builder)
    x = inputs(model)
    converted = to_tflite(model, quantization, x if quantization == "int8" else None)
    expected = model.predict(x, verbose=0)
    tolerance = {None: 1e-5, "float16": 2e-3, "dynamic": 0.03, "int8": 0.08}[quantization]
    np.testing.assert_allclose(converted.predict(x), expected, atol=tolerance)
    (tensor,), output = converted.signature
    assert tensor.shape == (1, *x.shape[1:])
    assert output.shape == (1, *expected.shape[1:])
    if quantization != "int8":
        assert (tensor.dtype, output.dtype, output.scale) == (x.dtype, np.float32, None)
    else:
        assert output.dtype == np.int8
        assert output.scale > 0
        assert tensor.dtype == (np.int32 if builder == "transformer" else np.int8)


@pytest.mark.parametrize("builder", LOOPS)
def test_loops_in_int8_are_refused_in_one_sentence(builder, monkeypatch):
    """What the runtime does with one of them is tried; the others would only start the process again."""
    if builder != "lstm":
        died = converter_process.ProcessDiedError("died")
        monkeypatch.setattr(converter_process.converter, "run", lambda *_: (_ for _ in ()).throw(died))
    model = built(builder)
    with pytest.raises(
        ConversionError, match="crashes on recurrent layers in int8: build them with unroll=True"
    ):
        to_tflite(model, "int8", inputs(model))


@pytest.fixture(scope="module")
def digits() -> tuple:
    """A digits CNN, its test part, and what was converted from it."""
    keras.utils.set_random_seed(0)
    split = load("digits").split()
    train, test = ((part.x / 16, part.y) for part in (split.train, split.test))
    model = models.cnn((8, 8), "multiclass", 10, filters=(16, 32), padding="same")
    model.fit(*train, epochs=8, verbose=0)
    lites = {name or "float": to_tflite(model, name, train[0]) for name in QUANTIZATIONS}
    return model, test, lites


def test_int8_digits_are_small_and_as_good(digits):
    model, test, lites = digits
    table = compare(model, lites, test)
    assert list(table.index) == ["keras", "tf.function", "float", "float16", "dynamic", "int8"]
    assert list(table.columns) == ["size", "accuracy", "agreement", "latency_ms"]
    assert table["size"]["int8"] <= 0.45 * table["size"]["float"]
    assert table["accuracy"]["int8"] >= table["accuracy"]["keras"] - 0.01
    accuracy = model.evaluate(*test, verbose=0)[1]
    assert table["accuracy"]["keras"] == pytest.approx(accuracy)
    classes = {name: each.predict(test[0]).argmax(axis=1) for name, each in lites.items()}
    assert table["accuracy"]["int8"] == pytest.approx(np.mean(classes["int8"] == test[1]))
    kerass = model.predict(test[0], verbose=0).argmax(axis=1)
    assert table["agreement"]["int8"] == pytest.approx(np.mean(classes["int8"] == kerass))
    assert table["agreement"]["float"] == 1
    assert (table["latency_ms"] > 0).all()
    assert table["size"]["float"] == lites["float"].size


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


def test_saved_and_loaded_it_predicts_the_same(digits, tmp_path):
    _, (x, _), lites = digits
    path = lites["int8"].save(tmp_path / "digits.tflite")
    again = LiteModel.load(path)
    assert path.stat().st_size == again.size == lites["int8"].size
    np.testing.assert_array_equal(again.predict(x), lites["int8"].predict(x))
    np.testing.assert_array_equal(LiteModel.load(path.read_bytes()).predict(x[:3]), again.predict(x[:3]))
    assert [file.name for file in tmp_path.iterdir()] == ["digits.tflite"]
    assert repr(again) == f"<LiteModel 1 × 8 × 8 → 1 × 10, {again.size} bytes>"


def test_quantised_numbers_saturate(digits):
    _, (x, _), lites = digits
    converted = lites["int8"]
    tensor = converted.signature.inputs[0]
    highest = tensor.scale * (127 - tensor.zero_point)
    np.testing.assert_array_equal(
        converted.predict(x[:1] + 1e6), converted.predict(np.full((1, 8, 8), highest))
    )
    assert np.all(np.abs(converted.predict(x).sum(axis=1) - 1) < 10 * converted.signature.output.scale)


@given(
    values=st.lists(st.floats(-50, 50, width=32), min_size=1),
    scale=st.floats(1 / 64, 1),
    zero_point=st.integers(-128, 127),
)
def test_quantising_is_off_by_half_a_step_at_most(values, scale, zero_point):
    tensor = lite.Tensor("x", (1, 1), np.dtype(np.int8), scale, zero_point)
    q = lite._to_tensor(np.array(values, np.float32)[:, None], tensor, lite._grid(tensor))
    nearest = np.clip(values, scale * (-128 - zero_point), scale * (127 - zero_point))
    assert q.dtype == np.int8
    assert np.abs(scale * (q[:, 0].astype(float) - zero_point) - nearest).max() <= 0.501 * scale


def test_threads_share_a_model(digits):
    _, (x, _), lites = digits
    expected = lites["float"].predict(x[:200])
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lites["float"].predict, np.split(x[:200], 50)))
    np.testing.assert_array_equal(np.concatenate(rows), expected)


def test_a_last_axis_of_one_comes_and_goes(digits):
    _, (x, _), lites = digits
    np.testing.assert_array_equal(lites["float"].predict(x[:2, ..., None]), lites["float"].predict(x[:2]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x: x[:, :7], r"rows of shape \(8, 8\), and these have \(7, 8\)"),
        (lambda x: x[0], r"rows of shape \(8, 8\), and these have \(8,\)"),
        (lambda x: x[:0], "no samples"),
        (lambda x: x[0, 0, 0], "one sample a row"),
        (lambda x: [[1.0], [1.0, 2.0]], "differ in shape"),
        (lambda x: np.where(x > 0.9, np.inf, x), "an infinite number"),
        (lambda x: np.where(x > 0.9, np.nan, x), "missing number"),
        (lambda x: x.astype(str), "not numbers"),
        (lambda x: {"a": x, "b": x}, "give a dict with an array for each"),
    ],
)
def test_wrong_inputs(digits, change, words):
    with pytest.raises(DataError, match=words):
        digits[2]["float"].predict(change(digits[1][0]))


def test_tokens_must_be_whole_and_known():
    converted = to_tflite(built("transformer"))
    with pytest.raises(DataError, match="whole numbers"):
        converted.predict(np.full((1, 6), 0.5))
    with pytest.raises(DataError, match="can't run on row 1: gather index out of bounds"):
        converted.predict([[1] * 6, [10**6] * 6])
    assert np.isfinite(converted.predict([[1] * 6])).all()


@pytest.mark.parametrize("structure", [dict, list])
def test_several_inputs(structure):
    left, right = keras.Input((2,), name="left"), keras.Input((3,), name="right")
    tensors = {"left": left, "right": right} if structure is dict else [left, right]
    model = keras.Model(tensors, L.Dense(1)(L.Concatenate()([left, right])))
    random = np.random.default_rng(0)
    x = {"left": random.normal(size=(50, 2)), "right": random.normal(size=(50, 3))}
    x = {name: part.astype(np.float32) for name, part in x.items()}
    expected = model.predict(x if structure is dict else list(x.values()), verbose=0)
    np.testing.assert_allclose(to_tflite(model).predict(x), expected, atol=1e-5)
    np.testing.assert_allclose(to_tflite(model, "int8", x).predict(x), expected, atol=0.2)
    with pytest.raises(DataError, match="samples for each, in a dict"):
        to_tflite(model, "int8", x["left"])


def network(layer: L.Layer, shape: tuple = (4,)) -> keras.Model:
    return keras.Sequential([keras.Input(shape), layer])


class Subclassed(keras.Model):
    def call(self, x):
        return x


class Local(L.Layer):
    def call(self, x):
        return x


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (7, "Only Keras models can be converted, not int"),
        (Subclassed(), "Subclassed has no inputs of known shape"),
        (keras.Sequential([L.Dense(1)]), "Sequential has no inputs of known shape"),
        (models.gan(filters=2), "of a GAN, its generator"),
        (network(L.LSTM(2), (None, 1)), r"has the shape \(None, None, 1\)"),
        (keras.Model(x := keras.Input((2,)), [x, x]), "has 2 outputs"),
        (network(Local()), "can't import Local: define it in a module"),
        (
            keras.Model(x := keras.Input((4,)), keras.ops.erfinv(x)),
            "no operation for a part of this model: .*Erfinv",
        ),
    ],
    ids=["number", "subclass", "unbuilt", "gan", "any length", "outputs", "local class", "no operation"],
)
def test_what_cannot_be_converted_is_one_sentence(model, words):
    with pytest.raises(ConversionError, match=words) as caught:
        to_tflite(model)
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"quantization": "int4"}, UnknownNameError, "'int8'"),
        ({"quantization": "int8"}, DataError, "int8 needs samples"),
        ({"quantization": "int8", "samples": np.ones((9, 5))}, DataError, r"have \(5,\)"),
        (
            {"quantization": "int8", "samples": (np.ones((9, 6)), np.ones(9))},
            DataError,
            "of a pair .* give x",
        ),
        ({"quantization": "int8", "samples": [[1.0] * 6, [1.0]]}, DataError, "differ in shape"),
        ({"quantization": "int8", "samples": np.full((9, 6), "1")}, DataError, "samples hold texts"),
    ],
)
def test_wrong_arguments(options, error, words):
    with pytest.raises(error, match=words):
        to_tflite(built("mlp"), **options)


def test_a_conversion_that_hangs_is_stopped_and_the_next_one_works():
    model = built("mlp")
    with pytest.raises(ConversionError, match=r"not done after 0\.01 s, and was stopped"):
        to_tflite(model, timeout=0.01)
    assert converter_process.converter._process is None


@pytest.fixture(scope="module")
def content(digits) -> bytes:
    return digits[2]["float"].content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: b"", "is no TFLite model"),
        (lambda content: b"PK\x03\x04 an archive", "is no TFLite model"),
        (lambda content: content[:8], "is damaged"),
        (lambda content: content[: len(content) // 2], "is damaged"),
        (lambda content: content[:-1000], "is damaged"),
        (lambda content: content[:100] + bytes(range(256)) * 8 + content[2148:], "is damaged"),
        (lambda content: content[:4] + b"TFL3" + b"\xff" * 1000, "is damaged"),
    ],
    ids=["empty", "foreign", "8 bytes", "half", "cut", "overwritten", "noise"],
)
def test_damaged_files_end_no_process(content, change, words, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(change(content))
    with pytest.raises(ConversionError, match=f"model.tflite {words}") as caught:
        LiteModel.load(path)
    assert "\n" not in str(caught.value)


def test_trying_a_file_needs_no_tensorflow():
    program = (
        "import dlcourse.deployment.trial, sys; print('tensorflow' in sys.modules, 'keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
