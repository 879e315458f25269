"""`check` and `solved`, called as a learner would, in a plain process and in a real kernel."""

import importlib
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from grader import check, solved
from grader.exercises import all_exercises, exercises_of
from grader.judging.bank import bank_of
from grader.learning import notebook, progress
from grader.running.attempt import Attempt


def relu(x):
    return np.maximum(x, 0)


def named(name, function):
    function.__name__ = name
    return function


def test_a_right_answer_passes(shown):
    assert shown(relu).startswith("relu: passed ✓")
    assert progress.states()["relu"] == "passed"


def test_the_solution_is_shown_once_solved(shown, own_home):
    assert "return np.maximum" in shown(relu, solution=True)
    text = shown(named("sigmoid", lambda x: x), solution=True)
    assert "once your answer passes" in text
    assert "np.exp" not in text


STUCK = [
    named("sigmoid", answer)
    for answer in (
        lambda x: x,
        lambda x: x + 1,
        lambda x: 1 / x,
        lambda x: np.exp(x),
        lambda x: None,
    )
]


def test_who_is_stuck_sees_the_solution_after_five_tries_and_the_third_hint(shown, own_home):
    for wrong in STUCK[:4] * 2:  # the same code again is no other try
        text = shown(wrong, solution=True)
    assert "after 1 more failed try of other code and after the third hint, `check(sigmoid, hint=3)`" in text
    assert "after the third hint" in shown(STUCK[4], solution=True)
    assert progress.histories()["sigmoid"].seen is None
    text = shown(STUCK[4], hint=3, solution=True)
    assert text.startswith("sigmoid: not yet")
    assert "def sigmoid(x" in text
    assert "`grader review` will ask for it again" in text
    assert "def sigmoid(x" in shown(STUCK[0], solution=True)  # once seen, it can be seen again
    assert progress.histories()["sigmoid"].seen is not None


def test_checks_of_all_count_as_tries(shown, monkeypatch, own_home):
    for wrong in STUCK:
        monkeypatch.setattr(wrong, "__module__", "__main__")
        monkeypatch.setitem(globals(), "sigmoid", wrong)
        exec("check()", globals() | {"check": check})
    assert len(progress.histories()["sigmoid"].failed_code) == 5


def test_a_wrong_answer_gets_case_and_diagnosis_and_no_hint_unasked(shown):
    text = shown(named("relu", lambda x: np.where(x > 0, x, 0.01 * x)))
    assert text.startswith("relu: not yet")
    for words in ("leaky", "expected:", "got:", "A hint: `check(relu, hint=1)`"):
        assert words in text
    assert "Hint 1" not in text


def test_more_hints_on_request(shown):
    wrong = named("relu", lambda x: x)
    assert "More: `check(relu, hint=2)`" in shown(wrong, hint=1)
    assert "Hint 2 of 3" in shown(wrong, hint=2)
    assert "Hint 3 of 3" in (text := shown(wrong, hint=3))
    assert "More" not in text
    assert "Hint 3 of 3" in shown(wrong, hint=99)
    assert "Hint" not in shown(wrong)


@pytest.mark.parametrize("hint", ["3", None, 1.5])
def test_a_hint_that_is_no_number_is_said(shown, hint):
    before = progress.histories()
    assert "has a number, 1 to 3" in shown(named("relu", lambda x: x), hint=hint)
    assert progress.histories() == before


def test_a_hint_is_for_one_exercise(shown):
    assert "for one exercise" in shown(hint=1)


def test_an_odd_hint_does_no_harm_to_the_file(shown):
    shown(relu)
    for hint in (True, -1, np.int64(2)):
        shown(named("tanh", lambda x: x), hint=hint)
    assert set(progress.histories()) >= {"relu", "tanh"}
    assert progress.histories()["tanh"].hint == 2


def test_a_stub_is_not_answered_yet(shown):
    def softmax(z):
        raise NotImplementedError

    text = shown(softmax)
    assert "not answered yet" in text
    assert "int: " not in text
    assert "Hint 1 of 3" in shown(softmax, hint=1)
    assert "Hint 2 of 3" in shown(softmax, hint=2)


def test_what_is_not_answered_waits_for_no_cases(shown, monkeypatch):
    monkeypatch.setattr(notebook, "bank_of", lambda exercise: pytest.fail("built for nothing"))

    def freeze(model, trainable_last):
        raise NotImplementedError

    assert "Not answered yet" in shown(freeze)


def test_a_stub_that_says_so_in_words_is_not_answered_either(shown):
    def softmax(z):
        raise NotImplementedError("tomorrow")

    assert "not answered yet" in shown(softmax)


def exits(x):
    sys.exit(1)


def interrupts(x):
    raise KeyboardInterrupt


class Nasty:
    def __call__(self, x):
        return self

    def __eq__(self, other):
        raise RuntimeError

    def __repr__(self):
        raise RuntimeError

    __name__ = "relu"


