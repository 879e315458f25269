"""The registry: which exercises there are, by lesson, in the order of the catalogue.

A lesson's exercises are the tuple `EXERCISES` of its module in this package. Modules are imported
when they are asked for, so this package may be imported where no reference answer may be. The student edition
has a data file in a module's place, and only those of the lessons that were released.
"""

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path

from grader.exercise import Exercise

COURSE: dict[str, str] = {
    "01_introduction": "introduction",
    "02_neural_networks": "neural_networks",
    "03_training": "training",
    "04_frameworks": "frameworks",
}
"""Lesson → module of its exercises (and of its answers in `solutions/`), in the order of the course."""

HERE = Path(__file__).parent
LESSONS = {
    lesson: module
    for lesson, module in COURSE.items()
    if any((HERE / f"{module}{suffix}").is_file() for suffix in (".py", ".bank"))
}
"""The lessons of the course that this edition has."""


@cache
def all_exercises() -> dict[str, Exercise]:
    """Every exercise by its name, in the order of the catalogue."""
    return {exercise.name: exercise for lesson in LESSONS for exercise in exercises_of(lesson)}


def exercises_of(lesson: str) -> tuple[Exercise, ...]:
    """A lesson's exercises, in the order of the catalogue. An unknown lesson is a `KeyError`."""
    module = LESSONS[lesson]
    released = HERE / f"{module}.bank"
    if released.is_file():
        from grader.exercises import edition

        return edition.load(released)
    return import_module(f"{__name__}.{module}").EXERCISES


def lesson_of(exercise: Exercise) -> str:
    """The lesson that asks for the exercise: `"02_neural_networks"`."""
    return next(lesson for lesson, module in LESSONS.items() if module == exercise.module)


def nearest(name: str) -> str | None:
    """The exercise whose name is most like `name`, if one is like it at all."""
    return next(iter(get_close_matches(name, all_exercises(), n=1)), None)
