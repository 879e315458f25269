"""Whose a file is, as Canvas, Moodle, Gradescope or an instructor has named it: `owners`.

The answer stands in one component of a file's name: where the class branches. What comes before it holds all
of the class; what comes after it a learner wrote, and it is never asked.

    lovelaceada_LATE_12345_67890_hw.ipynb                  Canvas: name, mark, user's id, file's number
    Ada Lovelace_1234567_assignsubmission_file_/hw.ipynb   Moodle: name and id; also without folders
    assignment_1_export/submission_456/hw.ipynb            Gradescope: see submission_metadata.yml
    ada.ipynb, ada/hw.ipynb, hw1-ada/hw.ipynb              plain: the file's name, or its folder's
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from grader.submissions.archives import ARCHIVES, METADATA, stem, suffix_of
from grader.submissions.names import copy_levels, folded, original
from grader.submissions.submission import SUFFIXES
from grader.text import printable_name

MAX_YAML_DEPTH = 50

# A name may hold anything but blanks and ASCII's punctuation: many scripts write vowels as combining marks.
CANVAS = re.compile(
    r"(?:(?!anon_|LATE_)(?P<name>[^\s!-/:-@\[-^`{-~]+?)_)?(?P<late>LATE_)?(?P<key>anon_[0-9A-Za-z]+|[1-9]\d*)"
    r"_(?P<file>[1-9]\d+)_(?P<rest>.+)"
)
MOODLE = re.compile(r"(?P<name>.+?)(?:_(?P<key>\d+))?_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?")
GRADESCOPE = re.compile(r"submission_\d+")


class Found(NamedTuple):
    """A file that was met.

    Args:
        parts: its name's components, below the path that was given and through archives, as they are there.
        path: where it is now; `None` where it can't be read.
        date: its own, or the one in an archive, without a zone: good for comparing only.
        reason: why it can't be read; follows its name in a sentence.
    """

    parts: tuple[str, ...]
    path: Path | None
    date: tuple[int, ...] = ()
    reason: str = ""


class Owner(NamedTuple):
    """Whose a file is.

    Args:
        platform: which wrote it; `""` for a plain name.
        called: the learner's name.
        rest: the components of the name that say which work it is.
        key: the platform's id of the learner.
        label: what tells learners apart where there is no id.
        late: the platform's own mark.
        submitted: when, where the platform says so.
        file: Canvas's number of the file.
        by_file: the name is the file's own, and not that of a folder.
    """

    platform: str
    called: str
    rest: tuple[str, ...]
    key: str | None = None
    label: str = ""
    late: bool = False
    submitted: datetime | None = None
    file: int = 0
    by_file: bool = False


def owners(place: Path, found: Sequence[Found]) -> Iterator[tuple[Found, list[Owner]]]:
    """Say of each file whose it is: one learner's, a group's, or, with an empty list, nobody's own.

    Args:
        place: the file, folder or archive that the files were met in.
        found: all of them.
    """
    metadata = {f.parts[:-1]: f for f in found if f.parts[-1].lower() == METADATA}
    files = [f for f in found if suffix_of(f.parts[-1]) != METADATA]
    heads = zip(*(f.parts[:-1] for f in files), strict=False)
    common = [head[0] for head in takewhile(lambda head: len(set(head)) == 1, heads)]
    canvas = _reads_as_canvas(files, len(common))
    around = _folders_around(place, files, common)
    stems = {copy_levels(stem(f.parts[min(around, len(f.parts) - 1)]))[0][0] for f in files}
    submitters: dict[tuple[str, ...], dict[str, list[Owner]]] = {}
    for f in files:
        for i, part in enumerate(f.parts[: len(common) + 1]):
            above, text, below = f.parts[:i], printable_name(part), f.parts[i + 1 :]
            if match := MOODLE.fullmatch(text):
                if match["kind"] != "onlinetext":
                    rest = (match["rest"], *below) if match["rest"] else below
                    yield f, [Owner("moodle", match["name"], rest, match["key"], match["name"])]
                break
            if canvas and (match := _canvas(text)):
                key, rest = match["key"].removeprefix("anon_"), (match["rest"], *below)
                late, file = bool(match["late"]), int(match["file"])
                yield f, [Owner("canvas", match["name"] or match["key"], rest, key, late=late, file=file)]
                break
            if below and GRADESCOPE.fullmatch(text):
                if above in metadata and above not in submitters:
                    submitters[above], reason = _read_metadata(metadata[above])
                    if reason:
                        yield Found((*above, METADATA), None, reason=reason), []
                known = submitters.get(above, {}).get(text)
                yield (
                    f,
                    [o._replace(rest=below) for o in known]
                    if known
                    else [Owner("", part, below, None, part)],
                )
                break
        else:
            i = min(around, len(f.parts) - 1)
            called, rest = f.parts[i], f.parts[i + 1 :]
            by_file = suffix_of(called) is not None and (not rest or suffix_of(called) in ARCHIVES)
            if by_file:
                called, rest = original(stem(called), stems)[0], f.parts[i:]
            yield f, [Owner("", called, rest, None, called, by_file=by_file)]


def _folders_around(place: Path, files: Sequence[Found], common: Sequence[str]) -> int:
    """Count the folders around all that was handed in: such a folder is the class's, and no learner's.

    A folder that was given may hold a class of one, so only what branches into folders is a class.
    """
    if place.is_dir():
        depth = len(common)
        branches = {
            f.parts[depth]
            for f in files
            if len(f.parts) > depth + 1 or suffix_of(f.parts[depth]) not in SUFFIXES
        }
        return depth if len(branches) > 1 else 0
    if suffix_of(place.name) not in ARCHIVES:
        return 0
    around = len(list(takewhile(lambda part: suffix_of(part) not in ARCHIVES, common)))
    if len(files) > 1:
        return around
    is_class = around > 0 and folded(common[0]) == folded(stem(place.name))
    return max(int(is_class), around - 1)


def _reads_as_canvas(files: Sequence[Found], depth: int) -> bool:
    """Tell whether names like `ada_12_34_hw` are Canvas's: an id has one name, a file's number one title."""
    names, titles = defaultdict(set), defaultdict(set)
    for f in files:
        for match in filter(None, map(_canvas, map(printable_name, f.parts[: depth + 1]))):
            names[match["key"]].add(match["name"])
            titles[match["key"], match["file"]].add(copy_levels(stem(match["rest"]))[-1][0])
    return all(len(known) == 1 for known in (*names.values(), *titles.values()))


def _canvas(text: str) -> re.Match | None:
    match = CANVAS.fullmatch(text)
    if match is None:
        return None
    name = match["name"]  # Canvas writes it in small letters, and leaves it out of an anonymous assignment
    is_canvas = match["key"].startswith("anon_") if name is None else name == name.lower()
    return match if is_canvas else None


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
