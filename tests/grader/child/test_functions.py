"""Functions given as arguments: right gradients, models that do as told, and globals that lead nowhere."""

import inspect
import types

import numpy as np
import pytest
import scipy.optimize
from scipy.stats import multivariate_normal
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier

from grader.child import functions, live, plaindata
from grader.child.plaindata import Live

SETTINGS = {
    "quadratic": {"A": np.array([[2.0, 0.5, 0.0], [0.5, 1.0, -0.3], [0.0, -0.3, 3.0]]), "b": np.arange(3.0)},
    "double_well": {"tilt": 0.3},
    "banana": {"steepness": 5.0},
    "weighted_cubes": {"weights": np.array([1.0, -2.0, 0.5])},
    "waves": {"frequencies": np.array([1.0, 2.0, -0.5])},
}
MODELS = {
    "votes": {"neighbours": 3},
    "least_squares": {},
    "remembers": {},
    "counts_rows": {},
    "last_label": {},
    "checks_pairs": {},
}
FUNCTIONS = {
    name: value
    for name, value in vars(functions).items()
    if isinstance(value, types.FunctionType) and value.__module__ == functions.__name__
}
GRADIENTS = [name for name in FUNCTIONS if name.endswith("_gradient")]
BY_ELEMENT = {"activation": {"below": 0.1, "above": 2.0, "shift": 0.5, "bend": 1.0}}
BY_SETTING = {"nearest_mean_on": [0, 2]}
START, BY = np.array([[2.0, 5.0]]), np.array([[-0.5, 1.0]])
OF_A_TRAINING = {
    "advance": {"by": BY},
    "loss_after": {"start": START, "by": BY, "losses": np.array([9.0, 3.0, 4.0])},
}
OF_A_TEXT = {
    "attends": {"seed": 1, "outputs": 2, "before": 5, "after": 1},
    "mixes": {"seed": 1, "outputs": 2, "share": 0.5},
}
OTHERS = (*MODELS, *BY_ELEMENT, *BY_SETTING, *OF_A_TRAINING, *OF_A_TEXT)
OF_NUMBERS = [name for name in FUNCTIONS if name not in OTHERS]


def test_every_function_has_settings_here():
    assert {name.removesuffix("_gradient") for name in FUNCTIONS} == {*SETTINGS, *OTHERS}
    assert len(GRADIENTS) == 4


@pytest.mark.parametrize("name", GRADIENTS)
def test_a_gradient_is_that_of_its_function(name):
    settings = SETTINGS[name.removesuffix("_gradient")]
    function, gradient = FUNCTIONS[name.removesuffix("_gradient")], FUNCTIONS[name]
    for theta in np.random.default_rng(0).normal(size=(5, 3)):
        before = theta.copy()
        numerical = scipy.optimize.approx_fprime(theta, lambda t: function(t, **settings), 1e-7)
        np.testing.assert_allclose(gradient(theta, **settings), numerical, atol=1e-4)
        np.testing.assert_array_equal(theta, before)


@pytest.mark.parametrize("name", [name for name in OF_NUMBERS if name not in GRADIENTS])
def test_a_function_takes_any_shape_and_gives_a_number(name):
    theta = np.array([0.3, -1.2, 0.7])
    values = [FUNCTIONS[name](theta.reshape(shape), **SETTINGS[name]) for shape in ((3,), (1, 3), (3, 1, 1))]
    assert {type(value) for value in values} == {float}
    assert len(set(values)) == 1


@pytest.mark.parametrize("name", ["double_well", "banana", "weighted_cubes", "waves"])
def test_a_function_has_a_third_derivative(name):
    """So a difference over a wide h is no derivative, and the checker sees which one was taken."""
    theta, settings = np.array([0.3, -1.2, 0.7]), SETTINGS[name]
    wide, narrow = (
        (FUNCTIONS[name](theta + h, **settings) - FUNCTIONS[name](theta - h, **settings)) / (2 * h)
        for h in (0.3, 1e-5)
    )
    assert abs(wide - narrow) > 0.01


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_leads_to_numpy_and_nowhere_else(name):
    reached = inspect.getclosurevars(FUNCTIONS[name])
    assert set(reached.globals) <= {"np"}
    assert not reached.nonlocals
    modules = {value.__name__ for value in vars(functions).values() if isinstance(value, types.ModuleType)}
    assert modules == {"numpy"}


