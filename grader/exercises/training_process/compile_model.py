"""Lesson 5c: how `compile_model` is checked."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.models import packed, with_random_weights
from grader.exercises.verifying.training_process_models import is_compiled_for
from grader.references import training_process as reference

SAMPLES, INPUTS = 40, 4
ENDS = {
    "binary": (1, "sigmoid"),
    "multiclass": (3, "softmax"),
    "multilabel": (5, "sigmoid"),
    "regression": (1, "linear"),
}


@cache
def last_layer(units: int, activation: str) -> Any:
    """A model of a single layer, its weights still to be set."""
    import keras

    output = keras.layers.Dense(units, activation, name="output")
    return keras.Sequential([keras.Input((INPUTS,), name="features"), output], name="network")


def models_of_tasks(rng: np.random.Generator) -> Iterator[Case]:
    """A small model for each task, and samples with labels, of which some six in ten are drawn by lot."""
    for task in rng.permutation(list(ENDS)):
        units, activation = ENDS[str(task)]
        model = with_random_weights(last_layer(units, activation), rng)
        x = rng.normal(0, 1, (SAMPLES, INPUTS)).round(2).astype(np.float32)
        outputs = np.asarray(model(x))
        y = labels_of(str(task), outputs, rng)
        yield Case(
            (packed(model), str(task)),
            inputs=(x, y),
            secret={"weights": model.get_weights(), "outputs": outputs, "labels": y},
        )


def labels_of(task: str, outputs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    n, units = outputs.shape
    if task == "regression":
        return (outputs + rng.normal(0, 2, (n, 1))).round(2).astype(np.float32)
    is_drawn = rng.random(n if task == "multiclass" else (n, units)) < 0.6
    if task == "multiclass":
        return np.where(is_drawn, rng.integers(0, units, n), outputs.argmax(axis=1))
    return np.where(is_drawn, rng.integers(0, 2, (n, units)), outputs > 0.5).astype(int)


def compiled(losses=(), metrics=()):
    """Losses and metrics as they should be, but for some tasks."""

    def answer(model, task):
        loss, metric = (LOSSES | dict(losses))[task], (METRICS | dict(metrics))[task]
        model.compile("adam", loss, metrics=[metric])
        return model

    return answer


LOSSES = {
    "binary": "binary_crossentropy",
    "multiclass": "sparse_categorical_crossentropy",
    "multilabel": "binary_crossentropy",
    "regression": "mse",
}
METRICS = {
    "binary": "accuracy",
    "multiclass": "accuracy",
    "multilabel": "binary_accuracy",
    "regression": "mae",
}


def accuracies(model, task):
    """The sheet's `Accuracy()` wherever something is right or wrong."""
    import keras

    metric = METRICS[task] if task == "regression" else keras.metrics.Accuracy()
    model.compile("adam", LOSSES[task], metrics=[metric])
    return model


def not_compiled(model, task):
    return model


def no_metric(model, task):
    model.compile("adam", LOSSES[task])
    return model


EXERCISE = Exercise(
    reference=reference.compile_model,
    kind="model",
    verify=is_compiled_for,
    artefact="model",
    objects=True,
    cases=models_of_tasks,
    mistakes=(
        Mistake(
            "accuracy_object",
            accuracies,
            "keras.metrics.Accuracy() asks whether a probability is equal to its label, which it hardly ever "
            "is; with several classes it may not even have a shape to compare. There are metrics that round "
            "first, or take the largest.",
        ),
        Mistake(
            "accuracy_for_labels",
            compiled(metrics={"multilabel": "accuracy"}),
            "This metric asks only for the largest output of each row, as if one label excluded the others; "
            'for rows of 0 and 1 so does the string "accuracy". Name the metric that looks at each label.',
        ),
        Mistake(
            "one_hot_loss",
            compiled(losses={"multiclass": "categorical_crossentropy"}),
            "These labels are whole numbers, and your loss wants a number for each output. There is a loss "
            "for whole numbers.",
        ),
        Mistake(
            "classes_for_labels",
            compiled(losses={"multilabel": "categorical_crossentropy"}),
            "This loss is for labels that exclude each other. With several labels at once, each is a yes or "
            "no of its own.",
        ),
        Mistake(
            "accuracy_of_numbers",
            compiled(metrics={"regression": "accuracy"}),
            "No real number is right or wrong: in a regression, ask how far off the predictions are.",
        ),
        Mistake(
            "no_metric",
            no_metric,
            "There is a loss and no metric. Let a person see how many are right, too.",
        ),
        Mistake("not_compiled", not_compiled, "The model came back as it was: nothing was compiled."),
    ),
    hints=(
        "The losses are those of `output_head`, lesson 5b. What is left is the metric: of which answers is "
        "the share asked for, and in the regression, what distance?",
        'The string "accuracy" lets Keras choose, by the shape of what comes out. For which of the four '
        "tasks does it choose wrongly? evaluate shows you.",
        'In full, the metrics are "binary_accuracy" twice, "sparse_categorical_accuracy" and '
        '"mean_absolute_error". compile takes optimizer, loss and a list of metrics; then return the model.',
    ),
    difficulty=2,
    importance=5,
    minutes=8,
    seconds=30,
    megabytes=2048,
)
