import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse import models
from dlcourse.errors import ModelError
from dlcourse.training import train
from dlcourse.training.engine import Engine, stack, unstack
from dlcourse.training.support import STEPS

SAMPLES, BATCH, EPOCHS = 50, 16, 3  # the last batch of an epoch has two samples
RANDOM = np.random.default_rng(0)


def table():
    return RANDOM.normal(size=(SAMPLES, 6)).astype("float32")


def images(size=12):
    return RANDOM.uniform(size=(SAMPLES, size, size, 1)).astype("float32")


def series():
    return RANDOM.normal(size=(SAMPLES, 5, 2)).astype("float32")


def tokens():
    return RANDOM.integers(0, 20, size=(SAMPLES, 7))


def backbone():
    layers = keras.layers
    inputs = keras.Input((12, 12, 1))
    outputs = layers.BatchNormalization()(layers.Conv2D(4, 3, activation="relu")(inputs))
    return keras.Model(inputs, outputs)


@keras.saving.register_keras_serializable("tests")
class Clipped(keras.layers.Layer):
    """Uses its kernel, clips it in training by an assignment, and uses it again."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 8), initializer="glorot_uniform")
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.built = True

    def call(self, x, training=False):
        before = keras.ops.matmul(x, self.kernel)
        if training:
            self.kernel.assign(keras.ops.clip(self.kernel, -0.3, 0.3))
            self.calls.assign_add(1.0)
        return before + keras.ops.matmul(x, self.kernel)


def spectral():
    layers = keras.layers
    dense = layers.Dense(8, activation="relu", kernel_regularizer="l2")
    return models.compile(
        keras.Sequential(
            [keras.Input((6,)), layers.SpectralNormalization(dense), layers.Dense(3, activation="softmax")]
        ),
        "multiclass",
        optimizer=keras.optimizers.SGD(0.1, momentum=0.9),
    )


def clipped():
    return models.compile(
        keras.Sequential([keras.Input((6,)), Clipped(), keras.layers.Dense(3, activation="softmax")]),
        "multiclass",
    )


BUILDERS = {
    "assigned: spectral": (spectral, table),
    "assigned: clipped": (clipped, table),
    "mlp": (lambda: models.mlp((6,), "multiclass", 3, dropout=0.3, l2=0.01, batch_normalization=True), table),
    "mlp binary": (lambda: models.mlp((6,), "binary", optimizer="rmsprop"), table),
    "mlp multilabel": (lambda: models.mlp((6,), "multilabel", 3, optimizer="adamw"), table),
    "mlp regression": (lambda: models.mlp((6,), "regression", optimizer="sgd", learning_rate=0.05), table),
    "cnn": (lambda: models.cnn((12, 12, 1), "multiclass", 3, filters=(4, 8), dense=16, l2=0.001), images),
    "lstm": (lambda: models.rnn((5, 2), "multiclass", 3, cell="lstm", units=(6, 4), dropout=0.2), series),
    "gru": (lambda: models.rnn((5, 2), "multiclass", 3, cell="gru", units=(6,)), series),
    "simple": (lambda: models.rnn((5, 2), "regression", cell="simple", units=(6,)), series),
    "transformer": (
        lambda: models.transformer(20, 7, "multiclass", 3, depth=8, heads=2, feed_forward=16),
        tokens,
    ),
    "transfer": (lambda: models.transfer(backbone(), "multiclass", 3), images),
    "fine-tuned": (lambda: models.fine_tune(models.transfer(backbone(), "multiclass", 3), 2), images),
}


def target(model):
    units, loss = model.output_shape[-1], model.loss
    random = np.random.default_rng(1)
    if "sparse" in loss:
        return random.integers(0, units, SAMPLES)
    if "binary" in loss:
        return random.integers(0, 2, (SAMPLES, units) if units > 1 else SAMPLES)
    return random.normal(size=SAMPLES).astype("float32")


def twin(model):
    """A copy with the same weights, seeds and settings, but variables of its own."""
    copy = keras.models.clone_model(model)
    copy.compile_from_config(model.get_compile_config())
    for new, old in zip(copy.variables, model.variables, strict=True):
        new.assign(old)
    return copy


def order(rows, epoch, seed=0):
    return rows[tf.random.experimental.stateless_shuffle(tf.range(len(rows)), [seed, epoch]).numpy()]


def largest_difference(a, b):
    pairs = zip(a.variables, b.variables, strict=True)
    return max(np.abs(np.subtract(x.numpy(), y.numpy(), dtype=float)).max() for x, y in pairs)


@pytest.mark.parametrize("name", BUILDERS)
def test_weights_equal_those_of_fit_on_the_same_batches(name):
    keras.utils.set_random_seed(0)
    build, make = BUILDERS[name]
    model, x = build(), make()
    y = target(model)
    fitted = twin(model)
    rows = np.arange(3, SAMPLES)

    engine = Engine(model, (x, y), BATCH)
    state, logs = engine.run(engine.state(), (x, y), rows, (0, EPOCHS))
    engine.assign(state)
    history = []
    for epoch in range(EPOCHS):
        taken = order(rows, epoch)
        got = fitted.fit(x[taken], y[taken], batch_size=BATCH, shuffle=False, verbose=0)
        history.append({name: values[0] for name, values in got.history.items()})

    assert largest_difference(model, fitted) <= 1e-5
    for name in history[0]:
        np.testing.assert_allclose(logs[name], [epoch[name] for epoch in history], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(engine.predict(state, x, rows), fitted.predict(x[rows], verbose=0), atol=1e-5)
    expected = fitted.evaluate(x, y, batch_size=BATCH, verbose=0, return_dict=True)
    for name, value in engine.evaluate(state, (x, y))[1].items():
        assert value == pytest.approx(expected[name], rel=1e-4, abs=1e-6)


OPTIMIZERS = (
    "SGD",
    "RMSprop",
    "Adam",
    "AdamW",
    "Adagrad",
    "Adadelta",
    "Adamax",
    "Nadam",
    "Ftrl",
    "Lion",
    "Lamb",
    "Muon",
    "Adafactor",
)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_takes_the_steps_it_takes_in_fit(name):
    keras.utils.set_random_seed(0)
    settings = {"weight_decay": 0.01, "clipnorm": 0.5} if name in ("SGD", "AdamW") else {}
    model = models.mlp((6,), "regression", optimizer=getattr(keras.optimizers, name)(0.01, **settings))
    x, y = table(), RANDOM.normal(size=SAMPLES).astype("float32")
    fitted = twin(model)
    engine = Engine(model, (x, y), BATCH)
    state, _ = engine.run(engine.state(), (x, y), np.arange(SAMPLES), (0, 2))
    engine.assign(state)
    for epoch in range(2):
        taken = order(np.arange(SAMPLES), epoch)
        fitted.fit(x[taken], y[taken], batch_size=BATCH, shuffle=False, verbose=0)
    assert largest_difference(model, fitted) <= 1e-5


class Warming(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule as it is often written: without `get_config`."""

    def __init__(self, top):
        self.top = top

    def __call__(self, step):
        return self.top * keras.ops.minimum(1.0, (keras.ops.cast(step, "float32") + 1) / 4)


