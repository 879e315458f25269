"""A learner's own way on: what is weak or unfinished in their record, and what goes with it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from grader import predictions
from grader.exercises import LESSONS, exercises_of
from grader.learning.progress import histories
from grader.learning.progress import predictions as predicted


class Step(NamedTuple):
    """What to take up again in a lesson.

    Args:
        lesson: its name.
        weak: exercises that were tried and never passed.
        unseen: predictions that were made and whose outcome was not seen.
        resources: names of those that go with the lesson.
    """

    lesson: str
    weak: tuple[str, ...]
    unseen: tuple[str, ...]
    resources: tuple[str, ...]


def way_on(resources: Mapping[str, Mapping[str, Any]]) -> list[Step]:
    """List the lessons in which something is weak or unfinished, in the order of the course.

    Args:
        resources: what `lessons/resources.toml` holds; each names its `lessons`.

    Returns:
        A step for each lesson; none where the record is empty, or all is done.
    """
    tried = {name for name, history in histories().items() if history.weak}
    waiting = {name for name, prediction in predicted().items() if prediction.outcome is None}
    steps = []
    for lesson in LESSONS if tried or waiting else ():
        weak = tuple(exercise.name for exercise in exercises_of(lesson) if exercise.name in tried)
        unseen = tuple(name for name in predictions.questions_of(lesson) if name in waiting)
        if weak or unseen:
            fitting = tuple(name for name, each in resources.items() if lesson in each["lessons"])
            steps.append(Step(lesson, weak, unseen, fitting))
    return steps
