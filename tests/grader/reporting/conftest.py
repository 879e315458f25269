"""Classes for the tests of the reports: a table of statuses becomes a `ClassResults`."""

from collections.abc import Callable

import pytest

from grader.classes.results import Asked, ClassResults, Learner, Result
from grader.judging.report import Counterexample, LearnerError, Verdict
from grader.learning.card import WORDS

LESSON = "02_neural_networks"


@pytest.fixture(scope="session")
def verdict() -> Callable[..., Verdict]:
    """Make a verdict; a word that is no status is a known mistake."""

    def make(name: str, word: str, **changes) -> Verdict:
        status = word if word in WORDS else "failed"
        wrong = status in ("failed", "error", "timeout")
        fields = {
            "name": name,
            "lesson": LESSON,
            "status": status,
            "score": float(status == "passed"),
            "out_of": 1.0,
            "cases": 10,
            "passed": 10 if status == "passed" else 4,
            "seconds": 0.004,
            "mistake": None if word in WORDS else word,
            "message": f"The message of {name}, {word}.",
            "counterexample": Counterexample({"x": [1.0, -2.0]}, [1.0, 0.0], [1.0, -0.02]) if wrong else None,
            "error": LearnerError("ValueError", "no such axis", 3) if status == "error" else None,
        }
        return Verdict(**{**fields, **changes})

    return make


@pytest.fixture(scope="session")
def class_of(verdict) -> Callable[..., ClassResults]:
    """Make a class of `{learner: [what became of the first exercise, of the second, ...]}`."""

    def make(table: dict[str, list[str | Result]], **changes) -> ClassResults:
        size = max((len(words) for words in table.values()), default=0)
        names = ["relu", "sigmoid", "tanh", "softmax"][:size]
        learners = []
        for learner, words in table.items():
            results = {
                name: word
                if isinstance(word, Result)
                else Result(verdict(name, word), "" if word == "missing" else f"def {name}(x): return x\n")
                for name, word in zip(names, words, strict=True)
            }
            learners.append(Learner(learner, learner, (f"{len(learners)}.py",), None, 0, results))
        fields = {
            "title": "The course",
            "sandbox": "landlock+seccomp",
            "exercises": tuple(Asked(name, LESSON, 1.0) for name in names),
            "learners": tuple(learners),
        }
        return ClassResults(**{**fields, **changes})

    return make


@pytest.fixture(scope="session")
def hostile_class(verdict) -> Callable[[str], ClassResults]:
    """Make a class of two in which one learner has written `text` wherever a learner can write."""

    def make(text: str) -> ClassResults:
        learners = []
        for name, written in (("Ada King", "harmless"), (f"M{text}", text)):
            results = {
                "relu": Result(
                    verdict(
                        "relu",
                        "error",
                        message=written,
                        counterexample=Counterexample({"x": written}, {"a": [written]}, f"raises {written}"),
                        error=LearnerError(written, f"{written}!", 1),
                    ),
                    written,
                ),
                "sigmoid": Result(verdict("sigmoid", "failed", message=written), written),
            }
            learners.append(
                Learner(name, written, (written,), written, 0, results, (written,), comment=written)
            )
        asked = tuple(Asked(name, LESSON, 1.0) for name in ("relu", "sigmoid"))
        return ClassResults("The course", "process", asked, tuple(learners))

    return make
