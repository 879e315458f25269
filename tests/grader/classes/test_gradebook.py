"""The gradebook: what it keeps, what it refuses, and that a mark outlives every regrade."""

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import msgspec
import pytest

from grader.classes import sums
from grader.classes.course import Course
from grader.classes.gradebook import FILE, Gradebook
from grader.classes.results import Mark
from grader.errors import GraderError, UnusableInput
from grader.exercises import all_exercises, exercises_of
from grader.judging.judge import not_answered, verdict_on
from grader.judging.report import Report
from grader.learning.card import counterexample_text
from grader.submissions.intake import Handed

EXERCISES = all_exercises()


def verdict(name, status, credit=0.0):
    return verdict_on(
        EXERCISES[name], status, "", cases=4, passed=int(4 * credit), seconds=0.25, credit=credit
    )


def graded(name, **statuses):
    verdicts = [
        verdict(e, statuses[e], float(statuses[e] == "passed"))
        if e in statuses
        else not_answered(EXERCISES[e])
        for e in EXERCISES
    ]
    return Report(name, "s", "landlock+seccomp", verdicts)


def handed(*names, **facts):
    learners = {
        "ada.py": ("Ada", "1"),
        "ada2.py": ("Ada", "1"),
        "ben.py": ("Ben", "2"),
        "new.py": ("New", "3"),
    }
    return [Handed(name, *learners[name], state="state", work=(name,), **facts) for name in names]


def fill(book, course=None):
    book.begin("s", course or Course(), handed("ada.py", "ben.py"))
    book.add("ada.py", "state", graded("ada.py", relu="passed", softmax="failed"), {"relu": "def relu…"})
    book.add("ben.py", "state", graded("ben.py", relu="error"), {})


@pytest.fixture
def book(tmp_path):
    with Gradebook.create(tmp_path) as book:
        fill(book)
        yield book


def points(book):
    return {learner.name: learner.points for learner in book.results().learners}


def test_what_is_added_is_there_for_whoever_opens_it_next(book, tmp_path):
    with Gradebook.open(tmp_path) as other:
        assert [r.submission for r in other.reports()] == ["ada.py", "ben.py"]
        assert points(other) == {"Ada": 1.0, "Ben": 0.0}
        ada = other.results().learners[0]
    assert ada.results["relu"].answer == "def relu…"
    assert ada.results["tanh"].report.status == "missing"


def test_settled_means_the_last_result_is_of_the_same_state(book):
    assert book.settled("ada.py", "state")
    assert not book.settled("ada.py", "other")
    assert not book.settled("nobody.py", "state")
    book.add("ada.py", "other", graded("ada.py"), {})
    assert not book.settled("ada.py", "state")


def test_a_mark_goes_first_and_no_regrade_touches_it(book):
    book.mark("2", "relu", Mark(0.5, "The idea is right."))
    book.mark("2", None, Mark(None, "Come and see me."))
    for _ in range(2):
        ben = book.results().learners[1]
        assert (ben.points, ben.comment) == (0.5, "Come and see me.")
        assert ben.results["relu"].mark == Mark(0.5, "The idea is right.")
        assert ben.results["relu"].report.status == "error", "the grader's own verdict is kept beside it"
        book.add("ben.py", "again", graded("ben.py", relu="error"), {})
        book.begin("s", Course(), handed("ada.py", "ben.py"))
    book.mark("2", "relu", Mark(None, ""))
    assert points(book)["Ben"] == 0
    assert book.results().learners[1].results["relu"].mark is None, "it is taken back"


def test_the_history_of_a_submission_is_kept(book):
    book.add("ben.py", "again", graded("ben.py", relu="passed"), {})
    assert [r.score for _, r in book.history("ben.py")] == [0, 1]
    assert points(book)["Ben"] == 1


def test_what_was_handed_in_before_still_counts_unless_it_is_replaced(book):
    book.begin("s", Course(), handed("ada.py"))
    assert book.remarks() == [
        "Not among these, but handed in before: 1 (ben.py). They still count; --replace drops them."
    ]
    assert list(points(book)) == ["Ada", "Ben"]
    assert [r.submission for r in book.reports(of_this_time=True)] == ["ada.py"]
    book.begin("s", Course(), handed("ada.py"), replace=True)
    assert book.remarks() == []
    assert list(points(book)) == ["Ada"]
    assert len(book.history("ben.py")) == 1, "and its results are kept"


