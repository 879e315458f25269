"""Exercises on many secret seeds: the reference passes on each, and each known mistake fails on each.

The table is a part of `docs/evidence.md`; computing it takes minutes and is no part of the tests.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dlcourse import content, files
from grader.authoring.places import ROOT
from grader.exercise import Exercise
from grader.exercises import all_exercises
from grader.judging.bank import build
from grader.judging.judge import judge
from grader.learning import kernel

TABLE = ROOT / "docs" / "evidence.md"
HEADING = "## Exercises on secret seeds"
HEAD = f"""\
{HEADING}

Each reference and each known mistake, judged on the cases of many secret seeds by
`grader author check --seeds 20`: the reference has to pass on all of them, and each mistake to fail on all.
Where something trains or needs TensorFlow, there are five.

| exercise | seeds | reference passes | known mistakes | each fails |
|---|---|---|---|---|
"""
SEEDS_OF_A_TRAINING = 5


class Row(NamedTuple):
    """An exercise in the table, all as text."""

    exercise: str
    seeds: str
    reference: str
    mistakes: str
    refused: str


def seeds_of(exercise: Exercise, count: int) -> list[str]:
    """Return the seeds on which an exercise is tried: fewer where an answer trains, or needs TensorFlow."""
    trains = exercise.kind == "goal" or exercise.heavy
    return [f"secret {i}" for i in range(min(count, SEEDS_OF_A_TRAINING) if trains else count)]


def tried(exercise: Exercise, seeds: Sequence[str]) -> Row:
    """Judge an exercise's reference and its known mistakes on the cases of these seeds."""
    passes = 0
    slipped: dict[str, int] = {}
    for seed in seeds:
        bank = build(exercise, seed)

        def passed(answer: Callable[..., Any], bank=bank) -> bool:
            return judge(exercise, bank, kernel.attempt(exercise, bank, answer)).status == "passed"

        passes += passed(exercise.reference)
        for mistake in exercise.mistakes:
            slipped[mistake.name] = slipped.get(mistake.name, 0) + passed(mistake.answer)
    exceptions = ", ".join(f"`{name}` passes on {count}" for name, count in slipped.items() if count)
    return Row(
        f"`{exercise.name}`",
        str(len(seeds)),
        f"{passes} of {len(seeds)}",
        str(len(exercise.mistakes)),
        exceptions or f"on {len(seeds)} of {len(seeds)}",
    )


def holds(row: Row) -> bool:
    """Whether the reference passed on every seed, and no mistake on any."""
    every = f"{row.seeds} of {row.seeds}"
    return (row.reference, row.refused) == (every, f"on {every}")


def rows(text: str) -> dict[str, Row]:
    """Return the table's rows in a text, by the exercise's name."""
    found = {}
    for line in section(text).splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == len(Row._fields) and cells[0].startswith("`"):
            found[cells[0].strip("`")] = Row(*cells)
    return found


def section(text: str) -> str:
    """Return the part of a text that is about exercises, which is its last."""
    return text[text.index(HEADING) :] if HEADING in text else ""


def write(new: Sequence[Row]) -> Path:
    """Put rows into the table, in the order of the course, and return its file; those that are gone go.

    A course of one's own has its table in its folder.
    """
    folder = content.own_course()
    table = TABLE if folder is None else folder / TABLE.name
    text = table.read_text("utf-8") if table.is_file() else ""
    known = rows(text) | {row.exercise.strip("`"): row for row in new}
    lines = (f"| {' | '.join(known[name])} |\n" for name in all_exercises() if name in known)
    before = text.removesuffix(section(text)).rstrip("\n")
    files.write(table, "\n\n".join(filter(None, [before, HEAD + "".join(lines)])).encode())
    return table
