"""The report of one submission, as data. Its fields are a contract: see the README."""

import re
from typing import Any, Literal

import msgspec
import numpy as np

from grader.child.plaindata import Live

Status = Literal["passed", "failed", "error", "timeout", "missing", "refused"]
Sandbox = Literal["landlock+seccomp", "process", "kernel"]
LARGEST_SHOWN = 64  # elements of an array in a counterexample


class LearnerError(msgspec.Struct, frozen=True):
    """An exception in the learner's code; `line` counts in its cell or file."""

    type: str
    message: str
    line: int | None


class Counterexample(msgspec.Struct, frozen=True):
    """The smallest case that failed."""

    arguments: dict[str, Any]
    expected: Any
    got: Any


class ExerciseReport(msgspec.Struct, frozen=True):
    """The verdict on one exercise; `message` is one or two sentences to the learner.

    `credit` is the share of the cases that are right, by their weights. It is no part of the published
    report, whose `score` is all or nothing unless the course gives partial credit.
    """

    name: str
    lesson: str
    status: Status
    score: float
    out_of: float
    cases: int
    passed: int
    seconds: float
    mistake: str | None
    message: str
    counterexample: Counterexample | None
    error: LearnerError | None
    credit: float = 0.0

    def published(self) -> dict[str, Any]:
        """Return what is part of the published report."""
        return {name: getattr(self, name) for name in self.__struct_fields__ if name != "credit"}


class Report(msgspec.Struct, frozen=True):
    """The verdict on one submission. `error` says why it could not be read, where it could not."""

    submission: str
    seed: str
    sandbox: Sandbox
    exercises: list[ExerciseReport]
    error: str | None = None

    @property
    def score(self) -> float:
        return round(sum(exercise.score for exercise in self.exercises), 6)

    @property
    def out_of(self) -> float:
        return round(sum(exercise.out_of for exercise in self.exercises), 6)

    @property
    def all_passed(self) -> bool:
        return self.error is None and all(exercise.status == "passed" for exercise in self.exercises)

    def in_whole_seconds(self) -> "Report":
        """Return the same with times cut to whole seconds: what is finer differs from run to run."""
        exercises = [msgspec.structs.replace(e, seconds=float(int(e.seconds))) for e in self.exercises]
        return msgspec.structs.replace(self, exercises=exercises)

    def to_json(self) -> str:
        """Return the report as one line of JSON (schema 1)."""
        plain = {
            "schema": 1,
            "submission": self.submission,
            "seed": int(self.seed) if re.fullmatch("0|[1-9][0-9]{0,14}", self.seed) else self.seed,
            "sandbox": self.sandbox,
            "score": self.score,
            "out_of": self.out_of,
            "exercises": [exercise.published() for exercise in self.exercises],
        }
        if self.error is not None:
            plain["error"] = self.error
        return msgspec.json.encode(plain).decode()


def presentable(value: Any) -> Any:
    """Return plain data as JSON can hold it: large arrays described, NaN as a word.

    >>> presentable(np.array([1.0, np.inf]))
    [1.0, 'inf']
    """
    if isinstance(value, np.ndarray):
        if value.size > LARGEST_SHOWN:
            return f"array of shape {value.shape}, beginning with {presentable(value.ravel()[:5])}"
        return presentable(value.tolist())
    if isinstance(value, float):
        return value if np.isfinite(value) else str(value)
    if isinstance(value, complex):
        return str(value)
    if isinstance(value, str):
        return value[:200]
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, dict):
        return {key: presentable(item) for key, item in list(value.items())[:LARGEST_SHOWN]}
    if isinstance(value, list | tuple):
        shown = [presentable(item) for item in value[:LARGEST_SHOWN]]
        return [*shown, f"… {len(value) - LARGEST_SHOWN} more"] if len(value) > LARGEST_SHOWN else shown
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Live):
        name = value.value[0] if value.kind == "function" else None
        return presentable(value.value) if value.kind == "frame" else f"<{name or value.kind}>"
    return f"<{value.type_name}>"  # a plaindata.Foreign
