"""Lesson 7d: influences found, heads designed, temperatures and steps taken in other ways."""

import functools
import itertools
import math

import numpy as np
import pytest
from asking import each_of, refused_in_a_submission, verdict

from grader.references import transformers as reference


def influence_of_other_rows(f, x):
    """A whole new row in place of the old one, three times."""
    rng, found = np.random.default_rng(7), np.zeros((len(x), len(x)), bool)
    for j, _ in itertools.product(range(len(x)), range(3)):
        other = x.copy()
        other[j] = rng.uniform(-2, 2, x.shape[1])
        found[:, j] |= (np.abs(f(other) - f(x)) > 1e-8).any(axis=1)
    return found


def influence_by_differences(f, x):
    """A derivative for each number."""
    n, d = x.shape
    slopes = np.zeros((n, n))
    for j, c in np.ndindex(n, d):
        step = np.zeros((n, d))
        step[j, c] = 1e-3
        slopes[:, j] += np.abs(f(x + step) - f(x - step)).sum(axis=1)
    return (slopes > 1e-9).tolist()


def influence_one_feature_at_a_time(f, x):
    before, columns = f(x), []
    for j in range(len(x)):
        seen = np.zeros(len(x), bool)
        for c in range(x.shape[1]):
            changed = np.copy(x)
            changed[j, c] += 0.7 + 0.1 * c
            seen = seen | ~np.isclose(f(changed), before, rtol=1e-7).all(axis=1)
        columns.append(seen)
    return np.array(columns).T


def head_by_least_squares(length, depth):
    """The turn is found in the encoding itself."""
    rates = np.repeat(10000.0 ** -(np.arange(0, depth, 2) / depth), 2)
    angles = np.arange(400)[:, None] * rates
    encoding = np.where(np.arange(depth) % 2, np.cos(angles), np.sin(angles))
    turn = np.linalg.lstsq(encoding[1:], encoding[:-1])[0]
    return 50 * turn, 2 * np.eye(depth)


def head_that_turns_keys(length, depth):
    Wk = np.zeros((depth, depth))
    for pair in range(depth // 2):
        w = 1 / 10000 ** (2 * pair / depth)
        i = 2 * pair
        Wk[i, i] = Wk[i + 1, i + 1] = 1000 * math.cos(w)
        Wk[i, i + 1], Wk[i + 1, i] = -1000 * math.sin(w), 1000 * math.sin(w)
    return np.eye(depth).tolist(), Wk.tolist()


def temperature_by_narrowing_grids(logits, bits):
    """A grid, and a finer one round the best place, again and again."""
    z, low, high = logits - logits.max(), -8.0, 8.0
    for _ in range(12):
        powers = np.linspace(low, high, 41)
        p = np.exp(z / 10 ** powers[:, None])
        p /= p.sum(axis=1, keepdims=True)
        entropies = -(p * np.log2(np.where(p > 0, p, 1))).sum(axis=1)
        best = powers[np.abs(entropies - bits).argmin()]
        low, high = best - (high - low) / 40, best + (high - low) / 40
    return 10**best


def temperature_until_it_is_near(logits, bits):
    cold, hot = 1e-8, 1e8
    while True:
        T = math.sqrt(cold * hot)
        p = np.exp((logits.astype(float) - logits.max()) / T)
        p /= p.sum()
        p = p[p > 1e-300]
        entropy = float(-(p * np.log2(p)).sum())
        if abs(entropy - bits) < 5e-4:
            return np.float64(T)
        cold, hot = (T, hot) if entropy < bits else (cold, T)


def step_by_vstack(x, cache, Wq, Wk, Wv):
    cache = cache or {"keys": np.zeros((0, Wk.shape[1])), "values": np.zeros((0, Wv.shape[1]))}
    new = {
        "values": np.vstack([cache["values"], x @ Wv]),
        "keys": np.vstack([cache["keys"], x @ Wk]),
    }
    scores = new["keys"] @ (x @ Wq) / np.sqrt(Wq.shape[1])
    e = np.exp(scores - scores.max())
    return [(e / e.sum()) @ new["values"], new]


def step_in_lists(x, cache, Wq, Wk, Wv):
    keys = [] if cache is None else [list(key) for key in cache["keys"]]
    values = [] if cache is None else [list(value) for value in cache["values"]]
    keys.append(list(Wk.T @ x))
    values.append(list(Wv.T @ x))
    query = Wq.T @ x
    scores = [sum(a * b for a, b in zip(query, key, strict=True)) / len(query) ** 0.5 for key in keys]
    e = [math.exp(score) for score in scores]
    columns = zip(*values, strict=True)
    output = [sum(a * b for a, b in zip(e, column, strict=True)) / sum(e) for column in columns]
    return output, {"keys": keys, "values": values}


def running_mean(x, cache, Wq, Wk, Wv):
    """A softmax that takes one key after the other."""
    rows = [x @ Wk], [x @ Wv]
    if cache is not None:
        rows = [*cache["keys"], *rows[0]], [*cache["values"], *rows[1]]

    def take(so_far, pair):
        top, total, output = so_far
        score = pair[0] @ (x @ Wq) / np.sqrt(len(pair[0]))
        new = max(top, score)
        return (
            new,
            total * np.exp(top - new) + np.exp(score - new),
            output * np.exp(top - new) + np.exp(score - new) * pair[1],
        )

    _, total, output = functools.reduce(take, zip(*rows, strict=True), (-1e30, 0.0, 0.0))
    return output / total, {"keys": np.array(rows[0]), "values": np.array(rows[1])}


ALSO_RIGHT = {
    "influence": [influence_of_other_rows, influence_by_differences, influence_one_feature_at_a_time],
    "previous_token_head": [head_by_least_squares, head_that_turns_keys],
    "temperature_for": [temperature_by_narrowing_grids, temperature_until_it_is_near],
    "attend_step": [step_by_vstack, step_in_lists, running_mean],
}
IMPORTS = """
import functools
import itertools
import math
import numpy as np
"""


@each_of(ALSO_RIGHT)
def test_another_right_answer_is_accepted(name, answer):
    found = verdict(name, answer, "another")  # on public cases in the sandbox, below
    assert (found.status, found.credit) == ("passed", 1.0), found.message


def test_lists_and_stacks_are_accepted():
    def head(length, depth):
        return [part.tolist() for part in reference.previous_token_head(length, depth)]

    def step(*given):
        output, cache = reference.attend_step(*given)
        return output.tolist(), {name: part.tolist() for name, part in cache.items()}

    def stacked(length, depth):
        return np.stack(reference.previous_token_head(length, depth))

    for name, answer in (
        ("previous_token_head", head),
        ("previous_token_head", stacked),
        ("attend_step", step),
    ):
        found = verdict(name, answer)
        assert found.status == "passed", found.message


@pytest.mark.parametrize("style", range(3))
def test_other_right_answers_are_accepted_in_the_sandbox(style, graded):
    """A submission of everybody's first answers, one of the second ones, and one of the third."""
    assert refused_in_a_submission(graded, IMPORTS, ALSO_RIGHT, style) == {}
