"""The reference answers of lesson 5c against Keras, scikit-learn and what follows from their statements."""

import warnings

import numpy as np
import pytest
from sklearn.model_selection import ParameterGrid

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras

from grader.exercises.training_process.treat_run import sick_runs
from grader.exercises.verifying.training_process import CURES, LEAST_GAIN
from grader.references import training_process

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


@pytest.fixture
def rng():
    return np.random.default_rng(5)


LABELS = {
    "binary": (1, "sigmoid", np.array([[0], [1], [1], [0]])),
    "multiclass": (3, "softmax", np.array([0, 2, 1, 2])),
    "multilabel": (3, "sigmoid", np.array([[0, 1, 1], [0, 0, 0], [1, 0, 1], [1, 1, 1]])),
    "regression": (1, "linear", np.array([[0.5], [-1.0], [3.0], [2.0]])),
}


@pytest.mark.parametrize("task", LABELS)
def test_compile_model_reports_loss_and_metric_as_worked_out_by_hand(task, rng):
    units, activation, y = LABELS[task]
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units, activation)])
    assert training_process.compile_model(model, task) is model
    x = rng.normal(size=(4, 2)).astype(np.float32)
    p = np.asarray(model(x), np.float64)
    loss, metric = model.evaluate(x, y, verbose=0)
    if task == "regression":
        wanted = np.mean((p - y) ** 2), np.mean(abs(p - y))
    elif task == "multiclass":
        wanted = np.mean([-np.log(row[k]) for row, k in zip(p, y, strict=True)]), np.mean(p.argmax(1) == y)
    else:
        wanted = np.mean(-np.log(np.where(y, p, 1 - p))), np.mean((p > 0.5) == y)
    np.testing.assert_allclose((loss, metric), wanted, rtol=1e-4)


@pytest.mark.parametrize(("start", "end", "steps"), [(1e-5, 1.0, 50), (0.3, 0.001, 7), (2.0, 5.0, 2)])
def test_learning_rates_are_numpys(start, end, steps):
    rates = training_process.learning_rates(start, end, steps)
    np.testing.assert_allclose(rates, np.geomspace(start, end, steps), rtol=1e-12)


@pytest.mark.parametrize("min_delta", [0.0, 0.25])
@pytest.mark.parametrize("patience", [1, 2, 5])
def test_early_stopping_is_kerass(patience, min_delta, rng):
    for _ in range(20):
        losses = rng.integers(1, 24, 30) / 8
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        stopper = keras.callbacks.EarlyStopping(
            "val_loss", patience=patience, min_delta=min_delta, restore_best_weights=True, mode="min"
        )
        model.stop_training = False
        stopper.set_model(model)
        stopper.on_train_begin()
        for epoch, loss in enumerate(losses):
            stopper.on_epoch_end(epoch, {"val_loss": loss})
            if model.stop_training:
                break
        assert training_process.early_stopping(losses, patience, min_delta) == (epoch, stopper.best_epoch)


def test_choose_epoch_finds_the_valley_beside_a_lucky_epoch(rng):
    losses = (np.arange(80) - 50.0) ** 2 / 1000 + rng.normal(0, 0.02, 80)
    losses[5], losses[51] = -0.5, np.nan
    assert 40 <= training_process.choose_epoch(losses) <= 60


def test_fit_until_stopped_stops_where_early_stopping_does(rng):
    for _ in range(30):
        losses = rng.integers(1, 20, 15) / 4
        patience = int(rng.integers(1, 5))

        def step(theta):
            theta += 1

        def evaluate(theta, losses=losses):
            return losses[int(theta[0]) - 1]

        start = np.zeros(2)
        theta, epochs = training_process.fit_until_stopped(step, evaluate, start, patience, 15)
        stop, best = training_process.early_stopping(losses, patience)
        assert (epochs, theta.tolist(), start.tolist()) == (stop + 1, [best + 1] * 2, [0, 0])


def test_resumable_batches_are_the_same_whatever_was_drawn_before():
    whole = [training_process.resumable_batches(100, 32, 3, epoch) for epoch in range(9)]
    state = np.random.get_state()[1].tolist()
    again = training_process.resumable_batches(100, 32, 3, 7)
    assert all(np.array_equal(one, other) for one, other in zip(again, whole[7], strict=True))
    assert np.random.get_state()[1].tolist() == state
    orders = {tuple(np.concatenate(batches)) for batches in whole}
    assert len(orders) == 9
    assert all(sorted(order) == list(range(100)) for order in orders)


@pytest.mark.parametrize("place", range(40))
def test_treat_run_chooses_a_cure_that_helps_in_every_run_there_is(place):
    (untreated, *treated), record = sick_runs()[place]
    loss = treated[CURES.index(training_process.treat_run(record))]
    assert untreated - loss >= LEAST_GAIN * (untreated - min(treated))


def test_expand_grid_is_scikit_learns_in_another_order():
    grid = {"units": [16, 32, 64], "rate": [0.1, 0.01], "activation": ["relu", None]}
    ours = training_process.expand_grid(grid)
    theirs = list(ParameterGrid(grid))
    assert len(ours) == len(theirs) == 12
    assert all(one in theirs for one in ours)
    assert [one["activation"] for one in ours] == ["relu", None] * 6


def test_sample_configurations_are_even_on_the_logarithmic_scale():
    space = {"rate": (1e-4, 1.0), "units": [8, 16]}
    drawn = training_process.sample_configurations(space, 4000, seed=1)
    decades = np.floor(np.log10([one["rate"] for one in drawn]))
    assert np.abs(np.bincount((decades + 4).astype(int)) - 1000).max() < 150
    assert abs(np.mean([one["units"] == 8 for one in drawn]) - 0.5) < 0.05
    assert drawn == training_process.sample_configurations(space, 4000, seed=1)
    assert drawn != training_process.sample_configurations(space, 4000, seed=2)


def test_fit_with_early_stopping_leaves_the_weights_of_the_best_epoch(rng):
    x, y = rng.normal(size=(120, 4)), rng.normal(size=(120, 1))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(24, "relu"), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse")
    history = training_process.fit_with_early_stopping(model, x[:40], y[:40], x[40:], y[40:], patience=3)
    left = model.evaluate(x[40:], y[40:], verbose=0)
    assert left == pytest.approx(min(history["val_loss"]), rel=1e-4)
    stop, best = training_process.early_stopping(history["val_loss"], 3)
    assert (stop + 1, best) == (len(history["val_loss"]), int(np.argmin(history["val_loss"])))


def test_digit_classifier_keeps_to_its_weights():
    x, y = np.zeros((40, 8, 8), np.float32), np.arange(40) % 10
    model = training_process.digit_classifier(x, y)
    assert (model.output_shape, model.count_params() <= 100_000) == ((None, 10), True)
