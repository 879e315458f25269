"""Lesson 7c: how `choose_layer` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.transfer_learning import chooses_well
from grader.references import transfer_learning as reference

CLASSES, IMAGES, UNSEEN = 4, 32, 400
BACKBONES = 6  # of each kind
KINDS = ("early", "in between", "late")  # where the layer lies that serves the new task best
CLEARLY = 0.3  # by which accuracy it is the best: less, and chance would decide
WIDTHS = 50, 150  # with about as many features as images, a few images less make a classifier much worse


def backbones(rng: np.random.Generator) -> Iterator[Case]:
    """Features of three to six layers; the secret: how a classifier on each one's does on unseen images."""
    for kind in rng.permutation(KINDS):
        made = 0
        while made < BACKBONES:
            layers = int(rng.integers(3, 7))
            best = {"early": 0, "late": layers - 1}.get(str(kind), int(rng.integers(1, layers - 1)))
            y = rng.permutation(np.repeat(np.arange(CLASSES), IMAGES // CLASSES))
            unseen = rng.integers(0, CLASSES, UNSEEN)
            both = [features(rng, i == best, y, unseen) for i in range(layers)]
            shares = [accuracy(seen, y, later, unseen) for seen, later in both]
            others = [share for i, share in enumerate(shares) if i != best]
            if shares[best] - max(others) >= CLEARLY:
                made += 1
                secret = {"accuracies": shares, "kind": str(kind)}
                yield Case(([seen for seen, _ in both], y), secret=secret, group=str(kind))


def features(rng: np.random.Generator, tells_much: bool, y: np.ndarray, unseen: np.ndarray) -> list:
    """What a layer makes of two sets of images: the class's own direction, more or less, and noise."""
    d, scale = int(rng.integers(*WIDTHS)), rng.uniform(0.3, 3)
    signal = rng.uniform(4.6, 5.6) if tells_much else rng.uniform(1, 2)
    middles = signal / np.sqrt(d) * rng.normal(0, 1, (CLASSES, d))
    return [
        (scale * (middles[labels] + rng.normal(0, 1, (len(labels), d)))).round(3).astype(np.float32)
        for labels in (y, unseen)
    ]


def accuracy(seen: np.ndarray, y: np.ndarray, later: np.ndarray, labels: np.ndarray) -> float:
    from sklearn.linear_model import RidgeClassifier

    return float(RidgeClassifier().fit(seen, y).score(later, labels))


def largest(figure: Callable[[np.ndarray, np.ndarray], float]):
    """The layer of the largest figure."""
    return lambda features, y: int(np.argmax([figure(of_layer, y) for of_layer in features]))


EXERCISE = Exercise(
    reference=reference.choose_layer,
    kind="property",
    task="decide",
    verify=chooses_well,
    cases=backbones,
    mistakes=(
        Mistake(
            "training_accuracy",
            largest(lambda of_layer, y: accuracy(of_layer, y, of_layer, y)),
            "You take the first layer, or the one on which a classifier is best on the images that it learnt "
            "from: with more features than images that is nearly every one. How is it on other images?",
        ),
        Mistake(
            "last",
            lambda features, y: len(features) - 1,
            "You always take the last layer. It knows best what the old task asked.",
        ),
        Mistake(
            "widest",
            largest(lambda of_layer, y: of_layer.shape[1]),
            "You take the layer with the most features. More columns need not say more.",
        ),
        Mistake(
            "variance",
            largest(lambda of_layer, y: float(of_layer.var())),
            "You take the layer whose features vary most. Large numbers need not tell classes apart.",
        ),
        Mistake(
            "middle",
            lambda features, y: len(features) // 2,
            "You always take a layer in the middle, whatever the features are like.",
        ),
    ),
    hints=(
        "Thirty-two images are few, and yet they can answer: which layer's features tell apart images that a "
        "classifier hasn't learnt from?",
        "Cross-validation makes the most of them: each image is judged once, by a classifier that doesn't "
        "know it. Every class should be in every fold.",
        "For each layer, sklearn's cross_val_score with RidgeClassifier() gives an accuracy for each fold. "
        "Take the layer whose mean is largest.",
    ),
    difficulty=2,
    importance=4,
    minutes=10,
    seconds=60,
)
