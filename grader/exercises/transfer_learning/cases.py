"""Lesson 7c: what the cases of several exercises share."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from grader.exercise import Case
from grader.exercises.models import packed

KNOWN = 900  # of the digits on the disk: the backbone has learnt from them
EACH = 5  # images of each class that a learner gets


def network(name: str, inputs: Sequence[int], *layers: Any, functional: bool = False) -> Any:
    """A network of these layers, one after another, each with a name that no layer of a learner has."""
    import keras

    for i, layer in enumerate(layers):
        layer.name = f"{name}_{i}"
    if not functional:
        return keras.Sequential([keras.Input(inputs, name=f"{name}_input"), *layers], name=name)
    x = start = keras.Input(inputs, name=f"{name}_input")
    for layer in layers:
        x = layer(x)
    return keras.Model(start, x, name=name)


@cache
def backbone() -> Any:
    """The network that comes with the course, without its output layer: images to 64 features."""
    import keras

    from dlcourse.models import pretrained

    whole = pretrained("digits")
    return keras.Model(whole.inputs[0], whole.layers[-2].output, name="backbone")


@cache
def all_digits() -> tuple[np.ndarray, np.ndarray]:
    """The images as they lie on the disk, from 0 to 1, and their labels."""
    from dlcourse import datasets

    data = datasets.load("digits")
    return np.asarray(data.features).reshape(-1, 8, 8) / 16, np.asarray(data.target)


def reordered(rng: np.random.Generator) -> Any:
    """The backbone with its channels in another order: the same to whoever trains it, and not what lies on
    the disk."""
    import keras

    model, channels, weights = keras.models.clone_model(backbone()), np.arange(1), []
    for weight in backbone().get_weights():
        if weight.ndim == 4:
            before, channels = channels, rng.permutation(weight.shape[-1])
            weights.append(weight[:, :, before][..., channels])
        else:
            weights.append(weight[channels])
    model.set_weights(weights)
    return model


def few_labelled(rng: np.random.Generator) -> Iterator[Case]:
    """Upright digits over the other photograph, five of each class; the rest is hidden.

    Nobody finds them again on the disk: a little noise lies over each, all may be seen in a mirror, and the
    classes have other names.
    """
    from dlcourse import datasets

    images, labels = (part[KNOWN:] for part in all_digits())
    images = images[:, :, ::-1] if rng.integers(2) else images
    images = np.clip(images + rng.normal(0, 0.02, images.shape), 0, 1)
    order = rng.permutation(len(images))
    x, y = datasets.on_photograph(images[order], rng), rng.permutation(10)[labels][order]
    known = np.concatenate([np.flatnonzero(y == digit)[:EACH] for digit in range(10)])
    hidden = np.setdiff1d(np.arange(len(y)), known)
    known, model = rng.permutation(known), reordered(rng)
    yield Case(
        (packed(model), x[known], y[known]),
        inputs=x[hidden],
        secret={"labels": y[hidden], "weights": model.get_weights()},
    )
