"""Lesson 7d: a classifier of texts by its parts, and by what it says of padded and changed texts."""

from typing import Any

import numpy as np

from grader.exercise import Finding, Given
from grader.exercises.verifying.layers import CONTAINERS, listed

LOOKS = (
    "MultiHeadAttention",
    "GroupQueryAttention",
    "GroupedQueryAttention",
    "Attention",
    "AdditiveAttention",
    "DotProductAttention",
)
BY_HAND = ("Matmul", "Einsum", "Dot")  # attention of operations
COMPARISONS = ("NotEqual", "Equal", "Greater", "GreaterEqual", "Less", "LessEqual", "Sign", "Minimum", "Clip")
DENSE = ("Dense", "EinsumDense", "Conv1D")
SUMS = 3  # of tokens and positions, and two beside the block's parts
SAME = 1e-5  # of probabilities that differ by rounding
APART = 1e-4  # of logarithms of probabilities
TOGETHER = 1e-5  # of what two words add together: 7e-5 and more with attention, 8e-7 and less without
PARTS = 21  # of the whole texts: see `_parts`
ENOUGH = 0.95  # of a loss, after some steps: what learns has less


def classifies_texts(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a model by its parts, then by its probabilities for the secret's batches, then by its losses."""
    sizes = given.secret["sizes"]
    says = dict(zip(sizes, (np.asarray(batch, np.float64) for batch in found["outputs"]), strict=True))
    flaw = (
        _other_form(says, sizes, given.arguments[2])
        or _missing_part(found)
        or _counts_other_texts(says)
        or _counts_padding(says, found)
        or _unlike(says["whole"])
        or _unlike_late(says.get("late"))
        or _confuses_tokens(says["ends"], given.secret["tried"])
        or _missing_sum(found)
        or _looks_nowhere(says["whole"])
        or _learns_no_positions(given, found)
        or _learns_nothing(found)
    )
    return Finding(flaw is None, flaw or "")


def _other_form(says: dict[str, np.ndarray], sizes: dict[str, int], classes: int) -> str | None:
    for name, size in sizes.items():
        batch = says[name]
        if batch.ndim == 3:
            return (
                "Your model says something of each token. Pool a text's tokens into one vector first, and "
                "say one probability for each class."
            )
        if batch.shape != (size, classes):
            return (
                f"For {size} texts, shape {(size, classes)} is asked for, a probability for each class; your "
                f"model gives {batch.shape}."
            )
        if not np.isfinite(batch).all():
            return "Some of your model's probabilities are no numbers."
        if batch.min() < 0 or not np.allclose(batch.sum(axis=1), 1, atol=1e-4):
            return (
                "The numbers that come out for a text are no probabilities, which add up to 1: does softmax "
                "come last?"
            )
    return None


def _missing_part(found: dict[str, Any]) -> str | None:
    if found["trainable_parameters"] != found["parameters"]:
        return "A part of your model is frozen (trainable=False), so it can't learn."
    if _count(found, "StopGradient"):
        return "Behind `stop_gradient`, a part of your model can't learn."
    if not _count(found, "Embedding"):
        return "There is no embedding in your model: a token's number says nothing of what it means."
    if not _count(found, *LOOKS) and not (_count(found, *BY_HAND) > 1 and _count(found, "Softmax")):
        return "There is no attention in your model."
    if _count(found, *DENSE) < 3:
        return "Three dense layers are asked for: two in the block, and one for the classes."
    if _count(found, "LayerNormalization") < 2:
        return "An encoder block has two layer normalisations, one after each sum."
    return None


def _missing_sum(found: dict[str, Any]) -> str | None:
    sums = _count(found, "Add")
    return (
        None
        if sums >= SUMS
        else (
            "Three sums are asked for: of tokens and positions, of the attention and what went into it, "
            f"and of the dense layers and what went into them. Your model has {sums}."
        )
    )


def _count(found: dict[str, Any], *kinds: str) -> int:
    """How many layers and operations are of these kinds."""
    layers = [layer["class"] for layer in listed(found, CONTAINERS)]
    return sum(kind in kinds for kind in (*layers, *found["operations"]))


def _counts_other_texts(says: dict[str, np.ndarray]) -> str | None:
    alone = says["some of them"]
    if _same(alone, says["texts"][: len(alone)]):
        return None
    return (
        "What your model says of a text hangs on the other texts of its batch, or is drawn anew with each "
        "call. Texts don't look at each other: is an axis the wrong one?"
    )


def _counts_padding(says: dict[str, np.ndarray], found: dict[str, Any]) -> str | None:
    padded = (batch for name, batch in says.items() if name.startswith("padded"))
    if all(_same(batch, says["texts"]) for batch in padded):
        return None
    masked = any(layer["config"].get("mask_zero") for layer in found["layers"])
    masked = masked or any(kind in COMPARISONS for kind in found["operations"])
    if masked or any(layer["class"] == "Masking" for layer in found["layers"]):
        return (
            "With more zeros behind the texts, your model's probabilities change. It knows where padding is, "
            "and padding still counts: in the attention, in the pooling, or in where places begin."
        )
    return (
        "With more zeros behind the texts, your model's probabilities change: nothing in it tells padding "
        "from words."
    )


def _unlike(whole: np.ndarray) -> str | None:
    """Say which words, or which order of them, make no difference."""
    texts, turned, changed, _, exchanged = _parts(whole)
    if _deaf(turned, texts):
        return "A text and the same words in another order are one to your model: it has no positions."
    for place, batch in enumerate(changed):
        if _deaf(batch, texts):
            return f"Whatever word stands at place {place} of a text, your model says the same."
    for place, batch in enumerate(exchanged):
        if _deaf(batch, texts):
            return (
                f"The words at places {place} and {place + 1} can be exchanged, and your model says the "
                "same: each place is to have a vector of its own."
            )
    return None


def _unlike_late(late: np.ndarray | None) -> str | None:
    """Say whether a text's last words make no difference, among many: then what they make is small."""
    if late is None:
        return None
    long, other_end, exchanged_end = late.reshape(3, -1, late.shape[-1])
    if _deaf(other_end, long, SAME / 10):
        return "The last word of a text of full length makes no difference to your model."
    if _deaf(exchanged_end, long, SAME / 10):
        return "The last two words of a text of full length can be exchanged, and your model says the same."
    return None


def _parts(whole: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return what is said of whole texts, turned round, with a word changed, with two, and exchanged."""
    texts = whole.reshape(PARTS, -1, whole.shape[-1])
    return texts[0], texts[1], texts[2:10], texts[10:14], texts[14:]


def _confuses_tokens(ends: np.ndarray, tried: np.ndarray) -> str | None:
    """Say which two tokens make no difference at the end of any text; of an unknown kind, or hashed, say."""
    said = _logs(ends).reshape(-1, len(tried), ends.shape[-1])  # (texts, tokens, classes)
    apart = np.abs(said[:, :, None] - said[:, None]).max(axis=(0, 3)) > APART
    np.fill_diagonal(apart, True)
    if apart.all():
        return None
    one, other = sorted(int(token) for token in tried[np.argwhere(~apart)[0]])
    if one == 0:
        return f"At the end of a text, token {other} counts no more than padding does. It is a word."
    return f"Tokens {one} and {other} are one to your model: each is to have a vector of its own."


def _looks_nowhere(whole: np.ndarray) -> str | None:
    """Say that a word adds the same whatever the next one is: so it is without attention, where a mean is
    pooled."""
    texts, _, one, two, _ = map(_logs, _parts(whole))
    together = two - one[::2] - one[1::2] + texts
    together -= together.mean(axis=-1, keepdims=True)
    if np.abs(together).max(axis=(1, 2)).min() > TOGETHER:
        return None
    return "There is attention in your model, and what a word adds doesn't hang on the word beside it."


def _learns_no_positions(given: Given, found: dict[str, Any]) -> str | None:
    vocabulary_size, length, _ = given.arguments
    rows = sum(layer["config"]["input_dim"] for layer in found["layers"] if layer["class"] == "Embedding")
    if rows >= vocabulary_size + length:
        return None
    return (
        "Vectors for positions are to be learned, one for each of `length` places, as tokens' vectors are: "
        "that is an embedding, too."
    )


def _same(one: np.ndarray, other: np.ndarray, limit: float = SAME) -> bool:
    return bool(np.abs(one - other).max() <= limit)


def _deaf(one: np.ndarray, other: np.ndarray, limit: float = SAME) -> bool:
    """Whether neither probabilities differ nor, where one class takes nearly all, their logarithms."""
    return _same(one, other, limit) and _same(_logs(one), _logs(other), APART)


def _logs(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities, 1e-30))


def _learns_nothing(found: dict[str, Any]) -> str | None:
    losses = found.get("losses")
    if losses is None:  # in this case it wasn't asked to
        return None
    if isinstance(losses, str):
        return f"Your model can't be trained: {losses}"
    before, after = losses
    if not after < ENOUGH * before:
        return (
            f"Some steps of Adam on texts whose class one word tells away don't lower your model's loss: "
            f"{before:.2f} before, {after:.2f} after."
        )
    return None
