"""Lesson 5a: how `encode_with_missing` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.preprocessing import encodes, linear_error
from grader.references import preprocessing as reference

ROWS, NEW_ROWS, TABLES = 400, 600, 12
WORDS = np.array(["good", "new", "old", "plain", "renovated", "rough", "simple", "worn"])


def columns(rng: np.random.Generator) -> Iterator[Case]:
    """Pairs with the same training rows, then tables to judge; the secret is the targets, and our error."""
    for train in (["a", None, "b"], rng.choice([*WORDS[:3].tolist(), None], 20).tolist()):
        for test in ([None, "b"], ["b", "c", None], ["a", "zinc"]):
            yield Case((train, test))
    for _ in range(TABLES):
        train, test, y, new_y = silent_words(rng)
        rows, new_rows = reference.encode_with_missing(train, test)
        best = linear_error(rows, new_rows, y, new_y)
        yield Case((train, test), secret={"y": y, "new_y": new_y, "best": best}, group="tables")


def silent_words(rng: np.random.Generator) -> tuple[list, list, np.ndarray, np.ndarray]:
    """Flats whose rent depends on a word; those of one word often don't say it, and others hardly ever."""
    known = rng.choice(WORDS, 5, replace=False)
    effects = rng.permutation([-150.0, -30, 0, 60, 120])
    shares = np.where(effects == -150, 0.3, 0.175)
    drawn = rng.choice(5, ROWS + NEW_ROWS, p=shares)
    y = 500 + effects[drawn] + rng.normal(0, 60, len(drawn))
    silent = rng.random(len(drawn)) < np.where(effects[drawn] == -150, 0.6, 0.03)
    words = [None if gap else str(word) for word, gap in zip(known[drawn], silent, strict=True)]
    for place in rng.choice(np.arange(ROWS, len(drawn)), 6, replace=False):
        words[place] = "unheard"
    return words[:ROWS], words[ROWS:], y[:ROWS], y[ROWS:]


def known_words(words):
    return sorted({word for word in words if word is not None})


def one_hot(words, known):
    return np.array([[float(word == k) for k in known] for word in words])


def filled_with_mode(train, test):
    known = known_words(train)
    mode = max(known, key=train.count)
    return tuple(one_hot([mode if word is None else word for word in part], known) for part in (train, test))


def codes(train, test):
    known = ["", *known_words(train)]
    places = (
        [[known.index(word or "") if (word or "") in known else -1] for word in part]
        for part in (train, test)
    )
    return tuple(np.array(rows, float) for rows in places)


def rows_dropped(train, test):
    known = known_words(train)
    return tuple(one_hot([word for word in part if word is not None], known) for part in (train, test))


def of_both_parts(train, test):
    known = [None, *known_words([*train, *test])]
    return one_hot(train, known), one_hot(test, known)


EXERCISE = Exercise(
    reference=reference.encode_with_missing,
    kind="property",
    task="decide",
    verify=encodes,
    cases=columns,
    mistakes=(
        Mistake(
            "mode",
            filled_with_mode,
            "Who doesn't say isn't average here: the gap itself tells something, and you filled it.",
        ),
        Mistake(
            "codes",
            codes,
            "A linear model reads 0, 1, 2 as equally spaced amounts. Are words that?",
        ),
        Mistake(
            "rows_dropped",
            rows_dropped,
            "Rows with a gap are gone. The rows with gaps are served, too, and want an answer.",
        ),
        Mistake(
            "test_categories",
            of_both_parts,
            "What you make of the training rows depends on the test rows: on a string that they alone have?",
        ),
    ),
    hints=(
        "What would a linear model do with one number for each word? And with one column for each word?",
        "A gap may mean something of its own. How can you let the model find out whether it does?",
        "Treat a gap as one word more, and give each word that training has a column of 0 and 1.",
    ),
    difficulty=3,
    importance=4,
    minutes=12,
    seconds=10,
)
