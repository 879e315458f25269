"""Opening what a learner's function made, a Keras model or a TFLite file, and writing down what it is.

It runs in a sandboxed process of its own that has never run the learner's code, and knows no label. What
comes out is plain data; a file that can't be opened gives `{"problem": "a sentence"}`.
"""

import collections
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from grader.child import live
from grader.child.plaindata import Foreign, Live

MAX_MEMBER_BYTES = 64 * 2**20
MAX_TFLITE_TENSORS = 5000
BATCH = 256
STEPS, LEARNING_RATE = 8, 0.003  # of a model that shows whether it learns
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
NODE = re.compile(r"\{\{.*?\}\}|\[Op:\w+\] name:")  # where in TensorFlow it went wrong
FRAME_OF_KERAS = "Exception encountered when calling"  # what went wrong comes after it


class Unusable(Exception):
    """Why an artefact can't be opened, in one sentence to the learner."""


def examine(artefact: str, answer: Any, inputs: Any, file: Any = None) -> dict[str, Any]:
    """Return what an artefact is and what it does on `inputs`.

    Args:
        artefact: `"model"` or `"tflite"`.
        answer: what the learner's function returned, as plain data.
        inputs: an array with a row a sample, or a pair of such an array and labels, or `None`; or
            `{"sequences": array}`, of which a model gets as many of the last steps as it takes; or
            `{"batches": arrays, "steps": (x, labels)}`: a model is run on each, and then learns a little,
            but for steps of `None`.
        file: the bytes of a model's file that the function left, if it left one.

    Returns:
        For a model: `"layers"`, `"operations"` (by name, what is computed beside them), `"other_calls"`,
        `"parameters"`, `"trainable_parameters"`, `"input_shape"`, `"output_shape"`, `"compiled"`, `"weights"`
        and, where there are inputs, `"outputs"`, a list of them for batches, and then the `"losses"` before
        some steps and after them, or a sentence why there are none; with labels, of a compiled model
        `"evaluated"`: loss and metrics by name, or such a sentence. Of a model's file that was left,
        `"file"`: its model's outputs, or a sentence why it can't be opened. For a TFLite file:
        `"bytes"`, `"inputs"`, `"tensors"` and `"outputs"`, with the dtype, shape and quantisation of each. Or
        `"problem"`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras's own, of NumPy's __array__
            found = {"model": _model, "tflite": _tflite}[artefact](answer, inputs)
            return found if file is None else {**found, "file": _outputs_of_file(file, inputs)}
    except Unusable as problem:
        return {"problem": str(problem)}


def _model(answer: Any, inputs: Any) -> dict[str, Any]:
    if isinstance(answer, Foreign) and answer.type_name in ("Sequential", "Functional") and answer.reason:
        raise Unusable(f"Your model is too large to be looked at: {answer.reason}.")
    if not isinstance(answer, Live) or answer.kind != "model":
        raise Unusable(f"A Keras model is asked for, and this is {_named(answer)}.")
    model = _loaded(answer.value)
    if not model.built:
        raise Unusable("Your model has no weights yet: begin it with keras.Input and the shape of a sample.")
    input_shape = _shape(getattr(model, "input_shape", None))
    found = {
        "layers": [_layer(layer) for layer in islice(_layers(model), 1000)],
        "operations": list(islice(_operations(model), 1000)),
        "other_calls": _other_calls(model),
        "parameters": int(model.count_params()),
        "trainable_parameters": int(sum(np.prod(v.shape) for v in model.trainable_variables)),
        "input_shape": input_shape,
        "output_shape": _shape(getattr(model, "output_shape", None)),
        "compiled": _compiled(model),
        "weights": [np.asarray(weight) for weight in model.get_weights()[:1000]],
    }
    if isinstance(inputs, dict) and "batches" in inputs:
        for batch in inputs["batches"]:
            if input_shape and any(
                size not in (None, given) for size, given in zip(input_shape, batch.shape, strict=False)
            ):
                raise Unusable(f"Your model can't be called on {_named(batch)}: it takes {input_shape}.")
        found["outputs"] = [_outputs(model, batch, input_shape) for batch in inputs["batches"]]
        if inputs["steps"] is not None:
            found["losses"] = _losses(model, *inputs["steps"])
        return found
    labels = None
    if isinstance(inputs, tuple):
        inputs, labels = inputs
    if isinstance(inputs, dict):
        inputs = _last_steps(inputs["sequences"], input_shape)
    if inputs is not None:
        found["outputs"] = _outputs(model, inputs, input_shape)
    if labels is not None and model.compiled:
        found["evaluated"] = _evaluated(model, inputs, labels)
    return found


def _outputs_of_file(file: Any, inputs: Any) -> np.ndarray | str:
    try:
        model = _loaded(file)
        return _outputs(model, inputs, _shape(getattr(model, "input_shape", None)))
    except Unusable as problem:
        return str(problem)


def _outputs(model: Any, inputs: np.ndarray, input_shape: list[int | None] | None) -> np.ndarray:
    try:
        batches = [inputs[i : i + BATCH] for i in range(0, len(inputs), BATCH)]
        outputs = [model(batch, training=False) for batch in batches]
    except Exception as error:
        takes = f"it takes {input_shape}. " if input_shape else ""
        raise Unusable(
            f"Your model can't be called on {_named(inputs)}: {takes}{_first_line(error)}"
        ) from None
    if isinstance(outputs[0], list | tuple | dict):
        raise Unusable("Your model has several outputs, and one is asked for.")
    return np.concatenate([np.asarray(output) for output in outputs])


def _last_steps(sequences: np.ndarray, input_shape: list[int | None] | None) -> np.ndarray:
    """Return the end of each sequence, (n, steps, features), as long as a model asks for."""
    steps = input_shape[1] if input_shape and len(input_shape) == 3 else None
    return sequences if steps is None else sequences[:, -steps:]


def _evaluated(model: Any, x: np.ndarray, y: np.ndarray) -> dict[str, float] | str:
    """Return what `evaluate` would say, with all samples in one batch."""
    model.run_eagerly = True  # for a single batch, a graph isn't worth making
    try:
        named = model.test_on_batch(x, y, return_dict=True)
    except Exception as error:
        return _first_line(error)
    return {str(name): float(value) for name, value in named.items() if np.ndim(value) == 0}


def _losses(model: Any, x: np.ndarray, y: np.ndarray) -> list[float] | str:
    """Return the cross-entropy before a few steps of Adam and after them, or why there are none."""
    import keras
    import tensorflow

    measure, optimizer = keras.losses.SparseCategoricalCrossentropy(), keras.optimizers.Adam(LEARNING_RATE)
    try:
        before = float(measure(y, model(x, training=False)))
        for _ in range(STEPS):
            with tensorflow.GradientTape() as tape:
                loss = measure(y, model(x, training=True))
            weights = model.trainable_variables
            optimizer.apply(tape.gradient(loss, weights), weights)
        return [before, float(measure(y, model(x, training=False)))]
    except Exception as error:
        return _first_line(error)


def _loaded(data: bytes) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                if member.filename not in live.KERAS_MEMBERS or member.file_size > MAX_MEMBER_BYTES:
                    raise Unusable("The model's file holds more than a model.")
        return live.loaded(data)
    except (Unusable, MemoryError):
        raise
    except Exception as error:
        if "objects could not be loaded" in str(error):
            raise Unusable(
                "The weights in your model don't fit its layers' settings, so it can't be opened: a setting "
                "such as `units` was changed after the layer was built. Make a new layer instead."
            ) from None
        raise Unusable(
            "Your model can't be loaded without your code: use Keras's own layers, losses and metrics, "
            f"and no Lambda. Keras says: {_first_line(error)}"
        ) from None


def _layers(model: Any) -> Iterator[Any]:
    """Yield every layer, those of a model within the model after it."""
    for layer in model.layers:
        yield layer
        yield from _layers(layer) if hasattr(layer, "layers") else ()


def _operations(model: Any) -> Iterator[str]:
    """Yield the names of Keras's operations that a model is made of beside its layers."""
    import keras

    for operation in getattr(model, "operations", ()):
        if not isinstance(operation, keras.Layer):
            yield type(operation).__name__
    for layer in model.layers:
        yield from _operations(layer) if hasattr(layer, "layers") else ()


