"""What a learner calls in a notebook to be checked: `check(relu)`, `check()` and `solved(relu)`."""

import ast
import contextlib
import inspect
import operator
import sys
import textwrap
import weakref
from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import Any

from dlcourse import console
from dlcourse.errors import nearest
from grader.child.forbidding import is_forbidden
from grader.errors import GraderError
from grader.exercise import Exercise
from grader.exercises import all_exercises, edition, exercises_of, lesson_of, own
from grader.judging.bank import Bank, bank_of
from grader.judging.faults import fault
from grader.judging.judge import (
    is_unexplained,
    judge,
    left_over,
    located,
    not_answered,
    refused,
    unchanged,
)
from grader.judging.report import Verdict
from grader.learning import kernel, own_line, progress, way_out
from grader.learning.card import Card, table_card, verdict_card
from grader.running.attempt import Attempt
from grader.shadowing import culprit
from grader.submissions.cut import is_stub
from grader.submissions.statements import FUNCTIONS

MAX_SECONDS_TO_LOOK = 1.0  # that an answer may have taken, for its line to be looked for
CLOSELY = 2  # the hint with which the part of a line is shown

_passed: weakref.WeakSet[FunctionType] = weakref.WeakSet()  # at their last verdict


def check(function: Callable[..., Any] | None = None, *, hint: int = 0, solution: bool = False) -> None:
    """Check an answer on the public cases and show a card; without an answer, check all that there are.

    Args:
        function: your answer: `check(relu)`.
        hint: the strongest hint to show where it does not pass yet, 1 to 3; 0 for none. From 2 on, the part
            of the line to look at is shown, too.
        solution: show a solution too: once your answer passes, or after the third hint and five failed tries.
    """
    names = _names(sys._getframe(1).f_globals)
    try:
        level = _hint_level(hint)
        if level is None or (function is None and (level or solution)):
            text = "A hint is for one exercise and has a number, 1 to 3: `check(relu, hint=1)`."
            show(Card("error", "Nothing was checked", [text]))
        elif function is None:
            _check_all(names)
        else:
            show(_card(function, names, level, solution))
    except KeyboardInterrupt:
        show(Card("timeout", "Stopped", ["You interrupted the check; your answer was not judged."]))
    except Exception as error:  # a fault of ours must not end a "Run all"
        text = culprit(error) or f"{type(error).__name__}: {str(error)[:300]}."
        show(Card("error", "The check itself failed", [f"{text} Your answer is not to blame."]))


def solved(*functions: Callable[..., Any]) -> bool:
    """Return whether all these answers pass; say which one a cell still waits for.

    A function that passed is not judged again: a comparison waits for nothing that takes seconds.
    """
    names = _names(sys._getframe(1).f_globals)
    for function in functions:
        if isinstance(function, FunctionType) and function in _passed:
            continue
        exercise = _exercise(function, names)
        if exercise is None or _verdict(exercise, function).status != "passed":
            name = exercise.name if exercise else getattr(function, "__name__", repr(function))
            print(f"Waiting for {name}: solve it above, then run this cell again.")
            return False
    return True


def _hint_level(hint: Any) -> int | None:
    """Return the number of the strongest hint that is asked for, 0 to 3; `None` for what is no number."""
    try:
        return min(max(int(operator.index(hint)), 0), way_out.LAST_HINT)
    except TypeError:
        return None


def _card(function: Any, names: dict[str, Any], hint: int, solution: bool) -> Card:
    exercise = _exercise(function, names)
    if exercise is not None:
        verdict = _verdict(exercise, function, closely=hint >= CLOSELY)
        codes = {exercise.name: way_out.code_of(function)}
        progress.record([verdict], codes=codes, hint=hint)
        return _verdict_card(exercise, verdict, hint, solution)
    if not callable(function):
        text = "`check` takes the function itself, as in `check(relu)`, not what it returns."
        return Card("error", f"This is no function, but of type {type(function).__name__}", [text])
    name = str(getattr(function, "__name__", "this"))
    near = nearest(name, all_exercises())
    text = f"Is it `{near}` that you mean?" if near else "An answer has the name that its exercise gives it."
    texts = [text] if edition.is_released() else [text, own.not_in_use()]
    return Card("error", f"There is no exercise called {name}", list(filter(None, texts)))


