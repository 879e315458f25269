"""Case banks: inputs, expected outcomes and each known mistake's outcomes, built once per seed.

A bank is built in the trusted process and cached on disk under a hash of everything that it depends on, so a
changed solution or case generator never meets an old bank. The cache holds plain data and its own checksum.
"""

import contextlib
import hashlib
import sys
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from dlcourse import quiet
from grader import calling, exercise, plaindata
from grader.calling import Outcome
from grader.exercise import Exercise
from grader.storage import folder, write

PUBLIC_SEED = "public"


class Bank(msgspec.Struct, frozen=True):
    """The cases of one exercise for one seed, smallest first.

    Args:
        cases: the arguments of each case, encoded.
        expected: the reference's outcome on each case.
        mistakes: by name, each known mistake's outcomes.
    """

    cases: tuple[bytes, ...]
    expected: tuple[Outcome, ...]
    mistakes: dict[str, tuple[Outcome, ...]]


@lru_cache(maxsize=1024)
def bank_of(exercise: Exercise, seed: str = PUBLIC_SEED) -> Bank:
    """Return the exercise's bank for `seed`: from memory, from disk, or newly built."""
    path = folder("cache") / "banks" / f"{exercise.name}-{_key(exercise, seed)}.bank"
    bank = _load(path)
    if bank is None:
        bank = build(exercise, seed)
        _save(bank, path)
    return bank


def build(exercise: Exercise, seed: str) -> Bank:
    """Return a new bank: the reference and every known mistake, run on the cases of `seed`."""
    digest = hashlib.sha256(f"{exercise.name}\0{seed}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest, "big"))
    cases = [plaindata.encode(case) for case in sorted(map(tuple, exercise.cases(rng)), key=_size)]

    def run(function: Callable[..., Any]) -> tuple[Outcome, ...]:
        return tuple(calling.call(function, case, tensors=exercise.tensors) for case in cases)

    with quiet() if exercise.tensors else contextlib.nullcontext():
        mistakes = {mistake.name: run(mistake.answer) for mistake in exercise.mistakes}
        return Bank(tuple(cases), run(exercise.reference), mistakes)


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
    return hashlib.sha256(
        b"\0".join((_sources(exercise), seed.encode(), np.__version__.encode()))
    ).hexdigest()


@cache
def _sources(asked: Exercise) -> bytes:
    """Return a hash of the code that decides what is in a bank."""
    names = {asked.reference.__module__, asked.cases.__module__}
    names |= {mistake.answer.__module__ for mistake in asked.mistakes}
    names |= {module.__name__ for module in (calling, exercise, plaindata)} | {__name__}
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(Path(sys.modules[name].__file__).read_bytes())
    return digest.digest()


def _save(bank: Bank, path: Path) -> None:
    payload = msgspec.msgpack.encode(bank)
    write(path, hashlib.sha256(payload).digest() + payload)


def _load(path: Path) -> Bank | None:
    try:
        data = path.read_bytes()
        if hashlib.sha256(data[32:]).digest() != data[:32]:
            return None
        return msgspec.msgpack.decode(data[32:], type=Bank)
    except (OSError, msgspec.DecodeError):
        return None
