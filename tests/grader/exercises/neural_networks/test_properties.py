"""Lesson 2: what is judged by its properties, right in other ways and wrong in other ways."""

import numpy as np
import pytest
import scipy.optimize
from asking import cases_of, each_of, verdict

from grader.judging.bank import PUBLIC_SEED
from grader.references import neural_networks as reference

SEEDS = (PUBLIC_SEED, "another")


def looped_flip(x, w, b):
    score = sum(float(a) * float(c) for a, c in zip(x, w, strict=True)) + b
    squared = sum(float(c) ** 2 for c in w)
    return [float(a) - score * float(c) / squared for a, c in zip(x, w, strict=True)]


def unit_vector_flip(x, w, b):
    length = np.sqrt(np.sum(w**2))
    return x - w / length * ((np.dot(x, w) + b) / length) * 1.0005


def float32_flip(x, w, b):
    x, w, b = x.astype(np.float32), w.astype(np.float32), np.float32(b)
    return x - (x @ w + b) / (w @ w) * w


def optimised_flip(x, w, b):
    on_it = {"type": "eq", "fun": lambda new: new @ w + b}
    return scipy.optimize.minimize(lambda new: np.sum((new - x) ** 2), x, constraints=[on_it]).x


def kinks_of_other_steepness(knots, values):
    W1, b1, W2, b2 = reference.piecewise_network(knots, values)
    return 4 * W1, 4 * b1, W2 / 4, b2


def from_the_right(knots, values):
    """The same picture, seen in a mirror."""
    W1, b1, W2, b2 = reference.piecewise_network(-knots[::-1], values[::-1])
    return [(-W1).tolist(), b1.tolist(), W2.tolist(), b2.tolist()]


def with_a_constant_unit(knots, values):
    """A unit that is always on instead of the output's bias."""
    W1, b1, W2, _ = reference.piecewise_network(knots, values)
    first = np.array([[values[0]]], float)
    return np.append(W1, [[0.0]], axis=1), np.append(b1, 1.0), np.append(W2, first, axis=0), np.zeros(1)


def in_float32(knots, values):
    return tuple(part.astype(np.float32) for part in reference.piecewise_network(knots, values))


def looped_waking(X, W, b):
    new = list(b)
    for j in range(len(b)):
        sums = sorted(float(x @ W[:, j]) for x in X)
        on = [z + b[j] > 0 for z in sums]
        if (all(on) or not any(on)) and sums[0] != sums[-1]:
            new[j] = -(0.9 * sums[0] + 0.1 * sums[-1])
    return new


def woken_at_the_mean(X, W, b):
    """The mean lies between the smallest and the largest sum, however far out one of them is."""
    on = X @ W + b > 0
    fine = (on.any(axis=0) & ~on.all(axis=0)) | ~W.any(axis=0)
    return np.where(fine, b, -(X @ W).mean(axis=0)).astype(np.float32)


ALSO_RIGHT = {
    "smallest_flip": [looped_flip, unit_vector_flip, float32_flip, optimised_flip],
    "piecewise_network": [kinks_of_other_steepness, from_the_right, with_a_constant_unit, in_float32],
    "wake_units": [looped_waking, woken_at_the_mean],
}
NOT_NUMPY = (optimised_flip,)


@each_of(ALSO_RIGHT)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_answer_is_accepted(name, answer, seed):
    found = verdict(name, answer, seed)
    wanted = "refused" if answer in NOT_NUMPY else "passed"
    assert found.status == wanted, found.message


