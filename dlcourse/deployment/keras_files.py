"""Keras's own files, written without its warnings, and its long errors in short."""

import re
import warnings
from pathlib import Path

import keras

from dlcourse.errors import ModelError


def write(model: keras.Model, path: Path) -> bytes:
    """Save a model to a `.keras` file and return the file's content.

    Raises:
        ModelError: Keras can't save it.
    """
    try:
        with warnings.catch_warnings():
            # Keras 3.15 with NumPy 2, of its own making.
            warnings.filterwarnings("ignore", "__array__ implementation doesn't accept", DeprecationWarning)
            # In a loss it does no harm here; in a layer, it is refused when the file is loaded.
            warnings.filterwarnings("ignore", "The object being serialized includes a `lambda`", UserWarning)
            model.save(path)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ModelError(f"Keras can't save this model: {first_line(error)}") from error
    return path.read_bytes()


def is_code(message: str) -> bool:
    """Whether Keras refused a model because of code in it: a Lambda layer's, or an activation's."""
    return bool(re.search(r"Python lambda|Could not interpret [\w ]+ identifier: \{'value'", message))


def unknown_class(message: str) -> str | None:
    """The class or function that Keras could not find when it loaded a model, if it was that."""
    found = re.search(r"Could not locate (?:class|function) '(\w+)'", message)
    return found and found[1]


def first_line(error: object) -> str:
    """The first line of a message, of no more than 300 characters, as a sentence."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:300].rstrip(".:") + "."
