"""The models that benchmarks/layers.py measures: `ZOO`, by kind and name.

A layer's name begins with that of its class, and a comma before what is special about it. Its row is

    (values that it gets, a function from symbolic tensors to its output)

and it is measured as Input → layer → Flatten → Dense(3). A model ends with what its function gives. Sizes are
small, but most layers have a weight of 1,024 numbers or more: "dynamic" leaves smaller ones as they are.
"""

import functools
import itertools
import tempfile
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers

registered = keras.saving.register_keras_serializable("zoo")


class Values(NamedTuple):
    """What an input gets: "normal" numbers, "pixels" (0 … 255), "whole" ones below `below`, or "words"."""

    shape: tuple[int, ...]
    kind: str = "normal"
    below: int = 0
    batch: int | None = None

    def symbolic(self, name: str | None = None) -> keras.KerasTensor:
        """The model's input, of a fixed `batch` if there is one."""
        dtype = {"whole": "int32", "words": "string"}.get(self.kind, "float32")
        return keras.Input(batch_shape=(self.batch, *self.shape), dtype=dtype, name=name)

    def draw(self, rows: int, rng: np.random.Generator) -> np.ndarray:
        """Rows of such values."""
        shape = (rows, *self.shape)
        if self.kind == "words":
            return rng.choice(np.array(WORDS, dtype=object), shape)
        if self.kind == "whole":
            return rng.integers(0, self.below, shape).astype("int32")
        values = rng.uniform(0, 255, shape) if self.kind == "pixels" else rng.normal(size=shape)
        return values.astype("float32")


WORDS = ("red", "green", "blue", "light red", "dark green", "dark blue")
TABLE = Values((32,))
STEPS = Values((6, 32))
SERIES = Values((10, 8))
IMAGE = Values((8, 8, 4))
CUBE = Values((5, 5, 5, 2))
PIXELS = Values((8, 8, 3), "pixels")
NUMBERS = Values((8,), "whole", 40)
TEXT = Values((), "words")
LABELS = Values((4,), "words")
SOUND = Values((512,))
PICTURE = Values((32, 32, 3))
RAW_PICTURE = Values((32, 32, 3), "pixels")  # for networks that scale their inputs themselves

Row = tuple[Values | dict[str, Values], Callable[..., Any]]


def unit(layer: keras.layers.Layer) -> Callable[[keras.KerasTensor], keras.KerasTensor]:
    """A layer for pixels, brought to 0 … 1 after it."""
    return lambda x: layers.Rescaling(1 / 255)(layer(x))


def embedded(layer: keras.layers.Layer) -> Callable[[keras.KerasTensor], keras.KerasTensor]:
    """A layer that gives numbers of categories, with an Embedding of them after it."""
    return lambda x: layers.Embedding(50, 32)(layer(x))


def adapted(layer: keras.layers.Layer, values: Values) -> keras.layers.Layer:
    layer.adapt(values.draw(100, np.random.default_rng(1)))
    return layer


PAIR = {"a": TABLE, "b": TABLE}
WIDE = Values((6, 6, 128))
LONG = Values((10, 512))

ACTIVATIONS: dict[str, Row] = {
    "Activation, relu": (TABLE, lambda x: layers.Activation("relu")(x)),
    "Activation, gelu": (TABLE, lambda x: layers.Activation("gelu")(x)),
    "Activation, silu": (TABLE, lambda x: layers.Activation("silu")(x)),
    "Activation, softplus": (TABLE, lambda x: layers.Activation("softplus")(x)),
    "Activation, tanh": (TABLE, lambda x: layers.Activation("tanh")(x)),
    "Activation, mish": (TABLE, lambda x: layers.Activation("mish")(x)),
    "Activation, hard_sigmoid": (TABLE, lambda x: layers.Activation("hard_sigmoid")(x)),
    "Activation, softmax": (TABLE, lambda x: layers.Activation("softmax")(x)),
    "Activation, log_softmax": (TABLE, lambda x: layers.Activation("log_softmax")(x)),
    "Activation, exponential": (TABLE, lambda x: layers.Activation("exponential")(x)),
    "Activation, celu": (TABLE, lambda x: layers.Activation("celu")(x)),
    "Activation, sparsemax": (TABLE, lambda x: layers.Activation("sparsemax")(x)),
    "ELU": (TABLE, lambda x: layers.ELU(0.7)(x)),
    "LeakyReLU": (TABLE, lambda x: layers.LeakyReLU(0.2)(x)),
    "PReLU": (TABLE, lambda x: layers.PReLU("uniform")(x)),
    "ReLU": (TABLE, lambda x: layers.ReLU()(x)),
    "ReLU, all settings": (
        TABLE,
        lambda x: layers.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.2)(x),
    ),
    "Softmax": (TABLE, lambda x: layers.Softmax()(x)),
    "Softmax, two axes": (STEPS, lambda x: layers.Softmax(axis=(1, 2))(x)),
}

