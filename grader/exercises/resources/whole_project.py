"""Lesson 8: how `whole_project` is checked."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise, Fault, Mistake
from grader.exercises.preprocessing.cases import NAN, rows_of, table
from grader.exercises.verifying.resources import delivers
from grader.references import resources as reference

SERVED = 1500
CITIES = (  # flats known, how often one stands in the table at most, and how many euros of a rent are luck
    (1000, 7, (28, 36)),
    (4000, 1, (90, 105)),
)
SQUARE_FEET, SHARE_IN_FEET = 10.764, 0.03
WORDS = {
    "district": ("Harbour", "Meadows", "North", "Old Town", "Station"),
    "condition": ("good", "renovated", "worn"),
    "heating": ("district", "gas", "heat pump", "oil"),
}


class City:
    """What a flat's rent hangs on, by the formula on the card of `rents` with other numbers in it."""

    def __init__(self, rng: np.random.Generator, luck: float):
        self.luck = luck
        self.base, self.metre = rng.uniform(180, 300), rng.uniform(7.5, 9.5)
        self.kilometre, self.year = rng.uniform(25, 40), rng.uniform(0.9, 1.5)
        self.far = rng.permutation([1.0, 2.5, 3.0, 5.0, 7.0])  # each district from the centre
        self.district = rng.permutation([180.0, 60.0, 40.0, 0.0, -70.0])
        self.condition = np.array([0.0, 120.0, -90.0])

    def flats(self, rng: np.random.Generator, count: int) -> tuple[dict[str, Any], np.ndarray, float]:
        """Draw flats, some of their columns with gaps, their rents, and what error luck alone makes."""
        district = rng.integers(5, size=count)
        condition = rng.choice(3, count, p=(0.5, 0.25, 0.25))
        area = np.clip(rng.normal(68, 22, count), 18, 150).round()
        distance = np.maximum(rng.normal(self.far[district], 0.8), 0.1).round(1)
        built = rng.integers(1900, 2021, count).astype(float)
        rent = self.base + self.metre * area - self.kilometre * distance + self.year * (built - 1970)
        luck = rng.normal(0, self.luck, count)
        rent += self.district[district] + self.condition[condition] + luck
        built[rng.random(count) < 0.1] = NAN
        distance[rng.random(count) < 0.04] = NAN
        silent = rng.random(count) < np.where(condition == 2, 0.3, 0.05)  # of what is worn, owners don't tell
        columns: dict[str, Any] = {
            "area": area,
            "rooms": np.maximum(area / 25 + rng.normal(0, 0.5, count), 1).round(),
            "floor": rng.integers(0, 7, count).astype(float),
            "built": built,
            "distance": distance,
            "district": named("district", district, np.zeros(count, bool)),
            "condition": named("condition", condition, silent),
            "heating": named("heating", rng.integers(4, size=count), rng.random(count) < 0.06),
        }
        return columns, rent.round(), float(np.sqrt(np.mean(luck**2)))


def named(column: str, places: np.ndarray, gaps: np.ndarray) -> list[str | None]:
    return [None if gap else WORDS[column][place] for place, gap in zip(places, gaps, strict=True)]


def two_cities(rng: np.random.Generator) -> Iterator[Case]:
    """A table with gaps and square feet; other flats, their columns in another order; their rents.

    One city has little luck and many copies, the other much luck and no copy. So no promise serves that is a
    constant, nor one that is too small by a factor that somebody tried out.
    """
    for flats, most, luck in CITIES:
        city = City(rng, rng.uniform(*luck))
        known, rents, _ = city.flats(rng, flats)
        served, secret, unknown = city.flats(rng, SERVED)
        in_feet = rng.choice(np.flatnonzero(known["area"] > 25), round(flats * SHARE_IN_FEET), replace=False)
        known["area"][in_feet] = (known["area"][in_feet] * SQUARE_FEET).round()
        listed = np.repeat(np.arange(flats), rng.integers(1, most + 1, flats))
        listings = rows_of({**known, "rent": rents}, rng.permutation(listed).tolist())
        first, *others = rng.permutation(list(served)).tolist()
        order = [*others, first] if first == "area" else [first, *others]
        arguments = table(listings), table({name: served[name] for name in order})
        yield Case(arguments, secret={"rents": secret, "luck": unknown}, group="two cities")


def mean_rent(flats, served):
    return np.full(len(served), flats["rent"].mean()), float(flats["rent"].std())


def promise_still_scaled(flats, served):
    predictions, expected = reference.whole_project(flats, served)
    return predictions, expected / float(flats["rent"].std())


EXERCISE = Exercise(
    reference=reference.whole_project,
    cases=two_cities,
    kind="goal",
    task="repair",
    verify=delivers,
    objects=True,
    faults=(
        Fault(
            "column_order",
            "    served = served[inputs]\n",
            "",
            "Served columns come in another order, and nobody looks.",
        ),
        Fault(
            "square_feet",
            '    in_feet = table["area"] > 180  # and should be in metres\n'
            '    table = table.assign(area=table["area"].mask(in_feet, table["area"] / 10.764))\n',
            "",
            "Some flats are larger than a palace, and the others hardly differ beside them.",
        ),
        Fault(
            "output_relu",
            "keras.layers.Dense(1),",
            'keras.layers.Dense(1, "relu"),',
            "No prediction lies below the mean rent.",
        ),
        Fault(
            "still_scaled",
            "return answers(columns_of(served)) * spread + centre, float(expected_rmse)",
            "return answers(columns_of(served)), float(expected_rmse)",
            "Predictions of about 0.3 euros a month.",
        ),
        Fault(
            "promise",
            "    table = table.drop_duplicates()\n",
            "",
            "You promise far less than you deliver: rows that judged stood in training.",
        ),
    ),
    mistakes=(
        Mistake(
            "mean_rent",
            mean_rent,
            "Each flat gets the mean rent: nothing was learnt from the columns.",
        ),
        Mistake(
            "promise_still_scaled",
            promise_still_scaled,
            "You promise an error of 0.3 euros: in which unit was it measured?",
        ),
    ),
    hints=(
        "There are five faults, each of a kind that an earlier lesson was about. Look at what comes in "
        "before you look at the network: the largest and smallest numbers, rows that stand there twice, the "
        "order of the columns.",
        "Follow one flat from its row in `served` to its rent: is each number where the network learnt it, "
        "can the network say every rent there is, and in which unit does the answer come? Then follow the "
        "promise: which rows is it measured on?",
        "Rows that are copies go before the table is parted. Areas that no flat has are divided by what "
        "they were multiplied by. Both tables need one order of columns. What a target was divided by is "
        "multiplied again wherever the network answers, and its last layer bends nothing.",
    ),
    difficulty=4,
    importance=5,
    minutes=25,
    seconds=120,
    megabytes=2048,
)
