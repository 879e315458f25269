"""Case banks: inputs, expected outcomes and each known mistake's outcomes, built once per seed.

A bank is built in the trusted process and cached on disk under a hash of all that it depends on
(`dependencies`), so a changed solution, case generator or library never meets an old bank. The cache holds
plain data and its own checksum.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from dlcourse import quiet
from grader.child import calling, later, plaindata, zygote
from grader.child.calling import Outcome
from grader.child.plaindata import Live
from grader.errors import NO_SECRETS, UnusableInput
from grader.exercise import FLOAT64, Case, Exercise, Finding, Mistake
from grader.judging import comparison
from grader.judging.dependencies import version
from grader.judging.findings import FREE, findings
from grader.running.attempt import require_examined, to_examine
from grader.storage import folder, opened, salt, sealed, write

PUBLIC_SEED = "public"
AS_GIVEN = "as given"  # of a repair: among a bank's mistakes, and the exercise's no mistake


class Bank(msgspec.Struct, frozen=True):
    """The cases of one exercise for one seed: values smallest first, all else as the generator orders them.

    Args:
        cases: the arguments of each case, encoded.
        weights: what each counts for partial credit.
        inputs: what the artefact of each is run on, encoded.
        secrets: what only the judge sees of each, encoded.
        groups: the name of each case's group, or nothing.
        expected: the reference's outcome on each case; for what is not compared, only the arguments as they
            must be left, or `FREE`.
        mistakes: by name, each known mistake's outcomes, where answers are compared.
        flaws: by name, what is found of each known mistake, where answers are verified; none for a goal,
            whose mistakes take a training, which is another one each time.
    """

    cases: tuple[bytes, ...]
    weights: tuple[float, ...]
    inputs: tuple[bytes, ...]
    secrets: tuple[bytes, ...]
    groups: tuple[str, ...]
    expected: tuple[Outcome, ...]
    mistakes: dict[str, tuple[Outcome, ...]] = {}
    flaws: dict[str, tuple[Finding, ...]] = {}

    def findings(self, exercise: Exercise, outcomes: Sequence[Outcome]) -> list[Finding]:
        """Return what is wrong with a function's outcomes on these cases, case by case."""
        return findings(
            exercise,
            outcomes,
            cases=self.cases,
            secrets=self.secrets,
            groups=self.groups,
            expected=self.expected,
        )

    def of_one(self, i: int) -> "Bank":
        """Return the bank of one case alone, by its number, without known mistakes."""
        return Bank(
            cases=(self.cases[i],),
            weights=(self.weights[i],),
            inputs=(self.inputs[i],),
            secrets=(self.secrets[i],),
            groups=(self.groups[i],),
            expected=(self.expected[i],),
        )

    @property
    def units(self) -> dict[str | int, list[int]]:
        """What counts as a case: the places of each group's cases, and of each case that is in none."""
        found: dict[str | int, list[int]] = {}
        for i, group in enumerate(self.groups):
            found.setdefault(group or i, []).append(i)
        return found


@lru_cache(maxsize=128)
def bank_of(exercise: Exercise, seed: str = PUBLIC_SEED) -> Bank:
    """Return the exercise's bank for `seed`: from memory, from disk, or newly built.

    Raises:
        UnusableInput: in the student edition, for any seed but the public one.
    """
    if exercise.public is not None:
        if seed != PUBLIC_SEED:
            raise UnusableInput(NO_SECRETS)
        return msgspec.msgpack.decode(exercise.public, type=Bank)
    path = folder("cache") / "banks" / f"{exercise.name}-{_key(exercise, seed)}.bank"
    bank = _load(path)
    if bank is None:
        with _alone(exercise.name):  # of the workers that want it, one builds it
            bank = _load(path)
            if bank is None:
                bank = build(exercise, seed)
                write(path, sealed(msgspec.msgpack.encode(bank)))
    return bank


@contextlib.contextmanager
def _alone(name: str) -> Iterator[None]:
    """Let one process at a time in for an exercise; where no lock can be made, whoever comes."""
    from filelock import FileLock

    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            locks = folder("cache") / "locks"
            locks.mkdir(parents=True, exist_ok=True, mode=0o700)
            stack.enter_context(FileLock(locks / f"{name}.lock", mode=0o600))
        yield


