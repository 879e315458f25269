"""Lesson 8: how `cheapest_good_enough` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.evaluation.better_or_luck import quantile
from grader.exercises.verifying.resources import is_safe_and_cheap
from grader.references import resources as reference

DRAWS = 130  # of each kind
KINDS = (  # test rows, target, and how far above it the best lies, in deviations of luck
    (200, 0.8, (5, 5.6)),
    (1000, 0.95, (5, 6.5)),
    (5000, 0.7, (25, 40)),
)
BEST = 0.997


def measured_models(rng: np.random.Generator) -> Iterator[Case]:
    """Models of all prices, some of the dear ones bad; the secret is how good they are on endless rows.

    The price rises with the accuracy, but for some bad models, which cost as much as the good ones. Near the
    target lie one to three just below it and one above. How far the nearest are off it, in deviations of
    luck, and how much luck they have, is spread evenly over what may come: so a choice falls short as often
    as it does in the long run, whatever the seed. Those just below share their luck: all were asked about
    the same rows. How many there are of each sort, and so the rank of the right one, is drawn.
    """
    for n, target, far in KINDS:
        luck = np.sqrt(target * (1 - target) / n)  # of the accuracy of a model that just reaches it
        for below, above, lot_below, lot_above in zip(*(evenly(rng) for _ in range(4)), strict=True):
            worse = np.sort(rng.uniform(-8, -2.5, int(rng.integers(0, 6))))
            near = -0.15 - 0.55 * below - np.cumsum([0, *rng.uniform(0.1, 0.5, int(rng.integers(0, 3)))])
            better = np.sort(rng.uniform(3.7, 4.7, int(rng.integers(0, 5))))
            dear = rng.uniform(-8, -3, int(rng.integers(1, 5)))
            off = np.concatenate([worse, near[::-1], [0.4 + 1.8 * above], better, [rng.uniform(*far)], dear])
            truth = np.minimum(target + off * luck, BEST)
            right = rng.binomial(n, truth)
            first = len(worse) + len(near)  # the place of the one just above
            for place in range(len(worse), first + 1):
                right[place] = quantile(lot_above if place == first else lot_below, n, truth[place])
            rising = rng.uniform(1, 3) * np.cumprod(rng.uniform(1.2, 1.5, len(off) - len(dear)))
            costs = np.append(rising, rng.uniform(rising[first], 1.5 * rising[-1], len(dear))).round(5)
            order = rng.permutation(len(truth))
            secret = {"truth": truth[order], "least": costs[truth >= target].min()}
            yield Case((costs[order], right[order], n, target), secret=secret, group=f"{n} rows")


def evenly(rng: np.random.Generator) -> np.ndarray:
    """A number from 0 to 1 for each draw, one in each of as many equal parts, in random order."""
    return (rng.permutation(DRAWS) + rng.random(DRAWS)) / DRAWS


def cheapest(is_trusted: Callable):
    """The cheapest model that is trusted by its share of right rows, n and the target; else the best."""

    def answer(costs, right, n, target):
        trusted = is_trusted(right / n, n, target)
        return int(np.argmin(np.where(trusted, costs, np.inf)) if trusted.any() else np.argmax(right))

    return answer


def with_margin(margin: float):
    return cheapest(lambda share, n, target: share >= target + margin)


EXERCISE = Exercise(
    reference=reference.cheapest_good_enough,
    kind="property",
    task="decide",
    verify=is_safe_and_cheap,
    cases=measured_models,
    mistakes=(
        Mistake(
            "as_measured",
            with_margin(0.0),
            "You take what was measured for the truth. Of many models, the one that lies just above the line "
            "is often there by luck.",
        ),
        Mistake(
            "most_accurate",
            lambda costs, right, n, target: int(np.argmax(right)),
            "You take the most accurate: that is safe, and far dearer than need be.",
        ),
        Mistake(
            "one_point",
            with_margin(0.01),
            "A margin of one point is too little where there are few test rows.",
        ),
        Mistake(
            "four_points",
            with_margin(0.04),
            "A fixed margin that is hardly enough for few test rows costs you dear where there are many.",
        ),
        Mistake(
            "five_points",
            with_margin(0.05),
            "A margin that is safe for few test rows is far too careful for many. Luck shrinks with the "
            "number of rows.",
        ),
        Mistake(
            "halfway",
            cheapest(lambda share, n, target: share >= (1 + target) / 2),
            "You ask for half as many errors as are allowed, however many rows there were: that is dear.",
        ),
        Mistake(
            "cheapest",
            lambda costs, right, n, target: int(np.argmin(costs)),
            "You take the cheapest of all. It doesn't reach the target.",
        ),
        Mistake(
            "upper_bound",
            cheapest(lambda share, n, target: share + 1.645 * np.sqrt(share * (1 - share) / n) >= target),
            "You take models that may reach the target. Which of them surely do?",
        ),
    ),
    hints=(
        "A model that is right in exactly 90 % of endless rows: in how many of 200 test rows will it be "
        "right? Draw that a thousand times, and look at how far the numbers spread.",
        "How many right rows must a model have, so that one which only just reaches the target has as many "
        "in one of twenty tests at most?",
        "The number of right rows of n has the standard deviation √(n p (1 − p)). Ask for 1.645 of them more "
        "than n times the target, and take the cheapest model that has as many.",
    ),
    difficulty=3,
    importance=4,
    minutes=12,
    seconds=30,
)
