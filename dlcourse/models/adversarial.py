"""A generative adversarial network for small images: `gan((8, 8, 1))`, `fit(images)`, `generate(16)`.

Sources: Goodfellow et al., "Generative Adversarial Nets" (2014); for the layers, Radford et al.,
"Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks" (2015).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from dlcourse.errors import ModelError
from dlcourse.models import arguments


def gan(
    image_shape: Sequence[int] = (8, 8, 1),
    *,
    latent_size: int = 32,
    filters: int = 32,
    dropout: float = 0.0,
    learning_rate: float = 1e-3,
) -> GAN:
    """Build and compile a generator and a discriminator for small images.

    Args:
        image_shape: (height, width, channels), even; pixels run from 0 to 1.
        latent_size: how many random numbers an image is made from.
        filters: of the generator's layers and of the discriminator's first, whose next ones double them.
        dropout: the rate in the discriminator.
        learning_rate: of the two Adam optimizers.

    Returns:
        A compiled `GAN`.

    Raises:
        ModelError: an argument can't be; the message says which.

    Example:
        >>> model = gan((8, 8, 1), filters=8)
        >>> model.generate(2, seed=0).shape
        (2, 8, 8, 1)
    """
    axes = ("height", "width", "channels")
    height, width, channels = image_shape = arguments.shape("A GAN", axes, image_shape)
    if height % 2 or width % 2:
        raise ModelError(
            f"The generator doubles sizes, so height and width must be even, not {height}×{width}."
        )
    latent_size, filters = arguments.count("latent_size", latent_size), arguments.count("filters", filters)
    dropout = arguments.rate("dropout", dropout)
    arguments.learning_rate(learning_rate)
    if learning_rate is None:
        raise ModelError("A GAN needs a learning rate, such as 0.001, and got None.")
    scales = 1
    while min(height, width) >> (scales + 1) >= 4 and not (height | width) % 2 ** (scales + 1):
        scales += 1
    start = (height >> scales, width >> scales, filters)

    generator = [keras.Input((latent_size,)), layers.Dense(math.prod(start)), layers.Reshape(start)]
    for _ in range(scales):
        generator += [*_normalised(), layers.Conv2DTranspose(filters, 4, strides=2, padding="same")]
    generator += [*_normalised(), layers.Conv2D(channels, 3, padding="same", activation="sigmoid")]

    discriminator = [keras.Input(image_shape)]
    for i in range(scales + 1):
        discriminator.append(layers.Conv2D(filters * 2**i, 4, strides=2, padding="same"))
        discriminator += [layers.LeakyReLU(0.2), layers.Dropout(dropout)]
    discriminator += [layers.Flatten(), layers.Dense(1)]

    model = GAN(
        keras.Sequential(generator, name="generator"), keras.Sequential(discriminator, name="discriminator")
    )
    model.compile(*(keras.optimizers.Adam(learning_rate, beta_1=0.5) for _ in range(2)))
    return model


def _normalised() -> list[layers.Layer]:
    # The averages keep up with the generator, which changes faster than a classifier: hence the low momentum.
    return [layers.BatchNormalization(momentum=0.8), layers.LeakyReLU(0.2)]


@keras.saving.register_keras_serializable(package="dlcourse")
class GAN(keras.Model):
    """Two networks with opposite aims: G makes images from noise z, D tells them from real ones x.

    With D's logits as scores and s(t) = log(1 + eᵗ), one step lowers

        d_loss = mean s(-D(x)) + mean s(D(G(z)))    by the weights of D,
        g_loss = mean s(-D(G(z)))                   by the weights of G.

    The second is the non-saturating form: the plain opposite of the first is flat where G is at its worst.

    Args:
        generator: (n, latent_size) → images in [0, 1].
        discriminator: images → (n, 1), logits.
    """

    def __init__(self, generator: keras.Model, discriminator: keras.Model, **options: object) -> None:
        super().__init__(**options)
        self.generator, self.discriminator = generator, discriminator
        self.latent_size = generator.input_shape[1]
        self.built = True  # both networks are
        self.random = keras.random.SeedGenerator()
        self.d_loss, self.g_loss = keras.metrics.Mean("d_loss"), keras.metrics.Mean("g_loss")

    def compile(
        self, d_optimizer: keras.optimizers.Optimizer, g_optimizer: keras.optimizers.Optimizer
    ) -> None:
        """Set an optimizer for each network."""
        super().compile()
        self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer
        d_optimizer.build(self.discriminator.trainable_variables)
        g_optimizer.build(self.generator.trainable_variables)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [self.d_loss, self.g_loss]

    def call(self, noise: tf.Tensor, training: bool = False) -> tf.Tensor:
        """The generator's images."""
        return self.generator(noise, training=training)

    def train_step(self, data: tf.Tensor) -> dict[str, tf.Tensor]:
        """One step of both networks on a batch of real images; targets, if there are any, are left out."""
        real = data[0] if isinstance(data, tuple) else data
        size, given = self.discriminator.input_shape[1:3], tuple(real.shape[1:3])
        # Strided convolutions round sizes up, so that images of other sizes may pass unnoticed.
        if given != size:
            raise ModelError(f"The GAN makes images of {size[0]}×{size[1]}, and these are {given}.")
        noise = keras.random.normal((ops.shape(real)[0], self.latent_size), seed=self.random)
        with tf.GradientTape(persistent=True) as tape:
            fake = self.generator(noise, training=True)
            real_logits = self.discriminator(real, training=True)
            fake_logits = self.discriminator(fake, training=True)
            d_loss = ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))
            g_loss = ops.mean(ops.softplus(-fake_logits))
        d_weights, g_weights = self.discriminator.trainable_weights, self.generator.trainable_weights
        # Both gradients before either step: each network answers the other as it was.
        d_gradients, g_gradients = tape.gradient(d_loss, d_weights), tape.gradient(g_loss, g_weights)
        self.d_optimizer.apply(d_gradients, d_weights)
        self.g_optimizer.apply(g_gradients, g_weights)
        self.d_loss.update_state(d_loss)
        self.g_loss.update_state(g_loss)
        return {metric.name: metric.result() for metric in self.metrics}

    def generate(self, n: int, seed: int | None = None) -> np.ndarray:
        """Make images.

        Args:
            n: how many.
            seed: the same seed gives the same noise.

        Returns:
            float32, of shape (n, height, width, channels), in [0, 1].
        """
        n = arguments.count("n", n)
        noise = np.random.default_rng(seed).standard_normal((n, self.latent_size), dtype=np.float32)
        return self.generator.predict(noise, verbose=0)

    def get_config(self) -> dict:
        networks = {"generator": self.generator, "discriminator": self.discriminator}
        parts = {name: keras.saving.serialize_keras_object(network) for name, network in networks.items()}
        return {**super().get_config(), **parts}

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> GAN:
        for name in ("generator", "discriminator"):
            config[name] = keras.saving.deserialize_keras_object(config[name], custom_objects=custom_objects)
        return cls(**config)

    def get_compile_config(self) -> dict:
        return {
            name: keras.optimizers.serialize(getattr(self, name)) for name in ("d_optimizer", "g_optimizer")
        }

    def compile_from_config(self, config: dict) -> None:
        self.compile(**{name: keras.optimizers.deserialize(value) for name, value in config.items()})
