import keras
import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as reference
import tensorflow as tf
from metric_cases import equal

from dlcourse import metrics
from dlcourse.datasets import Dataset
from dlcourse.errors import DataError, ModelError, UnknownNameError


def test_baseline_is_the_best_constant():
    y = np.array([0, 1, 1, 2, 2, 2])
    best = metrics.log_loss(y, metrics.baseline(y, 6, "multiclass"))
    for other in np.random.default_rng(0).dirichlet(np.ones(3), 50):
        assert metrics.log_loss(y, np.tile(other, (6, 1))) >= best
    equal(metrics.baseline([1.0, 4.0], 3, "regression"), np.full((3, 1), 2.5))
    equal(metrics.baseline([[1, 0], [1, 1]], 1, "multilabel"), [[1.0, 0.5]])
    equal(metrics.baseline([0, 1, 1, 1], 1, "binary"), [[0.75]])
    assert metrics.baseline([0, 1], 1, "multiclass", 4).shape == (1, 4)


def network(units, activation, loss, features=4):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((features,)), keras.layers.Dense(units, activation)])
    model.compile(loss=loss)
    return model


X = np.random.default_rng(0).normal(size=(80, 4)).astype(np.float32)
MODELS = {
    "binary": (("sigmoid", "binary_crossentropy"), 1, (X[:, 0] > 0.3).astype(int)),
    "multiclass": (("softmax", "sparse_categorical_crossentropy"), 3, np.arange(80) % 3),
    "multilabel": (("sigmoid", "binary_crossentropy"), 2, (X[:, :2] > 0).astype(int)),
    "regression": ((None, "mse"), 1, X.sum(axis=1)),
}


@pytest.mark.parametrize("task", MODELS)
def test_report_holds_scikit_learns_scores_of_model_and_baseline(task):
    (activation, loss), units, y = MODELS[task]
    model = network(units, activation, loss)
    found = metrics.report(model, (X, y), resamples=200)
    constant = metrics.baseline(y, len(y), task)
    for column, p in (("model", predict(model)), ("baseline", constant)):
        expected = expected_scores(task, y, p)
        np.testing.assert_allclose(
            found.scores.loc[list(expected), column], list(expected.values()), rtol=1e-5
        )
    assert (found.scores["low"] <= found.scores["high"]).all()
    assert found.scores.notna().all(axis=None)
    if task in ("binary", "multiclass"):
        matrix = reference.confusion_matrix(y, decided(task, predict(model)))
        np.testing.assert_array_equal(found.confusion, matrix)
    else:
        assert found.confusion is None


def predict(model):
    return model.predict(X, verbose=0).astype(np.float64)


def decided(task, p):
    return {"binary": p[:, 0] > 0.5, "multiclass": p.argmax(axis=1), "multilabel": p > 0.5}[task].astype(int)


def expected_scores(task, y, p):
    """By scikit-learn, of numbers or probabilities `p`, `(n, units)`."""
    if task == "regression":
        return {
            "mean absolute error": reference.mean_absolute_error(y, p),
            "root mean squared error": reference.root_mean_squared_error(y, p),
            "R²": reference.r2_score(y, p),
        }
    average, before = ("binary", "") if task == "binary" else ("macro", "macro ")
    p = p[:, 0] if task == "binary" else p
    classes = decided(task, p.reshape(len(p), -1))
    scores = {
        "accuracy": reference.accuracy_score(y, classes),
        f"{before}precision": reference.precision_score(y, classes, average=average, zero_division=0),
        f"{before}recall": reference.recall_score(y, classes, average=average),
        f"{before}F1": reference.f1_score(y, classes, average=average),
    }
    if task == "multiclass":
        p = p / p.sum(axis=1, keepdims=True)  # as exact as float64
    if task == "multilabel":
        scores["micro F1"] = reference.f1_score(y, classes, average="micro")
    else:
        scores["log loss"] = reference.log_loss(y, p)
        scores["Brier score"] = reference.brier_score_loss(y, p)
    return {**scores, "ROC AUC": reference.roc_auc_score(y, p, multi_class="ovr")}


def test_table_by_class_is_scikit_learns():
    (activation, loss), units, y = MODELS["multiclass"]
    model = network(units, activation, loss)
    found = metrics.report(model, (X, y), names=["red", "green", "blue"], resamples=200)
    table = reference.precision_recall_fscore_support(
        y, decided("multiclass", predict(model)), zero_division=0
    )
    np.testing.assert_allclose(found.classes[["precision", "recall", "F1", "samples"]].T, table)
    assert list(found.classes.index) == list(found.confusion.columns) == ["red", "green", "blue"]
    assert (
        (found.classes["low"] <= found.classes["F1"]) & (found.classes["F1"] <= found.classes["high"])
    ).all()


