"""Lesson 5b: heads by the targets they fit, starting weights by their spread, a design by cost and use."""

import math
from typing import Any

import numpy as np

from grader.exercise import Finding, Given
from grader.exercises import goals

SHORT = {"mse": "meansquarederror", "mae": "meanabsoluteerror", "bce": "binarycrossentropy"}
ERRORS = ("meansquarederror", "meanabsoluteerror", "huber", "logcosh")  # of real numbers
HEADS = {  # by the kind of targets, what fits: activation and losses
    "binary": ("sigmoid", ("binarycrossentropy",)),
    "numbers": ("softmax", ("sparsecategoricalcrossentropy",)),
    "one_hot": ("softmax", ("categoricalcrossentropy",)),
    "labels": ("sigmoid", ("binarycrossentropy",)),
    "real": ("linear", ERRORS),
}
LOSSES = {"categoricalcrossentropy", *ERRORS, *(loss for _, losses in HEADS.values() for loss in losses)}


def fits_targets(given: Given, answer: Any) -> Finding:
    """Judge a head by the targets' kind, which is the secret, with the units that they need.

    Two units with a softmax answer yes or no as well as one with a sigmoid.
    """
    kind, wanted = given.secret["kind"], given.secret["units"]
    if not isinstance(answer, list | tuple) or len(answer) != 3:
        return Finding(False, "Three things are asked for: units, activation and loss.")
    units, activation, loss = _whole(answer[0]), _activation(answer[1]), _loss(answer[2])
    if units is None:
        return Finding(False, "The first of the three is a number of units: whole, and at least 1.")
    if activation not in ("linear", "relu", "sigmoid", "softmax", "tanh"):
        return Finding(False, "The second of the three is an activation, by Keras's name.")
    if loss not in LOSSES:
        return Finding(False, "The third of the three is a loss for this kind of targets, by Keras's name.")
    if kind == "binary" and (units, activation, loss) == (2, "softmax", "sparsecategoricalcrossentropy"):
        return Finding(True)
    fitting, losses = HEADS[kind]
    if units != wanted:
        return Finding(
            False,
            f"{units} unit{'s' * (units != 1)}: is that one for each class, or each column?",
        )
    if loss not in losses:
        return Finding(False, _what_the_loss_wants(loss))
    if activation != fitting:
        return Finding(False, _what_the_activation_does(activation, kind))
    return Finding(True)


def _whole(value: Any) -> int | None:
    number = np.asarray(value)
    if number.shape or number.dtype.kind not in "iuf" or not 1 <= number < 2**31 or number % 1:
        return None
    return int(number)


def _activation(name: Any) -> str:
    return "linear" if name is None else name.lower() if isinstance(name, str) else ""


def _loss(name: Any) -> str:
    """Return a loss's name without what Keras doesn't mind: `"MSE"`, `"mean_squared_error"`."""
    plain = name.lower().replace("_", "") if isinstance(name, str) else ""
    return SHORT.get(plain, plain)


def _what_the_loss_wants(loss: str) -> str:
    if loss == "sparsecategoricalcrossentropy":
        return "That loss wants class numbers, one a row, and these targets are something else."
    if loss == "categoricalcrossentropy":
        return "That loss wants rows with a single 1 in them, and these targets are something else."
    if loss == "binarycrossentropy":
        return (
            "That loss asks each output by itself whether it is 0 or 1, and these targets say something else."
        )
    return "That loss measures how far off a number is, and these targets stand for classes."


def _what_the_activation_does(activation: str, kind: str) -> str:
    if activation == "softmax":
        return "Softmax makes outputs share a sum of 1, and a single one is always 1. These targets do not."
    if activation in ("sigmoid", "tanh", "relu") and kind == "real":
        return "That activation can't reach all of these targets: look at the smallest and the largest."
    if activation == "sigmoid":
        return "A sigmoid looks at each output by itself. In these targets, one class excludes the others."
    return "What comes out is to be a probability, and with that activation it isn't."


SURE = 6.0  # standard errors: a right draw goes beyond in one of 5e8 cases
MIN_WEIGHTS = 2000  # to judge a draw by
FAR = 1.75  # standard deviations: a uniform distribution ends at √3


def is_he_normal(given: Given, answer: Any) -> Finding:
    """Judge starting weights by mean and variance and the seed; of few weights, shape and size alone."""
    fan_in, fan_out, seed = given.arguments
    weights = _weights(answer)
    if weights is None:
        return Finding(False, "An array of finite numbers is asked for.")
    if weights.shape != (fan_in, fan_out):
        return Finding(
            False, f"Your weights have shape {weights.shape}; {(fan_in, fan_out)} is asked for: inputs first."
        )
    deviation = math.sqrt(2 / fan_in)
    if np.abs(weights).max() > 8 * deviation:
        return Finding(
            False, "A weight lies more than eight standard deviations off 0: how wide is it drawn?"
        )
    if weights.size >= MIN_WEIGHTS and (flaw := _flaw_of_a_draw(weights, fan_in)):
        return Finding(False, flaw)
    for (*shape, other_seed), _, earlier in given.earlier:
        other = _weights(earlier)
        if shape != [fan_in, fan_out] or other is None or other.shape != weights.shape or weights.size < 2:
            continue
        same = np.array_equal(other, weights)
        if seed == other_seed and not same:
            return Finding(False, "The same seed gave other weights the second time: is it in use?")
        if seed != other_seed and same:
            return Finding(False, "Another seed gave the same weights: is it your own seed that is in use?")
    return Finding(True)


