"""What is repeated and when, and the stub to do it in."""

import ast
from datetime import UTC, datetime, timedelta, timezone

import pytest

from grader.errors import UnusableInput
from grader.exercises import all_exercises
from grader.judging.judge import verdict_on
from grader.learning import review
from grader.learning.progress import histories, record
from grader.storage import folder
from grader.submissions.cutting import Cutter
from grader.submissions.submission import read

pytestmark = pytest.mark.usefixtures("own_home")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def check(name, status, now, mistake=None, source="lesson.ipynb"):
    record([verdict_on(all_exercises()[name], status, "", mistake=mistake)], source, now=now)


def due(name, now):
    return {r.name: r.due for r in review.schedule(now)}[name]


def test_what_passes_at_the_first_try_is_not_repeated():
    check("relu", "passed", NOON)
    assert review.schedule(NOON + 100 * DAY) == []


def test_a_failure_is_due_the_day_after():
    check("relu", "failed", NOON, "leaky")
    (repetition,) = review.schedule(NOON)
    assert (repetition.name, repetition.days, repetition.due) == ("relu", 1, (NOON + DAY).date())
    assert (repetition.mistake, repetition.failed_days) == ("leaky", 0)
    (later,) = review.schedule(NOON + 22 * DAY)
    assert (later.days, later.failed_days) == (-21, 22)


def test_each_good_review_puts_the_next_one_further_off():
    now = NOON
    check("relu", "failed", now)
    check("relu", "passed", now)
    gaps = []
    for _ in range(6):
        (repetition,) = review.schedule(now)
        gaps.append(repetition.days)
        now += repetition.days * DAY
        review.start("relu", folder("state"), now).unlink()
        check("relu", "passed", now, source="review_relu.py")
    assert gaps == sorted(gaps)
    assert gaps[0] == 1
    assert gaps[-1] > 10 * gaps[0]


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=13)), timezone(timedelta(hours=-9.5))])
def test_the_hour_of_a_review_does_not_matter(zone):
    growth = {}
    for name, minutes in {"relu": 10, "tanh": 0, "dense": -10}.items():
        now = NOON.replace(tzinfo=zone)
        check(name, "failed", now)
        growth[name] = []
        for _ in range(6):
            growth[name].append(days_until(name, now))
            now += growth[name][-1] * DAY + timedelta(minutes=minutes)
            review.start(name, folder("state"), now).unlink()
            check(name, "passed", now, source=f"review_{name}.py")
    assert growth["dense"] == growth["tanh"] == growth["relu"]
    assert growth["relu"][-1] > 10


def test_a_review_after_midnight_is_one_of_the_next_day():
    late = NOON.replace(hour=23, minute=50)
    check("relu", "failed", late)
    check("tanh", "failed", late)
    check("relu", "passed", late + timedelta(minutes=20))
    check("tanh", "passed", late + DAY)
    assert due("relu", late + DAY) == due("tanh", late + DAY) > (late + DAY).date()


def test_forgetting_brings_it_back_sooner_than_a_hard_day_and_that_sooner_than_a_good_one():
    days = {}
    for name, statuses in {"relu": ["failed"], "tanh": ["failed", "passed"], "dense": ["passed"]}.items():
        now = NOON
        check(name, "failed", now)
        check(name, "passed", now)
        for _ in range(3):
            now += days_until(name, now) * DAY
            review.start(name, folder("state"), now).unlink()
            check(name, "passed", now, source=f"review_{name}.py")
        now += days_until(name, now) * DAY
        review.start(name, folder("state"), now).unlink()
        for status in statuses:
            check(name, status, now, source=f"review_{name}.py")
        days[name] = days_until(name, now)
    assert days["relu"] < days["tanh"] < days["dense"]


def days_until(name, now):
    return {r.name: r.days for r in review.schedule(now)}[name]


