"""Each private name of Keras that the library uses, tried on the Keras that is installed."""

import sys
import threading
import tomllib
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlcourse.errors import KerasVersionError
from dlcourse.training import keras_internals

ROOT = Path(__file__).parents[3]


def model():
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="inside")], name="inner")
    outer = keras.Sequential([keras.Input((3,)), inner, keras.layers.Dense(1, name="end")], name="outer")
    outer.compile("sgd", "mean_squared_error", metrics=["mean_absolute_error"])
    return outer


def test_flatten_layers_goes_into_models_inside_a_model():
    names = [layer.name for layer in keras_internals.flatten_layers(model(), include_self=False)]
    assert {"inner", "inside", "end"} <= set(names)
    assert "outer" not in names
    assert model().name in [layer.name for layer in keras_internals.flatten_layers(model())]


def test_inner_layers_are_those_right_inside():
    both_ways = keras.layers.Bidirectional(keras.layers.LSTM(2))
    both_ways.build((None, 5, 3))
    inner = keras_internals.inner_layers(both_ways)
    assert any(layer is both_ways.forward_layer for layer in inner)
    assert any(layer is both_ways.backward_layer for layer in inner)
    names = [layer.name for layer in keras_internals.inner_layers(model())]
    assert {"inner", "end"} <= set(names)
    assert "inside" not in names


def test_symbolic_build_creates_the_variables_of_metrics():
    unbuilt = model()
    before = len(unbuilt.metrics_variables)
    batch = (keras.KerasTensor((None, 3), "float32"), keras.KerasTensor((None, 1), "float32"))
    keras_internals.symbolic_build(unbuilt, batch)
    assert len(unbuilt.metrics_variables) > before


def test_takes_training_is_read_from_the_call():
    class Plain(keras.Model):
        def call(self, x):
            return x

    assert keras_internals.takes_training(model())
    assert not keras_internals.takes_training(Plain())


def test_build_shapes_are_those_of_the_input():
    layer = keras.layers.LSTM(2)
    assert keras_internals.build_shapes(layer) == {}
    layer.build((None, 5, 3))
    assert keras_internals.build_shapes(layer) == {"sequences_shape": (None, 5, 3)}


def test_losses_of_layers_are_added_to_the_loss_and_forgotten_afterwards():
    trained, y = model(), np.zeros((2, 1), "float32")
    with keras_internals.losses_of_layers(trained, [tf.constant(3.0)]):
        assert float(trained.compute_loss(y=y, y_pred=y)) == 3.0
    assert float(trained.compute_loss(y=y, y_pred=y)) == 0.0


def test_loss_tracker_is_the_metric_called_loss():
    tracker = keras_internals.loss_tracker(model())
    tracker.update_state(2.0)
    assert tracker.name == "loss"
    assert float(tracker.result()) == 2.0


def test_user_metrics_are_what_compile_was_given():
    assert keras_internals.user_metrics(model()) == ["mean_absolute_error"]
    without = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    without.compile("sgd", "mean_squared_error")
    assert keras_internals.user_metrics(without) == []


def test_learning_rate_is_a_variable_or_a_schedule():
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)
    assert isinstance(keras_internals.learning_rate(keras.optimizers.SGD(0.1)), keras.Variable)
    assert keras_internals.learning_rate(keras.optimizers.SGD(schedule)) is schedule


def test_trained_variables_are_those_that_the_optimizer_was_built_for():
    optimizer, one = keras.optimizers.Adam(), keras.Variable([0.0])
    optimizer.build([one])
    assert [variable is one for variable in keras_internals.trained_variables(optimizer)] == [True]


def test_distribution_is_tensorflows_default():
    assert keras_internals.distribution(keras.optimizers.SGD()) is tf.distribute.get_strategy()


def test_origin_is_the_call_that_makes_a_tensor():
    x, layer = keras.Input((3,)), keras.layers.Dense(2)
    once, twice = layer(x), layer(x)
    for tensor in (once, twice):
        operation, node = keras_internals.origin(tensor)
        assert operation is layer
        assert node.outputs[0] is tensor
        assert node.arguments.args[0] is x


def test_optimizer_variables_hold_each_once_listed_or_not():
    optimizer = keras.optimizers.Nadam()
    optimizer.build(model().trainable_variables)
    unlisted = keras.Variable(1.0)
    vars(optimizer)["_unlisted"] = unlisted
    found = [id(variable) for variable in keras_internals.optimizer_variables(optimizer)]
    assert len(found) == len(set(found))
    assert set(found) == {*map(id, optimizer.variables), id(unlisted)}
    assert id(optimizer._u_product) in found


