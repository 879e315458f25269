import keras
import numpy as np
import pytest

from dlcourse import models
from dlcourse.datasets import load
from dlcourse.errors import ModelError

# Keras 3.15 with NumPy 2, whenever weights are written to a file.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")


def test_gan_moves_towards_the_data():
    keras.utils.set_random_seed(0)
    images = load("digits").features[..., None] / 16
    model = models.gan((8, 8, 1), filters=16)

    def distance() -> float:
        made = model.generate(500, seed=1)
        return float(
            np.abs(made.mean(axis=0) - images.mean(axis=0)).mean()
            + np.abs(made.std(axis=0) - images.std(axis=0)).mean()
        )

    before = distance()
    history = model.fit(images, epochs=8, verbose=0).history
    assert set(history) == {"d_loss", "g_loss"}
    assert np.isfinite(history["d_loss"] + history["g_loss"]).all()
    assert distance() < before / 3


def test_gan_refuses_images_that_it_could_not_make():
    model = models.gan((8, 8, 1), filters=2)
    with pytest.raises(ModelError, match=r"makes images of 8×8, and these are \(6, 6\)"):
        model.fit(np.zeros((4, 6, 6, 1), np.float32), verbose=0)
    with pytest.raises(ModelError, match="needs a learning rate"):
        models.gan((8, 8, 1), learning_rate=None)


def test_gan_step_is_the_two_losses_of_the_formula():
    keras.utils.set_random_seed(0)
    model = models.gan((8, 8, 1), filters=4, dropout=0.0)
    real = np.random.default_rng(0).uniform(size=(16, 8, 8, 1)).astype(np.float32)
    noise = keras.random.normal((16, 32), seed=keras.random.SeedGenerator(3))
    model.random = keras.random.SeedGenerator(3)
    fake = model.generator(noise, training=True)
    logits = [model.discriminator(images, training=True).numpy() for images in (real, fake)]
    losses = keras.losses.BinaryCrossentropy(from_logits=True)
    d_loss = float(losses(np.ones((16, 1)), logits[0]) + losses(np.zeros((16, 1)), logits[1]))
    g_loss = float(losses(np.ones((16, 1)), logits[1]))
    figures = {name: float(value) for name, value in model.train_step((real,)).items()}
    assert figures == {"d_loss": pytest.approx(d_loss, rel=1e-4), "g_loss": pytest.approx(g_loss, rel=1e-4)}


def test_gan_comes_back_from_a_file_and_trains_on(tmp_path):
    model = models.gan((6, 10, 2), filters=4, latent_size=5)
    images = np.random.default_rng(0).uniform(size=(8, 6, 10, 2)).astype(np.float32)
    model.fit(images, verbose=0)
    model.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras", safe_mode=True)
    np.testing.assert_allclose(again.generate(3, seed=1), model.generate(3, seed=1), atol=1e-6)
    assert not np.array_equal(model.generate(3, seed=1), model.generate(3, seed=2))
    again.fit(images, verbose=0)
