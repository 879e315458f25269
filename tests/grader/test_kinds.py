"""Exercises beyond values, through the whole grader: cut, sandbox, a fresh process for artefacts, judge."""

import inspect
import re
import sys
import textwrap
from types import SimpleNamespace

import numpy as np
import pytest
from kind_names import NAMES

from grader import exercises
from grader.judging.bank import PUBLIC_SEED, bank_of
from grader.judging.judge import judge
from grader.learning import kernel

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


@pytest.fixture
def verdict(kinds, graded_answer):
    """Grade the source of one answer to an exercise of `kinds`; return its verdict."""
    return graded_answer


def source_of(kinds, name):
    return inspect.getsource(getattr(kinds, name))


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_passes(name, kinds, verdict):
    found = verdict(name, source_of(kinds, name))
    assert (found.status, found.credit) == ("passed", 1.0), found.message


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_passes_in_a_notebook_too(name, kinds):
    exercise = exercises.all_exercises()[name]
    bank = bank_of(exercise, PUBLIC_SEED)
    found = judge(exercise, bank, kernel.attempt(exercise, bank, exercise.reference))
    assert found.status == "passed", found.message


MISTAKES = {
    "shuffled": {
        "sorted": "def shuffled(n, seed): return list(range(n))",
        "drawn": "def shuffled(n, seed): return np.random.default_rng(seed).integers(0, n or 1, n)",
        "unseeded": "def shuffled(n, seed): return np.random.default_rng().permutation(n)",
    },
    "small_network": {
        "no_softmax": (
            "def small_network(features, classes):\n"
            "    layers = [keras.layers.Dense(16, activation='relu'), keras.layers.Dense(classes)]\n"
            "    model = keras.Sequential([keras.Input((features,)), *layers])\n"
            "    model.compile('adam', 'sparse_categorical_crossentropy')\n    return model\n"
        ),
    },
    "fill_missing": {"zero": "def fill_missing(frame): return frame.fillna({'a': 0})"},
    "centred": {
        "over_rows": (
            "def centred(x):\n"
            "    x = x - x.mean(axis=1, keepdims=True)\n    return x / np.abs(x).max(axis=0)\n"
        ),
        "signed": "def centred(x):\n    x = x - np.mean(x, 0)\n    return x / np.max(x, 0)",
    },
    "likelier_side": {"rarer": "def likelier_side(tosses): return int(np.mean(tosses) < 0.5)"},
    "descend": {"uphill": "def descend(f, theta, rate): return theta + rate * f(theta)"},
    "train_step": {
        "no_step": (
            "def train_step(model, optimizer, x, y):\n"
            "    return keras.losses.sparse_categorical_crossentropy(y, model(x)).numpy().mean()\n"
        ),
    },
}


@pytest.mark.parametrize(("name", "mistake"), [(n, m) for n, known in MISTAKES.items() for m in known])
def test_a_known_mistake_is_named(name, mistake, verdict):
    found = verdict(name, MISTAKES[name][mistake])
    assert (found.status, found.score, found.mistake) == ("failed", 0.0, mistake)


