"""`course.toml`: what it may say, and the sentence for what it may not."""

import re

import pytest

from grader.classes.course import Course, read
from grader.errors import UnusableInput


@pytest.fixture
def course_file(tmp_path):
    def write(text):
        file = tmp_path / "course.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


def test_everything_has_a_default(course_file):
    assert read(course_file("")) == Course()


def test_the_example_of_the_module_is_read(course_file):
    from grader.classes import course

    example = "\n".join(line[4:] for line in course.__doc__.splitlines() if line.startswith("    "))
    # Whoever reads a `folder` uses it for good: `tests/grader/exercises/own` does, in processes of their own.
    settings = read(course_file("\n".join(line for line in example.splitlines() if "folder" not in line)))
    assert settings.points == {"relu": 2}
    assert settings.due["02_neural_networks"].tzinfo is not None
    assert settings.partial_credit
    assert settings.per_learner_seeds


def test_the_most_points_are_allowed(course_file):
    assert read(course_file("[points]\nrelu = 1e6\nsigmoid = 0")).points == {"relu": 1e6, "sigmoid": 0}


def test_a_byte_order_mark_at_the_start_is_passed_over(course_file):
    assert read(course_file('title = "Žofie"'.encode("utf-8-sig"))) == Course(title="Žofie")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pionts = 3", "pionts"),
        ("[points]\nrelus = 1", "relus"),
        ("[points]\nrelu = -1", "can't be worth -1"),
        ("[points]\nrelu = inf", "can't be worth inf"),
        ("[points]\nrelu = nan", "can't be worth nan"),
        ("[points]\nrelu = 1e308", r"can't be worth 1e\+308 points, only 0 to 1,000,000\."),
        ("[points]\n02_neural_networks = 1000000.1", "only 0 to 1,000,000"),
        ("[points]\nrelu = 'two'", r"\[points\]: relu is to be a number, without quotes: relu = 2"),
        ("points = 2", r"points is to be a table: \[points\] on a line of its own"),
        ("lessons = '02_neural_networks'", r"is to be a list of lessons, as in lessons = \[\"02_"),
        ("title = 3", "title is to be text in quotes"),
        ("partial_credit = 'yes'", "true or false, without quotes"),
        ("lessons = ['99_none']", "99_none"),
        (
            "[due]\n02_neural_networks = 2026-12-01T08:00:00",
            r"a time zone, as in .* = 2026-12-01T08:00:00\+01:00",
        ),
        ("[due]\n02_neural_networks = 2026-12-01", r"a date with time and .* = 2026-12-01T23:59:00\+01:00"),
        ("[due]\n02_neural_networks = '2026-12-01'", r"without quotes: .* = 2026-12-01T23:59:00\+01:00"),
        ("[due]\n02_neural_networks = '2026-12-01T08:00Z'", r"quotes: .* = 2026-12-01T08:00:00\+00:00"),
        ("[due]\n02_neural_networks = 08:00:00", r"quotes: .* = 2026-12-01T23:59:00\+01:00"),
        ("due = 2026-12-01", r"due is to be a table: .* 02_neural_networks = 2026-12-01T23:59:00\+01:00"),
        ("late_per_day = 2", "share of the points"),
        ("title = ", "no course file"),
        (b"\xff\xfe", "no course file"),
    ],
)
def test_nonsense_is_one_sentence(course_file, text, words):
    with pytest.raises(UnusableInput, match=words) as caught:
        read(course_file(text))
    assert "\n" not in str(caught.value)
    assert not re.search("`|\\$", str(caught.value).replace("`grader list`", "")), (
        "nothing of the reader's own words"
    )


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(UnusableInput, match="can't be read"):
        read(tmp_path / "course.toml")


def test_seeds_of_learners_differ_and_tell_nothing_of_the_classs():
    course = Course(per_learner_seeds=True)
    seeds = {course.seed_of("secret", key) for key in ("ada", "ben", "", "\udcff")}
    assert len(seeds) == 4
    assert not any("secret" in seed for seed in seeds)
    assert Course().seed_of("secret", "ada") == "secret"
