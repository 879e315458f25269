"""Training as one TensorFlow graph, for data that fit in memory: several times the speed of `model.fit`.

`model.fit` returns to Python after every batch. Here the loop over batches and epochs is itself in the graph,
and the model is a pure function of its weights (see `pure`):

    state = (trainable, non_trainable, optimizer, metrics)      all the numbers that training changes
    state, logs = engine.run(state, (x, y), rows, epochs)       what `model.fit` makes of them

Because the state is data, many of them can be trained together: the folds of a cross-validation are stacked
along a new first axis and `tf.vectorized_map` turns k small matrix products into one batched product.
"""

import contextlib
import functools
import logging
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from dlcourse.console import quiet

with quiet():
    import keras
    import tensorflow as tf

from dlcourse.checking import check_counts
from dlcourse.training import keras_internals, pure, support
from dlcourse.training.keras_internals import flatten_layers, optimizer_variables

PREDICTED_BATCH = 1024  # samples at a time: few enough that activations stay small
# What TensorFlow vectorises by a loop over the stack: nothing is gained by stacking these.
NOT_STACKABLE = (
    keras.layers.RNN,
    keras.layers.Bidirectional,
    keras.layers.TimeDistributed,
    keras.layers.SpectralNormalization,
    keras.layers.TextVectorization,
    keras.layers.StringLookup,
    keras.layers.IntegerLookup,
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv3D,
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
    keras.layers.DepthwiseConv1D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv1D,
    keras.layers.SeparableConv2D,
)


class State(NamedTuple):
    """Every number that training changes, as lists of tensors; stacked states have one more axis in front."""

    trainable: list[tf.Tensor]
    non_trainable: list[tf.Tensor]
    optimizer: list[tf.Tensor]
    metrics: list[tf.Tensor]