WRONG = {
    "the same again and again": ("shuffled", "def shuffled(n, seed): return [0] * n", "Draw none twice"),
    "of another form": ("shuffled", "def shuffled(n, seed): return {'a': 1}", "must be there once"),
    "nothing": ("small_network", "def small_network(features, classes): pass", "return"),
    "no model": ("small_network", "def small_network(features, classes): return [1.0]", "Keras model"),
    "a lambda": (
        "small_network",
        "def small_network(features, classes):\n"
        "    layers = [keras.Input((features,)), keras.layers.Lambda(lambda x: x)]\n"
        "    return keras.Sequential(layers)\n",
        "no Lambda",
    ),
    "a class of one's own": (
        "small_network",
        "class Mine(keras.layers.Layer):\n    def call(self, x): return x\n"
        "def small_network(features, classes):\n"
        "    return keras.Sequential([keras.Input((features,)), Mine()])\n",
        "without your code",
    ),
    "a class of one's own for a model": (
        "small_network",
        "class Mine(keras.Model):\n"
        "    def __init__(self):\n        super().__init__()\n        self.out = keras.layers.Dense(3)\n"
        "    def call(self, x): return self.out(x)\n"
        "def small_network(features, classes):\n"
        "    model = Mine()\n    model.build((None, features))\n    return model\n",
        "use Keras's own layers",
    ),
    "not built": (
        "small_network",
        "def small_network(features, classes):\n"
        "    return keras.Sequential([keras.layers.Dense(16, 'relu'), keras.layers.Dense(classes)])\n",
        "begin it with keras.Input",
    ),
    "not compiled": (
        "small_network",
        "def small_network(features, classes):\n"
        "    hidden = keras.layers.Dense(16, activation='relu')\n"
        "    out = keras.layers.Dense(classes, activation='softmax')\n"
        "    return keras.Sequential([keras.Input((features,)), hidden, out])\n",
        "not compiled",
    ),
    "no file": ("to_file", "def to_file(model): return b'TFL3'", "no TFLite file"),
    "a damaged file": (
        "to_file",
        "def to_file(model):\n"
        "    data = bytearray(tf.lite.TFLiteConverter.from_keras_model(model).convert())\n"
        "    data[100:] = bytes(len(data) - 100)\n    return bytes(data)\n",
        "",
    ),
    "another model's file": (
        "to_file",
        "def to_file(model):\n"
        "    model.set_weights([w * 0 for w in model.get_weights()])\n"
        "    return tf.lite.TFLiteConverter.from_keras_model(model).convert()\n",
        "not the model's",
    ),
    "one mean for all": (
        "nearest_means",
        "def nearest_means(x, y): return np.stack([x.mean(axis=0)] * 10)",
        "not reached",
    ),
    "no numbers": ("nearest_means", "def nearest_means(x, y): return x[:10] * np.nan", "not reached"),
    "changed its input": (
        "fill_missing",
        "def fill_missing(frame):\n    mean = frame.mean(numeric_only=True)\n"
        "    for name, value in mean.items(): frame[name] = frame[name].fillna(value)\n"
        "    return frame.copy()\n",
        "changed its input",
    ),
    "changed its input, and wrong": (
        "nearest_means",
        "def nearest_means(x, y):\n    x -= x.mean(axis=0)\n    return np.stack([x.mean(axis=0)] * 10)",
        "not reached",
    ),
    "a dict and no frame": (
        "fill_missing",
        "def fill_missing(frame): return {'a': 1}",
        "a DataFrame is asked",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_is_refused_and_told_why(case, verdict):
    name, source, words = WRONG[case]
    found = verdict(name, source)
    assert (found.status, found.score) == ("failed", 0.0), found.message
    assert words in found.message


def test_a_repair_counts_as_missing_until_it_does_something_else(kinds, verdict):
    found = verdict("centred", kinds.CENTRED.stub)
    assert (found.status, found.score, found.cases, found.passed) == ("missing", 0.0, 3, 0)
    assert "as you were given it" in found.message


def test_a_repair_may_be_written_anew(verdict):
    anew = """
    def centred(x):
        from_mean = np.array([[v - np.mean(column) for v in column] for column in x.T]).T
        return np.array([row / np.abs(from_mean).max(axis=0) for row in from_mean])
    """
    assert verdict("centred", textwrap.dedent(anew)).status == "passed"


def test_a_group_counts_as_one_case_and_says_what_it_came_to(verdict):
    found = verdict("likelier_side", "def likelier_side(tosses): return int(tosses[0])")
    assert (found.status, found.cases, found.passed) == ("failed", 2, 0)
    assert (found.mistake, found.counterexample) == (None, None)
    assert re.search(r"in \d\d% of tosses", found.message)


def test_of_a_known_mistake_in_a_group_its_message_follows_what_it_came_to(verdict):
    found = verdict("likelier_side", MISTAKES["likelier_side"]["rarer"])
    assert re.fullmatch(r"Your sides come up in \d\d% of tosses. This is the rarer side.", found.message)


def test_a_group_with_an_answer_that_is_none_is_no_group(verdict):
    source = "def likelier_side(tosses): return 7 if len(tosses) == 9 else int(np.mean(tosses) > 0.5)"
    found = verdict("likelier_side", source)
    assert (found.status, found.passed, found.credit) == ("failed", 1, 0.5)
    assert "0 or 1" in found.message and found.counterexample is not None


def test_a_goal_says_how_sure_it_is(kinds, verdict):
    found = verdict("nearest_means", source_of(kinds, "nearest_means"))
    assert "surely reached" in found.message
    assert "95 % interval" in found.message


def test_labels_never_reach_the_process_that_learns(kinds, verdict):
    """The training set holds none of the hidden images, and each seed's pixels lie in another order."""
    exercise = exercises.all_exercises()["nearest_means"]
    (first, second) = (next(iter(exercise.cases(np.random.default_rng(seed)))) for seed in (1, 2))
    train, hidden = first.arguments[0], first.secret["x"]
    assert not (train[:, None] == hidden[:20]).all(axis=2).any()
    assert not np.allclose(train.mean(axis=0), second.arguments[0].mean(axis=0), atol=0.05)


def test_partial_credit_counts_cases_by_their_weight(kinds, verdict, monkeypatch):
    import dataclasses

    from grader.exercise import Case

    weighted = dataclasses.replace(
        kinds.DESCEND,
        cases=lambda rng: [Case(case, weight=w) for case, w in zip(kinds.slopes(rng), (1, 3), strict=True)],
    )
    monkeypatch.setitem(sys.modules, "grader.exercises.kinds.descend", SimpleNamespace(EXERCISE=weighted))
    exercises.all_exercises.cache_clear()
    try:
        found = verdict("descend", "def descend(f, theta, rate): return theta + rate * f(theta)", "weighted")
    finally:
        monkeypatch.undo()
        exercises.all_exercises.cache_clear()
    assert (found.passed, found.cases, found.credit, found.score) == (1, 2, 0.25, 0.0)
