"""A TFLite model in memory, ready to predict: `LiteModel.load("digits.tflite").predict(x)`."""

from __future__ import annotations

import io
import re
import signal
import subprocess
import threading
import warnings
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dlcourse import checking, console, files
from dlcourse.deployment import environment
from dlcourse.errors import ConversionError, DataError

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter

    from dlcourse.deployment.fidelity import Fidelity

MAX_TRIAL_SECONDS = 120


class Tensor(NamedTuple):
    """An input or output of a TFLite model.

    Args:
        name: of the model's input layer; "output" of an output.
        shape: with the batch, which is 1.
        dtype: of the numbers in the file.
        scale, zero_point: a whole number q stands for scale · (q - zero_point); `None` where q means itself.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    scale: float | None
    zero_point: int | None


class Signature(NamedTuple):
    """What goes into a TFLite model and what comes out."""

    inputs: tuple[Tensor, ...]
    output: Tensor


class LiteModel:
    """A TFLite model; threads may share it.

    Args:
        content: a file that is known to run, such as one from `to_tflite`. Others go through `load`: a
            damaged one can end the whole process.

    Attributes:
        content: the file's bytes.
        signature: the `Signature`.
        fidelity: how near it is to the Keras model that `to_tflite` made it of; `None` of other files.
    """

    fidelity: Fidelity | None = None

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._interpreter = interpreter(content)
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        if len(outputs) != 1:
            raise ConversionError(f"A model with {len(outputs)} outputs can't be used here: it needs one.")
        for details in inputs:
            if not len(details["shape"]) or details["shape"][0] != 1:
                shape = tuple(map(int, details["shape"]))
                raise ConversionError(
                    f"The model's input has the shape {shape}: convert it for a batch of 1."
                )
        self.signature = Signature(tuple(map(_tensor, inputs)), _tensor(outputs[0])._replace(name="output"))
        self._inputs = [
            (details["index"], tensor, _grid(tensor))
            for details, tensor in zip(inputs, self.signature.inputs, strict=True)
        ]
        self._output, self._output_grid = outputs[0]["index"], _grid(self.signature.output)
        self._lock = threading.Lock()

    @classmethod
    def load(cls, source: str | PathLike[str] | bytes) -> LiteModel:
        """Read a file, or its bytes, after trying it in a process of its own.

        Raises:
            ConversionError: it is no TFLite model, is damaged, or does not run on this machine.
            OSError: there is no such file.
        """
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
        check_runs(content, "This content" if isinstance(source, bytes) else str(source))
        return cls(content)

    @property
    def size(self) -> int:
        """The file's size in bytes."""
        return len(self.content)

    def __repr__(self) -> str:
        shapes = [
            " × ".join(map(str, tensor.shape)) for tensor in (*self.signature.inputs, self.signature.output)
        ]
        near = f"; {self.fidelity}" if self.fidelity else ""
        return f"<LiteModel {', '.join(shapes[:-1])} → {shapes[-1]}, {self.size} bytes{near}>"

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the file, whole or not at all, and return its path."""
        return files.write(path, self.content)

    def predict(self, x: Any) -> np.ndarray:
        """Return the model's outputs, as `keras.Model.predict` does.

        The file takes one row at a time. Numbers are quantised on their way in, q = round(x / scale) +
        zero_point, and dequantised on their way out, by each tensor's own scale and zero point.

        Args:
            x: of shape (n, ...); a dict by input names for a model with several inputs.

        Returns:
            float32 of shape (n, ...).

        Raises:
            DataError: the shape does not fit, a number is missing, or the model can't run on a row.
        """
        # Most calls bring what needs no more than this, and one row is predicted in microseconds.
        plain = isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.ndim > 0 and x.size > 0
        if not (plain and np.isfinite(x).all()):
            x = checking.inputs(x)
        columns = [
            (index, _to_tensor(part, tensor, grid))
            for part, (index, tensor, grid) in zip(self._parts(x), self._inputs, strict=True)
        ]
        rows, output = checking.length(x), self.signature.output
        result = np.empty((rows, *output.shape[1:]), output.dtype)
        run = self._interpreter
        with self._lock:
            for row in range(rows):
                for index, values in columns:
                    run.set_tensor(index, values[row : row + 1])
                try:
                    run.invoke()
                except (RuntimeError, ValueError) as error:
                    why = str(error).partition("Node number")[0].strip()
                    raise DataError(f"The model can't run on row {row}: {why}.") from None
                result[row] = run.get_tensor(self._output)[0]
        if self._output_grid is not None:
            return self._output_grid.dequantised(result)
        return result if result.dtype.kind == "f" else result.astype(np.float32)

    def _parts(self, x: Any) -> list[np.ndarray]:
        """The array of each input, in the order of the file's."""
        if not isinstance(x, dict) and len(self._inputs) == 1:
            return [x]
        names = [tensor.name for tensor in self.signature.inputs]
        if not isinstance(x, dict) or x.keys() != set(names):
            raise DataError(
                f"The model has the inputs {', '.join(names)}: give a dict with an array for each."
            )
        return [x[name] for name in names]


