"""What an exercise owes of what runs: its reference, a stub, each known mistake, on public and secret cases.

A value is also run with its answers as float32 and as nested lists, which learners' answers often are: the
reference must pass so, and a mistake be recognised. A mistake needn't be where float32 can't tell: where its
own answers, judged with the tolerance of float32, are not recognised either, since they are too near to what
is right or to another mistake. Answers that are neither floats nor arrays stay as they are in both forms.
"""

import dataclasses
import doctest
import inspect
import io
import sys
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import numpy as np

from grader.authoring.places import Places
from grader.child import plaindata
from grader.child.calling import Outcome
from grader.exercise import FLOAT32, Exercise, Finding, Given, Mistake
from grader.exercises import lesson_of, own
from grader.judging.bank import PUBLIC_SEED, Bank, bank_of, drawn
from grader.judging.judge import judge
from grader.judging.report import Verdict
from grader.learning import kernel
from grader.running.attempt import Attempt

SECRET_SEED = "a class's secret"
SEEDS = {PUBLIC_SEED: "public cases", SECRET_SEED: "a secret seed's cases"}
MIN_CASES, MAX_CASES = 15, 35  # of a value
MIN_NEW_CASES = 8  # of a value, where the seed is another


def seeds_of(exercise: Exercise) -> tuple[str, ...]:
    """Return the seeds that mistakes are tried on: what builds or trains networks takes long, and is tried on
    others than the public one with `--seeds`.
    """
    is_long = exercise.kind == "goal" or (exercise.heavy and exercise.kind != "value")
    return (PUBLIC_SEED,) if is_long else tuple(SEEDS)


@cache
def verdict(exercise: Exercise, answer: Callable[..., Any], seed: str) -> Verdict:
    """Return the judge's verdict on one of our own functions, run in this process."""
    return judge(exercise, bank_of(exercise, seed), _attempt(exercise, answer, seed))


def mistake_is_refused_and_named(exercise: Exercise, mistake: Mistake, seed: str) -> str | None:
    """Return what is wrong with a known mistake's verdict. Of a goal no mistake has a name."""
    found = verdict(exercise, mistake.answer, seed)
    what = f"The mistake `{mistake.name}`"
    if found.status == "passed" or found.score:
        return f"{what} is right on {SEEDS[seed]}: add a case that shows that it is wrong, or remove it."
    if found.status not in ("failed", "error"):
        return f"{what} ends as {found.status!r} on {SEEDS[seed]}: a known mistake must come to an answer."
    if exercise.kind == "goal":
        return None if found.message else f"{what} is refused without a word: let `verify` say why."
    if found.mistake is None:
        return f"{what} isn't recognised on {SEEDS[seed]}: its outcomes must be the same in every run."
    if found.mistake != mistake.name or not found.message.endswith(mistake.message):
        return (
            f"{what} is like `{found.mistake}` on {SEEDS[seed]}: add a case that tells them apart, or "
            "remove one."
        )
    return None


def it_ends(exercise: Exercise) -> Iterator[str]:
    """The reference and each mistake end: where banks are built, nothing would stop them."""
    for what, answer, seed in _answers(exercise):
        if _attempt(exercise, answer, seed).end == "timeout":
            yield (
                f"{what} doesn't end within {exercise.seconds:g} seconds on {SEEDS[seed]}: look for a loop "
                "without end, or set `seconds`."
            )
            return


def cases_fit_the_signature(exercise: Exercise) -> Iterator[str]:
    """There are cases, and the reference and each mistake can be called with every one."""
    cases = [plaindata.decode(case, ours=True) for case in bank_of(exercise).cases]
    if not cases:
        yield "Its generator yields no case: let it yield a tuple of arguments for each."
    functions = {"The reference": exercise.reference}
    functions |= {f"The mistake `{mistake.name}`": mistake.answer for mistake in exercise.mistakes}
    for what, function in functions.items():
        try:
            for case in cases:
                inspect.signature(function).bind(*case)
        except TypeError as error:
            yield f"{what} can't take the {len(case)} arguments of a case ({error}): make them agree."


def example_is_right(exercise: Exercise) -> Iterator[str]:
    """The example in the statement gives what it shows."""
    reference = exercise.reference
    module = sys.modules[reference.__module__]
    known = {exercise.name: reference}
    for test in doctest.DocTestFinder(recurse=False).find(reference, exercise.name, module, None, known):
        said = io.StringIO()
        if doctest.DocTestRunner(verbose=False).run(test, out=said.write).failed:
            got = " ".join(said.getvalue().partition("Got:")[2].split()) or "an error"
            yield f"The example in the statement gives {got[:80]}: mend the example, or the reference."


