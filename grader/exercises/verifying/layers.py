"""A network's layers, their settings and weights, beside those that are asked for."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

CONTAINERS = ("InputLayer", "Sequential", "Functional")
ACTIVATION_LAYERS = ("Activation", "ReLU", "Softmax")


def listed(found: dict[str, Any], silent: Sequence[str]) -> list[dict[str, Any]]:
    """Return the layers in their order, without those that only hold others, or are checked by outputs."""
    return [layer for layer in found["layers"] if layer["class"] not in silent]


def in_and_out(found: dict[str, Any], sample: list[int], outputs: int, each: str) -> str | None:
    """Say what is odd about what comes in or goes out; `each` says what an output is for."""
    shape = found["input_shape"]
    if not shape or shape[1:] != sample:
        takes = tuple(shape[1:]) if shape else "several inputs"
        return f"Your model takes {takes} where samples of shape {tuple(sample)} are asked for."
    if found["output_shape"] is None or found["output_shape"][1:] != [outputs]:
        numbers = "one number" if outputs == 1 else f"{outputs} numbers"
        return f"For each sample {numbers} must come out, {each}: look at the last layer."
    return None


def other_layers(layers: list[dict[str, Any]], wanted: list[str]) -> str | None:
    kinds = [layer["class"] for layer in layers]
    if kinds == wanted:
        return None
    for kind in dict.fromkeys(kinds):
        if kind not in wanted:
            return f"Your model has a layer of the kind {kind}, which is not asked for."
    for kind in dict.fromkeys(wanted):
        if kinds.count(kind) != wanted.count(kind):
            return (
                f"Your model has {kinds.count(kind)} layers of the kind {kind}, and {wanted.count(kind)} are "
                "asked for."
            )
    place = next(i for i, (one, other) in enumerate(zip(kinds, wanted, strict=True)) if one != other)
    return (
        f"All layers are there, in another order: the first that is out of place is of kind {kinds[place]}."
    )


def other_shapes(found: dict[str, Any], shapes: Sequence[tuple[int, ...]]) -> str | None:
    theirs = [np.shape(weight) for weight in found["weights"]]
    if theirs == list(shapes):
        if found["trainable_parameters"] != found["parameters"]:
            return "A part of your model is frozen (trainable=False), so it can't learn."
        return None
    if len(theirs) != len(shapes):
        return "Each dense layer and each convolution is to have a kernel and a bias."
    place = next(i for i, (one, other) in enumerate(zip(theirs, shapes, strict=True)) if one != other)
    return f"Some weights have shape {theirs[place]} where {shapes[place]} is asked for: look at the units."


def other_rates(layers: list[dict[str, Any]], rate: float) -> str | None:
    settings = [layer["config"] for layer in layers if layer["class"] == "Dropout"]
    for setting in settings:
        if not math.isclose(setting["rate"], rate, abs_tol=1e-6):
            return f"A dropout has the rate {setting['rate']:.4g}, and {rate:.4g} is asked for."
        if setting.get("noise_shape") is not None:
            return "A dropout has a noise_shape, which is not asked for."
    return None


def other_penalties(layers: list[dict[str, Any]], strength: float) -> str | None:
    for layer in (layer for layer in layers if "kernel_regularizer" in layer["config"]):
        setting = layer["config"]["kernel_regularizer"]
        penalty = setting["config"] if setting is not None else {}
        if (setting is not None and setting["class"] not in ("L2", "L1L2")) or penalty.get("l1"):
            return "The penalty on a kernel is of another kind than L2."
        if not math.isclose(penalty.get("l2", 0.0), strength, rel_tol=1e-4, abs_tol=1e-12):
            return (
                f"A kernel has an L2 penalty of strength {penalty.get('l2', 0.0):.4g}, and "
                f"{strength:.4g} is asked for."
            )
    return None


def restrictions(layers: list[dict[str, Any]]) -> str | None:
    """Say which regularizer or constraint there is beside those of the kernels."""
    for layer in layers:
        for name, value in layer["config"].items():
            if name.endswith(("_regularizer", "_constraint")) and name != "kernel_regularizer" and value:
                return f"A layer has a {name}, which is not asked for."
    return None
