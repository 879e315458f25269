"""Wrong answers that no author foresaw, by somebody who hadn't read the rules of diagnosis."""

import importlib
from collections import Counter

import pytest
from asking import verdict
from unforeseen.catalogue import PLANTED

LESSONS = ("introduction", "neural_networks", "backpropagation", "optimization", "architecture")
for lesson in (*LESSONS, "evaluation", "transformers"):
    importlib.import_module(f"unforeseen.{lesson}")
NAMES = list(dict.fromkeys(planted.exercise for planted in PLANTED))
TOLD = Counter()  # how causes were found, of all answers so far


@pytest.mark.parametrize("name", NAMES)
def test_they_are_refused_and_called_no_known_mistake(name):
    answers = [planted for planted in PLANTED if planted.exercise == name]
    assert len(answers) >= 10
    for planted in answers:
        found = verdict(name, planted.answer)
        assert found.status in ("failed", "error"), planted.cause
        assert found.diagnosis != "mistake", (planted.cause, found.message)
        TOLD[found.diagnosis] += 1


def test_more_than_a_third_get_a_cause_by_their_outputs_alone():
    """The place in their own code, which a notebook looks for, explains as many again."""
    assert TOLD.total() in (0, len(PLANTED))  # or this test runs alone
    told = sum(TOLD[kind] for kind in ("relation", "variant", "condition", "step"))
    assert told >= 0.36 * TOLD.total()
