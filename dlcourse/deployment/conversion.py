"""From a Keras model to a TFLite model that is known to run: `to_tflite(model, "int8", samples=train.x)`."""

from __future__ import annotations

import bisect
import re
import tempfile
from pathlib import Path
from typing import Any, Literal, get_args

import keras
import numpy as np

from dlcourse import checking, console
from dlcourse.deployment import fidelity, keras_files
from dlcourse.deployment.converter_process import ProcessDiedError, converter
from dlcourse.deployment.lite import LiteModel, check_runs
from dlcourse.errors import ConversionError, DataError, ModelError, UnknownNameError
from dlcourse.training.graph import Call, calls, input_structure
from dlcourse.training.keras_internals import flatten_layers

Quantization = Literal["float16", "dynamic", "int8"]
MAX_CALIBRATION_ROWS = 300
FLOAT16_MAX = 65_504


def to_tflite(
    model: keras.Model,
    quantization: Quantization | None = None,
    samples: Any = None,
    *,
    timeout: float = 300.0,
) -> LiteModel:
    """Convert a model to TFLite, which runs on phones and small computers without TensorFlow.

    quantization   weights     activations   bytes a weight
    `None`         float32     float32       4
    `"float16"`    float16     float32       2
    `"dynamic"`    int8        float32       1
    `"int8"`       int8        int8          1, and the input and output are int8 too

    Conversion and a first run happen in processes of their own, where a crash does no harm. The first call
    starts TensorFlow a second time, which takes some seconds; later calls find it running.

    Recurrent layers become loops, which the runtime can't run in int8: build them with `unroll=True` for
    that, and see whether the file, in which each step is written out, is still worth it.

    Args:
        model: built, with inputs of fixed size (but for the batch) and one output.
        quantization: see the table.
        samples: for `"int8"`, some hundred training inputs, of shape (n, ...), or a dict of them by input
            names. The range of each activation is measured on them. The file is compared with Keras on them,
            or, where there are none, on drawn rows, of which one is all zeros: a model that is refused for
            what it gives there, and never meets it, needs samples.
        timeout: seconds after which a conversion is given up.

    Returns:
        A `LiteModel`, whose `fidelity` says how near it is to Keras.

    Raises:
        UnknownNameError: there is no such quantization.
        DataError: samples are missing, are no numbers, or their shape is not that of the model's input.
        ConversionError: the model can't be converted, or the result does not run, or computes something else
            than Keras does; the message says why, and from which layer on.

    Source: https://ai.google.dev/edge/litert/models/post_training_quantization

    Example:
        >>> from dlcourse import models
        >>> model = models.mlp((8, 8), "multiclass", 10)
        >>> lite = to_tflite(model, "dynamic")
        >>> lite.predict(np.zeros((3, 8, 8))).shape, lite.size < 4 * model.count_params()
        ((3, 10), True)
    """
    if quantization not in (None, *get_args(Quantization)):
        raise UnknownNameError("quantization", quantization, get_args(Quantization))
    _check_convertible(model)
    if quantization == "float16":
        _check_fits_float16(model)
    calibration = _calibration(model, samples) if quantization == "int8" or samples is not None else None
    rows = fidelity.rows_for(model, calibration)
    with console.progress(3, "converting") as advance:
        advance(1, "TensorFlow at work")
        content = _converted(model, quantization, calibration, timeout)
        advance(1, "trial run")
        kind = f" ({quantization})" if quantization else ""
        check_runs(content, f"The converted model{kind}", rows)
        lite = LiteModel(content)
        lite.fidelity = fidelity.measured(model, lite.predict, rows)
        if lite.fidelity and (fault := lite.fidelity.fault(quantization)):
            advance(0, "looking for the layer")
            blamed = _blamed(model, quantization, calibration, timeout)
            drawn = ", or give samples, if yours are not like the drawn rows" if samples is None else ""
            raise ConversionError(
                f"The converted model{kind} computes something else than Keras: {fault}{blamed}. Use another "
                f"quantization, or build the model without that{drawn}."
            )
        advance()
    return lite


def _converted(
    model: keras.Model, quantization: str | None, calibration: list[np.ndarray] | None, timeout: float
) -> bytes:
    """The content of the file, as the converter made it."""
    with tempfile.TemporaryDirectory(prefix="dlcourse-") as folder:
        job: dict[str, Any] = {"model": f"{folder}/model.keras", "output": f"{folder}/model.tflite"}
        job |= {"quantization": quantization, "samples": None, "modules": _modules()}
        if quantization == "int8" and calibration is not None:
            job["samples"] = f"{folder}/samples.npz"
            np.savez(job["samples"], *calibration)
        try:
            keras_files.write(model, Path(job["model"]))
        except ModelError as error:
            raise ConversionError(str(error)) from error
        try:
            _explain(converter.run(job, timeout), quantization)
        except ProcessDiedError:
            if quantization != "int8" or not _has_loops(model):
                raise
            raise ConversionError(
                "The TFLite runtime crashes on recurrent layers in int8: build them with unroll=True, or use "
                "quantization='dynamic'."
            ) from None
        return Path(job["output"]).read_bytes()


