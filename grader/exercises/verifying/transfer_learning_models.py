"""Lesson 7c: new heads, frozen layers, and networks that were fine-tuned, by their weights and answers."""

from typing import Any

import numpy as np

from grader.child.plaindata import Live
from grader.exercise import Finding, Given
from grader.exercises import goals
from grader.exercises.verifying.activations import ACTIVATIONS
from grader.exercises.verifying.layers import ACTIVATION_LAYERS, CONTAINERS, in_and_out, listed

CLASSES = 10
HEAD = ("Dense", "Flatten", *ACTIVATION_LAYERS)  # kinds of layers that a new head may be made of
# Of accuracy. From random weights, none of many trainings came to 0.4; with shifted copies some come to 0.6,
# and a head alone does: it is the backbone's kernels that tell.
TARGET, EXCUSED = 0.54, 0.02
GONE = 0.9  # of a kernel's size: who changes it by more has trained another network; drawn anew it is 1.3
BARELY = 1e-4  # who changes none by so much has not let it learn: at Adam's rate 1e-5 it is 2e-3
KEPT = 0.5  # who changes it by more has kept little of it


def has_new_head(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a network whose last layer was exchanged; the secret has what the layers below make of inputs."""
    _, classes = given.arguments
    below, old, body = (given.secret[part] for part in ("below", "old", "body"))
    features = np.asarray(given.secret["features"], np.float64)
    if flaw := in_and_out(found, given.secret["sample"], classes, "one for each class"):
        return Finding(False, flaw)
    weights = [np.asarray(weight, np.float64) for weight in found["weights"]]
    shapes = [np.shape(weight) for weight in (*below, np.zeros((features.shape[1], classes)))]
    theirs = [weight.shape for weight in weights]
    if len(theirs) > len(below) + 2 and any(np.array_equal(weight, old[0]) for weight in weights):
        return Finding(False, "The old output layer is still among the layers of your model.")
    if theirs not in ([*shapes, (classes,)], shapes):
        more = "more layers with weights" if len(theirs) > len(shapes) + 1 else "other weights"
        return Finding(False, f"Your model has {more} than the old one's body and a new dense layer.")
    bodies = zip(weights, below, strict=False)
    if any(np.abs(one - np.asarray(other)).max() > 0 for one, other in bodies):
        return Finding(False, "Below the new layer, weights are others than they were.")
    kernel, bias = weights[len(below)], weights[len(below) + 1] if len(weights) > len(shapes) else 0.0
    if kernel.shape == np.shape(old[0]) and np.allclose(kernel, old[0]):
        return Finding(
            False, "The last layer has the weights of the old one. A new one is to take its place."
        )
    if np.ptp(kernel) == 0:
        return Finding(False, "The new layer's weights are all equal: begin it from random ones.")
    if flaw := _other_outputs(features @ kernel + bias, np.asarray(found["outputs"])):
        return Finding(False, flaw)
    layers = listed(found, CONTAINERS)
    if flaw := _other_body([layer["class"] for layer in layers], body) or _spoilt(given, below):
        return Finding(False, flaw)
    if any(not layer["trainable"] for layer in layers):
        return Finding(False, "A layer of your model is frozen, which is not asked for here.")
    return Finding(True)


def _other_body(kinds: list[str], body: list[str]) -> str | None:
    """Say what of the layers that act in training alone, as a dropout, is missing or new."""
    for kind in dict.fromkeys(body):
        if kinds.count(kind) < body.count(kind):
            return f"Below the new layer, one of the kind {kind} is missing: all but the last layer stay."
    for kind in dict.fromkeys(kinds):
        if kind not in HEAD and kinds.count(kind) > body.count(kind):
            return f"Your model has a new layer of the kind {kind}: only the last is to be exchanged."
    return None


def _spoilt(given: Given, below: list[Any]) -> str | None:
    """Say that the given model's weights were changed; its last layer may have been exchanged in it."""
    after = given.after[0] if given.after else None
    if isinstance(after, Live) and not all(map(np.array_equal, after.value, below)):
        return "The weights of the model that you were given are others than before: they are to stay."
    return None


def _other_outputs(z: np.ndarray, outputs: np.ndarray) -> str | None:
    shares = np.exp(z - z.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    if np.allclose(outputs, shares, rtol=1e-3, atol=1e-5):
        return None
    for name, function in ACTIVATIONS.items():
        if np.allclose(outputs, function(z), rtol=1e-3, atol=1e-5):
            return f"By its outputs, the new layer has the activation {name}: a softmax is asked for."
    if np.allclose(outputs, z, rtol=1e-3, atol=1e-5):
        return "By its outputs, the new layer has no activation: a softmax is asked for."
    return "The outputs aren't those of the old body with a dense layer on it: what lies between them?"


def is_frozen(given: Given, found: dict[str, Any]) -> Finding:
    """Judge what may learn, and what a model that was fitted before changes when it is fitted again."""
    secret, last = given.secret, given.arguments[1]
    ours, theirs = secret["weights"], found["weights"]
    if [np.shape(weight) for weight in theirs] != [np.shape(weight) for weight in ours]:
        return Finding(False, "The model that came back has other layers than the one that you were given.")
    if not all(np.allclose(one, other, atol=1e-6) for one, other in zip(theirs, ours, strict=True)):
        return Finding(False, "The weights are others than before. Freezing changes none.")
    if flaw := _other_marks(found, secret, last) or _other_compilation(found, secret):
        return Finding(False, flaw)
    return _fitted_again(given, secret["arrays"])


def _other_marks(found: dict[str, Any], secret: dict[str, Any], last: int) -> str | None:
    wanted = secret["layers"]
    marks = [bool(layer["trainable"]) for layer in listed(found, CONTAINERS) if layer["parameters"]]
    if marks == list(wanted):
        if found["trainable_parameters"] == secret["numbers"]:
            return None
        return (
            "Layer by layer, the marks are right. But a model that holds the layers is itself marked as "
            "frozen (trainable = False), and then nothing in it learns."
        )
    too_many = sum(mark and not right for mark, right in zip(marks, wanted, strict=True))
    too_few = sum(right and not mark for mark, right in zip(marks, wanted, strict=True))
    parts = [f"{too_many} that should be frozen may learn"] if too_many else []
    parts += [f"{too_few} that should learn {'is' if too_few == 1 else 'are'} frozen"] if too_few else []
    return f"With trainable_last = {last}, of the layers that have weights {' and '.join(parts)}."


def _other_compilation(found: dict[str, Any], secret: dict[str, Any]) -> str | None:
    compiled = found["compiled"]
    if compiled is None:
        return "The model that came back isn't compiled."
    loss, optimizer = compiled["loss"], compiled["optimizer"]
    name = loss["class"] if isinstance(loss, dict) else str(loss)
    if name.replace("_", "").lower() != "sparsecategoricalcrossentropy":
        return f"It was compiled with the loss {name}; it had sparse_categorical_crossentropy."
    if isinstance(loss, dict) and loss["config"].get("from_logits"):
        return "It was compiled with from_logits=True, which its loss hadn't: the last layer has a softmax."
    if optimizer["class"] != secret["optimizer"]:
        return f"It was compiled with the optimizer {optimizer['class']}; it had {secret['optimizer']}."
    for name, value in secret["settings"].items():
        theirs = optimizer["settings"].get(name)
        if name != "name" and not _same_setting(value, theirs):
            one, other = (f"{each:.4g}" if isinstance(each, float) else each for each in (theirs, value))
            return f"It was compiled with an optimizer whose {name} is {one}; it had {other}."
    return None


def _same_setting(one: Any, other: Any) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return bool(np.isclose(one, other, rtol=1e-4))
    return one == other


def _fitted_again(given: Given, may_change: list[bool]) -> Finding:
    after = given.after[0] if given.after else None
    if not isinstance(after, Live):
        return Finding(False, "It had been fitted before. After your function, another fit raises an error.")
    if after.kind != "fitted" or after.value["again"] is None:
        return Finding(True)  # it wasn't fitted, or what came back is another model, which wasn't
    moves = [
        float(np.abs(one - other).max())
        for one, other in zip(after.value["again"], after.value["weights"], strict=True)
    ]
    if any(move and not free for move, free in zip(moves, may_change, strict=True)):
        return Finding(False, "It had been fitted before. In another fit, weights that are frozen moved.")
    if any(may_change) and not any(moves):
        return Finding(
            False,
            "It had been fitted before. In another fit, nothing moved at all: is the whole model frozen?",
        )
    return Finding(True)


def transfers(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a fine-tuned network by hidden images, and by whether its backbone has learnt and is still it."""
    return _judged(given, found, most=GONE)


def transfers_carefully(given: Given, found: dict[str, Any]) -> Finding:
    """Judge the same, and whether most of what the backbone knew is still there."""
    return _judged(given, found, most=KEPT)


def _judged(given: Given, found: dict[str, Any], most: float) -> Finding:
    outputs = np.asarray(found["outputs"])
    labels = given.secret["labels"]
    if flaw := goals.unreadable(outputs, len(labels)):
        return Finding(False, flaw)
    reached = goals.accuracy(labels, outputs.argmax(axis=1), TARGET, EXCUSED)
    changes = _changes(given.secret["weights"], found["weights"])
    if changes is None:
        return Finding(False, f"{reached.message} But your model doesn't have the backbone's kernels in it.")
    if not any(changes):
        return Finding(
            False,
            f"{reached.message} The backbone's kernels are what they were, to the last digit: only what is "
            "above them can have learnt. Were its layers trainable when the model was last compiled?",
        )
    if max(changes) < BARELY:
        return Finding(
            False,
            f"{reached.message} But no kernel of the backbone has moved by {BARELY:.2%} of its size: it has "
            "hardly learnt. Are the steps too small, or too few?",
        )
    if max(changes) > GONE:
        return Finding(
            False,
            f"{reached.message} A kernel of the backbone lies {_share(max(changes))} its size from what it "
            "was: little is left of what it had learnt. Did yours begin from other weights than it had, "
            "random ones perhaps, or move in steps that are too large?",
        )
    if max(changes) > most:
        return Finding(
            False,
            f"{reached.message} A kernel of the backbone has changed by {_share(max(changes))} its size: "
            "little is left of what it had learnt. When did it move so far, and in steps of which size?",
        )
    if not reached.right:
        return Finding(
            False,
            f"{reached.message} The backbone's kernels moved by up to {_share(max(changes))} their size. Was "
            "the head trained before they did, and long enough?",
        )
    return reached


def _changes(before: list[np.ndarray], after: list[np.ndarray]) -> list[float] | None:
    """Return how far each kernel has moved, as a share of its length; `None` where one isn't there."""
    changes = []
    for kernel in (np.asarray(weight, np.float64) for weight in before if np.ndim(weight) == 4):
        same = [np.asarray(weight, np.float64) for weight in after if np.shape(weight) == kernel.shape]
        if not same:
            return None
        changes.append(min(float(np.linalg.norm(one - kernel) / np.linalg.norm(kernel)) for one in same))
    return changes


def _share(change: float) -> str:
    return f"{change:.0%} of" if change < 10 else "many times"
