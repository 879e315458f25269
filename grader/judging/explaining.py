"""Why an answer is missing or fails, where the rest of the file tells more than its run. `Explainer`."""

import ast
import platform
import re
from collections.abc import Iterator
from functools import cached_property

import msgspec

from dlcourse.errors import nearest
from grader.child.defining import MISSING
from grader.exercises import all_exercises
from grader.judging.judge import not_answered
from grader.judging.own_modules import OwnModules
from grader.judging.report import Verdict
from grader.submissions.cells import names_by_sight
from grader.submissions.cut import Cut, Definition
from grader.submissions.cutting import Cutter
from grader.submissions.statements import FUNCTIONS, walk
from grader.submissions.submission import Cell, Submission, Unread

OPENED_MODULE = re.compile(r"'(?:\./)?(\w+)\.py'")
MISSING_MODULE = re.compile(r"No module named '([\w.]+)'")
# What Python 3.12 to 3.14 read and older ones don't.
NEWER = re.compile(
    r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+\w+[ \t]*\[|^[ \t]*type[ \t]+\w+.*=|^[ \t]*except[ \t]+\w+,"
    r"|\bt[\"']",
    re.MULTILINE,
)
LIKE = 0.8  # for a misspelt name
MAX_NAMES = 50  # that are compared letter by letter
MAX_LOOKED_AT = 100_000  # characters of a text cell


class Explainer:
    """Explains the verdicts on one submission.

    Args:
        submission: the file.
        cutter: what cut the answers out of it.
        modules: the learner's own modules beside it.
    """

    def __init__(self, submission: Submission, cutter: Cutter, modules: OwnModules):
        self._submission = submission
        self._cutter = cutter
        self._modules = modules

    def explained(self, verdict: Verdict, cut: Cut) -> Verdict:
        """Return the verdict with what a learner should know of the file beside it."""
        message = self._message(verdict, cut)
        if len(cut.definitions) > 1 and not cut.is_stub:
            message += (
                f" `{verdict.name}` is defined {len(cut.definitions)} times here: the last definition counts."
            )
        return verdict if message == verdict.message else msgspec.structs.replace(verdict, message=message)

    def seems_to_answer(self, name: str) -> bool:
        """Tell whether there is something like an answer where none is read, or under another name."""
        return name in self._seen or name in self._inside or self._near(name) is not None

    def _message(self, verdict: Verdict, cut: Cut) -> str:
        if verdict.status == "missing":
            reason = next(self._why_missing(verdict.name, cut), None)
            return f"Not answered yet: {reason}" if reason else verdict.message
        error = verdict.error
        if error is None:
            return verdict.message
        if error.type == "SyntaxError" and cut.error is not None:
            source = self._cutter.broken[verdict.name].source
            return verdict.message + self._of_newer_python(cut.error.msg or "", source)
        if error.type == "SyntaxError" and (found := next(self._broken_modules(cut), None)):
            module, cell = found
            where = f"{cell.place} {_broken(cell).problem}"
            return f"{where}, so `{module}` can't be imported.{self._says(cell.source, cell.error)}"
        if error.type == "NameError" and (name := MISSING.search(error.message)):
            return self._why_undefined(name[1]) or verdict.message
        if error.type == "ModuleNotFoundError" and (module := MISSING_MODULE.search(error.message)):
            return f"{verdict.message} {_where_modules_are(verdict.name, module[1], cut)}"
        if error.type == "FileNotFoundError" and (module := OPENED_MODULE.search(error.message)):
            return f"{verdict.message} Own modules are at hand where they are imported: `import {module[1]}`."
        if error.type == "FileNotFoundError":
            return f"{verdict.message} Files beside a notebook are not at hand when it is graded."
        return verdict.message

    def _why_missing(self, name: str, cut: Cut) -> Iterator[str]:
        """Yield what may be the reason why there is no answer, the likeliest first."""
        unread = self._seen.get(name)
        if unread is not None and (not cut.definitions or f"def {name}(" in unread.source):
            yield f"`{name}` seems to stand in {unread.place}, but that {unread.problem}."
        for _, cell in self._broken_modules(cut):
            if not cut.definitions and name in names_by_sight(cell.source):
                yield f"`{name}` seems to stand in {cell.place}, but that {_broken(cell).problem}."
        if cut.is_stub and (answer := next((d for d in reversed(cut.definitions) if not d.is_stub), None)):
            yield _below(name, answer, cut.definitions[-1])
        if cut.definitions:
            return
        if name in self._inside:
            place, outer = self._inside[name]
            yield f"`{name}` is inside of `{outer}` in {place}; an answer stands at the left margin."
        if near := self._near(name):
            yield f"there is `{near}`; if that is your answer, call it `{name}`."
        if "python" not in (self._submission.language or "python").lower():
            yield f"this notebook is written in {self._submission.language[:40]}, and answers in Python."

    def _why_undefined(self, name: str) -> str | None:
        if (unread := self._seen.get(name)) is not None:
            return f"{unread.place} {unread.problem}, so `{name}` is missing.{self._says_of(unread)}"
        cell = next((cell for cell in self._submission.cells if cell.error is not None), None)
        if cell is None or name in self._cutter.defined():
            return None
        broken = _broken(cell)  # `import numpy as n p`
        where = f"{broken.place} {broken.problem}"
        return f"`{name}` is missing, and {where}: perhaps it is there.{self._says(cell.source, cell.error)}"

    def _broken_modules(self, cut: Cut) -> Iterator[tuple[str, Cell]]:
        """Yield the learner's own modules with a syntax error that a cut imports, with their names."""
        for module in cut.modules:
            if (cell := self._modules.broken(module)) is not None:
                yield module.name, cell

    def _says_of(self, unread: Unread) -> str:
        error = next((cell.error for cell in self._submission.cells if cell.place == unread.place), None)
        return self._says(unread.source, error)

    def _says(self, source: str, error: SyntaxError | None) -> str:
        """Return what Python says of a cell, where it says anything."""
        message = error.msg if error is not None else ""
        return f" Python says: {message}.{self._of_newer_python(message, source)}" if message else ""

    def _of_newer_python(self, message: str, source: str) -> str:
        """Say which Python grades, where the syntax may be a newer one's."""
        ours = platform.python_version_tuple()[:2]
        theirs = re.match(r"(\d+)\.(\d+)", self._submission.python)
        is_newer = theirs is not None and (int(theirs[1]), int(theirs[2])) > tuple(map(int, ours))
        if is_newer or message.startswith("f-string") or NEWER.search(source):
            return f" Python {'.'.join(ours)} grades here; this may be the syntax of a newer one."
        return ""

    @cached_property
    def _seen(self) -> dict[str, Unread]:
        """Where each name seems to be defined that stands in what is not read."""
        found = {name: _broken(cell) for name, cell in self._cutter.broken.items()}
        for unread in self._submission.unread:
            for name in names_by_sight(unread.source[:MAX_LOOKED_AT]):
                found.setdefault(name, unread)
        return found

    @cached_property
    def _inside(self) -> dict[str, tuple[str, str]]:
        """Where each function is defined that is inside of a class or another function, and of which."""
        return {
            inner.name: (cell.place, outer.name)
            for cell in self._submission.cells
            for outer in (cell.tree.body if cell.tree is not None else ())
            if isinstance(outer, (*FUNCTIONS, ast.ClassDef))
            for inner in walk(outer)
            if inner is not outer and isinstance(inner, FUNCTIONS)
        }

    @cached_property
    def _own_names(self) -> list[str]:
        return sorted(self._cutter.functions() - all_exercises().keys())

    def _near(self, name: str) -> str | None:
        """Return a function of the learner's whose name is nearly the exercise's."""
        same = next((own for own in self._own_names if own.casefold() == name), None)
        return same or nearest(name, self._own_names[:MAX_NAMES], LIKE)


def _broken(cell: Cell) -> Unread:
    """Say of a cell that it has a syntax error."""
    line = cell.error.lineno if cell.error is not None else None
    return Unread(cell.place, cell.source, f"has a syntax error in line {line}")


def is_unexplained(verdict: Verdict) -> bool:
    """Tell whether a verdict says of an answer only that it is missing."""
    plain = not_answered(all_exercises()[verdict.name])
    return verdict.status == "missing" and verdict.message == plain.message


def _below(name: str, answer: Definition, stub: Definition) -> str:
    """Say that the stub stands below the answer, and so counts."""
    if answer.place == stub.place:
        return f"the stub of `{name}` stands below your answer in {stub.place}; take it away."
    return f"the last `{name}`, in {stub.place}, is the empty stub; take it away, and {answer.place} counts."


def _where_modules_are(name: str, module: str, cut: Cut) -> str:
    taken = cut.definitions[-1].node if cut.definitions else None
    subject = f"`{module}`"
    if isinstance(taken, ast.ImportFrom) and taken.module == module:
        subject = f"`{name}` is imported from `{module}`, which"
    return f"{subject} is neither installed here nor a module that was handed in beside this file."