CORE: dict[str, Row] = {
    "Dense": (TABLE, lambda x: layers.Dense(40, "relu")(x)),
    "Dense, on steps": (STEPS, lambda x: layers.Dense(40, "tanh")(x)),
    "Dense, lora_rank": (TABLE, lambda x: layers.Dense(40, lora_rank=2)(x)),
    "EinsumDense": (STEPS, lambda x: layers.EinsumDense("abc,cd->abd", (6, 40), bias_axes="d")(x)),
    "Embedding": (NUMBERS, lambda x: layers.Embedding(40, 32)(x)),
    "Embedding, mask_zero": (
        NUMBERS,
        lambda x: layers.GlobalAveragePooling1D()(layers.Embedding(40, 32, mask_zero=True)(x)),
    ),
    "ReversibleEmbedding": (NUMBERS, lambda x: layers.ReversibleEmbedding(40, 32)(x)),
    "Identity": (TABLE, lambda x: layers.Identity()(x)),
    "InputLayer": (TABLE, lambda x: layers.Dense(40)(x)),
    "Lambda": (TABLE, lambda x: layers.Lambda(keras.ops.square)(x)),
    "Masking": (STEPS, lambda x: layers.Masking()(x)),
    "Layer, of one's own": (TABLE, lambda x: Scaled()(x)),
    "Wrapper, of one's own": (TABLE, lambda x: Twice(layers.Dense(32))(x)),
    "TFSMLayer": (TABLE, lambda x: layers.TFSMLayer(saved_model(), "serve")(x)),
}

CONVOLUTION: dict[str, Row] = {
    "Conv1D": (SERIES, lambda x: layers.Conv1D(48, 3, activation="relu")(x)),
    "Conv1D, same, stride 2": (SERIES, lambda x: layers.Conv1D(48, 3, 2, padding="same")(x)),
    "Conv1D, causal": (SERIES, lambda x: layers.Conv1D(48, 3, padding="causal")(x)),
    "Conv1D, dilated": (SERIES, lambda x: layers.Conv1D(48, 3, dilation_rate=2)(x)),
    "Conv1D, groups": (SERIES, lambda x: layers.Conv1D(96, 3, groups=2)(x)),
    "Conv2D": (IMAGE, lambda x: layers.Conv2D(32, 3, activation="relu")(x)),
    "Conv2D, same, stride 2": (IMAGE, lambda x: layers.Conv2D(32, 3, 2, padding="same")(x)),
    "Conv2D, dilated": (IMAGE, lambda x: layers.Conv2D(32, 3, dilation_rate=2)(x)),
    "Conv2D, groups": (IMAGE, lambda x: layers.Conv2D(64, 3, groups=2)(x)),
    "Conv2D, channels_first": (IMAGE, lambda x: layers.Conv2D(32, 3, data_format="channels_first")(x)),
    "Conv3D": (CUBE, lambda x: layers.Conv3D(24, 3, activation="relu")(x)),
    "Conv3D, same, stride 2": (CUBE, lambda x: layers.Conv3D(24, 3, 2, padding="same")(x)),
    "Conv1DTranspose": (SERIES, lambda x: layers.Conv1DTranspose(48, 3, 2, padding="same")(x)),
    "Conv1DTranspose, output_padding": (
        SERIES,
        lambda x: layers.Conv1DTranspose(48, 3, 2, output_padding=1)(x),
    ),
    "Conv2DTranspose": (IMAGE, lambda x: layers.Conv2DTranspose(32, 3, 2, padding="same")(x)),
    "Conv3DTranspose": (CUBE, lambda x: layers.Conv3DTranspose(24, 3, 2, padding="same")(x)),
    "DepthwiseConv1D": (LONG, lambda x: layers.DepthwiseConv1D(3)(x)),
    "DepthwiseConv2D": (WIDE, lambda x: layers.DepthwiseConv2D(3)(x)),
    "DepthwiseConv2D, multiplier": (IMAGE, lambda x: layers.DepthwiseConv2D(3, 2, depth_multiplier=32)(x)),
    "SeparableConv1D": (LONG, lambda x: layers.SeparableConv1D(8, 3)(x)),
    "SeparableConv2D": (WIDE, lambda x: layers.SeparableConv2D(16, 3)(x)),
}

