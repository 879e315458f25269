"""Lesson 7b: how `flip_flop` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.recurrent_networks import remembers
from grader.references import recurrent_networks as reference

SEQUENCES, STEPS = 60, 300  # drawn ones; twelve come with steady noise


def switches(rng: np.random.Generator) -> Iterator[Case]:
    """Noise up to ±0.3 with now and then a set or a reset; some sequences have none, some many."""
    noise = rng.uniform(-0.3, 0.3, (SEQUENCES, STEPS))
    share = np.linspace(0, 0.15, SEQUENCES)[:, None]  # of steps at which something happens
    happens = rng.random((SEQUENCES, STEPS)) < share
    inputs = np.where(happens, rng.choice((-1.0, 1.0), (SEQUENCES, STEPS)), noise)
    inputs[1::3, 0] = 1.0  # set at once, and then long nothing
    yield Case((), secret=np.concatenate([inputs.round(3), *map(with_steady_noise, (0.3, -0.3))]))


def with_steady_noise(noise: float) -> np.ndarray:
    """The worst noise that there is, and sets and resets at once, late, and many in a row."""
    inputs = np.full((6, STEPS), noise)
    inputs[1, 0], inputs[2, 0] = 1.0, -1.0
    inputs[3, [0, STEPS // 2]] = 1.0, -1.0
    inputs[4, :101] = [1.0] * 100 + [-1.0]
    inputs[5, :101] = [-1.0] * 100 + [1.0]
    return inputs


def with_gates(
    write=(60.0, -39.0), keep=(60.0, 39.0), candidate=(0.0, 20.0), show=(0.0, 20.0), order=(0, 1, 2, 3)
):
    """A hand-set cell, each gate with slope and bias, in the order in which they are written down."""

    def answer():
        gates = np.array([write, keep, candidate, show])[list(order)]
        return gates[:, :1].T.copy(), np.zeros((1, 4)), gates[:, 1].copy()

    return answer


EXERCISE = Exercise(
    reference=reference.flip_flop,
    kind="property",
    task="design",
    verify=remembers,
    cases=switches,
    packages=("numpy",),
    mistakes=(
        Mistake(
            "forgets",
            with_gates(keep=(2.0, 1.0)),
            "What does your forget gate say when nothing happens? Anything clearly below 1 is nothing "
            "after a hundred steps.",
        ),
        Mistake(
            "no_reset",
            with_gates(keep=(0.0, 20.0)),
            "−1 must close the forget gate.",
        ),
        Mistake(
            "adds_noise",
            with_gates(write=(60.0, 0.0)),
            "The input gate is open to noise.",
        ),
        Mistake(
            "order_of_papers",
            with_gates(candidate=(60.0, 0.0), order=(0, 1, 3, 2)),
            "These gates would do in the order i, f, o, g. Keras has the candidate third.",
        ),
        Mistake(
            "nothing_shown",
            with_gates(show=(0.0, 0.0)),
            "The output gate shows half of the state, which isn't above 0.5.",
        ),
    ),
    hints=(
        "What has each gate to say at +1, at −1, and at noise? Make a table of four rows and three columns.",
        "A gate is a sigmoid of slope · x + bias. For the input gate it must be near 1 at x = 1, and so near "
        "0 at x = 0.3 that three hundred steps add up to nothing. So where does it lie at one half?",
        "Input gate: large slope, one half at 0.65. Forget gate: large slope, one half at −0.65. Candidate "
        "and output gate: a large bias alone. Wh may be zeros.",
    ),
    difficulty=4,
    importance=4,
    minutes=15,
)
