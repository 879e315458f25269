"""What must not be shared between trainings, and what must be kept: found by planting each."""

from functools import partial

import keras
import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from dlcourse import models
from dlcourse.errors import DataError, ModelError
from dlcourse.validation import cross_validate, fitting, folds, grid_search, sharing

layers = keras.layers
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(90, 4)).astype("float32")
PRODUCT = X[:, 0] * X[:, 1]
Y = (X[:, 0] > 0).astype(int)


def network(*hidden, units=1, activation=None, loss="mean_squared_error", name=None, **options):
    model = keras.Sequential(
        [keras.Input((4,)), *hidden, layers.Dense(units, activation=activation)], name=name
    )
    model.compile(keras.optimizers.Adam(0.02), loss, **options)
    return model


def named_layer(activation):
    return network(layers.Dense(8, activation=activation, name=activation))


def named_model(activation):
    return network(layers.Dense(8, activation=activation), name=activation)


def loss_closure(weight):
    def loss(y, y_pred):
        return weight * keras.losses.mean_squared_error(y, y_pred)

    return network(layers.Dense(8), loss=loss)


def activation_closure(scale):
    return network(layers.Dense(8, activation=lambda x: keras.ops.tanh(scale * x)))


def lambda_layer(power):
    return network(layers.Lambda(lambda x: x**power))


class Scaled(layers.Layer):
    """Forgets its scale in `get_config`."""

    def __init__(self, scale=1.0, **options):
        super().__init__(**options)
        self.scale = scale

    def call(self, x):
        return x * self.scale


def forgetful_layer(scale):
    return network(Scaled(scale))


def adapted(shift):
    normalization = layers.Normalization()
    normalization.adapt(X * 5 + shift)
    return network(normalization)


def weight_decay(exclude):
    model = network(layers.Dense(8, activation="relu"))
    optimizer = keras.optimizers.AdamW(0.02, weight_decay=5.0)
    optimizer.exclude_from_weight_decay(var_list=model.trainable_variables if exclude else [])
    model.compile(optimizer, "mean_squared_error")
    return model


def weight_decay_by_name(names):
    model = network(layers.Dense(8, activation="relu"))
    optimizer = keras.optimizers.AdamW(0.02, weight_decay=5.0)
    optimizer.exclude_from_weight_decay(var_names=names)
    model.compile(optimizer, "mean_squared_error")
    return model


class Times(keras.Sequential):
    """Has a `call` of its own, and an attribute that no configuration tells."""

    factor = 1.0

    def call(self, x, training=None, mask=None):
        return super().call(x, training=training) * self.factor


def own_model(factor):
    model = Times([keras.Input((4,)), layers.Dense(1)])
    model.factor = factor
    model.compile(keras.optimizers.Adam(0.02), "mean_squared_error")
    return model


class Descent(keras.optimizers.SGD):
    """Forgets its factor in `get_config`."""

    def __init__(self, learning_rate=0.01, factor=1.0, **options):
        super().__init__(learning_rate, **options)
        self.factor = factor

    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, 0.1 * self.factor * gradient)


class Error(keras.losses.Loss):
    """Forgets its weight in `get_config`."""

    def __init__(self, weight=1.0, name="error"):
        super().__init__(name=name)
        self.weight = weight

    def call(self, y, y_pred):
        return keras.ops.mean((y - y_pred) ** 2, axis=-1) * self.weight


class Penalty(keras.regularizers.Regularizer):
    """Forgets its weight in `get_config`."""

    def __init__(self, weight=1.0):
        self.weight = weight

    def __call__(self, x):
        return self.weight * keras.ops.sum(x * x)

    def get_config(self):
        return {}


def own_loss(weight):
    model = network(layers.Dense(8))
    model.compile(keras.optimizers.SGD(0.02), Error(weight))
    return model


def own_penalty(weight):
    return network(layers.Dense(8, kernel_regularizer=Penalty(weight)))


def variable_by_hand(weight):
    model = network(layers.Dense(8))
    model.layers[0].kernel.regularizer = keras.regularizers.L2(weight)
    return model


def attribute_by_hand(rate):
    """Keras's own layer, changed in what its configuration does not tell."""
    model = network(layers.Dense(8))
    layer = model.layers[0]
    layer.call = lambda x, **_: rate * keras.ops.matmul(x, layer.kernel) + layer.bias
    return model


