"""Lesson 7d: how `build_text_classifier` is checked."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.transformers_models import classifies_texts
from grader.references import transformers as reference

TOKENS = 8  # of the texts, before they are padded
PADDED = (1, 8, 32)  # zeros
LONG = 100  # tokens of a text
TEXTS = 12
TRIED = 60  # tokens, padding and the last one among them
ENDED = 3  # texts that end in each of these


def texts(rng: np.random.Generator) -> Iterator[Case]:
    """Texts of 1 to 8 words, padded, alone, changed and in another order; once of many words and places."""
    for vocabulary_size, length, classes in ((60, 40, 4), (20_500, 600, 2)):
        others = np.arange(1, vocabulary_size - 1)
        whole = np.array([rng.permutation(others)[:TOKENS] for _ in range(TEXTS)])
        whole[0, 0] = vocabulary_size - 1
        words = rng.integers(1, TOKENS + 1, TEXTS)
        some = np.where(np.arange(TOKENS) < words[:, None], whole, 0)
        other = whole % (vocabulary_size - 1) + 1
        tried = np.append([0, vocabulary_size - 1], rng.permutation(others)[: TRIED - 2])
        long = np.stack([rng.choice(others, length) for _ in range(TEXTS)])
        batches = {
            "texts": [some],
            "some of them": [some[: TEXTS // 2]],
            **{f"padded by {zeros}": [np.pad(some, ((0, 0), (0, zeros)))] for zeros in PADDED},
            "whole": [
                whole,
                whole[:, ::-1],
                *(with_words_of(other, whole, (place,)) for place in range(TOKENS)),
                *(with_words_of(other, whole, (place, place + 1)) for place in range(0, TOKENS, 2)),
                *(exchanged(whole, place) for place in range(TOKENS - 1)),
            ],
            "ends": [
                np.column_stack([np.tile(text[: TOKENS // 2], (len(tried), 1)), tried])
                for text in whole[:ENDED]
            ],
            "a word": [whole[:, :1]],
            "full": [long[:1]],
        }
        if length < LONG:  # a place among hundreds hardly counts
            last = (length - 1,)
            batches["late"] = [
                long,
                with_words_of(long % (vocabulary_size - 1) + 1, long, last),
                exchanged(long, length - 2),
            ]
        labels = rng.integers(0, classes, 64)
        lesson = rng.integers(classes + 1, vocabulary_size, (64, TOKENS))
        lesson[:, rng.integers(TOKENS)] = 1 + labels
        yield Case(
            (vocabulary_size, length, classes),
            inputs={
                "batches": [np.concatenate(parts).astype(np.int32) for parts in batches.values()],
                "steps": (lesson.astype(np.int32), labels.astype(np.int32)) if classes > 2 else None,
            },
            secret={
                "sizes": {name: sum(map(len, parts)) for name, parts in batches.items()},
                "tried": tried,
            },
        )


def with_words_of(other: np.ndarray, texts: np.ndarray, places: tuple[int, ...]) -> np.ndarray:
    return np.where(np.isin(np.arange(texts.shape[1]), places), other, texts)


def exchanged(texts: np.ndarray, place: int) -> np.ndarray:
    """The same texts, with the words at this place and the next one exchanged."""
    order = np.arange(texts.shape[1])
    order[[place, place + 1]] = place + 1, place
    return texts[:, order]


def classifier(
    *,
    shape: Callable = lambda length: (None,),
    more_tokens: int = 0,
    masks: bool = True,
    mask_of_keras: bool = False,
    positions: bool = True,
    attends: bool = True,
    residuals: bool = True,
    norms: bool = True,
    feed_forward: bool = True,
    pool: Callable = lambda layers, x, mask: layers.GlobalAveragePooling1D()(x, mask=mask),
    activation: str | None = "softmax",
    units: Callable = lambda classes: classes,
    trainable: bool = True,
):
    """The classifier, or with other settings a wrong one."""

    def answer(vocabulary_size, length, num_classes):
        import keras
        from keras import layers, ops

        depth = 16
        tokens = keras.Input(shape(length), dtype="int32")
        mask = ops.not_equal(tokens, 0) if masks else None
        embedding = layers.Embedding(vocabulary_size + more_tokens, depth, mask_zero=mask_of_keras)
        embedding.trainable = trainable
        x = embedding(tokens)
        if positions:
            x = x + layers.Embedding(length, depth)(ops.cumsum(ops.ones_like(tokens), axis=1) - 1)

        def added(x: Any, part: Any) -> Any:
            x = x + part if residuals else part
            return layers.LayerNormalization()(x) if norms else x

        if attends:
            seen = None if mask is None else ops.expand_dims(mask, 1)
            x = added(x, layers.MultiHeadAttention(2, depth // 2)(x, x, attention_mask=seen))
        if feed_forward:
            x = added(x, layers.Dense(depth)(layers.Dense(32, "relu")(x)))
        x = pool(layers, x, mask)
        return keras.Model(tokens, layers.Dense(units(num_classes), activation)(x))

    return answer


EXERCISE = Exercise(
    reference=reference.build_text_classifier,
    kind="model",
    verify=classifies_texts,
    artefact="model",
    cases=texts,
    mistakes=(
        Mistake(
            "no_mask",
            classifier(masks=False),
            "Padding counts as a word: nothing in your model tells it from words. So a text is taken for "
            "another one as soon as a longer one stands in its batch.",
        ),
        Mistake(
            "mask_lost",
            classifier(masks=False, mask_of_keras=True),
            "Your model knows where padding is, and padding still counts: does the mask arrive at the "
            "attention and at the pooling (`x + y`, say, hands none on), and do places count from the front?",
        ),
        Mistake(
            "no_positions",
            classifier(positions=False),
            "Tokens have vectors, and positions have none. To attention a text is a heap of words without "
            "them.",
        ),
        Mistake(
            "fixed_length",
            classifier(shape=lambda length: (length,)),
            "Your model takes texts of its full length alone. With `keras.Input((None,))` it takes shorter "
            "ones, too, as they come in batches.",
        ),
        Mistake(
            "too_few_tokens",
            classifier(more_tokens=-1),
            "Your embedding has too few rows: the last token's number is vocabulary_size − 1, and 0 is "
            "one, too.",
        ),
    ),
    hints=(
        "Draw it first: tokens and positions, their sum, attention, sum, norm, two dense layers, sum, norm, "
        "pooling, classes. At which of these do tokens meet each other, so that padding could matter?",
        "A running sum over ones, made in the tokens' shape, counts a row's places, one too high; they go "
        "into a second Embedding, of `length` rows. `keras.ops` has both, and `not_equal` for where there "
        "are words.",
        "The attention takes `attention_mask` of shape (n, 1, t), made with `ops.expand_dims`. "
        "GlobalAveragePooling1D takes `mask`. Where both get it, no layer needs to pass it on.",
    ),
    difficulty=4,
    importance=5,
    minutes=20,
    seconds=180,
    megabytes=2048,
)
