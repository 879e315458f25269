"""Lesson 2, neural networks: how its twelve exercises are checked.

A generator of cases first, then the exercises that use it; `EXERCISES` is at the end.

Case values are rounded, so that a counterexample can be followed by hand, and large scores are whole
numbers, so that an honest float32 answer is not blamed for its rounding.
"""

import math
from collections.abc import Iterator

import numpy as np

from grader.exercise import FLOAT32, Exercise, Mistake
from solutions import neural_networks as reference


def neurons(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Inputs, weights and bias of one neuron: one input to many, both signs, bias zero or not."""
    yield np.array([2.0]), np.array([3.0]), 0.0
    yield np.array([2.0]), np.array([3.0]), 1.0
    yield np.array([1.0, 2.0]), np.array([3.0, -1.0]), 0.5
    yield np.array([-1.0, -2.0]), np.array([2.0, 4.0]), 3.0
    yield np.array([0.0, 0.0, 0.0]), np.array([1.0, -2.0, 3.0]), -1.5
    yield np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, -2.0]), 0.0
    for inputs in (1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12, 16, 20, 32, 64):
        x, w = rng.normal(0, 2, (2, inputs)).round(2)
        yield x, w, float(np.round(rng.choice((-1, 1)) * rng.uniform(0.5, 3), 2))


WEIGHTED_SUM = Exercise(
    reference=reference.weighted_sum,
    cases=neurons,
    mistakes=(
        Mistake(
            "bias_forgotten",
            lambda x, w, b: np.sum(x * w),
            "The inputs are weighed and summed, but the bias b is missing.",
        ),
        Mistake(
            "not_summed",
            lambda x, w, b: x * w + b,
            "This is one number an input. A neuron adds its weighted inputs up to a single number.",
        ),
        Mistake(
            "bias_for_each_input",
            lambda x, w, b: np.sum(x * w + b),
            "The bias was added once for each input. A neuron has one bias, added after the sum.",
        ),
        Mistake(
            "mean",
            lambda x, w, b: np.mean(x * w) + b,
            "The weighted inputs were averaged. The formula has their sum.",
        ),
        Mistake(
            "bias_subtracted",
            lambda x, w, b: np.sum(x * w) - b,
            "The bias was subtracted. Look at its sign in the formula.",
        ),
        Mistake(
            "activated",
            lambda x, w, b: max(0.0, np.sum(x * w) + b),
            "Negative sums came back as 0. The weighted sum comes before the activation: leave it as it is.",
        ),
    ),
    hints=(
        "Each input has its own weight: multiply them in pairs, add the products up, then add the bias once.",
        "The sum of products of two vectors is their dot product: np.dot, or the operator @.",
        "The dot product of x and w, plus b: one line.",
    ),
    difficulty=1,
    importance=5,
    minutes=3,
)


def signed_arrays(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    """For the element-wise functions: ranks 0 to 3, both signs, zeros, tiny values, and up to ±1e4."""
    for value in (0.0, 2.5, -1.5, 1e4, -1e4):
        yield (np.array(value),)
    yield (np.array([0.0, -0.0]),)
    yield (np.array([1e-12, -1e-12]),)
    yield (np.array([-20.0, 20.0]),)
    yield (np.array([1e4, -1e4]),)
    yield (np.array([-1.5, 0.0, 2.5]),)
    yield (np.array([-0.5, -1.0, -3.0]),)
    yield (np.array([30.0, -30.0, 40.0, -40.0]),)
    yield (np.array([[-2.0, 0.5], [0.0, 1.5]]),)
    yield (np.array([[[-0.7, 0.7]], [[3.2, -3.2]]]),)
    yield (np.array([[-1e4, -40.0, -1.0], [0.0, 1.0, 1e4]]),)
    for shape in ((), (), (3,), (5,), (8,), (2, 3), (4, 4), (2, 3, 4)):
        yield (np.asarray(np.round(rng.normal(0, 2, shape), 2)),)
    for scale in (10, 40, 1e4):
        values = rng.uniform(-scale, scale, 6).round(1)
        values[0] = -abs(values[0])
        yield (values,)


def relu_in_place(x):
    x[x < 0] = 0
    return x


RELU = Exercise(
    reference=reference.relu,
    cases=signed_arrays,
    mistakes=(
        Mistake(
            "leaky",
            lambda x: np.where(x > 0, x, 0.01 * x),
            "Negative values come back small, not 0: this is leaky ReLU. Plain ReLU lets none of them pass.",
        ),
        Mistake(
            "in_place",
            relu_in_place,
            "The values are right, but x itself was changed, and whoever passed it in still needs it. "
            "Put the result into a new array.",
        ),
        Mistake(
            "builtin_max",
            lambda x: max(0.0, x),
            "Python's own max compares two single numbers. Look for the NumPy function that compares "
            "element by element.",
        ),
        Mistake(
            "reduced",
            lambda x: np.max(x, 0),
            "np.max looks for the largest element along an axis, and took your 0 for the axis. "
            "ReLU keeps the shape: look for the function that compares element by element.",
        ),
        Mistake(
            "vectorize_integers",
            lambda x: np.vectorize(lambda v: max(0, v))(x),
            "Fractions got lost: np.vectorize goes by the type of the first result, here the integer 0. "
            "Make it a float, or use a function that works on whole arrays.",
        ),
        Mistake("absolute", lambda x: np.abs(x), "Negative values came back positive. ReLU sets them to 0."),
        Mistake(
            "step",
            lambda x: np.where(x > 0, 1.0, 0.0),
            "Positive values came back as 1. ReLU passes them as they are; the step is its derivative.",
        ),
    ),
    hints=(
        "Ask of each element: is it above 0? Then it stays as it is, otherwise it becomes 0.",
        "The formula is a maximum of two things. NumPy has one that compares element by element: np.maximum.",
        "np.maximum takes two arguments, and either may be a plain number. It returns a new array.",
    ),
    difficulty=1,
    importance=5,
    minutes=3,
)


def relu_derivative_in_place(x):
    x[x <= 0] = 0
    x[x > 0] = 1
    return x


RELU_DERIVATIVE = Exercise(
    reference=reference.relu_derivative,
    cases=signed_arrays,
    mistakes=(
        Mistake(
            "one_at_zero",
            lambda x: np.where(x >= 0, 1.0, 0.0),
            "At exactly 0 the answer was 1. By the convention asked for, the slope there is 0.",
        ),
        Mistake(
            "half_at_zero",
            lambda x: np.heaviside(x, 0.5),
            "At exactly 0 the answer was 0.5. By the convention asked for, the slope there is 0.",
        ),
        Mistake(
            "relu_itself",
            lambda x: np.where(x > 0, x, 0.0),
            "This is ReLU, not its slope. How steep is the line y = x?",
        ),
        Mistake(
            "divided_by_x",
            lambda x: np.maximum(x, 0) / x,
            "Dividing by x gives nan where x is 0. The slope only depends on the sign of x.",
        ),
        Mistake(
            "sign",
            lambda x: np.sign(x),
            "Negative values gave −1. ReLU is flat there: what is the slope of a flat line?",
        ),
        Mistake(
            "in_place",
            relu_derivative_in_place,
            "The values are right, but x itself was changed, and the backward pass still needs it. "
            "Put the result into a new array.",
        ),
    ),
    hints=(
        "Draw ReLU: flat on the left of 0, the line y = x on the right. How steep is each part?",
        "The answer is 1 or 0, by a comparison of x with 0. Mind which one 0 itself gets.",
        "np.where takes a condition, a value where it holds and a value where it doesn't. Here the "
        "condition is 'strictly above 0'.",
    ),
    difficulty=1,
    importance=4,
    minutes=3,
)


def naive_sigmoid(x):
    return 1 / (1 + np.exp(-x))


def two_branch_sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))


FALLING = (
    "Your curve falls where it should rise: a negative x belongs below 0.5. Look at the exponent's sign."
)

SIGMOID = Exercise(
    reference=reference.sigmoid,
    cases=signed_arrays,
    mistakes=(
        Mistake(
            "overflow",
            naive_sigmoid,
            "The formula is right, but for very negative x the exponential overflows. "
            "Find an equal form whose exponent is never positive.",
        ),
        Mistake(
            "both_branches",
            two_branch_sigmoid,
            "Both forms are right, but np.where computes each of them for every element, so each one "
            "overflows where it isn't used. Keep the exponent from being positive before you choose.",
        ),
        Mistake(
            "overflow_for_positive",
            lambda x: np.exp(x) / (1 + np.exp(x)),
            "For large positive x the exponential overflows and gives inf / inf = nan. "
            "This form suits negative x only.",
        ),
        Mistake("missing_minus", lambda x: 1 / (1 + np.exp(x)), FALLING),
        Mistake("missing_minus_stable", lambda x: reference.sigmoid(-x), FALLING),
        Mistake(
            "missing_brackets",
            lambda x: 1 / 1 + np.exp(-x),
            "Division comes before addition: the whole denominator wants brackets.",
        ),
        Mistake(
            "math_exp",
            lambda x: 1 / (1 + math.exp(-x)),
            "math.exp takes one number, and x may be an array: NumPy has an exp for arrays. "
            "Mind very negative x, too, where either of them overflows.",
        ),
        Mistake(
            "math_exp_overflow",
            lambda x: np.vectorize(lambda v: 1 / (1 + math.exp(-v)))(x),
            "math.exp raises OverflowError above 709, which happens for very negative x. "
            "Find an equal form whose exponent is never positive.",
        ),
    ),
    hints=(
        "e^(−x) overflows where x is very negative. Multiply numerator and denominator by e^x: the same "
        "value, and there e^x is small.",
        "So: 1 / (1 + e^(−x)) where x ≥ 0, and e^x / (1 + e^x) where x < 0. In both, the exponent is −|x|. "
        "np.where computes both its branches everywhere, so give it nothing that can overflow.",
        "Let e be the exponential of −|x|. The denominator is 1 + e everywhere; the numerator is e for "
        "negative x and 1 otherwise, and np.where can pick it.",
    ),
    difficulty=3,
    importance=5,
    minutes=10,
    stable=True,
)


def sigmoid_derivative_from(sigmoid):
    """The right rule over a sigmoid that isn't stable."""
    return lambda x: sigmoid(x) * (1 - sigmoid(x))


SIGMOID_DERIVATIVE = Exercise(
    reference=reference.sigmoid_derivative,
    cases=signed_arrays,
    mistakes=(
        Mistake(
            "one_minus_x",
            lambda x: reference.sigmoid(x) * (1 - x),
            "The second factor uses x. Both factors are about σ(x).",
        ),
        Mistake(
            "already_activated",
            lambda x: x * (1 - x),
            "x was taken for a value that has been through the sigmoid. Here x is the pre-activation.",
        ),
        Mistake(
            "not_differentiated",
            reference.sigmoid,
            "This is the sigmoid itself. Its slope is highest at 0, and nearly 0 far out on both sides.",
        ),
        Mistake(
            "plus",
            lambda x: reference.sigmoid(x) * (1 + reference.sigmoid(x)),
            "Look at the sign in the second factor: far to the right the curve is flat, its slope 0.",
        ),
        Mistake(
            "tanh_rule",
            lambda x: 1 - reference.sigmoid(x) ** 2,
            "1 minus the square is the rule for tanh. The sigmoid has one of its own.",
        ),
        Mistake(
            "overflow",
            sigmoid_derivative_from(naive_sigmoid),
            "The rule is right, but the sigmoid in it overflows for very negative x. Use your stable one.",
        ),
        Mistake(
            "both_branches",
            sigmoid_derivative_from(two_branch_sigmoid),
            "The rule is right, but the sigmoid in it computes both branches of np.where everywhere, and "
            "each overflows where it isn't used.",
        ),
        Mistake(
            "overflow_quotient",
            lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
            "For very negative x the exponentials overflow and give inf / inf = nan. "
            "Write the slope with the sigmoid's own value instead.",
        ),
    ),
    hints=(
        "You need no new exponential: the slope follows from the sigmoid's value.",
        "Compute the sigmoid once (your stable `sigmoid` does it), then multiply it by 1 minus itself.",
        "Two lines: keep the result of `sigmoid` at x in a variable, then return the product of the "
        "variable and 1 minus the variable.",
    ),
    difficulty=2,
    importance=4,
    minutes=5,
    stable=True,
)


def exponential_ratio(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


def even_tanh(x):
    e = np.exp(-2 * np.abs(x))
    return (1 - e) / (1 + e)


def two_branch_tanh(x):
    return np.where(
        x >= 0, (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x)), (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)
    )


ONE_MISSING = (
    "This is the cheat sheet's formula, which lacks its '− 1': the range is (0, 2) instead of (−1, 1). "
    "tanh(0) should be 0."
)

TANH = Exercise(
    reference=reference.tanh,
    cases=signed_arrays,
    mistakes=(
        Mistake("cheat_sheet", lambda x: 2 / (1 + np.exp(-2 * x)), ONE_MISSING),
        Mistake("cheat_sheet_stable", lambda x: 2 * reference.sigmoid(2 * x), ONE_MISSING),
        Mistake(
            "overflow_ratio",
            exponential_ratio,
            "For large x, positive or negative, the exponentials overflow and give inf / inf = nan. "
            "Find an equal form whose exponent is never positive.",
        ),
        Mistake(
            "overflow",
            lambda x: 2 / (1 + np.exp(-2 * x)) - 1,
            "The formula is right, but for very negative x the exponential overflows. "
            "Your stable sigmoid already solves this.",
        ),
        Mistake(
            "overflow_for_positive",
            lambda x: (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1),
            "For large positive x the exponential overflows and gives inf / inf = nan. "
            "This form suits negative x only.",
        ),
        Mistake(
            "both_branches",
            two_branch_tanh,
            "Both forms are right, but np.where computes each of them for every element, so each one "
            "overflows where it isn't used. Keep the exponent from being positive before you choose.",
        ),
        Mistake(
            "two_missing_in_exponent",
            lambda x: 2 * reference.sigmoid(x) - 1,
            "Your curve is twice too wide: this is tanh(x / 2). Look at the exponent.",
        ),
        Mistake(
            "sign_lost",
            even_tanh,
            "Negative x gave positive values. After working with |x|, the sign of x has to come back.",
        ),
    ),
    hints=(
        "tanh is a stretched sigmoid: twice as fast, twice as tall, and moved down to go through 0.",
        "Compare 2 / (1 + e^(−2x)) − 1 with the sigmoid's formula: there is a sigmoid in it. Of what?",
        "Call your stable `sigmoid` with x doubled, double the result, then move it down by 1.",
    ),
    difficulty=3,
    importance=3,
    minutes=8,
    stable=True,
    forbidden=("tanh",),
)

TANH_DERIVATIVE = Exercise(
    reference=reference.tanh_derivative,
    cases=signed_arrays,
    mistakes=(
        Mistake(
            "already_activated",
            lambda x: 1 - x**2,
            "x was taken for a value that has been through tanh. Here x is the pre-activation.",
        ),
        Mistake(
            "square_forgotten",
            lambda x: 1 - reference.tanh(x),
            "The square is missing: the slope is the same at x and at −x.",
        ),
        Mistake(
            "square_of_difference",
            lambda x: (1 - reference.tanh(x)) ** 2,
            "The difference was squared. Only tanh(x) is.",
        ),
        Mistake(
            "sigmoid_rule",
            lambda x: reference.tanh(x) * (1 - reference.tanh(x)),
            "This is the sigmoid's rule. tanh has one of its own: its slope at 0 is 1.",
        ),
        Mistake(
            "overflow_ratio",
            lambda x: 1 - exponential_ratio(x) ** 2,
            "The rule is right, but the tanh in it gives inf / inf = nan for large x. Use your stable one.",
        ),
        Mistake(
            "overflow",
            lambda x: 1 - (2 / (1 + np.exp(-2 * x)) - 1) ** 2,
            "The rule is right, but the tanh in it overflows for very negative x. Use your stable one.",
        ),
        Mistake(
            "cosh_overflow",
            lambda x: 1 / np.cosh(x) ** 2,
            "1 / cosh² is the same function, but cosh overflows for large x. Start from your stable tanh.",
        ),
    ),
    hints=(
        "As with the sigmoid, the slope follows from the function's own value.",
        "Compute tanh at x with your stable `tanh`, square it, and take it from 1.",
        "One line: 1 minus the second power of what your `tanh` returns for x.",
    ),
    difficulty=2,
    importance=3,
    minutes=4,
    stable=True,
    forbidden=("tanh",),
)


def scores(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    """Logits of ranks 1 to 3: one class, shifted twins, equal ones, and up to ±1e4 in one array."""
    yield (np.array([2.0]),)
    yield (np.array([0.0, 0.0]),)
    yield (np.array([1e4, -1e4]),)
    yield (np.array([1.0, 2.0, 3.0]),)
    yield (np.array([1001.0, 1002.0, 1003.0]),)
    yield (np.array([1e4, 1e4, 1e4]),)
    yield (np.array([-1e4, -1e4, -1e4]),)
    yield (np.array([[3.0], [1.0]]),)
    yield (np.array([[1.0, 2.0], [3.0, 0.0]]),)
    yield (np.array([[1e4, 9999.0], [-1e4, -9999.0]]),)
    yield (np.array([[1.0, 2.0, 4.0], [-1.0, 0.0, 2.0]]),)
    yield (np.array([[[0.0, 1.0], [2.0, 2.0]], [[-1e4, 0.0], [1e4, 9998.0]]]),)
    for shape in ((4,), (10,), (1, 4), (2, 3), (5, 2), (3, 3), (6, 4), (2, 2, 2), (2, 3, 4)):
        yield (rng.normal(0, 2, shape).round(2),)
    for shape in ((5,), (3, 4), (2, 2, 3)):
        yield (rng.integers(-10_000, 10_001, shape).astype(float),)


def exponentials(z):
    """e^z, each row shifted by its own maximum: the half of softmax that is right."""
    return np.exp(z - np.max(z, axis=-1, keepdims=True))


def softmax_over(axis):
    """Stable softmax over another axis, or over all elements for `None`."""

    def answer(z):
        e = np.exp(z - np.max(z, axis=axis, keepdims=True))
        return e / np.sum(e, axis=axis, keepdims=True)

    return answer


def unshifted_softmax_over(axis):
    return lambda z: np.exp(z) / np.sum(np.exp(z), axis=axis, keepdims=True)


def globally_shifted_softmax(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e, axis=-1, keepdims=True)


def softmax_with_flat_maximum(z):
    e = np.exp(z - np.max(z, axis=-1))
    return e / np.sum(e, axis=-1, keepdims=True)


SUMMED_OVER_ALL = (
    "The whole array sums to 1. Each row is a distribution of its own: work along the last axis only."
)

SOFTMAX = Exercise(
    reference=reference.softmax,
    cases=scores,
    mistakes=(
        Mistake(
            "overflow",
            unshifted_softmax_over(-1),
            "The formula is right, but the exponential overflows for large scores. Softmax doesn't change "
            "when all scores of a row are shifted alike: use that first.",
        ),
        Mistake("whole_array", softmax_over(None), SUMMED_OVER_ALL),
        Mistake("whole_array_overflow", unshifted_softmax_over(None), SUMMED_OVER_ALL),
        Mistake(
            "first_axis",
            softmax_over(0),
            "The columns sum to 1. The classes are on the last axis, so each row should.",
        ),
        Mistake(
            "keepdims_forgotten",
            lambda z: exponentials(z) / np.sum(exponentials(z), axis=-1),
            "The sums lost their axis, so they no longer line up with the rows. Have the sum keep its axis.",
        ),
        Mistake(
            "keepdims_forgotten_in_maximum",
            softmax_with_flat_maximum,
            "The maxima lost their axis, so each column was shifted by another row's maximum. "
            "Have the maximum keep its axis.",
        ),
        Mistake(
            "one_maximum_for_all",
            globally_shifted_softmax,
            "One maximum for the whole array is not enough: a row far below it turns into 0 / 0 = nan. "
            "Give each row its own.",
        ),
        Mistake(
            "log_softmax",
            lambda z: np.log(reference.softmax(z)),
            "These are the logarithms of the probabilities. The probabilities themselves are asked for.",
        ),
        Mistake(
            "not_normalised",
            exponentials,
            "The rows don't sum to 1. Divide each by the sum of its exponentials.",
        ),
    ),
    hints=(
        "Two steps: make every score positive with the exponential, then divide each row by its sum. "
        "To keep the exponential small, shift each row first: that changes nothing in the result.",
        "Subtract each row's maximum. np.max and np.sum take axis=-1 for the last axis, and keepdims=True "
        "so that the result still lines up with the rows.",
        "Name the exponentials of the shifted scores; return them divided by their sum. "
        "Both the maximum and the sum want axis=-1 and keepdims=True.",
    ),
    difficulty=3,
    importance=5,
    minutes=12,
    stable=True,
)


def random_layer(rng: np.random.Generator, inputs: int, units: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights (inputs, units) and biases (units,) of a layer."""
    return rng.normal(0, 1, (inputs, units)).round(2), rng.normal(0, 1, units).round(2)


def dense_layers(rng: np.random.Generator) -> Iterator[tuple]:
    """Every activation with square and other weights, one sample, one unit; large sums; an unknown name."""
    X, W, b = np.array([[1.0, 2.0]]), np.array([[1.0, -1.0], [0.5, 0.0]]), np.array([1.0, 0.0])
    yield np.array([[2.0]]), np.array([[3.0]]), np.array([-1.0]), None
    yield np.array([[2.0]]), np.array([[-3.0]]), np.array([1.0]), "relu"
    yield X, W, b
    yield X, W, b, "relu"
    yield X, W, b, "swish"
    yield np.array([[1.0], [-1.0]]), np.array([[1.0, -1.0]]), np.array([0.5, 0.0]), "softmax"
    large = np.array([[8.0, -8.0], [-9.0, 3.0]]), np.array([[100.0, 0.0], [0.0, 100.0]]), np.array([0.0, 1.0])
    for activation in ("relu", "sigmoid", "tanh", "softmax"):
        yield *large, activation
    for activation in (None, "relu", "sigmoid", "tanh", "softmax"):
        for n, inputs, units in ((2, 3, 3), (1, 2, 4), (4, 3, 2)):
            yield rng.normal(0, 1, (n, inputs)).round(2), *random_layer(rng, inputs, units), activation
    yield rng.normal(0, 1, (3, 4)).round(2), *random_layer(rng, 4, 1), "sigmoid"
    yield rng.normal(0, 1, (3, 4)).round(2), *random_layer(rng, 4, 1), "softmax"


def activate(z, activation):
    """The activation alone, as the reference has it."""
    if activation not in reference.ACTIVATIONS:
        raise ValueError(activation)
    return reference.ACTIVATIONS[activation](z)


def dense_with_softmax_over_columns(X, W, b, activation=None):
    z = X @ W + b
    return softmax_over(0)(z) if activation == "softmax" else activate(z, activation)


def dense_with_unshifted_softmax(X, W, b, activation=None):
    z = X @ W + b
    return unshifted_softmax_over(-1)(z) if activation == "softmax" else activate(z, activation)


DENSE = Exercise(
    reference=reference.dense,
    cases=dense_layers,
    mistakes=(
        Mistake(
            "unknown_ignored",
            lambda X, W, b, activation=None: reference.ACTIVATIONS.get(activation, lambda z: z)(X @ W + b),
            "An unknown activation was silently treated as none. A typing error there should be heard of: "
            "raise a ValueError.",
        ),
        Mistake(
            "key_error",
            lambda X, W, b, activation=None: reference.ACTIVATIONS[activation](X @ W + b),
            "An unknown activation raises KeyError, from the look-up. Ask before you look up, and raise a "
            "ValueError that says what is known.",
        ),
        Mistake(
            "unknown_gives_none",
            lambda X, W, b, activation=None: (
                activate(X @ W + b, activation) if activation in reference.ACTIVATIONS else None
            ),
            "For an unknown activation the function ends without a return. The last case should raise "
            "a ValueError.",
        ),
        Mistake(
            "bias_forgotten",
            lambda X, W, b, activation=None: activate(X @ W, activation),
            "The bias b is missing.",
        ),
        Mistake(
            "bias_after_activation",
            lambda X, W, b, activation=None: activate(X @ W, activation) + b,
            "The bias was added after the activation. It belongs to the weighted sum.",
        ),
        Mistake(
            "transposed",
            lambda X, W, b, activation=None: activate(X @ W.T + b, activation),
            "W was transposed. It already is (inputs, units), so X and W fit as they are.",
        ),
        Mistake(
            "activation_forgotten",
            lambda X, W, b, activation=None: X @ W + b,
            "The weighted sums are right, but the activation was never applied.",
        ),
        Mistake(
            "activation_on_input",
            lambda X, W, b, activation=None: activate(X, activation) @ W + b,
            "The activation was applied to X. It comes last, on the weighted sums.",
        ),
        Mistake(
            "softmax_over_samples",
            dense_with_softmax_over_columns,
            "Softmax ran down the samples. Each row should sum to 1, whatever the other samples are.",
        ),
        Mistake(
            "softmax_overflow",
            dense_with_unshifted_softmax,
            "Softmax gives nan for large sums: its exponential overflows. Use your stable one.",
        ),
    ),
    hints=(
        "Two steps: the weighted sums of all units for all samples, then the activation on them.",
        "The matrix product X @ W has shape (n, units), and adding b repeats it for each row. "
        "Your activations are written already: choose one by its name, and refuse a name you don't know.",
        "A dict from name to function keeps it short (None can be a key). Ask with `in` whether the name is "
        "there, raise ValueError if not, else call the function on the product plus b.",
    ),
    difficulty=3,
    importance=5,
    minutes=10,
)


def networks(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, list[tuple]]]:
    """One to three layers of mixed activations, outputs of every kind, square and other weights."""
    hidden = np.array([[1.0, -1.0]]), np.array([0.0, 0.0]), "relu"
    output = np.array([[2.0], [3.0]]), np.array([-10.0]), None
    yield np.array([[2.0]]), [(np.array([[-3.0]]), np.array([1.0]), None)]
    yield (
        np.array([[1.0]]),
        [(np.array([[-2.0]]), np.array([0.5]), "tanh"), (np.array([[3.0]]), np.array([1.0]), None)],
    )
    yield np.array([[4.0], [-4.0]]), [hidden]
    yield np.array([[4.0], [-4.0]]), [hidden, output]
    for sizes, activations in (
        ((3, 2), (None,)),
        ((2, 3), ("softmax",)),
        ((2, 2, 2), ("relu", None)),
        ((3, 4, 2), ("relu", "softmax")),
        ((3, 4, 1), ("tanh", "sigmoid")),
        ((3, 3, 3), ("sigmoid", None)),
        ((4, 5, 3), ("tanh", "softmax")),
        ((2, 4, 3, 1), ("relu", "relu", None)),
        ((3, 3, 3, 3), ("tanh", "relu", "softmax")),
        ((4, 6, 5, 3), ("relu", "sigmoid", "tanh")),
    ):
        for n in (1, 4):
            layers = [
                (*random_layer(rng, inputs, units), activation)
                for inputs, units, activation in zip(sizes[:-1], sizes[1:], activations, strict=True)
            ]
            yield rng.normal(0, 1, (n, sizes[0])).round(2), layers


def mlp_with(change):
    """A forward pass through changed layers: `change(W, b, activation, last)` says what becomes of each."""
    return lambda X, layers: reference.mlp_forward(
        X, [change(*layer, i == len(layers) - 1) for i, layer in enumerate(layers)]
    )


MLP_FORWARD = Exercise(
    reference=reference.mlp_forward,
    cases=networks,
    mistakes=(
        Mistake(
            "relu_everywhere",
            mlp_with(lambda W, b, activation, last: (W, b, "relu")),
            "ReLU ran on every layer, the output too, as in the guide. Each layer brings its own activation.",
        ),
        Mistake(
            "relu_in_hidden_layers",
            mlp_with(lambda W, b, activation, last: (W, b, activation if last else "relu")),
            "The hidden layers always got ReLU. Each layer brings its own activation.",
        ),
        Mistake(
            "activations_forgotten",
            mlp_with(lambda W, b, activation, last: (W, b, None)),
            "No activation was applied. Without them, all layers together are one linear layer.",
        ),
        Mistake(
            "output_not_activated",
            mlp_with(lambda W, b, activation, last: (W, b, None if last else activation)),
            "The output layer's activation was left out. It is treated like every other layer's.",
        ),
        Mistake(
            "first_layer_only",
            lambda X, layers: reference.mlp_forward(X, layers[:1]),
            "Only the first layer ran. Is the return inside the loop?",
        ),
        Mistake(
            "always_from_the_input",
            lambda X, layers: [reference.dense(X, *layer) for layer in layers][-1],
            "Every layer was given X. A layer's input is what the layer before it returned.",
        ),
        Mistake(
            "bias_forgotten",
            mlp_with(lambda W, b, activation, last: (W, 0 * b, activation)),
            "The biases are missing.",
        ),
    ),
    hints=(
        "A layer's output is the next one's input: one variable, replaced in each layer, is enough.",
        "Loop over `layers`, unpack each into its W, b and activation, and let your `dense` do the work.",
        "Start the variable at X, replace it in the loop by what `dense` makes of it, return it at the end.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
)


def pre_activations(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    """(n, units): all dead, none dead, some dead, exact zeros, one sample, one unit."""
    for rows in (
        [[1.0]],
        [[-1.0]],
        [[0.0]],
        [[1.0, -2.0]],
        [[-1.0, 2.0], [3.0, -4.0]],
        [[-1.0, -2.0], [-3.0, -0.5]],
        [[1.0, 2.0], [3.0, 4.0]],
        [[0.0, 0.0], [0.0, 0.0]],
        [[-5.0, 1.0], [1.0, 2.0]],
        [[-1.0, -2.0, -3.0], [1.0, -1.0, 2.0]],
        [[1.0, -2.0, 0.0, -1.0], [-3.0, -1.0, 0.0, 5.0]],
    ):
        yield (np.array(rows),)
    for shape in ((1, 5), (5, 1), (2, 6), (6, 2), (3, 3), (3, 4), (4, 3), (5, 8), (8, 5), (10, 8), (32, 16)):
        Z = rng.normal(0, 1, shape).round(2)
        dead = rng.random(shape[1]) < 0.4
        Z[:, dead] = -np.abs(Z[:, dead])
        Z[rng.random(shape) < 0.1] = 0
        yield (Z,)


DEAD_FRACTION = Exercise(
    reference=reference.dead_fraction,
    cases=pre_activations,
    mistakes=(
        Mistake(
            "entries",
            lambda Z: np.mean(Z <= 0),
            "This is the share of entries, and most living units are 0 for some samples. "
            "Count units: a dead one is ≤ 0 for every sample.",
        ),
        Mistake(
            "samples",
            lambda Z: np.mean(np.all(Z <= 0, axis=1)),
            "This is the share of samples (rows). The units are the columns: look at the axis.",
        ),
        Mistake(
            "zero_alive",
            lambda Z: np.mean(np.all(Z < 0, axis=0)),
            "A pre-activation of exactly 0 was counted as alive. ReLU's slope is 0 there too.",
        ),
        Mistake(
            "count",
            lambda Z: np.sum(np.all(Z <= 0, axis=0)),
            "This is how many units are dead. Asked is their share of all units.",
        ),
        Mistake(
            "any_sample",
            lambda Z: np.mean(np.any(Z <= 0, axis=0)),
            "A unit was counted as soon as one sample left it at 0. A dead one is ≤ 0 for every sample.",
        ),
        Mistake(
            "alive",
            lambda Z: 1 - np.mean(np.all(Z <= 0, axis=0)),
            "This is the share of living units. Asked is the share of dead ones.",
        ),
        Mistake(
            "mean_of_unit",
            lambda Z: np.mean(np.mean(Z, axis=0) <= 0),
            "A unit was judged by its mean. One sample above 0 is enough to keep it alive.",
        ),
    ),
    hints=(
        "Ask of each column: is it ≤ 0 in every row? The answer is the share of columns that say yes.",
        "np.all with an axis answers for each column at once. The mean of booleans is the share of True.",
        "Compare Z with 0, reduce with np.all over the axis of the samples (the first), then take np.mean.",
    ),
    difficulty=2,
    importance=3,
    minutes=6,
)


def float32_layers(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """X, W and b of rank 2, 2 and 1: square and other weights, one sample, one unit."""
    for X, W, b in (
        ([[2.0]], [[3.0]], [-1.0]),
        ([[2.0]], [[3.0]], [-10.0]),
        ([[1.0, 2.0]], [[1.0, -1.0], [0.5, 0.0]], [1.0, 0.0]),
        ([[1.0, -1.0], [-2.0, 0.0]], [[1.0, 2.0], [3.0, -1.0]], [0.5, -0.5]),
    ):
        yield np.array(X, np.float32), np.array(W, np.float32), np.array(b, np.float32)
    for n, inputs, units in (
        *((1, 2, 3), (2, 2, 2), (3, 3, 3), (2, 3, 1), (1, 1, 4), (4, 3, 2), (3, 4, 3), (4, 4, 4)),
        *((5, 2, 6), (6, 5, 3), (8, 3, 3), (5, 5, 5), (10, 4, 8), (16, 8, 4), (7, 6, 6), (32, 10, 5)),
    ):
        W, b = random_layer(rng, inputs, units)
        X = rng.normal(0, 1, (n, inputs)).round(2)
        yield X.astype(np.float32), W.astype(np.float32), b.astype(np.float32)


def tensorflow():
    """TensorFlow, imported on first use: the other exercises don't wait for it."""
    import tensorflow

    return tensorflow


FORWARD_PROPAGATION = Exercise(
    reference=reference.forward_propagation,
    cases=float32_layers,
    mistakes=(
        Mistake("relu_forgotten", lambda X, W, b: X @ W + b, "Negative values are left: ReLU is missing."),
        Mistake("bias_forgotten", lambda X, W, b: tensorflow().nn.relu(X @ W), "The bias b is missing."),
        Mistake(
            "bias_after_relu",
            lambda X, W, b: tensorflow().nn.relu(X @ W) + b,
            "The bias was added after ReLU. It belongs to the weighted sum.",
        ),
        Mistake(
            "element_by_element",
            lambda X, W, b: tensorflow().nn.relu(X * W + b),
            "X and W were multiplied element by element. A layer needs their matrix product.",
        ),
        Mistake(
            "transposed",
            lambda X, W, b: tensorflow().nn.relu(tensorflow().matmul(X, W, transpose_b=True) + b),
            "W was transposed. It already is (inputs, units), so X and W fit as they are.",
        ),
        Mistake(
            "relu_on_input",
            lambda X, W, b: tensorflow().nn.relu(X) @ W + b,
            "ReLU was applied to X. It comes last, on the weighted sums.",
        ),
        Mistake(
            "sigmoid",
            lambda X, W, b: tensorflow().sigmoid(X @ W + b),
            "The sums went through a sigmoid. Asked is ReLU.",
        ),
    ),
    hints=(
        "The same three steps as in NumPy: matrix product, plus bias, then ReLU. Only the names change.",
        "tf.matmul is the matrix product (the operator @ does it too), and ReLU lives in tf.nn.",
        "Give tf.nn.relu the whole sum: the product of X and W, with b already added.",
    ),
    difficulty=1,
    importance=4,
    minutes=4,
    tolerance=FLOAT32,
    tensors=True,
    seconds=20,
)

EXERCISES: tuple[Exercise, ...] = (
    WEIGHTED_SUM,
    RELU,
    RELU_DERIVATIVE,
    SIGMOID,
    SIGMOID_DERIVATIVE,
    TANH,
    TANH_DERIVATIVE,
    SOFTMAX,
    DENSE,
    MLP_FORWARD,
    DEAD_FRACTION,
    FORWARD_PROPAGATION,
)
