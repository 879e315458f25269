import random

import joblib
import keras
import numpy as np
import pandas as pd
import pytest
import scipy.stats
import tensorflow as tf
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import StandardScaler

from dlcourse import metrics, models
from dlcourse.datasets import load
from dlcourse.errors import DataError, ModelError, TrainingError
from dlcourse.preprocessing import Preprocessor
from dlcourse.validation import cross_validate, fitting

IRIS = load("iris")
X = ((IRIS.features - IRIS.features.mean(0)) / IRIS.features.std(0)).astype("float32")
Y = IRIS.target


def classifier(**settings):
    return models.mlp((4,), "multiclass", 3, hidden=(8,), **({"learning_rate": 0.02} | settings))


def by_hand(model, folds, seed, epochs, batch_size):
    """The held-out outputs from `train_on_batch`, the folds one after another, in the documented order."""
    outputs = []
    for number, (train, held_out) in enumerate(folds):
        before = random.getstate()
        random.seed(seed + number)
        copy = keras.models.clone_model(model)
        random.setstate(before)
        copy.compile_from_config(model.get_compile_config())
        for epoch in range(epochs):
            order = tf.random.experimental.stateless_shuffle(tf.range(len(train)), [seed, epoch]).numpy()
            for start in range(0, len(train), batch_size):
                rows = train[order[start : start + batch_size]]
                copy.train_on_batch(X[rows], Y[rows])
        outputs.append(copy.predict(X[held_out], verbose=0))
    return outputs


@pytest.mark.parametrize("stacked", [True, False])
def test_folds_trained_together_are_folds_trained_by_hand(stacked, monkeypatch):
    if not stacked:
        monkeypatch.setattr(fitting.Engine, "stackable", False)
    model = classifier(dropout=0.2)
    found = cross_validate(model, (X[:148], Y[:148]), k=3, epochs=3, batch_size=16, seed=4)  # unequal folds
    expected = by_hand(model, found.folds, 4, epochs=3, batch_size=16)
    for (_, held_out), outputs in zip(found.folds, expected, strict=True):
        np.testing.assert_allclose(found.outputs[held_out], outputs, atol=1e-5)


def test_scores_are_those_of_the_metrics_and_the_baseline_stands_beside():
    found = cross_validate(classifier(), (X, Y), k=5, epochs=20)
    for fold, (train, held_out) in enumerate(found.folds, start=1):
        predicted = found.outputs[held_out].argmax(axis=1)
        assert found.scores.loc[fold, "accuracy"] == metrics.accuracy(Y[held_out], predicted)
        assert found.scores.loc[fold, "log loss"] == metrics.log_loss(Y[held_out], found.outputs[held_out])
        majority = np.bincount(Y[train]).argmax()
        assert found.baseline.loc[fold, "accuracy"] == np.mean(Y[held_out] == majority)
    assert found.summary().loc["accuracy", "mean"] > 0.9
    np.testing.assert_array_equal(found.held_out, np.arange(150))
    np.testing.assert_array_equal(found.predictions, found.outputs.argmax(axis=1))
    assert found.loss.shape == (5, 20)
    assert "accuracy" in repr(found)
    assert "<table" in found._repr_html_()


def test_the_interval_is_the_corrected_one():
    found = cross_validate(classifier(), (X, Y), k=5, epochs=5)
    accuracy = found.scores["accuracy"]
    half = scipy.stats.t.ppf(0.95, 4) * accuracy.std(ddof=1) * np.sqrt(1 / 5 + 30 / 120)
    summary = found.summary(level=0.9).loc["accuracy"]
    assert summary["low"] == pytest.approx(accuracy.mean() - half)
    assert summary["high"] == pytest.approx(accuracy.mean() + half)


