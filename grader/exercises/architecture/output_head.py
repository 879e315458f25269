"""Lesson 5b: how `output_head` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import architecture as reference

NO_TASKS = ("classification", "Binary", "")


def tasks(rng: np.random.Generator) -> Iterator[tuple]:
    """All four tasks, two classes among the numbers of classes, and words that are no task."""
    yield ("binary",)
    yield ("regression",)
    yield "binary", 2
    yield "regression", 3
    for task in ("multiclass", "multilabel"):
        yield task, 2
        for k in rng.choice(np.arange(3, 300), 9, replace=False):
            yield task, int(k)
    for word in NO_TASKS:
        yield (word,)


def with_heads(**heads):
    """An answer that differs for some tasks, each given as a function of the number of classes."""

    def answer(task, num_classes=None):
        return heads[task](num_classes) if task in heads else reference.output_head(task, num_classes)

    return answer


def no_error(task, num_classes=None):
    known = ("binary", "multiclass", "multilabel", "regression")
    return reference.output_head(task if task in known else "regression", num_classes)


SHORT = {"mean_squared_error": "mse", "binary_crossentropy": "bce"}


def short_names(task, num_classes=None):
    units, activation, loss = reference.output_head(task, num_classes)
    return units, activation, SHORT.get(loss, loss)


def as_none(task, num_classes=None):
    units, activation, loss = reference.output_head(task, num_classes)
    return units, None if activation == "linear" else activation, loss


EXERCISE = Exercise(
    reference=reference.output_head,
    cases=tasks,
    returns=("units", "activation", "loss"),
    mistakes=(
        Mistake(
            "softmax_for_labels",
            with_heads(multilabel=lambda k: (k, "softmax", "categorical_crossentropy")),
            "Softmax makes its outputs share a sum of 1, so two labels can't both be likely. Here each label "
            "is a question of its own.",
        ),
        Mistake(
            "sigmoid_for_classes",
            with_heads(multiclass=lambda k: (k, "sigmoid", "binary_crossentropy")),
            "Of several classes one is right, so their probabilities must share a sum of 1. Sigmoids don't.",
        ),
        Mistake(
            "one_hot_loss",
            with_heads(multiclass=lambda k: (k, "softmax", "categorical_crossentropy")),
            "This loss wants rows of 0 and 1. Labels that are whole numbers have a loss of their own.",
        ),
        Mistake(
            "softmax_of_one",
            with_heads(binary=lambda k: (1, "softmax", "binary_crossentropy")),
            "Softmax of a single number is always 1. What makes a probability of one number?",
        ),
        Mistake(
            "two_units",
            with_heads(binary=lambda k: (2, "softmax", "sparse_categorical_crossentropy")),
            "Two units would do, but one is enough for yes or no: the other probability is what is left "
            "of 1.",
        ),
        Mistake(
            "units_of_num_classes",
            with_heads(
                binary=lambda k: (k, "sigmoid", "binary_crossentropy"),
                regression=lambda k: (k, "linear", "mean_squared_error"),
            ),
            "In a binary task and in a regression one number comes out, whatever num_classes is.",
        ),
        Mistake(
            "squashed_regression",
            with_heads(regression=lambda k: (1, "sigmoid", "mean_squared_error")),
            "A sigmoid never leaves 0 to 1, and a real number can be anything.",
        ),
        Mistake(
            "positive_regression",
            with_heads(regression=lambda k: (1, "relu", "mean_squared_error")),
            "ReLU can't give a number below 0, and a real number can be anything.",
        ),
        Mistake(
            "short_names",
            short_names,
            "Your heads are right, and Keras knows these short names. Here the full ones are asked for.",
        ),
        Mistake(
            "none",
            as_none,
            "None is a way to say it to Keras. Here the activation's name is asked for, which is in the "
            "list.",
        ),
        Mistake(
            "no_error",
            no_error,
            "A word that is no task got a head all the same. Whoever mistypes a task wants to be told.",
        ),
    ),
    hints=(
        "Ask of each task: how many numbers must come out, what values can they take, and must they share a "
        "sum?",
        "A number for each question, or for each class. Sigmoid answers one question by itself, softmax "
        "chooses one of several; a real number needs neither.",
        "A cross-entropy goes with each of the two. Labels that are whole numbers want the one called "
        "sparse, and a number is judged by the squared error. Four branches, then raise a ValueError.",
    ),
    difficulty=1,
    importance=5,
    minutes=5,
)
