"""The transformer, a classifier of texts, from Keras's attention layer: `transformer(2000, 40, "binary")`.

Source: Vaswani et al., "Attention Is All You Need" (2017), its encoder.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from dlcourse.errors import ModelError
from dlcourse.models import arguments
from dlcourse.models.arguments import LearningRate
from dlcourse.models.compiling import compile, output_layer
from dlcourse.tasks import Task


def transformer(
    vocabulary_size: int,
    length: int,
    task: Task,
    num_classes: int | None = None,
    *,
    depth: int = 64,
    heads: int = 4,
    blocks: int = 1,
    feed_forward: int = 128,
    activation: str = "relu",
    kernel_initializer: str = "glorot_uniform",
    dropout: float = 0.1,
    l2: float = 0.0,
    optimizer: str | keras.optimizers.Optimizer = "adam",
    learning_rate: LearningRate | None = None,
) -> keras.Model:
    """Build a transformer encoder that reads tokens: embeddings, self-attention, the mean over the text.

    A block adds to its input x first what attention finds, then what a small network makes of it:

        x ← LayerNormalization(x + Attention(x, x)),    x ← LayerNormalization(x + W₂ activation(W₁ x))

    Token 0 is padding: nothing attends to it and the mean leaves it out, so its number changes no prediction.
    The model holds layers of this module, so import `dlcourse.models` before you load its `.keras` file.

    Args:
        vocabulary_size: tokens are numbered from 0 to `vocabulary_size - 1`. Keras counts a negative number
            from the end, as in a list: -1 is the last token, and no error.
        length: tokens of a text, padding included; pad with `keras.utils.pad_sequences`.
        task, num_classes: as in `dlcourse.tasks.head`.
        depth: of the embeddings and of every block's output; a multiple of `heads`.
        heads: how many attentions of depth / heads dimensions look at the text side by side.
        blocks: how many blocks follow each other.
        feed_forward: the units of the small network's hidden layer.
        activation, kernel_initializer: of the blocks.
        dropout: the rate within the attention and on each sum's second part.
        l2: the strength of the penalty on the kernels of the blocks.
        optimizer, learning_rate: as in `compile`.

    Returns:
        The compiled model: whole numbers of shape (n, length) → (n, units).

    Raises:
        ModelError: an argument can't be; the message says which.
        UnknownNameError: Keras knows no such activation, initialiser or optimizer.

    Example:
        >>> model = transformer(1000, 20, "multiclass", 4, depth=32)
        >>> model.input_shape, model.output_shape
        ((None, 20), (None, 4))
    """
    vocabulary_size, length = (
        arguments.count("vocabulary_size", vocabulary_size),
        arguments.count("length", length),
    )
    depth, heads = arguments.count("depth", depth), arguments.count("heads", heads)
    blocks, feed_forward = arguments.count("blocks", blocks), arguments.count("feed_forward", feed_forward)
    if depth % heads:
        raise ModelError(f"The heads share the depth evenly: {depth} is no multiple of {heads}.")
    arguments.activation(activation)
    arguments.initializer(kernel_initializer)
    dropout = arguments.rate("dropout", dropout)
    kernel = {"kernel_initializer": kernel_initializer, "kernel_regularizer": arguments.regularizer(l2)}
    end = output_layer(task, num_classes)

    tokens = keras.Input((length,), dtype="int32", name="tokens")
    x = layers.Embedding(vocabulary_size, depth, mask_zero=True)(tokens)  # (n, length, depth), with the mask
    x = layers.Dropout(dropout)(PositionEmbedding()(x))
    for _ in range(blocks):
        found = layers.MultiHeadAttention(heads, depth // heads, dropout=dropout, **kernel)(x, x)
        x = layers.LayerNormalization()(Residual()([x, layers.Dropout(dropout)(found)]))
        made = layers.Dense(feed_forward, activation=activation, **kernel)(x)
        made = layers.Dense(depth, **kernel)(made)
        x = layers.LayerNormalization()(layers.Add()([x, layers.Dropout(dropout)(made)]))
    model = keras.Model(tokens, end(MaskedMean()(x)), name="transformer")
    return compile(model, task, optimizer=optimizer, learning_rate=learning_rate)


@keras.saving.register_keras_serializable(package="dlcourse")
class PositionEmbedding(layers.Layer):
    """Adds a learned vector for each position: without it, attention could not tell the order.

    Input shape: (n, length, depth). Output shape: the same.
    """

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.supports_masking = True

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.positions = self.add_weight(shape=shape[1:], initializer="uniform", name="positions")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return x + self.positions


@keras.saving.register_keras_serializable(package="dlcourse")
class Residual(layers.Add):
    """The sum of a layer's input and its output, with the output's mask.

    Keras's attention (3.15) takes the mask off its input as it runs, and a plain Add then has none: from the
    second block on, attention would look at padding.
    """

    def compute_mask(self, inputs: list, mask: list | None = None) -> keras.KerasTensor | None:
        return None if mask is None else mask[1]


@keras.saving.register_keras_serializable(package="dlcourse")
class MaskedMean(layers.Layer):
    """The mean over the steps that are no padding; zeros for a text that is nothing but padding.

    Input shape: (n, length, depth). Output shape: (n, depth).
    """

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.supports_masking = True

    def call(self, x: keras.KerasTensor, mask: keras.KerasTensor | None = None) -> keras.KerasTensor:
        if mask is None:
            return ops.mean(x, axis=1)
        weights = ops.expand_dims(ops.cast(mask, x.dtype), axis=-1)  # (n, length, 1)
        return ops.sum(x * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1)

    def compute_mask(self, x: keras.KerasTensor, mask: keras.KerasTensor | None = None) -> None:
        return None

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (shape[0], shape[2])
