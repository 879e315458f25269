"""The models that a learner put on the board of lesson 8, in one small file: `leaderboard.json`."""

import contextlib
from typing import Any

import msgspec

from grader.storage import folder, write

MAX_ENTRIES = 20


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model's figures, as `pareto_front` takes them."""

    name: str
    accuracy: float
    bytes: int
    milliseconds: float


def enter(accuracy: float, size: int, milliseconds: float) -> None:
    """Put a model on the board; one of the same accuracy and size takes the place of the earlier one.

    Args:
        accuracy: its share of right answers on the board's test images.
        size: of its file, in bytes.
        milliseconds: the median time of an answer.
    """
    accuracy, size, milliseconds = float(accuracy), int(size), float(milliseconds)  # NumPy's can't be written
    known = _known()
    taken = [entry.name for entry in known]
    there = [entry for entry in known if (entry.accuracy, entry.bytes) == (accuracy, size)]
    name = there[0].name if there else next(n for i in range(1, 99) if (n := f"yours {i}") not in taken)
    kept = [entry for entry in known if entry not in there]
    kept = [*kept, Entry(name, accuracy, size, milliseconds)][-MAX_ENTRIES:]
    write(folder("state") / "leaderboard.json", msgspec.json.format(msgspec.json.encode(kept), indent=1))


def entries() -> list[dict[str, Any]]:
    """Return the models that were entered, as dicts, the oldest first; a damaged file counts as empty."""
    return [msgspec.structs.asdict(entry) for entry in _known()]


def _known() -> list[Entry]:
    with contextlib.suppress(OSError, ValueError, RecursionError):
        return msgspec.json.decode((folder("state") / "leaderboard.json").read_bytes(), type=list[Entry])
    return []
