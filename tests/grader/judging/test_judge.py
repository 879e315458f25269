import re

import msgspec
import numpy as np
import pytest

from grader.child.calling import call
from grader.child.plaindata import decode
from grader.exercises import all_exercises
from grader.judging.bank import bank_of
from grader.judging.judge import Attempt, judge, refused

EXERCISES = all_exercises()


def verdict(name, function):
    exercise = EXERCISES[name]
    bank = bank_of(exercise)
    return judge(exercise, bank, Attempt(tuple(call(function, case) for case in bank.cases)))


def relu_loops(x):
    flat = [v if v > 0 else 0.0 for v in np.asarray(x).ravel().tolist()]
    return np.array(flat).reshape(np.shape(x))


def relu_own_copy(x):
    x = np.array(x)
    x[x < 0] = 0
    return x


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("relu", relu_loops),
        ("relu", relu_own_copy),
        ("relu", lambda x: np.maximum(x, 0).tolist()),
        ("relu", lambda x: np.float32(np.maximum(x, 0))),
        ("relu", lambda x: x * (x > 0)),
        ("relu_derivative", lambda x: (x > 0).astype(int)),
        ("weighted_sum", lambda x, w, b: sum(a * c for a, c in zip(x.tolist(), w.tolist(), strict=True)) + b),
        ("weighted_sum", lambda x, w, b: np.array(x @ w + b)),
    ],
)
def test_interchangeable_right_answers_pass(name, function):
    report = verdict(name, function)
    assert report.status == "passed", report.message


def test_right_answers_in_tensorflow_pass():
    tensorflow = pytest.importorskip("tensorflow")
    assert verdict("relu", tensorflow.nn.relu).status == "passed"
    assert verdict("softmax", lambda z: tensorflow.nn.softmax(z)).status == "passed"


@pytest.mark.parametrize(
    ("name", "used", "message"),
    [
        ("tanh", "tanh", r"`tanh`, which this exercise asks you to do without"),
        ("tanh", "pandas", r"`pandas`, or something .*Write this one with `numpy` and Python"),
        ("train_step", "torch", r"`torch`, or something .*with `numpy`, `tensorflow`, `keras`"),
    ],
)
def test_what_may_not_be_used_is_named_with_what_may(name, used, message):
    assert re.match(f"Your code uses {message}", refused(EXERCISES[name], used).message)


def test_only_the_stubs_own_error_counts_as_no_answer():
    def of_a_library(x):
        raise NotImplementedError("Object has no get_config().")

    def left(x):
        raise NotImplementedError

    assert (verdict("relu", of_a_library).status, verdict("relu", left).status) == ("error", "missing")


def no_return(x):
    np.maximum(x, 0)


def in_place(x):
    x[x < 0] = 0
    return x


def raises(x):
    return np.maximum(x, 0) + undefined_name  # noqa: F821


def two_arguments(x, y):
    return x


def without_end(x):
    return without_end(x)


@pytest.mark.parametrize(
    ("name", "function", "status", "words"),
    [
        ("relu", no_return, "failed", "return"),
        ("relu", lambda x: np.maximum(x, 0)[None], "failed", "shape"),
        ("relu", lambda x: "zero", "failed", "string"),
        ("relu", lambda x: np.maximum(x, 0) * np.nan, "failed", "nan"),
        ("relu", lambda x: print, "failed", "builtin_function_or_method"),
        ("relu", raises, "error", "undefined_name"),
        ("relu", two_arguments, "error", "relu(x)"),
        ("relu", without_end, "error", "itself without end"),
        ("relu", lambda x: [0] * 10**12, "error", "MB"),
        ("relu", lambda x: exit(), "error", "ends the program"),
        ("dense", lambda X, W, b, activation=None: X @ W + b, "failed", ""),
    ],
)
def test_each_fault_is_reported_in_its_own_words(name, function, status, words):
    function.__name__ = name
    report = verdict(name, function)
    assert (report.status, report.score) == (status, 0)
    assert words in report.message
    assert report.counterexample is not None


def naive_sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_a_warning_that_fails_a_case_stands_in_the_counterexample():
    report = verdict("sigmoid", naive_sigmoid)
    assert report.status == "failed"
    assert report.counterexample.shown.got == "0, with NumPy's warning of overflow"
    assert report.counterexample.got == 0
    assert "warning" not in str(report.counterexample.expected)


