"""Lesson 8: how `whole_project` is checked."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.exercise import Case, Exercise, Fault, Mistake
from grader.exercises.preprocessing.cases import NAN, rows_of, table
from grader.exercises.verifying.resources import delivers
from grader.references import resources as reference

FLATS, SERVED = 1000, 1500
MOST_LISTED = 7  # how often a flat stands in the table
SQUARE_FEET, SHARE_IN_FEET = 10.764, 0.03
NOISE = 60.0  # euros
WORDS = {
    "district": ("Harbour", "Meadows", "North", "Old Town", "Station"),
    "condition": ("good", "renovated", "worn"),
    "heating": ("district", "gas", "heat pump", "oil"),
}


class City:
    """What a flat's rent hangs on, by the formula on the card of `rents` with other numbers in it."""

    def __init__(self, rng: np.random.Generator):
        self.base, self.metre = rng.uniform(180, 300), rng.uniform(7.5, 9.5)
        self.kilometre, self.year = rng.uniform(25, 40), rng.uniform(0.9, 1.5)
        self.far = rng.permutation([1.0, 2.5, 3.0, 5.0, 7.0])  # each district from the centre
        self.district = rng.permutation([180.0, 60.0, 40.0, 0.0, -70.0])
        self.condition = np.array([0.0, 120.0, -90.0])

    def flats(self, rng: np.random.Generator, count: int) -> tuple[dict[str, Any], np.ndarray]:
        """Draw flats, some of their columns with gaps, and their rents."""
        district = rng.integers(5, size=count)
        condition = rng.choice(3, count, p=(0.5, 0.25, 0.25))
        area = np.clip(rng.normal(68, 22, count), 18, 150).round()
        distance = np.maximum(rng.normal(self.far[district], 0.8), 0.1).round(1)
        built = rng.integers(1900, 2021, count).astype(float)
        rent = self.base + self.metre * area - self.kilometre * distance + self.year * (built - 1970)
        rent += self.district[district] + self.condition[condition] + rng.normal(0, NOISE, count)
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
        return columns, rent.round()


def named(column: str, places: np.ndarray, gaps: np.ndarray) -> list[str | None]:
    return [None if gap else WORDS[column][place] for place, gap in zip(places, gaps, strict=True)]


def a_city(rng: np.random.Generator) -> Iterator[Case]:
    """A table with copies, gaps and square feet; other flats, their columns in another order; their rents."""
    city = City(rng)
    known, rents = city.flats(rng, FLATS)
    served, secret = city.flats(rng, SERVED)
    in_feet = rng.choice(np.flatnonzero(known["area"] > 25), round(FLATS * SHARE_IN_FEET), replace=False)
    known["area"][in_feet] = (known["area"][in_feet] * SQUARE_FEET).round()
    listed = np.repeat(np.arange(FLATS), rng.integers(1, MOST_LISTED + 1, FLATS))
    listings = rows_of({**known, "rent": rents}, rng.permutation(listed).tolist())
    first, *others = rng.permutation(list(served)).tolist()
    order = [*others, first] if first == "area" else [first, *others]
    yield Case((table(listings), table({name: served[name] for name in order})), secret=secret)


def mean_rent(flats, served):
    return np.full(len(served), flats["rent"].mean()), float(flats["rent"].std())


def promise_still_scaled(flats, served):
    predictions, expected = reference.whole_project(flats, served)
    return predictions, expected / float(flats["rent"].std())


EXERCISE = Exercise(
    reference=reference.whole_project,
    cases=a_city,
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
            '    table = table[table["area"] < 180]  # more are square feet\n',
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
        "Rows that are copies go before the table is parted, and so do areas that no flat has. Both tables "
        "need one order of columns. What a target was divided by is multiplied again wherever the network "
        "answers, and its last layer bends nothing.",
    ),
    difficulty=4,
    importance=5,
    minutes=25,
    seconds=120,
    megabytes=2048,
)