def drawn(exercise: Exercise, seed: str) -> list[Case]:
    """Return the cases of `seed`, in a bank's order."""
    digest = hashlib.sha256(f"{exercise.name}\0{seed}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest, "big"))
    made = [case if isinstance(case, Case) else Case(tuple(case)) for case in exercise.cases(rng)]
    if exercise.kind == "value":
        made.sort(key=lambda case: _size(case.arguments))
    return made


def build(exercise: Exercise, seed: str) -> Bank:
    """Return a new bank: the reference and every known mistake, run on the cases of `seed`."""
    made = drawn(exercise, seed)
    arguments = [plaindata.encode(case.arguments) for case in made]
    inputs = [plaindata.encode(case.inputs) for case in made]

    def run(function: Callable[..., Any]) -> tuple[Outcome, ...]:
        return tuple(_outcome(exercise, function, *case) for case in zip(arguments, inputs, strict=True))

    # What NumPy warns of is part of an outcome, whatever this process has set.
    with quiet() if exercise.heavy else contextlib.nullcontext(), np.errstate(all="warn", under="ignore"):
        if exercise.tensors or exercise.artefact is not None:
            with later.brisk():
                import keras  # noqa: F401  (it is on its way)
        if exercise.kind == "value":
            expected = run(exercise.reference)
        else:
            expected = tuple(
                Outcome(arguments=FREE if _may_change(case.arguments) else encoded)
                for case, encoded in zip(made, arguments, strict=True)
            )
        known = () if exercise.kind == "goal" else exercise.mistakes
        if exercise.faults and exercise.kind != "goal":
            known += (Mistake(AS_GIVEN, exercise.with_faults(exercise.faults), ""),)
        outcomes = {mistake.name: run(mistake.answer) for mistake in known}
    bank = Bank(
        cases=tuple(arguments),
        weights=_weights(exercise, made, expected),
        inputs=tuple(inputs),
        secrets=tuple(plaindata.encode(case.secret) for case in made),
        groups=tuple(case.group for case in made),
        expected=expected,
    )
    if exercise.kind == "value":
        return msgspec.structs.replace(bank, mistakes=outcomes)
    # A model with its weights is much to keep, and only what is said of it is compared.
    flaws = {name: tuple(bank.findings(exercise, found)) for name, found in outcomes.items()}
    return msgspec.structs.replace(bank, flaws=flaws)


def _weights(exercise: Exercise, made: list[Case], expected: tuple[Outcome, ...]) -> tuple[float, ...]:
    """Return what each case counts: nothing, if it is right to return zeros, or what one was given."""
    weights = [
        0.0 if exercise.kind == "value" and _is_trivial(case.arguments, outcome) else case.weight
        for case, outcome in zip(made, expected, strict=True)
    ]
    return tuple(weights) if any(weights) else tuple(case.weight for case in made)


def _is_trivial(arguments: tuple, outcome: Outcome) -> bool:
    if outcome.raised is not None:
        return False
    answer = outcome.value()
    zeros = np.zeros_like(answer) if isinstance(answer, np.ndarray) else 0.0
    return any(comparison.compare(answer, trivial, FLOAT64) is None for trivial in (zeros, *arguments[:1]))


def _outcome(exercise: Exercise, function: Callable[..., Any], case: bytes, inputs: bytes) -> Outcome:
    """Return what a function of ours does, and what its artefact is."""
    artefact = exercise.artefact
    outcome = calling.call(function, case, tensors=exercise.tensors, artefact=artefact is not None)
    return outcome if artefact is None or outcome.raised else examined(artefact, outcome, inputs)


def examined(artefact: str, outcome: Outcome, inputs: bytes) -> Outcome:
    """Return the outcome of a call with what it made opened, here; a class's are opened in the sandbox."""
    found = zygote.examined(artefact, to_examine(outcome, inputs))
    require_examined(found)
    return msgspec.structs.replace(found, arguments=outcome.arguments, warnings=outcome.warnings)


def _may_change(value: Any) -> bool:
    """Return whether a call may change it: a model or optimizer is trained, a path written to."""
    if isinstance(value, list | tuple):
        return any(map(_may_change, value))
    return isinstance(value, Live) and value.kind in ("model", "fitted", "optimizer", "path")


def _size(case: tuple) -> tuple[int, bool]:
    """Order cases by what a person has to read: few numbers first, and small ones before large."""
    count, largest, stack = 0, 0.0, list(case)
    while stack:
        value = stack.pop()
        if isinstance(value, list | tuple):
            stack.extend(value)
        elif isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, np.ndarray | int | float):
            count += np.size(value)
            largest = max(largest, float(np.max(np.abs(value), initial=0.0)))
    return count, largest > 10


def _key(exercise: Exercise, seed: str) -> str:
    # Salted: that a file exists can be asked by whoever may not read it, and would confirm a guessed seed.
    return hashlib.sha256(b"\0".join((version(exercise.module), seed.encode(), salt()))).hexdigest()


def _load(path: Path) -> Bank | None:
    try:
        return msgspec.msgpack.decode(opened(path.read_bytes()), type=Bank)
    except (OSError, ValueError, msgspec.DecodeError):
        return None