@pytest.mark.parametrize(
    "answer",
    [3, "relu", None.__class__, exits, interrupts, Nasty(), object(), np, lambda: 1, [relu], float("nan")],
    ids=lambda answer: type(answer).__name__,
)
def test_it_never_raises(shown, answer):
    assert shown(answer).strip()


def test_a_name_close_to_an_exercise_is_suggested(shown):
    assert "`sigmoid`" in shown(named("sigmiod", lambda x: x))
    assert "takes the function itself" in shown(relu(np.zeros(3)))


def test_a_forbidden_function_is_refused(shown):
    def tanh(x):
        return np.tanh(x)

    assert "not allowed" in shown(tanh)
    assert "uses `tanh`" in shown(tanh)


def by_import(X, y, hidden, epochs, learning_rate, seed):
    import sklearn.neural_network

    return sklearn.neural_network.MLPClassifier()


def by_global(X, y, hidden, epochs, learning_rate, seed):
    return nbformat.read(X, y)


@pytest.mark.parametrize(("answer", "package"), [(by_import, "sklearn"), (by_global, "nbformat")])
def test_a_package_that_may_not_be_used_is_refused(answer, package, shown):
    answer.__name__ = "train_network"
    text = shown(answer)
    assert text.startswith("train_network: not allowed")
    assert f"`{package}`" in text


def test_solved_judges_no_function_again_that_passed(monkeypatch):
    def relu(x):
        return np.maximum(x, 0)

    def sigmoid(x):
        return x

    assert solved(relu) and not solved(sigmoid)
    judged = []

    def attempt(exercise, *_):
        judged.append(exercise.name)
        return Attempt((), "timeout")

    monkeypatch.setattr("grader.learning.kernel.attempt", attempt)
    assert solved(relu) and judged == []
    solved(sigmoid)
    assert judged == ["sigmoid"]


def test_solved_waits_politely(capsys):
    assert solved(relu)
    assert capsys.readouterr().out == ""
    assert not solved(relu, named("sigmoid", lambda x: x))
    assert capsys.readouterr().out == "Waiting for sigmoid: solve it above, then run this cell again.\n"


@pytest.fixture(scope="module")
def outputs():
    """Run a notebook of a few cells and return the outputs of each."""
    cells = [
        "import numpy as np\nfrom grader import check, solved",
        "def relu(x):\n    return np.maximum(x, 0)\n\ncheck(relu)",
        "def sigmoid(x):\n    y = 1\n    return x.shape.nothing\n\ncheck(sigmoid)",
        "square = relu\ncheck(square)",
        "check()",
        "def dense(X, W, b, activation=None):\n    raise NotImplementedError\nsolved(dense)",
        "import time\nbegan = time.perf_counter()\ncheck(relu)\nprint(time.perf_counter() - began)",
        "softmax = lambda z: np.exp(z)\ncheck(softmax)",
        "accuracy, tanh = 0.9, np.tanh  # names of exercises, but no answers\ncheck()",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells]


def test_the_card_is_html_with_a_plain_twin(outputs):
    (card,) = outputs[1]
    assert card.output_type == "display_data"
    assert card.data["text/plain"].startswith("relu: passed ✓")
    assert "<b>relu: passed</b>" in card.data["text/html"]


def test_an_error_names_the_line_of_the_cell(outputs):
    (card,) = outputs[2]
    assert "line 3" in card.data["text/plain"]
    assert "AttributeError" in card.data["text/html"]


def test_an_answer_is_known_by_its_function_whatever_holds_it(outputs):
    assert outputs[3][0].data["text/plain"].startswith("relu: passed")


def test_check_without_arguments_ends_in_one_table(outputs):
    (card,) = outputs[4]
    text = card.data["text/plain"]
    assert "1 of 2 exercises passed" in text
    assert f"The lesson has {len(exercises_of('02_neural_networks'))} exercises" in text
    assert "✓ relu" in text and "✗ sigmoid" in text


def test_solved_prints_what_it_waits_for(outputs):
    assert outputs[5][0].text == "Waiting for dense: solve it above, then run this cell again.\n"


def test_a_lambda_is_known_by_its_variable(outputs):
    assert outputs[7][0].data["text/plain"].startswith("softmax: not yet")


def test_a_variable_that_has_an_exercise_s_name_is_no_answer(outputs):
    assert "tanh" not in outputs[8][0].data["text/plain"]


def test_a_check_that_needs_tensorflow_imports_it():
    bank_of(all_exercises()["forward_propagation"])  # on disk, so that the process below need not build it
    program = (
        "import numpy as np\nfrom grader import check\n"
        "def forward_propagation(X, W, b): return (X @ W + b) * (np.asarray(X @ W + b) > 0)\n"
        "check(forward_propagation)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("forward_propagation: passed")


def test_a_raise_that_is_left_in_an_answer_is_named(shown, tmp_path, monkeypatch):
    (tmp_path / "answers.py").write_text(
        "def relu(x):\n    y = x * (x > 0)\n    raise NotImplementedError\n    return y\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    card = shown(importlib.import_module("answers").relu)
    assert "A `raise NotImplementedError` is left in line 3" in card