def test_an_old_answer_that_still_passes_is_no_review():
    check("relu", "failed", NOON)
    check("relu", "passed", NOON)
    before = due("relu", NOON + 5 * DAY)
    check("relu", "passed", NOON + 5 * DAY)
    assert due("relu", NOON + 5 * DAY) == before
    review.start("relu", folder("state"), NOON + 5 * DAY)
    check("relu", "passed", NOON + 5 * DAY)
    assert due("relu", NOON + 5 * DAY) == before
    check("relu", "passed", NOON + 5 * DAY, source="some/folder/review_relu.py")
    assert due("relu", NOON + 5 * DAY) > (NOON + 5 * DAY).date()


def test_the_file_of_the_last_review_does_not_count_for_the_next():
    check("relu", "failed", NOON)
    check("relu", "passed", NOON)
    review.start("relu", folder("state"), NOON + DAY)
    check("relu", "passed", NOON + DAY, source="review_relu.py")
    due_again = due("relu", NOON + DAY)
    check("relu", "passed", NOON + 60 * DAY, source="review_relu.py")
    assert due("relu", NOON + 60 * DAY) == due_again


def test_many_checks_of_one_day_are_one_review():
    check("relu", "failed", NOON)
    check("relu", "passed", NOON)
    expected = due("relu", NOON)
    for minute in range(30):
        check("relu", "failed" if minute % 2 else "passed", NOON + timedelta(minutes=minute), "leaky")
    assert due("relu", NOON) == expected


def test_days_are_local_and_a_move_to_another_zone_breaks_nothing():
    auckland = timezone(timedelta(hours=13))
    check("relu", "failed", NOON)
    assert due("relu", NOON) == (NOON + DAY).date()
    there = NOON.astimezone(auckland)
    assert due("relu", there) == (there + DAY).date()
    check("relu", "passed", (NOON + DAY).astimezone(auckland))
    assert due("relu", NOON + DAY) > (NOON + DAY).date()


def test_a_clock_that_goes_backwards_makes_it_due_today():
    check("relu", "failed", NOON)
    assert due("relu", NOON - 30 * DAY) == (NOON - 30 * DAY).date()
    check("tanh", "failed", NOON - 30 * DAY)
    assert due("relu", NOON - 30 * DAY) == (NOON - 29 * DAY).date()


def test_exercises_of_another_version_of_the_course_are_left_alone():
    check("relu", "failed", NOON)
    file = folder("state") / "progress.json"
    file.write_text(file.read_text().replace('"relu"', '"removed"'))
    assert review.schedule(NOON + DAY) == []
    check("tanh", "failed", NOON)
    assert set(histories()) == {"removed", "tanh"}


@pytest.mark.parametrize("name", [name for name, asked in all_exercises().items() if asked.task == "repair"])
def test_a_repair_begins_with_its_faults(tmp_path, name):
    source = review.start(name, tmp_path, NOON).read_text()
    *_, function = ast.parse(source).body
    assert ast.unparse(function) == ast.unparse(ast.parse(all_exercises()[name].stub))
    names = {}
    exec(compile(source, "review.py", "exec"), names)
    assert callable(names[name])


@pytest.mark.parametrize("name", [name for name, asked in all_exercises().items() if asked.task != "repair"])
def test_a_stub_is_blank_and_runs(tmp_path, name):
    path = review.start(name, tmp_path, NOON)
    assert path.name == f"review_{name}.py"
    source = path.read_text()
    assert Cutter(read(path)).cut(name).is_stub
    *_, function = ast.parse(source).body
    assert (
        ast.get_docstring(function).splitlines()[0] == all_exercises()[name].reference.__doc__.splitlines()[0]
    )
    assert len(function.body) == 2
    if not all_exercises()[name].tensors:
        names = {}
        exec(compile(source, path.name, "exec"), names)
        with pytest.raises(NotImplementedError):
            names[name](*[None] * len(function.args.args))


def test_a_stub_never_overwrites(tmp_path):
    (tmp_path / "review_relu.py").write_text("mine")
    with pytest.raises(UnusableInput, match=r"review_relu\.py is here already"):
        review.start("relu", tmp_path, NOON)
    assert (tmp_path / "review_relu.py").read_text() == "mine"
    assert histories() == {}
    with pytest.raises(UnusableInput, match="can't be written here"):
        review.start("relu", tmp_path / "nowhere", NOON)
