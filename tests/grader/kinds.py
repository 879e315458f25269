"""Exercises of every kind beyond values, as lessons ask them: what the grader's tests judge with.

They stand in for a lesson called 99_kinds.
"""

import kind_names
import numpy as np

from dlcourse import datasets
from grader.child import live
from grader.child.plaindata import Live
from grader.exercise import FLOAT32, Case, Exercise, Fault, Finding, Mistake
from grader.exercises import goals


def shuffled(n, seed):
    """The numbers 0 to n − 1 in an order that the seed decides. A property."""
    return np.random.default_rng(seed).permutation(n)


def is_shuffled(given, answer):
    n, seed = given.arguments
    order = np.asarray(answer)
    if order.shape != (n,) or sorted(order.tolist()) != list(range(n)):
        return Finding(False, "Each number from 0 to n − 1 must be there once.")
    if n > 20 and (order == np.arange(n)).all():
        return Finding(False, "The numbers come back in order: nothing was shuffled.")
    for (_, other_seed), _, other in given.earlier:
        if len(other) == n and (seed == other_seed) != (list(other) == order.tolist()):
            return Finding(False, "The same seed must give the same order, and another seed another.")
    return Finding(True)


SHUFFLED = Exercise(
    reference=shuffled,
    kind="property",
    verify=is_shuffled,
    cases=lambda rng: [(0, 1), (1, 1), (50, 3), (50, 3), (50, 4), (int(rng.integers(60, 90)), 5)],
    mistakes=(
        Mistake("sorted", lambda n, seed: np.arange(n), "Nothing was shuffled."),
        Mistake(
            "drawn", lambda n, seed: np.random.default_rng(seed).integers(0, n or 1, n), "Draw none twice."
        ),
        Mistake("unseeded", lambda n, seed: np.random.default_rng().permutation(n), "Use the seed."),
    ),
    hints=("", "", ""),
    difficulty=1,
    importance=1,
    minutes=1,
)


def small_network(features, classes):
    """A softmax classifier with one hidden layer of 16 ReLU units, compiled. A model."""
    import keras

    layers = [
        keras.Input((features,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(classes, activation="softmax"),
    ]
    model = keras.Sequential(layers)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def is_small_network(given, found):
    features, classes = given.arguments
    if [layer["class"] for layer in found["layers"]] != ["Dense", "Dense"]:
        return Finding(False, "Two Dense layers are asked for.")
    if found["input_shape"] != [None, features] or found["output_shape"] != [None, classes]:
        return Finding(False, "The shapes of input and output are not those that are asked for.")
    if found["layers"][0]["config"]["activation"] != "relu":
        return Finding(False, "The hidden layer has no ReLU.")
    if not np.allclose(np.sum(found["outputs"], axis=1), 1, atol=1e-4):
        return Finding(False, "The outputs are no probabilities: is the softmax missing?")
    if found["compiled"] is None or found["compiled"]["optimizer"]["class"] != "Adam":
        return Finding(False, "The model is not compiled with Adam.")
    return Finding(True)


def without_softmax(features, classes):
    import keras

    hidden = keras.layers.Dense(16, activation="relu")
    model = keras.Sequential([keras.Input((features,)), hidden, keras.layers.Dense(classes)])
    model.compile("adam", "mse")
    return model


SMALL_NETWORK = Exercise(
    reference=small_network,
    kind="model",
    verify=is_small_network,
    artefact="model",
    cases=lambda rng: [
        Case((features, 3), inputs=rng.normal(size=(5, features)).astype("float32")) for features in (4, 7)
    ],
    mistakes=(Mistake("no_softmax", without_softmax, "The last layer has no softmax."),),
    hints=("", "", ""),
    difficulty=1,
    importance=1,
    minutes=1,
    seconds=30,
    megabytes=1024,
)


def to_file(model):
    """The model as a TFLite file with float weights. Bytes."""
    import tensorflow as tf

    return tf.lite.TFLiteConverter.from_keras_model(model).convert()


def is_the_models_file(given, found):
    if found["bytes"] > 20_000:
        return Finding(False, "The file is larger than the model.")
    if set(found["tensors"]) - {"float32", "int32"}:
        return Finding(False, "The file's tensors are no floats.")
    if not np.allclose(found["predictions"], given.secret, atol=1e-5):
        return Finding(False, "The file's predictions are not the model's.")
    return Finding(True)


def models(rng):
    inputs = rng.normal(size=(8, 4)).astype("float32")
    model = small_network(4, 3)
    model.set_weights([rng.normal(size=weight.shape) for weight in model.get_weights()])
    outputs = np.asarray(model(inputs))
    yield Case((live.description(model),), inputs=inputs, secret=outputs)


TO_FILE = Exercise(
    reference=to_file,
    kind="bytes",
    verify=is_the_models_file,
    artefact="tflite",
    cases=models,
    objects=True,
    mistakes=(),
    hints=("", "", ""),
    difficulty=1,
    importance=1,
    minutes=1,
    seconds=60,
    megabytes=2048,
)


def nearest_means(x, y):
    """The mean of each digit's images, (10, 64): a classifier by the nearest. A goal."""
    return np.stack([x[y == digit].mean(axis=0) for digit in range(10)])


def digits(rng):
    """Digits with noise and their pixels in another order: nobody finds them on the disk."""
    data = datasets.load("digits")
    x = data.features.reshape(len(data.target), -1) / 16
    x = (x + rng.normal(0, 0.05, x.shape))[:, rng.permutation(64)]
    order = rng.permutation(len(x))
    train, test = order[:1000], order[1000:]
    yield Case((x[train], data.target[train]), secret={"x": x[test], "y": data.target[test]})


def classifies(given, means):
    means = np.asarray(means, float).reshape(10, 64)
    distances = ((given.secret["x"][:, None] - means) ** 2).sum(axis=2)
    return goals.accuracy(given.secret["y"], distances.argmin(axis=1), 0.85)


NEAREST_MEANS = Exercise(
    reference=nearest_means,
    kind="goal",
    verify=classifies,
    cases=digits,
    mistakes=(Mistake("one_mean", lambda x, y: np.stack([x.mean(axis=0)] * 10), "One mean for all."),),
    hints=("", "", ""),
    difficulty=1,
    importance=1,
    minutes=1,
    seconds=10,
)


def fill_missing(frame):
    """A frame with each missing number replaced by its column's mean. A value, of a DataFrame."""
    return frame.fillna(frame.mean(numeric_only=True))


def frames(rng):
    import pandas

    yield (live.description(pandas.DataFrame({"a": [1.0, np.nan, 3.0], "b": ["x", None, "y"]})),)
    yield (live.description(pandas.DataFrame({"n": rng.integers(0, 9, 5)}, index=[3, 1, 4, 0, 2])),)


FILL_MISSING = Exercise(
    packages=("numpy", "pandas"),
    reference=fill_missing,
    cases=frames,
    objects=True,
    mistakes=(Mistake("zero", lambda frame: frame.fillna({"a": 0.0}), "A zero is no mean."),),
    hints=("", "", ""),
    difficulty=1,
    importance=1,
    minutes=1,
)


def descend(f, theta, learning_rate):
    """One step of gradient descent; f is the gradient. A value, with a function among the arguments."""
    return theta - learning_rate * f(theta)


def slopes(rng):
    A, b = np.diag([1.0, 2.0]), np.array([0.5, -1.0])
    f = Live("function", ["quadratic_gradient", {"A": A, "b": b}])
    for rate in (0.0, 0.1):
        yield f, rng.normal(size=2).round(2), rate


DESCEND = Exercise(
    reference=descend,
    cases=slopes,
    mistakes=(Mistake("uphill", lambda f, theta, rate: theta + rate * f(theta), "This climbs."),),
    hints=("", "", ""),
    difficulty=1,
    importance=1,
    minutes=1,
)


def train_step(model, optimizer, x, y):
    """The loss of one step of training; the model's weights change. A value, of what a call leaves behind."""
    import keras
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, model(x, training=True)))
    weights = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
    return float(loss)


