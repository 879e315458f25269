"""The lessons' findings: where each is claimed, and what came of its runs, as `docs/evidence.md` has it.

```{finding} NAME          in a lesson's text: the claim, in one sentence,
claim                      right behind the cell that calls `evidence.finding("NAME", …)`
```
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from dlcourse import files
from grader.authoring import seeds

TABLE = seeds.TABLE  # exercises have the last part of it
CALL = re.compile(r"evidence\.finding\(\s*\"(\w+)\"")
PARTS = re.compile(
    r"^```\{code-cell\}.*?^```$|^#{2,3} (?P<heading>[^\n]+)$"
    r"|^```\{finding\}[ \t]*(?P<name>\S*)[ \t]*\n(?P<claim>.*?)^```[ \t]*$",
    re.MULTILINE | re.DOTALL,
)

HEAD = """\
# Evidence

What the lessons claim, run with several seeds by `python lessons/evidence.py`, which is no part of the tests.
Each run draws its weights, its batches and its split of the data anew, and both sides of a comparison have
the same seed. A claim holds if it does in at least four of five runs. (Where nothing is to be found, four of
five runs agree with a claim by luck in 19 % of cases: one that holds narrowly is a hint and no proof.)
Timed figures were measured on two processor cores.
"""
COLUMNS = ("finding", "claim", "heading", "runs", "spread", "figures", "verdict")


class Claim(NamedTuple):
    """A finding as a lesson's text has it."""

    name: str
    claim: str
    heading: str


class Row(NamedTuple):
    """A finding with what came of it; all as text, in the order of the table's columns."""

    name: str
    claim: str
    heading: str
    runs: str
    spread: str
    figures: str
    verdict: str

    @property
    def sentence(self) -> str:
        """What a reader of the lesson reads; the figures of a clock differ from machine to machine."""
        count, _, timed = self.runs.partition(", ")
        found = f"{count} repetitions" if timed else f"{count} runs, {self.spread}"
        return f"> **Finding.** {self.claim} *In {found}: {self.verdict}.*"


def claims(text: str) -> list[Claim]:
    """All findings that a lesson's text marks, with the heading above each."""
    found, heading = [], ""
    for match in PARTS.finditer(text):
        if match["heading"]:
            heading = match["heading"]
        elif match["name"] is not None:
            found.append(Claim(match["name"], " ".join(match["claim"].split()), heading))
    return found


def read() -> dict[str, list[Row]]:
    """The rows of the table, by lesson; none if there is no table yet."""
    rows: dict[str, list[Row]] = {}
    text = _text()
    for line in text.removesuffix(seeds.section(text)).splitlines():
        if line.startswith("## "):
            rows[line[3:]] = []
        elif line.startswith("| ") and rows:
            cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            if cells[0].startswith("`") and len(cells) == len(COLUMNS):
                rows[list(rows)[-1]].append(Row(cells[0].strip("`"), *cells[1:]))
    return rows


def write(rows: dict[str, list[Row]]) -> None:
    """Write the table, lesson by lesson; what it says of exercises stays behind."""
    parts = [HEAD]
    for lesson in sorted(rows):
        parts.append(f"\n## {lesson}\n\n{to_table(rows[lesson])}")
    files.write(TABLE, "\n".join(filter(None, ["".join(parts), seeds.section(_text())])).encode())


def to_table(rows: Iterable[Row]) -> str:
    """Rows as a Markdown table."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    for row in rows:
        cells = [f"`{row.name}`", *(cell.replace("|", r"\|") for cell in row[1:])]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _text() -> str:
    return TABLE.read_text("utf-8") if TABLE.exists() else ""