POOLING: dict[str, Row] = {
    "AveragePooling1D": (SERIES, lambda x: layers.AveragePooling1D(2)(x)),
    "AveragePooling1D, same": (SERIES, lambda x: layers.AveragePooling1D(3, 2, padding="same")(x)),
    "AveragePooling2D": (IMAGE, lambda x: layers.AveragePooling2D(2)(x)),
    "AveragePooling2D, same": (IMAGE, lambda x: layers.AveragePooling2D(3, 2, padding="same")(x)),
    "AveragePooling3D": (CUBE, lambda x: layers.AveragePooling3D(2)(x)),
    "MaxPooling1D": (SERIES, lambda x: layers.MaxPooling1D()(x)),
    "MaxPooling1D, same": (SERIES, lambda x: layers.MaxPooling1D(3, 2, padding="same")(x)),
    "MaxPooling2D": (IMAGE, lambda x: layers.MaxPooling2D()(x)),
    "MaxPooling2D, same": (IMAGE, lambda x: layers.MaxPooling2D(3, 2, padding="same")(x)),
    "MaxPooling3D": (CUBE, lambda x: layers.MaxPooling3D()(x)),
    "GlobalAveragePooling1D": (SERIES, lambda x: layers.GlobalAveragePooling1D()(x)),
    "GlobalAveragePooling2D": (IMAGE, lambda x: layers.GlobalAveragePooling2D()(x)),
    "GlobalAveragePooling3D": (CUBE, lambda x: layers.GlobalAveragePooling3D()(x)),
    "GlobalMaxPooling1D": (SERIES, lambda x: layers.GlobalMaxPooling1D()(x)),
    "GlobalMaxPooling2D": (IMAGE, lambda x: layers.GlobalMaxPooling2D(keepdims=True)(x)),
    "GlobalMaxPooling3D": (CUBE, lambda x: layers.GlobalMaxPooling3D()(x)),
    "AdaptiveAveragePooling1D": (SERIES, lambda x: layers.AdaptiveAveragePooling1D(3)(x)),
    "AdaptiveAveragePooling2D": (IMAGE, lambda x: layers.AdaptiveAveragePooling2D(3)(x)),
    "AdaptiveAveragePooling3D": (CUBE, lambda x: layers.AdaptiveAveragePooling3D(2)(x)),
    "AdaptiveMaxPooling1D": (SERIES, lambda x: layers.AdaptiveMaxPooling1D(3)(x)),
    "AdaptiveMaxPooling2D": (IMAGE, lambda x: layers.AdaptiveMaxPooling2D(3)(x)),
    "AdaptiveMaxPooling3D": (CUBE, lambda x: layers.AdaptiveMaxPooling3D(2)(x)),
}

NORMALISATION: dict[str, Row] = {
    "BatchNormalization": (TABLE, lambda x: layers.BatchNormalization()(x)),
    "BatchNormalization, images": (IMAGE, lambda x: layers.BatchNormalization(momentum=0.8)(x)),
    "BatchNormalization, axis 1": (IMAGE, lambda x: layers.BatchNormalization(axis=1)(x)),
    "BatchNormalization, renorm": (TABLE, lambda x: layers.BatchNormalization(renorm=True)(x)),
    "GroupNormalization": (IMAGE, lambda x: layers.GroupNormalization(2)(x)),
    "LayerNormalization": (STEPS, lambda x: layers.LayerNormalization()(x)),
    "LayerNormalization, two axes": (STEPS, lambda x: layers.LayerNormalization(axis=(1, 2))(x)),
    "RMSNormalization": (STEPS, lambda x: layers.RMSNormalization()(x)),
    "SpectralNormalization": (TABLE, lambda x: layers.SpectralNormalization(layers.Dense(40))(x)),
    "SpectralNormalization, convolution": (
        IMAGE,
        lambda x: layers.SpectralNormalization(layers.Conv2D(32, 3))(x),
    ),
    "UnitNormalization": (TABLE, lambda x: layers.UnitNormalization()(x)),
}

DROPOUT: dict[str, Row] = {
    "ActivityRegularization": (TABLE, lambda x: layers.ActivityRegularization(l1=0.01)(x)),
    "AlphaDropout": (TABLE, lambda x: layers.AlphaDropout(0.3)(x)),
    "Dropout": (TABLE, lambda x: layers.Dropout(0.3)(x)),
    "Dropout, noise_shape": (STEPS, lambda x: layers.Dropout(0.3, noise_shape=(None, 1, 32))(x)),
    "GaussianDropout": (TABLE, lambda x: layers.GaussianDropout(0.3)(x)),
    "GaussianNoise": (TABLE, lambda x: layers.GaussianNoise(0.3)(x)),
    "SpatialDropout1D": (SERIES, lambda x: layers.SpatialDropout1D(0.3)(x)),
    "SpatialDropout2D": (IMAGE, lambda x: layers.SpatialDropout2D(0.3)(x)),
    "SpatialDropout3D": (CUBE, lambda x: layers.SpatialDropout3D(0.3)(x)),
}

