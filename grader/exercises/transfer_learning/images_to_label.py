"""Lesson 7c: how `images_to_label` is checked."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.transfer_learning.cases import all_digits
from grader.exercises.verifying.transfer_learning import chooses_images, share_right
from grader.references import transfer_learning as reference

POOL, UNSEEN, FEATURES = 500, 300, 32
BUDGETS = (15, 30)
SETS, DRAWS = 6, 60  # sets of each order; draws by lot for each
ORDERS = ("in any order", "one class after another")


def pools(rng: np.random.Generator) -> Iterator[Case]:
    """Features of images without labels, and how well as many do that are drawn by lot."""
    for order in rng.permutation(ORDERS):
        for i in range(SETS):
            features, labels = random_features(rng)
            pool, unseen = slice(POOL), slice(POOL, POOL + UNSEEN)
            named = labels[pool]
            rows = np.argsort(named, kind="stable") if order == ORDERS[1] else np.arange(POOL)
            secret: dict[str, Any] = {"labels": named[rows], "unseen": features[unseen]}
            secret |= {"truth": labels[unseen], "order": str(order)}
            n = BUDGETS[i % 2]
            lots = (rng.choice(POOL, n, replace=False) for _ in range(DRAWS))
            given = features[pool][rows]
            secret["by_lot"] = float(np.mean([share_right(given, lot, secret) for lot in lots]))
            yield Case((given, n), secret=secret, group=str(order))


def random_features(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Digits, turned and in another order, as a layer with random weights sees them."""
    x, y = all_digits()
    order = rng.permutation(len(x))[: POOL + UNSEEN]
    x = np.rot90(x[order], int(rng.integers(4)), axes=(1, 2)).reshape(len(order), -1)
    x = x + rng.normal(0, 0.05, x.shape)
    features = np.maximum(x @ rng.normal(0, 1 / 8, (x.shape[1], FEATURES)), 0)
    return features.astype(np.float32), y[order]


def farthest(features, n):
    """Each as far as can be from all those before it."""
    chosen = [0]
    away = np.linalg.norm(features - features[0], axis=1)
    for _ in range(n - 1):
        chosen.append(int(away.argmax()))
        away = np.minimum(away, np.linalg.norm(features - features[chosen[-1]], axis=1))
    return np.array(chosen)


def by_lot(features, n):
    return np.random.default_rng(0).choice(len(features), n, replace=False)


def nearest_to_the_middle(features, n):
    return np.argsort(np.linalg.norm(features - features.mean(axis=0), axis=1))[:n]


def twice(features, n):
    return np.append(np.arange(n - 1), 0)


EXERCISE = Exercise(
    reference=reference.images_to_label,
    kind="property",
    task="decide",
    verify=chooses_images,
    cases=pools,
    mistakes=(
        Mistake("twice", twice, "What has been named once is out of the choice for all others."),
        Mistake(
            "first",
            lambda features, n: np.arange(n),
            "You take the first images. In a set that is sorted they are all of one class, in others they "
            "are as good as any.",
        ),
        Mistake(
            "by_lot",
            by_lot,
            "You draw by lot: some kinds of image come often, and others get no label. The features know "
            "which images are alike.",
        ),
        Mistake(
            "every_so_many",
            lambda features, n: np.arange(n) * (len(features) // n),
            "You go through the set in equal steps, whatever the features are like. That helps where a set "
            "is sorted, and nowhere else.",
        ),
        Mistake(
            "farthest",
            farthest,
            "You take what is farthest from all others: odd images, whose labels serve few.",
        ),
        Mistake(
            "middle",
            nearest_to_the_middle,
            "You take what is nearest to the middle of all: images that are alike, far from most others.",
        ),
    ),
    hints=(
        "A label serves the images that are near. Which n images have, together, most others near them?",
        "Find n groups in the features, of images that are alike. From each group, one image should have a "
        "label: a typical one.",
        "sklearn's KMeans with n clusters gives `cluster_centers_`. Of each centre, take the image nearest "
        "to it; see that none is taken twice.",
    ),
    difficulty=3,
    importance=3,
    minutes=15,
    seconds=60,
)
