"""All attacks by class, as `docs/attacks.md` lists them; run as a program, it writes the list there.

The tests run these very dictionaries; one of them holds the document in step with what `table` returns.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from hostile import acts, answers, artefacts, bombs, classes, forging, notebooks, patching, points

PAGE = Path(__file__).parents[4] / "docs" / "attacks.md"
BEGIN, END = (
    "<!-- The list of attacks is written by tests/grader/attacks/hostile/catalogue.py. -->",
    "<!-- End. -->",
)


class AttackClass(NamedTuple):
    """A class of attack: what it is called, and what each attack in it tries, by name."""

    title: str
    attacks: Mapping[str, str]


def _tries(*groups: Mapping) -> dict[str, str]:
    return {name: attack.tries for group in groups for name, attack in group.items()}


CLASSES = (
    AttackClass("Patching the machinery that checks", _tries(patching.PATCHING)),
    AttackClass("Notebooks that read otherwise than they run", _tries(notebooks.NOTEBOOKS)),
    AttackClass("Lying objects", _tries(answers.LYING)),
    AttackClass("Guessing, and looking for the expected outputs", _tries(answers.GUESSING)),
    AttackClass(
        "Reading solutions, cases, the gradebook and others' files",
        _tries(acts.LOOKING, acts.LOOKING_WITH_LIBRARIES),
    ),
    AttackClass(
        "Reaching outside: files, processes, signals, the network",
        _tries(acts.REACHING, acts.REACHING_FURTHER),
    ),
    AttackClass("System calls", {name: f"call `{name}`" for name in acts.SYSTEM_CALLS}),
    AttackClass("Forging results", _tries(forging.FORGING, forging.FORGED_BYTES, forging.FORGED_FOR_OTHERS)),
    AttackClass(
        "Models and files that act when they are opened",
        _tries(artefacts.MODELS, artefacts.FILES)
        | {"mangled": f"return a right file in which some bytes are changed, in {artefacts.MANGLED} ways"},
    ),
    AttackClass("Goals reached without learning", _tries(artefacts.GOALS)),
    AttackClass("Points by a side door", _tries(points.POINTS)),
    AttackClass("Time", _tries(bombs.TIME, classes.WAITING)),
    AttackClass("Memory", _tries(bombs.MEMORY)),
    AttackClass("Disk, and what is left behind", _tries(bombs.DISK)),
    AttackClass("Bombs for whoever reads or judges a submission", _tries(classes.READING)),
    AttackClass("Archives", _tries(classes.ARCHIVES)),
    AttackClass("Poisoning other submissions", _tries(classes.POISON)),
    AttackClass("Reports", _tries(classes.REPORTS)),
)


def table() -> str:
    """Return the list of attacks in Markdown."""
    total = sum(len(group.attacks) for group in CLASSES)
    parts = [f"There are {total} attacks in {len(CLASSES)} classes."]
    for group in CLASSES:
        rows = [f"| `{name}` | {_cell(tries)} |" for name, tries in group.attacks.items()]
        parts.append(
            "\n".join([f"### {group.title} ({len(rows)})", "", "| attack | tries to |", "|---|---|", *rows])
        )
    return "\n\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def written(page: str) -> str:
    """Return the page with the list as it is now."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