MERGING: dict[str, Row] = {
    "Add": (PAIR, lambda a, b: layers.Add()([a, b])),
    "Add, of other shapes": ({"a": STEPS, "b": Values((1, 32))}, lambda a, b: layers.Add()([a, b])),
    "Average": (PAIR, lambda a, b: layers.Average()([a, b])),
    "Concatenate": (PAIR, lambda a, b: layers.Concatenate()([a, b])),
    "Concatenate, axis 1": ({"a": STEPS, "b": STEPS}, lambda a, b: layers.Concatenate(axis=1)([a, b])),
    "Dot": (PAIR, lambda a, b: layers.Dot(axes=1)([a, b])),
    "Dot, normalize": (PAIR, lambda a, b: layers.Dot(axes=1, normalize=True)([a, b])),
    "Maximum": (PAIR, lambda a, b: layers.Maximum()([a, b])),
    "Minimum": (PAIR, lambda a, b: layers.Minimum()([a, b])),
    "Multiply": (PAIR, lambda a, b: layers.Multiply()([a, b])),
    "Subtract": (PAIR, lambda a, b: layers.Subtract()([a, b])),
}

RESHAPING: dict[str, Row] = {
    "Cropping1D": (SERIES, lambda x: layers.Cropping1D((1, 2))(x)),
    "Cropping2D": (IMAGE, lambda x: layers.Cropping2D(((1, 0), (2, 1)))(x)),
    "Cropping3D": (CUBE, lambda x: layers.Cropping3D(1)(x)),
    "Flatten": (IMAGE, lambda x: layers.Flatten()(x)),
    "Permute": (IMAGE, lambda x: layers.Permute((3, 1, 2))(x)),
    "RepeatVector": (TABLE, lambda x: layers.RepeatVector(3)(x)),
    "Reshape": (TABLE, lambda x: layers.Reshape((8, -1))(x)),
    "UpSampling1D": (SERIES, lambda x: layers.UpSampling1D(2)(x)),
    "UpSampling2D": (IMAGE, lambda x: layers.UpSampling2D(2)(x)),
    "UpSampling2D, bilinear": (IMAGE, lambda x: layers.UpSampling2D(2, interpolation="bilinear")(x)),
    "UpSampling3D": (CUBE, lambda x: layers.UpSampling3D(2)(x)),
    "ZeroPadding1D": (SERIES, lambda x: layers.ZeroPadding1D((1, 2))(x)),
    "ZeroPadding2D": (IMAGE, lambda x: layers.ZeroPadding2D(((1, 0), (2, 1)))(x)),
    "ZeroPadding3D": (CUBE, lambda x: layers.ZeroPadding3D(1)(x)),
}

ATTENTION: dict[str, Row] = {
    "AdditiveAttention": (STEPS, lambda x: layers.AdditiveAttention()([x, x])),
    "Attention": (STEPS, lambda x: layers.Attention(use_scale=True)([x, x])),
    "Attention, concat": (STEPS, lambda x: layers.Attention(score_mode="concat")([x, x])),
    "GroupQueryAttention": (STEPS, lambda x: layers.GroupQueryAttention(8, 4, 2)(x, x)),
    "GroupQueryAttention, gate, causal": (
        STEPS,
        lambda x: layers.GroupQueryAttention(8, 4, 2, use_gate=True)(x, x, use_causal_mask=True),
    ),
    "MultiHeadAttention": (STEPS, lambda x: layers.MultiHeadAttention(4, 8)(x, x)),
    "MultiHeadAttention, value_dim, no bias": (
        STEPS,
        lambda x: layers.MultiHeadAttention(4, 8, value_dim=6, use_bias=False)(x, x),
    ),
    "MultiHeadAttention, gate": (STEPS, lambda x: layers.MultiHeadAttention(4, 8, use_gate=True)(x, x)),
    "MultiHeadAttention, causal": (
        STEPS,
        lambda x: layers.MultiHeadAttention(4, 8)(x, x, use_causal_mask=True),
    ),
    "MultiHeadAttention, two axes": (
        Values((3, 4, 32)),
        lambda x: layers.MultiHeadAttention(4, 8, attention_axes=(1, 2))(x, x),
    ),
}