def reference_is_written(exercise: Exercise) -> Iterator[str]:
    if all(
        outcome.raised is not None and outcome.raised.type == "NotImplementedError"
        for outcome in _attempt(exercise, exercise.reference, PUBLIC_SEED).outcomes
    ):
        solutions = Places(lesson_of(exercise)).solutions.name
        yield f"The reference raises NotImplementedError: write its body in solutions/{solutions}."


def what_verifies_raises_nothing(exercise: Exercise) -> Iterator[str]:
    """Judging a learner, `verify` may fail at an odd answer; at what we answer ourselves it is at fault."""
    verify = exercise.verify
    if verify is None:
        return
    raised: list[str] = []

    def watched(given: Given, answer: Any) -> Finding:
        try:
            return verify(given, answer)
        except Exception as error:
            raised.append(own.blame(error, Places(lesson_of(exercise)).home))
            raise

    for what, answer, seed in _answers(exercise):
        outcomes = _attempt(exercise, answer, seed).outcomes
        bank_of(exercise, seed).findings(dataclasses.replace(exercise, verify=watched), outcomes)
        if raised:
            yield f"{what} can't be judged, for what verifies it fails: {raised[0]}"
            return


def solution_passes(exercise: Exercise) -> Iterator[str]:
    for seed, where in SEEDS.items():
        found = verdict(exercise, exercise.reference, seed)
        every = len(bank_of(exercise, seed).units)
        right = found.status == "passed" and found.score == found.out_of > 0
        if not (right and found.passed == found.cases == every):
            yield f"The reference doesn't pass on {where}, mend it or the cases: {found.message}"


def stub_is_missing(exercise: Exercise) -> Iterator[str]:
    stub = exercise.with_faults(exercise.faults) if exercise.task == "repair" else _stub
    found = verdict(exercise, stub, PUBLIC_SEED)
    statuses = ["missing"]
    if exercise.task == "repair" and exercise.kind == "goal":
        statuses.append("failed")  # no training is like another: it is known by its text alone
    if found.status not in statuses or found.score or found.passed:
        yield f"A stub counts as {found.status!r} and not as missing: look at the cases and at `verify`."


def mistakes_are_refused_and_named(exercise: Exercise) -> Iterator[str]:
    for mistake in exercise.mistakes:
        for seed in seeds_of(exercise):
            if owed := mistake_is_refused_and_named(exercise, mistake, seed):
                yield owed
                break


def partly_mended_is_refused(exercise: Exercise) -> Iterator[str]:
    """Of a repair: it has faults, and with any of them left it fails; of a goal, with all but one left."""
    if (exercise.task == "repair") != bool(exercise.faults):
        yield "A repair has faults, and nothing else has: set `task` and `faults` both, or neither."
    every = len(exercise.faults)  # one left is a known mistake, and all are the stub
    for count in range(max(2, every - 1) if exercise.kind == "goal" else 2, every):
        for left in combinations(exercise.faults, count):
            for seed in seeds_of(exercise):
                if verdict(exercise, exercise.with_faults(left), seed).status not in ("failed", "error"):
                    names = ", ".join(fault.name for fault in left)
                    yield f"With {names} left it doesn't fail on {SEEDS[seed]}: add a case that shows them."


def other_types_make_no_difference(exercise: Exercise) -> Iterator[str]:
    """Of a value: the reference passes and mistakes are recognised as float32 and as lists."""
    if exercise.kind != "value":
        return
    for name, form in FORMS.items():
        for seed, where in SEEDS.items():
            ran = _attempt(exercise, exercise.reference, seed)
            found = judge(exercise, bank_of(exercise, seed), _as(ran, form))
            if found.status != "passed":
                yield (
                    f"The reference's answers don't pass as {name} on {where}, choose milder cases or "
                    f"a wider tolerance: {found.message}"
                )
    coarse = dataclasses.replace(exercise, tolerance=FLOAT32)
    for mistake in exercise.mistakes:
        for seed, where in SEEDS.items():
            bank, ran = bank_of(exercise, seed), _attempt(exercise, mistake.answer, seed)
            if judge(coarse, bank, ran).mistake != mistake.name:
                continue  # too near to something else for float32, or not recognised at all
            for name, form in FORMS.items():
                if judge(exercise, bank, _as(ran, form)).mistake != mistake.name:
                    yield (
                        f"The mistake `{mistake.name}` isn't recognised with answers as {name} on {where}: "
                        "look at its answers' types, or add a case that tells more."
                    )


def value_has_enough_cases(exercise: Exercise) -> Iterator[str]:
    count = len(bank_of(exercise).cases)
    if exercise.kind == "value" and not MIN_CASES <= count <= MAX_CASES:
        yield f"It has {count} cases: make it {MIN_CASES} to {MAX_CASES}."


def seed_decides_the_cases(exercise: Exercise) -> Iterator[str]:
    one, other = (
        set(zip(bank.cases, bank.inputs, bank.secrets, strict=True))
        for bank in (bank_of(exercise, seed) for seed in SEEDS)
    )
    wanted = MIN_NEW_CASES if exercise.kind == "value" else 1
    if len(one - other) < wanted:
        yield f"Another seed makes {len(one - other)} new cases: draw at least {wanted} from the generator."