class Engine:
    """A compiled Keras model as a pure function of its state.

    Args:
        model: compiled, of any optimizer, loss, metrics and layers; built with its input shape.
        example: some inputs and targets `(x, y)`: Keras chooses some metrics by their shapes.
        batch_size: samples a step; the last batch of an epoch may be shorter, as in `model.fit`.

    Raises:
        ModelError: the model has a step of its own, in training or validation, or an optimizer that
            accumulates gradients, scales its loss or has to be distributed; `model.fit` can train these. Or
            layers were frozen or unfrozen since it was trained, and it was not compiled anew.

    Example:
        >>> x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile(keras.optimizers.SGD(0.1), "mean_squared_error")
        >>> engine = Engine(model, (x, 3 * x), batch_size=16)
        >>> state, logs = engine.run(engine.state(), (x, 3 * x), np.arange(64), epochs=(0, 20))
        >>> engine.assign(state)
        >>> round(model.layers[0].kernel.numpy().item(), 1), bool(logs["loss"][-1] < logs["loss"][0])
        (3.0, True)
    """

    def __init__(self, model: keras.Model, example: tuple[Any, Any], batch_size: int = 32) -> None:
        support.check(model)
        check_counts(batch_size=batch_size)
        self.model = model
        self.batch_size = batch_size
        self._example = tf.nest.map_structure(lambda a: np.asarray(a[:1]), tuple(example))
        keras_internals.symbolic_build(model, tf.nest.map_structure(_symbolic, self._example))
        self._optimizer = keras_internals.stateless(model.optimizer, model.trainable_variables)
        self.outside: list[tf.Tensor] = []  # handles of what training changes beside the state, once traced
        # One graph for a state and one for stacked ones, whatever the number of samples and states.
        self._train = {stacked: _graph(self._epochs, stacked) for stacked in (False, True)}
        self._call = {stacked: _graph(self._predictions, stacked) for stacked in (False, True)}
        self._evaluate = _graph(self._evaluation)
        self._read = _graph(lambda: self._state(model, _tensors(optimizer_variables(model.optimizer))))
        self._write = _graph(self._assign)

    def __reduce__(self):
        # The graphs are traced anew where it is unpickled.
        return Engine, (self.model, self._example, self.batch_size)

    @property
    def stackable(self) -> bool:
        """Whether stacked states train faster than one after another."""
        return not any(isinstance(layer, NOT_STACKABLE) for layer in flatten_layers(self.model))

    def state(self) -> State:
        """Copy the state of the model and its optimizer, with metrics at zero."""
        return State(*self._read())

    def initial(self, model: keras.Model, learning_rate: float | None = None) -> State:
        """Return the state in which the training of another model with the same layers begins.

        Args:
            model: whose weights to take; the optimizer begins anew.
            learning_rate: of the optimizer, if not that of the engine's model.
        """
        optimizer = _tensors(self._optimizer.variables)
        if learning_rate is not None:
            names = [variable.name for variable in self._optimizer.variables]
            optimizer[names.index("learning_rate")] = tf.constant(learning_rate)
        return self._state(model, optimizer)

    def _state(self, model, optimizer):
        weights = (_tensors(model.trainable_variables), _tensors(model.non_trainable_variables))
        return State(*weights, optimizer, [tf.zeros_like(v.value) for v in self.model.metrics_variables])

    def assign(self, state: State) -> None:
        """Write a state into the model and its optimizer."""
        self._write(state)

    def _assign(self, state):
        variables = (
            self.model.trainable_variables,
            self.model.non_trainable_variables,
            optimizer_variables(self.model.optimizer),
        )
        for group, values in zip(variables, state, strict=False):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)

    def run(
        self,
        state: State,
        data: tuple,
        rows: np.ndarray,
        epochs: tuple[int, int],
        seed: int = 0,
    ) -> tuple[State, dict[str, np.ndarray]]:
        """Train.

        The order of an epoch's batches depends on `seed` and the epoch's number alone: training from epoch 0
        to 5 and then from 5 to 10 is training from 0 to 10.

        Args:
            state: where to start; stacked if `rows` has two axes.
            data: `(x, y)` or `(x, y, sample_weight)`, each of n samples; `x` may be a dict.
            rows: the samples to train on, as indices: `(m,)`, or `(k, m)` to train k stacked states.
            epochs: the first one, counted from 0, and the one after the last.
            seed: of the batches' order.

        Returns:
            The new state, and the loss and metrics of each epoch by name, `(epochs,)` or `(epochs, k)`.
        """
        numbers = (tf.constant(number, tf.int32) for number in (rows.shape[-1], epochs, seed))
        with _muted():
            state, logs = self._train[rows.ndim == 2](state, data, _padded(rows, self.batch_size), *numbers)
        return State(*state), {name: value.numpy() for name, value in logs.items()}

    def evaluate(self, state: State, data: tuple) -> tuple[State, dict[str, np.ndarray]]:
        """The loss and metrics of a state on all samples, as `model.evaluate` gives them.

        Returns:
            The state afterwards, since a layer may change something in each call, such as the numbers that it
            draws; and the loss and metrics by name.
        """
        with _muted():
            state, values = self._evaluate(state, data)
        return State(*state), {name: value.numpy() for name, value in values.items()}

    def predict(self, state: State, x: Any, rows: np.ndarray) -> np.ndarray:
        """The outputs for the samples at `rows`: `(m, units)`, or `(k, m, units)` of stacked states."""
        parts = []
        with _muted():
            for start in range(0, rows.shape[-1], PREDICTED_BATCH):
                part = _padded(rows[..., start : start + PREDICTED_BATCH], self.batch_size)
                outputs = self._call[rows.ndim == 2](state.trainable, state.non_trainable, x, part)
                parts.append(outputs.numpy())
        outputs = np.concatenate(parts, axis=rows.ndim - 1)  # the padding is at the end
        return outputs[:, : rows.shape[1]] if rows.ndim == 2 else outputs[: len(rows)]

    def _epochs(self, stacked, state, data, rows, samples, epochs, seed):
        """All epochs: a loop in the graph over a loop in the graph."""
        first_metrics = self._reset_metrics(state.metrics)
        names, kinds = self._log_names(state, stacked)
        logs = [tf.TensorArray(kind, size=epochs[1] - epochs[0], element_shape=None) for kind in kinds]

        def epoch(number, state, logs):
            order = tf.random.experimental.stateless_shuffle(tf.range(samples), [seed, number])

            def batch(start, state):
                chosen = order[start : start + self.batch_size]
                taken = tf.gather(rows, chosen, axis=-1)  # (batch,) or (k, batch)
                samples_taken = tf.nest.map_structure(lambda a: tf.gather(a, taken), data)
                if stacked:
                    state = tf.vectorized_map(lambda one: self._step(*one), (state, samples_taken))
                else:
                    state = self._step(state, samples_taken)
                return start + self.batch_size, state

            state = state._replace(metrics=first_metrics)
            _, state = tf.while_loop(
                lambda start, _: start < samples, batch, (0, state), parallel_iterations=1
            )
            metrics = state.metrics
            values = tf.vectorized_map(self._results, metrics) if stacked else self._results(metrics)
            logs = [
                log.write(number - epochs[0], values[name]) for log, name in zip(logs, names, strict=True)
            ]
            return number + 1, state, logs

        _, state, logs = tf.while_loop(
            lambda number, *_: number < epochs[1], epoch, (epochs[0], state, logs), parallel_iterations=1
        )
        self.outside = keras_internals.assigned(tf.compat.v1.get_default_graph())
        return state, {name: log.stack() for name, log in zip(names, logs, strict=True)}

    def _step(self, state: State, data: tuple) -> State:
        """One batch: what `model.fit` does, without a variable being changed."""
        x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            tape.watch(state.trainable)
            called, loss = self._loss(state, x, y, weights, tape, training=True)
        gradients = called.gradients(tape, loss)
        trainable, optimizer = self._optimizer.stateless_apply(state.optimizer, gradients, called.trainable)
        metrics = self._updated_metrics(state.metrics, loss, x, y, called.outputs, weights)
        return _shaped_as(state, State(trainable, called.non_trainable, optimizer, metrics))

    def _loss(self, state, x, y, weights, tape=None, *, training):
        model = self.model
        arguments = {"training": training} if keras_internals.takes_training(model) else {}
        with pure.TRACING:
            called = pure.call(model, state.trainable, state.non_trainable, x, tape, **arguments)
            # The layers' losses are those of the weights in `state`: compute_loss would take the variables'.
            mapping = [*zip(model.trainable_variables, called.trainable, strict=True)]
            with (
                keras_internals.losses_of_layers(model, called.losses),
                keras.StatelessScope(state_mapping=mapping),
            ):
                return called, model.compute_loss(x, y, called.outputs, weights, training=training)

    def _updated_metrics(self, metrics, loss, x, y, outputs, weights):
        model = self.model
        mapping = [*zip(model.metrics_variables, metrics, strict=True)]
        with keras.StatelessScope(state_mapping=mapping) as scope:
            samples = tf.shape(tf.nest.flatten(x)[0])[0]
            keras_internals.loss_tracker(model).update_state(loss, sample_weight=samples)
            model.compute_metrics(x, y, outputs, weights)
        return [old if (new := scope.get_current_value(v)) is None else new for v, old in mapping]

    def _reset_metrics(self, metrics):
        """Metrics as an epoch begins, most of them at zero; in the shapes of these, which may be stacked."""
        mapping = [(variable, tf.zeros_like(variable.value)) for variable in self.model.metrics_variables]
        with keras.StatelessScope(state_mapping=mapping) as scope:
            self.model.reset_metrics()
        first = [scope.get_current_value(variable) for variable, _ in mapping]
        return [tf.broadcast_to(one, tf.shape(old)) for one, old in zip(first, metrics, strict=True)]

    def _results(self, metrics):
        with keras.StatelessScope(state_mapping=[*zip(self.model.metrics_variables, metrics, strict=True)]):
            return {
                name: tf.convert_to_tensor(value) for name, value in self.model.get_metrics_result().items()
            }

    def _log_names(self, state, stacked):
        metrics = [value[0] for value in state.metrics] if stacked else state.metrics
        results = self._results(metrics)
        return list(results), [value.dtype for value in results.values()]

    def _evaluation(self, state, data):
        samples = tf.shape(data[1])[0]

        def batch(start, state):
            part = tf.nest.map_structure(lambda a: a[start : start + self.batch_size], data)
            x, y, weights = keras.utils.unpack_x_y_sample_weight(part)
            called, loss = self._loss(state, x, y, weights, training=False)
            metrics = self._updated_metrics(state.metrics, loss, x, y, called.outputs, weights)
            after = State(called.trainable, called.non_trainable, state.optimizer, metrics)
            return start + self.batch_size, _shaped_as(state, after)

        state = state._replace(metrics=self._reset_metrics(state.metrics))
        _, state = tf.while_loop(lambda start, _: start < samples, batch, (0, state), parallel_iterations=1)
        return state, self._results(state.metrics)

    def _predictions(self, stacked, trainable, non_trainable, x, rows):
        arguments = {"training": False} if keras_internals.takes_training(self.model) else {}
        inputs = tf.nest.map_structure(lambda a: tf.gather(a, rows), x)

        def one(arrays):
            weights, others, part = arrays
            return pure.call(self.model, weights, others, part, **arguments).outputs

        if stacked:
            return tf.vectorized_map(one, (trainable, non_trainable, inputs))
        return one((trainable, non_trainable, inputs))


