"""What an exercise still owes, each a sentence that says what to do: `owes`, and `lesson_owes`.

A check is a function that takes an exercise and yields such sentences; a new one is added to the list of its
module: `writing`, `running` or `belonging`.
"""

from collections.abc import Iterator

from grader.authoring import belonging, running, writing
from grader.exercise import Exercise


def owes(exercise: Exercise, *, slow: bool = False) -> list[str]:
    """Return what an exercise owes, in the order of the checks; nothing if it is whole.

    Args:
        exercise: which.
        slow: also train every known mistake of a goal, which takes minutes.
    """
    return list(_owed(exercise, slow))


def leaves_out(exercise: Exercise) -> bool:
    """Whether `owes` does without the exercise's known mistakes unless it may be slow."""
    return exercise.kind == "goal"


def lesson_owes(lesson: str) -> list[str]:
    """Return what a lesson owes as a whole: files that belong to nobody, a notebook out of step."""
    return [sentence for check in belonging.OF_A_LESSON for sentence in check(lesson)]


def _owed(exercise: Exercise, slow: bool) -> Iterator[str]:
    for check in (*writing.CHECKS, *belonging.CHECKS):
        yield from check(exercise)
    try:
        for first in running.FIRST:
            owed = list(first(exercise))
            yield from owed
            if owed:
                return
        for check in running.CHECKS:
            yield from check(exercise)
        if slow or not leaves_out(exercise):
            yield from running.mistakes_are_refused_and_named(exercise)
    except Exception as error:  # of the author's own code: a generator of cases, `verify`
        yield f"It can't be run, mend its cases or what verifies it: {type(error).__name__}: {error}"
