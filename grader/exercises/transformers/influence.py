"""Lesson 7d: how `influence` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Exercise, Mistake
from grader.references import transformers as reference

ALL = 100  # rows before or after: more than there are
REACHES = (
    (ALL, 0),
    (ALL, 1),
    (1, 1),
    (ALL, ALL),
    (2, 0),
    (0, ALL),
)
"""How far a box sees: back; one ahead, as a mask does that is off by one; and so on."""
LEAK = 3e-3


def boxes(rng: np.random.Generator) -> Iterator[tuple]:
    """Attention that looks back, ahead, near, everywhere, or leaks; sums of drawn rows.

    In each x a row is zeros, in some two are alike, and in one all are zeros.
    """

    def box(name, n, d, **settings):
        x = rng.normal(0, 1, (n, d)).round(2)
        zeros = int(rng.integers(n))
        x[zeros] = 0
        if n > 4:
            x[(zeros + 1) % n] = x[(zeros + 2) % n]
        if "centred" in settings:
            x[:] = 0
        outputs = 3 if settings.keys() & {"leak", "centred"} else int(rng.integers(1, 4))
        return Live("function", [name, {"seed": int(rng.integers(2**31)), "outputs": outputs, **settings}]), x

    yield box("attends", 2, 3, before=ALL, after=0)
    yield box("attends", 3, 2, before=ALL, after=1)
    yield box("mixes", 3, 2, share=0.4)
    yield box("mixes", 4, 3, share=0.35, centred=True)
    yield box("attends", 3, 3, before=ALL, after=0, leak=LEAK)
    for i in range(20):
        n, d = int(rng.integers(4, 8)), int(rng.integers(3, 6))
        before, after = REACHES[i // 2 % len(REACHES)]
        if i % 5 == 4:
            yield box("mixes", n, d, share=float(rng.choice((0.15, 0.3))))
        elif i % 5 == 2:
            yield box("attends", n, d, before=ALL, after=0, leak=LEAK)
        else:
            yield box("attends", n, d, before=before, after=after, normed=i % 2 == 1)


def changing(change: Callable, limit: float = 1e-9):
    """Who depends on row j, by another change of that row; a change below the limit counts for none."""

    def answer(f, x):
        before, columns = f(x), []
        for j in range(len(x)):
            changed = x.astype(float)
            changed[j] = change(changed[j])
            columns.append(np.abs(f(changed) - before).max(axis=1) > limit)
        return np.stack(columns, axis=1)

    return answer


def drawn(row):
    return row + np.random.default_rng(0).normal(size=row.shape)


def not_put_back(f, x):
    before, changed, columns = f(x), x.astype(float), []
    for j in range(len(x)):
        changed[j] = drawn(changed[j])
        columns.append(np.abs(f(changed) - before).max(axis=1) > 1e-9)
    return np.stack(columns, axis=1)


def compared_with_the_input(f, x):
    """Whether the row that is changed leads to other numbers in any row."""
    return np.tile(changing(drawn)(f, x).any(axis=0), (len(x), 1))


EXERCISE = Exercise(
    reference=reference.influence,
    task="find",
    cases=boxes,
    mistakes=(
        Mistake(
            "set_to_zero",
            changing(lambda row: 0 * row),
            "Some row of x is zeros, and what you do to a row leaves that one as it is. Put other numbers "
            "there.",
        ),
        Mistake(
            "scaled",
            changing(lambda row: 3 * row),
            "A row that is normed doesn't feel a factor, and a row of zeros stays one. Put other numbers "
            "there.",
        ),
        Mistake(
            "constant_added",
            changing(lambda row: row + 1),
            "A row that is normed doesn't feel that the same number is added to all of it. Add different "
            "ones.",
        ),
        Mistake(
            "coarse",
            changing(drawn, limit=1e-2),
            "You miss weak influences: a leak of a thousandth is one, too. Without any, nothing changes but "
            "for rounding.",
        ),
        Mistake(
            "transposed",
            lambda f, x: reference.influence(f, x).T,
            "Rows and columns have changed places: row i is of output i.",
        ),
        Mistake(
            "not_put_back",
            not_put_back,
            "Each row that you changed stays changed while the next ones are tried. Begin with x each time.",
        ),
        Mistake(
            "lower_triangle",
            lambda f, x: np.tri(len(x), dtype=bool),
            "That is how it is of a function that looks back. Not all of these do: ask f.",
        ),
        Mistake(
            "any_output",
            compared_with_the_input,
            "All rows of your answer are alike: look at each row of the output by itself.",
        ),
    ),
    hints=(
        "What is a single experiment? Change one row of the input, call f, and see which rows of the output "
        "are no longer what they were.",
        "By what should a row change, so that nothing can miss it? Some boxes don't notice a factor or a "
        "constant, and some rows are zeros. Random numbers are none of that.",
        "For each j: a copy of x with random numbers added to row j. Column j of the answer says for each "
        "row whether the largest change of it, in size, is above 1e-9.",
    ),
    difficulty=3,
    importance=5,
    minutes=12,
)
