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


@pytest.mark.parametrize("name", ["dead_fraction", "softmax", "mse", "binary_cross_entropy"])
def test_a_table_that_is_right_in_more_cases_reads_the_same_report(name):
    """Whoever changes one entry after the other, and keeps what helps, would need to see that it does."""
    exercise = all_exercises()[name]
    cases = bank_of(exercise, SEED).cases
    reports = []
    for known in range(len(cases)):
        calls = iter(range(len(cases)))

        def table(*arguments, known=known, calls=calls, right=exercise.reference):
            return right(*arguments) if next(calls) < known else 1e9

        reports.append(report_on(name, table))
    assert all(report == reports[0] for report in reports)
    assert not reports[0].all_passed
    assert report_on(name, exercise.reference).all_passed


@pytest.mark.parametrize("name", [e.name for e in all_exercises().values() if e.kind == "value"][:40:3])
def test_nothing_of_a_case_is_told_by_an_exception(name):
    def telling(*arguments):
        if len(arguments) % 2:
            raise KeyError(repr(arguments))
        raise type(f"E{plaindata.encode(arguments).hex()[:30]}", (ValueError,), {})(repr(arguments))

    (verdict,) = report_on(name, telling).exercises
    assert (verdict.counterexample, verdict.error, verdict.passed, verdict.credit) == (None, None, 0, 0)
    assert verdict.message == (
        f"Your function raises an exception in some of the secret cases. `check({name})` in the notebook "
        "shows what happens on public ones."
    )


def test_a_known_mistake_is_named():
    (verdict,) = report_on("relu", lambda x: np.where(x > 0, x, 0.01 * x)).exercises
    leaky = next(mistake for mistake in all_exercises()["relu"].mistakes if mistake.name == "leaky")
    assert verdict.mistake == "leaky"
    assert verdict.message.startswith(leaky.message)
    assert "secret" not in verdict.message


def test_what_has_no_values_in_it_stays():
    (verdict,) = report_on("relu", all_exercises()["relu"].reference).exercises
    assert (verdict.status, verdict.message) == ("passed", "Right on every case.")
