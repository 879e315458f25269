from functools import partial

import numpy as np
import pytest
import scipy.stats

from dlcourse import models
from dlcourse.datasets import load
from dlcourse.errors import DataError, UnknownNameError
from dlcourse.preprocessing import Preprocessor
from dlcourse.validation import cross_validate, fitting, grid_search, random_search, search

IRIS = load("iris")
BUILD = partial(models.mlp, (4,), "multiclass", 3)
GRID = {"hidden": [(4,), (12,)], "learning_rate": [1e-5, 0.02]}
SETTINGS = {"k": 3, "epochs": 8, "preprocessing": Preprocessor()}


def test_each_configuration_s_score_is_that_of_its_cross_validation():
    found = grid_search(BUILD, GRID, IRIS, refit=False, **SETTINGS)
    assert len(found.table) == 4
    assert found.model is None
    for _, row in found.table.iterrows():
        build = partial(BUILD, hidden=row["hidden"], learning_rate=row["learning_rate"])
        alone = cross_validate(build, IRIS, **SETTINGS).scores["accuracy"]
        assert row["mean"] == pytest.approx(alone.mean(), abs=1e-6)
        assert row["std"] == pytest.approx(alone.std(ddof=1), abs=1e-6)
    assert found.table["mean"].is_monotonic_decreasing
    assert found.best["learning_rate"] == 0.02


def test_learning_rates_train_in_one_stack_and_other_shapes_in_another(monkeypatch):
    sizes = []
    train_stack = fitting._train_stack

    def note(stacked, *arguments):
        sizes.append(len(stacked))
        return train_stack(stacked, *arguments)

    monkeypatch.setattr(fitting, "_train_stack", note)
    grid_search(BUILD, GRID, IRIS, refit=False, **SETTINGS)
    assert sizes == [6, 6]  # two rates and three folds, for each width


def test_the_best_is_trained_on_everything_and_predicts():
    found = grid_search(BUILD, GRID, IRIS, **(SETTINGS | {"epochs": 25}))
    x = found.preprocessing.transform(IRIS.features)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-5)
    assert found.model.evaluate(x, IRIS.target, verbose=0, return_dict=True)["accuracy"] > 0.9
    assert found.model.layers[0].units == found.best["hidden"][0]


def test_nested_folds_never_see_their_outer_samples():
    """On noise the best of many configurations looks good, and the nested score says what it is worth."""
    rng = np.random.default_rng(0)
    data = rng.normal(size=(60, 5)).astype("float32"), np.arange(60) % 2
    build = partial(models.mlp, (5,), "binary", hidden=(8,))
    space = {"learning_rate": (0.001, 0.3)}
    found = random_search(build, space, data, n=12, k=3, nested=3, epochs=10)
    assert found.nested.shape == (3,)
    assert found.table["mean"].iloc[0] > found.nested.mean()
    assert "Nested accuracy" in repr(found)


def test_draws_come_from_their_space_and_repeat():
    seen = []

    def build(**configuration):
        seen.append(configuration)
        return BUILD()

    space = {"a": [1, 2], "b": (0.001, 0.1), "c": (2, 50), "d": scipy.stats.uniform(5, 1), "epochs": [1, 2]}
    build_ignoring = lambda a, b, c, d: build(a=a, b=b, c=c, d=d)  # noqa: E731
    table = random_search(build_ignoring, space, IRIS, n=30, k=2, refit=False, seed=3).table
    assert set(table["a"]) == {1, 2}
    assert table["b"].between(0.001, 0.1).all()
    assert set(map(type, table["c"].tolist())) == {int}
    assert table["c"].between(2, 50).all()
    assert table["d"].between(5, 6).all()
    assert set(table["epochs"]) == {1, 2}
    assert all(set(each) == {"a", "b", "c", "d"} for each in seen)
    below = (table["b"] < 0.01).mean()  # half of a logarithmic scale
    assert 0.2 < below < 0.8
    again = random_search(build_ignoring, space, IRIS, n=30, k=2, refit=False, seed=3).table
    assert table.equals(again)


def test_a_configuration_that_diverges_comes_last_and_ends_nothing():
    found = grid_search(BUILD, {"learning_rate": [1e30, 0.02]}, IRIS, refit=False, **SETTINGS)
    assert found.best == {"learning_rate": 0.02}
    assert np.isnan(found.table["mean"].iloc[-1])


def test_lower_is_better_where_it_is():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 3)).astype("float32")
    build = partial(models.mlp, (3,), "regression")
    grid = {"learning_rate": [1e-5, 0.02]}
    assert grid_search(build, grid, (x, x[:, 0]), k=2, epochs=10).best == {"learning_rate": 0.02}
    found = grid_search(build, grid, (x, x[:, 0]), k=2, epochs=10, score="R²", refit=False)
    assert found.best == {"learning_rate": 0.02}
    cost = {"cost": lambda a, b: np.abs(a - b).max()}
    found = grid_search(build, grid, (x, x[:, 0]), k=2, epochs=10, scores=cost, lower_is_better=True)
    assert (found.score, found.best) == ("cost", {"learning_rate": 0.02})


@pytest.mark.parametrize("kind", [int, np.int64, np.uint8, float, np.float32, np.float64])
def test_a_range_may_be_of_numpys_numbers(kind):
    random = np.random.default_rng(0)
    drawn = [search._draw("h", (kind(8), kind(64)), random) for _ in range(50)]
    whole = issubclass(kind, (int, np.integer))
    assert {type(value) for value in drawn} == {int if whole else float}
    assert len(set(drawn)) > 10
    assert all(8 <= value <= 64 for value in drawn)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: grid_search(BUILD, {"hidden": []}, IRIS), DataError, "no value for 'hidden'"),
        (lambda: random_search(BUILD, {"hidden": []}, IRIS), DataError, "no value for 'hidden'"),
        (lambda: random_search(BUILD, {"l2": (0, 1)}, IRIS), DataError, "The range of 'l2' must go"),
        (lambda: random_search(BUILD, {"l2": (1, np.inf)}, IRIS), DataError, "The range of 'l2' must go"),
        (lambda: random_search(BUILD, {"l2": [0.0]}, IRIS, n=0), DataError, "n must be a whole number"),
        (lambda: grid_search(BUILD, GRID, IRIS, score="acuracy", k=2), UnknownNameError, "'accuracy'"),
        (lambda: grid_search(BUILD, {"learning_rate": [1e30]}, IRIS, k=2), DataError, "No configuration"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_in_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("searching", [grid_search, random_search])
def test_arguments_in_another_order_are_said(searching):
    with pytest.raises(DataError, match="must be a dict, of an argument's name what to try, not a tuple"):
        searching(BUILD, ([[1.0]], [0]), GRID)
