"""Lesson 5c, the training process: from a compiled model to one that may be shipped.

    compile_model → learning_rates → early_stopping → choose_epoch → fit_until_stopped → resumable_batches
    → treat_run → expand_grid · sample_configurations → fit_with_early_stopping → digit_classifier

Shapes in comments: n samples, k classes. Keras is imported where it is used: without it, the rest of this
module starts seconds sooner.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def compile_model(model, task: str):
    """Compile a model with the loss that fits its task, and with a metric that a person can read.

    The metric is the share of right answers, and in a regression the mean distance from the target. In a
    multilabel task each label is an answer of its own.

    Args:
        model: a Keras model whose last layer fits the task: it gives probabilities, from sigmoids or a
            softmax, or in a regression plain numbers. It stays as it is, but for being compiled.
        task: `"binary"`, labels 0 and 1, shape (n, 1). `"multiclass"`, labels whole numbers, shape (n,).
            `"multilabel"`, rows of 0 and 1, shape (n, k). `"regression"`, real numbers, shape (n, 1); its
            loss is the mean squared error.

    Returns:
        The model, compiled with any optimizer, and with a loss and metrics of Keras's own. There may be more
        metrics than one.

    Source: `keras.Model.compile`, `keras.losses`, `keras.metrics`.

    >>> import keras
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    >>> compile_model(model, "regression").compiled
    True
    """
    loss, metric = {
        "binary": ("binary_crossentropy", "binary_accuracy"),
        "multiclass": ("sparse_categorical_crossentropy", "sparse_categorical_accuracy"),
        "multilabel": ("binary_crossentropy", "binary_accuracy"),
        "regression": ("mean_squared_error", "mean_absolute_error"),
    }[task]
    model.compile("adam", loss, metrics=[metric])
    return model


def learning_rates(start: float, end: float, steps: int) -> np.ndarray:
    """Learning rates to try one after the other, over several orders of magnitude.

    Each is the one before it times the same factor, so that from 0.001 to 0.01 there are as many as from 0.01
    to 0.1.

    Args:
        start: the first rate, above 0.
        end: the last rate, above 0; it may be smaller than the first.
        steps: how many there are, both ends included, at least 2.

    Returns:
        Floats, shape (steps,).

    Source: Smith (2017), "Cyclical Learning Rates for Training Neural Networks".

    >>> learning_rates(0.5, 8.0, 5)
    array([0.5, 1. , 2. , 4. , 8. ])
    """
    return start * (end / start) ** (np.arange(steps) / (steps - 1))


def early_stopping(val_losses: Sequence[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    """When training stops, and which epoch was the best by then.

    An epoch is better if its loss is lower than that of the best before it by *more* than `min_delta`; the
    first is the best so far. One whose loss is nan is never better than a number. Training stops at the end
    of the `patience`-th epoch in a row that isn't better.

    Args:
        val_losses: the validation loss of each epoch, at least one. What comes after the stop is never seen.
        patience: at least 1.
        min_delta: 0 or more.

    Returns:
        `(stop_epoch, best_epoch)`, counted from 0. If training never stops, `stop_epoch` is the last epoch.

    Source: `keras.callbacks.EarlyStopping`; Prechelt (1998), "Early Stopping - But When?".

    >>> early_stopping([0.9, 0.5, 0.6, 0.7, 0.4], patience=2)
    (3, 1)
    """
    best, best_epoch = np.inf, 0
    for epoch, loss in enumerate(val_losses):
        if loss < best - min_delta:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch == patience:
            return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def choose_epoch(val_losses: np.ndarray) -> int:
    """Choose the epoch whose weights to ship.

    The training is over, and the weights of every epoch were kept. The validation set is small, so each loss
    is the epoch's true one and some luck, good or bad; a few epochs were luckier than the rest. The true
    losses change slowly. Where a loss is nan, that epoch's weights are of no use.

    Over several dozen trainings, the true loss of the epochs that you choose may lie at most 0.015 above that
    of the best ones, in the mean.

    With NumPy or plain Python, nothing else.

    Args:
        val_losses: of each epoch, shape (epochs,), 60 to 100 of them.

    Returns:
        The epoch, counted from 0.

    >>> int(20 <= choose_epoch(np.abs(np.arange(80) - 40) / 10) <= 60)
    1
    """
    losses = np.asarray(val_losses, float)
    smooth = [
        np.nanmean(losses[max(i - 4, 0) : i + 5]) for i in range(len(losses))
    ]  # nine, fewer at the ends
    return int(np.argmin(np.where(np.isnan(losses), np.inf, smooth)))


def fit_until_stopped(
    step: Callable[[np.ndarray], Any],
    evaluate: Callable[[np.ndarray], float],
    theta: np.ndarray,
    patience: int,
    max_epochs: int,
) -> tuple[np.ndarray, int]:
    """Train until the loss has found nothing better for a while, and return the best weights there were.

    Each epoch is a step, and then an evaluation. It is better if its loss is lower than that of all epochs
    before it. After `patience` epochs in a row without a better one, training stops.

    Args:
        step: `step(theta)` trains for an epoch. It changes theta in place.
        evaluate: `evaluate(theta)` gives the validation loss, a finite number.
        theta: the weights to start from, any shape. They stay as they are.
        patience: at least 1.
        max_epochs: training ends after so many in any case; at least 1.

    Returns:
        `(theta, epochs)`: the weights as they were after the best epoch, and how many epochs were run.

    >>> def step(theta):
    ...     theta += 1.0
    >>> fit_until_stopped(step, lambda theta: (theta[0] - 3) ** 2, np.zeros(1), patience=2, max_epochs=10)
    (array([3.]), 5)
    """
    theta = theta.copy()
    lowest, waited, epochs = np.inf, 0, 0
    while epochs < max_epochs and waited < patience:
        step(theta)
        epochs += 1
        loss = evaluate(theta)
        if loss < lowest:
            best = theta.copy()
            waited = 0
        else:
            waited += 1
        lowest = min(lowest, loss)
    return best, epochs


def resumable_batches(n: int, batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """The batches of one epoch, for a training that may be killed and go on tomorrow.

    Epoch 7 must have the same batches whether epochs 0 to 6 were drawn just before or not at all. Every epoch
    has an order of its own, and so has every seed: seed 1 in epoch 2 and seed 2 in epoch 1 are not alike.
    NumPy's global generator (`np.random.seed`), which others may be using, is left alone.

    Args:
        n: samples.
        batch_size: indices in a batch; the last batch may have fewer.
        seed: a whole number, 0 or more.
        epoch: a whole number, 0 or more.

    Returns:
        A list of arrays of indices, every index from 0 to n − 1 in one of them, in random order.

    >>> [len(batch) for batch in resumable_batches(10, 4, seed=1, epoch=7)]
    [4, 4, 2]
    """
    order = np.random.default_rng([seed, epoch]).permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def treat_run(record: dict[str, Any]) -> str:
    """Choose the cure for a training that went wrong, from what was written down of it.

    A network of one hidden layer learnt handwritten digits by plain gradient descent in batches of 40. One
    thing was wrong; all else was as it should be: inputs of mean 0 and a deviation near 1, shuffled rows,
    right labels, enough of everything. Of eight cures your choice must bring at least nine tenths of what the
    best one does, measured by the loss on test digits. Such trainings were run with each of the cures, so it
    is what a cure led to that is judged, and not its name.

    Args:
        record: a dict of what is known.
            `"losses"`, `"val_losses"`: arrays, the mean loss of the training batches and the loss on
            validation rows, of each epoch. Guessing among ten classes has the loss log 10 = 2.30.
            `"update_ratios"`: an array, of each epoch the mean of ‖Δw‖ / ‖w‖ over its steps.
            `"input_mean"`, `"input_deviation"`: of all training inputs together.
            `"classes_in_batches"`: how many of the ten classes each of the first batches held, up to ten
            batches.
            `"rows"`, `"units"`: how many training rows there are, and hidden units.

    Returns:
        One of `"lower rate"` (a thirtieth), `"higher rate"` (thirty times as high), `"more units"` (64 more),
        `"regularise"` (an L2 penalty, and the weights of the epoch with the lowest validation loss),
        `"shuffle"` (the rows, anew in each epoch), `"scale inputs"` (to mean 0 and deviation 1),
        `"more epochs"` (30 more), `"more data"` (900 rows).

    >>> treat_run(
    ...     {
    ...         **{name: np.array([2.31, 2.3, 2.31]) for name in ("losses", "val_losses")},
    ...         "update_ratios": np.array([0.2, 0.1, 0.1]),
    ...         **{"input_mean": 55.0, "input_deviation": 80.0, "rows": 700, "units": 32},
    ...         "classes_in_batches": [10, 9, 10, 10, 10],
    ...     }
    ... )
    'scale inputs'
    """
    val_losses = record["val_losses"]
    if record["input_deviation"] > 5 or abs(record["input_mean"]) > 5:
        return "scale inputs"
    if np.mean(record["classes_in_batches"]) < 5:
        return "shuffle"
    if record["units"] < 5:
        return "more units"
    if record["rows"] < 100:
        return "more data"
    if len(val_losses) < 5:  # it was still getting better
        return "more epochs"
    if val_losses[-1] > 1.1 * min(val_losses):  # it was better once: what came after was learnt by heart
        return "regularise"
    return "lower rate" if max(record["update_ratios"]) > 0.1 else "higher rate"


def expand_grid(grid: dict[str, list]) -> list[dict[str, Any]]:
    """All combinations of hyperparameters in a grid, one dict each.

    The values of the last name change fastest, as in the digits of a counter.

    Args:
        grid: for each name a list of its values, perhaps an empty one. It stays as it was.

    Returns:
        A list of dicts, each with all names. An empty grid has one combination: nothing is to be set, `[{}]`.

    Source: `sklearn.model_selection.ParameterGrid`, which sorts the names; here they keep their order.

    >>> for configuration in expand_grid({"units": [16, 32], "rate": [0.1, 0.2]}):
    ...     print(configuration)
    {'units': 16, 'rate': 0.1}
    {'units': 16, 'rate': 0.2}
    {'units': 32, 'rate': 0.1}
    {'units': 32, 'rate': 0.2}
    """
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def sample_configurations(space: dict[str, list | tuple], n: int, seed: int) -> list[dict[str, Any]]:
    """Draw configurations for a random search.

    A list holds all values that there are to choose from, each as likely as any other. A tuple `(low, high)`
    is a range, drawn from on a logarithmic scale: between 0.001 and 0.01 as often as between 0.01 and 0.1.
    Every value is drawn for itself, and may come again.

    Args:
        space: for each name a list or a range, 0 < low < high.
        n: how many configurations.
        seed: the same seed gives the same ones, another seed others.

    Returns:
        A list of n dicts with all names.

    Source: Bergstra & Bengio (2012), "Random Search for Hyper-Parameter Optimization".

    >>> drawn = sample_configurations({"units": [16, 32], "rate": (0.001, 1.0)}, n=3, seed=1)
    >>> len(drawn), sorted(drawn[0]), all(0.001 <= one["rate"] <= 1 for one in drawn)
    (3, ['rate', 'units'], True)
    """
    rng = np.random.default_rng(seed)

    def draw(values: list | tuple) -> Any:
        if isinstance(values, tuple):
            low, high = np.log(values)
            return float(np.exp(rng.uniform(low, high)))
        return values[rng.integers(len(values))]

    return [{name: draw(values) for name, values in space.items()} for _ in range(n)]


def fit_with_early_stopping(
    model, x: np.ndarray, y: np.ndarray, x_val: np.ndarray, y_val: np.ndarray, patience: int
) -> dict[str, list]:
    """Train a model until its validation loss finds nothing lower, and leave it with its best weights.

    Training stops after `patience` epochs in a row whose validation loss isn't below the lowest so far.
    Nothing else may end it sooner: a limit of a thousand epochs is as good as none.

    Args:
        model: a compiled Keras model. Afterwards it has the weights of the epoch with the lowest validation
            loss.
        x, y: what it learns from.
        x_val, y_val: what the validation loss is measured on, after each epoch. Nothing is learnt from it.
        patience: epochs, at least 1.

    Returns:
        A dict of lists with a number for each epoch that was run, up to the last: `"loss"` and `"val_loss"`,
        perhaps more.

    Source: `keras.Model.fit`, `keras.callbacks`.

    >>> import keras
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    >>> model.compile("sgd", "mean_squared_error")
    >>> x = np.array([[0.0], [1.0]])
    >>> sorted(fit_with_early_stopping(model, x, x, x, 1 - x, patience=2))
    ['loss', 'val_loss']
    """
    import keras

    stopper = keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True)
    validation = x_val, y_val
    fitted = model.fit(x, y, epochs=1000, validation_data=validation, callbacks=[stopper], verbose=0)
    return fitted.history


def digit_classifier(x: np.ndarray, y: np.ndarray):
    """Train a network that reads digits: the whole process, from the design to the weights to ship.

    Asked for are at least 97 % right answers on digits that you don't get, with at most 100,000 weights.

    Args:
        x: images, shape (n, 8, 8), from 0 to 1.
        y: their labels, 0 to 9, shape (n,).

    Returns:
        A trained Keras model: (n, 8, 8) → (n, 10), whose largest output is its answer.

    >>> x, y = np.zeros((40, 8, 8), "float32"), np.arange(40) % 10
    >>> digit_classifier(x, y).output_shape
    (None, 10)
    """
    import keras

    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            keras.layers.Reshape((8, 8, 1)),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
            keras.layers.Flatten(),  # 4 · 4 · 64 = 1,024
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, "softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.005), "sparse_categorical_crossentropy")
    best = keras.callbacks.EarlyStopping("val_loss", patience=6, restore_best_weights=True)
    learn, val = np.split(np.arange(len(x)), [7 * len(x) // 8])
    validation = x[val], y[val]
    model.fit(x[learn], y[learn], 64, epochs=24, validation_data=validation, callbacks=[best], verbose=0)
    return model
