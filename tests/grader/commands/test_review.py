"""`grader review`: what to repeat, why, and the blank file for it."""

import json
from datetime import timedelta

import pytest

from grader.commands.review import review as command
from grader.errors import UnusableInput
from grader.exercises import all_exercises
from grader.judging.judge import verdict_on
from grader.learning.progress import local_now, record
from grader.submissions.cutting import Cutter
from grader.submissions.submission import read

pytestmark = pytest.mark.usefixtures("own_home")


DAY = timedelta(days=1)


def check(name, status, now, mistake=None, source="lesson.ipynb"):
    record([verdict_on(all_exercises()[name], status, "", mistake=mistake)], source, now=now)


@pytest.fixture
def run(invoked):
    """Run the command; return what it prints."""
    return lambda *arguments: invoked(command, *arguments).stdout


def test_the_command_says_what_to_repeat_why_and_how(run):
    now = local_now()
    check("relu", "failed", now - 21 * DAY, "leaky")
    check("relu", "passed", now - 21 * DAY)
    check("dense", "error", now)
    printed = run()
    assert "To repeat today:\n  relu " in printed
    assert "leaky, 3 weeks ago" in printed
    assert "grader review --start" in printed
    assert "Tomorrow: dense" in printed
    assert "\x1b" not in printed


def test_the_command_says_when_the_next_is(run):
    assert "Nothing to repeat" in run()
    check("dense", "error", local_now())
    assert run() == "Nothing to repeat today.\nTomorrow: dense\n"


def test_the_command_writes_a_blank_file(run, tmp_path):
    check("relu", "failed", local_now() - 3 * DAY, "leaky")
    printed = run("--start")
    assert "grader check review_relu.py --only relu" in printed
    assert Cutter(read(tmp_path / "review_relu.py")).cut("relu").is_stub
    assert "begun in review_relu.py" in run()
    assert "review_tanh.py" in run("--start", "tanh")
    with pytest.raises(UnusableInput, match="do you mean 'relu'"):
        run("--start", "relus")


def test_the_command_prints_data(run):
    check("relu", "failed", local_now() - 3 * DAY, "leaky")
    (row,) = json.loads(run("--json"))
    assert (row["name"], row["mistake"], row["failed_days"], row["days"]) == ("relu", "leaky", 3, -2)
    assert json.loads(run("tanh", "--json")) == []
