"""Who may hand in again at once learns no secret case: a table of what reports tell passes none."""

import numpy as np
import pytest

from grader.child import plaindata
from grader.child.calling import call
from grader.exercises import all_exercises
from grader.judging.bank import bank_of
from grader.judging.discretion import discreet
from grader.judging.judge import judge
from grader.judging.report import Report
from grader.running.attempt import Attempt

SEED = "a class's secret"


def report_on(name, function):
    exercise = all_exercises()[name]
    bank = bank_of(exercise, SEED)
    outcomes = tuple(call(function, case, tensors=exercise.tensors, artefact=False) for case in bank.cases)
    return discreet(Report("a.py", SEED, "process", [judge(exercise, bank, Attempt(outcomes))]))


class Table:
    """Answers the n-th call by what was learnt of the n-th case; learns from each report what it can."""

    def __init__(self):
        self.known, self.calls = {}, 0

    def __call__(self, *arguments):
        self.calls += 1
        return self.known.get(self.calls - 1, 1e9)

    def learn(self, report):
        (verdict,) = report.exercises
        if verdict.counterexample is not None:
            self.known[verdict.passed] = verdict.counterexample.expected
        self.calls = 0


@pytest.mark.parametrize("name", ["relu", "softmax", "mse", "binary_cross_entropy", "majority_baseline"])
def test_a_thousand_reports_teach_a_table_nothing(name):
    table = Table()
    for _ in range(3):
        first = report_on(name, table)
        table.learn(first)
    assert not table.known
    for _ in range(997):  # nothing was learnt, so each of the others is the same
        table.learn(first)
    assert report_on(name, table) == first
    assert not first.all_passed


@pytest.mark.parametrize("name", [e.name for e in all_exercises().values() if e.kind == "value"][:40:3])
def test_nothing_of_a_case_is_told(name):
    def telling(*arguments):
        raise type(f"E{plaindata.encode(arguments).hex()[:30]}", (ValueError,), {})(repr(arguments))

    (verdict,) = report_on(name, telling).exercises
    assert verdict.counterexample is None
    assert (verdict.error.type, verdict.error.message) == ("an exception of its own", "")
    assert verdict.message.startswith("Your function raises an exception of its own")


def test_a_known_mistake_is_named_and_counted():
    (verdict,) = report_on("relu", lambda x: np.where(x > 0, x, 0.01 * x)).exercises
    leaky = next(mistake for mistake in all_exercises()["relu"].mistakes if mistake.name == "leaky")
    assert verdict.mistake == "leaky"
    assert verdict.message.startswith(leaky.message)
    assert f" {verdict.passed} of {verdict.cases} secret cases are right" in verdict.message


def test_what_has_no_values_in_it_stays():
    (verdict,) = report_on("relu", all_exercises()["relu"].reference).exercises
    assert (verdict.status, verdict.message) == ("passed", "Right on every case.")
