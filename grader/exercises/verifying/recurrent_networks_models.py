"""Lesson 7b: stacked LSTMs by their layers and answers, forecasters by months that they never saw."""

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
    other_shapes,
    restrictions,
)
from grader.exercises.verifying.recurrent_networks import lstm_states

UNITS = 50
AS_KERAS_HAS_IT = {
    "activation": "tanh",
    "recurrent_activation": "sigmoid",
    "use_bias": True,
    "go_backwards": False,
    "stateful": False,
    "dropout": 0.0,
    "recurrent_dropout": 0.0,
}
ROUNDING = 2e-6  # of the largest output: more than float32 loses in two LSTM layers
LARGEST_ERROR = 0.33  # ppm, of a forecast a month ahead
OWN_WORD = 0.25  # of the changes: who differs less from the last value says that again
HARDLY = 0.6  # of the changes
FEW_SAME_SIDE = 0.5  # of the error: more of it has one sign and is no accident


def is_stacked_lstm(given: Given, found: dict[str, Any]) -> Finding:
    """Judge the guide's network by its layers, and by its answers to the secret's sequences."""
    timesteps, features = given.arguments
    layers = listed(found, [*CONTAINERS, *ACTIVATION_LAYERS])
    cells = [shape for d in (features, UNITS) for shape in ((d, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,))]
    if flaw := (
        in_and_out(found, [timesteps, features], 1, "the forecast")
        or other_layers(layers, ["LSTM", "LSTM", "Dense"])
        or _other_settings(layers[:2])
        or other_shapes(found, [*cells, (UNITS, 1), (1,)])
        or other_penalties(layers, 0.0)
        or restrictions(layers)
    ):
        return Finding(False, flaw)
    weights = [np.asarray(weight, np.float64) for weight in found["weights"]]
    if any(np.ptp(kernel) == 0 for kernel in weights if kernel.ndim == 2):
        return Finding(False, "A layer's weights all start at one value, so its units would stay alike.")
    states = np.asarray(given.secret, np.float64)
    for of_layer in (weights[:3], weights[3:6]):
        states = _lstm(states, *of_layer)
    z = states[:, -1] @ weights[6] + weights[7]
    distances = {name: np.abs(function(z) - found["outputs"]).max() for name, function in ACTIVATIONS.items()}
    # The nearest counts: near 0 tanh gives nearly the same. Where only rounding tells, there is none.
    distances["none"] = max(distances["none"] - ROUNDING * np.abs(z).max(), 0)
    name = min(distances, key=distances.__getitem__)
    if not np.allclose(ACTIVATIONS[name](z), found["outputs"], rtol=1e-3, atol=1e-5):
        return Finding(
            False, "The outputs aren't those of such a network: look at how the layers are joined."
        )
    if name != "none":
        told = f"By its outputs, your model's last layer has the activation {name}: a forecast has none."
        return Finding(False, told)
    return Finding(True)


def _other_settings(layers: list[dict[str, Any]]) -> str | None:
    for layer in layers:
        for name, value in AS_KERAS_HAS_IT.items():
            if layer["config"][name] != value:
                return f"An LSTM has {name}={layer['config'][name]!r}; asked for is what Keras sets."
    return None


def _lstm(x: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the hidden states at all steps, (n, steps, units)."""
    h = c = np.zeros((len(x), len(Wh)))
    states = []
    for step in range(x.shape[1]):
        i, f, g, o = np.split(x[:, step] @ Wx + h @ Wh + b, 4, axis=1)
        h, c = lstm_states(i, f, g, o, c)
        states.append(h)
    return np.stack(states, axis=1)


def forecasts(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a forecaster by its mean absolute error in the months of the secret, true values before given."""
    shape, outputs = found["input_shape"], np.asarray(found["outputs"], np.float64)
    truth, last = given.secret["truth"], given.secret["last"]
    if shape is None or len(shape) != 3 or shape[1] is None or shape[2] != 1:
        takes = f"takes shape {tuple(shape)}" if shape else "has several inputs"
        return Finding(False, f"Input shape (None, length, 1) is asked for, length a number; yours {takes}.")
    if outputs.shape not in ((len(truth), 1), (len(truth),)):
        return Finding(
            False,
            f"One number for each window is asked for, and for {len(truth)} windows your model gives shape "
            f"{outputs.shape}: does its last recurrent layer hand on all steps?",
        )
    forecast = outputs.reshape(-1)
    if not np.isfinite(forecast).all():
        return Finding(
            False, "Your model's forecasts are not all numbers: its training ran out of all bounds."
        )
    wrong = forecast - truth
    error = float(np.mean(np.abs(wrong)))
    figure = (
        f"Mean absolute error over {len(truth)} hidden months: {error:.3g} ppm, at most {LARGEST_ERROR} "
        f'asked; "last value" has {np.mean(np.abs(last - truth)):.2f}, "a year ago and last year\'s growth" '
        f"{given.secret['growth']:.2f}."
    )
    if error <= LARGEST_ERROR:
        return Finding(True, figure)
    return Finding(False, f"{figure} {_why(forecast, truth, last)}")


def _why(forecast: np.ndarray, truth: np.ndarray, last: np.ndarray) -> str:
    wrong, changes = forecast - truth, np.mean(np.abs(truth - last))
    error = np.mean(np.abs(wrong))
    if np.mean(np.abs(last + forecast - truth)) < min(2 * changes, error):
        return "What comes out are changes: add the last value, within the model."
    if np.mean(np.abs(forecast - last)) < OWN_WORD * changes:
        return "It says the last value again. Is the target really the value after the window?"
    if np.abs(wrong.mean()) > FEW_SAME_SIDE * error and error > changes:
        if wrong.mean() > 0:
            return f"Its forecasts lie above the truth, by {wrong.mean():.1f} ppm in the mean."
        return (
            f"Its forecasts lie below the truth, by {-wrong.mean():.1f} ppm in the mean. Most of the hidden "
            "values are higher than all that it learned from: let it learn changes, which stay what they are."
        )
    if error > HARDLY * changes:
        return "That is hardly better than the last value: was it trained, on inputs of a scale that fits?"
    return "It knows something. Two years of changes, longer training or a smaller rate make it better."
