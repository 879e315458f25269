"""Trains `backbones/digits.keras`, for `python datasets/make.py backbone`: about a minute, on one core."""

import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from dlcourse import datasets, files
from dlcourse.console import progress

KNOWN = 900  # the first images of `digits`: the others are for those who transfer
EPOCHS, BATCH, RATE = 30, 64, 3e-3
TURNS, COPIES = (1, 2, 3), 2  # quarter turns: no digit stands upright


def trained() -> bytes:
    print("This takes about a minute.")
    keras.utils.set_random_seed(0)
    tf.config.experimental.enable_op_determinism()
    # In how many parts a sum is added up, and so its last bits, would follow from the number of cores.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    digits = datasets.load("digits")
    images, labels = digits.features / 16, digits.target
    model = network()
    steps = -(-KNOWN * len(TURNS) * COPIES // BATCH) * EPOCHS
    rate = keras.optimizers.schedules.CosineDecay(RATE, steps)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    with progress(EPOCHS, "Training the backbone") as advance:
        for _ in range(EPOCHS):  # each on places and backgrounds of its own
            model.fit(*turned(images[:KNOWN], labels[:KNOWN], rng), batch_size=BATCH, verbose=0)
            advance()
    unseen = turned(images[KNOWN:], labels[KNOWN:], np.random.default_rng(1))
    upright = datasets.on_photograph(images[KNOWN:], np.random.default_rng(1), "flower")
    print(f"accuracy = {model.evaluate(*unseen, verbose=0)[1]:.3f}")
    print(f"accuracy_upright = {model.evaluate(upright, labels[KNOWN:], verbose=0)[1]:.3f}")
    print(f"parameters = {model.count_params()}")
    with tempfile.TemporaryDirectory() as folder:
        bare = network()  # without the optimizer, which Keras would write too
        bare.set_weights(model.get_weights())
        bare.save(path := Path(folder, "digits.keras"))
        return files.repeatable(path.read_bytes())


def turned(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Each image in three turns, twice, each time elsewhere on the photograph of a temple."""
    turns = TURNS * COPIES
    x = np.concatenate([np.rot90(images, turn, axes=(1, 2)) for turn in turns])
    return datasets.on_photograph(x, rng, "china"), np.tile(labels, len(turns))


def network() -> keras.Model:
    """Three convolutions, each normalised, the largest value of each map, and an output layer."""
    model = keras.Sequential([keras.Input((12, 12, 1))], name="digits")
    for number, filters in enumerate((16, 32, 64), 1):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv_{number}"))
        model.add(layers.BatchNormalization(momentum=0.9, name=f"norm_{number}"))
        model.add(layers.ReLU(name=f"relu_{number}"))
        if number < 3:
            model.add(layers.MaxPooling2D(name=f"pool_{number}"))
    model.add(layers.GlobalMaxPooling2D(name="features"))
    model.add(layers.Dense(10, activation="softmax", name="head"))
    return model
