"""The report of one submission, as data. Its fields are a contract: see the README."""

import re
from typing import Any, Literal

import msgspec

Status = Literal["passed", "failed", "error", "timeout", "missing", "refused"]
SandboxLevel = Literal["landlock+seccomp", "process", "kernel"]


class LearnerError(msgspec.Struct, frozen=True):
    """An exception in the learner's code; `line` counts in its cell or file."""

    type: str
    message: str
    line: int | None


class Shown(msgspec.Struct, frozen=True):
    """A counterexample as people read it: values the way that NumPy shows them, sentences as they are."""

    arguments: dict[str, str]
    expected: str
    got: str


class Counterexample(msgspec.Struct, frozen=True):
    """The smallest case that failed, as JSON can hold it.

    `shown` is the same for people, and no part of the published report. It is there if JSON says less: of
    NaN, say, or of a sentence in a value's place. Gradebooks of before it was kept have none.
    """

    arguments: dict[str, Any]
    expected: Any
    got: Any
    shown: Shown | None = None


class Verdict(msgspec.Struct, frozen=True):
    """The verdict on one exercise; `message` is one or two sentences to the learner.

    `diagnosis` is how the cause was found that the message says, one of `diagnosis.Kind`; it is published
    where that isn't by the name of a known mistake. Two fields never are: `credit` is the share of the cases
    that are right, by their weights, and the `score` is all or nothing unless the course gives partial
    credit. `fault` says, for the instructor, how the grader itself failed on the exercise, where it did.
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
    fault: str = ""
    diagnosis: str = ""

    def published(self) -> dict[str, Any]:
        """Return what is part of the published report."""
        fields = msgspec.structs.asdict(self)
        del fields["credit"], fields["fault"]
        if self.diagnosis in ("", "mistake"):  # the mistake's name says that
            del fields["diagnosis"]
        if self.counterexample is not None:
            fields["counterexample"] = msgspec.structs.asdict(self.counterexample)
            del fields["counterexample"]["shown"]
        return fields


class Report(msgspec.Struct, frozen=True):
    """The verdict on one submission. `error` says why it could not be read, where it could not.

    `lesson`, the one that a notebook names as its own, perhaps by a name of before, is no part of the
    published report. `predictions` are the letters that the learner chose before experiments, by the
    question's name; no score depends on them.
    """

    submission: str
    seed: str
    sandbox: SandboxLevel
    exercises: list[Verdict]
    error: str | None = None
    lesson: str | None = None
    predictions: dict[str, str] = {}

    @property
    def score(self) -> float:
        return round(sum(exercise.score for exercise in self.exercises), 6)

    @property
    def out_of(self) -> float:
        return round(sum(exercise.out_of for exercise in self.exercises), 6)

    @property
    def all_passed(self) -> bool:
        return self.error is None and all(exercise.status == "passed" for exercise in self.exercises)

    def without_times(self) -> "Report":
        """Return the same with 0 as each time: they differ from run to run."""
        exercises = [msgspec.structs.replace(e, seconds=0.0) for e in self.exercises]
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
        if self.predictions:
            plain["predictions"] = self.predictions
        if self.error is not None:
            plain["error"] = self.error
        return msgspec.json.encode(plain).decode()
