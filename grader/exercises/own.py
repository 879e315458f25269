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

import contextlib
import os
import re
import sys
import traceback
from collections import Counter
from collections.abc import Generator, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from dlcourse import content
from grader import exercises, predictions, references
from grader.child import confinement
from grader.errors import UnusableInput
from grader.exercise import Exercise
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
    folder, before = folder.resolve(), content.own_course()
    if before is not None and before != folder:
        raise UnusableInput(
            f"{content.OWN_COURSE} names the course in {before}, and this is to be in {folder}: unset it."
        )
    for sentence in _odd_places(folder):
        raise UnusableInput(sentence)
    lessons_before, named = dict(LESSONS), os.environ.get(content.OWN_COURSE)
    paths = [list(package.__path__) for package, _ in PACKAGES]
    os.environ[content.OWN_COURSE] = str(folder)
    for package, part in PACKAGES:
        package.__path__ += [place for place in content.own_places(part) if place not in package.__path__]
    try:
        exercises.add_own()
        for sentence in _odd_exercises(folder):
            raise UnusableInput(sentence)
    except UnusableInput:
        _forget(lessons_before, paths, named)
        raise


def is_course(folder: Path) -> bool:
    """Whether a folder is a course of one's own, by what lies in it."""
    return all((folder / part).is_dir() for part in ("lessons", "exercises", "solutions"))


def not_in_use() -> str:
    """Say why no exercise of a course of one's own is known, if none is."""
    folder = content.own_course()
    if folder is None:
        return f"Those of a course of one's own are known where {content.OWN_COURSE} names its folder."
    return "" if is_course(folder) else f"{content.OWN_COURSE} names {folder}, where no course is."


def lessons() -> list[str]:
    """Return the lessons of one's own that are in use and have exercises."""
    return [lesson for lesson in LESSONS if lesson not in COURSE]


def require_name(lesson: str) -> None:
    """Make sure that a new lesson of one's own may be called so.

    Raises:
        UnusableInput: it may not.
    """
    if not LESSON.fullmatch(lesson):
        raise UnusableInput(f"{lesson!r}: a lesson is called by a number and small letters, as 01_vectors.")
    module = module_of(lesson)
    ours = {*COURSE.values(), "verifying", *(file.stem for file in Path(__file__).parent.glob("*.py"))}
    if lesson in RENAMED or module in ours or module in map(module_of, set(lessons()) - {lesson}):
        raise UnusableInput(f"{lesson!r}: the course has {module} already: choose another name.")


def blame(error: BaseException, root: Path) -> str:
    """Say what an error is, and which line of the files below `root` it comes from."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [(frame.filename, frame.lineno) for frame in frames]
    said = str(error)
    if isinstance(error, SyntaxError) and error.filename:
        places, said = [(error.filename, error.lineno)], error.msg
    below = [(Path(file).relative_to(root), line) for file, line in places if Path(file).is_relative_to(root)]
    where = f"{below[-1][0]}, line {below[-1][1]}: " if below else ""
    return f"{where}{type(error).__name__}: {said.rstrip('.')}; mend that first."


def _odd_places(folder: Path) -> Iterator[str]:
    """Say what can't be used, by names and places alone."""
    if not (folder / SETTINGS).is_file():
        yield f"{folder} is no course: there is no {SETTINGS} in it, and an empty one will do."
    readable = confinement.readable_paths()
    for file in (folder, *(file for part in PARTS for file in (folder / part, *(folder / part).rglob("*")))):
        if any(file.resolve().is_relative_to(path) for path in readable):
            yield f"{file} lies where submissions may read: put the course, all of it, elsewhere."
    asked: Counter[str] = Counter()
    texts = [text for text in sorted((folder / "lessons").glob("*.md")) if text.stem != "README"]
    for text in texts:
        try:
            require_name(text.stem)
        except UnusableInput as error:
            yield f"{text.parent}: {error}"
        asked[module_of(text.stem)] += 1
        if asked[module_of(text.stem)] > 1:
            yield f"{text}: another lesson is called {module_of(text.stem)}, too: choose another name."
    for listing in sorted((folder / "exercises").glob("*/__init__.py")):
        name = listing.parent.name
        if name not in asked and name != "verifying":
            yield f"{listing.parent} belongs to no lesson: write {folder / 'lessons'}/01_{name}.md."
    for judge in sorted((folder / "exercises" / "verifying").glob("[a-z]*.py")):
        if not any(judge.stem.startswith(name) for name in asked):
            yield f"{judge}: its name is to begin with that of a lesson's exercises, as vectors.py."
        if Path(verifying.__path__[0], judge.name).exists():
            yield f"{judge}: the course has a file of this name already: choose another one."
    for solutions in sorted((folder / "solutions").glob("[a-z]*.py")):
        if (references.FOLDER / solutions.name).exists():
            yield f"{solutions}: the course has a file of this name already: choose another one."
    for questions in sorted((folder / "predictions").glob("*.toml")):
        if questions.stem not in {text.stem for text in texts}:
            yield f"{questions} belongs to no lesson of yours: call it as one."


def _odd_exercises(folder: Path) -> Iterator[str]:
    """Say what can't be used of the files, now that they can be imported."""
    taken = {exercise.name for lesson in COURSE if lesson in LESSONS for exercise in exercises_of(lesson)}
    for lesson in lessons():
        listing = folder / "exercises" / LESSONS[lesson] / "__init__.py"
        names = yield from _loaded(folder, listing, f"grader.exercises.{LESSONS[lesson]}", "EXERCISES")
        if not names or isinstance(names, str) or not all(isinstance(name, str) for name in names):
            yield f"{listing}: EXERCISES is to list one exercise or more, by their names."
        for name in names:
            file = listing.with_name(f"{name}.py")
            module = f"grader.exercises.{LESSONS[lesson]}.{name}"
            exercise = yield from _loaded(folder, file, module, "EXERCISE")
            reference = getattr(exercise, "reference", None)
            place = f"grader.references.{LESSONS[lesson]}", name
            if not isinstance(exercise, Exercise):
                yield f"{file}: EXERCISE is to be an Exercise."
            if (getattr(reference, "__module__", ""), getattr(reference, "__name__", "")) != place:
                yield f"{file}: the reference is to be the function {name} of solutions/{LESSONS[lesson]}.py."
            if name in taken:
                yield f"{file}: there is an exercise called {name} already: choose another name."
            taken.add(name)
        try:
            predictions.questions_of(lesson)
        except Exception as error:
            yield f"{folder / 'predictions' / lesson}.toml can't be read: {error}."


def _loaded(folder: Path, file: Path, module: str, name: str) -> Generator[str, None, Any]:
    """Return what a module calls so, or say why it can't be had. What it prints is no output of ours."""
    if not file.is_file():
        yield f"{file} is missing."
    try:
        with contextlib.redirect_stdout(sys.stderr):
            loaded = import_module(module)
    except (Exception, SystemExit) as error:
        yield blame(error, folder)
        raise
    if not hasattr(loaded, name):
        yield f"{file} has no {name}."
    return getattr(loaded, name)


def _forget(known: dict[str, str], paths: list[list[str]], named: str | None) -> None:
    """Put the course back to what it was."""
    for lesson in LESSONS.keys() - known.keys():
        module = LESSONS.pop(lesson)
        for name in [name for name in sys.modules if f"{name}.".startswith(f"grader.exercises.{module}.")]:
            del sys.modules[name]
    for (package, _), path in zip(PACKAGES, paths, strict=True):
        package.__path__[:] = path
    if named is None:
        del os.environ[content.OWN_COURSE]
    exercises.all_exercises.cache_clear()
