"""Values as reports hold them (`presentable`) and as people read them (`shown`)."""

from typing import Any

import numpy as np

from grader.child.plaindata import Live

MAX_ELEMENTS = 64  # of an array or a list that is written out
MAX_TEXT = 200  # characters of a string


class Sentence(str):
    """Words about an answer, where there is no value to show: `Sentence("no answer in time")`."""


def presentable(value: Any) -> Any:
    """Return plain data as JSON can hold it: large arrays described, NaN as a word.

    >>> presentable(np.array([1.0, np.inf]))
    [1.0, 'inf']
    """
    if isinstance(value, np.ndarray):
        return _beginning(value) if value.size > MAX_ELEMENTS else presentable(value.tolist())
    if isinstance(value, float):
        return value if np.isfinite(value) else str(value)
    if isinstance(value, complex):
        return str(value)
    if isinstance(value, str):
        return str(value[:MAX_TEXT])
    if isinstance(value, dict):
        return {key: presentable(item) for key, item in list(value.items())[:MAX_ELEMENTS]}
    if isinstance(value, list | tuple):
        items = [presentable(item) for item in value[:MAX_ELEMENTS]]
        return [*items, _more(value)] if len(value) > MAX_ELEMENTS else items
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Live) and value.kind in ("frame", "series"):
        return presentable(value.value)
    return _named(value)


def says_itself(value: Any) -> bool:
    """Tell whether what JSON can hold of a value is shown like the value: no sentence, no NaN, nothing named.

    >>> says_itself(np.ones(3)), says_itself([1.0, np.nan]), says_itself(Sentence("no answer in time"))
    (True, False, False)
    """
    if isinstance(value, np.ndarray):
        return value.size <= MAX_ELEMENTS and value.dtype.kind in "biuf" and bool(np.isfinite(value).all())
    if isinstance(value, float):
        return bool(np.isfinite(value))
    if isinstance(value, list | tuple):
        return len(value) <= MAX_ELEMENTS and all(map(says_itself, value))
    return value is None or type(value) in (bool, int, str)


def shown(value: Any) -> str:
    """Return plain data as text, the way that NumPy would show it; a sentence as it is, without quotes.

    >>> print(shown(np.array([1.0, np.nan])), shown("nan"), shown(Sentence("no answer in time")))
    [ 1., nan] 'nan' no answer in time
    """
    if isinstance(value, Sentence):
        return str(value)
    if isinstance(value, np.ndarray) and value.size <= MAX_ELEMENTS:
        value = value.tolist()
    if isinstance(value, list | tuple) and 0 < len(value) <= MAX_ELEMENTS:
        try:
            array = np.array(value)
        except ValueError:  # its rows are of unequal length
            return _inline(value)
        if array.dtype.kind in "biuf" and array.size <= MAX_ELEMENTS:
            return np.array2string(array, precision=6, separator=", ", suppress_small=False)
    return f"{value:.8g}" if isinstance(value, float) else _inline(value)


def indented(text: str, columns: int) -> str:
    """Return a text that stands behind so many columns, with its further lines below its first."""
    return text.replace("\n", "\n" + " " * columns)


def _inline(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return _beginning(value) if value.size > MAX_ELEMENTS else _inline(value.tolist())
    if isinstance(value, str):
        return repr(value[:MAX_TEXT])
    if isinstance(value, dict):
        items = list(value.items())[:MAX_ELEMENTS]
        return "{" + ", ".join(f"{key!r}: {_inline(item)}" for key, item in items) + "}"
    if isinstance(value, list | tuple):
        items = [_inline(item) for item in value[:MAX_ELEMENTS]]
        return "[" + ", ".join([*items, _more(value)] if len(value) > MAX_ELEMENTS else items) + "]"
    if value is None or isinstance(value, bool | int | float | complex):
        return repr(value)
    if isinstance(value, Live) and value.kind in ("frame", "series"):
        return _inline(value.value)
    return _named(value)


def _beginning(array: np.ndarray) -> str:
    return f"array of shape {array.shape}, beginning with {_inline(array.ravel()[:5])}"


def _more(items: list | tuple) -> str:
    return f"… {len(items) - MAX_ELEMENTS} more"


def _named(value: Any) -> str:
    """Return what stands for something that is no plain data."""
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, Live):
        return f"<{value.value[0] if value.kind == 'function' else value.kind}>"
    return f"<{value.type_name}>"  # a plaindata.Foreign
