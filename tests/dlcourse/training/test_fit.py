import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from dlcourse import models, tasks
from dlcourse.datasets import load
from dlcourse.errors import DataError, ModelError, TrainingError, UnknownNameError
from dlcourse.training import find_learning_rate, strategy, train

ENGINES = ("keras", "compiled")
IRIS = load("iris").split(validation=0.2, test=0.2)
TRAIN = ((IRIS.train.x - IRIS.train.x.mean(0)) / IRIS.train.x.std(0), IRIS.train.y)
VALIDATION = ((IRIS.validation.x - IRIS.train.x.mean(0)) / IRIS.train.x.std(0), IRIS.validation.y)


def classifier(**settings):
    keras.utils.set_random_seed(1)
    settings = {"hidden": (12,), "dropout": 0.2, "learning_rate": 0.02} | settings
    return models.mlp((4,), "multiclass", 3, **settings)


def weights(model):
    return np.concatenate([w.ravel() for w in model.get_weights()])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_classifier_learns_and_the_history_tells(engine):
    model = classifier()
    history = train(model, TRAIN, validation=VALIDATION, epochs=25, engine=engine)
    assert history.epochs == 25
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert history.history["val_accuracy"][-1] > 0.85
    assert history.best_epoch == int(np.argmin(history.history["val_loss"]))
    evaluated = model.evaluate(*VALIDATION, verbose=0, return_dict=True)
    assert history.history["val_loss"][-1] == pytest.approx(evaluated["loss"], abs=1e-5)
    pd.testing.assert_series_equal(
        history.frame()["loss"], pd.Series(history.history["loss"]), check_names=False, check_index=False
    )


def test_both_engines_and_a_second_run_give_the_same_weights():
    found = []
    for engine in ("keras", "compiled", "keras", "compiled"):
        model = classifier()
        train(model, TRAIN, epochs=4, batch_size=16, engine=engine, seed=5)
        found.append(weights(model))
    np.testing.assert_array_equal(found[0], found[2])
    np.testing.assert_array_equal(found[1], found[3])
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)
    other = classifier()
    train(other, TRAIN, epochs=4, batch_size=16, seed=6)
    assert np.abs(weights(other) - found[0]).max() > 1e-3


