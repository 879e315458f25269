"""Where a change of a learner's own code helps, in words: the line, and at what to look, never the change."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Sequence

from grader.judging.changes import Change
from grader.judging.mends import BEGIN, COPY, ORDER, ROUNDS

MAX_CODE = 40  # characters


def place_of(changes: Sequence[Change], first_line: int, *, cell: str = "", closely: bool = False) -> str:
    """Return the lines of changes that make every case right together; nothing where there are none.

    Args:
        changes: of a definition.
        first_line: of the definition's source.
        cell: what the definition's cell or file is called.
        closely: with the part of the line.
    """
    lines: dict[str, list[int]] = defaultdict(list)
    for change in sorted(changes, key=lambda change: change.old.lineno):
        lines[_seen(change, closely)].append(first_line + change.old.lineno - 1)
    where = " and at ".join(f"{what} in {_listed(numbers)}" for what, numbers in lines.items())
    where += f" ({cell})" if cell else ""
    if len(changes) > 1:
        return f"Look at {where}: changes there make every case right."
    return f"Look at {where}: one change there makes every case right." if changes else ""


def _listed(lines: Sequence[int]) -> str:
    """Return lines in words.

    >>> _listed([3, 3]), _listed([3, 4, 7])
    ('line 3', 'lines 3, 4 and 7')
    """
    *others, last = dict.fromkeys(map(str, lines))
    return f"lines {', '.join(others)} and {last}" if others else f"line {last}"


def _seen(change: Change, closely: bool) -> str:
    return f"{aspect(change)}, `{shortened(change.old)}`," if closely else aspect(change)


def shortened(node: ast.AST) -> str:
    """Return the beginning of a piece of code.

    >>> shortened(ast.parse("for i in range(n):\\n    pass").body[0])
    'for i in range(n):'
    """
    code = ast.unparse(node).partition("\n")[0]
    return code if len(code) <= MAX_CODE else f"{code[:MAX_CODE]}…"


def aspect(change: Change) -> str:
    """Return at what to look where a change helps, without what it is.

    >>> old, new = (ast.parse(code, mode="eval").body for code in ("a + b", "a - b"))
    >>> aspect(Change(0, old, new, "", ()))
    'the arithmetic'
    """
    old, new = change.old, change.node
    if change.words in MENDED:
        return MENDED[change.words]
    if isinstance(old, ast.keyword):
        return f"`{old.arg}`"
    if isinstance(old, ast.Call) and isinstance(new, ast.Call):
        name = getattr(old.func, "attr", getattr(old.func, "id", ""))
        lost = {one.arg for one in old.keywords} - {one.arg for one in new.keywords}
        return f"`{lost.pop()}`" if lost else "the bounds of the loop" if name == "range" else f"`{name}`"
    for kind, words in ASPECTS.items():
        if isinstance(old, kind):
            return words
    return "what is computed"


MENDED = {
    ORDER: "the order of what is done",
    BEGIN: "where the part begins",
    COPY: "what is kept",
    ROUNDS: "what begins anew in each round of the loop",
}
ASPECTS: dict[type[ast.AST], str] = {
    ast.Constant: "the number",
    ast.Compare: "the comparison",
    ast.BoolOp: "the condition",
    ast.UnaryOp: "the sign or the `not`",
    ast.BinOp: "the arithmetic",
    ast.Name: "the variable",
    ast.Subscript: "the index",
    ast.Call: "the function that is called",
    ast.AugAssign: "how it is added up",
    ast.Assign: "what is assigned",
    ast.If: "the condition",
    ast.IfExp: "the condition",
    ast.Break: "the `break`",
    ast.Continue: "the `continue`",
    ast.For: "the loop, and where the `return` stands",
}