class Scaled(keras.optimizers.SGD):
    """Has a setting that its `get_config` leaves out, and a variable from the beginning on."""

    def __init__(self, learning_rate, factor):
        super().__init__(learning_rate)
        self.factor = factor
        self.steps = self.add_variable((), name="steps")

    def update_step(self, gradient, variable, learning_rate):
        self.assign_add(self.steps, 1.0)
        self.assign_sub(variable, self.factor * learning_rate * gradient / self.steps)


class Hiding(keras.optimizers.SGD):
    """Keeps a variable where nobody looks for it."""

    def __init__(self, learning_rate):
        super().__init__(learning_rate)
        self.hidden = {"steps": keras.Variable(0.0, name="steps")}


def changed():
    optimizer = keras.optimizers.SGD(0.01)
    optimizer.momentum, optimizer.clipvalue = 0.9, 0.1
    return optimizer


OWN = {
    "a schedule": lambda: keras.optimizers.Adam(Warming(0.05)),
    "a function": lambda: keras.optimizers.Adam(lambda: 0.05),
    "settings": lambda: Scaled(0.05, factor=5.0),
    "settings set later": changed,
}


@pytest.mark.parametrize("name", OWN)
def test_an_optimizer_takes_its_own_steps_whatever_its_configuration_says(name):
    x, y = table(), RANDOM.normal(size=(SAMPLES, 1)).astype("float32")
    compiled = []
    for _ in range(2):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        model.compile(OWN[name](), "mean_squared_error")
        compiled.append(model)
    ours, fitted = compiled
    train(ours, (x, y), epochs=1, batch_size=BATCH, engine="compiled")
    taken = order(np.arange(SAMPLES), 0)
    fitted.fit(x[taken], y[taken], batch_size=BATCH, shuffle=False, verbose=0)
    assert largest_difference(ours, fitted) <= 1e-5


