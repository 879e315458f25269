"""What a class is asked for: nobody's stray file changes what the others are out of, and why is said."""

import pytest

from grader.classes.asked import asked
from grader.classes.course import Course
from grader.classes.repeats import Entry
from grader.classes.tallying import class_results, reports
from grader.exercises import LESSONS, all_exercises, exercises_of
from grader.judging.judge import not_answered, verdict_on
from grader.judging.report import Report

NETS, LOSSES, STEPS = "02_neural_networks", "03a_backpropagation", "03b_optimization"
EXERCISES = all_exercises()


def entry(name, *answered, lesson=None, stubs=(), error=None):
    """A file of the learner whose folder it is in, with a verdict on each exercise of its lessons."""
    lessons = {lesson} | {
        next(w for w in LESSONS if EXERCISES[e] in exercises_of(w)) for e in (*answered, *stubs)
    }
    verdicts = [
        verdict_on(exercise, "passed", "", credit=1.0)
        if exercise.name in answered
        else not_answered(exercise)
        for one in LESSONS
        if one in lessons
        for exercise in exercises_of(one)
    ]
    learner, order = name.partition("/")[0], ((), (), (), ())
    report = Report(name, "s", "process", verdicts, error, lesson)
    return Entry(1, name, learner, learner, "", (name,), order, order, None, False, name, 1, True, report)


def lessons(*entries, course=None):
    exercises, sentences = asked(course or Course(), entries)
    return sorted({exercise.lesson for exercise in exercises}), sentences


ADA = entry("ada/hw.ipynb", "relu", lesson=NETS)


@pytest.mark.parametrize(
    "stray",
    [
        entry("grace/utils.py"),
        entry("grace/Untitled.ipynb"),
        entry("grace/hw.ipynb", "relu", "mse"),  # its metadata was stripped, and it has an `mse` of its own
        entry("grace/hw.ipynb", "relu", "mse", lesson=NETS),
        entry("grace/other.py", stubs=("mse",)),
        entry("grace/bad.ipynb", error="It can't be read."),
    ],
)
def test_no_stray_file_or_function_changes_what_the_class_is_out_of(stray):
    assert lessons(ADA, entry("eve/hw.ipynb", "relu", lesson=NETS), stray)[0] == [NETS]


def test_a_lone_notebook_is_of_the_lesson_that_it_names():
    assert lessons(entry("ada/hw.ipynb", "relu", "mse", lesson=NETS)) == (
        [NETS],
        (
            "The class is out of 16 points: 1 of 1 learner with answers handed in 02_neural_networks.",
            "03a_backpropagation does not count: answers of it are only in files of other lessons, as ada/hw"
            ".ipynb; if it is to count, name it under `lessons` in course.toml.",
        ),
    )


@pytest.mark.parametrize(
    ("size", "others", "counts"), [(3, 1, True), (4, 1, False), (20, 2, True), (21, 2, False)]
)
def test_notebooks_of_one_learner_in_ten_bring_their_lesson_in(size, others, counts):
    class_ = [entry(f"{i}/hw.ipynb", "relu", lesson=NETS) for i in range(size - others)]
    class_ += [entry(f"grace{i}/hw.ipynb", "mse", lesson=LOSSES) for i in range(others)]
    found, sentences = lessons(*class_)
    assert (LOSSES in found) == counts
    assert any("answers of it" in sentence for sentence in sentences) != counts


@pytest.mark.parametrize("size", [2, 10, 40])
def test_a_notebook_without_an_answer_brings_nothing_in(size):
    class_ = [entry(f"{i}/hw.ipynb", "relu", lesson=NETS) for i in range(size - 1)]
    found, sentences = lessons(*class_, entry("grace/hw.ipynb", lesson=LOSSES))
    assert found == [NETS]
    assert not any("answers of it" in sentence for sentence in sentences)


@pytest.mark.parametrize(("answering", "counts"), [(3, True), (2, False)])
def test_answers_of_more_than_half_bring_a_lesson_in(answering, counts):
    class_ = [entry(f"{i}/hw.py", "relu", *["mse"][: i < answering]) for i in range(4)]
    assert (LOSSES in lessons(*class_)[0]) == counts


@pytest.mark.parametrize("name", ["ada/hw.ipynb", "ada/hw.py"])
def test_one_name_of_another_lesson_hands_in_no_lesson(name):
    assert lessons(entry(name, "relu", "tanh", "mse")) == (
        [NETS],
        (
            "The class is out of 16 points: 1 of 1 learner with answers handed in 02_neural_networks.",
            "03a_backpropagation does not count: answers of it are only in files of other lessons, as "
            f"{name}; if it is to count, name it under `lessons` in course.toml.",
        ),
    )
    assert lessons(entry(name, "relu", "tanh", "mse", "sgd_step"))[0] == [NETS, LOSSES]
    assert lessons(entry(name, "relu", "tanh"), entry("ada/03.py", "mse"))[0] == [NETS, LOSSES]


def test_where_no_lesson_is_common_any_answer_counts_and_then_any_name_and_then_all():
    apart = [entry("a/a.py", "relu"), entry("b/b.py", "mse"), entry("c/c.py", "zone_features")]
    assert lessons(*apart)[0] == ["01_introduction", NETS, LOSSES]
    assert lessons(entry("a/a.py", stubs=("relu",)))[0] == [NETS]
    found, (sentence,) = lessons(entry("a/utils.py"))
    assert found == list(LESSONS)
    assert sentence.endswith("points: nobody has an answer.")


def test_course_toml_decides_where_it_names_lessons():
    found, sentences = lessons(ADA, entry("grace/utils.py"), course=Course(lessons=(LOSSES,)))
    assert found == [LOSSES]
    assert sentences == ("The class is out of 15 points: course.toml names 03a_backpropagation.",)


def test_reports_on_files_hold_what_counts_and_nobody_is_shown_less_than_was_asked():
    entries = [ADA, entry("ada/utils.py"), entry("eve/hw.py"), entry("grace/hw.ipynb", "relu", "mse")]
    found = {one.name: report for one, report in reports(Course(), entries)}
    assert {name: (report.score, report.out_of) for name, report in found.items()} == {
        "ada/hw.ipynb": (1, 16),
        "ada/utils.py": (0, 0),
        "eve/hw.py": (0, 16),
        "grace/hw.ipynb": (1, 16),
    }
    results = class_results(Course(), entries, {}, [])
    assert results.out_of == 16
    assert {learner.name: learner.points for learner in results.learners} == {"ada": 1, "eve": 0, "grace": 1}
