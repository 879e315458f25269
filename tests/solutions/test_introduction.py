"""The reference answers of lesson 1 against Keras, scikit-learn and the laws they must obey."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.datasets import make_moons
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import PredefinedSplit, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras

from dlcourse import datasets
from grader.references import introduction as intro

few = st.integers(1, 4)
halves = st.integers(-8, 8).map(lambda i: i / 2)


@pytest.fixture(scope="module")
def digits():
    return datasets.load("digits")


@pytest.mark.parametrize(
    "sizes",
    [[1, 1], [64, 10], [784, 128, 10], [64, 32, 32, 32, 10]],
    ids=lambda sizes: "-".join(map(str, sizes)),
)
def test_dense_parameter_count_is_that_of_keras(sizes):
    layers = [keras.layers.Dense(units) for units in sizes[1:]]
    model = keras.Sequential([keras.Input((sizes[0],)), *layers])
    assert intro.dense_parameter_count(sizes) == model.count_params()


@given(st.lists(st.integers(1, 50), min_size=2, max_size=6))
def test_parameters_of_a_network_are_those_of_its_parts(sizes):
    count = intro.dense_parameter_count
    assert count(sizes[:1]) == 0
    assert count(sizes) == count(sizes[:2]) + count(sizes[1:])
    assert type(count(sizes)) is int


def test_zone_features_are_those_of_average_pooling(digits):
    pooled = keras.layers.AveragePooling2D(2)(digits.features[..., None])
    expected = np.asarray(pooled).reshape(-1, 16)
    np.testing.assert_allclose(intro.zone_features(digits.features), expected, rtol=1e-6)


@given(hnp.arrays(np.float64, st.tuples(few, st.just(8), st.just(8)), elements=st.floats(0, 16)))
def test_zone_features_keep_the_mean_and_the_order(images):
    features = intro.zone_features(images)
    assert features.shape == (len(images), 16)
    np.testing.assert_allclose(features.mean(axis=1), images.mean(axis=(1, 2)), atol=1e-12)
    for zone in range(16):
        row, column = 2 * (zone // 4), 2 * (zone % 4)
        block = images[:, row : row + 2, column : column + 2]
        np.testing.assert_allclose(features[:, zone], block.mean(axis=(1, 2)), atol=1e-12)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), few)
def test_majority_baseline_is_scikit_learns(labels, n):
    """On a tie, too: scikit-learn's classes are sorted, and it takes the first."""
    train_y = np.array(labels)
    theirs = DummyClassifier(strategy="most_frequent").fit(np.zeros((len(labels), 1)), train_y)
    np.testing.assert_array_equal(intro.majority_baseline(train_y, n), theirs.predict(np.zeros((n, 1))))


def test_nearest_centroid_is_scikit_learns(digits):
    x, y = digits.features.reshape(-1, 64), digits.target
    with warnings.catch_warnings():  # of pixels that are empty in every image
        warnings.simplefilter("ignore")
        theirs = NearestCentroid().fit(x[:1200], y[:1200]).predict(x[1200:])
    ours = intro.nearest_centroid_predict(x[:1200], y[:1200], x[1200:])
    np.testing.assert_array_equal(ours, theirs)
    assert 0.85 < np.mean(ours == y[1200:]) < 0.95


def test_nearest_centroid_takes_the_smallest_label_on_a_tie():
    train_x, x = np.array([[0.0, 0.0], [4.0, 0.0]]), np.array([[2.0, 7.0]])
    assert intro.nearest_centroid_predict(train_x, np.array([8, 3]), x).tolist() == [3]
    assert intro.nearest_centroid_predict(train_x, np.array([3, 8]), x).tolist() == [3]


@given(st.data())
def test_nearest_centroid_goes_with_its_samples(data):
    """Moved all together, or in another order, the samples give the same answers."""
    n, features = data.draw(st.integers(2, 8)), data.draw(few)
    whole = hnp.arrays(np.float64, (n, features), elements=st.integers(-9, 9).map(float))
    train_x, x = data.draw(whole), data.draw(whole)
    train_y = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    order = np.array(data.draw(st.permutations(range(n))))
    answer = intro.nearest_centroid_predict(train_x, train_y, x)
    assert set(answer.tolist()) <= set(train_y.tolist())
    clear = _clear(train_x, train_y, x)
    again = intro.nearest_centroid_predict(train_x[order] + 32, train_y[order], x + 32)
    np.testing.assert_array_equal(answer[clear], again[clear])


def _clear(train_x, train_y, x):
    """Which samples are no ties: their nearest centroids lie apart."""
    centroids = [train_x[train_y == label].mean(axis=0) for label in np.unique(train_y)]
    distances = np.sort(np.linalg.norm(x[:, None] - np.array(centroids), axis=2), axis=1)
    return np.ones(len(x), bool) if len(centroids) == 1 else distances[:, 1] - distances[:, 0] > 1e-6


@given(st.data())
def test_linear_collapse_answers_as_both_layers_do(data):
    n, inputs, hidden, units = (data.draw(few) for _ in range(4))
    X, W1, b1, W2, b2 = (
        data.draw(hnp.arrays(np.float64, shape, elements=halves))
        for shape in ((n, inputs), (inputs, hidden), hidden, (hidden, units), units)
    )
    W, b = intro.linear_collapse(W1, b1, W2, b2)
    assert (W.shape, b.shape) == ((inputs, units), (units,))
    np.testing.assert_array_equal(X @ W + b, (X @ W1 + b1) @ W2 + b2)


