"""`compile_model`, `fit_with_early_stopping` and `digit_classifier`: other ways, wrong ones, the sandbox."""

import inspect
import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
from asking import verdict, whole_cases_of

from grader.references import training_process as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def with_objects(model, task):
    loss, metric = {
        "binary": (keras.losses.BinaryCrossentropy(), keras.metrics.BinaryAccuracy()),
        "multiclass": (keras.losses.SparseCategoricalCrossentropy(), "acc"),
        "multilabel": (keras.losses.binary_crossentropy, keras.metrics.binary_accuracy),
        "regression": ("MSE", keras.metrics.MeanAbsoluteError(name="euros")),
    }[task]
    model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9), loss=loss, metrics=[metric])
    return model


def with_more_metrics(model, task):
    model = reference.compile_model(model, task)
    more = {"binary": ["AUC"], "regression": [keras.metrics.RootMeanSquaredError()]}.get(task, [])
    metric = "mae" if task == "regression" else "binary_accuracy" if task != "multiclass" else "accuracy"
    model.compile("rmsprop", model.loss, metrics=[*more, metric])
    return model


@pytest.mark.parametrize("answer", [with_objects, with_more_metrics])
@pytest.mark.parametrize("seed", ["one", "two"])
def test_other_spellings_pass(answer, seed):
    found = verdict("compile_model", answer, seed)
    assert found.status == "passed", found.message


def with_settings(**settings):
    def answer(model, task):
        model = reference.compile_model(model, task)
        loss = settings.get("loss", model.loss)
        metrics = ["mae"] if task == "regression" else ["accuracy"] * (task != "multilabel")
        model.compile("adam", loss, metrics=metrics or ["binary_accuracy"], **settings.get("more", {}))
        return model

    return answer


def softmax_again(model, task):
    again = keras.Sequential([model, keras.layers.Activation("softmax")])
    return reference.compile_model(again, task)


def other_weights(model, task):
    model.set_weights([weight + 0.1 for weight in model.get_weights()])
    return reference.compile_model(model, task)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (with_settings(loss="mse"), "that of the loss that fits"),
        (with_settings(loss="mae"), "that of the loss that fits"),
        (with_settings(more={"loss_weights": [2.0]}), "that of the loss that fits"),
        (softmax_again, "other numbers"),
        (other_weights, "other numbers"),
        (lambda model, task: reference.compile_model(model, task).summary(print_fn=len), "None"),
    ],
)
def test_a_model_compiled_otherwise_is_told_why(answer, words):
    found = verdict("compile_model", answer)
    assert (found.status in ("failed", "error"), found.mistake) == (True, None), found.message
    assert words in found.message, found.message


@pytest.mark.parametrize("seed", range(5))
def test_what_a_metric_of_another_kind_gives_is_another_number(seed):
    for case in whole_cases_of("compile_model", seed):
        task, y, p = case.arguments[1], case.secret["labels"], case.secret["outputs"]
        if task == "multilabel":
            assert abs(np.mean((p > 0.5) == y) - np.mean(p.argmax(1) == y.argmax(1))) > 1e-3
        if task == "binary":
            assert 0.05 < np.mean((p > 0.5) == y) < 1
        if task == "regression":
            assert abs(np.mean(abs(p - y)) - np.mean((p - y) ** 2) ** 0.5) > 1e-2


def own_loop(model, x, y, x_val, y_val, patience):
    history, best = {"loss": [], "val_loss": []}, None
    while not history["loss"] or len(history["loss"]) - 1 - np.argmin(history["val_loss"]) < patience:
        found = model.fit(x, y, validation_data=(x_val, y_val), verbose=0).history
        for name, values in history.items():
            values.append(np.float32(found[name][0]))
        if history["val_loss"][-1] == min(history["val_loss"]):
            best = model.get_weights()
    model.set_weights(best)
    return history


def test_an_own_loop_passes():
    found = verdict("fit_with_early_stopping", own_loop)
    assert found.status == "passed", found.message


def kept_as(change):
    def answer(model, x, y, x_val, y_val, patience):
        return change(reference.fit_with_early_stopping(model, x, y, x_val, y_val, patience))

    return answer


def a_made_up_history(model, x, y, x_val, y_val, patience):
    model.set_weights([weight + 0.1 for weight in model.get_weights()])
    return {"loss": [1.0] * (patience + 1), "val_loss": [0.5, *[1.0] * patience]}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (kept_as(lambda history: history["val_loss"]), "A dict of lists"),
        (kept_as(lambda history: {"loss": history["loss"]}), "'val_loss' is missing"),
        (kept_as(lambda history: {**history, "loss": history["loss"][:-1]}), "different length"),
        (kept_as(lambda history: {**history, "val_loss": "low"}), "no list of numbers"),
        (kept_as(lambda history: {**history, "val_loss": [np.nan] * 9}), "one for each epoch"),
        (a_made_up_history, "isn't in your history"),
    ],
)
def test_a_history_that_is_none_is_told_why(answer, words):
    found = verdict("fit_with_early_stopping", answer)
    assert found.status == "failed"
    assert words in found.message, found.message


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (
            "compile_model",
            ('"multilabel": ("binary_crossentropy", "binary_', '"multilabel": ("mse", "binary_'),
        ),
        ("learning_rates", ("(steps - 1)", "steps")),
        ("early_stopping", ("- min_delta", "")),
        ("choose_epoch", ("np.inf, smooth", "np.inf, losses")),
        ("fit_until_stopped", ("best = theta.copy()", "best = theta")),
        ("resumable_batches", ("[seed, epoch]", "seed + epoch")),
        ("treat_run", ('return "shuffle"', 'return "lower rate"')),
        ("expand_grid", ("product(*grid.values())", "product(*list(grid.values())[::-1])")),
        ("sample_configurations", ("np.log(values)", "values")),
        ("fit_with_early_stopping", ("restore_best_weights=True", "restore_best_weights=False")),
        ("digit_classifier", ("epochs=24", "epochs=1")),
    ],
)
def test_in_the_sandbox(name, change, graded_answer):
    source = inspect.getsource(getattr(reference, name))
    assert change[0] in source
    head = "import itertools\nfrom collections.abc import Callable, Sequence\nfrom typing import Any\n"
    found = graded_answer(name, head + source)
    assert found.status == "passed", found.message
    found = graded_answer(name, head + source.replace(*change))
    assert (found.status in ("failed", "error"), bool(found.message)) == (True, True), found.message
