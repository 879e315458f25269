"""Lesson 3b: how `minibatches` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import optimization as reference


def epochs(rng: np.random.Generator) -> Iterator[tuple[int, int, int]]:
    """Sizes that the batch size divides and that it doesn't, a batch of one, one batch of all, and beyond."""
    yield from ((1, 1, 0), (2, 1, 0), (4, 2, 0), (5, 2, 0), (5, 5, 1), (5, 8, 1), (6, 4, 2), (7, 3, 0))
    for n, batch_size in (
        *((3, 1), (4, 3), (6, 2), (6, 6), (7, 4), (8, 3), (9, 3), (9, 4), (10, 4), (10, 10), (11, 20)),
        *((16, 5), (20, 6), (32, 8), (50, 16), (100, 32)),
    ):
        yield n, batch_size, int(rng.integers(1, 1_000_000))


def shuffled(n, seed):
    return np.random.default_rng(seed).permutation(n)


def cut(order, batch_size):
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def drawn_batches(n, batch_size, seed):
    return cut(np.random.default_rng(seed).integers(0, n, n), batch_size)


def shuffled_batches(n, batch_size, seed):
    rng, batches = np.random.default_rng(seed), cut(np.arange(n), batch_size)
    return [batches[i] for i in rng.permutation(len(batches))]


EXERCISE = Exercise(
    reference=reference.minibatches,
    cases=epochs,
    mistakes=(
        Mistake(
            "last_dropped",
            lambda n, batch_size, seed: cut(shuffled(n, seed)[: n // batch_size * batch_size], batch_size),
            "The samples left over at the end were dropped. They make a last, short batch.",
        ),
        Mistake(
            "empty_at_the_end",
            lambda n, batch_size, seed: [
                shuffled(n, seed)[start : start + batch_size] for start in range(0, n + 1, batch_size)
            ],
            "Where the batch size divides n, an empty batch stands at the end. Look at where the loop over "
            "the beginnings stops.",
        ),
        Mistake(
            "not_shuffled",
            lambda n, batch_size, seed: cut(np.arange(n), batch_size),
            "The batches are in the order of the data. Shuffle before you cut.",
        ),
        Mistake(
            "batches_shuffled",
            shuffled_batches,
            "The order of the batches was shuffled, but in each of them lie neighbours. Shuffle the samples.",
        ),
        Mistake(
            "drawn_with_replacement",
            drawn_batches,
            "Some samples come twice and others never. In an epoch each comes once: shuffle them, don't "
            "draw.",
        ),
        Mistake(
            "legacy_generator",
            lambda n, batch_size, seed: cut(np.random.RandomState(seed).permutation(n), batch_size),
            "The order is that of NumPy's old generator (np.random.seed). Take the new one, as the "
            "statement says.",
        ),
        Mistake(
            "number_of_batches",
            lambda n, batch_size, seed: np.array_split(shuffled(n, seed), batch_size),
            "There are `batch_size` batches. Asked are batches of that size, however many there will be.",
        ),
        Mistake(
            "evened_out",
            lambda n, batch_size, seed: np.array_split(shuffled(n, seed), -(-n // batch_size)),
            "The batches were made nearly equal. Only the last one may be shorter.",
        ),
        Mistake(
            "dealt_like_cards",
            lambda n, batch_size, seed: [
                shuffled(n, seed)[i :: -(-n // batch_size)] for i in range(-(-n // batch_size))
            ],
            "The shuffled indices were dealt out in turn. Cut them instead: the first ones make the first "
            "batch.",
        ),
    ),
    hints=(
        "Two steps: all indices in random order, then slices of it, one after the other.",
        "The statement names the call that shuffles. range takes a step: it can count where each batch "
        "begins.",
        "A slice may reach beyond the end of an array, and then is shorter: so the last batch needs no care. "
        "A list comprehension over the beginnings, a slice for each.",
    ),
    difficulty=2,
    importance=4,
    minutes=6,
)