def test_linear_collapse_replaces_two_layers_of_keras():
    keras.utils.set_random_seed(0)
    bias = keras.initializers.RandomNormal()
    two = keras.Sequential(
        [keras.Input((5,)), *(keras.layers.Dense(n, bias_initializer=bias) for n in (7, 3))]
    )
    one = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    one.set_weights(list(intro.linear_collapse(*two.get_weights())))
    x = np.random.default_rng(0).normal(size=(20, 5)).astype("float32")
    np.testing.assert_allclose(np.asarray(one(x)), np.asarray(two(x)), atol=1e-5)


def test_first_model_is_the_guides_and_learns(digits):
    """Each pixel of a digit three times enlarged, in a frame of two: 28×28 pixels."""
    large = np.kron(digits.features / 16, np.ones((1, 3, 3)))
    x = np.pad(large, ((0, 0), (2, 2), (2, 2))).reshape(-1, 784).astype("float32")
    keras.utils.set_random_seed(0)
    model = intro.first_model()
    assert [layer.activation.__name__ for layer in model.layers] == ["relu", "softmax"]
    assert model.count_params() == intro.dense_parameter_count([784, 128, 10]) == 101_770
    model.fit(x[:1400], digits.target[:1400], epochs=3, verbose=0)
    loss, accuracy = model.evaluate(x[1400:], digits.target[1400:], verbose=0)
    assert accuracy > 0.8
    assert loss < np.log(10)


def test_first_fit_reads_new_digits(digits):
    keras.utils.set_random_seed(0)
    model = intro.first_fit(digits.features[:1300], digits.target[:1300])
    outputs = np.asarray(model(digits.features[1300:]))
    assert outputs.shape == (497, 10)
    assert np.mean(outputs.argmax(axis=1) == digits.target[1300:]) > 0.9


def nearest(X_train, y_train, X):
    return KNeighborsClassifier(1).fit(X_train, y_train).predict(X)


def test_holdout_accuracy_is_scikit_learns_on_the_same_rows():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(42, 2)), rng.integers(0, 2, 42)
    before = X.copy(), y.copy()
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(42)
        split = PredefinedSplit(np.where(np.isin(np.arange(42), order[:10]), 0, -1))
        (theirs,) = cross_val_score(KNeighborsClassifier(1), X, y, cv=split)
        assert intro.holdout_accuracy(nearest, X, y, seed) == pytest.approx(theirs)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(y, before[1])


def test_holdout_accuracy_asks_about_no_row_that_was_learnt():
    def remembers(X_train, y_train, X):
        return [x in X_train for x in X]

    X = np.arange(9.0)[:, None]
    assert intro.holdout_accuracy(remembers, X, np.ones(9), 0) == 0


def test_pick_model_takes_the_one_that_cross_validation_takes():
    X, y = make_moons(200, noise=0.35, random_state=0)
    X, y = X[np.argsort(y)], np.sort(y)
    counts = (1, 15, 200)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    theirs = [cross_val_score(KNeighborsClassifier(k), X, y, cv=folds).mean() for k in counts[:2]]
    assert theirs[1] > theirs[0] + 0.03 > 0.5

    def model(k):
        def fitted(X_train, y_train, X):
            return KNeighborsClassifier(min(k, len(y_train))).fit(X_train, y_train).predict(X)

        return fitted

    for order in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        chosen = intro.pick_model([model(counts[i]) for i in order], X, y)
        assert type(chosen) is int
        assert order[chosen] == 1


def test_multiplication_count_is_that_of_three_loops():
    def counted(height, width, channels, kernel, filters):
        image, weights = np.ones((height, width, channels)), np.ones((kernel, kernel, channels, filters))
        count = 0
        for i in range(height - kernel + 1):
            for j in range(width - kernel + 1):
                patch = image[i : i + kernel, j : j + kernel, :, None]
                count += (patch * weights).size
        return count

    for sizes in ((5, 4, 1, 3, 2), (3, 3, 2, 3, 1), (6, 7, 3, 1, 4)):
        assert intro.multiplication_count([("convolution", *sizes)]) == counted(*sizes)
    assert intro.multiplication_count([]) == 0


def test_multiplication_count_is_that_of_keras_layers():
    """Outputs of a layer times the weights that lead into one of them."""
    keras_layers = [keras.layers.Conv2D(16, 3), keras.layers.MaxPooling2D(2), keras.layers.Conv2D(64, 3)]
    model = keras.Sequential([keras.Input((16, 16, 1)), *keras_layers])
    convolutions = [layer for layer in model.layers if hasattr(layer, "kernel")]
    expected = sum(
        int(np.prod(layer.output.shape[1:])) * int(np.prod(layer.kernel.shape[:-1])) for layer in convolutions
    )
    layers = [("convolution", 16, 16, 1, 3, 16), ("convolution", 7, 7, 16, 3, 64)]
    assert intro.multiplication_count(layers) == expected
    assert intro.multiplication_count([*layers, ("dense", 64, 10)]) == expected + 640
