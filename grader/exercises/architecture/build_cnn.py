"""Lesson 5b: how `build_cnn` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.architecture_networks import is_cnn
from grader.references import architecture as reference


def shapes(rng: np.random.Generator) -> Iterator[Case]:
    """Coloured images that are higher than wide, and grey ones of the smallest size."""
    for height, width, channels in ((30, 23, 3), (22, 22, 1)):
        classes = int(rng.integers(3, 12))
        x = rng.normal(0, 1, (2, height, width, channels)).astype(np.float32)
        x[0] *= 10  # to where a ReLU that is cut off stops growing
        yield Case((height, width, channels, classes), inputs=x, secret=x)


def cnn(
    activation="relu",
    output="softmax",
    pooling="MaxPooling2D",
    pools=3,
    rate=0.5,
    shape=lambda height, width, channels: (height, width, channels),
    **settings,
):
    """The network, or with other settings a wrong one."""

    def answer(height, width, channels, num_classes):
        import keras

        layers = [keras.Input(shape(height, width, channels))]
        for i, number in enumerate((32, 64, 128)):
            layers.append(keras.layers.Conv2D(number, 3, activation=activation, **settings))
            if i < pools:
                layers.append(getattr(keras.layers, pooling)(2))
        layers += [keras.layers.Flatten(), keras.layers.Dense(128, activation)]
        if rate:
            layers.append(keras.layers.Dropout(rate))
        return keras.Sequential([*layers, keras.layers.Dense(num_classes, output)])

    return answer


EXERCISE = Exercise(
    reference=reference.build_cnn,
    kind="model",
    verify=is_cnn,
    artefact="model",
    cases=shapes,
    mistakes=(
        Mistake(
            "two_poolings",
            cnn(pools=2),
            "Behind the third convolution there is no pooling: the sheet's overview has only two, its code "
            "here three.",
        ),
        Mistake(
            "same_padding",
            cnn(padding="same"),
            "The images keep their size in each convolution. Keras's default lays no zeros around.",
        ),
        Mistake("average_pooling", cnn(pooling="AveragePooling2D"), "The poolings take the mean."),
        Mistake("no_dropout", cnn(rate=None), "The dropout behind the dense layer is missing."),
        Mistake(
            "no_relu",
            cnn(activation=None),
            "Convolutions without an activation add up to a single linear layer.",
        ),
        Mistake(
            "sigmoid_output",
            cnn(output="sigmoid"),
            "One of several classes is asked for, so the outputs must share a sum of 1.",
        ),
        Mistake("no_softmax", cnn(output=None), "The last layer gives plain scores."),
        Mistake(
            "width_first",
            cnn(shape=lambda height, width, channels: (width, height, channels)),
            "Height and width have changed places: rows come first.",
        ),
    ),
    hints=(
        "The statement names the layers in their order. Nothing but the shape in keras.Input and the last "
        "layer's units depends on the arguments.",
        "Conv2D takes filters, the kernel's size and `activation`; MaxPooling2D takes 2. A loop over the "
        "three numbers of filters saves typing.",
        "Behind the loop: Flatten, a Dense of 128 with relu, a Dropout of a half, a Dense with softmax. All "
        "else stays as Keras has it.",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
    seconds=60,
    megabytes=2048,
)
