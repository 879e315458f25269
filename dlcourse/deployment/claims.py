"""What a model's file claims, held against what it holds, before memory is taken for it.

A layer of a thousand million units is one line of a configuration. So the file's parts are looked at before
anything is built (`check`), weights and outputs as they are about to be made (`limits`), loops before there
is a graph in which they are written out (`check_loops`), and that graph before it runs (`check_graph`).
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras
import tensorflow as tf

from dlcourse.errors import ModelError
from dlcourse.training import keras_internals

CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets/"
# A model may have so many times what is stored: a model inside it may bring an optimizer, which has several
# numbers a weight, and of which nothing is stored before its first step.
MAX_TIMES, SPARE_BYTES = 8, 2**20
MAX_ROW_BYTES = 2**30  # what a model may take for one row, beside its weights
MAX_STEPS = 2000  # of loops that are written out in a graph, where each takes time and memory of its own
MAX_THRESHOLDS = 1_000_000  # a metric's own numbers, which it makes a list of
SHAPES = ("build_config", "batch_shape", "batch_input_shape", "input_shape")


def check(file: Path) -> int:
    """Refuse a `.keras` file whose parts are more than the file, or whose configuration gives them away.

    Args:
        file: as Keras writes it: nothing in it is compressed.

    Returns:
        How many bytes of weights it holds, for `limits`.

    Raises:
        ModelError: the file is not one that Keras wrote, or claims more than it holds.
    """
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        names = {entry.filename for entry in entries if not entry.filename.startswith(ASSETS)}
        if names != {CONFIG, METADATA, WEIGHTS} or any(entry.compress_type for entry in entries):
            raise ModelError("it was not written by Keras: its parts are others, or compressed.")
        if sum(entry.file_size for entry in entries) > file.stat().st_size:
            raise ModelError("it is damaged: its parts are larger than the file.")
        config, weights = json.loads(archive.read(CONFIG)), archive.read(WEIGHTS)
    _check_weights(weights)
    _check_config(config)
    return len(weights)


@contextlib.contextmanager
def limits(stored: int) -> Iterator[None]:
    """Let Keras make no variables beyond the bytes that are stored, and no outputs of any size.

    Raises:
        ModelError: it was about to.
    """
    claimed = 0
    broken: list[str] = []

    def refuse(why: str) -> None:
        broken.append(why)  # Keras hands an error on in words of its own, if at all
        raise ModelError(why)

    def variable(made: keras.Variable) -> None:
        nonlocal claimed
        claimed += _bytes(made)
        if claimed > MAX_TIMES * stored + SPARE_BYTES:
            refuse(
                f"its layers, up to {made.path}, claim {in_words(claimed)} of weights, and the file holds "
                f"{in_words(stored)}."
            )

    def tensor(made: keras.KerasTensor) -> None:
        if (size := _bytes(made)) > MAX_ROW_BYTES:
            refuse(too_large(size))

    try:
        with keras_internals.announced(variable, tensor):
            yield
    except Exception:
        if not broken:
            raise
    if broken:
        raise ModelError(broken[0])


def check_loops(model: keras.Model) -> None:
    """Refuse a model whose graph has too many steps of loops, each of them written out.

    Raises:
        ModelError: it has.
    """
    if (steps := _steps(model)) > MAX_STEPS:
        raise ModelError(
            f"its graph would have {steps} steps of loops written out, more than {MAX_STEPS}: "
            "TimeDistributed and layers with unroll=True are for shorter rows."
        )


def check_graph(graph: tf.Graph, model: keras.Model) -> None:
    """Refuse a graph that takes too much memory for one row, as attention within a long one does.

    Args:
        graph: of a call of the model.
        model: whose weights may be turned into others in the graph, and may be large.

    Raises:
        ModelError: it does.
    """
    operations = graph.get_operations()
    place = {operation.name: i for i, operation in enumerate(operations)}
    ends: dict[int, int] = {}  # how many bytes are no longer needed after each operation
    needed = largest = 0
    for i, operation in enumerate(operations):
        if operation.type != "ReadVariableOp":
            for made in operation.outputs:
                size = _bytes(made) if made.shape.rank else 0
                last = max((place[user.name] for user in made.consumers()), default=len(operations))
                ends[last] = ends.get(last, 0) + size
                needed += size
        largest = max(largest, needed)
        needed -= ends.get(i, 0)
    if largest > MAX_ROW_BYTES + sum(map(_bytes, model.variables)):
        raise ModelError(too_large(largest))


def too_large(size: int) -> str:
    """Why a model is refused that takes so many bytes for one row."""
    return (
        f"it takes {in_words(size)} for a single row, and {in_words(MAX_ROW_BYTES)} are allowed "
        f"({__name__}.MAX_ROW_BYTES)."
    )


def in_words(size: int) -> str:
    """A number of bytes, as "4.0 GB".

    Example:
        >>> in_words(38_000), in_words(6_600_000_000), in_words(7)
        ('38.0 kB', '6.6 GB', '7 bytes')
    """
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"


def _check_weights(content: bytes) -> None:
    """Refuse arrays that are larger than what is stored of them."""

    def check(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            kept = item.id.get_storage_size()
            if item.dtype.kind == "O" or item.nbytes > kept:  # objects point at what any number may share
                raise ModelError(
                    f"its weights {name} claim {in_words(item.nbytes)}, and the file holds {in_words(kept)} "
                    "of them."
                )

    with h5py.File(io.BytesIO(content), "r") as file:
        file.visititems(check)


def _check_config(config: Any) -> None:
    """Refuse what Keras would compute, or make a list of, while it reads the configuration."""
    for item in _dicts(config):
        for name in SHAPES:
            for shape in _shapes(item.get(name)):
                if (size := 4 * _product(shape)) > MAX_ROW_BYTES:
                    raise ModelError(too_large(size))
        for node in item.get("inbound_nodes") or ():
            if not isinstance(node, dict) or not any(
                inner.get("class_name") == "__keras_tensor__" for inner in _dicts(node)
            ):
                raise ModelError("a layer in it is called with numbers alone, which no model does.")
        whole = [value for value in _values(item.get("config")) if isinstance(value, int)]
        if _is_metric(item) and max(whole, default=0) > MAX_THRESHOLDS:
            raise ModelError(f"a metric in it has {max(whole)} thresholds or classes.")


def _is_metric(item: dict) -> bool:
    place = f"{item.get('module')}.{item.get('class_name')}"
    return place.startswith("keras") and "metrics" in place


def _dicts(item: Any) -> Iterator[dict]:
    """All dicts inside JSON data."""
    left = [item]
    while left:
        item = left.pop()
        if isinstance(item, dict):
            yield item
        left += _values(item)


def _values(item: Any) -> list:
    return list(item.values()) if isinstance(item, dict) else item if isinstance(item, list) else []


def _shapes(item: Any) -> Iterator[list]:
    """All lists of whole numbers inside JSON data, where `None` may stand for an open size."""
    left = [item]
    while left:
        item = left.pop()
        if isinstance(item, list) and all(size is None or type(size) is int for size in item):
            yield item
        else:
            left += _values(item)


def _product(shape: Any) -> int:
    return math.prod(1 if size is None else int(size) for size in shape)


def _bytes(made: keras.Variable | keras.KerasTensor | tf.Tensor) -> int:
    """How large it is, where an open size, such as the batch, is 1."""
    return _product(made.shape) * max(1, tf.as_dtype(made.dtype).size)


def _steps(layer: keras.layers.Layer) -> int:
    """How many steps of loops are written out in the graph of a layer."""
    steps = sum(map(_steps, keras_internals.inner_layers(layer)))
    if isinstance(layer, keras.layers.TimeDistributed) or getattr(layer, "unroll", False):
        shapes = keras_internals.build_shapes(layer).values()
        lengths = [shape[1] or 1 for shape in shapes if isinstance(shape, tuple) and len(shape) > 2]
        return max(lengths, default=1) * max(1, steps)
    return steps
