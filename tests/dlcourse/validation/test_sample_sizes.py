import numpy as np
import pytest

from dlcourse import metrics, models
from dlcourse.datasets import load
from dlcourse.errors import DataError, UnknownNameError
from dlcourse.validation import cross_validate, learning_curve

IRIS = load("iris")


def classifier():
    return models.mlp((4,), "multiclass", 3, hidden=(12,), learning_rate=0.02)


def test_the_whole_size_is_the_cross_validation():
    curve = learning_curve(classifier(), IRIS, sizes=(0.2, 1.0), k=3, epochs=20)
    found = cross_validate(classifier(), IRIS, k=3, epochs=20)
    np.testing.assert_array_equal(curve.sizes, [20, 100])
    assert curve.validation_scores[1].mean() > curve.validation_scores[0].mean() - 0.05
    assert curve.score == "accuracy"
    assert found.scores["accuracy"].mean() == pytest.approx(curve.validation_scores[1].mean(), abs=0.07)
    frame = curve.frame()
    np.testing.assert_allclose(frame["training"], curve.train_scores.mean(axis=1))
    np.testing.assert_allclose(frame["validation std"], curve.validation_scores.std(axis=1, ddof=1))


def test_few_samples_are_learnt_by_heart():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(120, 20)).astype("float32"), rng.integers(0, 2, 120)  # nothing to learn
    model = models.mlp((20,), "binary", hidden=(64,), learning_rate=0.01)
    curve = learning_curve(
        model, (x, y), sizes=(0.3, 1.0), k=3, epochs=60, scores={"accuracy": metrics.accuracy}
    )
    assert curve.train_scores[0].min() > 0.95
    assert abs(curve.validation_scores.mean() - 0.5) < 0.15


def test_a_series_gives_its_beginning():
    x = np.arange(60, dtype="float32")[:, None] / 60
    curve = learning_curve(
        models.mlp((1,), "regression"),
        (x, x[:, 0]),
        sizes=(0.5, 1.0),
        k=2,
        scheme="time",
        epochs=1,
        score="R²",
    )
    assert curve.validation_scores.shape == (2, 2)


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"sizes": (0.0, 1.0)}, DataError, "up to 1: got"),
        ({"sizes": (1.5,)}, DataError, "up to 1: got"),
        ({"score": "acuracy", "epochs": 1, "k": 2}, UnknownNameError, "Did you mean 'accuracy'?"),
    ],
)
def test_bad_input_is_answered_in_a_sentence(settings, error, words):
    with pytest.raises(error, match=words):
        learning_curve(classifier(), IRIS, **settings)
