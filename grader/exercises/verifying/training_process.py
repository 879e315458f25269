"""Lesson 5c: choices by what they lead to, batches and configurations by how they are drawn."""

import math
from typing import Any

import numpy as np

from grader.exercise import Finding, Given

MOST_REGRET = 0.015  # how far the true loss of chosen epochs may lie above the best, in the mean


def is_well_chosen(given: Given, answer: Any) -> Finding:
    """Judge epochs by their true losses, which are the secret, over all curves."""
    (val_losses,) = given.arguments
    epoch = _whole(answer)
    if epoch is None or not 0 <= epoch < len(val_losses):
        return Finding(False, f"An epoch is asked for: a whole number from 0 to {len(val_losses) - 1}.")
    if np.isnan(val_losses[epoch]):
        return Finding(False, f"The loss of epoch {epoch} is nan, so its weights are of no use.")
    if not given.group:
        return Finding(True)
    regrets = [case.secret[int(case.answer)] - case.secret.min() for case in given.group]
    mean = float(np.mean(regrets))
    return Finding(
        mean <= MOST_REGRET,
        f"Over {len(regrets)} trainings, the true loss of your epochs lies {mean:.3f} above that of the best "
        f"ones, in the mean; at most {MOST_REGRET:g} is asked for.",
    )


CURES = (
    *("lower rate", "higher rate", "more units", "regularise"),
    *("shuffle", "scale inputs", "more epochs", "more data"),
)
LEAST_GAIN = 0.9  # what a cure must bring, of what the best does


def helps(given: Given, answer: Any) -> Finding:
    """Judge a cure by the test loss that it led to; the secret is that of no cure, and of each."""
    if not isinstance(answer, str) or answer not in CURES:
        return Finding(False, f"One of the eight cures is asked for, by its name: {', '.join(CURES)}.")
    untreated, *treated = (float(loss) for loss in given.secret)
    loss, best = treated[CURES.index(answer)], min(treated)
    if untreated - loss >= LEAST_GAIN * (untreated - best):
        return Finding(True)
    return Finding(
        False,
        f"As it was, its loss on test digits is {untreated:.2f}. With '{answer}' it comes to {loss:.2f}, and "
        f"with the best of the eight cures to {best:.2f}.",
    )


MANY = 20  # indices: so many never come in one order twice by chance


