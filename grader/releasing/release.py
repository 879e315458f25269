"""A release of the course: the student edition, and the autograder for Gradescope.

    DIR/student/                      a repository for learners: lessons, library, grader, public cases
    DIR/gradescope_autograder.zip     for the instructor alone: solutions and the secret seed are in it

Both are made from a clone, beside the place where they go, and moved there once they are whole.
"""

import contextlib
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Template

import msgspec

from dlcourse import content, files
from dlcourse.console import progress
from grader import references
from grader.classes.course import Course
from grader.errors import NO_SOLUTIONS, GraderError, UnusableInput
from grader.exercise import Exercise
from grader.exercises import COURSE, LESSONS, exercises_of, lessons_of, own
from grader.judging.bank import bank_of
from grader.releasing import packing
from grader.submissions.cutting import Cutter
from grader.submissions.submission import read

OWN = "own_course"  # the folder of a course of one's own, in the autograder
STUDENT, AUTOGRADER = "student", "gradescope_autograder.zip"
ROOT = Path(__file__).resolve().parents[2]
OURS = Path(__file__).with_name("templates")  # what only a release has
CODE = (".py", ".html", ".css", ".js", ".toml", ".npz")  # arrays from which exercises draw their cases, too
DATA = (".npz", ".csv", ".keras", ".md", ".txt")
AT_ROOT = (
    *("LICENSE", "LICENSE-lessons", "constraints.txt", "run.py", ".gitignore"),
    *(f"requirements/{name}.txt" for name in ("course", "lab", "dev", "torch")),
)
NOT_FOR_LEARNERS = (
    *("grader/classes/classroom.py", "grader/classes/classwork.py", "grader/classes/executors.py"),
    *("grader/releasing/", "grader/exercises/", "grader/authoring/", "grader/commands/author.py"),
)
FOR_LEARNERS = tuple(
    f"grader/exercises/{name}" for name in ("__init__.py", "edition.py", "goals.py", "own.py", "verifying/")
)
EDITION = (
    "exercises/edition.py",
    "edition.py",
)  # by which an earlier release is known; by the second, long ago
# It must work by itself, even where an installed course has solutions.
TRIAL = """
import sys
sys.modules["solutions"] = None
sys.path.insert(0, sys.argv[1])
import grader.cli, grader.learning.notebook
from grader.judging.bank import bank_of
from grader.exercises import all_exercises
for exercise in all_exercises().values():
    assert bank_of(exercise).cases
"""


def release(
    directory: Path, *, course: Course | None = None, lessons: Sequence[str] = (), seed: str | None = None
) -> dict[str, tuple[Exercise, ...]]:
    """Write the student edition and Gradescope's autograder into a folder.

    Args:
        directory: new, empty, or an earlier release, which is replaced; the `.git` of its `student` stays.
        course: the settings of the class.
        lessons: which to release; by default the course's, or those of one's own, or all.
        seed: the secret that makes Gradescope's cases; a new random one by default.

    Returns:
        The released exercises by lesson.

    Raises:
        UnusableInput: says what can't be released, or where it can't be written; what was there is as it was.
    """
    _require_clone()
    course = course or Course()
    named = tuple(lessons) or course.lessons or tuple(own.lessons()) or tuple(LESSONS)
    for name in named:
        if not lessons_of(name):
            raise UnusableInput(f"There is no lesson {name!r}; `grader list` shows them all.")
    wanted = {lesson for name in named for lesson in lessons_of(name)}
    exercises = {lesson: exercises_of(lesson) for lesson in LESSONS if lesson in wanted}
    course = msgspec.structs.replace(course, lessons=tuple(exercises))
    try:
        with _replacing(directory.absolute()) as new:
            _write_student_edition(new / STUDENT, course, exercises)
            _require_that_it_works(new / STUDENT)
            write_autograder(new / AUTOGRADER, course, seed or secrets.token_hex(16))
    except OSError as error:
        unnamed = not error.filename or _made_beside(directory) in str(
            error.filename
        )  # which nobody has typed
        where = directory if unnamed else error.filename
        raise UnusableInput(f"{where} can't be written: {error.strerror}.") from None
    return exercises


def _require_clone() -> None:
    if not references.FOLDER.is_dir():
        raise UnusableInput(NO_SOLUTIONS)
    if not all((ROOT / name).is_file() for name in ("pyproject.toml", *AT_ROOT)):
        raise UnusableInput("A release is made from a clone of the course's repository; this is installed.")