def stack(states: list[State]) -> State:
    """Join states along a new first axis."""
    return tf.nest.map_structure(lambda *values: tf.stack(values), *states)


def unstack(state: State, index: int) -> State:
    """The state at `index` of a stacked one."""
    return tf.nest.map_structure(lambda value: value[index], state)


def _shaped_as(before: State, after: State) -> State:
    """A loop's state, which keeps its shapes, also where TensorFlow can't tell."""
    after = State(*(_tensors(group) for group in after))
    for new, old in zip(tf.nest.flatten(after), tf.nest.flatten(before), strict=True):
        new.set_shape(old.shape)
    return after


def _symbolic(sample: np.ndarray) -> keras.KerasTensor:
    """A batch of such samples, of which only shape and type are known."""
    dtype = "string" if sample.dtype == object else sample.dtype.name
    return keras.KerasTensor((None, *sample.shape[1:]), dtype)


def _padded(rows: np.ndarray, batch_size: int) -> tf.Tensor:
    """Rows up to whole batches, whose number says nothing: folds that differ by a sample share a graph."""
    missing = -rows.shape[-1] % batch_size
    return tf.constant(np.pad(rows, [*[(0, 0)] * (rows.ndim - 1), (0, missing)], mode="edge"), tf.int32)


def _graph(function, *arguments):
    return tf.function(functools.partial(function, *arguments), autograph=False, reduce_retracing=True)


def _tensors(values):
    """Tensors of tensors or variables; those of variables are copies."""
    return [tf.identity(getattr(value, "value", value)) for value in values]


@contextlib.contextmanager
def _muted() -> Iterator[None]:
    """Without TensorFlow's notes on operations that `vectorized_map` turns into a loop."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