def _blamed(
    model: keras.Model, quantization: str | None, calibration: list[np.ndarray] | None, timeout: float
) -> str:
    """Say which layer's output is the first that is wrong: the model up to it is converted, by bisection."""
    parts = [call for call in calls(model) if call.inputs and not isinstance(call.output, list)]

    def is_wrong(call: Call) -> bool:
        part = keras.Model(input_structure(model), call.output)
        try:
            lite = LiteModel(_converted(part, quantization, calibration, timeout))
        except ConversionError:
            return False
        found = fidelity.measured(part, lite.predict, fidelity.rows_for(part, calibration))
        return found is not None and found.fault(quantization) is not None

    first = bisect.bisect_left(parts, True, hi=len(parts) - 1, key=is_wrong)
    return f", from '{parts[first].layer.name}' on" if len(parts) > 1 else ""


def _check_fits_float16(model: keras.Model) -> None:
    """The converter stores whatever is larger as the largest float16."""
    for layer in flatten_layers(model, include_self=False):
        for weight in layer.weights:
            values = np.asarray(weight)
            if values.dtype.kind == "f" and values.size and (largest := np.abs(values).max()) > FLOAT16_MAX:
                raise ConversionError(
                    f"'{layer.name}' has a weight of {largest:,.0f}, and float16 ends at {FLOAT16_MAX:,}: "
                    "use quantization=None or 'dynamic'."
                )


def _check_convertible(model: keras.Model) -> None:
    if not isinstance(model, keras.Model):
        raise ConversionError(f"Only Keras models can be converted, not {type(model).__name__}.")
    try:
        inputs, outputs = model.inputs, model.outputs
    except (AttributeError, ValueError):
        inputs = None
    if not inputs:
        raise ConversionError(
            f"{type(model).__name__} has no inputs of known shape: convert a Sequential or functional model "
            "that begins with keras.Input; of a GAN, its generator."
        )
    if len(outputs) != 1:
        raise ConversionError(f"The model has {len(outputs)} outputs: convert one with a single output.")
    for tensor in inputs:
        if None in tensor.shape[1:]:
            raise ConversionError(
                f"The model's input has the shape {tuple(tensor.shape)}: TFLite needs a fixed size on every "
                "axis but the first, so build the model anew with one and copy the weights."
            )
        if tensor.dtype in ("string", "float64"):
            what = "texts" if tensor.dtype == "string" else "float64, as a preprocessing that was attached"
            raise ConversionError(
                f"The input '{tensor.name}' takes {what}, which TFLite does not: convert the model without "
                "that part, and let the part run before it."
            )
    for layer in flatten_layers(model):
        if layer.dtype_policy.quantization_mode is not None:
            raise ConversionError(
                f"'{layer.name}' was quantised by Keras already: convert the model as it was before that."
            )
        if layer.compute_dtype in ("float16", "bfloat16"):
            raise ConversionError(
                f"'{layer.name}' computes in {layer.compute_dtype}: build the model under the policy "
                "'float32' and copy the weights."
            )


def _calibration(model: keras.Model, samples: Any) -> list[np.ndarray]:
    """The samples that the converter sees, one array for each input."""
    if samples is None:
        raise DataError(
            "int8 needs samples, some hundred training inputs, on which the activations' ranges are measured."
        )
    if isinstance(samples, tuple) and len(samples) == 2:
        raise DataError("The samples are the inputs alone: of a pair (x, y), give x.")
    samples = checking.inputs(samples)
    names = [tensor.name for tensor in model.inputs]
    parts = samples if isinstance(samples, dict) else {names[0]: samples}
    if parts.keys() != set(names):
        raise DataError(f"The model has the inputs {', '.join(names)}: give samples for each, in a dict.")
    count = checking.length(samples)
    chosen = np.linspace(0, count - 1, min(count, MAX_CALIBRATION_ROWS)).astype(int)
    columns = []
    for tensor in model.inputs:
        part, shape = parts[tensor.name], tuple(tensor.shape[1:])
        if part.dtype.kind not in "biuf":
            raise DataError("The samples hold texts, and TFLite models take numbers.")
        if part.shape[1:] != shape and (*part.shape[1:], 1) != shape:
            raise DataError(f"The model takes rows of shape {shape}, and the samples have {part.shape[1:]}.")
        columns.append(part[chosen].reshape(-1, *shape).astype(tensor.dtype))
    return columns


def _has_loops(model: keras.Model) -> bool:
    """Whether a recurrent layer is not unrolled."""
    return any(isinstance(layer, keras.layers.RNN) and not layer.unroll for layer in flatten_layers(model))


def _modules() -> list[str]:
    """The modules that have registered classes and functions of their own with Keras."""
    return sorted({custom.__module__ for custom in keras.saving.get_custom_objects().values()})


def _explain(error: str | None, quantization: str | None) -> None:
    """Raise a `ConversionError` that says in one sentence what the converter said in many."""
    if error is None:
        return
    if name := keras_files.unknown_class(error):
        raise ConversionError(
            f"The converting process can't import {name}: define it in a module, a .py file "
            "beside yours, and decorate it with keras.saving.register_keras_serializable()."
        )
    operations = re.findall(r"(?:Flex ops|Custom ops|TF Select ops): ([\w, ]+)", error)
    operations = operations or re.findall(r"'(tf\.\w+)' op is neither a custom op nor a flex op", error)
    if operations:
        named = ", ".join(sorted({name.strip() for found in operations for name in found.split(",")}))
        raise ConversionError(f"TFLite has no operation for a part of this model: {named}.")
    how = f" to {quantization}" if quantization else ""
    raise ConversionError(f"The model can't be converted{how}: {keras_files.first_line(error)}")