def test_classes_that_do_not_occur_keep_their_rows():
    model = network(5, "softmax", "sparse_categorical_crossentropy")
    model.layers[-1].set_weights([np.zeros((4, 5)), np.array([1.0, 0, 0, 0, 0])])
    found = metrics.report(model, (X, np.zeros(80, int)), resamples=20)
    assert found.classes["samples"].tolist() == [80, 0, 0, 0, 0]
    assert found.classes["high"].tolist() == [1.0, 0, 0, 0, 0]
    assert found.confusion.shape == (5, 5)
    assert np.isnan(found.scores.loc["ROC AUC", "model"])
    assert found.scores.loc["accuracy", "model"] == 1.0


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel"])
def test_logits_are_reported_as_their_probabilities(task):
    (activation, loss), units, y = MODELS[task]
    from_logits = {
        "binary_crossentropy": keras.losses.BinaryCrossentropy(from_logits=True),
        "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    }
    probabilities, logits = network(units, activation, loss), network(units, None, from_logits[loss])
    logits.set_weights(probabilities.get_weights())
    one, other = (metrics.report(model, (X, y), resamples=50).scores for model in (probabilities, logits))
    pd.testing.assert_frame_equal(one, other, rtol=1e-5)


def test_report_says_where_its_baseline_comes_from():
    (activation, loss), units, y = MODELS["binary"]
    model = network(units, activation, loss)
    own = metrics.report(model, (X, y), resamples=20)
    fitted = metrics.report(model, (X, y), training_data=(X[:4], [1, 1, 1, 0]), resamples=20)
    assert "from the targets of these data" in own.baseline
    assert "from training data" in fitted.baseline
    assert fitted.scores.loc["accuracy", "baseline"] == y.mean() != own.scores.loc["accuracy", "baseline"]


def test_threshold_moves_the_decisions_and_not_the_areas():
    (activation, loss), units, y = MODELS["binary"]
    model = network(units, activation, loss)
    all_positive = metrics.report(model, (X, y), threshold=0.0, resamples=20).scores["model"]
    usual = metrics.report(model, (X, y), resamples=20).scores["model"]
    assert all_positive["recall"] == 1.0
    assert all_positive["precision"] == pytest.approx(y.mean())
    assert all_positive["ROC AUC"] == usual["ROC AUC"]


def test_report_takes_every_form_of_data():
    (activation, loss), units, y = MODELS["multiclass"]
    model = network(units, activation, loss)
    pair = metrics.report(model, (X, y), resamples=20)
    batches = tf.data.Dataset.from_tensor_slices((X, y)).batch(32)
    dataset = Dataset("made", X, y, ("a", "b", "c", "d"), ("x", "y", "z"), "multiclass", "")
    one_hot = (X, np.eye(3)[y])
    for data in (batches, dataset, one_hot):
        other = metrics.report(model, data, resamples=20)
        pd.testing.assert_frame_equal(other.scores, pair.scores)
    assert list(metrics.report(model, dataset, resamples=20).classes.index) == ["x", "y", "z"]


def test_report_takes_texts():
    vectorise = keras.layers.TextVectorization(output_mode="multi_hot")
    vectorise.adapt(tf.constant(["a b", "c"]))
    text = keras.Input((), dtype="string")
    model = keras.Model(text, keras.layers.Dense(1, "sigmoid")(vectorise(text)))
    model.compile(loss="binary_crossentropy")
    found = metrics.report(model, (np.array(["a", "b", "c"]), [0, 1, 1]), resamples=20)
    assert found.samples == 3
    length = keras.Input((1,), name="length")
    text = keras.Input((), dtype="string", name="text")
    both = keras.layers.Concatenate()([vectorise(text), length])
    model = keras.Model({"length": length, "text": text}, keras.layers.Dense(1, "sigmoid")(both))
    model.compile(loss="binary_crossentropy")
    x = {"length": np.ones((3, 1)), "text": np.array(["a", "b", "c"])}
    assert metrics.report(model, (x, [0, 1, 1]), resamples=20).samples == 3


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("task", MODELS)
def test_report_takes_models_of_16_bits(task, dtype):
    (activation, loss), units, y = MODELS[task]
    exact = network(units, activation, loss)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation, dtype=dtype)])
    model.compile(loss=loss)
    model.set_weights(exact.get_weights())
    ours, theirs = (metrics.report(each, (X, y), resamples=20).scores["model"] for each in (model, exact))
    np.testing.assert_allclose(ours, theirs, rtol=0.05, atol=0.02)