def no_step(model, optimizer, x, y):
    import keras
    import tensorflow as tf

    return float(tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, model(x, training=True))))


def steps(rng):
    model = small_network(4, 3)
    x, y = rng.normal(size=(6, 4)).astype("float32"), rng.integers(0, 3, 6)
    sgd = {"class_name": "SGD", "config": {"learning_rate": 0.5}}
    yield live.description(model), Live("optimizer", sgd), x, y


TRAIN_STEP = Exercise(
    packages=("numpy", "tensorflow", "keras"),
    reference=train_step,
    cases=steps,
    objects=True,
    tolerance=FLOAT32,
    mistakes=(Mistake("no_step", no_step, "The loss is right, but nothing was learnt."),),
    hints=("", "", ""),
    difficulty=1,
    importance=1,
    minutes=1,
    seconds=30,
    megabytes=1024,
)


def centred(x):
    """The columns of x, less their means and divided by their largest size. A value, to be repaired."""
    x = x - x.mean(axis=0)
    return x / np.abs(x).max(axis=0)


CENTRED = Exercise(
    reference=centred,
    task="repair",
    cases=lambda rng: [(rng.normal(size=(rows, 2)),) for rows in (2, 3, 4)],
    faults=(
        Fault("over_rows", "x.mean(axis=0)", "x.mean(axis=1, keepdims=True)", "Each column has a mean."),
        Fault("signed", "np.abs(x).max(axis=0)", "x.max(axis=0)", "Size has no sign."),
    ),
    mistakes=(Mistake("not_centred", lambda x: x / np.abs(x).max(axis=0), "Nothing is taken away."),),
    hints=("", "", ""),
    difficulty=1,
    importance=1,
    minutes=1,
)


def likelier_side(tosses):
    """The side, 0 or 1, on which a coin that fell so is likelier to fall again. A decision, of a rate."""
    return int(2 * np.sum(tosses) > len(tosses))


def chooses_well(given, answer):
    if answer not in (0, 1):
        return Finding(False, "Choose a side, 0 or 1.")
    if not given.group:
        return Finding(True)
    mean = np.mean([case.secret[case.answer] for case in given.group])
    return Finding(bool(mean > 0.74), f"Your sides come up in {mean:.0%} of tosses.")


def coins(rng):
    for group in ("few tosses", "many tosses"):
        for _ in range(40):
            share = rng.choice([0.2, 0.8])
            tosses = rng.binomial(1, share, 9 if group == "few tosses" else 99)
            yield Case((tosses,), secret=[1 - share, share], group=group)


LIKELIER_SIDE = Exercise(
    reference=likelier_side,
    kind="property",
    task="decide",
    verify=chooses_well,
    cases=coins,
    mistakes=(
        Mistake("last", lambda tosses: int(tosses[-1]), "One toss tells little."),
        Mistake("rarer", lambda tosses: int(2 * np.sum(tosses) < len(tosses)), "This is the rarer side."),
    ),
    hints=("", "", ""),
    difficulty=1,
    importance=1,
    minutes=1,
)

EXERCISES = kind_names.NAMES