def reference_is_clean(exercise: Exercise) -> Iterator[str]:
    """Of a value: no NumPy warning, arguments left alone, and what is raised is in the statement."""
    if exercise.kind != "value":
        return
    bank = bank_of(exercise)
    if any(outcome.warnings for outcome in bank.expected):
        yield "The reference makes NumPy warn: compute so that nothing overflows, or choose milder cases."
    if any(
        outcome.arguments != case and b"model" not in case
        for case, outcome in zip(bank.cases, bank.expected, strict=True)
    ):
        yield "The reference changes its arguments: let it work on a copy."
    for kind in sorted({outcome.raised.type for outcome in bank.expected if outcome.raised}):
        if kind not in (exercise.reference.__doc__ or ""):
            yield f"The reference raises {kind}, and the statement doesn't say so: add a section `Raises:`."


def items_have_names(exercise: Exercise) -> Iterator[str]:
    """Of a value: where the answer is a tuple, a learner is told which of its items is wrong."""
    if exercise.kind != "value":
        return
    answers = [outcome.value() for outcome in bank_of(exercise).expected if outcome.raised is None]
    lengths = {len(answer) if isinstance(answer, tuple) else 0 for answer in answers}
    if lengths != {len(exercise.returns)}:
        yield (
            f"It returns tuples of {max(lengths)} and names {len(exercise.returns)} items: set `returns` to "
            "the items' names, as in the statement; to nothing where no tuple is returned."
        )


def _answers(exercise: Exercise) -> Iterator[tuple[str, Callable[..., Any], str]]:
    """Yield the reference and the known mistakes, each with the seeds that it is run on.

    Where more is done than values computed, the public one is enough; a goal's mistakes train.
    """
    is_goal = exercise.kind == "goal"
    functions = {"The reference": exercise.reference}
    for mistake in () if is_goal else exercise.mistakes:
        functions[f"The mistake `{mistake.name}`"] = mistake.answer
    for what, function in functions.items():
        for seed in SEEDS if exercise.kind == "value" else (PUBLIC_SEED,):
            yield what, function, seed


@lru_cache(maxsize=2)
def _unanswered(exercise: Exercise, seed: str) -> Bank:
    """Return a bank of the cases alone, for which nothing was run."""
    made = drawn(exercise, seed)
    return Bank(
        cases=tuple(plaindata.encode(case.arguments) for case in made),
        weights=(),
        inputs=tuple(plaindata.encode(case.inputs) for case in made),
        secrets=(),
        groups=(),
        expected=(),
    )


@lru_cache(maxsize=64)  # of one exercise, which several checks look at
def _attempt(exercise: Exercise, answer: Callable[..., Any], seed: str) -> Attempt:
    file = Path(getattr(getattr(answer, "__code__", None), "co_filename", ""))
    home = Places(lesson_of(exercise)).home
    place = file.relative_to(home).as_posix() if file.is_relative_to(home) else file.name
    return kernel.attempt(exercise, _unanswered(exercise, seed), answer, place=place)


def _stub(*arguments: Any) -> NoReturn:
    raise NotImplementedError


def _as(attempt: Attempt, form: Callable[[Any], Any]) -> Attempt:
    """Return the attempt as it would be if the function answered in another form."""
    outcomes = tuple(_formed(outcome, form) for outcome in attempt.outcomes)
    return dataclasses.replace(attempt, outcomes=outcomes)


def _formed(outcome: Outcome, form: Callable[[Any], Any]) -> Outcome:
    if outcome.raised is not None or isinstance(outcome.value(), plaindata.Foreign):
        return outcome
    return msgspec.structs.replace(outcome, answer=plaindata.encode(_each(outcome.value(), form)))


def _each(value: Any, form: Callable[[Any], Any]) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(_each(item, form) for item in value)
    if isinstance(value, dict):
        return {key: _each(item, form) for key, item in value.items()}
    return form(value)


def _float32(value: Any) -> Any:
    if isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f"):
        with np.errstate(over="ignore"):  # beyond its range it is infinite, as a learner's would be
            return np.asarray(value, np.float32)[()]
    return value


def _lists(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


FORMS: dict[str, Callable[[Any], Any]] = {"float32": _float32, "nested lists": _lists}

FIRST = (it_ends, cases_fit_the_signature, reference_is_written, what_verifies_raises_nothing)
"""Where one of these is owed, nothing else that runs tells anything."""
CHECKS = (
    example_is_right,
    solution_passes,
    stub_is_missing,
    partly_mended_is_refused,
    other_types_make_no_difference,
    value_has_enough_cases,
    seed_decides_the_cases,
    reference_is_clean,
    items_have_names,
)
