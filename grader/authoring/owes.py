"""What an exercise still owes, each a sentence that says what to do: `owes`, and `lesson_owes`.

A check is a function that takes an exercise and yields such sentences; a new one is added to the list of its
module: `writing`, `running` or `belonging`.
"""

from collections.abc import Iterable, Iterator

from grader.authoring import belonging, running, writing
from grader.authoring.places import Places
from grader.errors import UnusableInput
from grader.exercise import Exercise
from grader.exercises import exercises_of, lesson_of, own

SOUND = (*running.FIRST, running.solution_passes, running.reference_is_clean)
"""What decides whether answers can be judged."""


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


def require_sound(lessons: Iterable[str], *, released: bool = False) -> None:
    """Make sure that lessons of one's own can be judged at all: each reference passes its own cases, cleanly.

    Args:
        lessons: which.
        released: whether they are to be given out; then the notebooks must be in step, too.

    Raises:
        UnusableInput: one can't; the sentence says why.
    """
    for lesson in lessons:
        for sentence in lesson_owes(lesson) if released else ():
            raise UnusableInput(f"{lesson}: {sentence}")
        for exercise in exercises_of(lesson):
            try:
                owed = next((sentence for check in SOUND for sentence in check(exercise)), None)
            except Exception as error:
                owed = _not_run(exercise, error)
            if owed is not None:
                raise UnusableInput(f"{lesson}, {exercise.name}: {owed}")


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
    except Exception as error:
        yield _not_run(exercise, error)


def _not_run(exercise: Exercise, error: Exception) -> str:
    """Say what the author's own code has raised: a generator of cases, `verify`."""
    blamed = own.blame(error, Places(lesson_of(exercise)).home)
    return f"It can't be run, for its cases or what verifies it fail: {blamed}"
