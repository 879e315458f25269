"""What can go wrong, by name: each error says in one or two sentences what, where, and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known name that is most like `name`, or `None` if none is like it at all.

    Example:
        >>> nearest("softmx", ["relu", "softmax"])
        'softmax'
    """
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=cutoff)), None)


class UnknownNameError(ValueError):
    """A name that is none of those that are known; the message suggests the nearest."""

    def __init__(self, what: str, name: object, known: Iterable[str]) -> None:
        known = list(known)
        near = nearest(str(name), known, cutoff=0.4)
        guess = f" Did you mean '{near}'?" if near else ""
        super().__init__(f"There is no {what} '{name}'.{guess} Available: {', '.join(known)}.")


class DataError(ValueError):
    """Data that can't be used as they are: lengths that differ, missing numbers, a target of no task."""


class ModelError(ValueError):
    """A model that can't be built as asked, or that does not fit the data or the task."""


class TrainingError(RuntimeError):
    """A training run that can't go on: the loss is not a number, or a checkpoint is of another run."""


class ConversionError(RuntimeError):
    """A model that can't be converted, or whose converted file does not run on this machine."""


class BundleError(ValueError):
    """A file or folder that should hold a saved model, and is damaged, incomplete or of another kind."""


class KerasVersionError(ImportError):
    """A Keras that lacks something which this library uses; the message says which Keras is supported."""
