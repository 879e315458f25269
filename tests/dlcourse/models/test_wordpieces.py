import numpy as np
import pytest

from dlcourse import datasets
from dlcourse.models import wordpieces


def test_pieces_are_the_longest_from_the_left_and_make_up_their_word():
    known = set(wordpieces.vocabulary())
    texts = datasets.load("docstrings").split().test.x
    for word in {word for text in texts for word in wordpieces.words(text)}:
        cut = wordpieces.cut(word)
        if cut == ["[UNK]"]:
            continue
        assert "".join(piece.removeprefix("##") for piece in cut) == word
        at = 0
        for piece in cut:
            mark = "##" if at else ""
            longest = max(n for n in range(1, len(word) - at + 1) if mark + word[at : at + n] in known)
            assert piece == mark + word[at : at + longest]
            at += longest


@pytest.mark.parametrize("word", ["?", "é", "aé", "éa"])
def test_a_character_that_is_not_there_makes_the_word_unknown(word):
    assert wordpieces.cut(word) == ["[UNK]"]


def test_a_text_stands_between_marks_and_is_cut_and_filled_up():
    pieces = wordpieces.vocabulary()
    assert pieces[:5] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    table = wordpieces.numbered(["Return it.", "return " * 9], 6)
    assert table.dtype == np.int32
    assert [pieces[i] for i in table[0]] == ["[CLS]", "return", "it", ".", "[SEP]", "[PAD]"]
    assert [pieces[i] for i in table[1]] == ["[CLS]", *["return"] * 4, "[SEP]"]
