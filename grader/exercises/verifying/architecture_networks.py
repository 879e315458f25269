"""Lesson 5b: networks that are built as asked, by their layers, settings and answers."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from grader.exercise import Finding, Given
from grader.exercises.verifying.activations import ACTIVATIONS
from grader.exercises.verifying.layers import (
    ACTIVATION_LAYERS,
    CONTAINERS,
    in_and_out,
    listed,
    other_layers,
    other_penalties,
    other_rates,
    other_shapes,
    restrictions,
)

ONE_EACH = "one for each class"


def is_mlp(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a dense network by its layers, their settings and what it answers to the inputs in the secret."""
    inputs, hidden, classes, rate, l2 = given.arguments
    layers = listed(found, [*CONTAINERS, *ACTIVATION_LAYERS, "Flatten"])
    wanted = [kind for _ in hidden for kind in ("Dense", "Dropout")] + ["Dense"]
    if rate == 0:  # a dropout of nothing may be left out
        layers = [layer for layer in layers if layer["class"] != "Dropout"]
        wanted = [kind for kind in wanted if kind != "Dropout"]
    sizes = [inputs, *hidden, classes]
    shapes = [shape for pair in pairwise(sizes) for shape in (pair, pair[1:])]
    if flaw := (
        in_and_out(found, [inputs], classes, ONE_EACH)
        or other_layers(layers, wanted)
        or other_shapes(found, shapes)
        or other_rates(layers, rate)
        or other_penalties(layers[:-1], l2)
        or (other_penalties(layers[-1:], l2) and other_penalties(layers[-1:], 0.0))
        or restrictions(layers)
    ):
        return Finding(False, flaw)
    weights = [np.asarray(weight, np.float64) for weight in found["weights"]]
    return _answers(given.secret, found, weights, lambda x, hidden: x)


def is_cnn(given: Given, found: dict[str, Any]) -> Finding:
    """Judge the sheet's convolutional network by its layers, and by its answers to the secret's images."""
    height, width, channels, classes = given.arguments
    layers = listed(found, [*CONTAINERS, *ACTIVATION_LAYERS])
    wanted = [*("Conv2D", "MaxPooling2D") * 3, "Flatten", "Dense", "Dropout", "Dense"]
    flat = 128 * math.prod(_left(size) for size in (height, width))
    kernels = [(3, 3, channels, 32), (3, 3, 32, 64), (3, 3, 64, 128), (flat, 128), (128, classes)]
    shapes = [shape for kernel in kernels for shape in (kernel, kernel[-1:])]
    if flaw := (
        in_and_out(found, [height, width, channels], classes, ONE_EACH)
        or other_layers(layers, wanted)
        or _padded(layers)
        or other_shapes(found, shapes)
        or other_rates(layers, 0.5)
        or other_penalties(layers, 0.0)
        or restrictions(layers)
    ):
        return Finding(False, flaw)
    weights = [np.asarray(weight, np.float64) for weight in found["weights"]]

    def features(x: np.ndarray, hidden: str) -> np.ndarray:
        for kernel, bias in zip(weights[:6:2], weights[1:6:2], strict=True):
            x = _pooled(ACTIVATIONS[hidden](_convolved(x, kernel) + bias))
        return x.reshape(len(x), -1)

    return _answers(given.secret, found, weights[6:], features)


def _padded(layers: list[dict[str, Any]]) -> str | None:
    kinds = [layer["class"] for layer in layers if layer["config"].get("padding") == "same"]
    return f"A layer of the kind {kinds[0]} lays a rim around its images. Here none does." if kinds else None


def _left(size: int) -> int:
    """Return how many pixels three convolutions and poolings leave along a side."""
    for _ in range(3):
        size = (size - 2) // 2
    return size


def _convolved(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    places = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))  # (n, h − 2, w − 2, c, 3, 3)
    return np.tensordot(places, kernel, axes=((4, 5, 3), (0, 1, 2)))


def _pooled(x: np.ndarray) -> np.ndarray:
    n, height, width, channels = x.shape
    whole = x[:, : height // 2 * 2, : width // 2 * 2]
    return whole.reshape(n, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))


def _answers(
    x: np.ndarray,
    found: dict[str, Any],
    weights: list[np.ndarray],
    features: Callable[[np.ndarray, str], np.ndarray],
) -> Finding:
    """Judge activations by the outputs: features first, then dense layers with these weights."""
    *hidden_layers, last = zip(weights[::2], weights[1::2], strict=True)
    if any(np.ptp(kernel) == 0 for kernel in weights[::2]):
        return Finding(False, "A layer's weights all start at one value, so its units would stay alike.")

    def logits(hidden: str) -> np.ndarray:
        z = features(x, hidden)
        for kernel, bias in hidden_layers:
            z = ACTIVATIONS[hidden](z @ kernel + bias)
        return z @ last[0] + last[1]

    def is_found(outputs: np.ndarray) -> bool:
        return np.allclose(outputs, found["outputs"], rtol=1e-3, atol=1e-5)

    if is_found(ACTIVATIONS["softmax"](logits("relu"))):
        return Finding(True)
    could_be = {
        (hidden, output): ACTIVATIONS[output](z)
        for hidden, z in ((hidden, logits(hidden)) for hidden in ACTIVATIONS)
        for output in ACTIVATIONS
    }
    # Near 0 some activations are nearly alike: the nearest counts.
    hidden, output = min(could_be, key=lambda pair: np.abs(could_be[pair] - found["outputs"]).max())
    if not is_found(could_be[hidden, output]):
        return Finding(False, "The outputs aren't those of such a network: look at each layer's activation.")
    where = [
        f"{place} layers have {'no activation' if name == 'none' else f'the activation {name}'}"
        for place, name, right in (("hidden", hidden, "relu"), ("last", output, "softmax"))
        if name != right
    ]
    return Finding(False, f"By its outputs, your model's {' and its '.join(where)}.")