@pytest.mark.parametrize("times", [1, 2])
def test_what_replaces_a_class_without_an_answer_leaves_what_it_is_out_of(book, times):
    book.add("ada.py", "state", Report("ada.py", "s", "process", [verdict("relu", "passed", 1.0)]), {})
    book.add("ben.py", "state", Report("ben.py", "s", "process", []), {})
    before = book.results()
    assert before.out_of == len(exercises_of("02_neural_networks"))
    for _ in range(times):
        book.begin("s", Course(), handed("new.py"), replace=True)
        book.add("new.py", "state", Report("new.py", "s", "process", [], error="It is no notebook."), {})
    after = book.results()
    assert after.exercises == before.exercises
    assert [learner.name for learner in after.learners] == ["New"]
    assert after.basis == (
        "The class is out of 16 points: nobody has an answer, and of those that were replaced, 1 of 1 "
        "learner with answers handed in 02_neural_networks.",
    )
    assert [report.out_of for report in book.reports()] == [0]
    book.begin("s", Course(), handed("new.py"), replace=True)
    book.add("new.py", "state", Report("new.py", "s", "process", [verdict("mse", "failed")]), {})
    assert {exercise.lesson for exercise in book.results().exercises} == {"03a_backpropagation"}


def test_several_files_of_one_learner_are_one_learner(book):
    book.begin("s", Course(), handed("ada.py", "ada2.py", "ben.py"))
    book.add("ada2.py", "state", graded("ada2.py", softmax="passed"), {})
    ada, _ = book.results().learners
    assert ada.submissions == ("ada.py", "ada2.py")
    assert ada.points == 2, "the file that answers an exercise counts for it"
    assert book.results().unfinished == 0


def test_two_learners_whose_files_have_one_name_in_two_runs_are_two(book):
    book.begin("s", Course(), [Handed("ada.py", "Eve", "9", state="state", work=("ada.py",))])
    book.add("ada.py", "state", graded("ada.py"), {})
    assert points(book) == {"Ada": 1.0, "Ben": 0.0, "Eve": 0.0}


def test_of_two_files_that_answer_an_exercise_the_last_counts(book):
    book.begin("s", Course(), handed("ada2.py"))
    book.add("ada2.py", "state", graded("ada2.py", relu="failed"), {})
    assert points(book)["Ada"] == 0, "of one time, the last by name"
    later, earlier = ((), (), (1, 0), (2026,)), ((), (), (1, 0), (2025,))
    book.begin("s", Course(), handed("ada.py", order=later))
    book.begin("s", Course(), handed("ada2.py", order=earlier))
    assert points(book)["Ada"] == 1, "the later one, whichever run brought it"


def test_what_waits_still_or_is_out_of_date_is_counted(book):
    book.begin("s", Course(), handed("ada.py", "ben.py", "new.py"))
    assert book.results().unfinished == 1
    stale = handed("ben.py")[0]._replace(state="another content")
    book.begin("s", Course(), [*handed("ada.py", "new.py"), stale])
    results = book.results()
    assert results.unfinished == 2
    assert {learner.name: learner.unfinished for learner in results.learners} == {"Ada": False, "Ben": True}


def test_a_regrade_that_was_ended_goes_on_in_its_round(book):
    assert book.round(regrade=False) == 0
    assert book.round(regrade=True) == 1
    again = [one._replace(state="round 1") for one in handed("ada.py", "ben.py")]
    book.begin("s", Course(), again, 1)
    book.add("ada.py", "round 1", graded("ada.py"), {})
    assert book.round(regrade=True) == book.round(regrade=False) == 1
    book.add("ben.py", "round 1", graded("ben.py"), {})
    assert book.round(regrade=True) == 2


