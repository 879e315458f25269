"""Converts models in a process of its own: `python -m dlcourse.deployment.converter`, one job a line.

A job is a line of JSON with the arguments of `convert`; the answer is a line of JSON, {"error": null} or
{"error": "…"}. The process stays for the next job, because importing TensorFlow takes most of the time.
"""

import contextlib
import importlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any


def convert(
    model: str, output: str, quantization: str | None, samples: str | None, modules: list[str]
) -> None:
    """Convert a `.keras` file.

    Args:
        model: its path.
        output: where to write the TFLite file.
        quantization: as in `to_tflite`.
        samples: for int8, the path of an `.npz` file with an array for each input, in their order.
        modules: those that register the model's own classes; what they do not, Keras will miss by name.
    """
    import keras
    import numpy as np
    import tensorflow as tf

    from dlcourse.training.graph import input_structure

    _use_stable_functions()
    for name in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    keras.backend.clear_session()
    # The file was written by the caller a moment ago: it is as trusted as the caller's own code.
    network = keras.saving.load_model(model, compile=False, safe_mode=False)
    builtins = (
        tf.lite.OpsSet.TFLITE_BUILTINS_INT8 if quantization == "int8" else tf.lite.OpsSet.TFLITE_BUILTINS
    )
    target: dict[str, Any] = {"supported_ops": [builtins]}
    options: dict[str, Any] = {"target_spec": target}
    if quantization is not None:
        options["optimizations"] = [tf.lite.Optimize.DEFAULT]
    if quantization == "float16":
        target["supported_types"] = [tf.float16]
    if samples is not None:  # int8
        with np.load(samples, allow_pickle=False) as archive:
            columns = [archive[name] for name in archive.files]
        names = [tensor.name for tensor in network.inputs]

        def rows() -> Iterator[dict[str, np.ndarray]]:
            for i in range(len(columns[0])):
                yield {name: column[i : i + 1] for name, column in zip(names, columns, strict=True)}

        options |= {
            "representative_dataset": rows,
            "inference_input_type": tf.int8,
            "inference_output_type": tf.int8,
        }
    # Recurrent layers become one operation of the runtime only if the batch is fixed.
    signature = [
        keras.tree.map_structure(
            lambda tensor: keras.InputSpec(
                shape=(1, *tensor.shape[1:]), dtype=tensor.dtype, name=tensor.name
            ),
            input_structure(network),
        )
    ]
    network.export(output, format="litert", input_signature=signature, verbose=False, **options)


def _use_stable_functions() -> None:
    """Write log(1 + exp(x)) so that exp never overflows, as TFLite has no softplus of its own: it is infinite
    from 89 on. It is max(x, 0) + log(1 + exp(-|x|)).
    """
    import tensorflow as tf

    from dlcourse.training.keras_internals import replace_in_backend

    def softplus(x: tf.Tensor) -> tf.Tensor:
        x = tf.convert_to_tensor(x)
        return tf.nn.relu(x) + tf.math.log1p(tf.exp(-tf.abs(x)))

    replace_in_backend(softplus=softplus, log_sigmoid=lambda x: -softplus(-x))


def main() -> None:
    """Answer jobs until standard input ends; nothing but answers reaches standard output."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    for line in sys.stdin:
        try:
            convert(**json.loads(line))
            error = None
        except Exception as exception:
            error = f"{type(exception).__name__}: {exception}"
        print(json.dumps({"error": error}), file=answers, flush=True)


if __name__ == "__main__":
    main()
