"""What is asked, and how it is checked: a folder a lesson, a file an exercise; and the registry of them all.

    <lesson>/<exercise>.py   cases, known mistakes, hints, limits: `EXERCISE`; not the reference
    <lesson>/cases.py        the generators that several exercises of the lesson share
    <lesson>/__init__.py     `EXERCISES`: their names, in the order of the lesson
    verifying/<lesson>.py    the functions that judge what is not compared; the student edition has them too.
                             Where they are many, in several files whose names begin with the lesson's
    goals                    figures to reach on data that nobody has seen
    models                   Keras models as arguments of cases
    edition                  a lesson of the student edition: a data file in the folder's place
    own                      an instructor's own course, whose lessons stand behind ours

Files are imported when they are asked for, so this package may be imported where no reference answer may be.
"""

from functools import cache
from importlib import import_module
from pathlib import Path

from dlcourse import content
from grader.exercise import Exercise


def module_of(lesson: str) -> str:
    """Return the folder of a lesson's exercises, and the module of its references.

    >>> module_of("03a_backpropagation")
    'backpropagation'
    """
    return lesson.partition("_")[2]


COURSE: dict[str, str] = {
    lesson: module_of(lesson)
    for lesson in (
        "01_introduction",
        "02_neural_networks",
        "03a_backpropagation",
        "03b_optimization",
        "04_frameworks",
        "05a_preprocessing",
        "05b_architecture",
        "05c_training_process",
        "06_evaluation",
        "07a_convolutional_networks",
        "07b_recurrent_networks",
        "07c_transfer_learning",
        "07d_transformers",
        "08_resources",
    )
}
"""Lesson → folder of its exercises, and module of `grader.references`; in the order of the course."""

RENAMED: dict[str, tuple[str, ...]] = {"03_training": ("03a_backpropagation", "03b_optimization")}
"""What a lesson was once called → its names of today, which are several where it was divided."""

HERE = Path(__file__).parent
LESSONS = {
    lesson: module
    for lesson, module in COURSE.items()
    if (HERE / module / "__init__.py").is_file() or (HERE / f"{lesson}.bank").is_file()
}
"""The lessons of the course that this edition has; behind them those of a course of one's own."""


def add_own() -> None:
    """Add the lessons of the course of one's own that the environment names, or a student edition has."""
    places = [Path(place) for place in content.own_places("")]
    texts = [text for place in places for text in place.glob("lessons/[0-9]*.md")]
    asked = [text for text in texts if (text.parents[1] / "exercises" / module_of(text.stem)).is_dir()]
    for lesson in sorted({file.stem for file in (*asked, *HERE.glob("*.bank"))} - LESSONS.keys()):
        LESSONS[lesson] = module_of(lesson)
    __path__.extend(place for place in content.own_places("exercises") if place not in __path__)
    all_exercises.cache_clear()


@cache
def all_exercises() -> dict[str, Exercise]:
    """Every exercise by its name, in the order of the catalogue."""
    return {exercise.name: exercise for lesson in LESSONS for exercise in exercises_of(lesson)}


def exercises_of(lesson: str) -> tuple[Exercise, ...]:
    """A lesson's exercises, in the order of the catalogue. An unknown lesson is a `KeyError`."""
    module = LESSONS[lesson]
    released = HERE / f"{lesson}.bank"
    if released.is_file():
        from grader.exercises import edition

        return edition.load(released, module)
    names = import_module(f"{__name__}.{module}").EXERCISES
    return tuple(import_module(f"{__name__}.{module}.{name}").EXERCISE for name in names)


def lessons_of(name: str | None) -> tuple[str, ...]:
    """Return the lessons that a name stands for which somebody wrote: today's, or one of before.

    Several for a lesson that was divided since; none where there is no such lesson.

    >>> lessons_of("03_training")
    ('03a_backpropagation', '03b_optimization')
    """
    return tuple(lesson for lesson in RENAMED.get(name or "", (name,)) if lesson in LESSONS)


def lesson_of(exercise: Exercise) -> str:
    """The lesson that asks for the exercise: `"02_neural_networks"`."""
    return next(lesson for lesson, module in LESSONS.items() if module == exercise.module)


add_own()
