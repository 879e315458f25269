"""Lesson 6: how `better_or_luck` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.evaluation import tells_better_from_luck
from grader.references import evaluation as reference

PAIRS = 60  # of each kind, equal and not
KINDS = (  # rows; the share where one of the two alone is right; the share of the others where both are
    *((200, 0.12, 0.95), (200, 0.5, 0.6)),
    *((1000, 0.03, 0.6), (1000, 0.3, 0.95)),
    *((5000, 0.01, 0.9), (5000, 0.2, 0.5)),
)
FAR = 3.9  # how many standard deviations of luck lie between a better model and its twin


def pairs(rng: np.random.Generator) -> Iterator[Case]:
    """Two models on the same rows, equally good or not; the secret is which is better.

    How often luck favours a model is spread evenly over what may come, so that an honest test cries wolf as
    often as it says, whatever the seed.
    """
    strata = [(*kind, equal) for kind in KINDS for equal in (True, False)]
    for place in rng.permutation(len(strata)):
        n, differ, both_right, equal = strata[place]
        lots = (rng.permutation(PAIRS) + rng.random(PAIRS)) / PAIRS
        for lot in lots:
            differing = rng.binomial(n, differ)
            share = 0.5 if equal else 0.5 + min(FAR / 2 / np.sqrt(differing), 0.45)
            only_first = quantile(lot, differing, share)
            both = rng.binomial(n - differing, both_right)
            counts = (only_first, differing - only_first, both, n - differing - both)
            kinds = rng.permutation(np.repeat(np.arange(4), counts))
            models = [(kinds == 0) | (kinds == 2), (kinds == 1) | (kinds == 2)]
            first = int(rng.integers(2))  # which of the two comes first
            better = "same" if equal else "ab"[first]
            yield Case((models[first], models[1 - first]), secret=better, group=f"{n} {differ} {equal}")


def quantile(lot: float, n: int, share: float) -> int:
    """How many of n coins fall on their side at most, in the share `lot` of all throws."""
    ways = np.cumsum([0.0, *np.log(np.arange(n, 0, -1) / np.arange(1, n + 1))])  # log of n over i
    heads = np.arange(n + 1)
    chances = np.exp(ways + heads * np.log(share) + (n - heads) * np.log(1 - share))
    return min(int(np.searchsorted(chances.cumsum(), lot)), n)


def margin(points: float):
    """The higher accuracy wins, if it is higher by so much."""

    def answer(right_a, right_b):
        ahead = np.mean(right_a) - np.mean(right_b)
        return "same" if abs(ahead) <= points else "a" if ahead > 0 else "b"

    return answer


def apart(bars: bool):
    """By each model's own standard error: bars that don't overlap, or a z-test of two samples."""

    def answer(right_a, right_b):
        shares = np.array([np.mean(right_a), np.mean(right_b)])
        errors = np.sqrt(shares * (1 - shares) / len(right_a))
        limit = 1.96 * (errors.sum() if bars else np.sqrt(np.sum(errors**2)))
        ahead = shares[0] - shares[1]
        return "same" if abs(ahead) <= limit else "a" if ahead > 0 else "b"

    return answer


def other_way(right_a, right_b):
    return {"a": "b", "b": "a", "same": "same"}[reference.better_or_luck(right_a, right_b)]


EXERCISE = Exercise(
    reference=reference.better_or_luck,
    kind="property",
    task="decide",
    verify=tells_better_from_luck,
    cases=pairs,
    mistakes=(
        Mistake(
            "higher",
            margin(0.0),
            "The higher accuracy wins, however little it is higher: one of two equal models nearly always "
            "is.",
        ),
        Mistake(
            "one_point",
            margin(0.01),
            "A fixed margin that finds small differences at 5,000 rows cries wolf at 200.",
        ),
        Mistake(
            "two_points",
            margin(0.02),
            "A fixed margin cries wolf at few rows, and is blind at many.",
        ),
        Mistake(
            "five_points",
            margin(0.05),
            "A fixed margin that is safe at 200 rows is blind at 5,000.",
        ),
        Mistake(
            "two_bars",
            apart(bars=True),
            "You ask whether two error bars overlap. Both models saw the same rows: those on which both are "
            "right tell nothing, and you let them widen the bars.",
        ),
        Mistake(
            "unpaired",
            apart(bars=False),
            "This is the test for two models on different rows. Both saw the same ones: those on which both "
            "are right tell nothing, and you let them count.",
        ),
        Mistake(
            "other_way",
            other_way,
            "You name the worse of the two.",
        ),
        Mistake(
            "always_same",
            lambda right_a, right_b: "same",
            "You never find a difference.",
        ),
    ),
    hints=(
        "Put the two columns side by side. Which rows tell you something about which model is better?",
        "Look only at the rows on which one is right and the other wrong. Were the models equally good, each "
        "of these would fall to one of them like a coin.",
        "Count the rows that only a got right, and those that only b did. Of n fair tosses, heads and tails "
        "differ by more than about 2·√n in one series of twenty only.",
    ),
    difficulty=4,
    importance=5,
    minutes=15,
    seconds=60,
)