@pytest.mark.parametrize(
    ("build", "grid"),
    [
        (weight_decay, {"exclude": [False, True]}),
        (weight_decay_by_name, {"names": [[], ["kernel"]]}),
        (own_model, {"factor": [0.01, 5.0]}),
        (own_loss, {"weight": [1e-9, 1.0]}),
        (own_penalty, {"weight": [1e-9, 10.0]}),
        (variable_by_hand, {"weight": [1e-9, 10.0]}),
        (attribute_by_hand, {"rate": [0.01, 5.0]}),
        (named_layer, {"activation": ["sigmoid", "relu"]}),
        (named_model, {"activation": ["sigmoid", "relu"]}),
        (loss_closure, {"weight": [1e-9, 1.0]}),
        (activation_closure, {"scale": [0.01, 5.0]}),
        (lambda_layer, {"power": [1, 2]}),
        (forgetful_layer, {"scale": [0.01, 5.0]}),
        (adapted, {"shift": [0.0, 100.0]}),
    ],
)
def test_different_networks_never_share_an_engine(build, grid):
    [(name, values)] = grid.items()
    settings = {"k": 3, "epochs": 6, "task": "regression"}
    found = grid_search(build, grid, (X, PRODUCT), refit=False, **settings).table
    for value in values:
        alone = cross_validate(partial(build, **{name: value}), (X, PRODUCT), **settings)
        together = found.loc[[each == value for each in found[name]], "mean"].item()
        assert together == pytest.approx(alone.scores["mean absolute error"].mean(), rel=1e-4)
    assert found["mean"].nunique() == 2


def test_networks_that_differ_in_the_learning_rate_alone_do_share_one(monkeypatch):
    made = []
    monkeypatch.setattr(fitting, "Engine", lambda *arguments: made.append(1) or ENGINE(*arguments))
    build = partial(models.mlp, (4,), "regression")
    grid_search(build, {"learning_rate": [0.001, 0.01]}, (X, PRODUCT), k=3, epochs=1, refit=False)
    assert len(made) == 1


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam", "adamw", "adagrad", "lion", "ftrl", "muon"])
def test_the_folds_of_one_model_share_one(optimizer, monkeypatch):
    """Making it builds the model's optimizer and metrics, which is no difference to the folds after it."""
    made = []
    monkeypatch.setattr(fitting, "Engine", lambda *arguments: made.append(1) or ENGINE(*arguments))
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.Dropout(0.1), layers.Dense(1)])
    model.compile(optimizer, "mean_squared_error", metrics=["mae"])
    cross_validate(model, (X, PRODUCT), k=3, epochs=1)
    assert len(made) == 1


ENGINE = fitting.Engine


@pytest.mark.parametrize(
    ("cores", "sizes"), [(1, [[10]]), (2, [[5, 5]]), (8, [[2] * 5]), (2, [[7], [3]]), (4, [[4, 3], [3]])]
)
def test_stacks_are_spread_over_the_cores(cores, sizes, monkeypatch):
    monkeypatch.setattr(fitting.os, "cpu_count", lambda: cores)
    numbers = iter(range(10))
    stacks = [[next(numbers) for _ in range(sum(parts))] for parts in sizes]
    spread = fitting._spread(stacks)
    assert [len(part) for part in spread] == [size for parts in sizes for size in parts]
    assert [number for part in spread for number in part] == [*range(10)]


def normalization():
    layer = layers.Normalization()
    layer.adapt(X * 10 + 1000)
    return [keras.Input((4,)), layer], X * 10 + 1000


def discretization():
    layer = layers.Discretization(num_bins=4, output_mode="one_hot")
    layer.adapt(X[:, :1])
    return [keras.Input((1,)), layer, layers.Flatten()], X[:, :1]


def lookup():
    layer = layers.StringLookup(output_mode="one_hot")
    words = np.where(Y, "high", "low").astype(object)[:, None]
    layer.adapt(words)
    return [keras.Input((1,), dtype="string"), layer], words


def vectorization():
    layer = layers.TextVectorization(output_mode="tf_idf")
    words = np.where(Y, "quite high", "very low").astype(object)
    layer.adapt(words)
    return [keras.Input((), dtype="string"), layer], words


def test_an_optimizer_that_forgets_what_it_was_told_is_no_other_s():
    """Its engine is of one that was made anew, so that the loss is not compared: only the keys are."""
    model, keys = network(layers.Dense(8)), []
    for factor in (1.0, 5.0):
        model.compile(Descent(factor=factor), "mean_squared_error")
        keys.append(sharing.key(model, {"factor": factor}))
    assert keys[0] != keys[1]


@pytest.mark.parametrize("make", [normalization, discretization, lookup, vectorization])
def test_a_fold_s_model_knows_what_its_preprocessing_layers_have_learnt(make):
    stack, x = make()
    model = keras.Sequential([*stack, layers.Dense(1, activation="sigmoid")])
    models.compile(model, "binary", learning_rate=0.05)
    found = cross_validate(model, (x, Y), k=3, groups=range(len(x)), epochs=15)  # rows with few values
    assert found.summary().loc["accuracy", "mean"] > 0.6
    for fold, (_, held_out) in enumerate(found.folds):
        rows = keras.ops.convert_to_tensor(x[held_out]) if x.dtype == object else x[held_out]
        outputs = found.model(fold)(rows).numpy()
        np.testing.assert_allclose(outputs, found.outputs[held_out], atol=1e-5)


def test_a_layer_that_can_t_be_stacked_trains_all_the_same(monkeypatch):
    alone = []
    train_alone = fitting._train_alone
    monkeypatch.setattr(fitting, "_train_alone", lambda *given: alone.append(1) or train_alone(*given))
    images = np.random.default_rng(0).uniform(size=(24, 8, 8, 3)).astype("float32")
    stack = [layers.RandAugment(value_range=(0, 1), seed=1), layers.Flatten(), layers.Dense(1, "sigmoid")]
    model = models.compile(keras.Sequential([keras.Input((8, 8, 3)), *stack]), "binary")
    found = cross_validate(model, (images, np.arange(24) % 2), k=2, batch_size=5, epochs=2)
    assert np.isfinite(found.outputs).all()
    assert found.loss.shape == (2, 2)
    assert len(alone) == 2, "both were stacked, and could not be"


