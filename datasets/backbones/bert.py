"""Trains the small BERT of lesson 7d: `python datasets/make.py bert`, four minutes.

Its vocabulary, written to bert.txt beside it, and its weights come from the training part of the docstrings,
without the labels: it learns to say which words were hidden.
"""

import itertools
from collections import Counter, defaultdict
from pathlib import Path

import keras
import numpy as np
from backbones.packing import packed
from keras import layers, ops
from rich.progress import track

from dlcourse import datasets
from dlcourse.models import wordpieces

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNK, CLS, SEP, MASK = range(5)
SIZE, LENGTH = 2000, 24  # pieces of the vocabulary, and of a text
DEPTH, HEADS, BLOCKS = 32, 2, 1
EPOCHS, BATCH = 120, 32


def trained() -> bytes:
    split = datasets.load("docstrings").split()
    pieces = vocabulary(split.train.x)
    Path(__file__).with_suffix(".txt").write_text("\n".join(pieces) + "\n", encoding="utf-8", newline="\n")
    x, unseen = (wordpieces.numbered(part.x, LENGTH) for part in (split.train, split.test))
    keras.utils.set_random_seed(0)
    model = network()
    steps = EPOCHS * (len(x) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps, alpha=0.02, warmup_target=0.005, warmup_steps=steps // 20
    )
    model.compile(
        keras.optimizers.Adam(rate, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=True,  # twice as fast
    )
    rng = np.random.default_rng(0)
    batches = (batch for _ in range(EPOCHS) for batch in epoch(x, rng))
    for seen, whole, hidden in track(batches, "BERT", total=steps):
        model.train_on_batch(seen, whole, sample_weight=hidden)
    print("hidden pieces of the test part: loss {:.2f}, right {:.1%}".format(*judged(model, unseen)))
    return packed(model)


def network() -> keras.Model:
    """Pieces (n, t), with t up to 24, to the logits of the piece that stands there, (n, t, 2000).

    The layers of the BERT of 2018, but for the vectors of first and second sentence; the last matrix is the
    table of the pieces, turned.
    """
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    filled = ops.expand_dims(ops.not_equal(tokens, PAD), 1)  # (n, 1, t): nothing attends to padding
    table = layers.ReversibleEmbedding(
        SIZE, DEPTH, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1), name="pieces"
    )
    places = ops.cumsum(ops.ones_like(tokens), axis=1) - 1
    x = layers.Add()([table(tokens), layers.Embedding(LENGTH, DEPTH, name="positions")(places)])
    x = layers.LayerNormalization(epsilon=1e-12, name="embedded")(x)
    for i in range(1, BLOCKS + 1):
        attend = layers.MultiHeadAttention(HEADS, DEPTH // HEADS, name=f"attention_{i}")
        found = attend(x, x, attention_mask=filled)
        x = layers.LayerNormalization(epsilon=1e-12, name=f"attended_{i}")(layers.Add()([x, found]))
        made = layers.Dense(DEPTH, name=f"narrow_{i}")(ops.gelu(layers.Dense(2 * DEPTH, name=f"wide_{i}")(x)))
        x = layers.Add()([x, made])
        x = layers.LayerNormalization(epsilon=1e-12, name=f"block_{i}")(x)
    guess = layers.LayerNormalization(epsilon=1e-12, name="guess_norm")(
        ops.gelu(layers.Dense(DEPTH, name="guess")(x))
    )
    return keras.Model(tokens, table(guess, reverse=True), name="bert")


def epoch(x, rng):
    """All texts in a new order, 15 % of their pieces to be guessed: hidden, exchanged, or as they are."""
    chosen = (x >= len(SPECIAL)) & (rng.random(x.shape) < 0.15)
    way = rng.random(x.shape)
    seen = np.where(chosen & (way < 0.8), MASK, x)
    seen = np.where(chosen & (way > 0.9), rng.integers(len(SPECIAL), SIZE, x.shape), seen)
    for rows in rng.permutation(len(x))[: len(x) // BATCH * BATCH].reshape(-1, BATCH):
        share = chosen[rows] * (x[rows].size / chosen[rows].sum())  # the loss is a mean over all pieces
        yield seen[rows], x[rows], share.astype("float32")


def judged(model, unseen) -> tuple[float, float]:
    """How well it guesses hidden pieces of texts that it hasn't seen: the loss, and the share right."""
    hidden = (unseen >= len(SPECIAL)) & (np.random.default_rng(1).random(unseen.shape) < 0.15)
    logits = model.predict(np.where(hidden, MASK, unseen), verbose=0)[hidden]
    losses = keras.losses.sparse_categorical_crossentropy(unseen[hidden], logits, from_logits=True)
    return float(ops.mean(losses)), float(np.mean(logits.argmax(axis=1) == unseen[hidden]))


def vocabulary(texts) -> list[str]:
    """Pieces of words: single characters, then, again and again, the pair that stands together most often.

    A piece that continues a word begins with ##. Source: Sennrich, Haddow & Birch (2016), "Neural Machine
    Translation of Rare Words with Subword Units".
    """
    counts = Counter(word for text in texts for word in wordpieces.words(text))
    parts = {word: [word[0], *(f"##{letter}" for letter in word[1:])] for word in counts}
    found = sorted({piece for pieces in parts.values() for piece in pieces})
    pairs, words_with = Counter(), defaultdict(set)

    def count(word, sign):
        for pair in itertools.pairwise(parts[word]):
            pairs[pair] += sign * counts[word]
            words_with[pair].add(word)

    for word in parts:
        count(word, 1)
    while len(SPECIAL) + len(found) < SIZE:
        pair = max(pairs, key=lambda pair: (pairs[pair], pair))
        joined = pair[0] + pair[1].removeprefix("##")
        if joined not in found:
            found.append(joined)
        for word in list(words_with[pair]):
            count(word, -1)
            parts[word] = together(parts[word], pair, joined)
            count(word, 1)
    return [*SPECIAL, *found]


def together(pieces, pair, joined):
    out = []
    for piece in pieces:
        if out and (out[-1], piece) == pair:
            out[-1] = joined
        else:
            out.append(piece)
    return out
