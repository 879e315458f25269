"""Predictions are read from code that is never run."""

import pytest

from grader.submissions.predicted import predicted
from grader.submissions.submission import parse


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('predict("a_question", choice="b")', {"a_question": "b"}),
        ('predict("a_question", "b")\npredict(name="other", choice="c")', {"a_question": "b", "other": "c"}),
        ('predict("a_question", "b")\npredict("a_question", "a")', {"a_question": "a"}),
        ('predict("a_question", choice=None)', {}),
        ('predict("a_question", chr(98))', {}),
        ("predict('a_question', *'b')", {}),
        ('predict.outcome("a_question", "b")', {}),
        ("predict()", {}),
        ("x = 1", {}),
    ],
)
def test_only_a_text_in_the_call_is_a_choice(source, found):
    assert predicted(parse(source.encode(), ".py", "m.py")) == found
