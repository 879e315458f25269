"""Lesson 5c: how `sample_configurations` is checked."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying.training_process import are_drawn
from grader.references import training_process as reference

MANY = 400


def spaces(rng: np.random.Generator) -> Iterator[tuple]:
    """Spaces of lists and ranges with few draws and with many, each with a seed twice and with another."""
    first, second, third, other = (int(number) for number in rng.choice(2**31, 4, replace=False))
    decay = 10.0 ** -int(rng.integers(6, 9))
    yield {"rate": (0.001, 1.0)}, 3, first
    yield {"units": [16, 32]}, 4, first
    yield {"rate": (1e-5, 0.1), "units": [16, 64]}, MANY, first
    yield {"rate": (1e-5, 0.1), "units": [16, 64]}, MANY, second
    yield {"rate": (1e-5, 0.1), "units": [16, 64]}, MANY, second + 1
    yield {"rate": (1e-5, 0.1), "units": [16, 64]}, MANY, first
    yield {"rate": (0.0001, 1.0), "decay": (decay, 0.01)}, MANY, third
    mixed = {"activation": ["relu", "tanh", None], "batch_size": [8, 16, 32, 64], "rate": (0.001, 10.0)}
    yield mixed, MANY, other
    yield {"units": [100, 200, 300], "activation": ["relu", "tanh"]}, MANY, other


def drawn(of_range: Callable, of_list: Callable = lambda values, rng: values[rng.integers(len(values))]):
    """Configurations whose ranges and lists are drawn from in another way."""

    def answer(space, n, seed):
        rng = np.random.default_rng(seed)
        return [
            {
                name: (of_range if isinstance(values, tuple) else of_list)(values, rng)
                for name, values in space.items()
            }
            for _ in range(n)
        ]

    return answer


def on_log_scale(ends, rng):
    return float(np.exp(rng.uniform(*np.log(ends))))


def two_as_range(values, rng):
    is_range = len(values) == 2 and not any(isinstance(value, str) for value in values)
    return on_log_scale(values, rng) if is_range else values[rng.integers(len(values))]


def powers_of_ten(ends, rng):
    low, high = np.log10(ends).round().astype(int)
    return 10.0 ** int(rng.integers(low, high + 1))


def one_number(space: dict[str, Any], n: int, seed: int):
    """The same number for all names of a configuration."""

    def place(values, share):
        if isinstance(values, tuple):
            return float(values[0] * (values[1] / values[0]) ** share)
        return values[int(share * len(values))]

    shares = np.random.default_rng(seed).random(n)
    return [{name: place(values, share) for name, values in space.items()} for share in shares]


def begun_anew(space, n, seed):
    return [reference.sample_configurations(space, 1, seed)[0] for _ in range(n)]


EXERCISE = Exercise(
    reference=reference.sample_configurations,
    kind="property",
    verify=are_drawn,
    cases=spaces,
    mistakes=(
        Mistake(
            "linear_scale",
            drawn(lambda ends, rng: float(rng.uniform(*ends))),
            "The ranges are drawn from on a linear scale: from 0.00001 to 0.1, nine in ten would lie above "
            "0.01. Draw the logarithm.",
        ),
        Mistake(
            "exponents",
            drawn(lambda ends, rng: float(rng.uniform(*np.log10(ends)))),
            "What you give are logarithms. Make values of them again.",
        ),
        Mistake(
            "powers_of_ten",
            drawn(powers_of_ten),
            "From a range only powers of ten come. Anything in between may come, too.",
        ),
        Mistake(
            "ends_only",
            drawn(lambda ends, rng: ends[rng.integers(2)]),
            "A tuple is a range, and you choose one of its ends: whatever lies between them may come.",
        ),
        Mistake(
            "two_as_range",
            drawn(on_log_scale, two_as_range),
            "A list of two values is a choice between the two, and no range. What is a tuple tells a range.",
        ),
        Mistake(
            "one_number",
            one_number,
            "One number decides all values of a configuration, so they rise and fall together.",
        ),
        Mistake(
            "begun_anew",
            begun_anew,
            "All configurations are the same: the generator is made anew, from the same seed, for each.",
        ),
        Mistake(
            "seed_forgotten",
            lambda space, n, seed: reference.sample_configurations(space, n, 0),
            "Every seed gives the same configurations: use the one that is handed in.",
        ),
    ),
    hints=(
        "Make one generator from the seed, and go through the configurations and through the names of each.",
        "isinstance(values, tuple) tells a range from a list. Evenly on a logarithmic scale means that the "
        "logarithm is drawn evenly.",
        "For a range: rng.uniform between np.log(low) and np.log(high), then np.exp. For a list: an index "
        "from rng.integers(len(values)).",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
    seconds=10,
)