def test_stateless_twin_takes_the_step_and_keeps_what_is_excluded_from_weight_decay():
    def fresh():
        variables = [keras.Variable([1.0, 2.0], name="kernel"), keras.Variable([3.0], name="bias")]
        optimizer = keras.optimizers.AdamW(0.1, weight_decay=0.5)
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        optimizer.build(variables)
        return optimizer, variables

    optimizer, variables = fresh()
    gradients = [tf.constant([0.5, -0.5]), tf.constant([0.25])]
    twin = keras_internals.stateless(optimizer, variables)
    values, _ = twin.stateless_apply(
        [tf.identity(v.value) for v in twin.variables], gradients, [tf.identity(v.value) for v in variables]
    )
    optimizer.apply(gradients, variables)
    for value, variable in zip(values, variables, strict=True):
        np.testing.assert_allclose(value, variable.numpy(), rtol=1e-6)


def test_announced_are_variables_before_their_first_value_and_symbolic_tensors():
    def refuse(variable):
        assert (tuple(variable.shape), variable.dtype) == ((10**12, 2), "float32")
        raise MemoryError(variable.path)

    shapes = []
    with keras_internals.announced(refuse, lambda tensor: shapes.append(tensor.shape)):
        x = keras.Input((5,))
        with pytest.raises(MemoryError, match="large/embeddings"):
            keras.layers.Embedding(10**12, 2, name="large")(x)
    assert shapes[0] == (None, 5)
    heard = len(shapes)
    assert keras.layers.Embedding(3, 2)(x).shape == (None, 5, 2)
    assert len(shapes) == heard


def test_announced_is_nothing_of_another_thread():
    with keras_internals.announced(pytest.fail, pytest.fail):
        thread = threading.Thread(target=model)
        thread.start()
        thread.join()


def test_a_keras_that_gives_first_values_elsewhere_is_answered_so_too(monkeypatch):
    monkeypatch.setattr(keras_internals, "_FIRST_VALUE", "_gone")
    with (
        pytest.raises(KerasVersionError, match=r"does not have Variable\._gone"),
        keras_internals.announced(print, print),
    ):
        pass


def enter_losses_of_layers(owner):
    with keras_internals.losses_of_layers(owner, []):
        pass


GONE = {
    "_flatten_layers": keras_internals.flatten_layers,
    "_layers": keras_internals.inner_layers,
    "_symbolic_build": lambda owner: keras_internals.symbolic_build(owner, ()),
    "_call_has_training_arg": keras_internals.takes_training,
    "_build_shapes_dict": keras_internals.build_shapes,
    "_losses_override": enter_losses_of_layers,
    "_loss_tracker": keras_internals.loss_tracker,
    "_compile_metrics": keras_internals.user_metrics,
    "_user_metrics": lambda owner: keras_internals.user_metrics(SimpleNamespace(_compile_metrics=owner)),
    "_learning_rate": keras_internals.learning_rate,
    "_trainable_variables": keras_internals.trained_variables,
    "_distribution_strategy": keras_internals.distribution,
    "_keras_history": keras_internals.origin,
    "_inbound_nodes": lambda owner: keras_internals.origin(SimpleNamespace(_keras_history=(owner, 0, 0))),
    "_use_weight_decay": lambda owner: keras_internals._copy_weight_decay(owner, owner, ["variable"]),
    "_exclude_from_weight_decay_cache": lambda owner: keras_internals._copy_weight_decay(
        SimpleNamespace(_use_weight_decay=bool), owner, ["variable"]
    ),
    "_track_variable": lambda owner: keras_internals._track(owner, ["variable"]),
}


@pytest.mark.parametrize("name", GONE)
def test_a_keras_without_a_name_is_answered_with_the_one_that_is_supported(name):
    with pytest.raises(KerasVersionError) as caught:
        GONE[name](SimpleNamespace(other=1))
    assert f"does not have SimpleNamespace.{name} where" in str(caught.value)
    assert str(caught.value).endswith('install a Keras that is supported, pip install "keras>=3.15,<3.16".')


def test_a_keras_whose_optimizers_lie_elsewhere_is_answered_so_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras.src.optimizers.base_optimizer", None)
    keras_internals._originals.cache_clear()
    with pytest.raises(KerasVersionError, match=r"the base classes of its optimizers.*keras>=3\.15,<3\.16"):
        keras_internals.stateless(keras.optimizers.SGD(), [])


def test_the_message_names_the_keras_that_the_package_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert keras_internals.SUPPORTED in project["dependencies"]


def test_a_tensorflow_that_tells_elsewhere_what_a_graph_changes_is_answered_so_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow.python.framework.auto_control_deps_utils", None)
    with pytest.raises(KerasVersionError, match="does not have a way to tell what a graph changes"):
        keras_internals.assigned(tf.Graph())
