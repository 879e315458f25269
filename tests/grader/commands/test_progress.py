"""`grader progress`: how far each lesson is, what is weak, what comes next."""

import json

import pytest

from grader.commands.progress import progress as command
from grader.exercises import LESSONS, all_exercises, exercises_of
from grader.judging.judge import verdict_on
from grader.learning import progress

pytestmark = pytest.mark.usefixtures("own_home")


def verdict(name, status, mistake=None):
    return verdict_on(all_exercises()[name], status, "", mistake=mistake)


@pytest.fixture
def run(invoked):
    """Run the command; return what it prints."""
    return lambda *arguments: invoked(command, *arguments).stdout


def test_the_command_shows_each_lesson(run):
    progress.record([verdict("weighted_sum", "passed"), verdict("relu", "failed", "leaky")])
    exercises = exercises_of("02_neural_networks")
    left = sum(e.minutes for e in exercises) - all_exercises()["weighted_sum"].minutes
    printed = run()
    assert f"1 of {len(exercises)} passed, {left} minutes left" in printed
    assert "weak: relu: not yet after 1 try; last mistake: leaky. Negative values come back small" in printed
    assert "next: smallest_flip" in printed
    assert "\x1b" not in printed
    assert printed.count("\n") == 3 * len(LESSONS) + 1  # a weak exercise has a line of its own


def test_the_command_prints_data(run):
    progress.record([verdict("weighted_sum", "passed"), verdict("relu", "failed", "leaky")])
    rows = {row["lesson"]: row for row in json.loads(run("--json"))}
    assert list(rows) == list(LESSONS)
    row = rows["02_neural_networks"]
    assert list(row) == ["lesson", "passed", "total", "minutes_left", "weak", "next"]
    assert (row["passed"], row["next"]["name"]) == (1, "smallest_flip")
    assert [(weak["name"], weak["tries"], weak["mistake"]) for weak in row["weak"]] == [("relu", 1, "leaky")]


def test_what_is_weak_comes_next_once_all_is_tried(run):
    everything = list(all_exercises().values())
    progress.record([verdict(exercise.name, "passed") for exercise in everything[1:]])
    progress.record([verdict(everything[0].name, "failed")])
    assert f"next: {everything[0].name}" in run()
    progress.record([verdict(everything[0].name, "passed")])
    printed = run()
    for lesson in LESSONS:
        assert f"{len(exercises_of(lesson))} of {len(exercises_of(lesson))} passed\n" in printed
    assert "next" not in printed
