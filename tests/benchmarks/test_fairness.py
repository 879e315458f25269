"""What benchmarks/fairness.py puts beside the honest: twenty learners, and the time that their files have."""

import importlib
from pathlib import Path

import pytest

from grader.exercises import all_exercises


@pytest.fixture(scope="module")
def fairness():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).resolve().parents[2] / "benchmarks")
        yield importlib.import_module("fairness")


def test_twenty_learners_are_hostile(fairness):
    learners = fairness.hostile()
    assert len(learners) == 20
    assert all(files and all(files.values()) for files in learners.values())


def test_a_learner_has_the_limits_of_all_files(fairness):
    learners, seconds = fairness.hostile(), all_exercises()["relu"].seconds
    assert fairness.limit(learners["sleep"]) == seconds
    assert fairness.limit(learners["files_that_wait"]) == 4 * seconds
    assert fairness.limit(learners["bomb"]) == 0, "there is nothing to run in it"
