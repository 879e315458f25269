import ast
import importlib
import inspect
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.child import plaindata
from grader.child.calling import Outcome
from grader.exercises import all_exercises
from grader.judging import additions, changes, rules
from grader.judging.bank import bank_of
from grader.judging.variants import MAX_VARIANTS, _sketch, likely, outcome_of, variants_of

EXERCISES = all_exercises()


def changed(code, names=("a", "b")):
    """What may take the place of an expression, with what is said of it."""
    node = ast.parse(code, mode="eval").body
    return {ast.unparse(new): what for new, what, *_ in rules.replacements(node, names)}


@pytest.mark.parametrize(
    ("code", "new", "words"),
    [
        ("a + b", "a - b", "a minus in place of a plus"),
        ("a + b", "a", "a term with `b` left out"),
        ("a - b", "b - a", "a difference taken the other way round"),
        ("a / b", "a", "a division with `b` left out"),
        ("a @ b", "b @ a", "the factors of a matrix product exchanged"),
        ("a ** 2", "a", "a square left out"),
        ("-a", "a", "a sign left out"),
        ("a.T", "a", "a transposition left out"),
        ("np.sum(a)", "np.mean(a)", "`mean` in the place of another function"),
        ("a.sum()", "a.mean()", "`mean` in the place of another function"),
        ("np.sqrt(a)", "a", "a square root left out"),
        ("a.copy()", "a", "a copy left out"),
        ("np.maximum(a, 0)", "a", "a bound left out"),
        ("np.clip(a, 0, 1)", "np.minimum(a, 1)", "a bound left out"),
        ("np.sum(a, axis=0)", "np.sum(a)", "`axis` left out"),
        ("np.where(a, 1, 2)", "np.where(a, 2, 1)", "the two sides of a condition exchanged"),
        ("a < b", "a <= b", "a boundary that counts to the other side"),
        ("a < b", "a > b", "a comparison turned round"),
        ("a and b", "a", "a condition with `b` left out"),
        ("not a", "a", "a condition turned round"),
        ("range(a)", "range(a - 1)", "one round too few"),
        ("range(1, a)", "range(1, a + 1)", "one round too many"),
        ("a.shape[0]", "a.shape[1]", "the size of another axis"),
        ("1 if a else 2", "2", "a case with `a` not treated by itself"),
        ("a", "b", "`b` in the place of another argument"),
        ("3", "4", "4 in the place of another number"),
    ],
)
def test_what_beginners_write_in_the_place_of_something(code, new, words):
    assert changed(code)[new] == words


@pytest.mark.parametrize(
    ("code", "new", "words"),
    [
        ("(a + b) / 2", "a + b / 2", "brackets in another place"),
        ("np.sqrt(a + b)", "np.sqrt(a) + b", "brackets in another place"),
        ("np.sum(a) ** 2", "np.sum(a ** 2)", "brackets in another place"),
        ("np.sqrt(np.sum(a))", "np.sum(np.sqrt(a))", "two steps in the other order"),
        ("a * b", "-(a * b)", "a sign too many"),
        ("a * b", "1 - a * b", "1 minus something in its place"),
        ("a", "np.square(a)", "a square too many"),
    ],
)
def test_what_beginners_put_in_or_move(code, new, words):
    statement = ast.parse(code).body[0]
    found = additions.additions(statement.value, statement, "value", ("a", "b"))
    assert {ast.unparse(one): what for one, what in found}[new] == words


@pytest.mark.parametrize("code", ["for i in range(a):\n    b = b + i\nreturn b", "return np.zeros(a) + b"])
def test_what_decides_how_much_there_is_to_do_is_left_alone(code, tmp_path, monkeypatch):
    """Where it says how often or how much, `a` becomes nothing else."""
    (tmp_path / "made_up.py").write_text("import numpy as np\ndef f(a, b):\n" + textwrap.indent(code, "    "))
    monkeypatch.syspath_prepend(tmp_path)
    function = importlib.import_module("made_up").f
    monkeypatch.delitem(sys.modules, "made_up")
    made = [change for together, _ in changes.versions(function) for change in together]
    assert made
    assert not [change for change in made if isinstance(change.old, ast.Name) and change.old.id == "a"]


@pytest.mark.parametrize("name", EXERCISES)
def test_variants_leave_the_reference_as_it_is(name):
    exercise = EXERCISES[name]
    variants = variants_of(exercise)
    assert len(variants) <= MAX_VARIANTS
    assert len({id(variant.function) for variant in variants}) == len(variants)
    source = inspect.getsource(exercise.reference)
    for variant in variants:
        assert variant.function is not exercise.reference
        assert getattr(variant.function, "__globals__", None) is not exercise.reference.__globals__
        for line in source.splitlines():  # of the solution nothing is said
            code = line.partition("#")[0].strip()
            assert len(code) < 12 or code not in variant.changed


def test_alike_places_change_together():
    """An axis of both the maximum and the sum of a softmax."""
    exercise = EXERCISES["softmax"]
    bank = bank_of(exercise)
    variants = variants_of(exercise)
    i = next(i for i, case in enumerate(bank.expected) if np.ndim(case.value()) == 2)
    z = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]])
    e = np.exp(z - z.max(axis=0))
    wanted = e / e.sum(axis=0)
    alike = [variant.function(z) for variant in variants if variant.changed == "another axis"]
    assert any(np.shape(got) == z.shape and np.allclose(got, wanted) for got in alike)
    assert outcome_of(exercise, 0, bank.cases[i]) == outcome_of(exercise, 0, bank.cases[i])


def test_a_large_case_is_not_tried_with_all_of_them():
    """Ten thousand steps back, four thousand times, are most of a minute."""
    exercise = EXERCISES["backward_pass"]
    bank = bank_of(exercise)
    largest = max(range(len(bank.cases)), key=lambda i: len(bank.cases[i]))
    assert likely(exercise, bank.cases[largest], bank.expected[largest]) == []
    assert likely(exercise, bank.cases[0], bank.expected[0])  # many are right there


@given(st.floats() | st.lists(st.floats(), max_size=4), st.floats(-0.3, 0.3))
def test_what_is_as_good_as_equal_has_like_sketches(value, share):
    """However large, or undefined."""
    with np.errstate(over="ignore"):
        near = np.asarray(value, float) * (1 + 1e-5 * share)
    one, other = (_sketch(Outcome(plaindata.encode(np.asarray(v, float)))) for v in (value, near))
    assert one[0] == other[0]
    assert abs(one[1] - other[1]) <= 1e-3 * (one[2] + other[2]) + 1e-6
