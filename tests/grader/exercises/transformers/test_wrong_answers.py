"""Lesson 7d: wrong answers that no known mistake covers, and answers of odd kinds."""

import warnings

import numpy as np
import pytest
from asking import BY_NAME, ODD_ARRAYS, after, verdict

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras

from grader.exercises.transformers.encoder_block import attended, fed_forward, norm
from grader.exercises.transformers.previous_token_head import turned
from grader.references import transformers as reference

ARRAYS = ("positional_encoding", "attention", "masked_attention", "multi_head_attention", "layer_norm")


def most_pieces(word, vocabulary):
    """Every letter by itself, whatever longer piece there is."""
    return ["##" * (i > 0) + letter for i, letter in enumerate(word)]


def hard(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2)
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    return np.take_along_axis(v, scores.argmax(-1)[..., None], axis=-2)


def by_cosine(q, k, v, mask=None):
    q, k = (z / np.maximum(np.linalg.norm(z, axis=-1, keepdims=True), 1e-9) for z in (q, k))
    return reference.attention(q, k, v, mask)


def by_keras(x, Wq, Wk, Wv, Wo, heads):
    d = x.shape[-1]
    layer = keras.layers.MultiHeadAttention(heads, d // heads, use_bias=False)
    layer.build(x.shape, x.shape)
    layer.set_weights([*(W.reshape(d, heads, -1) for W in (Wq, Wk, Wv)), Wo.reshape(heads, -1, d)])
    return np.asarray(layer(x, x))


def means_of_heads(x, Wq, Wk, Wv, Wo, heads):
    n, t, _ = x.shape
    q, k, v = ((x @ W).reshape(n, t, heads, -1).swapaxes(1, 2) for W in (Wq, Wk, Wv))
    found = reference.attention(q, k, v).mean(axis=1)
    return np.tile(found, heads) @ Wo


def changes_x(f, x):
    found = reference.influence(f, x)
    x += 1
    return found


def as_numbers(f, x):
    return reference.influence(f, x).astype(float)


def norm_in_place(x, gamma, beta, epsilon=1e-3):
    out = reference.layer_norm(x, gamma, beta, epsilon)
    x[...] = out
    return x


def gelu_block(x, weights):
    between = norm(x + attended(x, weights), weights, 1)
    smooth = fed_forward(between, weights, lambda z: z / (1 + np.exp(-1.702 * z)))
    return norm(between + smooth, weights, 2)


def block_without_biases(x, weights):
    return reference.encoder_block(x, {**weights, "b1": 0 * weights["b1"], "b2": 0 * weights["b2"]})


def step_for_the_future(x, cache, Wq, Wk, Wv):
    """Keys and values change places in the cache."""
    output, new = reference.attend_step(x, cache, Wq, Wk, Wv)
    return output, {"keys": new["values"], "values": new["keys"]}


WRONG = {
    "single letters": ("wordpiece", most_pieces, "Your answer"),
    "a text with blanks": ("wordpiece", after("wordpiece", " ".join), "a string"),
    "a set": ("wordpiece", after("wordpiece", set), "asked for"),
    "no word": ("wordpiece", lambda word, vocabulary: None, "None"),
    "depth first": ("positional_encoding", after("positional_encoding", np.transpose), "asked for"),
    "degrees": (
        "positional_encoding",
        after("positional_encoding", lambda p: np.sin(np.radians(p))),
        "where",
    ),
    "the best alone": ("attention", hard, "where"),
    "by cosine": ("attention", by_cosine, "where"),
    "weights, too": ("attention", after("attention", lambda out: (out, out)), "asked for"),
    "the mask turned over": (
        "masked_attention",
        lambda q, k, v, mask: reference.masked_attention(q, k, v, ~mask),
        "where",
    ),
    "a mask of one": ("causal_mask", lambda n: np.tri(n, dtype=bool)[None], "asked for"),
    "a list of indices": ("causal_mask", lambda n: np.argwhere(np.tri(n)), "True and False"),
    "x changed": ("influence", changes_x, "changed its input"),
    "numbers": ("influence", as_numbers, "True and False"),
    "strengths": ("influence", lambda f, x: np.abs(x @ x.T), "True and False"),
    "one array": ("previous_token_head", lambda n, d: np.eye(d)[None], "Two arrays"),
    "a dict": ("previous_token_head", lambda n, d: {"Wq": np.eye(d), "Wk": np.eye(d)}, "Two arrays"),
    "another shape": ("previous_token_head", lambda n, d: (np.eye(n), np.eye(n)), "of shape (16, 16)"),
    "no numbers": ("previous_token_head", lambda n, d: (np.full((d, d), np.nan), np.eye(d)), "of Wq"),
    "too large": ("previous_token_head", turned(1e7), "larger than a million"),
    "words": ("previous_token_head", lambda n, d: ("Wq", "Wk"), "Wq is to be an array of real numbers"),
    "two back": ("previous_token_head", turned(by=2.0), "attends to the one before it"),
    "zeros": ("previous_token_head", turned(scale=0.0), "attends to the one before it"),
    "Keras": ("multi_head_attention", by_keras, "`keras`"),
    "means of heads": ("multi_head_attention", means_of_heads, "where"),
    "x overwritten": ("layer_norm", norm_in_place, "changed its input"),
    "GELU": ("encoder_block", gelu_block, "where"),
    "no biases": ("encoder_block", block_without_biases, "where"),
    "twice": (
        "encoder_block",
        lambda x, w: reference.encoder_block(reference.encoder_block(x, w), w),
        "where",
    ),
    "complex weights": (
        "previous_token_head",
        lambda n, d: (np.eye(d) + 0j, np.eye(d)),
        "Wq is to be an array of real numbers",
    ),
    "no temperature": ("temperature_for", lambda logits, bits: 0.0, "above 0"),
    "a negative one": ("temperature_for", lambda logits, bits: -1.0, "above 0"),
    "endless": ("temperature_for", lambda logits, bits: np.inf, "a finite number above 0"),
    "nan": ("temperature_for", lambda logits, bits: np.nan, "above 0"),
    "the smallest": ("temperature_for", lambda logits, bits: 5e-324, "is 0.0000 bits"),
    "a list": ("temperature_for", lambda logits, bits: [1.0], "single number"),
    "a word": ("temperature_for", lambda logits, bits: "hot", "single number"),
    "a truth": ("temperature_for", lambda logits, bits: True, "single number"),
    "the entropy": ("temperature_for", lambda logits, bits: bits, "are asked for"),
    "keys and values swapped": ("attend_step", step_for_the_future, "`cache['keys']`"),
    "a tuple for a cache": (
        "attend_step",
        after("attend_step", lambda a: (a[0], tuple(a[1].values()))),
        "`cache`",
    ),
    "the output alone": ("attend_step", after("attend_step", lambda a: a[0]), "asked for"),
    "a row": ("attend_step", after("attend_step", lambda a: (a[0][None], a[1])), "`output`"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_is_refused_and_told_why(case):
    name, answer, words = WRONG[case]
    found = verdict(name, answer)
    assert (found.status in ("failed", "refused"), found.mistake) == (True, None), found.message
    assert words in found.message, found.message


@pytest.mark.parametrize("odd", ODD_ARRAYS)
@pytest.mark.parametrize("name", ARRAYS)
def test_an_odd_array_is_refused_kindly(name, odd):
    change, words = ODD_ARRAYS[odd]
    found = verdict(name, after(name, change))
    assert (found.status, found.credit) == ("failed", 0.0)
    assert words in found.message, found.message


REPAIRED = {  # what is left of the three faults, two at a time
    "root alone mended": ("masked_after", "over_queries"),
    "softmax alone mended": ("masked_after", "root_of_n"),
    "mask alone mended": ("over_queries", "root_of_n"),
}


@pytest.mark.parametrize("case", REPAIRED)
def test_a_repair_that_is_partly_done_is_refused(case):
    exercise = BY_NAME["masked_attention"]
    left = [fault for fault in exercise.faults if fault.name in REPAIRED[case]]
    assert len(left) == 2
    found = verdict("masked_attention", exercise.with_faults(left))
    assert found.status == "failed" and found.mistake is None
