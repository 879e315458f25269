"""Lesson 5b: how `build_mlp` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.architecture_networks import is_mlp
from grader.references import architecture as reference


def settings(rng: np.random.Generator) -> Iterator[Case]:
    """Three hidden layers, and one; narrow ones first, so that their order shows."""
    for count in (3, 1):
        inputs, classes = int(rng.integers(8, 40)), int(rng.integers(3, 12))
        hidden = sorted(int(units) for units in rng.choice(np.arange(6, 50), count, replace=False))
        rate, l2 = float(rng.choice((0.2, 0.3, 0.4))), float(rng.choice((1e-4, 5e-4, 3e-3, 0.02)))
        x = rng.normal(0, 1, (8, inputs)).astype(np.float32)
        x[::2] *= 10  # to where a ReLU that is cut off stops growing
        yield Case((inputs, hidden, classes, rate, l2), inputs=x, secret=x)


def mlp(
    hidden_activation="relu",
    output="softmax",
    drops="each",
    penalty=lambda regularizers, l2: {"kernel_regularizer": regularizers.L2(l2)},
    rate_of=lambda rate: rate,
):
    """The network, or with other settings a wrong one; `drops`: behind each hidden layer, none, the last."""

    def answer(input_dim, hidden, num_classes, dropout_rate, l2):
        import keras

        layers = [keras.Input((input_dim,))]
        for i, units in enumerate(hidden):
            settings = penalty(keras.regularizers, l2)
            layers.append(keras.layers.Dense(units, hidden_activation, **settings))
            if drops == "each" or drops == "all" or (drops == "last" and i == len(hidden) - 1):
                layers.append(keras.layers.Dropout(rate_of(dropout_rate)))
        layers.append(keras.layers.Dense(num_classes, output))
        if drops == "all":
            layers.append(keras.layers.Dropout(rate_of(dropout_rate)))
        return keras.Sequential(layers)

    return answer


EXERCISE = Exercise(
    reference=reference.build_mlp,
    kind="model",
    verify=is_mlp,
    artefact="model",
    cases=settings,
    mistakes=(
        Mistake("no_dropout", mlp(drops="none"), "There is no dropout at all."),
        Mistake(
            "one_dropout",
            mlp(drops="last"),
            "There is one dropout, behind the last hidden layer. Each hidden layer has its own.",
        ),
        Mistake(
            "dropout_on_the_answer",
            mlp(drops="all"),
            "Behind the last layer there is a dropout, too: it would drop whole classes from the answer.",
        ),
        Mistake(
            "rate_kept",
            mlp(rate_of=lambda rate: 1 - rate),
            "Keras's Dropout takes the share that is dropped. You gave it the share that is kept.",
        ),
        Mistake("no_penalty", mlp(penalty=lambda regularizers, l2: {}), "The L2 penalty is missing."),
        Mistake(
            "keras_default",
            mlp(penalty=lambda regularizers, l2: {"kernel_regularizer": "l2"}),
            'The word "l2" alone means a strength of 0.01, whatever the argument says.',
        ),
        Mistake(
            "l1",
            mlp(penalty=lambda regularizers, l2: {"kernel_regularizer": regularizers.L1(l2)}),
            "That is an L1 penalty: the sizes of the weights, where their squares are asked for.",
        ),
        Mistake(
            "no_relu",
            mlp(hidden_activation=None),
            "Without an activation, all layers together are worth one: see linear_collapse in lesson 1.",
        ),
        Mistake(
            "sigmoid_output",
            mlp(output="sigmoid"),
            "One of several classes is asked for, so the outputs must share a sum of 1.",
        ),
        Mistake(
            "no_softmax",
            mlp(output=None),
            "The last layer gives plain scores, and probabilities are asked for.",
        ),
    ),
    hints=(
        "Begin a list with keras.Input, and let a loop over `hidden` add two layers each time; the last "
        "layer comes behind the loop.",
        "Dense takes units, an activation and `kernel_regularizer`; the penalties are in "
        "keras.regularizers. Dropout takes the share that is dropped.",
        "In the loop: a Dense with relu and an L2 of the strength asked for, then a Dropout. Behind it: a "
        "Dense with softmax. keras.Sequential takes the whole list.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
    seconds=30,
    megabytes=2048,
)