RECURRENT: dict[str, Row] = {
    "SimpleRNN": (SERIES, lambda x: layers.SimpleRNN(32)(x)),
    "GRU": (SERIES, lambda x: layers.GRU(32)(x)),
    "GRU, reset_after off": (SERIES, lambda x: layers.GRU(32, reset_after=False)(x)),
    "LSTM": (SERIES, lambda x: layers.LSTM(32)(x)),
    "LSTM, unroll": (SERIES, lambda x: layers.LSTM(32, unroll=True)(x)),
    "LSTM, sequences, backwards": (
        SERIES,
        lambda x: layers.LSTM(32, return_sequences=True, go_backwards=True)(x),
    ),
    "LSTM, recurrent dropout": (SERIES, lambda x: layers.LSTM(32, dropout=0.2, recurrent_dropout=0.2)(x)),
    "RNN, of an LSTMCell": (SERIES, lambda x: layers.RNN(layers.LSTMCell(32))(x)),
    "SimpleRNNCell": (SERIES, lambda x: layers.RNN(layers.SimpleRNNCell(32))(x)),
    "GRUCell": (SERIES, lambda x: layers.RNN(layers.GRUCell(32))(x)),
    "LSTMCell": (SERIES, lambda x: layers.RNN(layers.LSTMCell(32), return_sequences=True)(x)),
    "StackedRNNCells": (
        SERIES,
        lambda x: layers.RNN(layers.StackedRNNCells([layers.LSTMCell(16), layers.GRUCell(24)]))(x),
    ),
    "Bidirectional": (SERIES, lambda x: layers.Bidirectional(layers.LSTM(32))(x)),
    "TimeDistributed": (SERIES, lambda x: layers.TimeDistributed(layers.Dense(128))(x)),
    "ConvLSTM1D": (Values((4, 8, 2)), lambda x: layers.ConvLSTM1D(16, 3)(x)),
    "ConvLSTM2D": (Values((3, 6, 6, 2)), lambda x: layers.ConvLSTM2D(8, 3)(x)),
    "ConvLSTM3D": (Values((3, 4, 4, 4, 2)), lambda x: layers.ConvLSTM3D(4, 3)(x)),
}

TABLES_AND_TEXTS: dict[str, Row] = {
    "CategoryEncoding, multi_hot": (
        NUMBERS,
        lambda x: layers.CategoryEncoding(40, output_mode="multi_hot")(x),
    ),
    "Discretization": (TABLE, lambda x: embedded(layers.Discretization([-1.0, 0.0, 1.0]))(x)),
    "Discretization, adapted": (
        TABLE,
        lambda x: embedded(adapted(layers.Discretization(num_bins=5), TABLE))(x),
    ),
    "HashedCrossing": (
        {"a": Values((1,), "whole", 9), "b": Values((1,), "whole", 9)},
        lambda a, b: layers.Embedding(50, 32)(layers.HashedCrossing(50)([a, b])),
    ),
    "Hashing": (NUMBERS, lambda x: embedded(layers.Hashing(50))(x)),
    "IntegerLookup": (NUMBERS, lambda x: embedded(layers.IntegerLookup(vocabulary=[*range(1, 30)]))(x)),
    "StringLookup": (LABELS, lambda x: embedded(layers.StringLookup(vocabulary=WORDS))(x)),
    "TextVectorization": (
        TEXT,
        lambda x: embedded(layers.TextVectorization(vocabulary=WORDS[:3], output_sequence_length=4))(x),
    ),
    "TextVectorization, adapted": (
        TEXT,
        lambda x: embedded(adapted(layers.TextVectorization(output_sequence_length=4), TEXT))(x),
    ),
    "Normalization": (TABLE, lambda x: layers.Normalization(mean=[0.5] * 32, variance=[2.0] * 32)(x)),
    "Normalization, adapted": (TABLE, lambda x: adapted(layers.Normalization(), TABLE)(x)),
    "Rescaling": (PIXELS, lambda x: layers.Rescaling(1 / 127.5, -1)(x)),
    "MelSpectrogram": (
        SOUND,
        lambda x: layers.Rescaling(0.05)(layers.MelSpectrogram(64, 32, num_mel_bins=8)(x)),
    ),
    "STFTSpectrogram": (
        Values((512, 1)),
        lambda x: layers.Rescaling(0.1)(layers.STFTSpectrogram(frame_length=64, frame_step=32)(x)),
    ),
    "STFTSpectrogram, magnitude": (
        Values((512, 1)),
        lambda x: layers.STFTSpectrogram("magnitude", frame_length=64, frame_step=32)(x),
    ),
}

