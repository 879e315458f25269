"""Hostile models, TFLite files and answers to goals, and what needs TensorFlow or pandas to be tried."""

import msgspec
import numpy as np
import pytest
from hostile import acts, artefacts

from grader import exercises
from grader.child import plaindata
from grader.child.calling import Outcome
from grader.judging.bank import bank_of
from grader.judging.grading import grade
from grader.judging.judge import Attempt, judge
from grader.running.sandbox import Job
from grader.submissions.cutting import Cutter
from grader.submissions.submission import parse

pytestmark = [
    pytest.mark.usefixtures("kinds"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras's own
]
ACTS = acts.LOOKING_WITH_LIBRARIES | acts.REACHING_FURTHER
ARTEFACTS = artefacts.MODELS | artefacts.FILES | artefacts.GOALS
RIGHT = {
    "small_network": "def small_network(features, classes): return right_network(features, classes)",
    "small_network, repacked": (
        "def small_network(features, classes): return repacked(right_network(features, classes))"
    ),
    "small_network, as bytes": (
        "def small_network(features, classes): return as_model(saved(right_network(features, classes)))"
    ),
    "to_file": "def to_file(model): return bytes(converted(model))",
    "nearest_means": (
        "def nearest_means(x, y): return np.stack([x[y == digit].mean(axis=0) for digit in range(10)])"
    ),
}


@pytest.fixture
def answered(sandbox, worker, names):
    """Grade one answer to an exercise of `kinds.py`; return its verdict."""

    def grade_answer(name, source):
        submission = parse(f"{artefacts.HELP}\n{names}\n{source}\n".encode(), ".py", "eve")
        return grade(submission, worker, seed="secret", sandbox=sandbox.level, only=name).report.exercises[0]

    return grade_answer


@pytest.mark.parametrize("name", ARTEFACTS)
def test_artefact_gets_no_credit(name, answered):
    hostile = ARTEFACTS[name]
    verdict = answered(hostile.exercise, hostile.source)
    assert verdict.status in ("failed", "error", "timeout", "refused"), verdict.message
    assert verdict.score == 0


@pytest.mark.parametrize("name", RIGHT)
def test_without_what_is_hostile_it_passes(name, answered):
    verdict = answered(name.partition(",")[0], RIGHT[name])
    assert verdict.status == "passed", verdict.message


@pytest.mark.parametrize("name", ACTS)
def test_act_is_held_back(name, attacked):
    verdicts = attacked(f"{ACTS[name].source}\ndef relu(x):\n    attack()\n    return honest(x)\n")
    assert verdicts["relu"].status == "error"


def test_a_mangled_file_is_never_more_than_a_wrong_answer(sandbox, worker, canary):
    """Bytes of a right file are changed; whatever the interpreter makes of them, it stays a verdict."""
    import tensorflow as tf

    exercise = exercises.all_exercises()["to_file"]
    bank = bank_of(exercise, "secret")
    (model,) = _loaded(plaindata.decode(bank.cases[0]))
    right = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    cut = Cutter(parse(RIGHT["to_file"].encode(), ".py", "eve")).cut("to_file")
    job, rng = Job(exercise, cut, bank.cases, bank.inputs), np.random.default_rng(7)
    ends = set()
    for _ in range(artefacts.MANGLED):
        mangled = np.frombuffer(right, np.uint8).copy()
        places = rng.integers(8, len(mangled), rng.integers(1, 30))
        mangled[places] = rng.integers(0, 256, len(places))
        outcome = Outcome(plaindata.encode(mangled.tobytes()), arguments=bank.cases[0])
        found = worker.examined(job, Attempt((outcome,)))
        verdict = judge(exercise, bank, found)
        ends.add(verdict.status)
        if verdict.status == "passed":  # bytes that nothing reads, or that change too little
            predictions = found.outcomes[0].value()["predictions"]
            assert np.allclose(predictions, plaindata.decode(bank.secrets[0]), atol=1e-5)
    assert "failed" in ends
    untouched = worker.examined(
        job, Attempt((msgspec.structs.replace(outcome, answer=plaindata.encode(right)),))
    )
    assert judge(exercise, bank, untouched).status == "passed"


def _loaded(arguments):
    from grader.child import live

    return live.instantiate(arguments)
