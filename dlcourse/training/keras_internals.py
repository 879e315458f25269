"""All names private to Keras that this library uses, a function for each; no other file uses any.

Another Keras may lack one of them: a `KerasVersionError` then says which Keras is supported.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dlcourse.errors import KerasVersionError, ModelError

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

SUPPORTED = "keras>=3.15,<3.16"  # as in pyproject.toml
_FIRST_VALUE = "_initialize_with_initializer"  # what gives a variable its first value
_ANNOUNCING = threading.RLock()  # Keras has each of its classes once, for all threads


def flatten_layers(model: keras.Model, include_self: bool = True) -> list[keras.layers.Layer]:
    """All layers of a model, those of models inside it too, and these models themselves."""
    return list(_private(model, "_flatten_layers")(include_self=include_self))


def inner_layers(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """The layers that a layer or model is made of, without those inside these."""
    return list(_private(layer, "_layers"))


def symbolic_build(model: keras.Model, data_batch: tuple[Any, ...]) -> None:
    """Create the variables of a model's metrics, from the shapes and types of a batch."""
    _private(model, "_symbolic_build")(data_batch=data_batch)


def takes_training(model: keras.Model) -> bool:
    """Whether the model's `call` has the argument `training`."""
    return _private(model, "_call_has_training_arg")


def build_shapes(layer: keras.layers.Layer) -> dict[str, Any]:
    """The shapes that a layer was built for, by the names of its `build`'s arguments; none if not built."""
    return _private(layer, "_build_shapes_dict") or {}


def assigned(graph: tf.Graph) -> list[tf.Tensor]:
    """The handles of TensorFlow's variables that a function's graph changes, in loops and branches too."""
    import tensorflow as tf

    try:
        from tensorflow.python.framework.auto_control_deps_utils import get_read_write_resource_inputs
    except ImportError as error:
        raise _unsupported("a way to tell what a graph changes") from error
    changed = [get_read_write_resource_inputs(operation)[1] for operation in graph.get_operations()]
    inside = {id(resource) for resources in changed for resource in resources}
    handles = [outer for outer, inner in graph.captures if id(inner) in inside]
    with tf.init_scope():  # a table that is only read counts as changed, too
        return [handle for handle in handles if tf.raw_ops.VarIsInitializedOp(resource=handle)]


@contextlib.contextmanager
def losses_of_layers(model: keras.Model, losses: list[tf.Tensor]) -> Iterator[None]:
    """Let `compute_loss` add these losses of layers, instead of those of the model's variables."""
    _private(model, "_losses_override")
    model._losses_override = losses
    try:
        yield
    finally:
        model._losses_override = []


def loss_tracker(model: keras.Model) -> keras.metrics.Metric:
    """The metric that averages the loss over the batches of an epoch."""
    return _private(model, "_loss_tracker")


def user_metrics(model: keras.Model) -> Any:
    """The metrics that a model was compiled with, in the structure in which they were given."""
    compiled = _private(model, "_compile_metrics")
    return _private(compiled, "_user_metrics") if compiled else []


def learning_rate(optimizer: keras.optimizers.Optimizer) -> keras.Variable | Any:
    """An optimizer's learning rate: a variable, or the schedule that it follows."""
    return _private(optimizer, "_learning_rate")


def trained_variables(optimizer: keras.optimizers.Optimizer) -> list[keras.Variable]:
    """The variables that an optimizer was built for, in the order of its slots."""
    return list(_private(optimizer, "_trainable_variables"))


def distribution(optimizer: keras.optimizers.Optimizer) -> tf.distribute.Strategy:
    """How the steps of an optimizer are shared among devices."""
    return _private(optimizer, "_distribution_strategy")


def origin(tensor: keras.KerasTensor) -> tuple[keras.Operation, Any]:
    """The layer or operation that makes a symbolic tensor, and the node of that call.

    The node has `arguments` and `outputs`.
    """
    operation, index, _ = _private(tensor, "_keras_history")
    return operation, _private(operation, "_inbound_nodes")[index]


def optimizer_variables(optimizer: keras.optimizers.Optimizer) -> list[keras.Variable]:
    """All variables of an optimizer, also one that Keras forgets to list (Nadam's running product)."""
    import keras

    listed = {id(variable) for variable in optimizer.variables}
    hidden = [v for v in vars(optimizer).values() if isinstance(v, keras.Variable) and id(v) not in listed]
    return [*optimizer.variables, *hidden]


