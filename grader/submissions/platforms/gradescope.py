"""Gradescope: `assignment_1_export/submission_456/hw.ipynb`, and whose it is in `submission_metadata.yml`."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from grader.submissions.endings import GRADESCOPE
from grader.submissions.platforms.grades import ExerciseGrade, Grade, Grades
from grader.submissions.platforms.owners import Found, Met, Owner
from grader.text import number, points_of, printable_name, visible

NAME = re.compile(r"submission_\d+")
MAX_YAML_DEPTH = 50


class Reader:
    """Reads Gradescope's names, and the file beside them that says whose they are."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        self._metadata = met.metadata(GRADESCOPE)
        self._submitters: dict[tuple[str, ...], dict[str, list[Owner]]] = {}

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        above, part, below = found.parts[:i], found.parts[i], found.parts[i + 1 :]
        folder = printable_name(part)
        if not below or not NAME.fullmatch(folder):
            return None
        if known := self._submitters_in(above).get(folder):
            return [owner._replace(rest=below) for owner in known]
        return [Owner("", part, below, None, part)]

    def _submitters_in(self, folder: tuple[str, ...]) -> dict[str, list[Owner]]:
        if folder in self._metadata and folder not in self._submitters:
            self._submitters[folder], reason = _read_metadata(self._metadata[folder])
            if reason:
                self.problems.append(Found((*folder, GRADESCOPE), None, reason=reason))
        return self._submitters.get(folder, {})


def _read_metadata(metadata: Found) -> tuple[dict[str, list[Owner]], str]:
    """Return whom Gradescope names for each submission's folder, and what is wrong with the file, or `""`."""
    import yaml

    if metadata.path is None:
        return {}, metadata.reason
    people: dict[str, dict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    times: dict[str, str] = {}
    reason = ""
    try:
        with metadata.path.open("rb") as file:
            # Events, not values: nothing is built from a tag, and no alias is followed.
            for place, value in _scalars(yaml.parse(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))):
                match place:
                    case (str(folder), ":submitters", int(index), (":name" | ":sid" | ":email") as what):
                        people[folder][index][what] = value
                    case (str(folder), ":created_at") | (str(folder), ":created_at", "utc"):
                        times[folder] = value
    except (yaml.YAMLError, OSError, ValueError):
        reason = "can't be read to its end, so some learners are called by their folder's name"
    known = {}
    for folder, members in people.items():
        learners = {}
        for member in members.values():
            key = member.get(":sid") or member.get(":email")
            called = member.get(":name") or key or folder
            key, submitted = printable_name(key) if key else None, _moment(times.get(folder, ""))
            learners[key or called] = Owner("gradescope", called, (), key, folder, submitted=submitted)
        known[folder] = list(learners.values())
    return known, reason


def _scalars(events: Iterable) -> Iterator[tuple[tuple, str]]:
    """Yield each plain value of a YAML file, and the keys and indices that lead to it."""
    import yaml

    place: list = []  # for each collection that is open: its next index or key, and `None` before a key
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            place.pop()
        elif not isinstance(event, yaml.NodeEvent):
            continue
        elif place and place[-1] is None:
            if not isinstance(event, yaml.ScalarEvent):
                raise ValueError("a key that is no text")
            place[-1] = event.value
            continue
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(place) == MAX_YAML_DEPTH:
                raise ValueError("too deep")
            place.append(None if isinstance(event, yaml.MappingStartEvent) else 0)
            continue
        elif isinstance(event, yaml.ScalarEvent):
            is_empty = event.implicit[0] and event.value in ("", "~", "null")
            yield tuple(place), "" if is_empty else event.value
        if place:  # a value has ended
            place[-1] = place[-1] + 1 if isinstance(place[-1], int) else None


def _moment(text: str) -> datetime | None:
    """Return a time as Ruby writes it, where it says its zone.

    >>> _moment("2026-09-21 18:03:12.123456000 Z").isoformat()
    '2026-09-21T18:03:12.123456+00:00'
    """
    try:
        moment = datetime.fromisoformat(re.sub(r"\s+(?=(?:Z|[+-]\d\d:?\d\d)$)", "", text))
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def results(grade: Grade, grades: Grades) -> dict[str, Any]:
    """Return what Gradescope reads from `results.json`; all text in it is plain text, and made visible."""
    head = ["Not graded yet: these points will change." if grade.unfinished else "", *grade.comments]
    if not grades.is_sandboxed:
        head.append("Graded without a sandbox.")
    return {
        "score": number(grade.points),
        "output": _text([f"{points_of(grade.points, grades.out_of)}.", *head]),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "tests": [_test(exercise) for exercise in grade.exercises],
    }


def _test(exercise: ExerciseGrade) -> dict[str, Any]:
    return {
        "name": visible(exercise.name),
        "name_format": "text",
        "score": number(exercise.points),
        "max_score": number(exercise.out_of),
        "status": "passed" if exercise.passed else "failed",
        "output": _text([exercise.message, exercise.counterexample, *exercise.notes]),
        "output_format": "text",
        "visibility": "visible",
    }


def _text(paragraphs: Iterable[str]) -> str:
    return visible("\n".join(filter(None, paragraphs)))
