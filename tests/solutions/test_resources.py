"""The reference answers of lesson 8 against every order there is, SciPy, scikit-learn and LiteRT."""

import itertools
import warnings

import numpy as np
import pytest
from scipy import stats
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import tensorflow  # noqa: F401

from dlcourse import datasets
from dlcourse.deployment import LiteModel
from dlcourse.metrics import root_mean_squared_error as rmse
from grader.references import resources as reference

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras's own
    pytest.mark.filterwarnings("ignore:Statistics for quantized inputs were expected:UserWarning"),
]


def comes_after(needs, topic):
    """All that a topic needs, itself included."""
    return {topic}.union(*(comes_after(needs, other) for other in needs.get(topic, ())))


@pytest.mark.parametrize("seed", range(12))
def test_study_order_is_the_first_by_name_of_all_orders(seed):
    rng = np.random.default_rng(seed)
    names = rng.permutation(list("abcdefg")).tolist()
    needs = {name: [other for other in names[:i] if rng.random() < 0.4] for i, name in enumerate(names)}
    topics = sorted(comes_after(needs, names[-1]))

    def holds(order):
        return all(set(needs[topic]) <= set(order[:place]) for place, topic in enumerate(order))

    # permutations of sorted names come in the order of a dictionary
    first = next(order for order in itertools.permutations(topics) if holds(order))
    assert reference.study_order(needs, names[-1]) == list(first)


@pytest.mark.parametrize("needs", [{"a": ["a"]}, {"a": ["b"], "b": ["c"], "c": ["b"]}])
def test_study_order_names_what_is_in_a_circle(needs):
    with pytest.raises(ValueError, match="circle"):
        reference.study_order(needs, "a")


@pytest.mark.parametrize("seed", range(10))
def test_pareto_front_is_unbeaten_and_beats_all_others(seed):
    figures = np.random.default_rng(seed).integers(0, 4, (12, 3))
    models = [
        {"name": f"net {i}", "accuracy": -a / 10, "bytes": b, "milliseconds": c}
        for i, (a, b, c) in enumerate(figures.tolist())
    ]
    worse = (figures[:, None] >= figures).all(axis=2) & (figures[:, None] > figures).any(axis=2)
    on_front = np.flatnonzero(~worse.any(axis=1))
    assert reference.pareto_front(models) == sorted(f"net {i}" for i in on_front)
    for i in set(range(12)) - set(on_front):  # what is beaten is beaten by one of the front
        assert worse[i, on_front].any()


@pytest.mark.parametrize("n", [200, 1000, 5000])
def test_cheapest_good_enough_trusts_what_the_binomial_test_does(n):
    rng = np.random.default_rng(n)
    for _ in range(40):
        costs, right = rng.permutation(np.arange(1.0, 9)), rng.integers(round(0.85 * n), n, 8)
        right[0] = n
        chances = [stats.binomtest(int(count), n, 0.9, "greater").pvalue for count in right]
        if any(0.04 < chance < 0.06 for chance in chances):  # the normal curve is off by less
            continue
        trusted = np.flatnonzero(np.array(chances) < 0.05)
        assert reference.cheapest_good_enough(costs, right, n, 0.9) == trusted[costs[trusted].argmin()]


def test_whole_project_comes_near_a_pipeline_of_scikit_learn():
    rents = datasets.load("rents")
    texts = rents.features.select_dtypes(exclude="number").columns
    table = rents.features.assign(rent=rents.target)
    once = table.drop_duplicates().query("area < 180")
    new = once.sample(300, random_state=0)
    known = table[~table.apply(tuple, axis=1).isin(new.apply(tuple, axis=1))]
    served = new[new.columns[::-1]].drop(columns="rent")
    predictions, expected = reference.whole_project(known, served)

    clean = once.drop(new.index)
    words = make_pipeline(SimpleImputer(strategy="constant", fill_value=""), OneHotEncoder())
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = make_column_transformer((words, list(texts)), remainder=numbers)
    ridge = make_pipeline(columns, Ridge()).fit(clean.drop(columns="rent"), clean["rent"])
    theirs = rmse(new["rent"], ridge.predict(served))
    assert theirs < rmse(new["rent"], predictions) < 1.4 * theirs
    assert expected == pytest.approx(rmse(new["rent"], predictions), rel=0.25)


def test_the_capstones_file_reads_more_than_a_linear_model(capfd):
    data, rng = datasets.load("digits"), np.random.default_rng(8)
    framed = np.pad(data.features / 16, ((0, 0), (1, 1), (1, 1)))
    x = np.array(
        [
            image[top : top + 8, left : left + 8]
            for image, (top, left) in zip(framed, rng.integers(0, 3, (len(framed), 2)), strict=True)
        ],
        np.float32,
    )[..., np.newaxis]
    order = rng.permutation(len(x))
    known, hidden = order[:1000], order[1000:]
    file = reference.capstone(x[known], data.target[known])
    capfd.readouterr()  # the converter tells what it does
    assert len(file) <= 13_000
    right = np.mean(LiteModel(file).predict(x[hidden]).argmax(axis=1) == data.target[hidden])
    flat = x.reshape(len(x), -1)
    linear = LogisticRegression(max_iter=500).fit(flat[known], data.target[known])
    assert right > 0.91 > linear.score(flat[hidden], data.target[hidden]) + 0.1
