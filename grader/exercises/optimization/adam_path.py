"""Lesson 3b: how `adam_path` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Exercise, Fault, Mistake
from grader.references import optimization as reference


def paths(rng: np.random.Generator) -> Iterator[tuple[Live, np.ndarray, float, float, int]]:
    """Bowls and double wells of one to four dimensions, zero to eight steps, an epsilon up to 0.1."""
    for epsilon, steps in ((0.1, 0), (0.1, 1), (0.0, 3)):
        slope = Live("function", ["quadratic_gradient", {"A": np.array([[2.0]]), "b": np.zeros(1)}])
        yield slope, np.array([1.0]), 0.1, epsilon, steps
    for i in range(16):
        d, steps = int(rng.integers(1, 5)), int(rng.integers(1, 9))
        diagonal = np.diag(rng.uniform(0.5, 3, d).round(1))
        bowl = ["quadratic_gradient", {"A": diagonal, "b": rng.normal(0, 1, d).round(1)}]
        well = ["double_well_gradient", {"tilt": round(rng.uniform(-0.3, 0.3), 2)}]
        slope = Live("function", well if i % 3 == 0 else bowl)
        theta = (rng.choice((-1, 1), d) * rng.uniform(0.3, 2, d)).round(1)
        yield slope, theta, float(rng.choice((0.05, 0.1))), (0.1, 0.01)[i % 2], steps


def in_place(g, theta, learning_rate, epsilon, steps):
    path = reference.adam_path(g, theta, learning_rate, epsilon, steps)
    theta[:] = path[-1]
    return path


EXERCISE = Exercise(
    reference=reference.adam_path,
    task="repair",
    cases=paths,
    faults=(
        Fault(
            "one_array",
            "    m = np.zeros_like(theta)\n    v = np.zeros_like(theta)\n",
            "    m = v = np.zeros_like(theta)\n",
            "The first step is a little too short, and it gets worse: the two moments are two names for one "
            "array.",
        ),
        Fault(
            "t_stands_still",
            "    for t in range(1, steps + 1):\n",
            "    t = 1\n    for _ in range(steps):\n",
            "The first step is right, the later ones are not: the correction stays that of the first step.",
        ),
        Fault(
            "epsilon_inside",
            "(np.sqrt(v_hat) + epsilon)",
            "np.sqrt(v_hat + epsilon)",
            "The steps are right only where ε is 0. Compare with the formula where it stands.",
        ),
        Fault(
            "path_of_one_point",
            "        path.append(theta.copy())\n",
            "        path.append(theta)\n",
            "All rows behind the first are the last: the same array was appended each time, and changed "
            "afterwards.",
        ),
    ),
    mistakes=(
        Mistake(
            "argument_changed",
            in_place,
            "The points are right, but theta itself was moved: it was to be left as it was.",
        ),
    ),
    hints=(
        "There are four faults. Take one dimension and two steps, and compute both by hand: which numbers "
        "differ first?",
        "In NumPy two names can mean one array, and what changes an array in place changes it under both "
        "names. That concerns two of the faults.",
        "The other two: which t belongs to the third step, and what exactly stands under the root?",
    ),
    difficulty=3,
    importance=4,
    minutes=15,
)
