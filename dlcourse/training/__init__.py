"""Training Keras models: `find_learning_rate`, then `train`, from the first batch to the best weights.

found = find_learning_rate(model, (x, y))
history = train(model, (x, y), validation=(x_val, y_val), epochs=100, patience=5)
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcourse.training.fit import (
        ENGINES,
        SCHEDULES,
        History,
        LearningRates,
        find_learning_rate,
        strategy,
        train,
    )

_HOME = {
    "ENGINES": "fit",
    "History": "fit",
    "LearningRates": "fit",
    "SCHEDULES": "fit",
    "find_learning_rate": "fit",
    "strategy": "fit",
    "train": "fit",
}

__all__ = [
    "ENGINES",
    "SCHEDULES",
    "History",
    "LearningRates",
    "find_learning_rate",
    "strategy",
    "train",
]


# On first use: pictures need the graph of a model, and no TensorFlow.
def __getattr__(name: str):
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