def test_the_summary_is_of_the_folds_that_have_a_score():
    random = np.random.default_rng(0)
    y = np.array([0] * 17 + [1] * 3)
    data = random.normal(size=(20, 4)).astype("float32"), y
    found = cross_validate(models.mlp((4,), "binary", hidden=()), data, k=5, scheme="shuffled", epochs=1)
    areas = found.scores["ROC AUC"].dropna()
    assert 2 <= len(areas) < 5
    half = scipy.stats.t.ppf(0.975, len(areas) - 1) * areas.std() * np.sqrt(1 / len(areas) + 4 / 16)
    summary = found.summary()
    assert summary.loc["ROC AUC", "high"] == pytest.approx(areas.mean() + half)
    assert summary["folds"].to_dict()["ROC AUC"] == len(areas)
    assert summary["folds"].to_dict()["accuracy"] == 5
    for level in (95, "95%", 0.0, float("nan")):
        with pytest.raises(DataError, match="The level must lie between 0 and 1"):
            found.summary(level)


def test_folds_of_one_sample_have_no_r2():
    data = X[:6], X[:6, 0] * 2
    found = cross_validate(models.mlp((4,), "regression", hidden=()), data, k=6, epochs=1)
    summary = found.summary()
    assert found.scores["R²"].isna().all()
    assert summary.loc["R²", ["mean", "low", "high", "baseline"]].isna().all()
    assert summary.loc["R²", "folds"] == 0
    assert summary.loc["mean absolute error", "folds"] == 6
    assert "NaN" in repr(found)


def test_a_fold_s_model_can_be_had_trained_and_compiled():
    found = cross_validate(classifier(batch_normalization=True), (X, Y), k=3, epochs=4)
    for fold in range(3):
        _, held_out = found.folds[fold]
        model = found.model(fold)
        np.testing.assert_allclose(model.predict(X[held_out], verbose=0), found.outputs[held_out], atol=1e-6)
        assert model.evaluate(X[held_out], Y[held_out], verbose=0, return_dict=True)[
            "accuracy"
        ] == pytest.approx(found.scores["accuracy"].iloc[fold])


def test_the_same_seed_gives_the_same_and_the_caller_s_randomness_is_left_alone():
    random.seed(1)
    expected = random.random()
    random.seed(1)
    first = cross_validate(classifier(), (X, Y), k=3, epochs=2)
    random.seed(1)
    model = classifier()
    random.seed(1)
    second = cross_validate(model, (X, Y), k=3, epochs=2)
    assert random.random() == expected
    np.testing.assert_array_equal(first.outputs, second.outputs)
    other = cross_validate(model, (X, Y), k=3, epochs=2, seed=1)
    assert np.abs(other.outputs - first.outputs).max() > 1e-3


def test_a_trained_model_gives_nothing_away_but_what_is_frozen_is_kept():
    model = classifier()
    model.fit(X, Y, epochs=30, verbose=0)  # has seen every sample
    found = cross_validate(model, (X, Y), k=3, epochs=1)
    assert (
        found.summary().loc["accuracy", "mean"]
        < model.evaluate(X, Y, verbose=0, return_dict=True)["accuracy"]
    )

    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(8, activation="relu")
    frozen = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(hidden(inputs)))
    hidden.trainable = False
    models.compile(frozen, "multiclass", 3)
    found = cross_validate(frozen, (X, Y), k=3, epochs=2)
    first, second = found.model(0), found.model(1)
    np.testing.assert_array_equal(first.layers[1].kernel.numpy(), hidden.kernel.numpy())
    np.testing.assert_array_equal(second.layers[1].kernel.numpy(), hidden.kernel.numpy())
    assert np.abs(first.layers[2].kernel.numpy() - second.layers[2].kernel.numpy()).max() > 1e-3


