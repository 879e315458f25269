"""A class with a course of one's own: what counts must be sound, and another course is refused."""

import shutil

import pytest
from own_course import RIGHT, replaced


@pytest.fixture
def unfinished(run, course):
    """The course with a second lesson, whose exercise is just begun."""
    assert run("author", "new", "--course", course, "02_means", "geometric").returncode == 0
    (course / "course.toml").write_text("")
    return course


def test_only_the_lessons_that_count_must_be_finished(run, unfinished, tmp_path, sandbox):
    (tmp_path / "answer.py").write_text(RIGHT)
    graded = run("grade", "answer.py", "--course", unfinished)
    assert graded.returncode == 2
    assert graded.stderr.startswith("02_means, geometric: The reference raises NotImplementedError")
    released = run("release", "out", "--course", unfinished)
    assert released.returncode == 2
    assert released.stderr.startswith("02_means: the notebook is missing")
    named = run("release", "out", "--course", unfinished, "--lesson", "01_vectors")
    assert named.returncode == 0, named.stderr
    (unfinished / "course.toml").write_text('lessons = ["01_vectors"]\n')
    for command in (("grade", "answer.py"), ("release", "out")):
        done = run(*command, "--course", unfinished)
        assert done.returncode == 0, done.stderr


def test_lessons_of_ours_alone_can_be_released(run, course, tmp_path):
    (course / "course.toml").write_text('lessons = ["01_introduction"]\n')
    done = run("release", "out", "--course", course)
    assert done.returncode == 0, done.stderr
    student = tmp_path / "out" / "student"
    assert [file.stem for file in (student / "lessons").glob("*.ipynb")] == ["01_introduction"]


@pytest.fixture
def book(run, course, tmp_path, sandbox):
    """A class that was graded with the course."""
    (tmp_path / "answer.py").write_text(RIGHT)
    done = run("grade", "answer.py", "--course", course, "--out", "book")
    assert done.returncode == 0, done.stderr
    return tmp_path / "book"


def points(run, book, *arguments, **options):
    done = run("report", book, *arguments, **options)
    assert done.returncode == 0, done.stderr
    return (book / "report" / "index.html").read_text("utf-8")


def test_another_course_than_the_gradebooks_is_refused(run, book, course, tmp_path):
    before = points(run, book)
    other = shutil.copytree(course, tmp_path / "other")
    (other / "lessons" / "01_vectors.md").rename(other / "lessons" / "05_vectors.md")
    for done in (
        run("report", book, "--course", other),
        run("report", book, folder=other),
        run("grade", "answer.py", "--out", book, "--course", other),
    ):
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert f"was graded with the course in {course}, and not with that in {other}" in done.stderr
    assert points(run, book) == before
    assert points(run, book, folder=course) == before


def test_a_course_that_has_moved_is_named_once(run, book, course, tmp_path):
    before = points(run, book)
    course.rename(tmp_path / "moved")
    other = tmp_path / "other"
    other.mkdir()
    (other / "course.toml").touch()
    assert run("author", "new", "--course", other, "01_vectors", "length").returncode == 0
    for command in (("report", book), ("grade", "answer.py", "--out", book)):
        done = run(*command, "--course", other)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "has no exercise of the class in" in run("report", book, "--course", other).stderr
    assert points(run, book, "--course", tmp_path / "moved") == before
    assert points(run, book) == before


def test_what_is_said_of_an_unfinished_lesson_names_it_once(run, unfinished):
    checked = run("author", "check", "geometric", "--course", unfinished, COLUMNS="1000")
    assert "the notebook is missing" in checked.stdout
    assert "02_means: " not in checked.stdout


def test_a_reference_without_end_is_said_to_be_one(run, course):
    replaced(course / "solutions" / "vectors.py", "    axis = ", "    while True:\n        pass\n    axis = ")
    replaced(
        course / "solutions" / "vectors.py", "    length = ", "    while len(v):\n        pass\n    length = "
    )
    names = ("unit_vector", "orthogonal_to")  # a value, and what is verified, by mistakes that call it
    checked = run("author", "check", *names, "--course", course, COLUMNS="1000")
    assert checked.stdout.count("The reference doesn't end within 4 seconds on public cases") == 2
    assert "NotImplementedError" not in checked.stdout
