"""`course.toml`: what an instructor decides about a class. Everything has a default.

    title = "Deep learning, autumn"
    lessons = ["02_neural_networks"]     # what counts; by default what the class handed in (see `asked`)
    partial_credit = true                # a share of the points for a share of the cases
    per_learner_seeds = true             # other cases for each learner
    late_per_day = 0.1                   # taken off for each day begun after the due date…
    late_at_most = 0.5                   # …and no more than this
    folder = "."                         # where a course of one's own lies (see `exercises.own`), from here

    [points]                             # of an exercise, or of each exercise of a lesson; 1 by default
    relu = 2

    [due]                                # with a time zone
    02_neural_networks = 2026-12-01T23:59:00+01:00

Verdicts do not depend on it, but for the seeds: points and dates can change after grading.
"""

import hashlib
import math
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from dlcourse import content
from dlcourse.errors import nearest
from grader.errors import UnusableInput
from grader.exercises import LESSONS, all_exercises, lessons_of, own
from grader.judging.report import Verdict
from grader.text import printable_name

MAX_POINTS = 1e6  # of an exercise: far beyond need, and sums stay exact enough
FORMS = {
    "title": 'text in quotes, as in title = "Deep learning"',
    "lessons": 'a list of lessons, as in lessons = ["02_neural_networks"]',
    "partial_credit": "true or false, without quotes",
    "per_learner_seeds": "true or false, without quotes",
    "late_per_day": "a number from 0 to 1, as in late_per_day = 0.1",
    "late_at_most": "a number from 0 to 1, as in late_at_most = 0.5",
    "folder": 'text in quotes, as in folder = "."',
    "points": "a table: [points] on a line of its own, and below it lines as relu = 2",
    "due": "a table: [due] on a line of its own, and below it lines as 02_neural_networks = {due}",
}
"""How each setting is written."""