def _other_calls(model: Any) -> int:
    """Count what a model computes beyond each layer once: layers used again, and operations that are none."""
    inner = sum(_other_calls(layer) for layer in model.layers if hasattr(layer, "layers"))
    parts = model.get_config().get("layers", ())
    if not all("inbound_nodes" in part for part in parts):  # a row of layers
        return inner
    calls = sum(len(part["inbound_nodes"]) for part in parts)
    layers = sum(type(layer).__name__ != "InputLayer" for layer in model.layers)
    return inner + calls - layers


def _layer(layer: Any) -> dict[str, Any]:
    config = layer.get_config()
    kept = {name: _plain(value) for name, value in config.items() if name not in ("name", "dtype", "layers")}
    return {
        "class": type(layer).__name__,
        "config": kept,
        "parameters": int(layer.count_params()) if layer.built else 0,
        "output_shape": _output_shape(layer),
        "trainable": bool(layer.trainable),
    }


def _output_shape(layer: Any) -> list[int | None] | None:
    try:
        return _shape(layer.output.shape)
    except (AttributeError, ValueError):  # it was never called, or has several outputs
        return None


def _plain(value: Any) -> Any:
    """Return a setting of a layer as plain data: Keras's objects by class and settings."""
    if isinstance(value, dict):
        if "class_name" in value:
            return {"class": str(value["class_name"]), "config": _plain(value.get("config", {}))}
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(type(value))