def test_report_takes_a_dict_of_inputs():
    (activation, loss), units, y = MODELS["multiclass"]
    model = network(units, activation, loss)
    left, right = keras.Input((1,), name="left"), keras.Input((3,), name="right")
    two = keras.Model(
        {"left": left, "right": right}, model.layers[-1](keras.layers.Concatenate()([left, right]))
    )
    two.compile(loss=loss)
    found = metrics.report(two, ({"left": X[:, :1], "right": X[:, 1:]}, y), resamples=20)
    pd.testing.assert_frame_equal(found.scores, metrics.report(model, (X, y), resamples=20).scores)


def test_report_prints_as_text_and_as_html():
    (activation, loss), units, y = MODELS["binary"]
    found = metrics.report(network(units, activation, loss), (X, y), names=["no", "<yes>"], resamples=20)
    text, html = str(found), found._repr_html_()
    assert repr(found) == text
    for words in ("Task: binary, 80 samples", "accuracy", "baseline", "95% bootstrap interval", "predicted"):
        assert words in text
        assert words in html
    assert "<yes>" in text
    assert "&lt;yes&gt;" in html
    assert "<yes>" not in html
    assert f"{found.scores.loc['accuracy', 'model']:.3f}" in text


def test_report_refuses_models_and_data_that_do_not_fit():
    linear = network(1, None, "binary_crossentropy")
    linear.layers[-1].set_weights([np.ones((4, 1)), np.zeros(1)])
    with pytest.raises(ModelError, match="sigmoid or softmax, or the loss from_logits=True"):
        metrics.report(linear, (X, MODELS["binary"][2]))
    softmax = network(3, "softmax", "sparse_categorical_crossentropy")
    with pytest.raises(DataError, match="from 0 to 2, and the target has 3"):
        metrics.report(softmax, (X, np.arange(80) % 4))
    with pytest.raises(DataError, match="2 names, and the model has 3 outputs"):
        metrics.report(softmax, (X, np.arange(80) % 3), names=["a", "b"])
    with pytest.raises(DataError, match="regression predicts 1 a sample, and the target has 3"):
        metrics.report(network(1, None, "mse"), (X, X[:, :3]))
    broken = network(1, None, "mse")
    broken.layers[-1].set_weights([np.full((4, 1), np.nan), np.zeros(1)])
    with pytest.raises(ModelError, match="its training has failed"):
        metrics.report(broken, (X, X[:, 0]))


@pytest.mark.parametrize("threshold", ["a", None, float("nan"), [0.5]])
def test_report_refuses_a_threshold_that_is_no_number(threshold):
    with pytest.raises(DataError, match="The threshold must be a number"):
        metrics.report(network(1, "sigmoid", "binary_crossentropy"), (X, X[:, 0] > 0), threshold=threshold)


def test_report_refuses_inputs_that_do_not_fit_the_model():
    y = MODELS["binary"][2]
    model = network(1, "sigmoid", "binary_crossentropy")
    with pytest.raises(ModelError, match=r"samples of shape \(4,\), and the data have \(3,\)"):
        metrics.report(model, (X[:, :3], y))
    with pytest.raises(ModelError, match="takes numbers, and the data are texts"):
        metrics.report(model, (X.astype(str), y))
    with pytest.raises(DataError, match="too large for float32"):
        metrics.report(model, (X * np.float64(1e300), y))


@pytest.mark.parametrize("kind", ["unbuilt", "subclassed", "no model"])
def test_report_refuses_models_whose_task_cannot_be_read(kind):
    unbuilt = keras.Sequential([keras.layers.Dense(1, "sigmoid")])
    model = {"unbuilt": unbuilt, "subclassed": Subclassed(unbuilt), "no model": "x"}[kind]
    if kind != "no model":
        model.compile(loss="binary_crossentropy")
    with pytest.raises(ModelError):
        metrics.report(model, (X, MODELS["binary"][2]))


class Subclassed(keras.Model):
    def __init__(self, inside):
        super().__init__()
        self.inside = inside

    def call(self, x):
        return self.inside(x)


def test_the_task_of_a_loss_function_of_ones_own_is_given():
    def own_loss(y_true, y_pred):
        return keras.losses.binary_crossentropy(y_true, y_pred)

    y = MODELS["binary"][2]
    usual, own = network(1, "sigmoid", "binary_crossentropy"), network(1, "sigmoid", own_loss)
    expected = metrics.report(usual, (X, y), resamples=20)
    assert metrics.report(own, (X, y), resamples=20).task == "regression"
    for model in (own, Subclassed(usual)):
        model.compile(loss=own_loss)
        found = metrics.report(model, (X, y), task="binary", resamples=20)
        assert found.task == "binary"
        pd.testing.assert_frame_equal(found.scores, expected.scores)
    with pytest.raises(UnknownNameError, match="Did you mean 'binary'"):
        metrics.report(own, (X, y), task="binery")
    with pytest.raises(ModelError, match="needs an output of 1 unit, and this has 2"):
        metrics.report(network(2, "sigmoid", own_loss), (X, y), task="binary")