def are_resumable(given: Given, answer: Any) -> Finding:
    """Judge an epoch's batches by themselves, and beside those of other epochs and seeds."""
    n, batch_size, seed, epoch = given.arguments
    batches = _batches(answer)
    if batches is None:
        return Finding(False, "A list of arrays of indices is asked for, whole numbers all of them.")
    order = np.concatenate(batches) if batches else np.zeros(0, int)
    if not np.array_equal(np.sort(order), np.arange(n)):
        return Finding(False, f"Every index from 0 to {n - 1} is to come once. {_what_is_amiss(order, n)}.")
    sizes, wanted = [len(batch) for batch in batches], [batch_size] * (n // batch_size)
    wanted += [n % batch_size] * (n % batch_size > 0)
    if sizes != wanted:
        return Finding(False, f"Your batches have {_listed(sizes)} indices; {_listed(wanted)} are asked for.")
    if n > MANY and (flaw := _flaw_of_an_order(order, batches)):
        return Finding(False, flaw)
    for (other_n, other_size, other_seed, other_epoch), _, before in given.earlier:
        others = _batches(before)
        if (other_n, other_size) != (n, batch_size) or others is None:
            continue
        same = np.array_equal(order, np.concatenate(others))
        if (other_seed, other_epoch) == (seed, epoch):
            if not same:
                return Finding(
                    False,
                    f"Seed {seed} and epoch {epoch} came with other batches the second time, after other "
                    "epochs were drawn.",
                )
        elif n > MANY and (same or _sets(batches) == _sets(others)):
            alike = "the same batches" if same else "the same indices in each batch"
            return Finding(
                False,
                f"Seed {seed} has in epoch {epoch} {alike} as seed {other_seed} in epoch {other_epoch}.",
            )
        elif n > MANY and _is_turned(order, np.concatenate(others)):
            return Finding(
                False,
                f"Epoch {epoch} of seed {seed} has the order of epoch {other_epoch} of seed {other_seed}, "
                "begun elsewhere. Draw a new one.",
            )
    return Finding(True)


def _batches(answer: Any) -> list[np.ndarray] | None:
    """Return batches as arrays of indices; `None` if they are none."""
    if not isinstance(answer, list | tuple | np.ndarray):
        return None
    try:
        batches = [np.asarray(batch) for batch in answer]
    except (TypeError, ValueError):  # a single number; lists of unequal length
        return None
    if any(batch.ndim != 1 or batch.dtype.kind not in "iu" for batch in batches):
        return None
    return [batch.astype(np.int64) for batch in batches]


def _is_turned(order: np.ndarray, other: np.ndarray) -> bool:
    """Whether one order is the other from another place on, or every index moved on by the same number."""
    from_there = np.roll(other, -int(np.flatnonzero(other == order[0])[0]))
    return np.array_equal(order, from_there) or len(set(((order - other) % len(order)).tolist())) == 1


def _sets(batches: list[np.ndarray]) -> set[frozenset[int]]:
    """What is in each batch, in any order."""
    return {frozenset(batch.tolist()) for batch in batches}


def _what_is_amiss(order: np.ndarray, n: int) -> str:
    if len(order) != n:
        return f"In your batches there are {len(order)} indices"
    if order.min() < 0 or order.max() >= n:
        return f"Yours go from {order.min()} to {order.max()}"
    return "Some come twice, and others never"


def _flaw_of_an_order(order: np.ndarray, batches: list[np.ndarray]) -> str | None:
    if len(set(np.diff(order) % len(order))) == 1:
        return "The indices come in their own order, forwards or backwards: nothing is shuffled."
    if max(map(len, batches)) > 1 and all((np.diff(np.sort(batch)) == 1).all() for batch in batches):
        return "Each batch holds neighbours: shuffle all indices before you cut them."
    return None


SURE = 6.0  # standard errors: a right draw goes beyond in one of 5e8 cases
MIN_DRAWN = 200  # to judge a draw by
FAR_FROM_EVEN = 3.0  # Kolmogorov's distance times √n: a right draw goes beyond in one of 3e7 cases


def are_drawn(given: Given, answer: Any) -> Finding:
    """Judge configurations: the values of each name, how they are spread, each beside others, the seed."""
    space, n, seed = given.arguments
    flaw = _flaw_of_a_form(space, n, answer)
    if flaw:
        return Finding(False, flaw)
    places = {name: np.array([_place(one[name], space[name]) for one in answer]) for name in space}
    for name, values in space.items():
        if np.isnan(places[name]).any():
            odd = answer[int(np.argmax(np.isnan(places[name])))][name]
            what = "in its range" if isinstance(values, tuple) else "on its list"
            if isinstance(odd, np.ndarray) and odd.ndim:
                return Finding(False, f"A value of {name!r} is an array: a single number is asked for.")
            return Finding(False, f"A value of {name!r} isn't {what}: {_told(odd)}.")
    if n >= MIN_DRAWN and (flaw := _flaw_of_a_spread(space, places)):
        return Finding(False, flaw)
    for (other_space, other_n, other_seed), _, before in given.earlier:
        if other_n != n or list(other_space) != list(space) or _flaw_of_a_form(space, n, before):
            continue
        if not any(isinstance(values, tuple) for values in space.values()):
            continue  # a few lists may come out the same by chance
        same = all(
            np.array_equal(places[name], [_place(one[name], space[name]) for one in before]) for name in space
        )
        if seed == other_seed and not same:
            return Finding(False, "The same seed gave other configurations the second time: is it in use?")
        if seed != other_seed and same:
            return Finding(False, "Another seed gave the same ones: is it your own seed that is in use?")
        if seed != other_seed and _goes_on(space, answer, before):
            return Finding(
                False,
                f"Seed {seed} has the configurations of seed {other_seed}, all but one. Make one generator "
                "from the seed, and draw all of them from it.",
            )
    return Finding(True)


def _goes_on(space: dict, answer: Any, other: Any) -> bool:
    """Whether configurations are others, begun one later or one earlier, told by the values of a range."""
    name = next(name for name, values in space.items() if isinstance(values, tuple))
    one, two = ([float(c[name]) for c in several] for several in (answer, other))
    return len(one) > 2 and (one[:-1] == two[1:] or one[1:] == two[:-1])


def _flaw_of_a_form(space: dict, n: int, answer: Any) -> str | None:
    if not isinstance(answer, list | tuple) or not all(isinstance(one, dict) for one in answer):
        return "A list of dicts is asked for, one for each configuration."
    if len(answer) != n:
        return f"{n} configurations are asked for, and these are {len(answer)}."
    if any(set(one) != set(space) for one in answer):
        return "Each configuration is to have every name of the space, and no other."
    return None


def _place(value: Any, values: list | tuple) -> float:
    """Return where a value lies: its index on a list, or from 0 to 1 on a range's logarithmic scale.

    It is nan where the value is none of them.
    """
    if not isinstance(values, tuple):
        value = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
        found = [i for i, one in enumerate(values) if type(one) in _kinds(value) and one == value]
        return float(found[0]) if found else math.nan
    number = np.asarray(value)
    low, high = values
    slack = 1 + 1e-6  # float32, and what an exponential rounds
    if number.shape or number.dtype.kind not in "iuf" or not low / slack <= number <= high * slack:
        return math.nan
    return math.log(number / low) / math.log(high / low)


def _kinds(value: Any) -> tuple[type, ...]:
    """The types that a value of a list may have to be this one: 16 is 16.0, and True is not 1."""
    return (int, float) if type(value) in (int, float) else (type(value),)


def _told(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    return repr(value)[:40] if isinstance(value, int | float | str | None) else "something else"


def _flaw_of_a_spread(space: dict, places: dict[str, np.ndarray]) -> str | None:
    n = len(next(iter(places.values())))
    for name, choices in space.items():
        place = np.sort(places[name])
        if isinstance(choices, tuple):
            if (different := len(np.unique(place))) < n / 2:
                return f"Of {n} values of {name!r} only {different} are different: any in its range may come."
            above = np.arange(1, n + 1) / n - place
            if max(above.max(), (1 / n - above).max()) * math.sqrt(n) > FAR_FROM_EVEN:
                middle = math.sqrt(choices[0]) * math.sqrt(choices[1])
                return (
                    f"Of the values of {name!r} {np.mean(place < 0.5):.0%} lie below {middle:.3g}, the "
                    "middle of its range on a logarithmic scale, and they are not spread evenly there."
                )
        else:
            share = 1 / len(choices)
            counts = np.bincount(place.astype(int), minlength=len(choices))
            if (np.abs(counts - n * share) > SURE * math.sqrt(n * share * (1 - share))).any():
                return f"The values of {name!r} don't come equally often."
    names = [name for name, choices in space.items() if len(np.unique(places[name])) > 1]
    for name in names:
        if abs(np.corrcoef(places[name][:-1], places[name][1:])[0, 1]) * math.sqrt(n) > SURE:
            return f"The values of {name!r} follow a pattern: each is to be drawn for itself."
    for i, name in enumerate(names):
        for other in names[:i]:
            if abs(np.corrcoef(places[name], places[other])[0, 1]) * math.sqrt(n) > SURE:
                return f"{other!r} and {name!r} rise and fall together: each is to be drawn for itself."
    return None


def _whole(value: Any) -> int | None:
    number = np.asarray(value) if not isinstance(value, list | tuple | dict) else np.zeros(1)
    if number.shape or number.dtype.kind not in "iuf" or not np.isfinite(number) or number % 1:
        return None
    return int(number)


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:8])) + (" …" if len(numbers) > 8 else "")