def _compiled(model: Any) -> dict[str, Any] | None:
    import keras

    if not model.compiled:
        return None
    config = model.get_compile_config() or {}
    return {
        "optimizer": {
            "class": type(model.optimizer).__name__,
            "learning_rate": float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)),
            "settings": _plain(model.optimizer.get_config()),
        },
        "loss": _plain(keras.saving.serialize_keras_object(config.get("loss"))),
        "metrics": _plain(keras.saving.serialize_keras_object(config.get("metrics"))),
        "weighted_metrics": _plain(keras.saving.serialize_keras_object(config.get("weighted_metrics"))),
        "loss_weights": _plain(config.get("loss_weights")),
    }


def _shape(shape: Any) -> list[int | None] | None:
    """Return a shape as a list; `None` for a model of several inputs or outputs."""
    if isinstance(shape, tuple) and all(size is None or isinstance(size, int) for size in shape):
        return list(shape)
    return None


def _tflite(answer: Any, inputs: Any) -> dict[str, Any]:
    if not isinstance(answer, bytes):
        raise Unusable(f"The bytes of a TFLite file are asked for, and this is {_named(answer)}.")
    if answer[4:8] != b"TFL3":
        raise Unusable("These bytes are no TFLite file: the mark TFL3 is missing at its beginning.")
    interpreter = _interpreter(answer)
    try:
        details = interpreter.get_tensor_details()[:MAX_TFLITE_TENSORS]
        found = {
            "bytes": len(answer),
            "inputs": [_tensor(detail) for detail in interpreter.get_input_details()],
            "outputs": [_tensor(detail) for detail in interpreter.get_output_details()],
            "tensors": dict(collections.Counter(np.dtype(detail["dtype"]).name for detail in details)),
        }
    except (ValueError, TypeError, RuntimeError) as error:  # a name that is no text, a type that NumPy lacks
        raise Unusable(f"What the file says of its tensors can't be read: {_first_line(error)}") from None
    if inputs is not None:
        try:
            found["predictions"] = np.concatenate([_predicted(interpreter, row[None]) for row in inputs])
        except (ValueError, RuntimeError, IndexError) as error:
            raise Unusable(f"The file does not run on {_named(inputs)}: {_first_line(error)}") from None
    return found


def _interpreter(data: bytes) -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:  # Windows
        from tensorflow.lite import Interpreter
    try:
        interpreter = Interpreter(model_content=data, num_threads=1)
        interpreter.allocate_tensors()
        counts = len(interpreter.get_input_details()), len(interpreter.get_output_details())
    except (ValueError, TypeError, RuntimeError) as error:  # a name that is no text, a type that NumPy lacks
        raise Unusable(f"The interpreter can't load these bytes: {_first_line(error)}") from None
    if counts != (1, 1):
        raise Unusable("A file with one input and one output is asked for.")
    return interpreter


def _tensor(detail: dict[str, Any]) -> dict[str, Any]:
    scale, zero_point = detail["quantization"]
    return {
        "dtype": np.dtype(detail["dtype"]).name,
        "shape": [int(size) for size in detail["shape"]],
        "scale": float(scale),
        "zero_point": int(zero_point),
    }


def _predicted(interpreter: Any, row: np.ndarray) -> np.ndarray:
    """Run one row, in and out as floats whatever the file's own types are."""
    (into,), (out,) = interpreter.get_input_details(), interpreter.get_output_details()
    scale, zero_point = into["quantization"]
    if scale:
        limits = np.iinfo(into["dtype"])
        row = np.clip(np.round(row / scale + zero_point), limits.min, limits.max)
    interpreter.set_tensor(into["index"], row.astype(into["dtype"]))
    interpreter.invoke()
    answer = interpreter.get_tensor(out["index"])
    scale, zero_point = out["quantization"]
    return (answer.astype(np.float32) - zero_point) * scale if scale else answer.astype(np.float32)


def _named(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, Live):
        return f"a {value.kind}"
    if isinstance(value, Foreign) and value.reason:
        return f"of type {value.type_name} ({value.reason})"
    return "None, as if the `return` were missing" if value is None else f"of type {_type(value)}"


def _type(value: Any) -> str:
    return getattr(value, "type_name", type(value).__name__)  # a plaindata.Foreign has the first


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in NODE.sub("", COLOUR.sub("", str(error))).splitlines()]
    lines = [line for line in lines if line and not line.startswith(FRAME_OF_KERAS)]
    return (lines[0] if lines else type(error).__name__)[:200].rstrip(".") + "."
