import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.exercise import Tolerance
from grader.judging.relations import Pair, relation, relation_of_a_part, step

TOLERANCE = Tolerance(1e-6, 1e-9)
RANDOM = np.random.default_rng(0)
RIGHT = [RANDOM.normal(size=shape) for shape in ((3,), (2, 3), (4, 2), (5,))]
SQUARE = [RANDOM.normal(size=(n, n)) for n in (2, 3)]
X = [RANDOM.normal(size=(n, 3)) for n in (2, 3, 5, 7)]


def said(right, got, arguments=None, names=()):
    arguments = arguments or [{} for _ in right]
    pairs = [Pair(*one) for one in zip(right, got, arguments, strict=True)]
    return relation(pairs, names, TOLERANCE).replace("On every case that fails ", "…")


RELATIONS = {
    "…it has the opposite sign.": lambda right: -right,
    "…it is the absolute value of what is right.": np.abs,
    "…it is 1 minus what is right.": lambda right: 1 - right,
    "…it is 1 divided by what is right.": lambda right: 1 / right,
    "…it is the square of what is right.": np.square,
    "…it is what is right, cut off below 0.": lambda right: np.maximum(right, 0),
    "…it has the right numbers, sorted.": lambda right: np.sort(right, None).reshape(right.shape),
    "…it is the mean of the numbers that are right.": np.mean,
    "…it has the right numbers in another shape.": lambda right: right[..., None],
    "…it is in the reversed order of its first axis.": lambda right: right[::-1],
    "…it is what is right, rounded to 2 decimals.": lambda right: np.round(right, 2),
    "…it is 3 × what is right.": lambda right: 3 * right,
    "…it is what is right, divided by 7.": lambda right: right / 7,
    "…it is 0.5 more than what is right.": lambda right: right + 0.5,
    "…it is 2 less than what is right.": lambda right: right - 2,
    "…only the first entry of it is wrong.": lambda right: np.concatenate([0 * right[:1], right[1:]]),
    "…only the last entry of it is wrong.": lambda right: np.concatenate([right[:-1], 0 * right[-1:]]),
    "…it has the right numbers, in another order.": lambda right: np.roll(right, 1, axis=0),
}


def test_of_zeros_and_ones_it_says_nothing_that_their_order_is_another():
    right = [np.eye(3)[[0, 1, 2, 1]], np.eye(4)[[3, 0, 2]]]
    assert said(right, [np.roll(one, 1, axis=1) for one in right]) == ""


@pytest.mark.parametrize("words", RELATIONS)
def test_what_all_outputs_have_in_common_is_said(words):
    assert said(RIGHT, [RELATIONS[words](right) for right in RIGHT]) == words


def test_a_transposed_matrix_is_called_so():
    for matrices in (SQUARE, [RIGHT[1], RIGHT[2]]):
        assert said(matrices, [matrix.T for matrix in matrices]) == "…it is transposed."


def test_a_factor_that_is_of_the_arguments_is_named():
    right = [x.mean() for x in X]
    arguments = [{"x": x, "rate": 0.1 * i + 0.1} for i, x in enumerate(X)]
    words = "…it is what is right times the number of elements of `x`."
    assert said(right, [x.sum() for x in X], arguments) == words
    rows = "…it is what is right, divided by the number of rows of `x`."
    assert said(right, [x.mean() / len(x) for x in X], arguments) == rows
    rate = "…it is what is right times `rate`."
    assert said(right, [one["rate"] * r for one, r in zip(arguments, right, strict=True)], arguments) == rate
    less = [r - one["rate"] for one, r in zip(arguments, right, strict=True)]
    assert said(right, less, arguments) == "…it is what is right, minus `rate`."


def test_of_several_items_the_wrong_one_is_named():
    right = [(r, 2 * r) for r in RIGHT]
    got = [(r, -2 * r) for r in RIGHT]
    assert said(right, got, names=("theta", "velocity")) == "…`velocity` has the opposite sign."
    assert said(right, [pair[::-1] for pair in right]) == "…its items are right, in another order."


