"""Lesson 8, ways on: what to study next, which model to ship, and the whole course in one function.

    study_order → pareto_front → cheapest_good_enough → whole_project → capstone

Shapes in comments: n images or flats, m flats served. Keras and TensorFlow are imported where they are used:
without them, this module starts seconds sooner.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def study_order(prerequisites: Mapping[str, Sequence[str]], goal: str) -> list[str]:
    """List what to study on the way to a goal, everything after what it builds on.

    On the list stand the goal, what it needs, what that needs in turn, and nothing else, each once. Wherever
    several could come next, the first by name does.

    Args:
        prerequisites: for each topic the topics that must come before it, in any order, one perhaps named
            twice. A topic that is no key needs nothing. It stays as it was.
        goal: the topic to arrive at.

    Returns:
        Names of topics; the last is the goal.

    Raises:
        ValueError: topics on the way to the goal need one another in a circle, so none of them can come
            first. A circle elsewhere doesn't matter.

    Source: Kahn (1962), "Topological sorting of large networks".

    >>> needs = {"training": ["networks", "gradients"], "networks": [], "vision": ["training"]}
    >>> study_order(needs, "training")
    ['gradients', 'networks', 'training']
    """
    needed, todo = set(), [goal]
    while todo:
        topic = todo.pop()
        if topic not in needed:
            needed.add(topic)
            todo.extend(prerequisites.get(topic, ()))
    order: list[str] = []
    while needed:
        ready = [topic for topic in needed if needed.isdisjoint(prerequisites.get(topic, ()))]
        if not ready:
            raise ValueError(f"In a circle: {', '.join(sorted(needed))}.")
        order.append(min(ready))
        needed.remove(order[-1])
    return order


def pareto_front(models: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name the models among which a choice is a matter of taste: those that no other one beats.

    One model beats another if it is at least as good in accuracy, bytes and milliseconds, and better in one
    of them. The front are the models that none beats. Two that are equal in all three don't beat each other.

    Args:
        models: dicts with `"name"`, `"accuracy"` (more is better), `"bytes"` and `"milliseconds"` (less is
            better), in any order; each name once. They stay as they were.

    Returns:
        The names of the front, in sorted order.

    >>> fast = {"name": "fast", "accuracy": 0.91, "bytes": 8000, "milliseconds": 0.2}
    >>> right = {"name": "right", "accuracy": 0.97, "bytes": 12000, "milliseconds": 0.5}
    >>> worse = {"name": "worse", "accuracy": 0.91, "bytes": 12000, "milliseconds": 0.2}
    >>> pareto_front([right, worse, fast])
    ['fast', 'right']
    """

    def figures(model):
        return np.array([model["accuracy"], -model["bytes"], -model["milliseconds"]])  # more is better

    def beats(one, other):
        return np.all(figures(one) >= figures(other)) and np.any(figures(one) > figures(other))

    return sorted(model["name"] for model in models if not any(beats(other, model) for other in models))


def cheapest_good_enough(costs: np.ndarray, right: np.ndarray, n: int, target: float) -> int:
    """Choose the cheapest model that is good enough, where how good each is was only measured on some rows.

    Asked for is that a model's true accuracy, that on endless rows, reaches the target. Of many choices, at
    most 5 % may be models that fall short of it. And in the mean, your choices may cost at most 1.6 times as
    much as those of somebody who knows the true accuracies.

    Args:
        costs: what each model costs, above 0, shape (models,). No two cost the same.
        right: how many of the test rows each got right, whole numbers, shape (models,). One of the models is
            so good that nobody can doubt it.
        n: how many test rows there were, from 200 to 5,000.
        target: the accuracy that is asked for, such as 0.9.

    Returns:
        The place of your choice among the models, from 0.

    >>> cheapest_good_enough(np.array([9.0, 1.0, 3.0, 2.0]), np.array([990, 700, 960, 903]), 1000, 0.9)
    2
    """
    luck = 1.645 * np.sqrt(n * target * (1 - target))  # one in 20 models that just reach it has more
    is_proven = right - luck >= n * target
    return int(np.where(is_proven, costs, np.inf).argmin())