@pytest.mark.parametrize("preprocessing", [Preprocessor(), StandardScaler()], ids=["ours", "scikit-learn"])
def test_preprocessing_learns_from_each_fold_s_training_rows_alone(preprocessing):
    found = cross_validate(classifier(), IRIS, k=3, epochs=15, preprocessing=preprocessing)
    for fold, (train, held_out) in enumerate(found.folds):
        fitted = found.preprocessing(fold)
        values = fitted.transform(IRIS.features[train])
        np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(values.std(axis=0), 1, atol=1e-5)
        outputs = found.model(fold).predict(fitted.transform(IRIS.features[held_out]), verbose=0)
        np.testing.assert_allclose(found.outputs[held_out], outputs, atol=1e-5)
    assert found.summary().loc["accuracy", "mean"] > 0.85
    assert not hasattr(preprocessing, "columns_")
    assert not hasattr(preprocessing, "mean_")


def test_a_table_with_text_and_missing_values_is_validated():
    rents = load("rents")
    part = rents.features.iloc[:200], rents.target[:200]
    widths = {len(Preprocessor().fit_rows(part[0]).feature_names_out)}
    model = models.mlp((widths.pop(),), "regression", hidden=(16,), learning_rate=0.05)
    found = cross_validate(model, part, k=4, epochs=30, preprocessing=Preprocessor())
    summary = found.summary()
    assert summary.loc["mean absolute error", "mean"] < summary.loc["mean absolute error", "baseline"]


def test_texts_go_through_a_vectorizer_of_scikit_learn():
    texts = load("docstrings")
    rows = np.random.default_rng(0).permutation(2000)[:300]
    model = models.mlp((200,), "multiclass", 4, hidden=(16,), learning_rate=0.01)
    vectorizer = TfidfVectorizer(max_features=200)
    data = texts.features[rows], texts.target[rows]
    found = cross_validate(model, data, k=3, epochs=10, preprocessing=vectorizer)
    assert found.summary().loc["accuracy", "mean"] > 0.3


@pytest.mark.parametrize(
    ("make", "x"),
    [
        (lambda: models.cnn((8, 8), "binary", filters=(4,), dense=8, learning_rate=0.01), (60, 8, 8)),
        (lambda: models.rnn((6, 2), "binary", cell="gru", units=(4,)), (60, 6, 2)),
    ],
    ids=["cnn", "gru"],
)
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's, as it saves
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of joblib's own processes
def test_others_train_side_by_side_in_threads_or_processes_alike(make, x):
    rng = np.random.default_rng(0)
    data = rng.normal(size=x).astype("float32"), np.arange(60) % 2
    model = make()
    threads = cross_validate(model, data, k=3, epochs=2)
    one = cross_validate(model, data, k=3, epochs=2, n_jobs=1)
    np.testing.assert_array_equal(threads.outputs, one.outputs)
    with joblib.parallel_config("loky", n_jobs=2):
        processes = cross_validate(model, data, k=3, epochs=2, n_jobs=2)
    np.testing.assert_allclose(processes.outputs, one.outputs, atol=1e-6)


def test_a_stack_keeps_within_its_bytes(monkeypatch):
    model = classifier()
    whole = cross_validate(model, (X, Y), k=5, epochs=2)
    sizes = []
    train_stack = fitting._train_stack

    def note(stacked, *arguments):
        sizes.append(len(stacked))
        return train_stack(stacked, *arguments)

    monkeypatch.setattr(fitting, "_train_stack", note)
    numbers = 3 * model.count_params() + 10  # with Adam's two moments
    monkeypatch.setattr(fitting.os, "cpu_count", lambda: 1)
    monkeypatch.setattr(fitting, "MAX_STACKED_BYTES", 4 * numbers * 2)
    parts = cross_validate(model, (X, Y), k=5, epochs=2)
    assert sizes == [2, 2]  # and one alone
    np.testing.assert_allclose(parts.outputs, whole.outputs, atol=1e-5)