IMAGES: dict[str, Row] = {
    "AugMix": (PIXELS, lambda x: unit(layers.AugMix())(x)),
    "AutoContrast": (PIXELS, lambda x: unit(layers.AutoContrast())(x)),
    "CenterCrop": (PIXELS, lambda x: unit(layers.CenterCrop(5, 6))(x)),
    "ContrastLimitedAdaptiveHistogramEqualization": (
        PIXELS,
        lambda x: unit(layers.ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2)))(x),
    ),
    "CutMix": (PIXELS, lambda x: unit(layers.CutMix())(x)),
    "Equalization": (PIXELS, lambda x: unit(layers.Equalization())(x)),
    "MaxNumBoundingBoxes": (PIXELS, lambda x: unit(layers.MaxNumBoundingBoxes(5))(x)),
    "MixUp": (PIXELS, lambda x: unit(layers.MixUp())(x)),
    "Pipeline": (PIXELS, lambda x: unit(layers.Pipeline([layers.AutoContrast(), layers.RandomFlip()]))(x)),
    "RandAugment": (PIXELS, lambda x: unit(layers.RandAugment())(x)),
    "RandomBrightness": (PIXELS, lambda x: unit(layers.RandomBrightness(0.3))(x)),
    "RandomColorDegeneration": (PIXELS, lambda x: unit(layers.RandomColorDegeneration(0.5))(x)),
    "RandomColorJitter": (PIXELS, lambda x: unit(layers.RandomColorJitter((0, 255), 0.2, 0.2, 0.2, 0.2))(x)),
    "RandomContrast": (PIXELS, lambda x: unit(layers.RandomContrast(0.3, value_range=(0, 255)))(x)),
    # Keras crops in training only, so the layers after it see two sizes.
    "RandomCrop": (PIXELS, lambda x: layers.GlobalAveragePooling2D()(unit(layers.RandomCrop(6, 6))(x))),
    "RandomElasticTransform": (PIXELS, lambda x: unit(layers.RandomElasticTransform(0.5))(x)),
    "RandomErasing": (PIXELS, lambda x: unit(layers.RandomErasing(0.5))(x)),
    "RandomFlip": (PIXELS, lambda x: unit(layers.RandomFlip())(x)),
    "RandomGaussianBlur": (PIXELS, lambda x: unit(layers.RandomGaussianBlur(0.5))(x)),
    "RandomGrayscale": (PIXELS, lambda x: unit(layers.RandomGrayscale())(x)),
    "RandomHue": (PIXELS, lambda x: unit(layers.RandomHue(0.3))(x)),
    "RandomInvert": (PIXELS, lambda x: unit(layers.RandomInvert(0.5))(x)),
    "RandomPerspective": (PIXELS, lambda x: unit(layers.RandomPerspective(0.5))(x)),
    "RandomPosterization": (PIXELS, lambda x: unit(layers.RandomPosterization(4))(x)),
    "RandomRotation": (PIXELS, lambda x: unit(layers.RandomRotation(0.2))(x)),
    "RandomSaturation": (PIXELS, lambda x: unit(layers.RandomSaturation(0.4))(x)),
    "RandomSharpness": (PIXELS, lambda x: unit(layers.RandomSharpness(0.5))(x)),
    "RandomShear": (PIXELS, lambda x: unit(layers.RandomShear(0.3))(x)),
    "RandomTranslation": (PIXELS, lambda x: unit(layers.RandomTranslation(0.2, 0.2))(x)),
    "RandomZoom": (PIXELS, lambda x: unit(layers.RandomZoom(0.2))(x)),
    "Resizing": (PIXELS, lambda x: unit(layers.Resizing(5, 11))(x)),
    "Solarization": (PIXELS, lambda x: unit(layers.Solarization(0.2))(x)),
}

# Classes that have no row: what building one says is the reason.
WITHOUT_A_ROW: dict[str, Callable[[], Any]] = {
    "FlaxLayer": lambda: layers.FlaxLayer(None),
    "JaxLayer": lambda: layers.JaxLayer(lambda params, x: x, params={}),
    "TorchModuleWrapper": lambda: layers.TorchModuleWrapper(linear_of_torch()),
}


def linear_of_torch() -> Any:
    import torch

    return torch.nn.Linear(2, 2)


@registered
class Scaled(keras.layers.Layer):
    """A layer of one's own with a weight."""

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="uniform")

    def call(self, x):
        return x * (1 + self.scale)


@registered
class Twice(keras.layers.Wrapper):
    """Another layer, one time after the other."""

    def call(self, x):
        return self.layer(keras.ops.tanh(self.layer(x)))


@registered
class Counted(keras.layers.Layer):
    """Divides by how often it was called in training, a whole number."""

    def build(self, input_shape):
        self.calls = self.add_weight(shape=(), dtype="int32", initializer="ones", trainable=False)

    def call(self, x, training=False):
        if training:
            self.calls.assign_add(1)
        return x / keras.ops.cast(self.calls, x.dtype)


