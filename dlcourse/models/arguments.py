"""The builders' arguments, checked before Keras would fail on them with a longer story."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import keras

from dlcourse.errors import ModelError, UnknownNameError

LearningRate = float | keras.optimizers.schedules.LearningRateSchedule


def count(name: str, value: object) -> int:
    """A whole number from 1."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ModelError(f"{name} must be a whole number from 1, not {value!r}.")
    return int(value)


def counts(name: str, values: object, least: int = 1) -> tuple[int, ...]:
    """Whole numbers from 1, one for each layer; a single one stands for one layer."""
    if isinstance(values, Integral):
        values = (values,)
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) < least:
        at_least = "one or more whole numbers" if least else "whole numbers"
        raise ModelError(f"{name} must be {at_least}, one for each layer, not {values!r}.")
    return tuple(count(f"{name}[{i}]", value) for i, value in enumerate(values))


def shape(builder: str, meaning: Sequence[str], value: object, unknown: str = "") -> tuple[Any, ...]:
    """The shape of one sample: a size for each name in `meaning`; the axis `unknown` may be `None`."""
    ranks = f"({', '.join(meaning)}{',' if len(meaning) == 1 else ''})"
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != len(meaning):
        raise ModelError(f"{builder} needs an input_shape of {ranks}, without the batch; got {value!r}.")
    sizes = zip(meaning, value, strict=True)
    return tuple(None if size is None and name == unknown else count(name, size) for name, size in sizes)


def rate(name: str, value: object) -> float:
    """A dropout rate, in [0, 1)."""
    if not isinstance(value, Real) or not 0 <= float(value) < 1:
        raise ModelError(f"{name} must be at least 0 and below 1, not {value!r}.")
    return float(value)


def regularizer(l2: object) -> keras.regularizers.Regularizer | None:
    """Keras's L2 penalty of this strength, none for 0."""
    if not isinstance(l2, Real) or not 0 <= float(l2) < math.inf:
        raise ModelError(f"l2 must be 0 or a positive number, not {l2!r}.")
    return keras.regularizers.L2(l2) if l2 else None


def learning_rate(value: object) -> None:
    """A positive number, a schedule of Keras, or `None`."""
    if value is None or isinstance(value, keras.optimizers.schedules.LearningRateSchedule):
        return
    if not isinstance(value, Real) or not 0 < float(value) < math.inf:
        raise ModelError(f"The learning rate must be a positive number or a schedule, not {value!r}.")


def one_of(what: str, name: object, known: Sequence[str]) -> None:
    """One of a few names."""
    if name not in known:
        raise UnknownNameError(what, name, known)


def activation(name: object) -> None:
    """Anything that Keras takes for an activation."""
    _known_to(keras.activations, "activation", name)


def initializer(name: object) -> None:
    """Anything that Keras takes for an initialiser."""
    _known_to(keras.initializers, "initializer", name)


def _known_to(module: Any, what: str, name: object) -> None:
    try:
        module.get(name)
    except (ValueError, TypeError):
        functions = [n for n in dir(module) if n.islower() and not n.startswith("_")]
        known = [n for n in functions if n not in ("deserialize", "get", "serialize")]
        raise UnknownNameError(what, name, known) from None
