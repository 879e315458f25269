"""Lesson 7c: how `freeze` is checked."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.models import fitted, packed, with_random_weights
from grader.exercises.transfer_learning.cases import network
from grader.exercises.verifying.transfer_learning_models import is_frozen
from grader.references import transfer_learning as reference

CLASSES = 3


def compiled_models(rng: np.random.Generator) -> Iterator[Case]:
    """Fresh models and fitted ones, of which nothing, a part, or all may learn; some were frozen before."""
    from keras import layers

    def dense(name: str, *before_head: Any) -> Any:
        hidden = (layers.Dense(int(rng.integers(4, 8)), "relu") for _ in range(2))
        return network(name, (4,), *hidden, *before_head, layers.Dense(CLASSES, "softmax"))

    def normalised(name: str) -> Any:
        body = (layers.Dense(5, "relu"), layers.BatchNormalization(momentum=0.9), layers.Dense(4, "relu"))
        return network(name, (4,), *body, layers.Dense(CLASSES, "softmax"))

    def nested(name: str) -> Any:
        body = network(f"{name}_body", (4,), layers.Dense(5, "relu"), layers.BatchNormalization())
        return network(name, (4,), body, layers.Dense(CLASSES, "softmax"), functional=True)

    yield case(dense("rows"), 1, rng)
    yield case(normalised("normal"), 3, rng)
    yield case(normalised("none"), 0, rng)
    yield case(dense("every"), 3, rng, frozen=(1,), adam=True)
    yield case(dense("drops", layers.Dropout(0.2)), 2, rng)
    yield case(dense("again"), 2, rng, frozen=(0, 1), is_fitted=True)
    yield case(nested("nested"), 1, rng, is_fitted=True)


def case(
    model: Any, last: int, rng: np.random.Generator, frozen=(), is_fitted: bool = False, adam: bool = False
) -> Case:
    """One case; the secret: what may learn, by arrays, by layers that have weights, and how many numbers."""
    import keras

    model = with_random_weights(model, rng)
    may_learn = [(layer, i >= len(model.layers) - last) for i, layer in enumerate(model.layers)]
    arrays = [flag for layer, flag in may_learn for _ in layer.weights]
    layers = [flag for layer, flag in may_learn for part in getattr(layer, "layers", [layer]) if part.weights]
    numbers = sum(
        keras.ops.size(array) for layer, flag in may_learn if flag for array in layer.trainable_weights
    )
    for place in frozen:
        model.layers[place].trainable = False
    rate = float(rng.choice((0.05, 0.1, 0.2)))
    if adam:
        optimizer = keras.optimizers.Adam(rate, beta_1=0.8, name="steps")
    else:
        optimizer = keras.optimizers.SGD(rate, momentum=0.5, name="steps")
    model.compile(optimizer, "sparse_categorical_crossentropy")
    x = rng.normal(0, 1, (16, 4)).round(2).astype(np.float32)
    y = rng.integers(0, CLASSES, 16)
    argument = fitted(model, x, y) if is_fitted else packed(model)
    secret = {"weights": model.get_weights(), "arrays": arrays, "layers": layers, "numbers": int(numbers)}
    secret |= {"optimizer": type(optimizer).__name__, "settings": optimizer.get_config()}
    return Case((argument, last), secret=secret)


def marked(model, first: int, thaw: bool = True):
    """Freeze what stands before a place."""
    for i, layer in enumerate(model.layers):
        if i < first or thaw:
            layer.trainable = i >= first
    return model


def compiled_anew(model):
    model.compile_from_config(model.get_compile_config())
    return model


def not_compiled(model, trainable_last):
    return marked(model, len(model.layers) - trainable_last)


def by_slice(model, trainable_last):
    """`layers[:-0]` is no layer at all."""
    for layer in model.layers:
        layer.trainable = True
    for layer in model.layers[:-trainable_last]:
        layer.trainable = False
    return compiled_anew(model)


def never_thawed(model, trainable_last):
    return compiled_anew(marked(model, len(model.layers) - trainable_last, thaw=False))


def first_ones(model, trainable_last):
    for i, layer in enumerate(model.layers):
        layer.trainable = i < trainable_last
    return compiled_anew(model)


def one_too_few(model, trainable_last):
    return compiled_anew(marked(model, len(model.layers) - trainable_last + 1))


def so_many_frozen(model, trainable_last):
    return compiled_anew(marked(model, trainable_last))


def same_optimizer(model, trainable_last):
    marked(model, len(model.layers) - trainable_last).compile(model.optimizer, model.loss)
    return model


def other_loss(model, trainable_last):
    marked(model, len(model.layers) - trainable_last).compile("sgd", "mean_squared_error")
    return model


EXERCISE = Exercise(
    reference=reference.freeze,
    kind="model",
    verify=is_frozen,
    artefact="model",
    objects=True,
    cases=compiled_models,
    mistakes=(
        Mistake(
            "not_compiled",
            not_compiled,
            "The layers are marked as they should be. But a model that has been fitted goes on training by "
            "the step that it made then, and your frozen layers moved. Compile it anew.",
        ),
        Mistake(
            "by_slice",
            by_slice,
            "With trainable_last = 0 nothing is frozen: layers[:-0] is layers[:0], an empty list.",
        ),
        Mistake(
            "never_thawed",
            never_thawed,
            "Layers that came frozen stay so, also among the last ones. Those are to learn.",
        ),
        Mistake(
            "first_ones",
            first_ones,
            "The first layers may learn, and the last are frozen: it is to be the other way round.",
        ),
        Mistake(
            "so_many_frozen",
            so_many_frozen,
            "You froze so many layers as are to learn. Count from the end.",
        ),
        Mistake(
            "one_too_few",
            one_too_few,
            "One layer too few may learn.",
        ),
        Mistake(
            "same_optimizer",
            same_optimizer,
            "You compiled with the optimizer that the model had. It has been used, and knows only the "
            "weights that it trained then: with others, fit raises an error. Make a new one of the same "
            "settings.",
        ),
        Mistake(
            "other_loss",
            other_loss,
            "It is compiled, with another loss than before. What it learns from stays the same.",
        ),
    ),
    hints=(
        "Each layer has a mark that says whether training may change it. Go through all of them, and set it "
        "either way: some may come frozen.",
        "A slice that counts from the end fails for 0. Compare each layer's place with the first place that "
        "may learn, len(layers) − trainable_last.",
        "Marks alone don't reach a model that has been fitted: it is to be compiled, with a new optimizer of "
        "the old settings. `get_compile_config` tells all of them, and `compile_from_config` takes them.",
    ),
    difficulty=3,
    importance=5,
    minutes=10,
    seconds=60,
    megabytes=2048,
)
