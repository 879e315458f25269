"""Lesson 3a: how `wrong_gradient_entries` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Exercise, Mistake
from grader.exercises.backpropagation.cases import function
from grader.references import backpropagation as reference


def gradients(rng: np.random.Generator) -> Iterator[tuple[Live, Live, np.ndarray]]:
    """Cubic functions from tiny to huge, with small entries beside large ones; none to two of them wrong."""
    for i in range(30):
        d = (1, 2, 3, 4, 6, 6)[i % 6]
        within = rng.uniform(0, 3, d) if i % 2 else np.zeros(d)  # powers of ten between the entries
        size = 10.0 ** (within + (-6, -3, 0, 3)[i % 4] + (0 if d > 1 else rng.uniform(0, 1)))
        weights = rng.choice((-1, 1), d) * rng.uniform(0.5, 2, d) * size
        shares = np.ones(d)
        if i % 3:
            wrong = rng.choice(d, min(d, 1 + i % 2), replace=False)
            shares[wrong] = rng.choice((0.98, 1.02, 0.5, -1.0), len(wrong))
            if i % 2:
                shares[within.argmin()] = 0.0  # small beside large ones, and wholly wrong
        cubes = function("weighted_cubes", weights=weights)
        derived = function("weighted_cubes_gradient", weights=weights, shares=shares)
        yield cubes, derived, rng.uniform(0.3, 2, d).round(2)
    for share in (1.0, 0.98):  # a million times smaller than the one beside it: with a tiny step, rounding
        weights = rng.choice((-1, 1), 2) * rng.uniform(0.5, 2, 2) * np.array([1e3, 1e-3])
        derived = function("weighted_cubes_gradient", weights=weights, shares=np.array([1.0, share]))
        yield function("weighted_cubes", weights=weights), derived, rng.uniform(0.5, 2, 2).round(2)
    weights = rng.uniform(2e-7, 3e-7, 2)  # a little off, and by less than np.isclose minds by itself
    shares = rng.permutation((1.0, rng.choice((0.98, 1.02))))
    cubes = function("weighted_cubes", weights=weights)
    yield cubes, function("weighted_cubes_gradient", weights=weights, shares=shares), np.array([0.7, 0.7])


def found(h: float = 1e-5, one_sided: bool = False, wrong=lambda off, true, all_true: off > 0.01 * abs(true)):
    """The entries of which a comparison with differences says that they are wrong."""

    def answer(f, g, theta):
        steps = h * np.eye(len(theta))
        behind = [f(theta) if one_sided else f(theta - step) for step in steps]
        width = h if one_sided else 2 * h
        true = np.array([f(theta + s) - b for s, b in zip(steps, behind, strict=True)]) / width
        off = np.abs(g(theta) - true)
        return [i for i in range(len(theta)) if wrong(off[i], true[i], true)]

    return answer


def sign_ignored(f, g, theta):
    """Right, but for entries of the right size and the wrong sign."""
    size = np.abs(reference.numerical_gradient(f, theta))
    return [int(i) for i in np.flatnonzero(np.abs(np.abs(g(theta)) - size) > 0.01 * size)]


EXERCISE = Exercise(
    reference=reference.wrong_gradient_entries,
    task="find",
    cases=gradients,
    mistakes=(
        Mistake(
            "absolute",
            found(wrong=lambda off, true, all_true: off > 1e-3),
            "A fixed limit calls small gradients right and large ones wrong.",
        ),
        Mistake(
            "step_too_small",
            found(h=1e-14),
            "With so small a step the difference is nothing but rounding.",
        ),
        Mistake(
            "one_sided",
            found(h=0.05, one_sided=True),
            "One-sided differences with a wide step are off by more than 1 % themselves.",
        ),
        Mistake(
            "whole_norm",
            found(wrong=lambda off, true, all_true: off > 0.01 * np.linalg.norm(all_true)),
            "A small entry can be wholly wrong beside a large one. Compare each with itself.",
        ),
        Mistake(
            "wrong_side",
            found(wrong=lambda off, true, all_true: off <= 0.01 * abs(true)),
            "You returned the entries that are right.",
        ),
        Mistake(
            "sign_ignored",
            sign_ignored,
            "An entry of the right size and the wrong sign is wrong, too.",
        ),
    ),
    hints=(
        "You have f, so you can compute each entry yourself, as in `numerical_gradient`.",
        "Compare entry by entry, and ask by which share of the true one it is off. No fixed number fits 1e-7 "
        "and 1e7.",
        "Central differences with h = 1e-5. An entry is wrong if the absolute difference is more than 0.01 "
        "times the absolute value of the true one.",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
)