def test_a_schedule_of_the_optimizer_and_the_loss_as_an_object_work():
    keras.utils.set_random_seed(0)
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=2, decay_rate=0.5)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activity_regularizer="l2")])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(schedule, momentum=0.9), loss, metrics=["accuracy"])
    x, y = table(), np.arange(SAMPLES) % 3
    fitted = twin(model)
    weights = np.linspace(0.5, 2, SAMPLES).astype("float32")
    engine = Engine(model, (x, y), BATCH)
    state, _ = engine.run(engine.state(), (x, y, weights), np.arange(SAMPLES), (0, 1))
    engine.assign(state)
    taken = order(np.arange(SAMPLES), 0)
    fitted.fit(x[taken], y[taken], sample_weight=weights[taken], batch_size=BATCH, shuffle=False, verbose=0)
    assert largest_difference(model, fitted) <= 1e-5


@pytest.mark.parametrize("name", ["mlp", "mlp binary", "transformer", "cnn", "assigned: clipped"])
def test_stacked_states_train_as_they_do_alone(name):
    keras.utils.set_random_seed(0)
    build, make = BUILDERS[name]
    # SGD, since Adam turns rounding errors in vanishing gradients (a bias before a normalisation) into steps.
    model, x = build(), make()
    model.compile(keras.optimizers.SGD(0.05), model.loss)
    y = target(model)
    engine = Engine(model, (x, y), BATCH)
    rows = np.stack([np.arange(40), np.arange(5, 45), np.arange(10, 50)])
    states = [engine.initial(build()) for _ in rows]
    together, logs = engine.run(stack(states), (x, y), rows, (0, 2))
    outputs = engine.predict(together, x, rows[:, :7])
    for i, state in enumerate(states):
        alone, alone_logs = engine.run(state, (x, y), rows[i], (0, 2))
        for a, b in zip(alone.trainable, unstack(together, i).trainable, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)
        np.testing.assert_allclose(logs["loss"][:, i], alone_logs["loss"], rtol=1e-5)
        np.testing.assert_allclose(outputs[i], engine.predict(alone, x, rows[i, :7]), atol=1e-5)


def test_a_run_in_two_parts_is_the_run_in_one():
    model, x = BUILDERS["mlp"][0](), table()
    y = target(model)
    engine = Engine(model, (x, y), BATCH)
    rows = np.arange(SAMPLES)
    whole, _ = engine.run(engine.state(), (x, y), rows, (0, 5))
    half, _ = engine.run(engine.state(), (x, y), rows, (0, 2))
    half, _ = engine.run(half, (x, y), rows, (2, 5))
    for a, b in zip(whole.trainable, half.trainable, strict=True):
        np.testing.assert_array_equal(a, b)


def test_training_leaves_the_model_alone_until_the_state_is_assigned():
    model, x = BUILDERS["mlp"][0](), table()
    y = target(model)
    before = [variable.numpy() for variable in model.variables]
    engine = Engine(model, (x, y), BATCH)
    engine.run(engine.state(), (x, y), np.arange(SAMPLES), (0, 2))
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)