@contextlib.contextmanager
def _replacing(directory: Path) -> Iterator[Path]:
    """Lend a new folder that takes the place of `directory` in the end, or, after an error, of nothing."""
    there = _require_ours(directory)
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=_made_beside(directory)) as beside:
        new, old = Path(beside, "new"), Path(beside, "old")
        new.mkdir()
        yield new
        if there:
            directory.rename(old)
        try:
            if (history := old / STUDENT / ".git").exists():
                history.rename(new / STUDENT / ".git")
            new.rename(directory)
        except BaseException:
            if there:
                with contextlib.suppress(FileNotFoundError):
                    (new / STUDENT / ".git").rename(history)
                old.rename(directory)
            raise


def _made_beside(directory: Path) -> str:
    """Return how the name of the folder begins in which a release is made."""
    return f".{directory.name}."


def _require_ours(directory: Path) -> bool:
    """Return whether the folder is there; anything in it must be an earlier release."""
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise UnusableInput(f"{directory} is no folder: name a new one for the release.")
    if not directory.exists():
        return False
    entries = {entry.name for entry in directory.iterdir()}
    grader = directory / STUDENT / "grader"
    released = entries == {STUDENT, AUTOGRADER} and any((grader / name).is_file() for name in EDITION)
    if entries and not released:
        raise UnusableInput(f"{directory} holds something else: name a new folder, or an earlier release.")
    return True


def _write_student_edition(student: Path, course: Course, exercises: dict[str, tuple[Exercise, ...]]) -> None:
    for name, file in _packages("dlcourse", "grader"):
        if name.startswith(FOR_LEARNERS) or not name.startswith(NOT_FOR_LEARNERS):
            _copy(file, student / name)
    for file in _data():
        _copy(file, student / "datasets" / file.relative_to(ROOT / "datasets"))
    for name in AT_ROOT:
        _copy(ROOT / name, student / name)
    _copy(OURS / "classroom.yml", student / ".github" / "workflows" / "classroom.yml")
    _copy(OURS / "points.py", student / ".github" / "workflows" / "points.py")
    _write(student / "pyproject.toml", _without_solutions((ROOT / "pyproject.toml").read_text("utf-8")))
    _write(student / ".gitattributes", "*.bank binary\n")
    _write(student / "README.md", _readme(course, exercises))
    _write(student / "grader" / "statements" / "__init__.py", '"""What the exercises ask, by lesson."""\n')
    count = sum(map(len, exercises.values()))
    with progress(count, "Building public cases") as advance:
        for lesson, asked in exercises.items():
            notebook, module = _notebook_of(lesson), LESSONS[lesson]
            _require_blank(notebook, asked)
            _copy(notebook, student / "lessons" / notebook.name)
            for file in _read_by(notebook):
                _copy(file, student / "lessons" / file.relative_to(notebook.parent))
            for part, place in _of_own(lesson):
                _copy(part, student / "grader" / place)
            _write(student / "grader" / "statements" / f"{module}.py", packing.statements(asked))
            for exercise in asked:
                bank_of(exercise)
                advance()
            points = {e.name: course.worth(e.name, lesson, e.points) for e in asked}
            bank = packing.encode(asked, points)
            files.write(student / "grader" / "exercises" / f"{lesson}.bank", bank)


def _notebook_of(lesson: str) -> Path:
    places = [] if lesson in COURSE else content.own_places("lessons")
    return Path(places[0] if places else ROOT / "lessons", f"{lesson}.ipynb")


def _of_own(lesson: str) -> Iterator[tuple[Path, str]]:
    """Yield what else learners need of a lesson of one's own, with its place in the grader."""
    for folder in map(Path, [] if lesson in COURSE else content.own_places("")):
        for judge in sorted((folder / "exercises" / "verifying").glob(f"{LESSONS[lesson]}*.py")):
            yield judge, f"exercises/verifying/{judge.name}"
        if (questions := folder / "predictions" / f"{lesson}.toml").is_file():
            yield questions, f"predictions/{questions.name}"


def _packages(*names: str) -> Iterator[tuple[str, Path]]:
    """Yield each file of these packages with its name in the clone: no caches, no copies of an editor."""
    for name in names:
        for file in sorted((ROOT / name).rglob("*")):
            parts = file.relative_to(ROOT).parts
            hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
            known = file.suffix in CODE or parts[:3] == ("grader", "releasing", "templates")
            if file.is_file() and not file.is_symlink() and known and not hidden:
                yield "/".join(parts), file


