"""A lesson by a name of before: whoever wrote it in a file of theirs is understood, and nothing is lost."""

import inspect
import json
from datetime import UTC, datetime

import msgspec
import pytest

from grader.authoring import new
from grader.classes.course import Course, read
from grader.classes.gradebook import Gradebook
from grader.errors import UnusableInput
from grader.exercises import LESSONS, RENAMED, exercises_of, lessons_of
from grader.judging.judge import not_answered, verdict_on
from grader.judging.report import Report
from grader.learning import progress
from grader.releasing import release
from grader.storage import folder
from grader.submissions.intake import Handed

OLD, TODAY = "03_training", ("03a_backpropagation", "03b_optimization")
ASKED = [exercise for lesson in TODAY for exercise in exercises_of(lesson)]


def test_a_name_is_todays_or_one_of_before_or_none():
    assert lessons_of(OLD) == TODAY
    assert [lessons_of(lesson) for lesson in LESSONS] == [(lesson,) for lesson in LESSONS]
    assert lessons_of("99_nothing") == lessons_of(None) == ()
    assert not RENAMED.keys() & LESSONS.keys()
    assert {lesson for lessons in RENAMED.values() for lesson in lessons} <= LESSONS.keys()


IMPORTS = "from collections.abc import Callable\nimport numpy as np\nfrom grader import check, solved"


def old_notebook(file):
    """The notebook of before, with the reference answers in it."""
    cells = [
        {"cell_type": "code", "id": name, "source": source, "outputs": [], "execution_count": None}
        | {"metadata": {"dlcourse": {"exercise": name, "role": "stub"}} if name else {}}
        for name, source in (
            ("", IMPORTS),
            *((exercise.name, inspect.getsource(exercise.reference)) for exercise in ASKED),
            ("", "check()"),
        )
    ]
    metadata = {"dlcourse": {"lesson": OLD}, "language_info": {"name": "python"}}
    file.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))


def test_an_old_notebook_is_graded_whole_in_a_course_that_names_its_lesson(grader, tmp_path):
    old_notebook(tmp_path / "03_training.ipynb")
    due = f"[due]\n{OLD} = 2026-12-01T23:59:00+01:00\n"
    (tmp_path / "course.toml").write_text(f'lessons = ["{OLD}"]\n[points]\n{OLD} = 2\nmse = 5\n{due}')
    done = grader("grade", "03_training.ipynb", "--seed", "s", "--out", "out", "--json", status=0)
    (report,) = map(json.loads, done.stdout.splitlines())
    assert [(e["name"], e["lesson"]) for e in report["exercises"]] == [
        (exercise.name, lesson) for lesson in TODAY for exercise in exercises_of(lesson)
    ]
    assert {e["status"] for e in report["exercises"]} == {"passed"}
    assert report["score"] == report["out_of"] == 2 * len(ASKED) + 3
    assert "course.toml names 03a_backpropagation and 03b_optimization" in done.stderr


def test_in_course_toml_what_is_said_of_todays_lesson_goes_first(tmp_path):
    file = tmp_path / "course.toml"
    file.write_text(f'lessons = ["{TODAY[1]}", "{OLD}"]\n[points]\n{TODAY[1]} = 3\n{OLD} = 2\nrelu = 4\n')
    course = read(file)
    assert course.lessons == (TODAY[1], TODAY[0])
    assert course.points == {TODAY[1]: 3, TODAY[0]: 2, "relu": 4}


@pytest.mark.parametrize("answered", [[e.name for e in ASKED], ["mse", "adam_step"], ["mse"]])
@pytest.mark.parametrize("named", [True, False])
def test_a_gradebook_of_before_opens_with_its_scores(tmp_path, answered, named):
    verdicts = [
        verdict_on(e, "passed", "", credit=1.0) if e.name in answered else not_answered(e) for e in ASKED
    ]
    verdicts = [msgspec.structs.replace(verdict, lesson=OLD) for verdict in verdicts]
    due = datetime(2026, 1, 1, tzinfo=UTC)
    course = {"lessons": [OLD] * named, "late_per_day": 0.5, "due": {OLD: due}, "points": {OLD: 2.0}}
    handed = Handed("ada.ipynb", "Ada", "1", state="s", submitted=due.replace(hour=5))
    with Gradebook.create(tmp_path) as book:
        book.begin("seed", Course(), [handed])
        book.add("ada.ipynb", "s", Report("ada.ipynb", "seed", "process", verdicts, lesson=OLD), {})
        with book._connection as connection:
            connection.execute("UPDATE class SET course = ?", (msgspec.msgpack.encode(course),))
    with Gradebook.open(tmp_path) as book:
        results = book.results()
        ((_, report),) = book.history("ada.ipynb")
    assert [exercise.name for exercise in results.exercises] == [exercise.name for exercise in ASKED]
    assert {exercise.lesson for exercise in results.exercises} == set(TODAY)
    assert {verdict.lesson for verdict in report.exercises} == set(TODAY)
    assert results.out_of == 2 * len(ASKED)
    (learner,) = results.learners
    assert (learner.points, learner.late_days) == (len(answered), 1), "half of its points for a day"


@pytest.mark.usefixtures("own_home")
def test_progress_of_before_stays():
    old = {"version": 1, "exercises": {"adam_step": {"status": "passed", "passed": True, "tries": 3}}}
    folder("state").mkdir(parents=True, exist_ok=True)
    (folder("state") / "progress.json").write_text(json.dumps(old))
    assert progress.states() == {"adam_step": "passed"}
    assert progress.histories()["adam_step"].tries == 3


def test_a_release_of_an_old_name_has_both_lessons(tmp_path, monkeypatch):
    monkeypatch.setattr(release, "_require_that_it_works", lambda student: None)
    assert tuple(release.release(tmp_path / "out", lessons=[OLD])) == TODAY
    assert {file.stem for file in (tmp_path / "out/student/lessons").glob("*.ipynb")} == set(TODAY)


def test_a_new_exercise_asks_which_of_the_two():
    with pytest.raises(UnusableInput, match=f"has become {TODAY[0]} and {TODAY[1]}: name one of them"):
        new.begin(OLD, "anything(x)")