@pytest.mark.parametrize("engine", ENGINES)
def test_every_sample_is_seen_once_an_epoch(engine):
    """With a model that only sums what it sees, the weight tells how often each sample was seen."""
    n = 10
    model = keras.Sequential(
        [keras.Input((n,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")]
    )
    model.compile(keras.optimizers.SGD(1.0), lambda y, y_pred: -keras.ops.sum(y_pred))
    x, y = np.eye(n, dtype="float32"), np.zeros(n, "float32")
    train(model, (x, y), epochs=3, batch_size=4, engine=engine)
    np.testing.assert_allclose(model.get_weights()[0].ravel(), np.full(n, 3.0), rtol=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
def test_early_stopping_goes_back_to_the_best_weights(engine):
    model = classifier(learning_rate=0.1)
    history = train(model, TRAIN, validation=VALIDATION, epochs=200, patience=4, engine=engine)
    assert history.stopped_early
    assert history.epochs == history.best_epoch + 1 + 4
    loss = model.evaluate(*VALIDATION, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(min(history.history["val_loss"]), abs=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("patience", [None, 3])
def test_going_on_from_a_checkpoint_is_the_unbroken_run(engine, patience, tmp_path):
    settings = {"validation": VALIDATION, "engine": engine, "patience": patience, "class_weight": "balanced"}
    unbroken = classifier(optimizer="nadam")  # Keras itself forgets a part of its state
    expected = train(unbroken, TRAIN, epochs=9, **settings)
    train(classifier(optimizer="nadam"), TRAIN, epochs=4, checkpoint=tmp_path / "run", **settings)
    resumed = classifier(optimizer="nadam")
    assert train(resumed, TRAIN, epochs=9, checkpoint=tmp_path / "run", **settings) == expected
    np.testing.assert_array_equal(weights(resumed), weights(unbroken))
    again = classifier(optimizer="nadam")
    assert train(again, TRAIN, epochs=9, checkpoint=tmp_path / "run", **settings) == expected
    np.testing.assert_array_equal(weights(again), weights(unbroken))


KILLED = """
    import sys
    import keras
    from dlcourse import models
    from dlcourse.training import train
    import numpy as np
    random = np.random.default_rng(0)
    data = random.normal(size=(400, 5)).astype("float32"), random.integers(0, 2, 400)
    keras.utils.set_random_seed(0)
    model = models.mlp((5,), "binary", hidden=(16,), dropout=0.2)
    print("ready", flush=True)
    train(model, data, epochs=60, validation=data, patience=50, schedule="cosine", checkpoint=sys.argv[1],
          callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: print("epoch", flush=True))])
    np.save(sys.argv[2], np.concatenate([w.ravel() for w in model.get_weights()]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_run_ends_where_an_unbroken_one_does(tmp_path):
    program = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(KILLED)]
    killed = subprocess.Popen(
        [*program, tmp_path / "run", tmp_path / "no.npy"], stdout=subprocess.PIPE, text=True
    )
    for line in killed.stdout:
        if line == "epoch\n" and (tmp_path / "run").exists():
            time.sleep(0.03)  # anywhere between two epochs
            killed.send_signal(signal.SIGKILL)
            break
    assert killed.wait() == -signal.SIGKILL
    killed.stdout.close()
    done = [
        subprocess.Popen([*program, tmp_path / run, tmp_path / f"{run}.npy"], stdout=subprocess.DEVNULL)
        for run in ("run", "other")
    ]
    assert [one.wait() for one in done] == [0, 0]
    np.testing.assert_array_equal(np.load(tmp_path / "run.npy"), np.load(tmp_path / "other.npy"))
    assert not (tmp_path / "no.npy").exists()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"batch_size": 16}, "batch_size"),
        ({"seed": 3}, "seed"),
        ({"schedule": "cosine"}, "schedule"),
        ({"data": (TRAIN[0] + 1, TRAIN[1])}, "data"),
        ({"model": {"hidden": (13,)}}, "architecture"),
        ({"model": {"learning_rate": 0.5}}, "learning rate"),
        ({"model": {"optimizer": "sgd"}}, "compilation"),
        ({"validation": VALIDATION}, "validation"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused_and_kept(change, named, tmp_path):
    file = tmp_path / "run"
    train(classifier(), TRAIN, epochs=1, checkpoint=file)  # at the learning rate 0.02
    before = file.read_bytes()
    change = dict(change)
    data, settings = change.pop("data", TRAIN), change.pop("model", {})
    model = classifier(**settings)
    with pytest.raises(TrainingError, match=f"of another run, its {named} differs"):
        train(model, data, epochs=2, checkpoint=file, **change)
    assert file.read_bytes() == before


def test_a_checkpoint_with_more_epochs_than_asked_for_is_refused(tmp_path):
    train(classifier(), TRAIN, epochs=3, checkpoint=tmp_path / "run")
    with pytest.raises(TrainingError, match="has 3 epochs, more than epochs=2"):
        train(classifier(), TRAIN, epochs=2, checkpoint=tmp_path / "run")
    with pytest.raises(TrainingError, match="is a folder: name a file in it"):
        train(classifier(), TRAIN, epochs=2, checkpoint=tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"no checkpoint at all"])
def test_a_damaged_checkpoint_is_said_to_be_one(content, tmp_path):
    file = tmp_path / "run"
    file.write_bytes(content)
    with pytest.raises(TrainingError, match=r"is damaged, or is none: delete it to start anew\.$"):
        train(classifier(), TRAIN, checkpoint=file)
    assert file.read_bytes() == content


@pytest.mark.parametrize("engine", ENGINES)
def test_a_loss_that_is_no_number_stops_with_the_last_finite_weights(engine):
    model = classifier(learning_rate=1e30)
    before = weights(model)
    with pytest.raises(TrainingError, match=r"^loss became nan in epoch 1, at a learning rate of 1e\+30"):
        train(model, TRAIN, epochs=3, engine=engine)
    np.testing.assert_array_equal(weights(model), before)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("constant", [0.02] * 4),
        ("cosine", [0.02 * (1 + np.cos(np.pi * e / 4)) / 2 for e in range(4)]),
        ("exponential", [0.02 * 0.01 ** (e / 4) for e in range(4)]),
        (lambda epoch: 0.5 / (epoch + 1), [0.5, 0.25, 0.5 / 3, 0.125]),
    ],
    ids=["constant", "cosine", "exponential", "function"],
)
def test_the_learning_rate_follows_its_schedule(engine, schedule, expected):
    model, seen = classifier(), []
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: seen.append(model.optimizer.learning_rate.numpy())
    )
    train(model, TRAIN, epochs=4, engine=engine, schedule=schedule, callbacks=[note])
    np.testing.assert_allclose(seen, expected, rtol=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
def test_class_weights_do_what_keras_does_with_them(engine):
    x, y = TRAIN
    rare = np.concatenate([np.flatnonzero(y == 0)[:5], np.flatnonzero(y > 0)])
    x, y = x[rare], y[rare]
    counts = np.bincount(y)
    found = []
    for class_weight in ("balanced", dict(enumerate(len(y) / (3 * counts)))):
        model = classifier(dropout=0.0)
        train(model, (x, y), epochs=3, engine=engine, batch_size=len(y), class_weight=class_weight)
        found.append(weights(model))
    model = classifier(dropout=0.0)
    model.fit(
        x, y, epochs=3, batch_size=len(y), class_weight=dict(enumerate(len(y) / (3 * counts))), verbose=0
    )
    np.testing.assert_allclose(found[0], weights(model), atol=1e-5)
    np.testing.assert_array_equal(found[0], found[1])


def test_tensorboard_says_what_it_needs(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="pip install tensorboard"):
        train(classifier(), TRAIN, tensorboard="logs")


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras's TensorBoard
@pytest.mark.parametrize("engine", ENGINES)
def test_logs_are_written_on_request(engine, tmp_path):
    history = train(
        classifier(), TRAIN, epochs=3, engine=engine, csv=tmp_path / "log.csv", tensorboard=tmp_path / "logs"
    )
    written = pd.read_csv(tmp_path / "log.csv")
    np.testing.assert_allclose(written["loss"], history.history["loss"], rtol=1e-6)
    events = list((tmp_path / "logs").rglob("events*"))
    assert events
    tags = {
        value.tag
        for file in events
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
    }
    assert "epoch_loss" in tags


def test_a_tf_data_dataset_is_taken_as_it_is():
    x, y = TRAIN
    batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(30)
    model, same = classifier(), classifier()
    history = train(model, batches, validation=batches, epochs=3)
    assert history.epochs == 3
    for _ in range(3):
        same.fit(x, y, shuffle=False, batch_size=30, verbose=0)
    assert len(history.history["val_loss"]) == 3
    assert weights(model).shape == weights(same).shape


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"engine": "compiled"}, "The compiled engine needs"),
        ({"class_weight": "balanced"}, "class_weight needs"),
        ({"checkpoint": "run"}, "A checkpoint needs"),
    ],
)
def test_what_a_tf_data_dataset_can_t_do_is_named(asked, named):
    batches = tf.data.Dataset.from_tensor_slices(TRAIN).batch(30)
    with pytest.raises(DataError, match=f"^{named} the data in memory, as a pair"):
        train(classifier(), batches, **asked)


def test_two_devices_share_each_batch():
    program = """
        import warnings; warnings.simplefilter("ignore")
        import numpy as np, tensorflow as tf, keras, json
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        from dlcourse import models
        from dlcourse.training import train
        random = np.random.default_rng(0)
        data = random.normal(size=(96, 4)).astype("float32"), random.integers(0, 3, 96)
        found = []
        for strategy in (tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]), tf.distribute.get_strategy()):
            with strategy.scope():
                keras.utils.set_random_seed(0)
                model = models.mlp((4,), "multiclass", 3, optimizer="sgd")
            history = train(model, data, epochs=2)
            found.append([strategy.num_replicas_in_sync, *map(float, history.history["loss"])])
        print(json.dumps(found))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    (two, *two_losses), (one, *one_losses) = json.loads(done.stdout.splitlines()[-1])
    assert (two, one) == (2, 1)
    np.testing.assert_allclose(two_losses, one_losses, rtol=1e-4)


def test_strategy_without_gpus_is_tensorflows_default():
    assert strategy().num_replicas_in_sync == max(1, len(tf.config.list_logical_devices("GPU")))


def test_a_learning_rate_is_suggested_and_the_model_is_left_as_it_was():
    model = classifier(learning_rate=0.003)
    train(model, TRAIN, epochs=1)
    before = [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]
    found = find_learning_rate(model, TRAIN, low=1e-5, high=100, steps=60)
    after = [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)
    assert len(found.learning_rates) == len(found.losses) <= 60
    np.testing.assert_allclose(np.diff(np.log(found.learning_rates)), np.log(1e7) / 59, rtol=1e-6)
    good, bad = classifier(learning_rate=found.suggestion), classifier(learning_rate=1e-5)
    losses = [train(each, TRAIN, epochs=5).history["loss"][-1] for each in (good, bad)]
    assert losses[0] < losses[1] / 2


def test_a_new_model_trains_after_the_search_as_if_there_had_been_none():
    searched, fresh = classifier(), classifier()
    find_learning_rate(searched, TRAIN, steps=10)
    for model in (searched, fresh):
        train(model, TRAIN, epochs=2)
    np.testing.assert_array_equal(weights(searched), weights(fresh))


def overflowing():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Rescaling(1e38), keras.layers.Dense(1)])
    return models.compile(model, "regression")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: train(classifier(), (TRAIN[0], TRAIN[1][:-1])), DataError, "90 samples and 89 targets"),
        (lambda: train(classifier(), (TRAIN[0] * np.nan, TRAIN[1])), DataError, "Row 0 has a missing"),
        (lambda: train(classifier(), (TRAIN[0][:, :3], TRAIN[1])), ModelError, r"data have \(3,\)"),
        (lambda: train(classifier(), (TRAIN[0].reshape(-1, 2, 2), TRAIN[1])), ModelError, r"\(2, 2\)"),
        (lambda: train(classifier(), (TRAIN[0], TRAIN[1] + 1)), DataError, "the target has 3"),
        (lambda: train(classifier(), (TRAIN[0], TRAIN[1] + 0.5)), DataError, "from 0, and there is"),
        (lambda: train(classifier(), (TRAIN[0][:0], TRAIN[1][:0])), DataError, "There are no samples"),
        (lambda: train(classifier(), TRAIN, patience=3), DataError, "patience needs validation data"),
        (lambda: train(classifier(), TRAIN, epochs=0), DataError, "epochs must be a whole number"),
        (lambda: train(classifier(), TRAIN, batch_size=2.5), DataError, "batch_size must be a whole number"),
        (lambda: train(classifier(), TRAIN, engine="compield"), UnknownNameError, "Did you mean 'compiled'?"),
        (lambda: train(classifier(), TRAIN, schedule="cosin"), UnknownNameError, "Did you mean 'cosine'?"),
        (lambda: train(classifier(), TRAIN, class_weight={0: 1.0}), DataError, "says nothing of class 1"),
        (lambda: train(keras.Sequential([keras.Input((4,))]), TRAIN), ModelError, "is not compiled"),
        (lambda: train("model", TRAIN), ModelError, "A Keras model is needed, and this is str"),
        (lambda: find_learning_rate(classifier(), TRAIN, low=1, high=0.1), DataError, "The rates must rise"),
        (lambda: find_learning_rate(overflowing(), TRAIN), DataError, "before any learning"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_in_a_sentence(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_the_learning_rate_of_a_schedule_is_left_to_it():
    rates = keras.optimizers.schedules.CosineDecay(0.1, 100)
    model = classifier(optimizer=keras.optimizers.Adam(rates), learning_rate=None)
    with pytest.raises(ModelError, match="follows a schedule of its own"):
        train(model, TRAIN, schedule="cosine")
    assert train(model, TRAIN, epochs=1).epochs == 1


LARGE = TRAIN[0].astype(np.float64) * 1e300
ENDLESS = tf.data.Dataset.from_tensor_slices(TRAIN).batch(9).repeat()


def regression(units=1, **settings):
    return models.mlp((4,), "regression", units, **settings)


@pytest.mark.parametrize("engine", ENGINES)
def test_targets_of_another_width_are_refused_instead_of_broadcast(engine):
    x = TRAIN[0]
    for model, y in ((regression(1), x[:, :3]), (regression(3), x[:, 0])):
        with pytest.raises(DataError):
            train(model, (x, y), engine=engine)


def test_the_weights_are_the_last_finite_ones_even_if_the_loss_was_still_finite():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e38), "mean_squared_error")
    with pytest.raises(TrainingError, match="The model has the weights"):
        train(model, (TRAIN[0], TRAIN[0][:, :1]), epochs=5, batch_size=200)
    assert np.isfinite(weights(model)).all()


@pytest.mark.parametrize("name", ["adagrad", "ftrl", "nadam"])
def test_the_search_leaves_every_optimizer_as_it_was(name):
    searched, fresh = classifier(optimizer=name), classifier(optimizer=name)
    find_learning_rate(searched, TRAIN, steps=10)
    for model in (searched, fresh):
        train(model, TRAIN, epochs=2)
    np.testing.assert_allclose(weights(searched), weights(fresh), atol=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
def test_after_a_schedule_the_optimizer_has_its_rate_again(engine):
    model = classifier()
    train(model, TRAIN, epochs=3, schedule="cosine", engine=engine)
    assert model.optimizer.learning_rate.numpy() == pytest.approx(0.02)


def test_best_epoch_is_the_one_whose_weights_the_model_has():
    model = classifier()
    history = train(model, TRAIN, validation=VALIDATION, epochs=30, patience=3, min_delta=0.05)
    loss = model.evaluate(*VALIDATION, verbose=0, return_dict=True)["loss"]
    assert history.history["val_loss"][history.best_epoch] == pytest.approx(loss, abs=1e-5)


def test_weight_decay_leaves_out_what_is_excluded_from_it():
    found = []
    for engine in ENGINES:
        optimizer = keras.optimizers.AdamW(0.01, weight_decay=0.5)
        optimizer.exclude_from_weight_decay(var_names=["bias", "kernel"])
        model = classifier(optimizer=optimizer, learning_rate=None)
        train(model, TRAIN, epochs=3, engine=engine)
        found.append(weights(model))
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)


def test_what_the_compiled_engine_can_t_do_it_says():
    for optimizer in (
        keras.optimizers.Adam(use_ema=True),
        keras.optimizers.SGD(gradient_accumulation_steps=2),
    ):
        model = classifier(optimizer=optimizer, learning_rate=None)
        with pytest.raises(ModelError, match="compiled engine"):
            train(model, TRAIN, engine="compiled", epochs=1)


def test_dense_layers_on_sequences_dicts_and_texts_train_in_both_engines():
    layers = keras.layers
    sequence = keras.Sequential([keras.Input((4, 1)), layers.Dense(3), layers.Flatten(), layers.Dense(1)])
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    two = keras.Model({"a": a, "b": b}, layers.Dense(1)(layers.Concatenate()([a, b])))
    vectors = layers.TextVectorization(output_sequence_length=3, vocabulary=["good", "bad"])
    embedded = [layers.Embedding(4, 2), layers.Flatten(), layers.Dense(1)]
    texts = keras.Sequential([keras.Input((), dtype="string"), vectors, *embedded])
    x, y = TRAIN[0], TRAIN[0][:, 0]
    words = np.where(y > 0, "good", "bad")
    for model, data in ((sequence, x[:, :, None]), (two, {"a": x[:, :2], "b": x[:, 2:]}), (texts, words)):
        models.compile(model, "regression", learning_rate=0.05)
        start = model.get_weights()
        found = []
        for engine in ENGINES:
            model.set_weights(start)
            models.compile(model, "regression", learning_rate=0.05)
            history = train(model, (data, y), epochs=3, engine=engine)
            assert history.history["loss"][-1] < history.history["loss"][0]
            found.append(weights(model))
        np.testing.assert_allclose(found[0], found[1], atol=1e-5)


def test_a_compiled_training_reads_the_task_once(monkeypatch):
    asked = []
    of_model = tasks.of_model
    monkeypatch.setattr(tasks, "of_model", lambda model: asked.append(model) or of_model(model))
    train(classifier(), TRAIN, validation=VALIDATION, class_weight="balanced", epochs=1, engine="compiled")
    assert len(asked) == 1


def test_what_a_callback_writes_into_the_model_the_compiled_engine_trains_on():
    found = []
    for engine in ENGINES:
        model = classifier(dropout=0.0)
        halve = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda *_, model=model: model.set_weights([w / 2 for w in model.get_weights()])
        )
        train(model, TRAIN, epochs=2, engine=engine, callbacks=[halve])
        found.append(weights(model))
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)


