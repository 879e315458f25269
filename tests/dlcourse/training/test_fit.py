import json
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from iris_runs import ENGINES, TRAIN, VALIDATION, classifier, weights

from dlcourse import models, tasks
from dlcourse.errors import DataError, ModelError
from dlcourse.training import strategy, train


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


def test_steps_per_execution_is_refused():
    model = classifier()
    model.compile("adam", model.loss, steps_per_execution=4)
    with pytest.raises(ModelError, match="compile without steps_per_execution"):
        train(model, TRAIN)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("validation", [False, True])
@pytest.mark.parametrize("units", [1, 3])
def test_metrics_that_are_arrays_are_refused(engine, validation, units):
    model = models.mlp((4,), "multilabel", units, hidden=())
    model.compile("adam", model.loss, metrics=[keras.metrics.F1Score(threshold=0.5)])
    data = TRAIN[0], np.eye(3, dtype=int)[TRAIN[1]][:, :units]
    with pytest.raises(ModelError, match="f1_score gives an array"):
        train(model, data, validation=data if validation else None, epochs=1, engine=engine)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"min_delta": "a"}, "min_delta must be a number"),
        ({"min_delta": float("nan")}, "min_delta must be a number"),
        ({"callbacks": [3]}, "and 3 is none"),
        ({"callbacks": 3}, "and 3 is none"),
    ],
)
def test_odd_settings_are_said_in_a_sentence(settings, words):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mean_squared_error")
    with pytest.raises(DataError, match=words):
        train(model, (np.zeros((8, 4)), np.zeros(8)), epochs=1, **settings)
