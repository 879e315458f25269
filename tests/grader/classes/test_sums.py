"""What was changed on the disk: known when the gradebook is opened, and told in a sentence."""

import contextlib
import random
import sqlite3

import pytest

from grader.classes.course import Course
from grader.classes.gradebook import FILE, Gradebook
from grader.classes.results import Mark
from grader.errors import GraderError, UnusableInput
from grader.exercises import exercises_of
from grader.judging.judge import not_answered, verdict_on
from grader.judging.report import Report
from grader.submissions.intake import Handed

NAMES = ("ada.py", "ben.py", "cy.py")


@pytest.fixture
def book(tmp_path):
    """The file of a class of three, with a mark."""
    _, relu, *rest = exercises_of("02_neural_networks")
    with Gradebook.create(tmp_path) as book:
        book.begin("s", Course(), [Handed(name, name, name, state="s") for name in NAMES])
        for name in NAMES:
            verdicts = [verdict_on(relu, "passed", "", credit=1.0), *map(not_answered, rest)]
            book.add(name, "s", Report(name, "s", "process", verdicts), {"relu": "def relu(x): ..."})
        book.mark("ada.py", "relu", Mark(0.5, "Well done."))
    return tmp_path / FILE


def content(file):
    with Gradebook.open(file.parent) as book:
        histories = [book.history(name) for name in NAMES]
        return book.seed(), book.course(), book.results(), histories, list(book.reports()), book.marks()


def change(file, statement):
    """Change a row as a fault of the disk does: without its sum."""
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"DROP TRIGGER {statement.split()[1]}_update")
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "lost"),
    [
        ("UPDATE class SET seed = 't'", "the seed and the settings of the class"),
        ("UPDATE attempts SET late = 1 WHERE name = 'ben.py'", r"ben\.py is not"),
        ("UPDATE results SET graded = 'now' WHERE id = 3", r"cy\.py is not"),
        ("UPDATE results SET answers = x'80'", r"ada\.py and 2 more"),
        ("UPDATE marks SET score = 9", "a mark of the instructor"),
    ],
)
def test_it_says_what_is_lost(book, statement, lost):
    change(book, statement)
    with pytest.raises(UnusableInput, match=rf"is damaged: what it holds of {lost}.*Bring back a copy"):
        content(book)


def test_no_damage_is_passed_over(book):
    whole, data = content(book), book.read_bytes()
    rng, told = random.Random(0), 0
    for _ in range(400):
        damaged, at = bytearray(data), rng.randrange(len(data))
        size = rng.choice([1, 1, 4, 64])
        damaged[at : at + size] = rng.randbytes(size)
        book.write_bytes(damaged[: len(data)])
        try:
            assert content(book) == whole
        except GraderError as error:
            told += 1
            assert str(error).count("\n") == 0
    assert told > 50
