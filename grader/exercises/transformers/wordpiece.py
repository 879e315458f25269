"""Lesson 7d: how `wordpiece` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import transformers as reference

PIECES = ["un", "unfold", "fold", "##fold", "##ed", "##e", "##d", "##er", "fo"]
UNKNOWN = ["[UNK]"]


def words(rng: np.random.Generator) -> Iterator[tuple]:
    """Whole words, empty ones, dead ends, pieces at the wrong place; and drawn words of few letters."""
    for word in ("", "un", "fold", "unfold", "unfolded", "unfolds", "folder", "foun", "ed", "unun", "fod"):
        yield word, PIECES
    yield "abcd", ["a", "ab", "##bcd"]  # whoever takes "ab" is stuck, and stays stuck
    yield "aab", ["a", "aa", "##a", "##ab", "##b"]
    yield "internationally", ["inter", "international", "##nation", "##ally", "##ly", "##al"]
    for i in range(16):
        letters = "abc"[: 2 + i % 2]
        whole = {draw(rng, letters, 1, 4) for _ in range(4)} | {letters[0]}
        inner = {"##" + draw(rng, letters, 1, 3) for _ in range(4)}
        if i % 3:  # then nothing is unknown
            whole |= set(letters)
            inner |= {"##" + letter for letter in letters}
        yield draw(rng, letters, 3, 9), rng.permutation(sorted(whole | inner)).tolist()


def draw(rng: np.random.Generator, letters: str, shortest: int, longest: int) -> str:
    return "".join(rng.choice(list(letters), int(rng.integers(shortest, longest + 1))))


def cut(ends: Callable, prefix="##", stuck: Callable = lambda pieces, rest: UNKNOWN, shown=True):
    """Pieces taken from left to right in another way: `ends` has the places to try, `stuck` what is said."""

    def answer(word, vocabulary):
        pieces: list[str] = []
        start = 0
        while start < len(word):
            before = prefix if start else ""
            end = next(
                (end for end in ends(start, len(word)) if before + word[start:end] in vocabulary), None
            )
            if end is None:
                return stuck(pieces, word[start:])
            pieces.append(before + word[start:end] if shown else word[start:end])
            start = end
        return pieces

    return answer


def longest_first(start, n):
    return range(n, start, -1)


def taken_back(word, vocabulary, prefix=""):
    """The longest piece after which the rest can be split, too."""
    if not word:
        return []
    for end in range(len(word), 0, -1):
        rest = taken_back(word[end:], vocabulary, "##") if prefix + word[:end] in vocabulary else UNKNOWN
        if rest != UNKNOWN:
            return [prefix + word[:end], *rest]
    return UNKNOWN


EXERCISE = Exercise(
    reference=reference.wordpiece,
    cases=words,
    mistakes=(
        Mistake(
            "shortest_first",
            cut(lambda start, n: range(start + 1, n + 1)),
            "You take the shortest piece that fits. The longest comes first.",
        ),
        Mistake(
            "no_marks",
            cut(longest_first, prefix=""),
            "A piece that continues a word stands in the vocabulary with `##` before it.",
        ),
        Mistake(
            "marks_not_shown",
            cut(longest_first, shown=False),
            "The word is cut at the right places. The pieces that continue keep their `##`.",
        ),
        Mistake(
            "part_unknown",
            cut(longest_first, stuck=lambda pieces, rest: [*pieces, *UNKNOWN]),
            "If a place can't be passed, the whole word is unknown: no piece of it is left.",
        ),
        Mistake(
            "stops",
            cut(longest_first, stuck=lambda pieces, rest: pieces),
            "Where no piece fits, you stop and hand back what there is. The answer is `[UNK]` alone.",
        ),
        Mistake(
            "taken_back",
            taken_back,
            "You go back to a shorter piece when you are stuck. WordPiece never does: such a word is "
            "unknown.",
        ),
        Mistake(
            "empty_unknown",
            lambda word, vocabulary: reference.wordpiece(word, vocabulary) if word else UNKNOWN,
            "An empty word has no pieces: the answer is an empty list.",
        ),
    ),
    hints=(
        "Begin at the word's first letter and try all of it, then all but the last letter, and so on. Where "
        "do you go on once a piece is found?",
        "Two loops: the outer one runs while letters are left, the inner one over where a piece may end, the "
        "farthest end first.",
        'Before looking a piece up, put "##" before it if it doesn\'t begin at 0. If the inner loop finds '
        'none, return ["[UNK]"] at once.',
    ),
    difficulty=2,
    importance=4,
    minutes=8,
)