def test_other_numbers_of_samples_and_states_need_no_new_graph():
    model, x = BUILDERS["mlp"][0](), table()
    y = target(model)
    engine = Engine(model, (x, y), BATCH)
    for samples in (20, 30, 40, 50, 20, 40):
        engine.run(engine.state(), (x, y), np.arange(samples), (0, 1))
        stacked = stack([engine.state()] * (samples // 10))
        engine.run(stacked, (x, y), np.tile(np.arange(samples), (samples // 10, 1)), (0, 1))
    assert all(graph.experimental_get_tracing_count() <= 3 for graph in engine._train.values())


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's, as it saves
def test_an_engine_can_be_sent_to_another_process():
    model, x = BUILDERS["mlp regression"][0](), table()
    y = target(model)
    engine = Engine(model, (x, y), BATCH)
    sent = pickle.loads(pickle.dumps(engine))
    state = engine.initial(model, learning_rate=0.01)
    here, _ = engine.run(state, (x, y), np.arange(SAMPLES), (0, 2))
    there, _ = sent.run(pickle.loads(pickle.dumps(state)), (x, y), np.arange(SAMPLES), (0, 2))
    for a, b in zip(here.trainable, there.trainable, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-7)


@pytest.mark.parametrize("frozen_first", [False, True, "all"])
def test_a_model_whose_layers_were_frozen_since_it_was_trained_is_to_be_compiled_anew(frozen_first):
    x, y = np.zeros((8, 6), np.float32), np.zeros((8, 1), np.float32)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    model.layers[0].trainable = not frozen_first
    model.layers[1].trainable = frozen_first != "all"
    model.compile("adam", "mean_squared_error")
    train(model, (x, y), epochs=1, engine="compiled")
    model.layers[0].trainable = bool(frozen_first)
    before = model.get_weights()
    with pytest.raises(ModelError, match="compile anew after freezing or unfreezing"):
        train(model, (x, y), epochs=1, engine="compiled")
    for weight, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, now)
    model.compile("adam", "mean_squared_error")
    train(model, (x, y), epochs=1, engine="compiled")


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("of", ["class", "object"])
def test_a_model_with_a_step_of_its_own_is_refused(name, of):
    def step(*args, **options):
        return {"loss": 0.0}

    kind = type("Own", (keras.Model,), {name: step} if of == "class" else {})
    inputs = keras.Input((6,))
    model = kind(inputs, keras.layers.Dense(1)(inputs))
    if of == "object":
        setattr(model, name, step)
    model.compile("sgd", "mean_squared_error")
    with pytest.raises(
        ModelError, match=rf"^Own has a .* of its own, {name}, .* train it with model\.fit\.$"
    ):
        Engine(model, (table(), np.zeros(SAMPLES)))


def test_a_state_that_keras_does_not_list_is_not_forgotten_but_refused():
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input(batch_shape=(10, 5, 2)), layers.LSTM(3, stateful=True), layers.Dense(1)]
    )
    models.compile(model, "regression")
    engine = Engine(model, (series()[:10], np.zeros(10)), 10)
    with pytest.raises(
        ModelError, match=r"^The model keeps '.*rnn_state.*' from batch to batch.*model\.fit\.$"
    ):
        engine.run(engine.state(), (series(), np.zeros(SAMPLES)), np.arange(SAMPLES), (0, 1))


def test_models_that_are_not_ready_are_refused():
    model = keras.Sequential([keras.layers.Dense(1)])
    with pytest.raises(ModelError, match="compiled and know its input shape"):
        Engine(model, (table(), np.zeros(SAMPLES)))


OTHER_OPTIMIZERS = {
    "accumulates gradients": lambda kinds: kinds.SGD(gradient_accumulation_steps=2),
    "the steps of ScheduleFreeAdamW": lambda kinds: kinds.ScheduleFreeAdamW(),
    "the steps of MultiOptimizer": lambda kinds: kinds.MultiOptimizer(kinds.OptimizerMap(kinds.SGD())),
    "Hiding keeps variables": lambda kinds: Hiding(0.1),
}


@pytest.mark.parametrize("words", OTHER_OPTIMIZERS)
def test_optimizers_that_do_more_than_the_engine_are_refused(words):
    model = models.mlp((6,), "regression", optimizer=OTHER_OPTIMIZERS[words](keras.optimizers))
    with pytest.raises(ModelError, match=rf"{words}.*train with model\.fit"):
        Engine(model, (table(), np.zeros(SAMPLES)))