def test_several_tasks_repeats_groups_and_time():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(90, 4)).astype("float32")
    multilabel = (x[:, :2] > 0).astype(int)
    found = cross_validate(
        models.mlp((4,), "multilabel", 2, learning_rate=0.01), (x, multilabel), k=3, epochs=10
    )
    assert found.predictions.shape == (90, 2)
    found = cross_validate(
        models.mlp((4,), "binary", learning_rate=0.01), (x, multilabel[:, 0]), k=3, repeats=2, epochs=10
    )
    assert len(found.scores) == 6
    assert found.summary().loc["accuracy", "mean"] > 0.7
    groups = np.arange(90) // 9
    found = cross_validate(models.mlp((4,), "binary"), (x, multilabel[:, 0]), k=3, groups=groups, epochs=1)
    assert all(not set(groups[train]) & set(groups[out]) for train, out in found.folds)
    series = x[:, :1] * 2
    found = cross_validate(models.mlp((4,), "regression"), (x, series), k=3, scheme="time", epochs=1)
    assert len(found.held_out) == 66
    assert np.isnan(found.outputs[: 90 - 66]).all()
    assert found.predictions.shape == (66,)


@pytest.mark.parametrize("scheme", [None, "stratified", "shuffled"])
def test_copies_of_a_sample_don_t_leak(scheme):
    """Random labels can't be learnt, but who is tested on copies of training rows remembers them."""
    rng = np.random.default_rng(0)
    x, y = np.repeat(rng.normal(size=(60, 6)), 5, axis=0), np.repeat(rng.integers(0, 2, 60), 5)
    model = models.mlp((6,), "binary", hidden=(64,), learning_rate=0.01)
    accuracy = {}
    for name, groups in (("together", None), ("apart", range(300))):
        found = cross_validate(
            model, (x, y), k=5, scheme=None if groups else scheme, groups=groups, epochs=60
        )
        accuracy[name] = found.summary().loc["accuracy", "mean"]
        assert found.copies == (0 if groups else 240)
        assert ("Copies of other samples, which stay in their folds: 240." in repr(found)) == (groups is None)
    assert accuracy["together"] < 0.65
    assert accuracy["apart"] > 0.85


def test_scores_of_your_own():
    found = cross_validate(
        classifier(), (X, Y), k=3, epochs=1, scores={"errors": lambda y, predicted: np.sum(y != predicted)}
    )
    wrong = [np.sum(Y[out] != found.outputs[out].argmax(axis=1)) for _, out in found.folds]
    pd.testing.assert_frame_equal(
        found.scores.reset_index(drop=True), pd.DataFrame({"errors": np.float64(wrong)})
    )


def test_a_builder_is_called_for_every_fold():
    calls = []

    def build():
        calls.append(1)
        return classifier()

    cross_validate(build, (X, Y), k=3, epochs=1)
    assert len(calls) >= 3


class Own(keras.Model):
    def train_step(self, data):
        return {"loss": 0.0}


def own():
    inputs = keras.Input((4,))
    model = Own(inputs, keras.layers.Dense(3, activation="softmax")(inputs))
    return models.compile(model, "multiclass", 3)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: cross_validate(classifier(), (X, Y[:-1])), DataError, "150 samples and 149 targets"),
        (lambda: cross_validate(classifier(), (X, Y[1:]), preprocessing=1), DataError, "and 149"),
        (lambda: cross_validate(classifier(), (X, Y + 1)), DataError, "numbered from 0 to 2"),
        (lambda: cross_validate(classifier(), (X, Y * 0)), DataError, "one class leaves nothing"),
        (lambda: cross_validate(classifier(), (X, Y), k=51), DataError, "too few for 51 folds"),
        (lambda: cross_validate(classifier(), (X * np.nan, Y)), DataError, "Row 0 has a missing number"),
        (lambda: cross_validate(classifier(), (X[:, :3], Y)), ModelError, r"the data have \(3,\)"),
        (lambda: cross_validate(classifier(learning_rate=1e30), (X, Y)), TrainingError, "fold 1 came to"),
        (lambda: cross_validate(lambda: 3, (X, Y)), ModelError, "must return a compiled keras.Model"),
        (lambda: cross_validate(own, (X, Y)), ModelError, "training step of its own"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_in_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()
