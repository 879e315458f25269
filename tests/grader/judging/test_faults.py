"""One exercise's fault of ours never costs another: every stage, on the command line and in a notebook."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.child import plaindata
from grader.child.calling import Outcome
from grader.child.plaindata import Foreign, Live
from grader.exercise import FLOAT64
from grader.exercises import all_exercises
from grader.exercises.frameworks import scale_images
from grader.exercises.neural_networks import relu
from grader.judging.bank import PUBLIC_SEED, bank_of
from grader.judging.comparison import compare
from grader.judging.judge import judge
from grader.learning import notebook
from grader.running.attempt import Attempt
from grader.running.sandbox import Worker
from grader.storage import folder

RIGHT = "import numpy as np\ndef relu(x): return np.maximum(x, 0)\ndef sigmoid(x): return x\n"
SCALED = "import numpy as np\ndef scale_images(images): return (images[..., None] / 255).astype('float32')\n"


def broken(*arguments):
    raise RuntimeError("for this test")


@pytest.fixture
def replaced(monkeypatch):
    """Change an exercise in the registry for one test."""

    def replace(module, **changes):
        monkeypatch.setattr(module, "EXERCISE", dataclasses.replace(module.EXERCISE, **changes))
        all_exercises.cache_clear()

    yield replace
    monkeypatch.undo()
    all_exercises.cache_clear()
    bank_of.cache_clear()


def test_cases_that_cannot_be_made_cost_their_exercise_alone(graded, replaced):
    replaced(relu, cases=broken)
    bank_of.cache_clear()
    verdicts = graded(RIGHT, seed="a seed of no bank yet")
    assert verdicts["relu"].status == "error"
    assert verdicts["relu"].fault == "RuntimeError: for this test"
    assert "no verdict on your answer" in verdicts["relu"].message
    assert verdicts["sigmoid"].status == "failed"
    assert "broken" in (folder("state") / "faults.log").read_text()


def test_a_judge_that_fails_costs_its_exercise_alone(graded, monkeypatch):
    from grader.judging import grading

    def judged(exercise, *rest):
        return broken() if exercise.name == "relu" else judge(exercise, *rest)

    monkeypatch.setattr(grading, "judge", judged)
    verdicts = graded(RIGHT)
    assert (verdicts["relu"].status, verdicts["relu"].fault != "") == ("error", True)
    assert (verdicts["sigmoid"].status, verdicts["sigmoid"].fault) == ("failed", "")


def test_a_verifying_function_that_fails_costs_its_exercise_alone(graded, replaced):
    replaced(scale_images, verify=broken)
    verdicts = graded(SCALED + "def conv_to_torch(kernel, bias): return kernel, bias\n")
    assert verdicts["scale_images"].fault == "RuntimeError: for this test"
    assert verdicts["conv_to_torch"].status == "failed"


def test_an_examination_that_fails_costs_its_exercise_alone(kinds, graded, monkeypatch):
    from grader.child.calling import Raised

    found = Outcome(raised=Raised("KeyError", (), "'layers'", None, ""))
    real = Worker._run

    class Fails:
        def __init__(self, run):
            self.run, self.sent = run, 0

        def __getattr__(self, name):
            return getattr(self.run, name)

        def receive(self, number, deadline):
            message = self.run.receive(number, deadline)
            self.sent += 1
            return message if self.sent == 1 else type(message)(number, found)

    def run(self, kind, job, *limits):
        return Fails(real(self, kind, job, *limits)) if b"examined" in job else real(self, kind, job, *limits)

    monkeypatch.setattr(Worker, "_run", run)
    source = (
        "import keras\ndef small_network(units, classes):\n"
        "    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])\n"
        "def shuffled(n, seed): return list(range(n))\n"
    )
    verdicts = graded(source)
    assert verdicts["small_network"].fault == "ExaminationFailed: KeyError: 'layers'"
    assert verdicts["shuffled"].status == "failed"


def test_a_fault_is_no_part_of_the_published_report(graded, replaced):
    replaced(relu, cases=broken)
    bank_of.cache_clear()
    verdict = graded(RIGHT, seed="another seed of no bank")["relu"]
    assert {"fault", "credit"} & verdict.published().keys() == set()
    json.dumps(verdict.published())


def test_a_fault_in_a_notebook_is_a_card_and_the_next_check_works(monkeypatch, capsys):
    monkeypatch.setattr(notebook, "judge", broken)

    def relu(x):
        return np.maximum(x, 0)

    notebook.check(relu)
    assert "no verdict on your answer" in capsys.readouterr().out
    monkeypatch.setattr(notebook, "judge", judge)
    notebook.check(relu)
    assert "passed" in capsys.readouterr().out


NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.floats(), st.booleans(), st.sampled_from([0, 1.0, np.nan, np.inf])
)
ARRAYS = arrays.arrays(
    st.sampled_from(["?", "i4", "u1", "f4", "f8", "c16"]),
    arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
LEAVES = st.one_of(
    st.none(),
    NUMBERS,
    st.text(max_size=4),
    st.binary(max_size=4),
    ARRAYS,
    st.builds(Foreign, st.text(max_size=4), st.text(max_size=4)),
    st.builds(Live, st.sampled_from(["frame", "model", "weights", "dataset", "path"]), st.none() | ARRAYS),
)
PLAIN = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=2), inner, max_size=2),
    ),
    max_leaves=6,
)


@settings(max_examples=400)
@given(PLAIN, PLAIN)
def test_any_two_pieces_of_plain_data_can_be_compared(one, other):
    one, other = (plaindata.decode(plaindata.encode(value)) for value in (one, other))
    for expected, got in ((one, other), (other, one)):
        difference = compare(expected, got, FLOAT64)
        assert difference is None or (difference.message and difference.kind)


@given(PLAIN)
def test_whatever_holds_no_nan_is_equal_to_itself(value):
    value = plaindata.decode(plaindata.encode(value))
    difference = compare(value, value, FLOAT64)
    assert difference is None or "complex" in difference.message or "nan" in repr(value)


JUDGED = [
    *("relu", "dense", "gradient_descent", "clip_by_global_norm", "dense_parameter_count", "linear_collapse"),
    *("scale_images", "make_dataset"),
]


@pytest.mark.parametrize("name", JUDGED)
@settings(max_examples=40)
@given(data=st.data())
def test_any_answers_have_a_verdict(name, data):
    """Whatever is returned, by a value or a property: a verdict, a JSON line, and no error of the judge's."""
    exercise = all_exercises()[name]
    bank = bank_of(exercise, PUBLIC_SEED)
    answers = data.draw(st.lists(PLAIN, min_size=1, max_size=3))
    outcomes = tuple(
        Outcome(plaindata.encode(answers[i % len(answers)]), arguments=case)
        for i, case in enumerate(bank.cases)
    )
    verdict = judge(exercise, bank, Attempt(outcomes))
    assert verdict.status in ("passed", "failed")
    json.dumps(verdict.published(), default=str)


def test_the_smallest_case_of_the_fault_that_cost_a_class_its_points(graded):
    """An array where a known mistake returns `None`."""
    verdict = graded(
        "import numpy as np\n"
        "def dense(X, W, b, activation=None):\n"
        "    z = X @ W + b\n"
        "    if activation is None: return z\n"
        "    if activation == 'relu': return np.maximum(z, 0)\n"
        "    if activation == 'sigmoid': return 1 / (1 + np.exp(-z))\n"
        "    if activation == 'tanh': return np.tanh(z)\n"
        "    e = np.exp(z - z.max(axis=-1, keepdims=True))\n"
        "    return e / e.sum(axis=-1, keepdims=True)\n"
    )["dense"]
    assert (verdict.status, verdict.fault) == ("failed", "")
    assert "must raise ValueError" in verdict.message
    assert verdict.credit > 0.9