class Grid(NamedTuple):
    """What the whole numbers of a tensor stand for.

    Arrays without dimensions, float32: NumPy computes faster with these than with Python's numbers, and what
    happens here takes as long as the network of a small model.
    """

    scale: np.ndarray
    zero_point: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray

    def quantised(self, x: np.ndarray) -> np.ndarray:
        """`round(x / scale) + zero_point`, within the limits of the type, still as floating-point numbers."""
        q = np.rint(x / self.scale)
        np.add(q, self.zero_point, out=q)
        np.maximum(q, self.lowest, out=q)
        return np.minimum(q, self.highest, out=q)

    def dequantised(self, q: np.ndarray) -> np.ndarray:
        """`scale · (q - zero_point)`, float32."""
        x = q.astype(np.float32)
        np.subtract(x, self.zero_point, out=x)
        return np.multiply(x, self.scale, out=x)


def interpreter(content: bytes) -> Interpreter:
    """LiteRT's interpreter of a file, its memory allocated."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:  # there is none for Windows, where TensorFlow's own does the same
        import tensorflow as tf

        Interpreter = tf.lite.Interpreter
    with console.quiet(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning)  # that TensorFlow's own will be deleted
        made = Interpreter(model_content=content)
        made.allocate_tensors()
    return made


def check_runs(content: bytes, name: str, rows: Any = None) -> None:
    """Run a file, in a process of its own: some files end the process that runs them.

    Args:
        content: of the file.
        name: what the message calls it.
        rows: what to run it on, an array or a dict of them by input names; numbers of its own if `None`.

    Raises:
        ConversionError: it does not run.
    """
    if content[4:8] != b"TFL3":
        raise ConversionError(f"{name} is no TFLite model.")
    job = io.BytesIO()
    arrays: dict[str, Any] = {"model": np.frombuffer(content, np.uint8), **_by_name(rows)}
    np.savez(job, **arrays)
    try:
        done = subprocess.run(
            environment.python("trial"),
            input=job.getvalue(),
            capture_output=True,
            timeout=MAX_TRIAL_SECONDS,
            env=environment.of_child(),
        )
    except subprocess.TimeoutExpired:
        raise ConversionError(
            f"{name} does not finish a single prediction in {MAX_TRIAL_SECONDS} s."
        ) from None
    if done.returncode < 0:
        number = -done.returncode
        raise ConversionError(
            f"{name} is damaged, or crashes the TFLite runtime ({signal.Signals(number).name})."
        )
    if done.returncode:
        why = done.stdout.decode(errors="replace").strip() or f"exit status {done.returncode}"
        raise ConversionError(f"{name} is damaged, or needs what the TFLite runtime has not: {why}")


def _by_name(rows: Any) -> dict[str, np.ndarray]:
    """What the trial is given: `rows` of a single input, `rows_NAME` of several."""
    if rows is None:
        return {}
    return {f"rows_{name}": part for name, part in rows.items()} if isinstance(rows, dict) else {"rows": rows}


def _tensor(details: dict) -> Tensor:
    # The converter writes serving_default_tokens:0 for an input layer called tokens.
    name = re.sub(r"^serving_default_(.*):\d+$", r"\1", details["name"])
    scale, zero_point = details["quantization"]
    shape = tuple(int(size) for size in details["shape"])
    return Tensor(name, shape, np.dtype(details["dtype"]), *((scale, zero_point) if scale else (None, None)))


def _grid(tensor: Tensor) -> Grid | None:
    """`None` where numbers mean themselves."""
    if tensor.scale is None:
        return None
    limits = np.iinfo(tensor.dtype)
    numbers = (tensor.scale, tensor.zero_point, limits.min, limits.max)
    return Grid(*(np.array(number, np.float32) for number in numbers))


def _to_tensor(x: np.ndarray, tensor: Tensor, grid: Grid | None) -> np.ndarray:
    if x.dtype.kind not in "biuf":
        raise DataError("The input holds texts, not numbers.")
    shape = tensor.shape[1:]
    if x.shape[1:] != shape:
        # As Keras does, leave out or add a last axis of one.
        if shape not in ((*x.shape[1:], 1), x.shape[1:-1] if x.shape[-1] == 1 else None):
            raise DataError(f"The model takes rows of shape {shape}, and these have {x.shape[1:]}.")
        x = x.reshape(len(x), *shape)
    if grid is not None:
        x = grid.quantised(x)
    elif tensor.dtype.kind in "iu" and x.dtype.kind == "f" and (x != np.floor(x)).any():
        raise DataError(f"The model's input '{tensor.name}' takes whole numbers.")
    return np.ascontiguousarray(x, tensor.dtype)
