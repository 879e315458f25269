"""Keras's own files, written without its warnings and read with care, and its long errors in short."""

import re
import warnings
from pathlib import Path

import keras

from dlcourse.deployment import claims
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


def read(path: Path) -> keras.Model:
    """Load a model from a `.keras` file that may come from anywhere.

    Raises:
        ModelError: it is damaged, claims more than it holds, or needs code that is not here.
    """
    try:
        with claims.limits(claims.check(path)), warnings.catch_warnings():
            # That of a model inside, which was compiled and not trained: nobody will train it here.
            warnings.filterwarnings("ignore", "Skipping variable loading for optimizer", UserWarning)
            model = keras.saving.load_model(path, compile=False, safe_mode=True)
        model.output_shape[-1], model.inputs[0]
    except Exception as error:  # whatever Keras meets in a foreign file
        if is_code(str(error)):
            why = "it holds code (a Lambda layer, or a lambda function), which a bundle may not bring."
        elif name := unknown_class(str(error)):
            why = f"{name} is not known here, so import the module that defines and registers it first."
        else:
            why = first_line(error)
        raise ModelError(why) from None
    return model


def is_code(message: str) -> bool:
    """Whether Keras refused a model because of code in it: a Lambda layer's, or an activation's."""
    return bool(re.search(r"Python lambda|Could not interpret [\w ]+ identifier: \{'value'", message))


def unknown_class(message: str) -> str | None:
    """The class or function that Keras could not find when it loaded a model, if it was that."""
    found = re.search(r"Could not locate (?:class|function) '(\w+)'", message)
    return found and found[1]


def first_line(error: object) -> str:
    """What a message says first, but for where it was said; of no more than 300 characters, as a sentence.

    Example:
        >>> first_line("Exception encountered when calling Dot.call().\\n\\nShapes differ: 3 and 4.\\n")
        'Dot: Shapes differ: 3 and 4.'
    """
    text = re.sub(r"\x1b\[\d+m", "", str(error))
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [type(error).__name__]
    where = ""
    for i, line in enumerate(lines[:-1]):
        if found := re.search(r"Exception encountered when calling (\w+)\.\w+\(\)", line):
            where, lines = f"{found[1]}: ", lines[i + 1 :]
            break
    line = re.sub(r"^\{\{function_node \S+\}\} | \[Op:\w+\].*", "", lines[0])
    return where + line[:300].rstrip(".: ") + "."