@registered
class Clipped(keras.layers.Layer):
    """Clips its kernel in training, by an assignment to a trainable weight."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 40), initializer="glorot_uniform")

    def call(self, x, training=False):
        if training:
            self.kernel.assign(keras.ops.clip(self.kernel, -0.1, 0.1))
        return keras.ops.matmul(x, self.kernel)


@registered
class Penalised(keras.layers.Layer):
    """Adds a loss of its inputs."""

    def call(self, x):
        self.add_loss(0.01 * keras.ops.mean(keras.ops.square(x)))
        return x


@registered
class Remembering(keras.layers.Layer):
    """Keeps the mean of its last batch in a variable of TensorFlow, which Keras doesn't list."""

    def build(self, input_shape):
        self.mean = tf.Variable(tf.zeros((1, input_shape[-1])), trainable=False)

    def call(self, x, training=False):
        y = x + self.mean
        if training:
            self.mean.assign(tf.reduce_mean(x, axis=0, keepdims=True))
        return y


@registered
class Subclass(keras.Model):
    """A model with a `call` of its own."""

    def __init__(self, **options):
        super().__init__(**options)
        self.hidden, self.end = layers.Dense(40, "relu"), layers.Dense(3)

    def call(self, x):
        return self.end(self.hidden(x))


@registered
class OwnStep(keras.Model):
    """A model with a training step of its own, which does what Keras's does."""

    def train_step(self, data):
        return super().train_step(data)


@functools.cache
def saved_model() -> str:
    """A folder with a SavedModel, there as long as this process."""
    folder = tempfile.TemporaryDirectory(prefix="zoo-")
    saved_model.folder = folder
    model = keras.Sequential([keras.Input((32,)), layers.Dense(40, "relu")])
    model.export(f"{folder.name}/model", verbose=False)
    return f"{folder.name}/model"


def siamese(a, b):
    shared = layers.Dense(40, "relu")
    return layers.Dense(3)(layers.Subtract()([shared(a), shared(b)]))


def residual(x):
    y = layers.Conv2D(16, 3, padding="same")(x)
    for _ in range(2):
        inner = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(16, 3, padding="same")(y)))
        y = layers.Add()([y, inner])
    return layers.Dense(3)(layers.GlobalAveragePooling2D()(y))


def nested_twice(x):
    inner = keras.Sequential([keras.Input((32,)), layers.Dense(32, "relu"), layers.BatchNormalization()])
    return layers.Dense(3)(inner(inner(x)))


def operations(x):
    y = layers.Dense(40)(x)
    return layers.Dense(3)(keras.ops.relu(y) * 0.5 + keras.ops.exp(-(y**2)))


def encoder_decoder(a, b):
    _, *states = layers.LSTM(32, return_state=True)(a)
    return layers.Dense(3)(layers.LSTM(32)(b, initial_state=states))


def u_net(x):
    down = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    low = layers.Conv2D(32, 3, padding="same", activation="relu")(layers.MaxPooling2D()(down))
    up = layers.Conv2D(16, 3, padding="same")(layers.UpSampling2D()(low))
    return layers.Dense(3)(layers.GlobalAveragePooling2D()(layers.Concatenate()([down, up])))


def transformer(x):
    y = layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(4, 8)(x, x)]))
    y = layers.LayerNormalization()(layers.Add()([y, layers.Dense(32)(layers.Dense(64, "gelu")(y))]))
    return layers.Dense(3)(layers.GlobalAveragePooling1D()(y))


def on_a_frozen_base(x):
    base = keras.Sequential([keras.Input((8, 8, 4)), layers.Conv2D(32, 3), layers.BatchNormalization()])
    base.trainable = False
    return layers.Dense(3)(layers.GlobalAveragePooling2D()(base(x, training=False)))


def in_half_precision(x):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        y = layers.Dense(40, "relu")(x)
        return keras.Model(x, layers.Dense(3, dtype="float32")(y))
    finally:
        keras.config.set_dtype_policy(before)


def of_a_subclass(x):
    model = Subclass()
    model(x)
    return model


def two_outputs(x):
    y = layers.Dense(40, "relu")(x)
    return [layers.Dense(3)(y), layers.Dense(2)(y)]


def hidden(x):
    return layers.Dense(3)(layers.Dense(40, "relu")(x))


