"""Objects that no plain data is, and the plain data that stands for them on the way to and from a child.

    Live("function", ["quadratic", {...}])  →  instantiate(…)  →  a function of `grader.child.functions`
    a DataFrame that a learner returns  →  description(…)  →  Live("frame", {"columns": ..., ...})

For processes that may run a learner's code: nothing here knows an answer.
"""

import contextlib
import functools
import logging
import os
import shutil
import stat
import tempfile
import warnings
import weakref
import zipfile
from collections.abc import Callable
from itertools import islice
from typing import IO, Any

import numpy as np

from grader.child import functions
from grader.child.plaindata import Live

MAX_BATCHES = 1000
MAX_ARTEFACT_BYTES = 6 * 2**20
MAX_FOUND_BYTES = 7 * 2**20  # of what is written down about an artefact; its weights are in it
MAX_LEFT_BYTES = 2**20  # of a model's file that a call left
MAX_BESIDE = 10  # files beside a path that are named
KERAS_MEMBERS = ("metadata.json", "config.json", "model.weights.h5")  # of a `.keras` file
FITTED: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # on what each fitted model was fitted
FORMS = {b"PK\x03\x04": "zip", b"\x89HDF": "hdf5"}  # by a file's first four bytes


class OutputPath(str):
    """A place to write a file to, in a new folder that `discard` removes."""


def instantiate(value: Any) -> Any:
    """Return a case's argument with every `Live` in it replaced by the object that it stands for."""
    if isinstance(value, list | tuple):
        return type(value)(map(instantiate, value))
    if isinstance(value, dict):
        return {key: instantiate(item) for key, item in value.items()}
    return MAKERS[value.kind](value.value) if isinstance(value, Live) else value


def description(value: Any) -> Live | None:
    """Return what stands for an object, or `None` where nothing does.

    The object is the learner's: whatever its methods say, it is data for the judge and no more.
    """
    package = type(value).__module__.partition(".")[0]
    if package == "pandas":
        return _of_frame(value)
    if any(base.__module__.partition(".")[0] in ("keras", "tensorflow") for base in type(value).__mro__):
        import keras
        import tensorflow

        if isinstance(value, keras.Model):
            return Live("model", _saved(value))
        if isinstance(value, keras.optimizers.Optimizer):
            return Live("optimizer", {"class_name": type(value).__name__})
        if isinstance(value, tensorflow.data.Dataset):
            return Live("dataset", list(islice(value.as_numpy_iterator(), MAX_BATCHES)))
    if isinstance(value, functools.partial) and getattr(value.func, "__module__", "") == functions.__name__:
        return Live("function", [value.func.__name__, value.keywords])
    return None


def after_call(arguments: Any, answer: Any = None) -> Any:
    """Return arguments after a call: each model as its weights, each path as what was left there.

    They are what a call may change. Of a path it is also told whether the answer is a new object, and not one
    of the arguments. A model that came fitted, and is the answer, is fitted once more, and its weights after
    that are told too: whether freezing holds, nothing else says.
    """
    is_new = not any(answer is argument for argument in arguments)
    return _state(arguments, is_new)


def discard(arguments: Any) -> None:
    """Remove the folder of each path among the arguments, with all that a call left in it."""
    for argument in arguments:
        if isinstance(argument, OutputPath):
            with contextlib.suppress(RecursionError):  # folders in folders in folders
                shutil.rmtree(os.path.dirname(argument), ignore_errors=True)  # it follows no link


def _state(value: Any, is_new: bool) -> Any:
    if type(value) in (list, tuple):
        return type(value)(_state(item, is_new) for item in value)
    if type(value) is OutputPath:
        beside: list[str] = []
        with contextlib.suppress(OSError), os.scandir(os.path.dirname(value)) as entries:
            beside = sorted(entry.name for entry in islice(entries, MAX_BESIDE))
        form, file = _left(value)
        return Live("path", {"form": form, "beside": beside, "is_new": is_new, "file": file})
    if type(value).__module__.partition(".")[0] == "keras" and hasattr(value, "get_weights"):
        weights = value.get_weights()
        if value not in FITTED:
            return Live("weights", weights)
        again = None
        if not is_new:
            _fit(value)
            again = value.get_weights()
        return Live("fitted", {"weights": weights, "again": again})
    return value


