"""Lesson 1: how `first_model` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.introduction import is_first_model
from grader.references import introduction as reference


def rows_of_pixels(rng: np.random.Generator) -> Iterator[Case]:
    """No arguments, and rows of random pixels to run the model on.

    Half of them are brighter than pixels are, to reach where a ReLU that is cut off stops growing.
    """
    x = rng.random((8, 784)).astype("float32")
    x[::2] *= 10
    yield Case((), inputs=x, secret=x)


def guide_model(
    hidden="relu",
    output="softmax",
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=("accuracy",),
    shape=(784,),
    units=(128,),
):
    """The model, or with other settings a wrong one."""
    import keras

    inner = [keras.layers.Dense(n, activation=hidden) for n in units]
    model = keras.Sequential([keras.Input(shape), *inner, keras.layers.Dense(10, activation=output)])
    if optimizer is not None:
        model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics))
    return model


def from_logits():
    import keras

    return guide_model(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))


def accuracy_object():
    import keras

    return guide_model(metrics=[keras.metrics.Accuracy()])


EXERCISE = Exercise(
    reference=reference.first_model,
    kind="model",
    verify=is_first_model,
    artefact="model",
    cases=rows_of_pixels,
    mistakes=(
        Mistake(
            "no_softmax",
            lambda: guide_model(output=None),
            "The last layer gives plain scores. What turns them into probabilities is missing.",
        ),
        Mistake(
            "sigmoid_output",
            lambda: guide_model(output="sigmoid"),
            "With sigmoid each of the ten outputs is a yes or no by itself. One digit of ten is asked for: "
            "they must share a sum of 1.",
        ),
        Mistake(
            "no_relu",
            lambda: guide_model(hidden=None),
            "The hidden layer has no activation, so the two layers are worth one: see linear_collapse.",
        ),
        Mistake(
            "one_hot_loss",
            lambda: guide_model(loss="categorical_crossentropy"),
            "This loss wants labels as rows of 0 and 1. Ours are whole numbers; the loss for them is named "
            "almost the same.",
        ),
        Mistake(
            "from_logits",
            from_logits,
            "from_logits=True tells the loss to apply softmax. Your last layer has done it already, so it "
            "would be applied twice.",
        ),
        Mistake(
            "not_compiled",
            lambda: guide_model(optimizer=None),
            "The layers are right, but the model isn't compiled: it has no optimizer, loss and metric.",
        ),
        Mistake(
            "sgd",
            lambda: guide_model(optimizer="sgd"),
            "The optimizer is plain gradient descent. Adam is asked for.",
        ),
        Mistake(
            "no_metric",
            lambda: guide_model(metrics=()),
            "Without a metric, Keras reports the loss and no accuracy.",
        ),
        Mistake(
            "accuracy_object",
            accuracy_object,
            "keras.metrics.Accuracy compares labels with the probabilities themselves, and these are hardly "
            "ever equal. The metric's name as a string lets Keras choose the one that fits.",
        ),
        Mistake(
            "images_not_rows",
            lambda: guide_model(shape=(28, 28)),
            "The model can't take what it is given: one flat row of 784 numbers for each image. Look at the "
            "shape in keras.Input.",
        ),
        Mistake(
            "input_as_dense_layer",
            lambda: guide_model(units=(784, 128)),
            "A Dense layer of 784 units stands for the input. The input is but a shape: keras.Input says it.",
        ),
    ),
    hints=(
        "Three parts in a keras.Sequential: keras.Input with the shape of one sample, then two Dense layers. "
        "Compile it before you return it.",
        "Dense takes the number of units and the name of an activation. compile takes optimizer, loss and "
        "metrics; all three can be given as strings, the metrics in a list.",
        'Names: "relu", "softmax", "adam", "sparse_categorical_crossentropy", "accuracy". The shape of one '
        "sample is a tuple with a single number in it.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
    seconds=30,
    megabytes=2048,
)
