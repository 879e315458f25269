"""Lesson 7c: how `replace_head` is checked."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.models import packed, with_random_weights
from grader.exercises.transfer_learning.cases import network
from grader.exercises.verifying.transfer_learning_models import has_new_head
from grader.references import transfer_learning as reference


def old_networks(rng: np.random.Generator) -> Iterator[Case]:
    """Rows and images, `Sequential` and functional; with more classes, with fewer, and with as many."""
    from keras import layers

    def head(classes: int) -> Any:
        return layers.Dense(classes, activation="softmax")

    dense = network("rows", (4,), layers.Dense(6, "relu"), head(3))
    deep = network("deep", (3,), layers.Dense(5, "tanh"), layers.Dense(4, "relu"), head(4), functional=True)
    dropout = network("drops", (5,), layers.Dense(6, "relu"), layers.Dropout(0.5), head(7))
    maps = (layers.Conv2D(4, 3), layers.BatchNormalization(), layers.ReLU(), layers.GlobalMaxPooling2D())
    images = network("images", (6, 6, 1), *maps, head(10), functional=True)
    for model, classes in ((dense, 5), (deep, 4), (dropout, 2), (images, 3)):
        model = with_random_weights(model, rng)
        x = rng.normal(0, 1, (20, *model.input_shape[1:])).round(2).astype(np.float32)
        weights, kinds = model.get_weights(), [type(layer).__name__ for layer in model.layers[:-1]]
        secret = {
            "sample": list(x.shape[1:]),
            "features": below(model, x),
            "below": weights[:-2],
            "old": weights[-2:],
            "body": [kind for kind in kinds if kind != "InputLayer"],
        }
        yield Case((packed(model), classes), inputs=x, secret=secret)


def below(model: Any, x: np.ndarray) -> np.ndarray:
    """What the last layer gets to see of inputs."""
    import keras

    return np.asarray(keras.Model(model.inputs[0], model.layers[-2].output)(x))


def on_top(place: int = -2, activation: str | None = "softmax", hidden: int = 0):
    """A new layer on the output of some layer."""

    def answer(model, num_classes):
        import keras

        x = model.layers[place].output
        if hidden:
            x = keras.layers.Dense(hidden, "relu", name="more")(x)
        return keras.Model(model.inputs[0], keras.layers.Dense(num_classes, activation, name="newest")(x))

    return answer


def begun_anew(model, num_classes):
    import keras

    copy = keras.models.clone_model(model)
    return on_top()(copy, num_classes)


def old_one_where_it_fits(model, num_classes):
    return model if model.output_shape[-1] == num_classes else on_top()(model, num_classes)


def body_frozen(model, num_classes):
    model.trainable = False
    return on_top()(model, num_classes)


EXERCISE = Exercise(
    reference=reference.replace_head,
    kind="model",
    verify=has_new_head,
    artefact="model",
    objects=True,
    cases=old_networks,
    mistakes=(
        Mistake(
            "on_top_of_the_old",
            on_top(-1),
            "The old output layer is still there, below the new one, which sees only what the old task's "
            "answer was. Take the old one off.",
        ),
        Mistake(
            "begun_anew",
            begun_anew,
            "The layers are there, and below the new one their weights are not those that had been learnt. A "
            "clone has the same shapes and begins anew.",
        ),
        Mistake(
            "no_softmax",
            on_top(activation=None),
            "What comes out are no probabilities: the new layer has no softmax.",
        ),
        Mistake(
            "old_one_where_it_fits",
            old_one_where_it_fits,
            "Where the new task has as many classes as the old one, your model's last layer has the weights "
            "of the old one. Its classes are others.",
        ),
        Mistake(
            "sigmoid",
            on_top(activation="sigmoid"),
            "The new layer has sigmoids, as if an image could be of several classes. A softmax is asked for.",
        ),
        Mistake(
            "hidden_layer",
            on_top(hidden=8),
            "There is a second new layer below the output. Only the last is to be exchanged.",
        ),
        Mistake(
            "body_frozen",
            body_frozen,
            "The layers below are frozen. Freezing is a step of its own, and not asked for here.",
        ),
    ),
    hints=(
        "A Keras model knows the symbolic output of each of its layers. Which layer's output does the new "
        "last layer need?",
        "`model.layers[-2]` is the last layer that stays. A new Dense with a softmax is called on it.",
        "keras.Model takes an input and an output: `model.inputs[0]` (a Sequential needn't have an `input`), "
        "and what your new layer gives. All between is shared with the old model, weights and all.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
    seconds=30,
    megabytes=2048,
)
