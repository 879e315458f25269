"""Lesson 7d: a classifier of texts by its parts, and by what it says of padded and changed texts."""

from typing import Any

import numpy as np

from grader.exercise import Finding, Given
from grader.exercises.verifying.layers import CONTAINERS, listed

LOOKS = ("MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention")
BY_HAND = ("Matmul", "Einsum", "Dot")  # attention of operations
COMPARISONS = ("NotEqual", "Equal", "Greater", "GreaterEqual", "Less", "LessEqual", "Sign", "Minimum", "Clip")
DENSE = ("Dense", "EinsumDense", "Conv1D")
SUMS = 3  # of tokens and positions, and two beside the block's parts
SAME = 1e-5  # of probabilities that differ by rounding
ENOUGH = 0.95  # of a loss, after some steps: what learns has less


def classifies_texts(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a model by its parts, then by its probabilities for the secret's batches, then by its losses."""
    classes = given.arguments[2]
    outputs = [np.asarray(batch, np.float64) for batch in found["outputs"]]
    flaw = (
        _other_form(outputs, given.secret, classes)
        or _missing_part(found)
        or _unlike(dict(zip(given.secret, outputs, strict=True)), found)
        or _missing_sum(found)
        or _learns_nothing(found)
    )
    return Finding(flaw is None, flaw or "")


def _other_form(outputs: list[np.ndarray], sizes: dict[str, int], classes: int) -> str | None:
    for batch, size in zip(outputs, sizes.values(), strict=True):
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


def _unlike(says: dict[str, np.ndarray], found: dict[str, Any]) -> str | None:
    """Say what changes the probabilities and must not, or doesn't and must."""
    texts, whole = says["texts"], says["whole"]
    if any(np.abs(batch - texts).max() > SAME for name, batch in says.items() if name.startswith("padded")):
        masked = any(layer["config"].get("mask_zero") for layer in found["layers"])
        masked = masked or any(kind in COMPARISONS for kind in found["operations"])
        if masked or any(layer["class"] == "Masking" for layer in found["layers"]):
            return (
                "With more zeros behind the texts, your model's probabilities change. It knows where padding "
                "is, but on the way to the attention or to the pooling that got lost."
            )
        return (
            "With more zeros behind the texts, your model's probabilities change: nothing in it tells "
            "padding from words."
        )
    if np.abs(says["turned round"] - whole).max() <= SAME:
        return "A text and the same words in another order are one to your model: it has no positions."
    changed = says["a word changed"].reshape(-1, *whole.shape)  # (places, texts, classes)
    for place, batch in enumerate(changed):
        if np.abs(batch - whole).max() <= SAME:
            return f"Whatever word stands at place {place} of a text, your model says the same."
    return None


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