def _left(path: str) -> tuple[str, bytes | None]:
    """Return what lies at a path, and of a Keras file its bytes, if they are not too many.

    It may be anything: no link is followed, and nothing is waited for.
    """
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return "nothing", None
    if not stat.S_ISREG(mode):
        return ("folder" if stat.S_ISDIR(mode) else "other"), None
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # Windows has neither
    try:
        descriptor = os.open(path, flags)  # nor waits, should it be a pipe by now
    except OSError:
        return "other", None
    try:
        with os.fdopen(descriptor, "rb") as file:
            form = FORMS.get(file.read(4), "other")
            if form != "zip" or not _is_keras_file(file):
                return ("other" if form == "zip" else form), None
            file.seek(0)
            data = file.read(MAX_LEFT_BYTES + 1)
            return form, data if len(data) <= MAX_LEFT_BYTES else None
    except OSError:
        return "other", None


def _is_keras_file(file: IO[bytes]) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return set(KERAS_MEMBERS) <= set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, RuntimeError, NotImplementedError):
        return False


def _path(name: str) -> OutputPath:
    return OutputPath(os.path.join(tempfile.mkdtemp(), name))


def _function(value: list) -> functools.partial:
    name, settings = value
    return functools.partial(getattr(functions, name), **settings)


def _frame(value: dict) -> Any:
    import pandas

    columns = {name: pandas.Series(column) for name, column in value["columns"].items()}
    return pandas.DataFrame(columns, columns=list(columns)).set_axis(list(value["index"]))


def _of_frame(value: Any) -> Live | None:
    import pandas

    kind = "frame"
    if isinstance(value, pandas.Series):
        kind, value = "series", value.to_frame(str(value.name))
    if not isinstance(value, pandas.DataFrame):
        return None
    columns = {str(name): _of_column(value[name]) for name in value.columns}
    return Live(kind, {"columns": columns, "index": value.index.tolist()})


def _of_column(column: Any) -> Any:
    import pandas

    if pandas.api.types.is_numeric_dtype(column) or pandas.api.types.is_bool_dtype(column):
        return column.to_numpy(dtype=None if column.dtype.kind in "biuf" else np.float64, na_value=np.nan)
    return [None if pandas.isna(item) else item for item in column]


def loaded(data: bytes) -> Any:
    """Return the Keras model in the bytes of a `.keras` file, without running any code that is in it."""
    import tensorflow
    from keras.saving import load_model

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the optimizer has no state
        path = os.path.join(folder, "model.keras")
        with open(path, "wb") as file:
            file.write(data)
        # Keras saves TensorFlow's softmax by a name that it does not know itself.
        return load_model(path, custom_objects={"softmax_v2": tensorflow.nn.softmax}, safe_mode=True)


def _fitted(value: dict) -> Any:
    """A compiled model after a fit, with the weights from before it: Keras has made its training step."""
    model = loaded(value["model"])
    weights = model.get_weights()
    FITTED[model] = value["data"]
    _fit(model)
    model.set_weights(weights)
    return model


def _fit(model: Any) -> None:
    log = logging.getLogger("tensorflow")
    level = log.level
    log.setLevel(logging.ERROR)  # that there are many training steps: each model has its own
    try:
        model.fit(*FITTED[model], verbose=0)
    finally:
        log.setLevel(level)


def _saved(model: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras's own, of NumPy's __array__
        path = os.path.join(folder, "model.keras")
        try:
            model.save(path, include_optimizer=False)  # its state says nothing of what was built
        except NotImplementedError:  # Keras needs to be told how to make it again
            raise TypeError(
                f"its model is of a class of its own, {type(model).__name__}, which Keras can't save. "
                "Build it of Keras's layers, with keras.Sequential or keras.Model(inputs, outputs)."
            ) from None
        with open(path, "rb") as file:
            return file.read(MAX_ARTEFACT_BYTES + 1)


def _optimizer(value: dict) -> Any:
    from keras import optimizers

    return optimizers.deserialize(value)


MAKERS: dict[str, Callable[[Any], Any]] = {
    "function": _function,
    "frame": _frame,
    "model": loaded,
    "fitted": _fitted,
    "optimizer": _optimizer,
    "path": _path,
}
