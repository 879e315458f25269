"""A course of one's own: an instructor's folder, whose lessons stand behind ours.

    course.toml                       what is decided about a class; it may be empty
    lessons/<lesson>.md, .ipynb       `01_vectors`: a number, and the name of its exercises' folder
    exercises/<name>/                 as ours: a file an exercise, and `EXERCISES` in its `__init__.py`
    exercises/verifying/<name>.py     functions that judge what is not compared
    solutions/<name>.py               the references, imported from `grader.references` as ours are
    predictions/<lesson>.toml         questions before experiments
    tests/

Processes that this one starts know it by an environment variable: workers, notebooks, the build.
"""

import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from dlcourse import content
from grader import exercises, references
from grader.child import confinement
from grader.errors import UnusableInput
from grader.exercises import COURSE, LESSONS, RENAMED, exercises_of, module_of, verifying

SETTINGS = "course.toml"
PARTS = ("lessons", "exercises", "solutions", "predictions")  # folders that are read when it is used
LESSON = re.compile(r"\d\d[a-z]?_[a-z][a-z0-9_]*")
PACKAGES = ((exercises, "exercises"), (verifying, "exercises/verifying"), (references, "solutions"))


def use(folder: Path) -> None:
    """Add a folder's lessons to the course, in this process and in those that it starts.

    Raises:
        UnusableInput: the folder is no course, or something in it can't be used; then nothing was added.
    """
    folder, before = folder.absolute(), os.environ.get(content.OWN_COURSE)
    if before is not None and Path(before).absolute() != folder:
        raise UnusableInput(
            f"{content.OWN_COURSE} names the course in {before}, and this is to be in {folder}: unset it."
        )
    for sentence in _odd_places(folder):
        raise UnusableInput(sentence)
    known = dict(LESSONS), [list(package.__path__) for package, _ in PACKAGES]
    os.environ[content.OWN_COURSE] = str(folder)
    for package, part in PACKAGES:
        package.__path__ += [place for place in content.own_places(part) if place not in package.__path__]
    try:
        exercises.add_own()
        for sentence in _odd_exercises(folder):
            raise UnusableInput(sentence)
    except UnusableInput:
        _forget(*known, before)
        raise


def require_name(lesson: str) -> None:
    """Make sure that a lesson of one's own may be called so.

    Raises:
        UnusableInput: it may not.
    """
    if not LESSON.fullmatch(lesson):
        raise UnusableInput(f"{lesson!r}: a lesson is called by a number and small letters, as 01_vectors.")
    if lesson in (*COURSE, *RENAMED) or module_of(lesson) in _taken():
        raise UnusableInput(f"{lesson!r}: the course has {module_of(lesson)} already: choose another name.")


def lessons() -> list[str]:
    """Return the lessons of one's own that are in use and have exercises."""
    return [lesson for lesson in LESSONS if lesson not in COURSE]


def blame(error: Exception, root: Path) -> str:
    """Say which line of the course's files an error comes from, as a path below `root`."""
    frames = traceback.extract_tb(error.__traceback__)
    file, line = getattr(error, "filename", None), getattr(error, "lineno", None)
    if file is None:
        file, line = frames[-1].filename, frames[-1].lineno
    where = Path(file).relative_to(root) if Path(file).is_relative_to(root) else file
    return f"{where}, line {line}: {type(error).__name__}: {error}; mend that first."


def _odd_places(folder: Path) -> Iterator[str]:
    if not (folder / SETTINGS).is_file():
        yield f"{folder} is no course: there is no {SETTINGS} in it."
    if any(folder.is_relative_to(path) for path in confinement.readable_paths()):
        yield f"{folder} lies where submissions may read, and its solutions with it: put it elsewhere."
    asked: set[str] = set()
    for text in sorted((folder / "lessons").glob("*.md")):
        try:
            require_name(text.stem)
        except UnusableInput as error:
            yield f"{text.parent}: {error}"
        if module_of(text.stem) in asked:
            yield f"{text}: another lesson is called {module_of(text.stem)}, too: choose another name."
        asked.add(module_of(text.stem))
    for judge in sorted((folder / "exercises" / "verifying").glob("[a-z]*.py")):
        if not any(judge.stem.startswith(name) for name in asked):
            yield f"{judge}: its name is to begin with that of a lesson's exercises, as vectors.py."
    for listing in sorted((folder / "exercises").glob("*/__init__.py")):
        name = listing.parent.name
        if name not in asked and name != "verifying":
            yield f"{listing.parent} belongs to no lesson: write {folder / 'lessons'}/01_{name}.md."


def _taken() -> set[str]:
    """Return the names that modules of `grader.exercises` have."""
    return {*COURSE.values(), "verifying", *(file.stem for file in Path(__file__).parent.glob("*.py"))}


def _odd_exercises(folder: Path) -> Iterator[str]:
    taken = {exercise.name for lesson in COURSE if lesson in LESSONS for exercise in exercises_of(lesson)}
    for lesson in lessons():
        try:
            found = exercises_of(lesson)
        except Exception as error:
            yield blame(error, folder)
            return
        for exercise in found:
            if exercise.name in taken:
                yield f"{lesson}: the course has an exercise {exercise.name} already: choose another name."
            taken.add(exercise.name)


def _forget(known: dict[str, str], paths: list[list[str]], before: str | None) -> None:
    """Put the course back to what it was."""
    for lesson in LESSONS.keys() - known.keys():
        module = LESSONS.pop(lesson)
        for name in [name for name in sys.modules if f"{name}.".startswith(f"grader.exercises.{module}.")]:
            del sys.modules[name]
    for (package, _), path in zip(PACKAGES, paths, strict=True):
        package.__path__[:] = path
    if before is None:
        del os.environ[content.OWN_COURSE]
    exercises.all_exercises.cache_clear()
