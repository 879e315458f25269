"""What can't be used of a course of one's own: one sentence, and nothing half done."""

import shutil

import pytest
from own_course import RIGHT, contents, replaced


def _lesson_of_ours(course):
    (course / "lessons" / "01_vectors.md").rename(course / "lessons" / "01_introduction.md")


def _exercise_of_ours(course):
    (course / "exercises" / "vectors" / "unit_vector.py").rename(course / "exercises" / "vectors" / "relu.py")
    replaced(course / "exercises" / "vectors" / "__init__.py", "unit_vector", "relu")
    replaced(course / "exercises" / "vectors" / "relu.py", "reference.unit_vector", "reference.relu")
    replaced(course / "solutions" / "vectors.py", "def unit_vector", "def relu")


def _odd_lesson(course):
    (course / "lessons" / "01_vectors.md").rename(course / "lessons" / "Vectors.md")


def _nobodys_exercises(course):
    shutil.copytree(course / "exercises" / "vectors", course / "exercises" / "matrices")


def _broken_file(course):
    replaced(
        course / "exercises" / "vectors" / "unit_vector.py", "EXERCISE = Exercise(", "EXERCISE = Exercise(("
    )


def _no_reference(course):
    replaced(course / "solutions" / "vectors.py", "def unit_vector", "def units")


def _failing_reference(course):
    replaced(course / "solutions" / "vectors.py", "return unit_vector(axis - ", "return (axis - ")


def _no_settings(course):
    (course / "course.toml").unlink()


def _odd_judge(course):
    (course / "exercises" / "verifying" / "vectors.py").rename(
        course / "exercises" / "verifying" / "forms.py"
    )


ODD = {
    _lesson_of_ours: "the course has introduction already: choose another name.",
    _exercise_of_ours: "vectors/relu.py: there is an exercise called relu already: choose another name.",
    _odd_lesson: "a lesson is called by a number and small letters, as 01_vectors.",
    _nobodys_exercises: "belongs to no lesson",
    _broken_file: "exercises/vectors/unit_vector.py, line",
    _no_reference: "AttributeError: module 'grader.references.vectors' has no attribute 'unit_vector'",
    _failing_reference: "01_vectors, orthogonal_to: The reference doesn't pass on public cases",
    _no_settings: "is no course: there is no course.toml in it, and an empty one will do.",
    _odd_judge: "its name is to begin with that of a lesson's exercises, as vectors.py.",
}


@pytest.mark.parametrize("spoil", ODD, ids=lambda spoil: spoil.__name__.strip("_"))
def test_what_cannot_be_used_is_one_sentence_and_nothing_is_done(spoil, run, course, tmp_path):
    spoil(course)
    (tmp_path / "answer.py").write_text(RIGHT)
    before = contents(tmp_path)
    for command in (("grade", "answer.py", "--out", "book"), ("release", "out")):
        done = run(*command, "--course", course)
        assert done.returncode == 2, done.stdout
        assert done.stderr.count("\n") == 1, done.stderr
        assert ODD[spoil] in done.stderr
    there = {path: content for path, content in contents(tmp_path).items() if "book" not in path.parts}
    assert there == before
    assert not (tmp_path / "book" / "reports.jsonl").exists()


def _reference_that_raises(course):
    replaced(course / "solutions" / "vectors.py", "np.sum(v**2)", "np.sum(w**2)")


def _leaves(course):
    file = course / "exercises" / "vectors" / "unit_vector.py"
    replaced(file, "EXERCISE = Exercise(", "raise SystemExit\nEXERCISE = Exercise(")


def _no_list(course):
    (course / "exercises" / "vectors" / "__init__.py").write_text('"""Nothing."""\n')


def _twice(course):
    replaced(course / "exercises" / "vectors" / "__init__.py", '"orthogonal_to"', '"unit_vector"')


def _missing_file(course):
    (course / "exercises" / "vectors" / "unit_vector.py").unlink()


def _no_exercise(course):
    replaced(course / "exercises" / "vectors" / "unit_vector.py", "EXERCISE = Exercise(", "EXERCISE = dict(")


def _anothers_function(course):
    file = course / "exercises" / "vectors" / "unit_vector.py"
    replaced(file, "reference.unit_vector", "reference.orthogonal_to")


def _questions_of_ours(course):
    (course / "predictions").mkdir()
    (course / "predictions" / "02_neural_networks.toml").touch()


def _odd_questions(course):
    (course / "predictions").mkdir()
    (course / "predictions" / "01_vectors.toml").write_text("[one]\nquestion = 3\n")


def _solutions_of_ours(course):
    (course / "solutions" / "neural_networks.py").touch()


def _odd_folder(course):
    (course / "course.toml").write_text("folder = 3\n")


MORE_ODD = {
    _reference_that_raises: "The reference raises NameError, and the statement doesn't say so",
    _leaves: "exercises/vectors/unit_vector.py, line",
    _no_list: "vectors/__init__.py has no EXERCISES.",
    _twice: "there is an exercise called unit_vector already",
    _missing_file: "vectors/unit_vector.py is missing.",
    _no_exercise: "vectors/unit_vector.py: EXERCISE is to be an Exercise.",
    _anothers_function: "the reference is to be the function unit_vector of solutions/vectors.py.",
    _questions_of_ours: "02_neural_networks.toml belongs to no lesson of yours",
    _odd_questions: "01_vectors.toml can't be read",
    _solutions_of_ours: "solutions/neural_networks.py: the course has a file of this name already",
    _odd_folder: 'folder is to be text in quotes, as in folder = "."',
}


@pytest.mark.parametrize("spoil", MORE_ODD, ids=lambda spoil: spoil.__name__.strip("_"))
def test_odd_files_are_one_sentence(spoil, run, course, tmp_path):
    spoil(course)
    (tmp_path / "answer.py").write_text(RIGHT)
    done = run("grade", "answer.py", "--course", course, "--out", "book")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert MORE_ODD[spoil] in done.stderr
    assert not (tmp_path / "book").exists()