def test_of_several_wrong_items_one_that_is_related_is_named():
    pairs = [Pair((r, 2 * r), (r + 1 / (2 + r**2), -2 * r), {}) for r in RIGHT]
    names = ("theta", "velocity")
    assert relation(pairs, names, TOLERANCE) == ""
    assert relation_of_a_part(pairs, names, TOLERANCE) == (
        "On every case that fails `velocity` has the opposite sign."
    )
    one_right = [*pairs, Pair((RIGHT[0], RIGHT[0]), (-RIGHT[0], RIGHT[0]), {})]
    assert relation_of_a_part(one_right, names, TOLERANCE) == ""  # it isn't wrong on every case


def test_a_step_on_the_way_is_told():
    steps = [{0: np.zeros(3), 7: r**3, "x": r} for r in RIGHT]
    pairs = [Pair(r, r**3, {}) for r in RIGHT]
    assert step(pairs, steps, (), TOLERANCE).startswith("On every case that fails it is what a right answer")
    more = [*pairs, Pair(RIGHT[0], RIGHT[0] + 1, {})]
    assert step(more, [*steps, steps[0]], (), TOLERANCE) == ""
    constant = [pair._replace(got=np.zeros(3)) for pair in pairs]
    assert step(constant, steps, (), TOLERANCE) == ""  # nothing but zeros is on many ways


def test_a_list_that_is_cut_elsewhere_is_told():
    right = [[np.array([1, 2]), np.array([3])], [np.array([5, 4, 7]), np.array([6])]]
    got = [[np.array([1]), np.array([2, 3])], [np.array([5]), np.array([4, 7, 6])]]
    assert said(right, got) == "…its numbers are right, and cut in other places."


def test_zeros_are_told():
    assert said(RIGHT, [0 * right for right in RIGHT]) == "…it is 0 throughout."


def test_an_argument_that_is_handed_back_and_a_constant_are_told():
    arguments = [{"x": x} for x in X]
    assert said([x**2 + 1 for x in X], X, arguments) == "…it is the argument `x`, as it was given."
    assert said([x.sum() for x in X], [0.5] * 4, arguments) == "…it is 0.5, whatever is given."


def test_what_is_nearly_right_is_told():
    assert "within 0.1 %" in said(RIGHT, [right * (1 + 1e-5 * right) for right in RIGHT])


@pytest.mark.parametrize(
    ("right", "got"),
    [
        ([1.0], [2.0]),  # one number could be anything
        ([1.0, 1.0], [2.0, 2.0]),
        ([1.0, 2.0], [2.0, 4.0]),  # so could two be a factor
        ([1.0, 2.0, 4.0], [2.0, 4.0, 9.0]),
        (["a", "b"], ["b", "a"]),
        ([["a"], ["b"]], ["a", "b"]),
        (
            [np.array([0.0, 1.0]), np.array([0.0, 0.0, 1.0])],
            [np.array([0.1, 1.0]), np.array([0.1, 0.2, 1.0])],
        ),
        ([[1.0], [2.0, 3.0]], [[2.0], [1.0]]),
        ([np.array([np.nan, 1.0]), np.array([2.0, 3.0])], [np.array([0.0, 1.0]), np.array([2.0, 0.0])]),
        ([np.array([]), np.array([1.0])], [np.array([]), np.array([2.0])]),
        ([True, False, True], [False, True, False]),
        ([None, 1.0], [1.0, None]),
    ],
)
def test_nothing_is_said_of_what_says_nothing(right, got):
    assert said(right, got) == ""


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=2),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=1), inside, max_size=2),
    max_leaves=6,
)


@given(st.lists(st.tuples(ANYTHING, ANYTHING), min_size=1, max_size=4))
def test_no_answer_is_too_odd(pairs):
    right, got = zip(*pairs, strict=True)
    assert isinstance(said(right, got), str)
    related = [Pair(*pair, {}) for pair in pairs]
    assert isinstance(relation_of_a_part(related, (), TOLERANCE), str)
    assert isinstance(step(related, [{0: answer} for answer in got], (), TOLERANCE), str)
