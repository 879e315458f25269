"""The card that a check shows: HTML for notebooks, and a plain-text twin for terminals and screen readers."""

import inspect
from collections.abc import Sequence
from html import escape

from grader.exercise import Exercise
from grader.judging.report import Verdict
from grader.judging.showing import indented, shown

COLOURS = {"passed": "#2e7d32", "missing": "#8d6e00", "asked": "#1565c0"}
SYMBOLS = {"passed": "✓", "missing": "…", "asked": "?"}
WORDS = {
    "passed": "passed",
    "failed": "not yet",
    "error": "error",
    "timeout": "too slow",
    "missing": "not answered yet",
    "refused": "not allowed",
}
NO_SOLUTIONS = "Solutions are no part of the student edition."
SEEN = "Above is a solution. Close it and write your own: `grader review` will ask for it again."


class Card:
    """One thing to show: a heading, then paragraphs, then lines of code.

    IPython shows `_repr_html_` in a notebook and `__repr__` elsewhere.
    """

    def __init__(self, status: str, heading: str, paragraphs: Sequence[str] = (), code: str = ""):
        self._colour = COLOURS.get(status, "#c62828")
        self._symbol = SYMBOLS.get(status, "✗")
        self._heading = heading
        self._paragraphs = [paragraph for paragraph in paragraphs if paragraph]
        self._code = code

    def __repr__(self) -> str:
        code = [f"    {line}" for line in self._code.splitlines()]
        first, rest = self._paragraphs[:1], self._paragraphs[1:]
        return "\n".join([f"{self._heading} {self._symbol}", *first, *code, *rest])

    def _repr_html_(self) -> str:
        paragraphs = [f"<div style='margin-top:.35em'>{marked(text)}</div>" for text in self._paragraphs]
        code = (
            "<pre style='margin:.5em 0 .2em;padding:.4em .6em;border-radius:4px;white-space:pre-wrap;"
            f"font-family:monospace;background:rgba(128,128,128,.13);color:inherit'>{escape(self._code)}</pre>"
            if self._code
            else ""
        )
        return (
            f"<div role='status' style='border-left:5px solid {self._colour};padding:.35em .9em;"
            "margin:.3em 0;max-width:52em;line-height:1.45'>"
            f"<span style='color:{self._colour};font-weight:bold'>{self._symbol}</span> "
            f"<b>{escape(self._heading)}</b>{''.join(paragraphs[:1])}{code}{''.join(paragraphs[1:])}</div>"
        )


def verdict_card(
    exercise: Exercise, report: Verdict, hint: int = 0, solution: bool = False, not_yet: str = ""
) -> Card:
    """Return the card of one verdict.

    Args:
        exercise: what was asked.
        report: the verdict.
        hint: the strongest hint to show, 1 to 3; 0 for none.
        solution: also show the reference solution.
        not_yet: why it is not shown yet, as a sentence.
    """
    heading = f"{report.name}: {WORDS[report.status]}"
    has_solution = exercise.public is None
    reference = inspect.getsource(exercise.reference) if solution and has_solution and not not_yet else ""
    if report.status == "passed":
        note = NO_SOLUTIONS if solution and not has_solution else ""
        return Card(
            "passed",
            heading,
            [f"{report.message} ({report.cases} case{'s' * (report.cases != 1)}.)", note],
            reference,
        )
    if report.cases and report.status not in ("missing", "refused"):
        heading += f", {report.passed} of {report.cases} cases right"
    hints = exercise.hints[:hint]
    lines = [f"Hint {number} of 3: {text}" for number, text in enumerate(hints, start=1)]
    if len(hints) < len(exercise.hints) and not solution and (hints or report.status != "missing"):
        lines.append(f"{'More' if hints else 'A hint'}: `check({report.name}, hint={len(hints) + 1})`")
    if solution:
        lines.append(SEEN if reference else not_yet or NO_SOLUTIONS)
    return Card(report.status, heading, [report.message, *lines], reference or counterexample_text(report))


def table_card(reports: Sequence[Verdict], total: int) -> Card:
    """Return one card for many verdicts."""
    passed = sum(report.status == "passed" for report in reports)
    width = max((len(report.name) for report in reports), default=0)
    rows = [
        f"{SYMBOLS.get(r.status, '✗')} {r.name:{width}}  {WORDS[r.status]}"
        + (f": {r.message}" if r.status not in ("passed", "missing") else "")
        for r in reports
    ]
    heading = f"{passed} of {len(reports)} exercises passed"
    paragraph = "" if len(reports) == total else f"The lesson has {total} exercises."
    return Card("passed" if passed == len(reports) else "missing", heading, [paragraph], "\n".join(rows))


def counterexample_text(report: Verdict) -> str:
    """Return the call that failed, what was expected and what came, as lines of text."""
    found = report.counterexample
    if found is None:
        return ""
    if found.shown is not None:
        arguments, expected, got = found.shown.arguments, found.shown.expected, found.shown.got
    else:
        arguments = {name: shown(value) for name, value in found.arguments.items()}
        expected, got = shown(found.expected), shown(found.got)
    if sum(map(len, arguments.values())) < 60 and not any("\n" in text for text in arguments.values()):
        call = f"{report.name}({', '.join(f'{name}={text}' for name, text in arguments.items())})"
    else:
        call = f"{report.name}({', '.join(arguments)}) with\n" + "\n".join(
            f"  {name} = {indented(text, len(name) + 5)}" for name, text in arguments.items()
        )
    return f"{call}\nexpected: {indented(expected, 10)}\ngot:      {indented(got, 10)}"


def marked(text: str) -> str:
    """Return HTML of a sentence in which `names` are set in backticks."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))
