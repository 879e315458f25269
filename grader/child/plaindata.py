"""Answers as plain data: MessagePack with raw numeric arrays, never pickle.

    encode([1.0, np.eye(2)])  ->  bytes  ->  decode(...)

Numbers, strings, bytes, `None`, NumPy arrays and scalars, and lists, tuples and string-keyed dicts of them
survive the journey. Anything else arrives as a `Foreign`, which equals nothing that an exercise can ask for.
The decoder trusts no byte: sizes, depths and dtypes are bounded before memory is taken.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

ARRAY, TUPLE, FOREIGN, LIVE = 1, 2, 3, 4  # MessagePack extension codes
DTYPES = frozenset(
    np.dtype(t).str
    for t in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
)
MAX_DEPTH = 16
MAX_DIMENSIONS = 8
MAX_NODES = 200_000
MAX_BYTES = 32 * 2**20
MAX_NAME, MAX_REASON = 60, 200  # characters of what a `Foreign` says
LIVE_KINDS = frozenset(
    {"function", "frame", "series", "model", "fitted", "optimizer", "dataset", "weights", "path"}
)


class Malformed(ValueError):
    """Bytes that `encode` would not have written."""


@dataclass(frozen=True)
class Foreign:
    """Stands for a value that is no plain data: what it was called and why it was left behind."""

    type_name: str
    reason: str = ""


@dataclass(frozen=True)
class Live:
    """Plain data that stands for an object, which `live.instantiate` makes of it: `Live("frame", {...})`."""

    kind: str
    value: Any


def encode(value: Any, limit: int = MAX_BYTES, describe: Callable[[Any], Live | None] | None = None) -> bytes:
    """Return `value` as bytes; what is no plain data, or too much of it, is replaced by a `Foreign`.

    Args:
        value: what to encode.
        limit: how many bytes it may take.
        describe: returns what stands for an object, `live.description` for one; `None` where nothing does.

    >>> decode(encode({"x": (1, 2.5)}))
    {'x': (1, 2.5)}
    """
    if type(value) is np.ndarray and value.nbytes > limit:
        return msgspec.msgpack.encode(_foreign(value, f"shape {value.shape}, {value.nbytes:,} bytes"))
    encoded = msgspec.msgpack.encode(_Encoder(describe).plain(value, 0))
    if len(encoded) > limit:
        return msgspec.msgpack.encode(_foreign(value, f"{len(encoded):,} bytes"))
    return encoded


def decode(data: bytes, *, ours: bool = False) -> Any:
    """Return the value that `encode` wrote; arrays are fresh and writable.

    Args:
        data: the bytes.
        ours: they are of this program's own making, and need not be held to bounds.

    Raises:
        Malformed: for bytes that are too many, too deep, too many elements, or not of our format.
    """
    if len(data) > MAX_BYTES:
        raise Malformed(f"{len(data):,} bytes, more than the {MAX_BYTES:,} that an answer may take")
    try:
        value = msgspec.msgpack.decode(data, ext_hook=_extension)
        if not ours:
            _require_plain(value)
    except (msgspec.DecodeError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise Malformed(str(error)) from None
    return value


class _Encoder:
    """Turns one value into what msgspec can encode, within bounds that hold for all of it together."""

    def __init__(self, describe: Callable[[Any], Live | None] | None):
        self._describe = describe
        self._nodes = MAX_NODES

    def plain(self, value: Any, depth: int) -> Any:
        self._nodes -= 1
        if self._nodes < 0:
            return _foreign(value, f"more than {MAX_NODES:,} elements in lists; return an array instead")
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is bytes or kind is bytearray:
            return bytes(value) if len(value) <= MAX_BYTES else _foreign(value, f"{len(value):,} bytes")
        if kind is str:
            return value if len(value) <= MAX_NODES and value.isprintable() else _text(value)
        if kind is int:
            is_small = -(2**63) <= value < 2**63
            return value if is_small else _foreign(value, "an integer of more than 64 bits")
        if kind is np.ndarray:
            if value.dtype.kind == "U" and value.size <= MAX_NODES:  # texts, as np.sort makes
                return self.plain(value.tolist(), depth)
            return _array(value)
        if kind is np.str_:  # as `Generator.choice` draws one
            return self.plain(str(value), depth)
        if isinstance(value, np.generic):
            return _array(np.asarray(value))
        if isinstance(value, list | tuple | dict):
            return self._container(value, depth)
        if kind is Foreign:  # on its second journey
            return msgspec.msgpack.Ext(FOREIGN, msgspec.msgpack.encode([value.type_name, value.reason]))
        if kind is Live:
            inner = msgspec.msgpack.encode(self.plain(value.value, depth + 1))
            return msgspec.msgpack.Ext(LIVE, msgspec.msgpack.encode([value.kind, inner]))
        return self._object(value, depth)

    def _container(self, value: list | tuple | dict, depth: int) -> Any:
        if depth >= MAX_DEPTH:
            return _foreign(value, f"nested deeper than {MAX_DEPTH} levels, or inside itself")
        base = next(base for base in (list, tuple, dict) if isinstance(value, base))
        value = value if type(value) is base else base(value)  # an OrderedDict is a dict, too
        if isinstance(value, dict):
            if any(type(key) is not str for key in value):
                return _foreign(value, "its keys are not all strings")
            return {key: self.plain(item, depth + 1) for key, item in value.items()}
        if len(value) > MAX_NODES:
            return _foreign(value, f"{len(value):,} elements; return an array instead")
        items = [self.plain(item, depth + 1) for item in value]
        return items if type(value) is list else msgspec.msgpack.Ext(TUPLE, msgspec.msgpack.encode(items))

    def _object(self, value: Any, depth: int) -> Any:
        """Return a tensor as an array, and what stands for any other object, if something does."""
        package = type(value).__module__.partition(".")[0]
        if package in ("tensorflow", "keras") and hasattr(value, "numpy"):
            array = value.numpy()
            is_array = isinstance(array, np.ndarray | np.generic)
            return _array(np.asarray(array)) if is_array else _foreign(value)
        if package == "torch" and hasattr(value, "detach"):
            return _array(value.detach().cpu().numpy())
        described = self._describe(value) if self._describe is not None and depth < MAX_DEPTH else None
        return _foreign(value) if described is None else self.plain(described, depth)


def _text(value: str) -> Any:
    """Return a long or unprintable string, unless MessagePack could not carry it."""
    if len(value) > MAX_BYTES // 4:
        return _foreign(value, f"{len(value):,} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        return _foreign(value, "characters that are no valid Unicode")
    return value


def _array(array: np.ndarray) -> msgspec.msgpack.Ext | Any:
    if array.dtype.str not in DTYPES:
        return _foreign(array, f"dtype {array.dtype}")
    if array.ndim > MAX_DIMENSIONS or array.nbytes > MAX_BYTES or _is_vast_and_empty(array.shape):
        return _foreign(array, f"shape {array.shape}, {array.nbytes:,} bytes")
    raw = np.ascontiguousarray(array).tobytes()
    return msgspec.msgpack.Ext(ARRAY, msgspec.msgpack.encode([array.dtype.str, list(array.shape), raw]))


def _is_vast_and_empty(shape: Sequence[int]) -> bool:
    """Whether an array without an element is long all the same: as a list, it would fill the memory."""
    return 0 in shape and math.prod(n for n in shape if n) > MAX_NODES


def _foreign(value: Any, reason: str = "") -> msgspec.msgpack.Ext:
    named = [type(value).__name__[:MAX_NAME], reason[:MAX_REASON]]
    return msgspec.msgpack.Ext(FOREIGN, msgspec.msgpack.encode(named))


def _extension(code: int, data: memoryview) -> Any:
    if code == ARRAY:
        dtype, shape, raw = msgspec.msgpack.decode(data, type=tuple[str, list[int], bytes])
        if dtype not in DTYPES:
            raise ValueError(f"arrays of dtype {dtype[:20]!r} are not accepted")
        if len(shape) > MAX_DIMENSIONS or any(not 0 <= n <= MAX_BYTES for n in shape):
            raise ValueError("an impossible shape")
        if _is_vast_and_empty(shape):
            raise ValueError("an impossible shape")
        if math.prod(shape) * np.dtype(dtype).itemsize != len(raw):
            raise ValueError("an array whose bytes do not fill its shape")
        return np.frombuffer(raw, dtype=dtype).reshape(shape).copy()
    if code == TUPLE:
        return tuple(msgspec.msgpack.decode(data, type=list, ext_hook=_extension))
    if code == LIVE:
        kind, inner = msgspec.msgpack.decode(data, type=tuple[str, bytes])
        value = msgspec.msgpack.decode(inner, ext_hook=_extension)
        if kind not in LIVE_KINDS or (kind == "function" and not _names_a_function(value)):
            raise ValueError("what stands for no object")
        return Live(kind, value)
    if code == FOREIGN:
        type_name, reason = msgspec.msgpack.decode(data, type=tuple[str, str])
        return Foreign(type_name[:MAX_NAME], reason[:MAX_REASON])
    raise ValueError(f"unknown extension {code}")


def _names_a_function(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)


def _require_plain(value: Any) -> None:
    """Hold what was decoded to the bounds of `encode`: who writes bytes of their own need not keep them."""
    nodes, stack = MAX_NODES, [(value, 0)]
    while stack:
        value, depth = stack.pop()
        if isinstance(value, dict):
            if any(type(key) is not str for key in value):
                raise ValueError("a dict whose keys are not all strings")
            inner = value.values()
        elif isinstance(value, list | tuple):
            inner = value
        elif isinstance(value, Live):
            inner = (value.value,)
        elif value is None or isinstance(value, bool | int | float | str | bytes | np.ndarray | Foreign):
            continue
        else:
            raise ValueError(f"a {type(value).__name__}")
        nodes -= len(inner)
        if depth > MAX_DEPTH or nodes < 0:
            raise ValueError("too many elements, or too deep")
        stack.extend((item, depth + 1) for item in inner)
