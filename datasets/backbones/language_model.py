"""Trains the language model of lesson 7d: `python datasets/make.py language_model`, four minutes.

A causal transformer that reads characters and says which comes next, trained on the training part of the
docstrings. It learns from windows of 64 characters and, at the end, of 256, the longest that it takes.
"""

import keras
import numpy as np
from backbones.packing import packed
from keras import layers, ops
from rich.progress import track

from dlcourse import datasets

DEPTH, HEADS, BLOCKS, LONGEST = 48, 4, 2, 256
PHASES = ((3000, 64, 32), (600, 256, 8))  # steps, characters of a window, windows of a batch


def trained() -> bytes:
    split = datasets.load("docstrings").split()
    characters = sorted({"\n", *"".join(split.train.x)})
    keras.utils.set_random_seed(0)
    model = network(len(characters))
    steps = sum(phase[0] for phase in PHASES)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps, alpha=0.02, warmup_target=0.005, warmup_steps=150
    )
    model.compile(
        keras.optimizers.Adam(rate, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=True,  # twice as fast
    )
    batches = (batch for phase in PHASES for batch in windows(split.train.x, characters, *phase))
    for x, places, y in track(batches, "language model", total=steps):
        model.train_on_batch([x, places], y)
    print(f"on the test part: {bits(model, split.test.x, characters):.3f} bits a character")
    return packed(model)


def network(characters: int) -> keras.Model:
    """Characters and their positions, each (n, t), to the next character's logits, (n, t, characters)."""
    numbers = keras.Input((None,), dtype="int32", name="characters")
    places = keras.Input((None,), dtype="int32", name="positions")
    position = layers.Embedding(LONGEST, DEPTH, name="position")
    x = layers.Add()([layers.Embedding(characters, DEPTH, name="character")(numbers), position(places)])
    for i in range(1, BLOCKS + 1):
        seen = layers.LayerNormalization(name=f"before_attention_{i}")(x)
        attend = layers.MultiHeadAttention(HEADS, DEPTH // HEADS, name=f"attention_{i}")
        x = layers.Add()([x, attend(seen, seen, use_causal_mask=True)])
        made = layers.LayerNormalization(name=f"before_dense_{i}")(x)
        made = layers.Dense(2 * DEPTH, "relu", name=f"wide_{i}")(made)
        x = layers.Add()([x, layers.Dense(DEPTH, name=f"narrow_{i}")(made)])
    logits = layers.Dense(characters, name="next")(layers.LayerNormalization(name="last")(x))
    waves = np.arange(LONGEST)[:, None] / 10000 ** (np.arange(0, DEPTH, 2) / DEPTH)
    position.set_weights([0.3 * np.stack([np.sin(waves), np.cos(waves)], 2).reshape(LONGEST, DEPTH)])
    return keras.Model([numbers, places], logits, name="language_model")


def windows(texts, characters, steps, length, batch):
    """Batches of windows of the texts, in an order that is new each time they have all been seen."""
    rng = np.random.default_rng(length)
    while True:
        stream = numbered([texts[i] for i in rng.permutation(len(texts))], characters)
        starts = np.arange(rng.integers(length), len(stream) - length - 1, length)
        for rows in rng.permutation(starts)[: len(starts) // batch * batch].reshape(-1, batch, 1):
            at = rows + np.arange(length)
            # Anywhere in what the network takes: each position is learned, in short windows too.
            places = rng.integers(LONGEST - length + 1, size=(batch, 1)) + np.arange(length)
            yield stream[at], places, stream[at + 1]
            steps -= 1
            if not steps:
                return


def numbered(texts, characters) -> np.ndarray:
    """The texts, each between line breaks, as numbers; a character that is not among these is left out."""
    number = {character: i for i, character in enumerate(characters)}
    return np.array([number[c] for c in "\n".join(["", *texts, ""]) if c in number], np.int32)


def bits(model, texts, characters, length=256) -> float:
    """The mean of −log₂ of the probability that it gave to what came, in windows of 256 characters."""
    stream = numbered(texts, characters)
    at = np.arange(0, len(stream) - length - 1, length)[:, None] + np.arange(length)
    said = model.predict([stream[at], np.broadcast_to(np.arange(length), at.shape)], verbose=0)
    losses = keras.losses.sparse_categorical_crossentropy(stream[at + 1], said, from_logits=True)
    return float(ops.mean(losses) / np.log(2))