MODELS: dict[str, Row] = {
    "two inputs, by name": (PAIR, lambda a, b: hidden(layers.Concatenate()([a, b]))),
    "two outputs, a list": (TABLE, two_outputs),
    "two outputs, a dict": (TABLE, lambda x: dict(zip(("one", "two"), two_outputs(x), strict=True))),
    "a shared layer (siamese)": (PAIR, siamese),
    "residual blocks with normalisation": (IMAGE, residual),
    "a model twice in a model": (TABLE, nested_twice),
    "operations in the graph (keras.ops)": (TABLE, operations),
    "x + y of tensors": (TABLE, lambda x: layers.Dense(3)(x + layers.Dense(32, "relu")(x))),
    "a Lambda of a Python lambda": (TABLE, lambda x: hidden(layers.Lambda(lambda y: y * 2)(x))),
    "a layer that counts its calls": (TABLE, lambda x: hidden(Counted()(x))),
    "a layer that clips its weights": (TABLE, lambda x: layers.Dense(3)(Clipped()(x))),
    "a layer that keeps a tf.Variable": (TABLE, lambda x: hidden(Remembering()(x))),
    "a layer that adds a loss": (TABLE, lambda x: hidden(Penalised()(x))),
    "a constraint on weights": (
        TABLE,
        lambda x: layers.Dense(3)(layers.Dense(40, kernel_constraint="max_norm")(x)),
    ),
    "a penalty on weights": (TABLE, lambda x: layers.Dense(3)(layers.Dense(40, kernel_regularizer="l2")(x))),
    "Masking, then LSTM": (SERIES, lambda x: layers.Dense(3)(layers.LSTM(32)(layers.Masking()(x)))),
    "Embedding with a mask, then GRU": (
        NUMBERS,
        lambda x: layers.Dense(3)(layers.GRU(32)(layers.Embedding(40, 32, mask_zero=True)(x))),
    ),
    "Embedding with a mask, then the mean": (
        NUMBERS,
        lambda x: layers.Dense(3)(
            layers.GlobalAveragePooling1D()(layers.Embedding(40, 32, mask_zero=True)(x))
        ),
    ),
    "Bidirectional LSTM, then LSTM": (
        SERIES,
        lambda x: layers.Dense(3)(
            layers.LSTM(32)(layers.Bidirectional(layers.LSTM(16, return_sequences=True))(x))
        ),
    ),
    "TimeDistributed Dense, then GRU": (
        SERIES,
        lambda x: layers.Dense(3)(layers.GRU(32)(layers.TimeDistributed(layers.Dense(16, "relu"))(x))),
    ),
    "encoder and decoder (return_state)": ({"a": SERIES, "b": SERIES}, encoder_decoder),
    "a stateful LSTM, batches of 4": (
        SERIES._replace(batch=4),
        lambda x: layers.Dense(3)(layers.LSTM(32, stateful=True)(x)),
    ),
    "a stateful GRU, batches of 4": (
        SERIES._replace(batch=4),
        lambda x: layers.Dense(3)(layers.GRU(32, stateful=True)(x)),
    ),
    "a subclass of Model": (TABLE, of_a_subclass),
    "a training step of one's own": (TABLE, lambda x: OwnStep(x, hidden(x))),
    "mixed_float16": (TABLE, in_half_precision),
    "on a frozen base with normalisation": (IMAGE, on_a_frozen_base),
    "skip connections (U-Net)": (IMAGE, u_net),
    "a transformer block": (STEPS, transformer),
    "an image as output": (IMAGE, lambda x: layers.Conv2D(1, 3, padding="same")(x)),
    "a sequence as output": (SERIES, lambda x: layers.Dense(2)(layers.LSTM(32, return_sequences=True)(x))),
}


def application(name: str, values: Values = PICTURE, **options: Any) -> Row:
    """A network of keras.applications without weights, pooled, with three outputs."""

    def outputs(x):
        make = getattr(keras.applications, name)
        body = make(include_top=False, weights=None, input_tensor=x, pooling="avg", **options)
        return layers.Dense(3)(body.output)

    return values, outputs


APPLICATIONS: dict[str, Row] = {
    "ConvNeXtTiny": application("ConvNeXtTiny", RAW_PICTURE),
    "DenseNet121": application("DenseNet121"),
    "EfficientNetB0": application("EfficientNetB0", RAW_PICTURE),
    "EfficientNetV2B0": application("EfficientNetV2B0", RAW_PICTURE),
    "InceptionV3": application("InceptionV3", Values((75, 75, 3))),
    "MobileNet": application("MobileNet"),
    "MobileNetV2": application("MobileNetV2"),
    "MobileNetV3Small": application("MobileNetV3Small", RAW_PICTURE),
    "NASNetMobile": application("NASNetMobile"),
    "ResNet50": application("ResNet50"),
    "VGG16": application("VGG16"),
    "Xception": application("Xception", Values((71, 71, 3))),
}

LAYERS = {
    "Core": CORE,
    "Activations": ACTIVATIONS,
    "Convolution": CONVOLUTION,
    "Pooling": POOLING,
    "Normalisation": NORMALISATION,
    "Dropout, noise and penalties": DROPOUT,
    "Merging": MERGING,
    "Reshaping": RESHAPING,
    "Attention": ATTENTION,
    "Recurrent": RECURRENT,
    "Tables, texts and sound": TABLES_AND_TEXTS,
    "Images": IMAGES,
}
ZOO = LAYERS | {"Functional, nested and stateful models": MODELS, "keras.applications": APPLICATIONS}
ROWS = dict(itertools.chain.from_iterable(kind.items() for kind in ZOO.values()))
