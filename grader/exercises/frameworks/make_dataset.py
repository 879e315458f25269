"""Lesson 4: how `make_dataset` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.verifying import frameworks as verifying
from grader.references import frameworks as reference


def pairs(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, int, int]]:
    """Rows that tell their number, and labels: few and many, the same with an equal and another seed."""

    def numbered(n: int, *shape: int) -> tuple[np.ndarray, np.ndarray]:
        x = rng.integers(0, 10, (n, *shape)).astype(np.float32)
        x.reshape(n, -1)[:, 0] = np.arange(n)
        return x, rng.permutation(3 * n)[:n]

    yield (*numbered(1, 2), 4, 0)
    yield (*numbered(6, 1), 2, 0)
    yield (*numbered(7, 3), 10, 1)
    many = numbered(120, 2)
    seed = int(rng.integers(100, 10_000))
    yield (*many, 8, seed)
    yield (*many, 8, seed)
    yield (*many, 8, seed + 1)
    yield (*numbered(90, 2, 2), int(rng.integers(11, 20)), int(rng.integers(1000)))
    yield (*numbered(2000, 1), 64, int(rng.integers(1000)))  # more than a buffer of common size


def apart(x, y, batch_size, seed):
    import tensorflow as tf

    both = [tf.data.Dataset.from_tensor_slices(part) for part in (x, y)]
    shuffled = (part.shuffle(len(x), seed=seed + i) for i, part in enumerate(both))
    return tf.data.Dataset.zip(tuple(shuffled)).batch(batch_size)


def from_slices(change):
    """An answer by what it does to the data set of all pairs."""

    def answer(x, y, batch_size, seed):
        import tensorflow as tf

        return change(tf.data.Dataset.from_tensor_slices((x, y)), len(x), batch_size, seed)

    return answer


EXERCISE = Exercise(
    reference=reference.make_dataset,
    cases=pairs,
    kind="property",
    verify=verifying.is_shuffled_dataset,
    mistakes=(
        Mistake(
            "not_shuffled",
            from_slices(lambda data, n, size, seed: data.batch(size)),
            "The order is no random one: nothing is shuffled. If the pairs are sorted by label, each batch "
            "sees one class only.",
        ),
        Mistake(
            "batched_first",
            from_slices(lambda data, n, size, seed: data.batch(size).shuffle(n, seed=seed)),
            "You shuffle batches: the pairs in each of them stay the same in every epoch. The order of the "
            "two steps matters.",
        ),
        Mistake(
            "small_buffer",
            from_slices(lambda data, n, size, seed: data.shuffle(size, seed=seed).batch(size)),
            "`shuffle` draws from a buffer, and yours holds a few pairs at a time, so that none gets far "
            "from its place. It should hold all of them.",
        ),
        Mistake(
            "shuffled_apart",
            apart,
            "Samples and labels were shuffled one without the other, so the labels belong to other samples "
            "now. Shuffle pairs.",
        ),
        Mistake(
            "drop_remainder",
            from_slices(
                lambda data, n, size, seed: data.shuffle(n, seed=seed).batch(size, drop_remainder=True)
            ),
            "The last, smaller batch is missing, and its pairs with it.",
        ),
        Mistake(
            "unseeded",
            from_slices(lambda data, n, size, seed: data.shuffle(n).batch(size)),
            "The order is another one each time: the seed is not in use, and nobody can repeat your "
            "training.",
        ),
        Mistake(
            "fixed_seed",
            from_slices(lambda data, n, size, seed: data.shuffle(n, seed=42).batch(size)),
            "Every seed gives the same order: you put one of your own in the place of the argument.",
        ),
        Mistake(
            "not_batched",
            from_slices(lambda data, n, size, seed: data.shuffle(n, seed=seed)),
            "The pairs come one by one. A model is fed with batches.",
        ),
    ),
    hints=(
        "A pipeline has stations, and each returns a new data set: first one of pairs, then a shuffled one, "
        "then one of batches.",
        "`tf.data.Dataset.from_tensor_slices` makes pairs of a tuple of two arrays. Look at the arguments "
        "of its methods `shuffle` (a buffer's size, a seed) and `batch`.",
        "The buffer must hold as many elements as there are pairs. Shuffle before you batch, and leave "
        "`drop_remainder` alone.",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
    objects=True,
    seconds=20,
    megabytes=2048,
)
