"""Training Keras models, from the first batch to the best weights: `find_learning_rate`, then `train`.

    found = find_learning_rate(model, (x, y))
    history = train(model, (x, y), validation=(x_val, y_val), epochs=100, patience=5)

file               what it has
`fit`              `train`: checks, listens and fits, by either of two engines
`learning_rate`    `find_learning_rate`, and the schedules of a learning rate
`data`             a model and its data checked against each other; class weights, batches
`engine`           the compiled engine: a whole epoch as one TensorFlow graph
`support`          which models that engine trains, and what it says of the others
`pure`             a model as a pure function of its weights
`callbacks`        what listens to a training: the history, early stopping, logs
`checkpoints`      a run's whole state in a file
`fingerprints`     what a model is and how it is compiled, as text
`graph`            the calls of a model's layers, in the order of computation
`keras_internals`  everything private of Keras that this library uses
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcourse.training.fit import History, strategy, train
    from dlcourse.training.learning_rate import LearningRates, find_learning_rate

_HOME = {
    "ENGINES": "fit",
    "History": "fit",
    "LearningRates": "learning_rate",
    "SCHEDULES": "learning_rate",
    "find_learning_rate": "learning_rate",
    "strategy": "fit",
    "train": "fit",
}

__all__ = ["History", "LearningRates", "find_learning_rate", "strategy", "train"]


# On first use: a picture of a model needs its graph, and no TensorFlow.
def __getattr__(name: str):
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