def test_the_compiled_engine_reads_a_validation_data_set():
    validation = tf.data.Dataset.from_tensor_slices(VALIDATION).batch(7)
    history = train(classifier(), TRAIN, validation=validation, epochs=1, engine="compiled")
    assert len(history.history["val_loss"]) == 1


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: train(classifier(), ENDLESS), DataError, "never ends"),
        (lambda: train(classifier(), TRAIN, validation=ENDLESS), DataError, "never ends"),
        (lambda: train(classifier(), (TRAIN[0], TRAIN[1] * 0)), DataError, "one class"),
        (lambda: train(classifier(), TRAIN, seed=None), DataError, "seed must be a whole number"),
        (lambda: train(classifier(), TRAIN, class_weight="ballanced"), UnknownNameError, "'balanced'"),
        (lambda: train(classifier(), TRAIN, schedule=lambda epoch: None), DataError, "must return a"),
        (lambda: train(classifier(), (LARGE, TRAIN[1])), DataError, "too large for float32"),
        (lambda: find_learning_rate(classifier(), TRAIN, low="a"), DataError, "The rates must rise"),
    ],
)  # fmt: skip
def test_more_bad_input_is_answered_in_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_steps_per_execution_and_metrics_of_several_numbers_are_refused():
    model = classifier()
    model.compile("adam", model.loss, steps_per_execution=4)
    with pytest.raises(ModelError, match="compile without steps_per_execution"):
        train(model, TRAIN)
    model = models.mlp((4,), "multilabel", 3)
    model.compile("adam", model.loss, metrics=[keras.metrics.F1Score()])
    with pytest.raises(ModelError, match="f1_score is one number for each class"):
        train(model, (TRAIN[0], np.eye(3, dtype=int)[TRAIN[1]]), epochs=1)