def whole_project(table: "pd.DataFrame", served: "pd.DataFrame") -> tuple[np.ndarray, float]:
    """Learn rents from a table as it came, predict those of other flats, and say how far off that will be.

    Every week, each flat that is still to let is entered once more, the same in every column: rows repeat.
    The area of some was written down in square feet, 10.764 times too large; no flat has more than 170 square
    metres. Numbers and words may be missing in both tables. In `served`, each flat is a new one, its area is
    in square metres, and the columns may stand in any order.

    A part of each rent is luck, which no column tells, and in one city it is larger than in another. Where
    luck alone makes a root mean squared error of L euros, that of the predictions may be at most
    √(L² + 75²); nobody tells you L. And the error that you expect must be within a quarter of theirs.

    Args:
        table: hundreds or thousands of rows with the columns area, rooms, floor, built and distance
            (numbers), district, condition and heating (words), and rent, in euros a month. It stays as it
            was.
        served: m rows with the same columns but the rent. It stays as it was.

    Returns:
        `(predictions, expected_rmse)`: a rent for each row of `served`, shape (m,), and the root mean squared
        error to expect of them, in euros.

    Source: Sculley et al. (2015), "Hidden Technical Debt in Machine Learning Systems".

    >>> from dlcourse import datasets
    >>> rents = datasets.load("rents")
    >>> predictions, error = whole_project(rents.features.assign(rent=rents.target), rents.features[:5])
    >>> predictions.shape
    (5,)
    """
    import keras

    table = table.drop_duplicates()
    in_feet = table["area"] > 180  # and should be in metres
    table = table.assign(area=table["area"].mask(in_feet, table["area"] / 10.764))
    inputs = [name for name in table if name != "rent"]
    served = served[inputs]
    words = {name: table[name].dropna().unique() for name in ("district", "condition", "heating")}

    def columns_of(flats):  # (rows, columns)
        columns = []
        for name in flats:
            if name in words:  # a column of 0 and 1 for each word; a gap is 0 in all of them
                columns += [flats[name] == word for word in words[name]]
            else:
                columns.append(flats[name])
        return np.column_stack(columns).astype(float)

    X, y = columns_of(table[inputs]), table["rent"].to_numpy(float)
    order = np.random.default_rng(0).permutation(len(X))
    learn, judge = np.split(order, [2 * len(X) // 3])
    mean, std = np.nanmean(X[learn], axis=0), np.nanstd(X[learn], axis=0)
    centre, spread = y[learn].mean(), y[learn].std()

    def standardised(rows):
        return np.nan_to_num((rows - mean) / std)  # a gap becomes 0, the mean

    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((X.shape[1],)),
            keras.layers.Dense(128, "relu"),
            keras.layers.Dense(64, "relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.Adam(0.002), "mean_squared_error")
    model.fit(standardised(X[learn]), (y[learn] - centre) / spread, batch_size=64, epochs=15, verbose=0)

    def answers(rows):
        return model.predict(standardised(rows), verbose=0)[:, 0]

    errors = answers(X[judge]) * spread + centre - y[judge]
    expected_rmse = np.sqrt(np.mean(errors**2))
    return answers(columns_of(served)) * spread + centre, float(expected_rmse)


def capstone(x: np.ndarray, y: np.ndarray) -> bytes:
    """Train a network that reads digits, and make it a file for a small device: the course in one function.

    Each digit has been shifted by up to a pixel, to any side, and has got a little noise; all are turned or
    mirrored alike, and their names exchanged. Asked for are at least 92 % right answers on hidden digits,
    shifted in the same way, from a TFLite file of at most 13,000 bytes.

    Args:
        x: images, shape (1000, 8, 8, 1), float32 from 0 to 1.
        y: their labels, 0 to 9, shape (1000,).

    Returns:
        The content of the file, as bytes: one input, (1, 8, 8, 1), and one output, (1, 10), whose largest
        number is its answer. Both may be floats or int8.

    >>> images, labels = np.zeros((40, 8, 8, 1), np.float32), np.arange(40) % 10
    >>> capstone(images, labels)[4:8]  # doctest: +SKIP
    b'TFL3'
    """
    import keras
    import tensorflow as tf

    epochs, batch_size = 40, 32
    rate = keras.optimizers.schedules.CosineDecay(0.005, epochs * math.ceil(len(x) / batch_size))
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(16, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),  # 2 · 2 · 32 = 128
            keras.layers.Dropout(rate=0.3),
            keras.layers.Dense(10, "softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0)

    to_int8 = tf.lite.TFLiteConverter.from_keras_model(model)
    to_int8.optimizations = [tf.lite.Optimize.DEFAULT]
    to_int8.representative_dataset = lambda: ([image[np.newaxis]] for image in x[:200])
    return to_int8.convert()
