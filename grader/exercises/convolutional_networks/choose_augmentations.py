"""Lesson 7a: how `choose_augmentations` is checked."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.convolutional_networks import CHANGES, serves
from grader.references import convolutional_networks as reference

LABELLED, SERVED, SETS = 300, 400, 2  # images of a set, and sets of a kind


@cache
def all_digits() -> tuple[np.ndarray, np.ndarray]:
    from dlcourse import datasets

    data = datasets.load("digits")
    return np.asarray(data.features, np.float64).reshape(-1, 8, 8) / 16, np.asarray(data.target)


def shifted(x: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Each image moved by a place of its own, (n, 2), from 0 to 2: 1 is none."""
    framed = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    return np.array([f[i : i + 8, j : j + 8] for f, (i, j) in zip(framed, places, strict=True)])


PLACES = np.array([(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)])
COPIES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mirror": lambda x: x[:, :, ::-1],
    "upside down": lambda x: x[:, ::-1],
    "shift": lambda x: np.concatenate([shifted(x, np.tile(place, (len(x), 1))) for place in PLACES]),
    "invert": lambda x: 1 - x,
    "transpose": lambda x: x.transpose(0, 2, 1),
}
KINDS = {
    "plain": "Where images come as they were collected",
    **{name: f"Where images come so: {name}" for name in CHANGES},
}


def served_as(kind: str, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if kind == "plain":
        return x
    if kind == "shift":
        return shifted(x, PLACES[rng.integers(8, size=len(x))])
    changed = rng.random(len(x)) < 0.8  # some come as they were collected
    return np.where(changed[:, None, None], COPIES[kind](x), x)


def sets(rng: np.random.Generator) -> Iterator[Case]:
    """Digits that are served in six ways; the secret: what is right after each choice of at most two."""
    x, y = all_digits()
    for kind in rng.permutation(list(KINDS)):
        for _ in range(SETS):
            order = rng.permutation(len(x))
            known, new = order[:LABELLED], order[LABELLED : LABELLED + SERVED]
            images = np.clip(x[known] + rng.normal(0, 0.02, (LABELLED, 8, 8)), 0, 1).round(3)
            came = np.clip(
                served_as(str(kind), x[new], rng) + rng.normal(0, 0.02, (SERVED, 8, 8)), 0, 1
            ).round(3)
            names = rng.permutation(10)
            secret = {**after_each(images, y[known], came, y[new]), "kind": KINDS[str(kind)]}
            yield Case((images, names[y[known]], came), secret=secret, group=str(kind))


def after_each(images, labels, came, truth) -> dict[str, float]:
    """The share of served images that the nearest neighbour gets right, after each choice."""
    nearest = {
        name: to_nearest(images if name == "" else COPIES[name](images), came) for name in ("", *CHANGES)
    }
    right = {}
    for chosen in [c for count in (0, 1, 2) for c in combinations(sorted(CHANGES), count)]:
        distances = np.array([nearest[name][0] for name in ("", *chosen)])
        places = np.array([nearest[name][1] for name in ("", *chosen)])
        best = distances.argmin(axis=0)
        right[" + ".join(chosen)] = float(
            np.mean(labels[places[best, np.arange(len(came))] % LABELLED] == truth)
        )
    return right


def to_nearest(images: np.ndarray, came: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each served image the distance to the nearest of these, and its place."""
    a, b = came.reshape(len(came), -1), images.reshape(len(images), -1)
    squares = (b**2).sum(axis=1) - 2 * a @ b.T
    return squares.min(axis=1), squares.argmin(axis=1)


def always(*names: str):
    return lambda images, labels, served: list(names)


def habit_where_it_changes(images, labels, served):
    return ["shift", "mirror"] if abs(served.mean() - images.mean()) < 0.2 else ["invert"]


EXERCISE = Exercise(
    reference=reference.choose_augmentations,
    kind="property",
    task="decide",
    verify=serves,
    cases=sets,
    packages=("numpy",),
    mistakes=(
        Mistake(
            "habit",
            always("shift", "mirror"),
            "You always shift and mirror. That helps where such images come: look at what is served.",
        ),
        Mistake(
            "always_shift",
            always("shift"),
            "You always shift. It may help on the labelled images: they can't tell what will be served.",
        ),
        Mistake(
            "nothing",
            always(),
            "You never augment. Where images come otherwise than they were collected, most are wrong then.",
        ),
        Mistake(
            "by_brightness",
            habit_where_it_changes,
            "Inverted images you notice, and else you shift and mirror by habit. There are other ways to be "
            "different.",
        ),
        Mistake(
            "everything",
            always(*CHANGES),
            "All five at once: each that doesn't occur makes some classes alike. At most two are asked for.",
        ),
    ),
    hints=(
        "Had the labelled images been changed in the right way, what would the served ones look like beside "
        "them?",
        "Measure how far each served image is from the nearest labelled one. Then change the labelled images "
        "in one of the five ways, and measure again.",
        "For each way, count the served images that come clearly nearer, by a third say. Take the way that "
        "has most of these, if they are more than a third of all, and none otherwise.",
    ),
    difficulty=4,
    importance=4,
    minutes=20,
    seconds=30,
)
