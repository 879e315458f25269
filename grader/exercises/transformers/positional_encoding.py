"""Lesson 7d: how `positional_encoding` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import transformers as reference


def lengths_and_depths(rng: np.random.Generator) -> Iterator[tuple]:
    """One position, one pair of columns, more positions than columns and fewer."""
    yield 1, 2
    yield 2, 2
    yield 2, 4
    yield 5, 6
    yield 3, 8
    for _ in range(12):
        yield int(rng.integers(2, 40)), 2 * int(rng.integers(2, 17))


def waves(
    even: Callable = np.sin,
    odd: Callable = np.cos,
    first: int = 0,
    base: float = 10000.0,
    exponent: Callable = lambda column, depth: column // 2 * 2 / depth,
):
    """Other waves: in even and odd columns, from another position on, of other lengths."""

    def answer(length, depth):
        column = np.arange(depth)
        angles = np.arange(first, first + length)[:, None] / base ** exponent(column, depth)
        return np.where(column % 2 == 0, even(angles), odd(angles))

    return answer


def halves(length, depth):
    encoding = reference.positional_encoding(length, depth)
    return np.concatenate([encoding[:, ::2], encoding[:, 1::2]], axis=1)


EXERCISE = Exercise(
    reference=reference.positional_encoding,
    cases=lengths_and_depths,
    mistakes=(
        Mistake(
            "halves",
            halves,
            "All sines stand in your first half, all cosines in the second. Here they take turns: columns "
            "2i and 2i + 1 are a pair.",
        ),
        Mistake(
            "swapped", waves(np.cos, np.sin), "Sines belong in the even columns, cosines in the odd ones."
        ),
        Mistake(
            "column_as_exponent",
            waves(exponent=lambda column, depth: column / depth),
            "Your even columns are right. The cosine beside a sine has the same wave length: 2i stands in "
            "both formulas.",
        ),
        Mistake(
            "pair_as_exponent",
            waves(exponent=lambda column, depth: column // 2 / depth),
            "Your waves get longer only half as fast: the exponent is 2i / depth.",
        ),
        Mistake(
            "doubled_exponent",
            waves(exponent=lambda column, depth: 2 * column / depth),
            "Is your i the number of the column? It is the number of the pair: column 2i is already two "
            "times i.",
        ),
        Mistake("from_one", waves(first=1), "Your positions begin at 1. They are counted from 0."),
        Mistake("base_1000", waves(base=1000.0), "The base is 10,000, and by your numbers yours is 1,000."),
        Mistake(
            "sines_alone",
            waves(odd=np.sin),
            "There are sines in your odd columns, too. Cosines belong there.",
        ),
        Mistake(
            "multiplied",
            waves(exponent=lambda column, depth: -(column // 2 * 2) / depth),
            "You multiply the position by the power. It is divided by it, so that waves get longer.",
        ),
    ),
    hints=(
        "Make the angles first: a row for each position, a column for each pair. Which positions, and which "
        "pairs?",
        "np.arange(0, depth, 2) has all the 2i. Positions as a column divided by powers as a row give all "
        "angles at once, of shape (length, depth / 2).",
        "Begin with zeros of shape (length, depth); [:, 0::2] are its even columns and [:, 1::2] its odd "
        "ones. One gets np.sin of the angles, the other np.cos.",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
)