WRONG = {
    "further by 1 %": (
        "smallest_flip",
        lambda x, w, b: x + 1.01 * (reference.smallest_flip(x, w, b) - x),
        "1.01 ×",
    ),
    "not there": (
        "smallest_flip",
        lambda x, w, b: x + 0.99 * (reference.smallest_flip(x, w, b) - x),
        "doesn't flip",
    ),
    "the change alone": ("smallest_flip", lambda x, w, b: reference.smallest_flip(x, w, b) - x, ""),
    "nan": ("smallest_flip", lambda x, w, b: x * np.nan, "NaN"),
    "a row": ("smallest_flip", lambda x, w, b: reference.smallest_flip(x, w, b)[None], "shape"),
    "words": ("smallest_flip", lambda x, w, b: ["left"] * len(x), "numbers"),
    "interpolation": (
        "piecewise_network",
        lambda knots, values: np.interp(knots, knots, values),
        "four arrays",
    ),
    "values alone": ("piecewise_network", lambda knots, values: values, "four arrays"),
    "in another order": (
        "piecewise_network",
        lambda knots, values: reference.piecewise_network(knots, values)[::-1],
        "biases in b1",
    ),
    "a bias that is a number": (
        "piecewise_network",
        lambda knots, values: (*reference.piecewise_network(knots, values)[:3], values[0]),
        "b2 must have the shape (1,)",
    ),
    "through the points, and not straight": (
        "piecewise_network",
        lambda knots, values: shifted_kinks(knots, values),
        "At x =",
    ),
    "one unit the less": (
        "wake_units",
        lambda X, W, b: reference.wake_units(X, W, b)[:-1],
        "must have the shape",
    ),
    "just at the smallest sum": (
        "wake_units",
        lambda X, W, b: np.where(reference.wake_units(X, W, b) == b, b, 1e-9 - (X @ W).min(axis=0)),
        "on for all samples",
    ),
    "just at the largest sum": (
        "wake_units",
        lambda X, W, b: np.where(reference.wake_units(X, W, b) == b, b, -1e-9 - (X @ W).max(axis=0)),
        "off for all samples",
    ),
}


def shifted_kinks(knots, values):
    W1, b1, W2, b2 = reference.piecewise_network(knots, values)
    return W1, b1 + 0.01, W2, b2


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_answer_is_refused_and_told_why(case, seed):
    name, answer, words = WRONG[case]
    found = verdict(name, answer, seed)
    assert found.status in ("failed", "error")
    assert words in found.message


def test_edges_of_smallest_flip():
    cases = cases_of("smallest_flip")
    scores = [float(x @ w + b) for x, w, b in cases]
    assert 0 in scores
    assert min(scores) < 0 < max(scores)
    assert {1, 2, 50} <= {len(x) for x, _, _ in cases}
    assert all(w.any() for _, w, _ in cases)


def test_edges_of_piecewise_network():
    cases = cases_of("piecewise_network")
    assert min(len(knots) for knots, _ in cases) == 2
    assert all((np.diff(knots) > 0.1).all() for knots, _ in cases)
    assert any(knots[0] < 0 < knots[-1] for knots, _ in cases)
    assert any(knots[0] > 0 for knots, _ in cases)


@pytest.mark.parametrize("seed", range(5))
def test_edges_of_wake_units(seed):
    """Each kind of unit is there, and no sum so near 0 that rounding decides."""
    kinds = set()
    for X, W, b in cases_of("wake_units", seed):
        sums = X @ W + b
        kinds |= set(
            zip(*(found.tolist() for found in ((sums > 0).any(0), (sums > 0).all(0), W.any(0))), strict=True)
        )
        assert np.abs([sums.min(axis=0), sums.max(axis=0)]).min() > 1e-3
        spread = np.ptp(X @ W, axis=0)
        assert np.all((spread > 0.01) | ~W.any(axis=0))
    assert {(False, False, True), (True, True, True), (True, False, True)} <= kinds
    assert any(not has_weights for *_, has_weights in kinds)


def test_edges_of_classify():
    cases = cases_of("classify")
    assert any(len(X) == 1 for X, _ in cases)
    assert any(len(layers) > 1 and len(X) == len(layers[0][1]) for X, layers in cases)
    assert any(len(layers) == 1 for _, layers in cases)
    assert any((reference.mlp_forward(X, with_activations(layers)) < 0).all() for X, layers in cases)


def with_activations(layers):
    return [(W, b, "relu" if i + 1 < len(layers) else None) for i, (W, b) in enumerate(layers)]
