"""Lesson 7b: how `gru_step` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.recurrent_networks.cases import cells, normal, sigmoid
from grader.references import recurrent_networks as reference


def steps(rng: np.random.Generator) -> Iterator[tuple]:
    """One unit with its gates wide open or shut, and drawn cells with two biases."""
    one, none = np.ones((1, 1)), np.zeros((1, 3))
    yield one, 4 * one, none, none, np.zeros((2, 3))
    for of_x, of_h in (([9.0, 0, 1], [0.0, 0, 0]), ([-9.0, 9, 0], [0.0, 0, 1]), ([-9.0, -9, 0], [0.0, 0, 1])):
        yield one, 4 * one, none, np.array([[0.0, 0, 0.5]]), np.array([of_x, of_h])
    for i, ((n, d, u), weights) in enumerate(cells(rng, 3, (2,))):
        given = (normal(rng, n, d), normal(rng, n, u), *weights)
        yield tuple(part.astype(np.float32) for part in given) if i % 6 == 5 else given


def of_parts(form: Callable):
    """Another use of the three sums of x, the three of h, and h."""

    def answer(x, h, Wx, Wh, b):
        of_x, of_h = (np.split(part, 3, axis=1) for part in (x @ Wx + b[0], h @ Wh + b[1]))
        return form(of_x, of_h, h)

    return answer


def gates(of_x, of_h):
    return (sigmoid(of_x[i] + of_h[i]) for i in (0, 1))


def other_way(of_x, of_h, h):
    z, r = gates(of_x, of_h)
    return (1 - z) * h + z * np.tanh(of_x[2] + r * of_h[2])


def reset_forgotten(of_x, of_h, h):
    z, _ = gates(of_x, of_h)
    return z * h + (1 - z) * np.tanh(of_x[2] + of_h[2])


def gates_swapped(of_x, of_h, h):
    r, z = gates(of_x, of_h)
    return z * h + (1 - z) * np.tanh(of_x[2] + r * of_h[2])


def not_squashed(of_x, of_h, h):
    z, r = gates(of_x, of_h)
    return z * h + (1 - z) * (of_x[2] + r * of_h[2])


def reset_of_all(of_x, of_h, h):
    z, r = gates(of_x, of_h)
    return z * h + (1 - z) * np.tanh(r * (of_x[2] + of_h[2]))


def candidate_alone(of_x, of_h, h):
    z, r = gates(of_x, of_h)
    return (1 - z) * np.tanh(of_x[2] + r * of_h[2])


def reset_before(x, h, Wx, Wh, b):
    """The reset gate on h, as in the paper: `reset_after=False`."""
    u = h.shape[1]
    z, r = np.split(sigmoid((x @ Wx + b[0] + h @ Wh + b[1])[:, : 2 * u]), 2, axis=1)
    g = np.tanh((x @ Wx + b[0])[:, 2 * u :] + (r * h) @ Wh[:, 2 * u :] + b[1, 2 * u :])
    return z * h + (1 - z) * g


def with_biases(change: Callable):
    return lambda x, h, Wx, Wh, b: reference.gru_step(x, h, Wx, Wh, change(b))


def both_biases_outside(x, h, Wx, Wh, b):
    return reference.gru_step(x, h, Wx, Wh, np.stack([b.sum(axis=0), np.zeros_like(b[0])]))


EXERCISE = Exercise(
    reference=reference.gru_step,
    cases=steps,
    mistakes=(
        Mistake(
            "other_way",
            of_parts(other_way),
            "z and 1 − z have changed places. In Keras z near 1 keeps the old state; one of the papers "
            "has it the other way.",
        ),
        Mistake(
            "reset_before",
            reset_before,
            "Your reset gate acts on h before the product. It has to act on the product h · Wh + b₁.",
        ),
        Mistake(
            "reset_forgotten",
            of_parts(reset_forgotten),
            "The reset gate makes no difference in your answer.",
        ),
        Mistake(
            "gates_swapped",
            of_parts(gates_swapped),
            "The two gates have changed places: the first part is the update gate.",
        ),
        Mistake("not_squashed", of_parts(not_squashed), "The candidate goes through tanh."),
        Mistake(
            "reset_of_all",
            of_parts(reset_of_all),
            "The reset gate damps what comes of x, too. It acts on what comes of h alone.",
        ),
        Mistake(
            "candidate_alone",
            of_parts(candidate_alone),
            "Of the old state nothing is kept: z · h is missing.",
        ),
        Mistake(
            "second_bias_forgotten",
            with_biases(lambda b: b * np.array([[1.0], [0.0]])),
            "b has two rows. The second one belongs to h · Wh.",
        ),
        Mistake(
            "both_biases_outside",
            both_biases_outside,
            "The second row of b was added to what comes of x. In the candidate, the reset gate acts on it, "
            "too.",
        ),
    ),
    hints=(
        "Make two arrays of shape (n, 3u), one of x with its bias and one of h with its own, and cut each in "
        "three.",
        "The first parts together give z, the second parts r. In the third, what comes of h is multiplied by "
        "r before the two are added.",
        "z and r are sigmoids of sums; g = np.tanh(third part of x + r · third part of h). Then z of the old "
        "state, and 1 − z of g.",
    ),
    difficulty=3,
    importance=4,
    minutes=10,
)
