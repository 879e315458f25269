"""Lesson 5c: how `resumable_batches` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying.training_process import are_resumable
from grader.references import training_process as reference

FACTORS = (10, 13, 31, 100, 1000)


def epochs_of_runs(rng: np.random.Generator) -> Iterator[tuple]:
    """Epoch 7 before and after others, and pairs of seed and epoch that are easily taken for each other."""
    yield 1, 1, 3, 0
    yield 5, 8, int(rng.integers(1000)), 2
    yield 10, 4, int(rng.integers(1000)), 1
    seed = int(rng.integers(3, 1000))
    pairs = [(seed, 7), *((seed, epoch) for epoch in range(3)), (seed, 7), (seed, 12), (seed, 102)]
    pairs += [(seed + 1, 0), (seed + 1, 1), (seed + 1, 2), (1, 2), (2, 1), (3, 5), (5, 3), (1, 12), (11, 2)]
    for factor in FACTORS:  # whoever adds so many times the one to the other takes these for the same
        pairs += [(seed, factor), (seed + factor, 0)]
    for pair in pairs:
        yield 200, 32, *pair
    for epoch in (4, 5, 4):
        yield 60, 20, seed, epoch


def cut(order: np.ndarray, batch_size: int) -> list[np.ndarray]:
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def seeded(number: Callable[[int, int], int]):
    """Batches whose generator begins from a number that is made of the seed and the epoch."""
    return lambda n, batch_size, seed, epoch: cut(
        np.random.default_rng(number(seed, epoch)).permutation(n), batch_size
    )


KEPT: dict[int, np.random.Generator] = {}


def state_kept(n, batch_size, seed, epoch):
    """A generator for each seed that goes on from call to call."""
    return cut(KEPT.setdefault(seed, np.random.default_rng(seed)).permutation(n), batch_size)


def whole_batches(n, batch_size, seed, epoch):
    batches = cut(np.random.default_rng(seed).permutation(n), batch_size)
    places = np.random.default_rng([seed, epoch]).permutation(n // batch_size)
    return [batches[i] for i in places] + batches[n // batch_size :]


def in_order(n, batch_size, seed, epoch):
    return cut(np.arange(n), batch_size)


def rest_dropped(n, batch_size, seed, epoch):
    return reference.resumable_batches(n, batch_size, seed, epoch)[: n // batch_size]


def with_replacement(n, batch_size, seed, epoch):
    return cut(np.random.default_rng([seed, epoch]).integers(0, n, n), batch_size)


EXERCISE = Exercise(
    reference=reference.resumable_batches,
    kind="property",
    verify=are_resumable,
    cases=epochs_of_runs,
    forbidden=("seed", "set_state"),
    mistakes=(
        Mistake(
            "same_each_epoch",
            seeded(lambda seed, epoch: seed),
            "Every epoch has the same batches: the epoch must have its part in the draw.",
        ),
        Mistake(
            "seed_plus_epoch",
            seeded(lambda seed, epoch: seed + epoch),
            "The sum of seed and epoch is the same for many pairs: seed 1 in epoch 2 and seed 2 in epoch 1 "
            "are one run.",
        ),
        Mistake(
            "product",
            seeded(lambda seed, epoch: seed * epoch),
            "The product of seed and epoch is the same for many pairs, and in epoch 0 for all seeds.",
        ),
        Mistake(
            "seed_forgotten",
            seeded(lambda seed, epoch: epoch),
            "Every seed gives the same batches: use the one that is handed in.",
        ),
        Mistake(
            "state_kept",
            state_kept,
            "The same seed and epoch don't always give the same batches: after a restart, others would come. "
            "Begin each epoch from seed and epoch alone.",
        ),
        Mistake(
            "whole_batches",
            whole_batches,
            "Each batch holds the same indices in every epoch, whatever their order. Shuffle the "
            "indices before you cut them.",
        ),
        Mistake("in_order", in_order, "Nothing is shuffled: the indices come as they are."),
        Mistake(
            "rest_dropped",
            rest_dropped,
            "Indices that don't fill a batch were left out. They make a last one that is smaller.",
        ),
        Mistake(
            "with_replacement",
            with_replacement,
            "Each index was drawn anew, so some come twice. An epoch is all of them, in another order.",
        ),
    ),
    hints=(
        "A new generator for each epoch needs no memory of those before. What must it be made from?",
        "Seed and epoch both, and so that no other pair gives the same. np.random.default_rng takes more "
        "than a single number.",
        "np.random.default_rng([seed, epoch]) keeps the two apart. Its method `permutation` shuffles the "
        "indices, and slices cut them.",
    ),
    difficulty=2,
    importance=3,
    minutes=8,
    seconds=10,
)
