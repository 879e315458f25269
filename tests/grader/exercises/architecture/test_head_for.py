"""`head_for`: what its targets hold, heads that fit in other ways, and chance."""

import numpy as np
import pytest
from asking import BY_NAME, passes, verdict, whole_cases_of

from grader.child import plaindata
from grader.judging.bank import PUBLIC_SEED, bank_of
from grader.references import architecture as reference

SEEDS = (0, 1, 2)
GUESSERS = 1000
ACTIVATIONS = ("linear", "sigmoid", "softmax")
LOSSES = (
    *("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"),
    "mean_squared_error",
)


def by_kind(seed):
    found = {}
    for case in whole_cases_of("head_for", seed):
        found.setdefault(case.secret["kind"], []).append((case.arguments[0], case.secret["units"]))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_targets_are_of_one_kind_each(seed):
    kinds = by_kind(seed)
    assert {kind: len(ys) for kind, ys in kinds.items()} == {
        "binary": 4,
        "numbers": 4,
        "one_hot": 4,
        "labels": 4,
        "real": 8,
    }
    assert all(set(np.unique(y)) == {0, 1} for y, _ in kinds["binary"])
    assert all(y.min() < 0 or y.max() > 1 for y, _ in kinds["real"])
    assert all((y % 1).any() or y.min() < 0 or units > 1 for y, units in kinds["real"])
    assert sum(not (y % 1).any() for y, _ in kinds["real"]) == 2  # whole, though no class numbers
    assert any(len(np.unique(y)) < units for y, units in kinds["numbers"])
    assert all(y.max() == units - 1 for y, units in kinds["numbers"])
    assert all((y.sum(axis=1) == 1).all() for y, _ in kinds["one_hot"])
    assert any(not y.any(axis=0).all() for y, _ in kinds["one_hot"])
    assert all((y.sum(axis=1) != 1).any() for y, _ in kinds["labels"])
    assert any((y[:3].sum(axis=1) == 1).all() for y, _ in kinds["labels"])
    for kind in ("binary", "numbers", "one_hot", "labels"):
        assert {y.dtype.kind for y, _ in kinds[kind]} == {"i", "f"}


def in_keras_short_names(y):
    units, activation, loss = reference.head_for(y)
    short = {"mean_squared_error": "mse", "binary_crossentropy": "BinaryCrossentropy"}
    return [np.int64(units), None if activation == "linear" else activation, short.get(loss, loss)]


def with_other_fitting_losses(y):
    units, activation, loss = reference.head_for(y)
    if (units, activation) == (1, "sigmoid"):
        return 2, "softmax", "sparse_categorical_crossentropy"
    return units, activation, "huber" if loss == "mean_squared_error" else loss


@pytest.mark.parametrize("answer", [in_keras_short_names, with_other_fitting_losses])
@pytest.mark.parametrize("seed", ["one", "two"])
def test_heads_that_fit_as_well_pass(answer, seed):
    found = verdict("head_for", answer, seed)
    assert found.status == "passed", found.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda y: "softmax", "Three things"),
        (lambda y: (None, "softmax", "mse"), "number of units"),
        (lambda y: (np.nan, "softmax", "mse"), "number of units"),
        (lambda y: (1, ["softmax"], "mse"), "activation"),
        (lambda y: (1, "softmax", {}), "loss"),
        (lambda y: (1, "softmax", "no_such_loss"), "loss"),
    ],
)
def test_what_is_no_head_is_refused(answer, words):
    found = verdict("head_for", answer)
    assert found.status == "failed"
    assert words in found.message


def columns(case):
    (y,) = plaindata.decode(case, ours=True)
    return y.reshape(len(y), -1).shape[1]


@pytest.mark.parametrize("seed", [PUBLIC_SEED, "another"])
def test_no_constant_answer_passes(seed):
    cases = bank_of(BY_NAME["head_for"], seed).cases
    for activation in ACTIVATIONS:
        for loss in LOSSES:
            assert not passes("head_for", seed, [(columns(case), activation, loss) for case in cases])


@pytest.mark.parametrize("seed", [PUBLIC_SEED, "another"])
def test_nobody_passes_who_guesses(seed):
    rng = np.random.default_rng(0)
    cases = [columns(case) for case in bank_of(BY_NAME["head_for"], seed).cases]
    for _ in range(GUESSERS):
        answers = [(units, str(rng.choice(ACTIVATIONS)), str(rng.choice(LOSSES))) for units in cases]
        assert not passes("head_for", seed, answers)