def _verdict_card(exercise: Exercise, verdict: Verdict, hint: int, solution: bool) -> Card:
    """Return the card; with the solution, if it is asked for and may be seen."""
    not_yet = ""
    if solution and verdict.status != "passed" and exercise.public is None:
        not_yet = way_out.lacking(exercise.name)
        if not not_yet:
            way_out.mark_seen(exercise.name)
    return verdict_card(exercise, verdict, hint, solution, not_yet)


def _check_all(names: dict[str, Any]) -> None:
    found = [exercise for exercise in all_exercises().values() if _is_answer(names.get(exercise.name))]
    if not found:
        text = "Run the cells that define your answers first."
        show(Card("missing", "There is nothing to check yet", [text]))
        return
    verdicts: list[Verdict] = []
    total = sum(len(exercises_of(lesson)) for lesson in {lesson_of(exercise) for exercise in found})
    result = partial(table_card, verdicts, total)
    with console.progress(len(found), "checking", result) as advance:
        for exercise in found:
            verdicts.append(_verdict(exercise, names[exercise.name]))
            advance(1, exercise.name)
    progress.record(verdicts, codes={e.name: way_out.code_of(names[e.name]) for e in found})
    if not console.in_notebook():
        show(result())


def _verdict(exercise: Exercise, function: Callable[..., Any], *, closely: bool = False) -> Verdict:
    verdict = _judged(exercise, function, closely)
    if isinstance(function, FunctionType):
        (_passed.add if verdict.status == "passed" else _passed.discard)(function)
    return verdict


def _judged(exercise: Exercise, function: Callable[..., Any], closely: bool = False) -> Verdict:
    if used := is_forbidden(function, exercise.forbidden, exercise.packages):
        return refused(exercise, used)
    try:
        definition = _definition(function)
        if isinstance(definition, FUNCTIONS) and is_stub(definition):
            return not_answered(exercise)  # without its cases, which may take long to build
        if definition is not None and exercise.kind == "goal" and exercise.is_as_given(definition):
            return unchanged(exercise)
        bank = bank_of(exercise)
        attempt = kernel.attempt(exercise, bank, function)
        verdict = _located(exercise, bank, function, attempt, closely)
        return verdict if definition is None else left_over(exercise, verdict, attempt)
    except GraderError:
        raise
    except Exception as error:
        if culprit(error):
            raise
        return fault(exercise, error)


def _located(
    exercise: Exercise, bank: Bank, function: Callable[..., Any], attempt: Attempt, closely: bool
) -> Verdict:
    """Return the verdict on an attempt, with the line to look at where little else tells the cause."""
    verdict = judge(exercise, bank, attempt)
    if not is_unexplained(verdict):
        return verdict
    found, where = bank.findings(exercise, attempt.outcomes), ""
    with kernel.kept_state(), contextlib.suppress(Exception):  # the verdict stands without it
        if attempt.seconds < MAX_SECONDS_TO_LOOK:
            where = own_line.look_at(exercise, bank, function, found, closely=closely)
    return located(exercise, verdict, where, _definition(function))


def _names(caller: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook's variables, or the caller's where there is no notebook."""
    shell = _shell()
    return shell.user_ns if shell is not None else caller


def _shell() -> Any | None:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _exercise(function: Any, names: dict[str, Any]) -> Exercise | None:
    """Return the exercise that a function answers: by the variable that holds it, or by its own name."""
    if not callable(function):
        return None
    for name, exercise in all_exercises().items():
        if names.get(name) is function:
            return exercise
    return all_exercises().get(str(getattr(function, "__name__", "")))


def _definition(function: Callable[..., Any]) -> ast.stmt | None:
    """Return the statement that defines a function; `None` where its source is not to be had."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):  # no source, or not its own
        return None


def _is_answer(value: Any) -> bool:
    return callable(value) and not isinstance(value, type) and getattr(value, "__module__", "") == "__main__"


def show(card: Card) -> None:
    """Show a card in the notebook, or print it where there is none."""
    if _shell() is None:
        print(card)
    else:
        from IPython.display import display

        display(card)
