"""Learning rates: a range test that suggests one, and schedules over the epochs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dlcourse.console import progress, quiet

with quiet():
    import keras

from dlcourse import checking, tasks
from dlcourse.errors import DataError, ModelError, UnknownNameError
from dlcourse.training import keras_internals
from dlcourse.training.data import check_compiled, prepared
from dlcourse.training.keras_internals import optimizer_variables

if TYPE_CHECKING:
    from dlcourse.checking import Data

SCHEDULES = ("constant", "cosine", "exponential")


class LearningRates(NamedTuple):
    """What `find_learning_rate` saw.

    Args:
        learning_rates: that were tried, rising geometrically, `(steps,)`.
        losses: of the batch after which each was used, smoothed, `(steps,)`.
        suggestion: a tenth of the rate at which the loss was lowest: near it, training is close to diverging.
    """

    learning_rates: np.ndarray
    losses: np.ndarray
    suggestion: float


def find_learning_rate(
    model: keras.Model,
    data: Data,
    *,
    low: float = 1e-6,
    high: float = 1.0,
    steps: int = 100,
    batch_size: int = 32,
    seed: int = 0,
) -> LearningRates:
    """Try rising learning rates, one a batch, and suggest a tenth of the one at which the loss was lowest.

    The rate of step i is `low · (high / low)^(i / (steps - 1))`. It ends early once the smoothed loss is four
    times its minimum. The model and its optimizer are afterwards what they were.

    Args:
        model: compiled.
        data: `(x, y)` in memory, or a `tf.data.Dataset` of batches.
        low, high: the range of rates.
        steps: how many rates are tried.
        batch_size: samples a step.
        seed: of the batches' order.

    Returns:
        The rates with their losses, and a suggestion; `dlcourse.plots.learning_rate_finder` draws them.

    Raises:
        DataError: the data can't be used, the range is empty, or the loss is no number from the beginning.
        ModelError: the learning rate of the model's optimizer follows a schedule.

    Source: L. N. Smith, *Cyclical Learning Rates for Training Neural Networks*, 2017.

    Example:
        >>> from dlcourse import datasets, models
        >>> iris = datasets.load("iris")
        >>> found = find_learning_rate(models.mlp((4,), "multiclass", 3), iris, steps=40)
        >>> 1e-6 < found.suggestion < 1.0
        True
    """
    check_compiled(model)
    checking.check_counts(steps=steps, batch_size=batch_size)
    numbers = all(isinstance(rate, (int, float)) for rate in (low, high))
    if not numbers or not 0 < low < high or steps < 5:
        raise DataError(
            f"The rates must rise from low > 0, in 5 steps or more: low={low}, high={high}, steps={steps}."
        )
    arrays = prepared(model, data, tasks.of_model(model))
    samples = len(arrays[1])
    optimizer = model.optimizer
    variable_rate(optimizer)
    optimizer.build(model.trainable_variables)
    variables = [*model.variables, *optimizer_variables(optimizer)]
    before = [variable.numpy() for variable in variables]
    rates = np.geomspace(low, high, steps)
    order = np.random.default_rng(seed)
    rows = np.concatenate(
        [order.permutation(samples) for _ in range(math.ceil(steps * batch_size / samples))]
    )
    losses: list[float] = []
    average = 0.0
    try:
        with progress(steps, "learning rates") as advance:
            for step, rate in enumerate(rates):
                optimizer.learning_rate = rate
                batch = rows[step * batch_size : (step + 1) * batch_size]
                model.reset_metrics()
                x, y = (checking.take(array, batch) for array in arrays)
                average = 0.9 * average + 0.1 * float(model.train_on_batch(x, y, return_dict=True)["loss"])
                losses.append(average / (1 - 0.9 ** (step + 1)))
                advance()
                if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
                    break
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
        model.reset_metrics()
    if not math.isfinite(losses[0]):
        raise DataError(f"The loss is {losses[0]} before any learning: scale the inputs.")
    tried = rates[: len(losses)]
    return LearningRates(tried, np.array(losses), float(tried[np.nanargmin(losses)]) / 10)


def scheduled(model: keras.Model, schedule: str | Callable[[int], float], epochs: int) -> list[float] | None:
    """The learning rate of each epoch, or `None` if it stays as it is."""
    if schedule == "constant":
        return None
    initial = variable_rate(model.optimizer)
    if callable(schedule):
        rates = [schedule(epoch) for epoch in range(epochs)]
        wrong = [rate for rate in rates if not isinstance(rate, (int, float, np.number))]
        if wrong:
            raise DataError(
                f"The schedule must return a learning rate for every epoch, and returns {wrong[0]!r}."
            )
        return [float(rate) for rate in rates]
    if schedule == "cosine":
        return [initial * (1 + math.cos(math.pi * epoch / epochs)) / 2 for epoch in range(epochs)]
    if schedule == "exponential":
        return [initial * 0.01 ** (epoch / epochs) for epoch in range(epochs)]
    raise UnknownNameError("schedule", schedule, SCHEDULES)


def variable_rate(optimizer: keras.optimizers.Optimizer) -> float:
    """The learning rate of an optimizer.

    Raises:
        ModelError: it follows a schedule of the optimizer's own.
    """
    if not isinstance(keras_internals.learning_rate(optimizer), keras.Variable):
        raise ModelError(
            "The optimizer's learning rate follows a schedule of its own: compile it with a number."
        )
    return float(optimizer.learning_rate.numpy())
