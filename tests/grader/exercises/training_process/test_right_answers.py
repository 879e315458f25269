"""Lesson 5c: right answers written in other ways."""

import itertools
import random

import numpy as np
import pytest
from asking import as_float32, assert_accepted, each_of, verdict

from grader.exercises import exercises_of
from grader.references import training_process as reference

SEEDS = (0, 1, 2)


def rates_in_a_loop(start, end, steps):
    factor, rates = (end / start) ** (1 / (steps - 1)), [start]
    for _ in range(steps - 1):
        rates.append(rates[-1] * factor)
    return rates


def stopping_with_a_counter(val_losses, patience, min_delta=0.0):
    best, best_epoch, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(np.asarray(val_losses)):
        if best - loss > min_delta:
            best, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
        if waited >= patience:
            return [np.int64(epoch), best_epoch]
    return epoch, best_epoch


def fitted_with_a_list(step, evaluate, theta, patience, max_epochs):
    theta, kept, losses = np.array(theta), [], []
    for _ in range(max_epochs):
        step(theta)
        kept.append(1 * theta)
        losses.append(evaluate(theta))
        if len(losses) - 1 - int(np.argmin(losses)) >= patience:
            break
    return kept[int(np.argmin(losses))], len(losses)


def grid_grown(grid):
    found = [{}]
    for name, values in grid.items():
        found = [one | {name: value} for one in found for value in values]
    return found


def grid_by_recursion(grid):
    if not grid:
        return [{}]
    *others, last = grid
    inner = grid_by_recursion({name: grid[name] for name in others})
    return [{**one, last: value} for one, value in itertools.product(inner, grid[last])]


ALSO_RIGHT = {
    "learning_rates": [
        rates_in_a_loop,
        as_float32(reference.learning_rates),
        lambda start, end, steps: np.logspace(np.log10(start), np.log10(end), steps),
    ],
    "early_stopping": [stopping_with_a_counter],
    "fit_until_stopped": [fitted_with_a_list],
    "expand_grid": [grid_grown, grid_by_recursion],
}


@each_of(ALSO_RIGHT)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_answer_is_accepted(name, answer, seed):
    assert_accepted(name, answer, seed)


def test_every_value_has_another_right_answer():
    values = {exercise.name for exercise in exercises_of("05c_training_process") if exercise.kind == "value"}
    assert set(ALSO_RIGHT) == values


def running_median(val_losses):
    smooth = [np.nanmedian(val_losses[max(i - 3, 0) : i + 4]) for i in range(len(val_losses))]
    return np.argmin(np.where(np.isnan(val_losses), np.inf, smooth))


def a_polynomial(val_losses):
    t = np.arange(len(val_losses)) / len(val_losses)
    known = ~np.isnan(val_losses)
    curve = np.polyval(np.polyfit(t[known], val_losses[known], 6), t)
    return int(np.argmin(np.where(known, curve, np.inf)))


def middle_of_the_five_lowest(val_losses):
    lowest = np.sort(np.argsort(np.where(np.isnan(val_losses), np.inf, val_losses))[:5])
    return float(lowest[2])


def cut(order, batch_size):
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


def all_epochs_before_drawn_too(n, batch_size, seed, epoch):
    rng = np.random.default_rng(seed)
    return cut([rng.permutation(n) for _ in range(epoch + 1)][-1].tolist(), batch_size)


def old_generator(n, batch_size, seed, epoch):
    order = np.arange(n)
    np.random.RandomState([seed, epoch]).shuffle(order)
    return tuple(np.array_split(order, range(batch_size, n, batch_size)))


def spawned(n, batch_size, seed, epoch):
    own = np.random.SeedSequence(seed).spawn(epoch + 1)[epoch]
    return cut(np.random.default_rng(own).permutation(n), batch_size)


def pythons_own(n, batch_size, seed, epoch):
    return cut(random.Random(f"{seed}/{epoch}").sample(range(n), n), batch_size)


def with_choice(space, n, seed):
    rng = np.random.default_rng(seed)
    return [
        {
            name: 10 ** rng.uniform(np.log10(values[0]), np.log10(values[1]))
            if isinstance(values, tuple)
            else (rng.choice(values) if None not in values else values[rng.integers(len(values))])
            for name, values in space.items()
        }
        for _ in range(n)
    ]


def with_pythons_random(space, n, seed):
    rng = random.Random(seed)
    return tuple(
        {
            name: values[0] * (values[1] / values[0]) ** rng.random()
            if type(values) is tuple
            else rng.choice(values)
            for name, values in space.items()
        }
        for _ in range(n)
    )


def column_by_column(space, n, seed):
    rng = np.random.default_rng(seed)
    columns = {
        name: np.geomspace(*values, n + 1)[rng.permutation(n)].astype(np.float32)
        if isinstance(values, tuple)
        else [values[i % len(values)] for i in rng.permutation(n)]
        for name, values in space.items()
    }
    return [{name: column[i] for name, column in columns.items()} for i in range(n)]


def by_the_histories(record):
    """What the losses and the weights' movements tell comes first, and then the rest."""
    losses, moved = np.array(record["losses"]), record["update_ratios"]
    if len(losses) <= 2:
        return "more epochs"
    if record["input_deviation"] > 10:
        return "scale inputs"
    if max(record["classes_in_batches"]) <= 5:
        return "shuffle"
    if np.mean(moved) < 0.001:
        return "higher rate"
    if losses[-1] > 2.2:
        return "lower rate"
    if record["units"] <= 4:
        return "more units"
    return "more data" if record["rows"] < 200 else "regularise"


ALSO_PASS = {
    "choose_epoch": [running_median, a_polynomial, middle_of_the_five_lowest],
    "resumable_batches": [all_epochs_before_drawn_too, old_generator, spawned, pythons_own],
    "sample_configurations": [with_choice, with_pythons_random, column_by_column],
    "treat_run": [by_the_histories],
}


@each_of(ALSO_PASS)
@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_another_way_passes(name, answer, seed):
    found = verdict(name, answer, seed)
    assert found.status == "passed", found.message