def stateless(
    optimizer: keras.optimizers.Optimizer, variables: Sequence[keras.Variable]
) -> keras.optimizers.Optimizer:
    """A twin of an optimizer that works on tensors: its `stateless_apply` can be called.

    It has the optimizer's settings themselves, and not those of its `get_config`, which may lack some.

    Args:
        optimizer: any of Keras's, or of one's own.
        variables: those that it trains.

    Raises:
        ModelError: the optimizer keeps variables where the twin can't find them.
    """
    import keras

    kind = type(optimizer)
    twin_kind: Any = type(kind.__name__, (kind, _originals()), {})
    rate = learning_rate(optimizer)
    rate = float(rate.numpy()) if isinstance(rate, keras.Variable) else rate
    twin = twin_kind.__new__(twin_kind)
    keras.optimizers.Optimizer.__init__(twin, rate, name=optimizer.name)
    own = {name for name in vars(twin) if name.startswith("_")} | {"built"}  # what Keras keeps of each
    vars(twin).update({name: value for name, value in vars(optimizer).items() if name not in own})
    twin.build(variables)
    _copy_weight_decay(optimizer, twin, variables)  # Keras knows the excluded by numbers of its backend
    _track(twin, optimizer_variables(twin)[len(twin.variables) :])
    if optimizer.built and _described(optimizer) != _described(twin):
        raise ModelError(
            f"{kind.__name__} keeps variables that its build doesn't make with add_variable, which the "
            "compiled engine would pass by: train with model.fit."
        )
    return twin


def replace_in_backend(**functions: Callable[..., Any]) -> None:
    """Let Keras's layers, operations and losses compute functions of its `nn` in another way.

    Args:
        functions: by their names in the backend, such as `softplus`.
    """
    try:
        from keras.src.backend import nn
    except ImportError as error:
        raise _unsupported("its backend's functions") from error
    for name, function in functions.items():
        _private(nn, name)
        setattr(nn, name, function)


@contextlib.contextmanager
def announced(
    variable: Callable[[keras.Variable], None], tensor: Callable[[keras.KerasTensor], None]
) -> Iterator[None]:
    """Hear of what Keras makes in this block and this thread, in time to refuse it by an error.

    Args:
        variable: is called with each variable that has its shape, and not yet its first value.
        tensor: is called with each symbolic tensor.
    """
    import keras

    mine = threading.get_ident()
    with _ANNOUNCING:
        first_value, symbolic = _private(keras.Variable, _FIRST_VALUE), keras.KerasTensor.__init__

        def announced_first_value(self: keras.Variable, initializer: Any) -> None:
            if threading.get_ident() == mine:
                variable(self)
            first_value(self, initializer)

        def announced_symbolic(self: keras.KerasTensor, *args: Any, **options: Any) -> None:
            symbolic(self, *args, **options)
            if threading.get_ident() == mine:
                tensor(self)

        setattr(keras.Variable, _FIRST_VALUE, announced_first_value)
        keras.KerasTensor.__init__ = announced_symbolic
        try:
            yield
        finally:
            setattr(keras.Variable, _FIRST_VALUE, first_value)
            keras.KerasTensor.__init__ = symbolic


def _copy_weight_decay(
    optimizer: keras.optimizers.Optimizer,
    twin: keras.optimizers.Optimizer,
    variables: Sequence[keras.Variable],
) -> None:
    """Exclude from weight decay what is excluded in the other optimizer."""
    cache = "_exclude_from_weight_decay_cache"
    decayed = {id(variable): _private(optimizer, "_use_weight_decay")(variable) for variable in variables}
    if decayed:
        _private(optimizer, cache)  # Keras has filled its own by now
    setattr(twin, cache, decayed)


def _described(optimizer: keras.optimizers.Optimizer) -> list[tuple[str, tuple[int, ...], str]]:
    """The variables of an optimizer, in the order of its state; names that are given twice get a number."""
    return [(v.name.rstrip("_0123456789"), tuple(v.shape), v.dtype) for v in optimizer_variables(optimizer)]


def _track(optimizer: keras.optimizers.Optimizer, variables: Iterable[keras.Variable]) -> None:
    """List variables among those of the optimizer."""
    for variable in variables:
        _private(optimizer, "_track_variable")(variable)


@functools.cache
def _originals() -> type:
    """Keras's own methods of an optimizer, which its TensorFlow backend replaces.

    Keras's optimizers are written for any backend; for TensorFlow, ten methods are replaced by ones that need
    `tf.Variable` (for the sake of tf.distribute), and `stateless_apply` is refused.
    """
    try:
        from keras.src.backend.tensorflow.optimizer import TFOptimizer
        from keras.src.optimizers.base_optimizer import BaseOptimizer
    except ImportError as error:
        raise _unsupported("the base classes of its optimizers") from error
    kept = ("__init__", "add_variable_from_reference")
    methods = {
        name: method
        for name, method in vars(BaseOptimizer).items()
        if callable(method) and name in vars(TFOptimizer) and name not in kept
    }
    return type("_Originals", (TFOptimizer,), methods)


def _private(owner: Any, name: str) -> Any:
    """What an object of Keras has by a private name."""
    try:
        return getattr(owner, name)
    except AttributeError as error:
        kind = owner if isinstance(owner, type) else type(owner)
        raise _unsupported(f"{kind.__name__}.{name}") from error


def _unsupported(what: str) -> KerasVersionError:
    import keras

    return KerasVersionError(
        f"This is Keras {keras.__version__}, which does not have {what} where this library looks for it: "
        f'install a Keras that is supported, pip install "{SUPPORTED}".'
    )
