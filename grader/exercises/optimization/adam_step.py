"""Lesson 3b: how `adam_step` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.optimization.cases import SHAPES, arrays
from grader.references import optimization as reference


def adam_steps(rng: np.random.Generator) -> Iterator[tuple]:
    """The first step and later ones, t up to 1000; zero and tiny gradients; an epsilon that counts."""
    for theta, grad, m, v, t, rate, beta_1, beta_2, epsilon in (
        ([1.0], [4.0], [0.0], [0.0], 1, 0.5, 0.75, 0.5, 1e-7),
        ([1.0], [-4.0], [0.0], [0.0], 1, 0.001, 0.9, 0.999, 1e-7),
        ([1.0], [2.0], [1.0], [3.0], 2, 0.1, 0.5, 0.5, 0.1),
        ([1.0], [0.0], [0.0], [0.0], 1, 0.1, 0.9, 0.999, 1e-7),
        ([1.0, 1.0], [100.0, 0.01], [0.0, 0.0], [0.0, 0.0], 1, 0.1, 0.9, 0.999, 1e-7),
        ([1.0, 1.0], [1e-6, -1e-6], [0.0, 0.0], [0.0, 0.0], 1, 0.1, 0.9, 0.999, 1e-7),
        ([2.0, -1.0], [1.0, 1.0], [0.5, -0.5], [1.0, 0.25], 3, 0.1, 0.8, 0.9, 0.01),
        ([[1.0, 0.0]], [[0.5, -0.5]], [[0.0, 1.0]], [[4.0, 0.5]], 1000, 0.1, 0.9, 0.999, 0.1),
    ):
        yield np.array(theta), np.array(grad), np.array(m), np.array(v), t, rate, beta_1, beta_2, epsilon
    for shape in SHAPES:
        theta, grad, m, v = arrays(rng, 4, shape)
        beta_1, beta_2 = float(rng.choice((0.5, 0.9))), float(rng.choice((0.9, 0.99, 0.999)))
        epsilon = float(rng.choice((1e-7, 0.01, 0.1)))
        rate, t = float(rng.choice((0.01, 0.1))), int(rng.integers(2, 30))
        yield theta, grad, m, np.abs(v), t, rate, beta_1, beta_2, epsilon


def adam_with(
    move=lambda m_hat, v_hat, epsilon, correction: m_hat / (np.sqrt(v_hat) + epsilon),
    share=lambda beta, t: 1 - beta**t,
    share_of_v=None,
    square=lambda grad: grad**2,
    state=lambda m, v, m_hat, v_hat: (m, v),
):
    """Adam with one part of it exchanged.

    Args:
        move: the step without the learning rate; `correction` is what `v` was divided by.
        share: what the averages are divided by.
        share_of_v: what v is divided by, if something else.
        square: what is averaged in v.
        state: what is returned beside theta.
    """

    def answer(theta, grad, m, v, t, rate, beta_1, beta_2, epsilon):
        m = beta_1 * m + (1 - beta_1) * grad
        v = beta_2 * v + (1 - beta_2) * square(grad)
        correction = (share_of_v or share)(beta_2, t)
        m_hat, v_hat = m / share(beta_1, t), v / correction
        step = move(m_hat, v_hat, epsilon, correction)
        return theta - rate * step, *state(m, v, m_hat, v_hat)

    return answer


def adam_in_place(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m += (1 - beta_1) * (grad - m)
    v += (1 - beta_2) * (grad**2 - v)
    theta -= learning_rate * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + epsilon)
    return theta, m, v


def right_share(beta, t):
    return 1 - beta**t


def no_share(beta, t):
    return 1.0


EXERCISE = Exercise(
    reference=reference.adam_step,
    cases=adam_steps,
    mistakes=(
        Mistake(
            "uncorrected",
            adam_with(share=no_share),
            "The bias correction is missing: in the first steps the averages, which start at 0, are far "
            "too small.",
        ),
        Mistake(
            "only_m_corrected",
            adam_with(share_of_v=no_share),
            "m was corrected and v wasn't: both start at 0, and both are too small in the first steps.",
        ),
        Mistake(
            "only_v_corrected",
            adam_with(share=no_share, share_of_v=right_share),
            "v was corrected and m wasn't: both start at 0, and both are too small in the first steps.",
        ),
        Mistake(
            "uphill",
            adam_with(move=lambda m, v, epsilon, correction: -m / (np.sqrt(v) + epsilon)),
            "The step goes uphill. The gradient points to where the loss grows: look at the sign in the "
            "last formula.",
        ),
        Mistake(
            "averages_lost",
            lambda *arguments: reference.adam_step(*arguments)[0],
            "Only the parameters came back. The next step needs both averages, too: return all three.",
        ),
        Mistake(
            "betas_swapped",
            lambda theta, grad, m, v, t, rate, beta_1, beta_2, epsilon: reference.adam_step(
                theta, grad, m, v, t, rate, beta_2, beta_1, epsilon
            ),
            "β₁ and β₂ have changed places: the first is the share of m, the second that of v.",
        ),
        Mistake(
            "corrected_state",
            adam_with(state=lambda m, v, m_hat, v_hat: (m_hat, v_hat)),
            "The corrected averages were returned. The next step goes on from the plain m and v, "
            "or it corrects what is corrected already.",
        ),
        Mistake(
            "keras_epsilon",
            adam_with(
                move=lambda m, v, epsilon, correction: m / (np.sqrt(v) + epsilon / np.sqrt(correction))
            ),
            "This is Keras's place for ε: it is added to the root of the uncorrected v. In the cheat "
            "sheet's formula it is added to the root of the corrected one.",
        ),
        Mistake(
            "epsilon_inside",
            adam_with(move=lambda m, v, epsilon, correction: m / np.sqrt(v + epsilon)),
            "ε was added under the root. In Adam's formula it stands outside.",
        ),
        Mistake(
            "epsilon_forgotten",
            adam_with(move=lambda m, v, epsilon, correction: m / np.sqrt(v)),
            "ε is missing: a gradient that has always been 0 gives 0 / 0 = nan.",
        ),
        Mistake(
            "one_step_late",
            adam_with(share=lambda beta, t: 1 - beta ** (t + 1)),
            "The correction uses t + 1. Here t is 1 in the first step already.",
        ),
        Mistake(
            "one_step_early",
            adam_with(share=lambda beta, t: 1 - beta ** (t - 1)),
            "The correction uses t − 1, and divides by 0 in the first step. t counts from 1 already.",
        ),
        Mistake(
            "exponent_forgotten",
            adam_with(share=lambda beta, t: 1 - beta),
            "The correction is that of the first step in every step: the power t is missing.",
        ),
        Mistake(
            "times_t",
            adam_with(share=lambda beta, t: 1 - beta * t),
            "β was multiplied by t. In β₁ᵗ the t is an exponent: `**`.",
        ),
        Mistake(
            "root_forgotten",
            adam_with(move=lambda m, v, epsilon, correction: m / (v + epsilon)),
            "The step was divided by the corrected average of the squares. The formula has its root.",
        ),
        Mistake(
            "gradient_not_squared",
            adam_with(square=np.abs),
            "v averages the gradient's size. It must average its square.",
        ),
        Mistake(
            "in_place",
            adam_in_place,
            "The values are right, but the given arrays themselves were changed. Make new ones.",
        ),
    ),
    hints=(
        "Five lines, one for each formula of the statement, in that order.",
        "Keep four names apart: m and v, which are returned, and their corrected twins, which are only used "
        "in the last formula.",
        "The powers are `beta_1**t` and `beta_2**t`. In the last line divide the corrected m by the "
        "bracket of np.sqrt of the corrected v, plus ε.",
    ),
    returns=("theta", "m", "v"),
    difficulty=3,
    importance=5,
    minutes=10,
)
