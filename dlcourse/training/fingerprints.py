"""What a model is, as text: equal for models that a checkpoint or an engine may take for one another."""

import json
import warnings
from typing import Any

import keras

from dlcourse.training.keras_internals import flatten_layers

FUNCTION = "a function"  # in what `compilation` returns


def architecture(model: keras.Model) -> str:
    """A model's configuration, equal for models that differ in the names of their layers alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a lambda can't be loaded again
        config = json.loads(model.to_json())
    names = [layer.name for layer in [model, *flatten_layers(model, include_self=False)]]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}

    def renamed(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: renamed(part, name) for name, part in value.items()}
        if key in ("input_layers", "output_layers", "keras_history") and isinstance(value, list):
            return [renamed(part, key) for part in value]
        if isinstance(value, list):
            return [renamed(part) for part in value]
        named = key in ("name", "input_layers", "output_layers", "keras_history") and isinstance(value, str)
        return numbers.get(value, value) if named else value

    return json.dumps(renamed(config["config"]), sort_keys=True)


def compilation(model: keras.Model) -> str:
    """How a model is compiled, without the learning rate and the optimizer's name; functions by name."""
    config = model.get_compile_config() or {}
    optimizer = config.get("optimizer", {}).get("config", {}) | {"name": None}
    if isinstance(optimizer.get("learning_rate"), float):
        optimizer["learning_rate"] = None
    kind = type(model.optimizer).__name__
    return json.dumps([kind, config | {"optimizer": optimizer}], default=lambda _: FUNCTION, sort_keys=True)
