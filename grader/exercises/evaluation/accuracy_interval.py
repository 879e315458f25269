"""Lesson 6: how `accuracy_interval` is checked."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.evaluation import holds_the_truth
from grader.references import evaluation as reference


class Kind(NamedTuple):
    """Sizes of a group, the correlation of two of its rows, how many groups there are, and the truth."""

    sizes: tuple[int, int]
    likeness: float
    groups: tuple[int, int]
    truth: tuple[float, float]


DRAWS, TRIED = 90, 45
KINDS = {
    "groups whose rows are hardly alike": Kind((4, 12), 0.03, (100, 150), (0.6, 0.75)),
    "many small groups": Kind((1, 4), 0.8, (240, 300), (0.82, 0.92)),
    "large groups": Kind((5, 16), 0.5, (100, 150), (0.65, 0.8)),
}


def tested_groups(rng: np.random.Generator) -> Iterator[Case]:
    """Groups that a model finds easy or hard, their rows shuffled; the secret is the mean over all groups.

    Of many draws of the groups, one is taken, by its place among them when they are sorted by how many rows
    are right. The places are spread evenly: so an interval holds the truth as often as it does in the long
    run, whatever the seed.
    """
    for name, kind in KINDS.items():
        for place in rng.permutation(DRAWS) * TRIED // DRAWS:
            sizes = rng.integers(kind.sizes[0], kind.sizes[1] + 1, int(rng.integers(*kind.groups)))
            truth, spread = float(rng.uniform(*kind.truth)), 1 / kind.likeness - 1
            easy = rng.beta(truth * spread, (1 - truth) * spread, (TRIED, len(sizes)))
            hits = rng.binomial(sizes, easy)  # (draws, groups)
            hits = hits[np.argsort(hits.sum(axis=1), kind="stable")[place]]
            groups = np.repeat(rng.permutation(500)[: len(sizes)], sizes)
            right = np.concatenate([np.arange(size) < hit for size, hit in zip(sizes, hits, strict=True)])
            order = rng.permutation(len(groups))
            right, groups = right[order], groups[order].astype(np.int16)
            low, high = reference.accuracy_interval(right, groups)
            secret = {"truth": truth, "width": high - low, "kind": name}
            yield Case((right, groups), secret=secret, group=name)


def around(share: float, deviation: float) -> tuple[float, float]:
    return float(share - 1.96 * deviation), float(share + 1.96 * deviation)


def binomial(rows_of):
    """The usual interval of a share of independent rows, of which there would be so many."""

    def answer(right, groups):
        share = np.mean(right)
        return around(share, np.sqrt(share * (1 - share) / rows_of(right, groups)))

    return answer


def rows_drawn(right, groups):
    draws = np.random.default_rng(0).integers(0, len(right), (1000, len(right)))
    low, high = np.quantile(right[draws].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def of_group_shares(right, groups):
    """Where 95 % of the groups' own accuracies lie."""
    shares = [np.mean(right[groups == name]) for name in np.unique(groups)]
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)


EXERCISE = Exercise(
    reference=reference.accuracy_interval,
    kind="property",
    task="decide",
    verify=holds_the_truth,
    cases=tested_groups,
    mistakes=(
        Mistake(
            "binomial",
            binomial(lambda right, groups: len(right)),
            "This counts each row as a new test. Four rows of one patient aren't four patients.",
        ),
        Mistake(
            "rows_drawn",
            rows_drawn,
            "This is how far rows drawn by themselves would move it. Draw what is independent.",
        ),
        Mistake(
            "n_is_groups",
            binomial(lambda right, groups: len(np.unique(groups))),
            "This is too careful: it counts a group as one row, but rows of a group aren't wholly alike.",
        ),
        Mistake(
            "spread_of_groups",
            of_group_shares,
            "This is where the accuracies of single groups lie. Asked is where their mean lies.",
        ),
        Mistake(
            "fixed_width",
            lambda right, groups: (float(np.mean(right) - 0.05), float(np.mean(right) + 0.05)),
            "Your intervals are all of one width. How far an accuracy may be off depends on how many groups "
            "there are, and how alike their rows.",
        ),
        Mistake(
            "fixed_inflation",
            binomial(lambda right, groups: len(right) / 1.7**2),
            "You widen the interval of independent rows by the same factor for all. How alike the rows of a "
            "group are, the data say.",
        ),
        Mistake(
            "everything",
            lambda right, groups: (0.0, 1.0),
            "From 0 to 1 it is always right, and useless.",
        ),
    ),
    hints=(
        "What is there of which each is drawn anew, without regard to the others: rows, or something else?",
        "How far would the accuracy move, had other groups come into the test? You can try that: draw as "
        "many groups as there are, some of them twice, others not at all.",
        "Count each group's rows and how many of them are right. A thousand times, draw groups with "
        "replacement, add up both counts and divide. The interval reaches from the 2.5 % to the 97.5 % "
        "quantile of these accuracies.",
    ),
    difficulty=4,
    importance=5,
    minutes=20,
    packages=("numpy",),
    seconds=60,
)
