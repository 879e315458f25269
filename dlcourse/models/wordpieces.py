"""Texts as the numbers that `pretrained("bert")` takes: words, cut into the pieces of its vocabulary."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

import numpy as np

from dlcourse.content import folder


def vocabulary() -> list[str]:
    """The 2,000 pieces, in the order of their numbers; `##` marks those that continue a word."""
    return (folder("datasets") / "backbones" / "bert.txt").read_text("utf-8").splitlines()


def words(text: str) -> list[str]:
    """In small letters; what is neither letter nor digit is a word by itself.

    Example:
        >>> words("Return x_1, if any.")
        ['return', 'x', '_', '1', ',', 'if', 'any', '.']
    """
    return re.findall(r"[a-z0-9]+|[^a-z0-9\s]", text.lower())


def cut(word: str) -> list[str]:
    """A word in pieces, each the longest that fits; an unknown character makes all of it `[UNK]`.

    Example:
        >>> cut("eigenvectors"), cut("?")
        (['eigenv', '##ector', '##s'], ['[UNK]'])
    """
    begin, go_on = _patterns()
    first = begin.match(word)
    rest = go_on.findall(word, first.end()) if first else []
    if first is None or len(first[0]) + sum(map(len, rest)) < len(word):
        return ["[UNK]"]
    return [first[0], *("##" + piece for piece in rest)]


def numbered(texts: Sequence[str], length: int = 24) -> np.ndarray:
    """Texts as numbers, between [CLS] and [SEP], cut and filled up with [PAD], number 0.

    Returns:
        Shape (n, length), int32.

    Example:
        >>> numbered(["Return it."], 6).shape
        (1, 6)
    """
    number = {piece: i for i, piece in enumerate(vocabulary())}
    table = np.zeros((len(texts), length), "int32")
    for row, text in zip(table, texts, strict=True):
        tokens = [piece for word in words(text) for piece in cut(word)][: length - 2]
        row[: len(tokens) + 2] = [number[token] for token in ("[CLS]", *tokens, "[SEP]")]
    return table


@functools.cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What begins a word, and what continues one."""
    pieces = vocabulary()[5:]  # behind [PAD] … [MASK]
    return (
        _either(piece for piece in pieces if piece[:2] != "##"),
        _either(piece[2:] for piece in pieces if piece[:2] == "##"),
    )


def _either(choices: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of these, the longest that fits."""
    return re.compile("|".join(re.escape(choice) for choice in sorted(choices, key=len, reverse=True)))
