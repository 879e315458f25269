import keras
import numpy as np
import pytest
from converted_models import BUILDERS, QUANTIZATIONS, L, Subclassed, built, inputs

from dlcourse import models
from dlcourse.deployment import compare, converter_process, to_tflite
from dlcourse.errors import ConversionError, DataError, UnknownNameError

LOOPS = ("lstm", "gru", "simple", "both ways")


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


@pytest.mark.parametrize("structure", [dict, list])
def test_several_inputs(structure):
    left, right = keras.Input((2,), name="left"), keras.Input((3,), name="rows")  # as the trial calls its own
    tensors = {"left": left, "rows": right} if structure is dict else [left, right]
    model = keras.Model(tensors, L.Dense(1)(L.Concatenate()([left, right])))
    random = np.random.default_rng(0)
    x = {"left": random.normal(size=(50, 2)), "rows": random.normal(size=(50, 3))}
    x = {name: part.astype(np.float32) for name, part in x.items()}
    expected = model.predict(x if structure is dict else list(x.values()), verbose=0)
    np.testing.assert_allclose(to_tflite(model).predict(x), expected, atol=1e-5)
    np.testing.assert_allclose(to_tflite(model, "int8", x).predict(x), expected, atol=0.2)
    with pytest.raises(DataError, match="samples for each, in a dict"):
        to_tflite(model, "int8", x["left"])


def network(layer: L.Layer, shape: tuple = (4,)) -> keras.Model:
    return keras.Sequential([keras.Input(shape), layer])


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
        (network(L.Dense(2, dtype="mixed_float16", name="half")), "'half' computes in float16: build"),
        (
            keras.Sequential([keras.Input((1,), dtype="string", name="a"), L.StringLookup()]),
            "The input 'a' takes texts, which TFLite does not",
        ),
        (
            keras.Sequential([keras.Input((1,), dtype="float64"), L.Dense(1)]),
            "takes float64, as a preprocessing that was attached",
        ),
    ],
    ids=[
        *("number", "subclass", "unbuilt", "gan", "any length", "outputs", "local class", "no operation"),
        *("mixed precision", "texts", "float64"),
    ],
)
def test_what_cannot_be_converted_is_one_sentence(model, words):
    with pytest.raises(ConversionError, match=words) as caught:
        to_tflite(model)
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own
def test_what_keras_has_quantised_is_refused_by_its_layer():
    model = network(L.Dense(2, name="first"))
    model.layers[0].quantize("int8")
    with pytest.raises(ConversionError, match="'first' was quantised by Keras already"):
        to_tflite(model)


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