def running_mean_without_a_factor(theta, grad, velocity, learning_rate, momentum):
    velocity = momentum * velocity + grad**2 + 1
    return theta - learning_rate * velocity, velocity


def test_items_of_a_tuple_are_called_by_their_names():
    report = verdict("momentum_step", running_mean_without_a_factor)
    assert "differs in `theta`, which is 0.5 at [0]" in report.message
    assert report.counterexample.shown.expected == "theta = [0.8]\nvelocity = [-0.2]"
    assert report.counterexample.shown.got == "theta = [0.5]\nvelocity = [5.]"
    assert report.counterexample.expected == [[0.8], [-0.2]]


def relu_by_if(x):
    if x > 0:
        return x
    return 0.0


def test_no_function_is_blamed_that_is_not_in_the_answer():
    report = verdict("relu", relu_by_if)
    assert report.mistake == "builtin_max"
    assert report.message.startswith("Your function asks of a whole array at once")


def test_a_changed_input_is_reported_even_where_the_answer_is_right():
    report = verdict("relu", in_place)
    assert report.status == "failed"
    assert "place" in report.message or "changed" in report.message


def test_an_error_names_the_learners_own_line(tmp_path):
    source = "import numpy as np\n\n\ndef relu(x):\n    y = np.maximum(x, 0)\n    return y.reshape(7, 11)\n"
    namespace = {}
    exec(compile(source, "cell 4", "exec"), namespace)
    exercise = EXERCISES["relu"]
    bank = bank_of(exercise)
    outcomes = tuple(call(namespace["relu"], case, places=["cell 4"]) for case in bank.cases)
    report = judge(exercise, bank, Attempt(outcomes))
    assert report.error.type == "ValueError"
    assert report.error.line == 6
    assert "cell 4, line 6" in report.message


def test_the_smallest_failing_case_is_shown():
    report = verdict("relu", lambda x: np.where(np.size(x) > 3, 0, np.maximum(x, 0)))
    sizes = [np.size(decode(case)[0]) for case in bank_of(EXERCISES["relu"]).cases]
    assert np.size(report.counterexample.arguments["x"]) == min(size for size in sizes if size > 3)
    assert report.passed >= sum(size <= 3 for size in sizes)


def test_a_required_exception_is_required():
    def dense(X, W, b, activation=None):
        return EXERCISES["dense"].reference(X, W, b, activation if activation != "swish" else None)

    report = verdict("dense", dense)
    assert report.status == "failed"
    assert report.counterexample.expected == "raises ValueError"

    def wrong_exception(X, W, b, activation=None):
        if activation == "swish":
            raise KeyError(activation)
        return EXERCISES["dense"].reference(X, W, b, activation)

    report = verdict("dense", wrong_exception)
    assert report.status == "failed"

    class OwnError(ValueError):
        pass

    def own_exception(X, W, b, activation=None):
        if activation == "swish":
            raise OwnError(activation)
        return EXERCISES["dense"].reference(X, W, b, activation)

    assert verdict("dense", own_exception).status == "passed"


@pytest.mark.parametrize(
    ("end", "status"),
    [("timeout", "timeout"), ("died", "error"), ("malformed", "refused"), ("undefined", "error")],
)
def test_an_attempt_that_was_cut_short_is_never_passed(end, status):
    exercise = EXERCISES["relu"]
    bank = bank_of(exercise)
    for count in (0, 5, len(bank.cases)):
        outcomes = tuple(call(exercise.reference, case) for case in bank.cases[:count])
        report = judge(exercise, bank, Attempt(outcomes, end, detail="It ended."))
        assert (report.status, report.score) == (status, 0)
        assert report.message


def test_too_few_outcomes_are_never_passed():
    exercise = EXERCISES["relu"]
    bank = bank_of(exercise)
    outcomes = tuple(call(exercise.reference, case) for case in bank.cases[:-1])
    assert judge(exercise, bank, Attempt(outcomes)).status != "passed"


def test_a_report_is_plain_json():
    report = verdict("sigmoid", lambda x: x * np.nan)
    decoded = msgspec.json.decode(msgspec.json.encode(report))
    assert decoded["counterexample"]["got"] == "nan"
