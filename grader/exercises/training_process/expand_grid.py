"""Lesson 5c: how `expand_grid` is checked."""

import itertools
from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import training_process as reference

NAMES = ("units", "rate", "momentum", "decay", "activation", "batch_size")


def grids(rng: np.random.Generator) -> Iterator[tuple]:
    """No name to four names, values of several types, lists with one value, with none, with one twice."""
    yield ({},)
    yield ({"units": [16, 32, 64]},)
    yield ({"units": [16, 32], "rate": [0.1, 0.2]},)
    yield ({"units": [16, 8], "decay": []},)
    yield ({"rate": [0.5], "decay": [0.25]},)
    yield ({"units": [8, 8], "rate": [0.5, 0.25]},)
    yield ({"units": [8, 4, 2], "batch_size": [32, 16]},)
    yield ({"units": [8], "activation": ["tanh", "relu", None]},)
    for i in range(18):
        names = rng.permutation(NAMES)[: 2 + i % 3]
        yield ({str(name): values_of(str(name), int(rng.integers(1, 4)), rng) for name in names},)


def values_of(name: str, count: int, rng: np.random.Generator) -> list:
    """Values of a hyperparameter in no order, none of them twice."""
    if name == "activation":
        return [str(word) for word in rng.permutation(("relu", "tanh", "gelu"))[:count]]
    if name in ("units", "batch_size"):
        return [int(2**power) for power in rng.permutation(np.arange(2, 9))[:count]]
    return [float(value) for value in rng.permutation(np.arange(1, 10))[:count] / 100]


def zipped(grid):
    return [dict(zip(grid, values, strict=False)) for values in zip(*grid.values(), strict=False)]


def one_at_a_time(grid):
    usual = {name: values[0] for name, values in grid.items() if values}
    changed = [usual | {name: value} for name, values in grid.items() for value in values[1:]]
    return [usual, *changed]


def first_fastest(grid):
    names = list(grid)[::-1]
    found = [dict(zip(names, values, strict=True)) for values in itertools.product(*(grid[n] for n in names))]
    return [{name: one[name] for name in grid} for one in found]


EXERCISE = Exercise(
    reference=reference.expand_grid,
    cases=grids,
    mistakes=(
        Mistake(
            "zipped",
            zipped,
            "First goes with first and second with second: the lists ran side by side. Every value is to "
            "meet every other.",
        ),
        Mistake(
            "first_fastest",
            first_fastest,
            "All are there, and in another order: the last name's values change fastest.",
        ),
        Mistake(
            "sorted_names",
            lambda grid: reference.expand_grid({name: grid[name] for name in sorted(grid)}),
            "You went through the names in the order of the alphabet. They are to stay in the grid's own.",
        ),
        Mistake(
            "one_at_a_time",
            one_at_a_time,
            "Only one value differs from the first ones at a time. A grid has all combinations.",
        ),
        Mistake(
            "tuples",
            lambda grid: [tuple(values) for values in itertools.product(*grid.values())],
            "The combinations are right, but nobody knows which value is which: make a dict of each.",
        ),
        Mistake(
            "nothing_for_nothing",
            lambda grid: reference.expand_grid(grid) if grid else [],
            "Of an empty grid one combination is left, that in which nothing is set: `[{}]`.",
        ),
        Mistake(
            "empty_list_skipped",
            lambda grid: reference.expand_grid({name: values for name, values in grid.items() if values}),
            "A name without a value can't be set, so there is no combination at all.",
        ),
        Mistake(
            "sorted_values",
            lambda grid: reference.expand_grid({n: sorted(v, key=str) for n, v in grid.items()}),
            "You sorted the values. They are to stay in the order in which they stand in their lists.",
        ),
    ),
    hints=(
        "Begin with the list of one empty dict, and take one name after the other: what becomes of the list?",
        "Each dict of the list becomes several, one for each of the name's values. Which of two loops must "
        "be the outer one, so that the last name changes fastest?",
        "The standard library has it ready: itertools.product(*grid.values()) yields the combinations of "
        "values, in this order. dict(zip(grid, values)) gives them their names back.",
    ),
    difficulty=2,
    importance=3,
    minutes=6,
)