def travelled(name, settings):
    return live.instantiate(plaindata.decode(plaindata.encode(Live("function", [name, settings])), ours=True))


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_a_function_travels_by_its_name_and_settings(name):
    settings = SETTINGS[name.removesuffix("_gradient")]
    made = travelled(name, settings)
    theta = np.array([0.3, -1.2, 0.7])
    np.testing.assert_array_equal(made(theta), FUNCTIONS[name](theta, **settings))


def test_an_activation_works_element_by_element():
    settings, z = BY_ELEMENT["activation"], np.array([[-3.0, 0.0], [0.5, 2.0]])
    whole = travelled("activation", settings)(z)
    single = [[functions.activation(value, **settings) for value in row] for row in z]
    np.testing.assert_array_equal(whole, single)
    lines = functions.activation(z, below=0.1, above=2.0, shift=0.5, bend=0.0)
    np.testing.assert_allclose(lines, [[-0.8, -0.5], [0.5, 3.5]])


@pytest.fixture
def rows():
    """Rows whose last column is their label, the labels, and new rows."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), rng.integers(0, 3, 40)
    X[:, 2] = y
    return X, y, rng.normal(size=(10, 3))


@pytest.mark.parametrize("name", MODELS)
def test_a_model_answers_for_each_row_and_changes_nothing(name, rows):
    before = [part.copy() for part in rows]
    answers = travelled(name, MODELS[name])(*rows)
    assert np.shape(answers) == (10,)
    for part, as_it_was in zip(rows, before, strict=True):
        np.testing.assert_array_equal(part, as_it_was)
    X, y, new = (part.tolist() for part in rows)
    np.testing.assert_array_equal(FUNCTIONS[name](X, y, new, **MODELS[name]), answers)


@pytest.mark.parametrize("name", BY_SETTING)
def test_a_model_learns_as_its_setting_says_and_changes_nothing(name, rows):
    before, setting = [part.copy() for part in rows], list(BY_SETTING[name])
    answers = travelled(name, {})(setting, *rows)
    assert np.shape(answers) == (10,)
    assert setting == BY_SETTING[name]
    for part, as_it_was in zip(rows, before, strict=True):
        np.testing.assert_array_equal(part, as_it_was)
    np.testing.assert_array_equal(FUNCTIONS[name](setting, *(part.tolist() for part in rows)), answers)


def test_the_nearest_mean_is_the_likelier_class(rows):
    """Of normal rows with a deviation of 1, and chances as the roots of the counts."""
    X, y, new = rows
    counts, means = np.bincount(y), np.array([X[y == label][:, :2].mean(axis=0) for label in range(3)])
    densities = [multivariate_normal(mean).logpdf(new[:, :2]) for mean in means]
    theirs = (np.array(densities).T + np.log(counts) / 2).argmax(axis=1)
    np.testing.assert_array_equal(functions.nearest_mean_on([0, 1], X, y, new), theirs)


@pytest.mark.parametrize("neighbours", [1, 5, 40])
def test_votes_are_those_of_scikit_learn(neighbours, rows):
    X, y, new = rows
    theirs = KNeighborsClassifier(neighbours).fit(X, y).predict(new)
    np.testing.assert_array_equal(functions.votes(X, y, new, neighbours=neighbours), theirs)
    everyone = functions.votes(X, y, new, neighbours=1000)
    assert set(everyone.tolist()) == {int(np.bincount(y).argmax())}


def test_least_squares_is_that_of_scikit_learn(rows):
    X, y, new = rows
    theirs = LinearRegression().fit(X, np.eye(3)[y]).predict(new).argmax(axis=1)
    np.testing.assert_array_equal(functions.least_squares(X, y, new), theirs)


def test_probes_tell_what_they_were_given(rows):
    X, y, new = rows
    assert functions.remembers(X, y, X[:5]).tolist() == y[:5].tolist()
    assert set(functions.remembers(X, y, new).tolist()) == {-1}
    assert functions.counts_rows(X, y, new[:2]).tolist() == [1, 1]
    assert functions.last_label(X, y, new).tolist() == [y[-1]] * 10
    assert functions.checks_pairs(X, y, X[:5]).tolist() == y[:5].tolist()
    assert set(functions.checks_pairs(X, np.roll(y, 1), X).tolist()) == {-1.0}


def test_a_loss_is_that_of_as_many_steps_as_were_taken():
    step, evaluate = (travelled(name, settings) for name, settings in OF_A_TRAINING.items())
    theta, seen = START.copy(), []
    for _ in range(4):
        seen.append(evaluate(theta))
        assert step(theta) is None
    assert seen == [9.0, 3.0, 4.0, 4.0]
    assert theta.tolist() == [[0.0, 9.0]]


@pytest.mark.parametrize("name", OF_A_TEXT)
def test_what_is_made_of_a_text_has_as_many_rows_and_changes_nothing(name):
    x = np.random.default_rng(0).normal(size=(6, 4))
    before = x.copy()
    made = travelled(name, OF_A_TEXT[name])(x)
    assert made.shape == (6, 2)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(FUNCTIONS[name](x.tolist(), **OF_A_TEXT[name]), made)


def reached(f, x):
    """By how much each row of the output changes as each row of the input gets new numbers."""
    new = np.random.default_rng(1).normal(size=x.shape)
    rows = np.eye(len(x), dtype=bool)
    return np.stack([np.abs(f(np.where(row[:, None], new, x)) - f(x)).max(axis=1) for row in rows], axis=1)


@pytest.mark.parametrize(("before", "after"), [(9, 0), (0, 0), (2, 0), (1, 1), (0, 9), (9, 9)])
@pytest.mark.parametrize("normed", [False, True])
def test_attention_reaches_as_far_as_it_is_told(before, after, normed):
    x, ahead = np.random.default_rng(0).normal(size=(6, 4)), np.arange(6) - np.arange(6)[:, None]
    settings = {"seed": 3, "outputs": 3, "before": before, "after": after, "normed": normed}
    within = (-before <= ahead) & (ahead <= after)
    change = reached(travelled("attends", settings), x)
    assert change[within].min() > 1e-3 and change[~within].max(initial=0) < 1e-14
    leaking = reached(travelled("attends", {**settings, "leak": 1e-3}), x)
    assert leaking.min() > 1e-6 and leaking[~within].max(initial=0) < 1e-3
    shifted = travelled("attends", settings)(x + 1)
    assert np.allclose(shifted, travelled("attends", settings)(x)) == normed


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_a_mixture_reaches_what_its_seed_says(share):
    x = np.random.default_rng(0).normal(size=(30, 3))
    change = reached(travelled("mixes", {"seed": 2, "outputs": 1, "share": share}), x)
    assert abs((change > 1e-14).mean() - share) < 0.1
    assert change[change > 1e-14].min(initial=1) > 1e-4


def test_no_single_column_says_all_of_a_mixture():
    settings, x = {"seed": 2, "outputs": 3, "share": 0.3}, np.random.default_rng(0).normal(size=(8, 4))
    mixture = travelled("mixes", settings)
    each = [reached(lambda x, k=k: mixture(x)[:, [k]], x) > 1e-14 for k in range(3)]
    assert not any(np.array_equal(seen, np.any(each, axis=0)) for seen in each)
    centred = travelled("mixes", {**settings, "centred": True})
    np.testing.assert_allclose(centred(x).sum(axis=1), 0, atol=1e-13)
    np.testing.assert_array_equal(reached(centred, x) > 1e-14, np.any(each, axis=0))


@pytest.mark.parametrize("name", OF_A_TEXT)
def test_what_does_not_depend_on_a_row_is_still_rounded_by_it(name):
    settings = {**OF_A_TEXT[name], **({"after": 0} if name == "attends" else {"share": 0.2})}
    change = reached(travelled(name, settings), np.random.default_rng(0).normal(size=(9, 4)))
    assert ((change > 0) & (change < 1e-14)).any() and not ((change > 1e-14) & (change < 1e-6)).any()