def _own_files() -> Iterator[tuple[str, Path]]:
    """Yield each file of a course of one's own, if there is one, with its name below its folder."""
    for folder in map(Path, content.own_places("")):
        yield own.SETTINGS, folder / own.SETTINGS
        for file in sorted(file for part in own.PARTS for file in (folder / part).rglob("*")):
            parts = file.relative_to(folder).parts
            hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
            if file.is_file() and not file.is_symlink() and not hidden:
                yield "/".join(parts), file


def _data() -> Iterator[Path]:
    files_there = sorted((ROOT / "datasets").rglob("*"))
    return (file for file in files_there if file.suffix in DATA or file.name == ".gitattributes")


def _read_by(notebook: Path) -> Iterator[Path]:
    """Yield the files that a lesson reads: those of runs that take too long for it, and its tables."""
    text = notebook.read_text("utf-8").replace("\\", "")
    lessons = notebook.parent
    yield from (file for file in sorted(lessons.glob("outcomes/*.npz")) if f'"{file.stem}"' in text)
    yield from (file for file in sorted(lessons.glob("*.toml")) if f'"{file.name}"' in text)


def _copy(file: Path, to: Path) -> None:
    files.write(to, file.read_bytes())


def _write(path: Path, text: str) -> None:
    files.write(path, text.encode())


def _require_blank(notebook: Path, exercises: Sequence[Exercise]) -> None:
    """Make sure that a lesson asks its exercises and answers none of them."""
    mend = f"build it with `python lessons/build.py {notebook.stem}`, then release again."
    if not notebook.is_file():
        raise UnusableInput(f"The lesson {notebook.name} is missing: {mend}")
    cutter = Cutter(read(notebook))
    for exercise in exercises:
        cut = cutter.cut(exercise.name)
        if not packing.asks(cut, exercise):
            what = "holds an answer to" if cut.definitions else "does not ask"
            raise UnusableInput(f"The lesson {notebook.name} {what} {exercise.name}: {mend}")


def _without_solutions(pyproject: str) -> str:
    """Return the project's settings for a tree that has neither solutions nor the grader's own tests."""
    text = re.sub(r'^"solutions" = .*\n', "", pyproject, flags=re.MULTILINE)
    text = re.sub(r"^testpaths = .*$", 'testpaths = ["dlcourse"]', text, flags=re.MULTILINE)
    if "solutions" in json.dumps(tomllib.loads(text)):
        raise GraderError("pyproject.toml names the solutions where a release doesn't expect it.")
    return text


def _readme(course: Course, exercises: dict[str, tuple[Exercise, ...]]) -> str:
    rows = [
        f"| [{lesson}](lessons/{lesson}.ipynb) | {len(asked)} | {sum(e.minutes for e in asked)} min |"
        for lesson, asked in exercises.items()
    ]
    first = next(iter(exercises.values()))[0].name
    template = Template((OURS / "README.md").read_text("utf-8"))
    return template.substitute(title=course.title, lessons="\n".join(rows), exercise=first)


def _require_that_it_works(student: Path) -> None:
    """Load every exercise in a process that has the student edition alone, and no course of one's own."""
    trial = [sys.executable, "-P", "-E", "-B", "-c", TRIAL, str(student)]
    env = {name: value for name, value in os.environ.items() if name != content.OWN_COURSE}
    done = subprocess.run(trial, capture_output=True, text=True, cwd=student, env=env, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UnusableInput(f"The student edition would not work without what is left out of it: {reason}")


def write_autograder(path: Path, course: Course, seed: str) -> None:
    """Write the archive that Gradescope makes a container from; only its owner may read it."""
    contents = {name: file.read_bytes() for name, file in _packages("dlcourse", "grader", "solutions")}
    contents |= {
        f"datasets/{file.relative_to(ROOT / 'datasets').as_posix()}": file.read_bytes() for file in _data()
    }
    contents |= {name: (ROOT / name).read_bytes() for name in ("pyproject.toml", "README.md", *AT_ROOT)}
    contents |= {f"lessons/{lesson}.ipynb": _notebook_of(lesson).read_bytes() for lesson in course.lessons}
    contents |= {f"{OWN}/{name}": file.read_bytes() for name, file in _own_files()}
    contents |= {name: (OURS / name).read_bytes() for name in ("setup.sh", "run_autograder")}
    course = msgspec.structs.replace(course, folder="")  # in the container it lies elsewhere
    contents |= {"seed": seed.encode(), "course.json": msgspec.json.encode(course)}

    def write(file) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted(contents.items()):
                member = zipfile.ZipInfo(name)  # of 1980, so that equal releases are equal
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = (0o755 if name in ("setup.sh", "run_autograder") else 0o644) << 16
                archive.writestr(member, content)

    files.write(path, write, private=True)
