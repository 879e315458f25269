"""Networks of standard layers, one after the other: `mlp`, `cnn` and `rnn`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import keras
from keras import layers

from dlcourse.errors import ModelError
from dlcourse.models import arguments
from dlcourse.models.arguments import LearningRate
from dlcourse.models.compiling import compile, output_layer
from dlcourse.tasks import Task

CELLS = {"lstm": layers.LSTM, "gru": layers.GRU, "simple": layers.SimpleRNN}


def mlp(
    input_shape: Sequence[int],
    task: Task,
    num_classes: int | None = None,
    *,
    hidden: Sequence[int] = (64, 32),
    activation: str = "relu",
    kernel_initializer: str = "he_normal",
    dropout: float = 0.0,
    l2: float = 0.0,
    batch_normalization: bool = False,
    optimizer: str | keras.optimizers.Optimizer = "adam",
    learning_rate: LearningRate | None = None,
) -> keras.Model:
    """Build a fully connected network.

    Args:
        input_shape: of one sample; samples of higher rank are flattened.
        task, num_classes: as in `dlcourse.tasks.head`.
        hidden: the units of each hidden layer; `()` leaves logistic or linear regression.
        activation, kernel_initializer: of the hidden layers, as Keras takes them.
        dropout: the rate after each hidden layer.
        l2: the strength of the penalty on the hidden layers' kernels.
        batch_normalization: between each hidden layer and its activation.
        optimizer, learning_rate: as in `compile`.

    Returns:
        The compiled model: `(n, *input_shape) → (n, units)`.

    Raises:
        ModelError: an argument can't be; the message says which.
        UnknownNameError: Keras knows no such activation, initialiser or optimizer.

    Example:
        >>> mlp((8, 8), "multiclass", 10, hidden=(32,), dropout=0.2).output_shape
        (None, 10)
    """
    if not isinstance(input_shape, Sequence) or not input_shape or isinstance(input_shape, str):
        raise ModelError(
            f"A fully connected network needs an input_shape, such as (64,); got {input_shape!r}."
        )
    input_shape = arguments.counts("input_shape", input_shape)
    hidden = arguments.counts("hidden", hidden, least=0)
    block = _Block(activation, kernel_initializer, dropout, l2, batch_normalization)
    end = output_layer(task, num_classes)
    stack = [keras.Input(input_shape)]
    if len(input_shape) > 1:
        stack.append(layers.Flatten())
    for units in hidden:
        stack += [*block(layers.Dense, units), *block.dropout()]
    return compile(keras.Sequential([*stack, end]), task, optimizer=optimizer, learning_rate=learning_rate)


def cnn(
    input_shape: Sequence[int],
    task: Task,
    num_classes: int | None = None,
    *,
    filters: Sequence[int] = (32, 64, 128),
    kernel_size: int = 3,
    pool_size: int = 2,
    padding: Literal["valid", "same"] = "valid",
    dense: int = 128,
    activation: str = "relu",
    kernel_initializer: str = "he_normal",
    dropout: float = 0.5,
    l2: float = 0.0,
    batch_normalization: bool = False,
    optimizer: str | keras.optimizers.Optimizer = "adam",
    learning_rate: LearningRate | None = None,
) -> keras.Model:
    """Build a convolutional network; with the defaults, the cheat sheet's.

    Of n pixels, a convolution leaves n - kernel_size + 1 with "valid" padding and all with "same" padding; a
    pooling leaves n // pool_size.

    Args:
        input_shape: (height, width, channels), or (height, width) for grey images.
        task, num_classes: as in `dlcourse.tasks.head`.
        filters: of each convolution; a max pooling follows each.
        kernel_size, pool_size: of all convolutions and poolings.
        padding: of the convolutions.
        dense: the units of the layer between the last pooling and the output.
        activation, kernel_initializer: of the convolutions and the dense layer.
        dropout: the rate after the dense layer.
        l2: the strength of the penalty on the kernels of the convolutions and the dense layer.
        batch_normalization: between each of these layers and its activation.
        optimizer, learning_rate: as in `compile`.

    Returns:
        The compiled model: `(n, *input_shape) → (n, units)`.

    Raises:
        ModelError: an argument can't be, or the images are too small for the network.
        UnknownNameError: Keras knows no such activation, initialiser, padding or optimizer.

    Example:
        >>> cnn((28, 28, 1), "multiclass", 10).count_params()
        110474
        >>> cnn((8, 8), "multiclass", 10)  # doctest: +NORMALIZE_WHITESPACE
        Traceback (most recent call last):
        dlcourse.errors.ModelError: 8×8 → conv 6×6 → pool 3×3 → conv 1×1 → pooling 2×2 does not fit: use
        padding='same', at most 1 convolution, or images of at least 22×22.
    """
    if isinstance(input_shape, Sequence) and len(input_shape) == 2:
        height, width = input_shape = arguments.shape("A CNN", ("height", "width"), input_shape)
        reshape = [layers.Reshape((height, width, 1))]
    else:
        axes = ("height", "width", "channels")
        height, width, _ = input_shape = arguments.shape("A CNN", axes, input_shape)
        reshape = []
    filters = arguments.counts("filters", filters)
    kernel_size = arguments.count("kernel_size", kernel_size)
    pool_size = arguments.count("pool_size", pool_size)
    arguments.one_of("padding", padding, ("valid", "same"))
    dense = arguments.count("dense", dense)
    end = output_layer(task, num_classes)
    _check_sizes(height, width, len(filters), kernel_size, pool_size, padding)
    block = _Block(activation, kernel_initializer, dropout, l2, batch_normalization)
    stack = [keras.Input(input_shape), *reshape]
    for number in filters:
        stack += block(layers.Conv2D, number, kernel_size, padding=padding)
        stack.append(layers.MaxPooling2D(pool_size))
    stack += [layers.Flatten(), *block(layers.Dense, dense), *block.dropout(), end]
    return compile(keras.Sequential(stack), task, optimizer=optimizer, learning_rate=learning_rate)


def rnn(
    input_shape: Sequence[int | None],
    task: Task,
    num_classes: int | None = None,
    *,
    cell: Literal["lstm", "gru", "simple"] = "lstm",
    units: Sequence[int] = (50, 50),
    bidirectional: bool = False,
    unroll: bool = False,
    kernel_initializer: str = "glorot_uniform",
    dropout: float = 0.0,
    l2: float = 0.0,
    batch_normalization: bool = False,
    optimizer: str | keras.optimizers.Optimizer = "adam",
    learning_rate: LearningRate | None = None,
) -> keras.Model:
    """Build a recurrent network; with the defaults and a regression, the cheat sheet's.

    Every layer but the last passes on its state of each step, the last one that of the last step only.

    Args:
        input_shape: (steps, features); steps may be `None`: any length.
        task, num_classes: as in `dlcourse.tasks.head`.
        cell: `"lstm"`, `"gru"` or `"simple"`.
        units: of each recurrent layer.
        bidirectional: read each sequence backwards too, with as many units again.
        unroll: write the steps out one by one: faster for short sequences, larger, and the one form that
            `dlcourse.deployment` can convert to int8. Needs a fixed number of steps.
        kernel_initializer: of the kernels that read the input; the recurrent ones are orthogonal.
        dropout: the rate after each recurrent layer.
        l2: the strength of the penalty on the kernels that read the input.
        batch_normalization: after each recurrent layer.
        optimizer, learning_rate: as in `compile`.

    Returns:
        The compiled model: (n, steps, features) → (n, units).

    Raises:
        ModelError: an argument can't be; the message says which.
        UnknownNameError: there is no such cell, initialiser or optimizer.

    Example:
        >>> [layer.__class__.__name__ for layer in rnn((100, 1), "regression").layers]
        ['LSTM', 'LSTM', 'Dense']
    """
    input_shape = arguments.shape("A recurrent network", ("steps", "features"), input_shape, unknown="steps")
    arguments.one_of("cell", cell, tuple(CELLS))
    units = arguments.counts("units", units)
    if unroll and input_shape[0] is None:
        raise ModelError("unroll=True writes out each step: give input_shape a number of steps, not None.")
    arguments.initializer(kernel_initializer)
    penalty, dropout = arguments.regularizer(l2), arguments.rate("dropout", dropout)
    end = output_layer(task, num_classes)
    stack = [keras.Input(input_shape)]
    for i, number in enumerate(units):
        layer = CELLS[cell](
            number,
            return_sequences=i < len(units) - 1,
            unroll=unroll,
            kernel_initializer=kernel_initializer,
            kernel_regularizer=penalty,
        )
        stack.append(layers.Bidirectional(layer) if bidirectional else layer)
        if batch_normalization:
            stack.append(layers.BatchNormalization())
        if dropout:
            stack.append(layers.Dropout(dropout))
    return compile(keras.Sequential([*stack, end]), task, optimizer=optimizer, learning_rate=learning_rate)


class _Block:
    """A layer with what goes with it: initialisation, penalty, normalisation and activation."""

    def __init__(
        self,
        activation: str,
        kernel_initializer: str,
        dropout: float,
        l2: float,
        batch_normalization: bool,
    ) -> None:
        arguments.activation(activation)
        arguments.initializer(kernel_initializer)
        self.activation = activation
        self.rate = arguments.rate("dropout", dropout)
        self.batch_normalization = batch_normalization
        self.kernel = {
            "kernel_initializer": kernel_initializer,
            "kernel_regularizer": arguments.regularizer(l2),
        }

    def __call__(self, kind: type[layers.Layer], *sizes: int, **options: object) -> list[layers.Layer]:
        if not self.batch_normalization:
            return [kind(*sizes, activation=self.activation, **self.kernel, **options)]
        # Normalising subtracts the mean, and a bias with it: BatchNormalization's beta takes its place.
        layer = kind(*sizes, use_bias=False, **self.kernel, **options)
        return [layer, layers.BatchNormalization(), layers.Activation(self.activation)]

    def dropout(self) -> list[layers.Layer]:
        return [layers.Dropout(self.rate)] if self.rate else []


def _check_sizes(height: int, width: int, blocks: int, kernel: int, pool: int, padding: str) -> None:
    """Raise a `ModelError` that shows the sizes from layer to layer, unless the images are large enough."""
    chain = [f"{height}×{width}"]
    for _ in range(blocks):
        if padding == "valid":
            if min(height, width) < kernel:
                chain.append(f"convolution {kernel}×{kernel} does not fit")
                break
            height, width = height - kernel + 1, width - kernel + 1
        chain.append(f"conv {height}×{width}")
        if min(height, width) < pool:
            chain.append(f"pooling {pool}×{pool} does not fit")
            break
        height, width = height // pool, width // pool
        chain.append(f"pool {height}×{width}")
    else:
        return
    advice = []
    smallest = _smallest(blocks, kernel, pool, padding)
    if padding == "valid" and min(map(int, chain[0].split("×"))) >= _smallest(blocks, kernel, pool, "same"):
        advice.append("padding='same'")
    if fitting := sum(step.startswith("pool ") for step in chain):
        advice.append(f"at most {fitting} convolution{'s' if fitting > 1 else ''}")
    advice.append(f"images of at least {smallest}×{smallest}")
    *first, last = advice
    words = f"{', '.join(first)}{',' if len(first) > 1 else ''} or {last}" if first else last
    raise ModelError(f"{' → '.join(chain)}: use {words}.")


def _smallest(blocks: int, kernel: int, pool: int, padding: str) -> int:
    """The smallest image from which every pooling leaves at least one pixel."""
    size = 1
    for _ in range(blocks):
        size = size * pool + (kernel - 1 if padding == "valid" else 0)
    return size
