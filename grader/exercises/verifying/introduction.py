"""Lesson 1: networks, by what they are and what they do; and the choice of a model, by what it does."""

from typing import Any

import numpy as np

from grader.exercise import Finding, Given
from grader.exercises import goals
from grader.exercises.verifying.activations import ACTIVATIONS

PARAMETERS = [(784, 128), (128,), (128, 10), (10,)]
COUNT = sum(int(np.prod(shape)) for shape in PARAMETERS)
TRAINING_ONLY = ("Dropout", "Noise", "Regularization")  # layers that change nothing once training is over
LEARNING_RATE = 0.1  # the largest: with longer steps the weights are soon far larger than they start
LOSSES = ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy")
ONE_HOT_LOSSES = ("categorical_crossentropy", "CategoricalCrossentropy")
TARGET, EXCUSED = 0.93, 0.01  # of digits to read
GUESSED, LEARNT = 0.25, 0.98  # of the digits it was trained on: fewer are guessed, more are known
BEHIND = 0.04  # how much less accurate than the best a chosen model may be
METRICS = ("accuracy", "acc", "sparse_categorical_accuracy", "sparsecategoricalaccuracy")


def is_first_model(given: Given, found: dict[str, Any]) -> Finding:
    """Judge the model of the guide. The secret of a case is what the model was run on."""
    shape = found["input_shape"]
    if not shape or shape[1:] != [784]:
        sample = tuple(shape[1:]) if shape else "several inputs"
        return Finding(
            False,
            f"Your model takes {sample} where rows of 784 numbers are asked for: look at keras.Input.",
        )
    if found["output_shape"] is None or found["output_shape"][1:] != [10]:
        return Finding(
            False, "Ten numbers a sample must come out, one for each digit: look at the last layer."
        )
    shapes = [np.shape(weight) for weight in found["weights"]]
    if shapes != PARAMETERS:
        return Finding(
            False,
            f"Your model has {found['parameters']:,} parameters in {len(shapes)} arrays, and {COUNT:,} in 4 "
            "are asked for: two dense layers, each with weights and biases. Look at their number and units.",
        )
    if any(word in layer["class"] for layer in found["layers"] for word in TRAINING_ONLY):
        return Finding(False, "There is a layer that no one asked for, which disturbs the training.")
    if added := _restrictions(found["layers"]):
        return Finding(
            False, f"A layer has a {added[0]}, which no one asked for and which changes the training."
        )
    if found["trainable_parameters"] != COUNT:
        return Finding(False, "Part of your model is frozen (trainable=False), so it can't learn.")
    if flaw := _flaw(found["weights"], given.secret, found["outputs"]):
        return Finding(False, flaw)
    return _compiled_rightly(found["compiled"])