@pytest.mark.parametrize("rates", [(0.01,), (0.01, 0.1)], ids=["a fold each", "two of each fold"])
def test_preprocessed_inputs_are_few_at_a_time(rates, monkeypatch):
    """A fold's inputs are made as its stack begins, and a stack has few: the result is the same."""
    monkeypatch.setattr(fitting.os, "cpu_count", lambda: 1)
    x = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.int64)
    cuts = folds(y, "binary", 5)
    jobs = [fitting.Job(*cut, 0, {"learning_rate": rate}) for rate in rates for cut in cuts]
    widths = []
    stacked = fitting.one_below_the_other
    monkeypatch.setattr(
        fitting, "one_below_the_other", lambda fits, x: widths.append(len(fits)) or stacked(fits, x)
    )
    found = []
    for limit in (2**26, 2 * x.nbytes):
        monkeypatch.setattr(fitting, "MAX_INPUT_BYTES", limit)
        found.append(
            fitting.fit_all(
                lambda learning_rate: models.mlp((4,), "binary", hidden=(3,), learning_rate=learning_rate),
                (x, y),
                jobs,
                epochs=3,
                batch_size=16,
                seed=0,
                preprocessing=StandardScaler(),
            )
        )
    few = [2, 2, 1] if len(rates) > 1 else [2, 2]  # a stack of one job is none
    assert widths == [5, *few]
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one.outputs, other.outputs, atol=1e-5)


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel"])
def test_logits_become_probabilities(task):
    units = {"binary": 1, "multiclass": 3, "multilabel": 2}[task]
    thirds = (X[:, 0] > -0.5).astype(int) + (X[:, 0] > 0.5)
    y = {"binary": Y, "multiclass": thirds, "multilabel": (X[:, :2] > 0) * 1}[task]
    kind = (
        keras.losses.SparseCategoricalCrossentropy
        if task == "multiclass"
        else keras.losses.BinaryCrossentropy
    )
    head = {"multiclass": "softmax"}.get(task, "sigmoid")
    logits = network(layers.Dense(8, activation="relu"), units=units, loss=kind(from_logits=True))
    plain = network(layers.Dense(8, activation="relu"), units=units, activation=head, loss=kind())
    one = cross_validate(logits, (X, y), k=3, epochs=10)
    other = cross_validate(plain, (X, y), k=3, epochs=10)
    np.testing.assert_allclose(one.outputs, other.outputs, atol=1e-3)
    assert np.isfinite(one.scores.to_numpy()).all()


def test_layers_that_a_builder_reuses_are_left_alone():
    base = layers.Dense(8, activation="relu")
    base.build((None, 4))
    before = base.kernel.numpy().copy()

    def build():
        return network(base)

    found = cross_validate(build, (X, PRODUCT), k=3, epochs=3)
    first, second = found.model(0), found.model(1)
    assert first is not second
    np.testing.assert_array_equal(base.kernel.numpy(), before)
    for fold, model in enumerate((first, second)):
        held_out = found.folds[fold][1]
        np.testing.assert_allclose(model.predict(X[held_out], verbose=0), found.outputs[held_out], atol=1e-6)


def test_a_loss_and_a_layer_of_one_s_own_are_welcome_in_a_builder():
    found = cross_validate(partial(loss_closure, 1.0), (X, PRODUCT), k=3, epochs=2, task="regression")
    assert found.model(0).predict(X[:2], verbose=0).shape == (2, 1)
    with pytest.raises(ModelError, match="can't be copied for each training"):
        cross_validate(lambda_layer(2), (X, PRODUCT), k=3, epochs=1)


def test_a_preprocessing_of_another_width_in_some_fold_is_said():
    import pandas as pd

    from dlcourse.preprocessing import Preprocessor

    frame = pd.DataFrame({"a": X[:, 0], "b": ["x", "y", "z"] * 30})
    frame.loc[0, "b"] = "once"
    width = len(Preprocessor().fit_rows(frame).feature_names_out)
    with pytest.raises(ModelError, match="and the data have"):
        cross_validate(
            models.mlp((width,), "regression"), (frame, PRODUCT), k=3, preprocessing=Preprocessor()
        )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"batch_size": 0}, "batch_size must be a whole number"),
        ({"epochs": 0}, "epochs must be a whole number"),
        ({"k": 3.0}, "k must be a whole number of folds"),
        ({"scores": ["accuracy"]}, "scores must be a dict of functions"),
        ({"preprocessing": np.log}, "must be a Preprocessor or a scikit-learn transformer"),
    ],
)
def test_bad_settings_are_answered_in_a_sentence_before_any_training(settings, words):
    with pytest.raises(DataError, match=words):
        cross_validate(models.mlp((4,), "binary"), (X, Y), **settings)