def _weights(answer: Any) -> np.ndarray | None:
    try:
        weights = np.asarray(answer)
    except ValueError:  # rows of unequal length
        return None
    if weights.dtype.kind not in "fiu" or not np.isfinite(weights).all():
        return None
    return weights.astype(np.float64)


def _flaw_of_a_draw(weights: np.ndarray, fan_in: int) -> str | None:
    n, variance = weights.size, 2 / fan_in
    if (weights == weights[0]).all():
        return "All inputs have the same weights: each is to be drawn for itself."
    if len(np.unique(weights)) < n / 2:
        return "Many weights are equal: each is to be drawn for itself."
    if abs(weights.mean()) > SURE * math.sqrt(variance / n):
        return "The weights' mean is not 0: there are too many on one side."
    found = float(np.mean(weights**2))
    if abs(found / variance - 1) > SURE * math.sqrt(2 / n):
        return f"The weights' variance is {found * fan_in:.1f} / fan_in, and 2 / fan_in is asked for."
    if np.abs(weights).max() < FAR * math.sqrt(variance):
        return "Mean and variance are right, but the weights end too soon on both sides: is that normal?"
    return None


TARGET, EXCUSED = 0.88, 0.02  # of digits to find
MAX_WEIGHTS, MAX_MULTIPLICATIONS = 4_000, 60_000
COUNTED = ("Dense", "Conv1D", "Conv2D", "DepthwiseConv2D", "SeparableConv2D")
FREE = (  # they have no weights, and multiply nothing when the model is in use
    *("InputLayer", "Reshape", "Flatten", "Permute", "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax"),
    *("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D", "GlobalMaxPooling1D"),
    *("GlobalMaxPooling2D", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "ZeroPadding2D"),
    *("Cropping2D", "Add", "Average", "Maximum", "Concatenate", "Dropout", "SpatialDropout2D"),
    *("GaussianNoise", "GaussianDropout", "RandomTranslation", "RandomRotation", "RandomZoom", "RandomFlip"),
)


def is_frugal(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a network by weights, multiplications, and digits it never saw, whose labels are the secret."""
    outputs, labels = np.asarray(found["outputs"]), given.secret
    if flaw := goals.unreadable(outputs, len(labels)):
        return Finding(False, flaw)
    multiplications = _multiplications(found)
    if isinstance(multiplications, str):
        return Finding(False, multiplications)
    cost = f"{found['parameters']:,} weights and {multiplications:,} multiplications"
    judged = goals.accuracy(labels, outputs.argmax(axis=1), TARGET, EXCUSED)
    if found["parameters"] > MAX_WEIGHTS or multiplications > MAX_MULTIPLICATIONS:
        return Finding(
            False,
            f"Your network has {cost}; at most {MAX_WEIGHTS:,} and {MAX_MULTIPLICATIONS:,} are asked for.",
        )
    return Finding(judged.right, f"{judged.message} It has {cost}.")


def _multiplications(found: dict[str, Any]) -> int | str:
    """Count those of one image in use, or say in a sentence why they can't be counted.

    Each weight of a kernel is used at every place of what comes out, so a layer's output shape and its number
    of weights are enough. The model may be anything: what isn't known to be free is not counted as free.
    """
    if found["other_calls"]:
        return (
            "A layer is used more than once, or something is computed between layers: that can't be counted. "
            "Build the model from layers alone, each in one place."
        )
    total = parameters = 0
    for layer in found["layers"]:
        kind, config, shape = layer["class"], layer["config"], layer["output_shape"]
        if kind in ("Sequential", "Functional"):  # its layers come after it
            continue
        activation = config.get("activation")
        if isinstance(activation, dict) and activation.get("class") not in FREE:
            return "An activation of your model is something of its own, which can't be counted."
        if kind not in (*COUNTED, *FREE, "BatchNormalization") or (kind in FREE and layer["parameters"]):
            return f"What a layer of the kind {kind} costs can't be counted here: do without it."
        if not shape or None in shape[1:] or config.get("data_format") == "channels_first":
            return f"A layer of the kind {kind} has no fixed size: begin with keras.Input and its shape."
        parameters += layer["parameters"]
        if kind == "BatchNormalization":
            total += math.prod(shape[1:])
        elif kind in COUNTED:
            biases = shape[-1] if config["use_bias"] else 0
            total += math.prod(shape[1:-1]) * (layer["parameters"] - biases)
    if parameters != found["parameters"]:
        return "Your model has weights that belong to none of its layers: that can't be counted."
    return total