def test_lateness_is_by_the_lessons_due_date(book):
    due = datetime(2026, 12, 1, tzinfo=UTC)
    course = Course(due={"02_neural_networks": due}, late_per_day=0.1, late_at_most=0.25)
    for days, factor in ((-1, 1.0), (0.5, 0.9), (1.5, 0.8), (30, 0.75)):
        submitted = due + timedelta(days=days)
        book.begin("s", course, handed("ada.py", submitted=submitted), replace=True)
        (ada,) = book.results().learners
        assert ada.points == pytest.approx(factor)
        assert ada.late_days == max(0, int(-(-days // 1)))


def test_only_the_courses_lessons_count(book):
    book.set_course(Course(lessons=("02_neural_networks",), points={"02_neural_networks": 2, "relu": 5}))
    results = book.results()
    assert results.out_of == 5 + 2 * 15
    assert results.learners[0].points == 5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no database at all, but long enough to be one" * 30, "damaged, or no gradebook"),
        (b"", "is empty, so a class's results and marks are lost in it: bring back a copy, or move it away"),
    ],
)
def test_what_is_no_gradebook_is_refused(tmp_path, content, words):
    (tmp_path / FILE).write_bytes(content)
    for used in (Gradebook.open, Gradebook.create):
        with pytest.raises(UnusableInput, match=words), used(tmp_path):
            pass
    with pytest.raises(UnusableInput, match=words):
        Gradebook.own_course(tmp_path)
    assert (tmp_path / FILE).read_bytes()[:40] == content[:40], "and left as it was"


def test_a_gradebook_whose_making_was_cut_short_is_made_by_the_same_command(tmp_path, monkeypatch):
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("os.replace", Mock(side_effect=KeyboardInterrupt))
        with Gradebook.create(tmp_path):
            pass
    assert not (tmp_path / FILE).exists()
    assert Gradebook.own_course(tmp_path) == (None, set())
    with Gradebook.create(tmp_path) as book:
        fill(book)
    with Gradebook.open(tmp_path) as book:
        assert list(book.reports())


def test_a_damaged_gradebook_is_refused(tmp_path):
    with Gradebook.create(tmp_path) as book:
        fill(book)
        for i in range(50):
            book.add("ada.py", str(i), graded("ada.py", relu="passed"), {"relu": "x" * 1000})
    file = tmp_path / FILE
    data = bytearray(file.read_bytes())
    for start in range(4096, len(data), 8192):
        data[start : start + 512] = b"\xff" * 512
    file.write_bytes(data)
    with pytest.raises(UnusableInput, match="damaged"), Gradebook.open(tmp_path) as book:
        list(book.reports())


def test_another_version_is_refused(tmp_path):
    with Gradebook.create(tmp_path):
        pass
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(UnusableInput, match="version 99"), Gradebook.open(tmp_path):
        pass


def test_another_programs_database_is_refused_and_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(UnusableInput, match="no gradebook of this grader"), Gradebook.create(tmp_path):
        pass


def test_a_gradebook_of_before_faults_and_shown_values_opens(tmp_path):
    """What reports have gained since is left out of the bytes; all else stays as it was read then."""
    with Gradebook.create(tmp_path) as book:
        fill(book)
        now = book.results()
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        sums.register(connection)
        for number, encoded in connection.execute("SELECT id, report FROM results").fetchall():
            report = msgspec.msgpack.decode(encoded)
            for exercise in report["exercises"]:
                del exercise["fault"]
                exercise["counterexample"] = {"arguments": {"x": [1.0]}, "expected": 1.0, "got": "nan"}
            connection.execute(
                "UPDATE results SET report = ? WHERE id = ?", (msgspec.msgpack.encode(report), number)
            )
    with Gradebook.open(tmp_path) as book:
        then = book.results()
    assert [learner.points for learner in then.learners] == [learner.points for learner in now.learners]
    found = then.learners[0].results["softmax"].report
    assert (found.fault, found.counterexample.shown) == ("", None)
    assert "softmax(x=[1.])" in counterexample_text(found)


def test_two_graders_at_once_are_one_too_many(tmp_path):
    with (
        Gradebook.create(tmp_path),
        pytest.raises(UnusableInput, match="Another grader"),
        Gradebook.create(tmp_path),
    ):
        pass
    with Gradebook.create(tmp_path):
        pass


def test_a_full_disk_loses_nothing_that_was_there(tmp_path):
    with Gradebook.create(tmp_path) as book:
        fill(book)
    with pytest.raises(GraderError, match="full"), Gradebook.create(tmp_path) as book:
        (pages,) = book._connection.execute("PRAGMA page_count").fetchone()
        book._connection.execute(f"PRAGMA max_page_count = {pages}")
        for i in range(100):
            book.add("ada.py", str(i), graded("ada.py", relu="failed"), {"relu": "x" * 10_000})
    with Gradebook.open(tmp_path) as book:
        assert "ada.py" in [report.submission for report in book.reports()]
        (sound,) = book._connection.execute("PRAGMA integrity_check").fetchone()
        assert sound == "ok"


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableInput, match="can't be written"), Gradebook.create(tmp_path / "file"):
        pass


def test_there_is_no_gradebook_where_nobody_graded(tmp_path):
    with pytest.raises(UnusableInput, match="There is no gradebook"), Gradebook.open(tmp_path):
        pass
