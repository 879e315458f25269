"""Which trainings may share an engine: those of networks that differ in their numbers alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from dlcourse.console import quiet

with quiet():
    import keras

from dlcourse.training.fingerprints import FUNCTION, architecture, compilation
from dlcourse.training.keras_internals import flatten_layers

# Layers that know more than their configuration tells.
ADAPTED = (
    keras.layers.Discretization,
    keras.layers.IntegerLookup,
    keras.layers.Lambda,
    keras.layers.Normalization,
    keras.layers.StringLookup,
    keras.layers.TextVectorization,
)
# Whose classes and functions are what their configuration says.
KNOWN = ("keras.", "tensorflow.", "dlcourse.")
# Losses, metrics, regularizers and the like which are not Keras's: it writes down such a class as registered.
OWN = re.compile(rf'"registered_name": "(?!dlcourse>|Functional")|"class_name": "function"|{FUNCTION}')


def key(model: keras.Model, configuration: Mapping[str, Any]) -> str:
    """Equal for models that differ in weights, names of layers and the learning rate alone.

    Somebody's own class or function, a layer that was adapted to data, and an optimizer that excludes
    variables from weight decay may hide what nothing tells: such models share an engine with those of the
    same configuration only.
    """
    parts = [model, *flatten_layers(model, include_self=False), model.optimizer]
    try:
        text = " ".join(
            [
                architecture(model),
                compilation(model),
                *(_plain_attributes(part) for part in parts),
                json.dumps([_of_variable(each) for each in model.weights], default=lambda _: FUNCTION),
            ]
        )
    except (NotImplementedError, TypeError, ValueError):  # a layer that Keras can't write down
        return str(id(configuration))
    hidden = OWN.search(text) or any(map(_hides, parts))
    return f"{id(configuration)} {text}" if hidden else text


def is_own(part: Any) -> bool:
    """Whether the class of a layer, model or optimizer is neither Keras's nor this library's."""
    return not type(part).__module__.startswith(KNOWN)


def _hides(part: Any) -> bool:
    """Whether a part of a model may be more than its configuration and its plain attributes tell."""
    if isinstance(part, ADAPTED) or is_own(part):
        return True
    values = vars(part).values()
    if any(callable(value) and not _module(value).startswith(KNOWN) for value in values):
        return True
    # An optimizer has the variables that it excludes from weight decay as a set, or as a pattern of names.
    return isinstance(part, keras.optimizers.Optimizer) and any(
        isinstance(value, re.Pattern) or (isinstance(value, set) and value) for value in values
    )


def _module(value: Any) -> str:
    return getattr(value, "__module__", None) or type(value).__module__


def _plain_attributes(part: Any) -> str:
    """The numbers and texts that a part has by public names, whatever its configuration says of them."""
    public = {name: value for name, value in vars(part).items() if name != "name" and name[0] != "_"}
    return repr(sorted(item for item in public.items() if _is_plain(item[1])))


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)


def _of_variable(variable: keras.Variable) -> list[Any]:
    rules = (variable.regularizer, variable.constraint)
    return [variable.trainable, *(keras.saving.serialize_keras_object(rule) for rule in rules)]