def reads_digits(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a trained network by digits it never saw, whose labels are the secret; then come its own."""
    outputs, labels, known = np.asarray(found["outputs"]), given.secret, given.arguments[1]
    if flaw := goals.unreadable(outputs, len(labels) + len(known)):
        return Finding(False, flaw)
    answers = outputs.argmax(axis=1)
    judged = goals.accuracy(labels, answers[: len(labels)], TARGET, EXCUSED)
    if judged.right:
        return judged
    share = np.mean(answers[len(labels) :] == known)
    told = f"Of the digits that it was given to learn it knows {share:.0%}"
    if share < GUESSED:
        why = f"{told}: it guesses. Was it fitted, and to images each with its own label?"
    elif share < LEARNT:
        why = f"{told}: it is still learning. Let it go through them more often."
    else:
        why = f"{told}, and new ones it doesn't: it has learnt them by heart. Let it be simpler."
    return Finding(False, f"{judged.message} {why}")


def chooses_well(given: Given, answer: Any) -> Finding:
    """Judge the choice of models over all sets of data; the secret is how each does on new rows."""
    models = given.arguments[0]
    if _place(answer, len(models)) is None:
        return Finding(
            False, f"The place of one of the {len(models)} models is asked for: a whole number from 0 on."
        )
    if not given.group:
        return Finding(True)
    behind = np.array([max(case.secret) - case.secret[int(case.answer)] for case in given.group])
    near, wanted = int(np.sum(behind <= BEHIND)), len(behind) - 1
    return Finding(
        near >= wanted,
        f"In {near} of {len(behind)} sets of data your choice is near the best model on new rows, and "
        f"{wanted} are asked for; in the mean it is {100 * behind.mean():.1f} points behind.",
    )


def _place(answer: Any, count: int) -> int | None:
    """Return a whole number from 0 to count − 1, or `None` for anything else."""
    number = np.asarray(answer)
    if number.shape or number.dtype.kind not in "iuf" or not 0 <= number < count or number % 1:
        return None
    return int(number)


def _restrictions(layers: list[dict[str, Any]]) -> list[str]:
    """The kinds of all regularizers and constraints in the settings of layers."""
    return [
        name.rpartition("_")[2]
        for layer in layers
        for name, value in layer["config"].items()
        if name.endswith(("_regularizer", "_constraint")) and value is not None
    ]


def _flaw(weights: list[np.ndarray], x: np.ndarray, outputs: np.ndarray) -> str | None:
    """Say which activations the outputs come from, if not from those asked for."""
    W1, b1, W2, b2 = (weight.astype(np.float64) for weight in weights)
    if np.ptp(W1) == 0:
        return (
            "The hidden weights all start at one value, and the units would stay alike: leave that to Keras."
        )
    if not np.ptp(W2, axis=1).any():
        return (
            "The last layer's weights start alike for all ten digits, so nothing of the hidden layer shows "
            "in what comes out: leave the initial weights to Keras."
        )

    def comes_from(hidden: str, output: str) -> bool:
        logits = ACTIVATIONS[hidden](x @ W1 + b1) @ W2 + b2  # (n, 784) → (n, 128) → (n, 10)
        return np.allclose(ACTIVATIONS[output](logits), outputs, rtol=1e-3, atol=1e-5)

    if comes_from("relu", "softmax"):
        return None
    for hidden in ACTIVATIONS:
        for output in ACTIVATIONS:
            if comes_from(hidden, output):
                wrong = [
                    f"the {place} layer has {'no activation' if name == 'none' else f'the activation {name}'}"
                    for place, name, right in (("hidden", hidden, "relu"), ("output", output, "softmax"))
                    if name != right
                ]
                return f"By its outputs, {' and '.join(wrong)}. Which one is asked for there?"
    if not np.allclose(outputs.sum(axis=1), 1, atol=1e-4):
        return "The ten outputs don't sum to 1, so they are no probabilities: look at the last layer."
    return "The outputs aren't those of a ReLU and a softmax layer: look at activations and extra layers."


def _compiled_rightly(compiled: dict[str, Any] | None) -> Finding:
    if compiled is None:
        return Finding(False, "Your model isn't compiled: it has no optimizer, no loss and no metric yet.")
    optimizer = compiled["optimizer"]["class"]
    if optimizer == "RMSprop":
        return Finding(
            False, "The optimizer is RMSprop, as it is where compile is told of none. Adam is asked for."
        )
    if optimizer != "Adam":
        return Finding(False, f"The optimizer is {optimizer}, and Adam is asked for.")
    if not 0 < round(compiled["optimizer"]["learning_rate"], 7) <= LEARNING_RATE:  # it comes in float32
        return Finding(
            False,
            f"Adam's learning rate is {compiled['optimizer']['learning_rate']:g}. Leave it to Keras, or take "
            f"one above 0 and up to {LEARNING_RATE}.",
        )
    losses = _names(compiled["loss"])
    if any(name in ONE_HOT_LOSSES for name in losses):
        return Finding(
            False,
            "This loss wants one-hot labels, rows of 0 and 1. Ours are whole numbers: it has a sparse twin.",
        )
    if not losses:
        return Finding(False, "There is no loss: tell compile that for labels that are whole numbers.")
    if any(name not in LOSSES for name in losses):
        return Finding(False, "The loss isn't the cross-entropy for labels that are whole numbers.")
    if any(settings.get("from_logits") for settings in _settings(compiled["loss"])):
        return Finding(
            False, "from_logits=True says that no softmax was applied yet, and your last layer applies one."
        )
    if any(settings.get("ignore_class") is not None for settings in _settings(compiled["loss"])):
        return Finding(False, "With ignore_class the loss passes over one of the ten digits. Leave it out.")
    if compiled.get("loss_weights") is not None:
        return Finding(
            False,
            "compile was given loss_weights, which nobody asked for. If you never wrote that word: they are "
            "its third argument, so write `metrics=` before the metrics.",
        )
    metrics = [name for name in _names(compiled["metrics"]) if name]
    if not metrics and compiled.get("weighted_metrics"):
        return Finding(False, "compile is given weighted_metrics. Name the accuracy among the plain metrics.")
    if not metrics:
        return Finding(False, "There is no metric: after training you would know the loss and no accuracy.")
    if "keras.Accuracy" in metrics:
        return Finding(
            False,
            "The class Accuracy compares labels with probabilities, number by number, and finds next to none "
            "equal. Ask for the metric by its name, and Keras takes the one that fits.",
        )
    if not any(name.lower() in METRICS for name in metrics):
        return Finding(False, f"The metric is {metrics[0]}, which is not the accuracy for such labels.")
    return Finding(True)


def _names(setting: Any) -> list[str]:
    """The names of all losses or metrics in a setting: strings, functions and objects, however nested."""
    if isinstance(setting, str):
        return [setting]
    if isinstance(setting, list):
        return [name for item in setting for name in _names(item)]
    if not isinstance(setting, dict):
        return []
    if "class" not in setting:  # one for each output, by name
        return _names(list(setting.values()))
    if setting["class"] == "function":
        return _names(setting["config"])
    if setting["class"] == "Accuracy":  # the string means something else
        return ["keras.Accuracy"]
    wrapped = setting["config"].get("fn") if isinstance(setting["config"], dict) else None
    return _names(wrapped) if wrapped else [setting["class"]]


def _settings(setting: Any) -> list[dict[str, Any]]:
    """The configurations of all objects in a setting."""
    if isinstance(setting, list):
        return [config for item in setting for config in _settings(item)]
    if not isinstance(setting, dict):
        return []
    if "class" not in setting:
        return _settings(list(setting.values()))
    return [setting["config"]] if isinstance(setting["config"], dict) else []