class Course(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of a class; see the module for their meaning."""

    title: str = "Deep learning"
    lessons: tuple[str, ...] = ()
    partial_credit: bool = False
    per_learner_seeds: bool = False
    late_per_day: float = 0.0
    late_at_most: float = 1.0
    folder: str = ""
    points: dict[str, float] = {}
    due: dict[str, datetime] = {}

    def __post_init__(self) -> None:
        """Call lessons by their names of today, in a file or a gradebook of before, too."""
        msgspec.structs.force_setattr(self, "lessons", tuple(dict.fromkeys(_today(self.lessons))))
        for name in ("points", "due"):
            settings = getattr(self, name)
            # What is said of a lesson by its own name goes first.
            today = {new: settings.get(new, settings[old]) for old in settings for new in _today([old])}
            msgspec.structs.force_setattr(self, name, today)

    def seed_of(self, seed: str, key: str) -> str:
        """Return the seed of one learner's cases."""
        if not self.per_learner_seeds:
            return seed
        return hashlib.sha256(f"{seed}\0{key}".encode(errors="surrogatepass")).hexdigest()

    def worth(self, exercise: str, lesson: str, default: float) -> float:
        """Return the points of an exercise: its own, its lesson's, or those that it has by default."""
        return self.points.get(exercise, self.points.get(lesson, default))

    def scored(self, report: Verdict) -> Verdict:
        """Return a verdict in the course's points."""
        points = self.worth(report.name, report.lesson, report.out_of)
        credit = report.credit if self.partial_credit else float(report.status == "passed")
        return msgspec.structs.replace(report, score=round(points * credit, 4), out_of=points)

    def late_days(self, lesson: str, submitted: datetime | None, late: bool) -> int:
        """Return the days begun after the due date; at least one for what the platform itself calls late."""
        days = 0
        if submitted is not None and lesson in self.due:
            days = math.ceil((submitted - self.due[lesson]) / timedelta(days=1))
        return max(days, int(late))

    def late_factor(self, days: int) -> float:
        """Return the share of its points that work handed in so many days late keeps."""
        return round(1 - min(self.late_per_day * max(days, 0), self.late_at_most), 6)


def _today(names: Iterable[str]) -> Iterator[str]:
    """Yield what lessons are called today; any other name stays."""
    for name in names:
        yield from lessons_of(name) or (name,)


def read(path: Path) -> Course:
    """Read a `course.toml`, and use the course of one's own that it or its path names.

    What the file leaves open, that course's own `course.toml` says.

    Args:
        path: the file, or the folder of a course of one's own.

    Raises:
        UnusableInput: it can't be read, or says something that it can't mean.
    """
    file = path / own.SETTINGS if path.is_dir() else path
    folder = folder_named_by(path) or content.own_course()
    if folder:
        own.use(folder)
    settings = _settings(file)
    if folder:
        if (its := folder / own.SETTINGS) != file.resolve():
            settings = _settings(its) | settings
        settings["folder"] = str(folder)
    course = _converted(settings, Course)
    _require_sense(course, file)
    return course


def use_own(path: Path | None) -> None:
    """Use the course of one's own that a path or this folder's `course.toml` names, or the environment.

    Raises:
        UnusableInput: there is none where the path says, or it can't be used.
    """
    if folder := folder_named_by(path) or content.own_course():
        own.use(folder)


def here(path: Path | None) -> Course | None:
    """Return the settings in what was named, or in this folder's `course.toml`, if there is one.

    Where neither is, and the environment names a course of one's own, they are those of that course.
    """
    default = Path(own.SETTINGS)
    if path is None and default.is_file():
        path = default
    path = path or content.own_course()
    return None if path is None else read(path)


def folder_named_by(path: Path | None) -> Path | None:
    """Return the folder of the course of one's own that a path, by default `course.toml` here, names.

    Raises:
        UnusableInput: the file can't be read.
    """
    default = Path(own.SETTINGS)
    if path is None and not default.is_file():
        return None
    path = path or default
    is_folder = path.is_dir()
    where = path if is_folder else path.parent
    if is_folder and not (path / own.SETTINGS).exists():
        return where.resolve()  # which `own.use` refuses
    plain = _plain(path / own.SETTINGS if is_folder else path)
    if "folder" in plain:
        _require_form("folder", plain["folder"], path)
        if plain["folder"]:
            return (where / plain["folder"]).resolve()
    return where.resolve() if is_folder or own.is_course(where) else None


def _settings(file: Path) -> dict[str, Any]:
    """Return what a file says, each setting written as it should be."""
    plain = _plain(file)
    for name, value in plain.items():
        _require_form(name, value, file)
    return plain


def _plain(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UnusableInput(f"{path} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UnusableInput(f"{path} is no course file: it is no UTF-8 text.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnusableInput(f"{path} is no course file, which is written in TOML: {error}.") from None


def _require_form(name: str, value: Any, path: Path) -> None:
    """Make sure that a setting is one, and is written as it should be."""
    if name not in FORMS:
        near = nearest(name, FORMS)
        hint = f"do you mean {near}?" if near else f"there are {', '.join(FORMS)}."
        raise UnusableInput(f"{path}: there is no setting {printable_name(name)!r}; {hint}")
    types = {field.name: field.type for field in msgspec.structs.fields(Course)}
    if name in ("points", "due") and isinstance(value, dict):
        what = "a number" if name == "points" else "a date with time and time zone"
        for key, item in value.items():
            try:
                _converted({key: item}, types[name])
            except msgspec.ValidationError:
                example = "2" if name == "points" else _due_example(item)
                raise UnusableInput(
                    f"{path}, [{name}]: {printable_name(key)} is to be {what}, without quotes: "
                    f"{printable_name(key)} = {example}"
                ) from None
        return
    try:
        _converted(value, types[name])
    except msgspec.ValidationError:
        form = FORMS[name].format(due=_due_example(value))
        raise UnusableInput(f"{path}: {name} is to be {form}.") from None


def _converted(value: Any, type_: Any) -> Any:
    return msgspec.convert(value, type_, builtin_types=(datetime,))


def _due_example(value: Any) -> str:
    """Return how a due date is written: the one that was meant, as far as that can be seen."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = datetime(2026, 12, 1, 23, 59)
    if type(value) is date or len(str(value)) == len("2026-12-01"):
        moment = moment.replace(hour=23, minute=59)
    return moment.isoformat() + ("" if moment.tzinfo else "+01:00")


def _require_sense(course: Course, path: Path) -> None:
    for name in (*course.lessons, *course.due):
        if name not in LESSONS:
            raise UnusableInput(f"{path}: there is no lesson {name!r}; `grader list` shows them all.")
    for name, points in course.points.items():
        if name not in LESSONS and name not in all_exercises():
            raise UnusableInput(f"{path}: there is no exercise or lesson {name!r}; `grader list` shows them.")
        if not 0 <= points <= MAX_POINTS:
            raise UnusableInput(
                f"{path}: {name} can't be worth {points:g} points, only 0 to {MAX_POINTS:,.0f}."
            )
    for lesson, due in course.due.items():
        if due.tzinfo is None:
            raise UnusableInput(
                f"{path}, [due]: {lesson} needs a time zone, as in {lesson} = {_due_example(due)}"
            )
    for name in ("late_per_day", "late_at_most"):
        if not 0 <= getattr(course, name) <= 1:
            raise UnusableInput(f"{path}: {name} is a share of the points, from 0 to 1.")
