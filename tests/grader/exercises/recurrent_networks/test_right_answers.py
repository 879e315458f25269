"""Lesson 7b: cells, windows and designs made in other ways, in this process and in the sandbox."""

import inspect
import itertools
import math

import numpy as np
import pytest
from asking import as_float32, each_of, refused_in_a_submission, verdict
from sklearn.linear_model import LinearRegression

from grader.exercises import exercises_of
from grader.references import recurrent_networks as reference

TRAINED = {"build_lstm", "forecaster"}  # which have tests of their own


def season_in_a_loop(series, period, steps):
    known = series.tolist()
    for _ in range(steps):
        known.append(known[-period])
    return known[len(known) - steps :]


def season_tiled(series, period, steps):
    season = series[-period:]
    return np.tile(season, steps // period + 1)[:steps]


def season_by_itertools(series, period, steps):
    return tuple(itertools.islice(itertools.cycle(series[-period:]), steps))


def windows_by_numpy(series, length, horizon=1):
    X = np.lib.stride_tricks.sliding_window_view(series[: len(series) - horizon], length)
    return X[..., np.newaxis], series[length + horizon - 1 :].copy()


def windows_in_lists(series, length, horizon=1):
    X, y = [], []
    for end in range(length, len(series) - horizon + 1):
        X.append([[float(value)] for value in series[end - length : end]])
        y.append(float(series[end + horizon - 1]))
    return [X, y]


def windows_by_indices(series, length, horizon=1):
    first = np.arange(len(series) - length - horizon + 1)
    return series[first[:, None] + np.arange(length)].reshape(-1, length, 1), series[
        first + length + horizon - 1
    ]


def forecast_data_in_loops(series, length, test_steps):
    start = len(series) - test_steps
    mean, deviation = np.mean(series[:start]), np.std(series[:start])
    parts = [[], [], [], []]
    for place in range(length, len(series)):
        window = [(value - mean) / deviation for value in series[place - length : place]]
        first = 2 * (place >= start)
        parts[first].append(window)
        parts[first + 1].append((series[place] - mean) / deviation)
    return parts


def forecast_data_by_parts(series, length, test_steps):
    """Each part cut by itself, the test part with what a first window needs of before."""
    known = series[:-test_steps]
    z = (series - np.average(known)) / np.sqrt(np.var(known))
    both = []
    for part in (z[:-test_steps], z[-test_steps - length :]):
        both += [np.array([part[i : i + length] for i in range(len(part) - length)]), part[length:]]
    return tuple(both)


def at_a_later_origin(series, longest):
    """Fitted to three quarters, and asked for the last one."""
    later, errors = 3 * len(series) // 4, {}
    for length in range(1, longest + 1):
        windows = np.lib.stride_tricks.sliding_window_view(series, length + 1)
        X, y, known = windows[:, :-1], windows[:, -1], later - length
        model = LinearRegression().fit(X[:known], y[:known])
        errors[length] = np.mean((model.predict(X[known:]) - y[known:]) ** 2)
    return min(errors, key=errors.get)


def by_akaike(series, longest):
    """Akaike's criterion, corrected for few rows, on the same targets for each length."""
    best, lowest = 1, math.inf
    for length in range(1, longest + 1):
        windows = np.lib.stride_tricks.sliding_window_view(series[longest - length :], length + 1)
        X, y = np.column_stack([windows[:, :-1], np.ones(len(windows))]), windows[:, -1]
        n, k = len(y), length + 1
        squares = np.sum((y - X @ np.linalg.lstsq(X, y)[0]) ** 2)
        criterion = n * math.log(squares / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)
        if criterion < lowest:
            best, lowest = length, criterion
    return best


def step_by_einsum(x, h, Wx, Wh, b):
    return np.tanh(np.einsum("nd,du->nu", x, Wx) + np.einsum("nv,vu->nu", h, Wh) + b)


def step_of_one_matrix(x, h, Wx, Wh, b):
    z = np.concatenate([x, h, np.ones((len(x), 1))], axis=1) @ np.vstack([Wx, Wh, b[None]])
    return (1 - np.exp(-2 * z)) / (1 + np.exp(-2 * z))


def step_in_loops(x, h, Wx, Wh, b):
    (n, d), u = x.shape, len(b)
    new = [[0.0] * u for _ in range(n)]
    for i in range(n):
        for k in range(u):
            of_x = sum(x[i, j] * Wx[j, k] for j in range(d))
            new[i][k] = math.tanh(of_x + sum(h[i, j] * Wh[j, k] for j in range(u)) + b[k])
    return new


def sequences_filled_in(X, Wx, Wh, b):
    n, t, _ = X.shape
    of_x, states = X @ Wx + b, np.zeros((n, t + 1, Wh.shape[1]))
    for step in range(t):
        states[:, step + 1] = np.tanh(of_x[:, step] + states[:, step] @ Wh)
    return states[:, 1:]


def sequences_one_by_one(X, Wx, Wh, b):
    whole = []
    for sequence in X:
        h, states = 0 * b, []
        for x in sequence:
            h = np.tanh(Wx.T @ x + Wh.T @ h + b)
            states.append(h.tolist())
        whole.append(states)
    return whole


def sequences_by_recursion(X, Wx, Wh, b):
    if X.shape[1] == 1:
        return np.tanh(X @ Wx + b)
    before = sequences_by_recursion(X[:, :-1], Wx, Wh, b)
    return np.concatenate([before, np.tanh(X[:, -1:] @ Wx + before[:, -1:] @ Wh + b)], axis=1)


def vanished_by_singular_values(Wh, fraction):
    def norm(t):
        return np.linalg.svd(np.linalg.matrix_power(Wh, t), compute_uv=False)[0]

    return next(t for t in itertools.count(1) if norm(t) <= fraction)


def vanished_by_eigenvalues(Wh, fraction):
    """The norm's square is the largest eigenvalue of the power times its transpose."""
    power, steps = np.eye(len(Wh)), 0
    while steps == 0 or np.linalg.eigvalsh(power @ power.T)[-1] > fraction**2:
        power, steps = Wh @ power, steps + 1
    return np.int64(steps)


def lstm_gate_by_gate(x, h, c, Wx, Wh, b):
    u = h.shape[1]

    def gate(k):
        part = slice(k * u, (k + 1) * u)
        return x @ Wx[:, part] + h @ Wh[:, part] + b[part]

    opened = [1 / (1 + np.exp(-gate(k))) for k in (0, 1, 3)]
    cell = opened[1] * c + opened[0] * np.tanh(gate(2))
    return [opened[2] * np.tanh(cell), cell]


def lstm_by_einsum(x, h, c, Wx, Wh, b):
    z = np.einsum("nd,dk->nk", x, Wx) + np.einsum("nu,uk->nk", h, Wh) + b
    write, keep, candidate, show = z.reshape(len(x), 4, -1).transpose(1, 0, 2)
    c = c / (1 + np.exp(-keep)) + np.tanh(candidate) / (1 + np.exp(-write))
    return (np.tanh(c) / (1 + np.exp(-show))).tolist(), c.tolist()


def switch_in_whole_numbers():
    return [[60, 60, 0, 0]], [[0, 0, 0, 0]], [-39, 39, 20, 20]


def switch_of_a_loop():
    """No memory in the cell at all: h comes back through Wh, and lies near 0.76 or −0.76."""
    return np.array([[0, 0, 920, 0]]), np.array([[0, 0, 800, 0]]), np.array([20.0, -20, -296, 20])


def switch_written_both_ways():
    """What is written has the sign of what comes, and all gates look at it."""
    Wx = np.float32([[100, 100, 1000, 40]])
    return Wx, np.zeros((1, 4), "float32"), np.float32([-50, 50, 0, 40])


def gru_by_slices(x, h, Wx, Wh, b):
    u = h.shape[1]
    of_x, of_h = x @ Wx + b[0], h @ Wh + b[1]
    gates = 1 / (1 + np.exp(-(of_x[:, : 2 * u] + of_h[:, : 2 * u])))
    z, r = gates[:, :u], gates[:, u:]
    g = np.tanh(of_x[:, 2 * u :] + r * of_h[:, 2 * u :])
    return g + z * (h - g)


def gru_in_loops(x, h, Wx, Wh, b):
    u = h.shape[1]
    new = np.zeros(h.shape)
    for i, k in itertools.product(range(len(h)), range(u)):
        of_x = [x[i] @ Wx[:, k + part * u] + b[0, k + part * u] for part in range(3)]
        of_h = [h[i] @ Wh[:, k + part * u] + b[1, k + part * u] for part in range(3)]
        z, r = (1 / (1 + math.exp(-of_x[part] - of_h[part])) for part in (0, 1))
        new[i, k] = z * h[i, k] + (1 - z) * math.tanh(of_x[2] + r * of_h[2])
    return new.tolist()


ALSO_RIGHT = {
    "seasonal_naive": [season_in_a_loop, season_tiled, season_by_itertools],
    "sliding_windows": [windows_by_numpy, windows_in_lists, windows_by_indices],
    "make_forecast_data": [forecast_data_in_loops, forecast_data_by_parts],
    "choose_window": [at_a_later_origin, by_akaike],
    "rnn_step": [step_by_einsum, step_of_one_matrix, step_in_loops],
    "rnn_forward": [sequences_filled_in, sequences_one_by_one, sequences_by_recursion],
    "steps_until_vanished": [vanished_by_singular_values, vanished_by_eigenvalues],
    "lstm_step": [lstm_gate_by_gate, lstm_by_einsum],
    "flip_flop": [switch_in_whole_numbers, switch_of_a_loop, switch_written_both_ways],
    "gru_step": [gru_by_slices, gru_in_loops],
}
IMPORTS = """
import itertools
import math
import numpy as np
from sklearn.linear_model import LinearRegression
"""


def test_every_exercise_has_other_right_answers():
    asked = {exercise.name for exercise in exercises_of("07b_recurrent_networks")}
    assert set(ALSO_RIGHT) == asked - TRAINED


@each_of(ALSO_RIGHT)
def test_another_right_answer_is_accepted(name, answer):
    found = verdict(name, answer, "another")  # on public cases in the sandbox, below
    assert (found.status, found.credit) == ("passed", 1.0), found.message


@pytest.mark.parametrize(
    "name",
    [
        *("seasonal_naive", "sliding_windows", "make_forecast_data", "rnn_step", "rnn_forward"),
        *("lstm_step", "gru_step", "flip_flop"),
    ],
)
def test_float32_and_lists_are_accepted(name):
    exact = getattr(reference, name)

    def in_lists(*given):
        answer = exact(*given)
        return [part.tolist() for part in answer] if isinstance(answer, tuple) else answer.tolist()

    for answer in (as_float32(exact), in_lists):
        found = verdict(name, answer)
        assert found.status == "passed", found.message


@pytest.mark.parametrize("style", range(3))
def test_other_right_answers_are_accepted_in_the_sandbox(style, graded):
    """A submission of everybody's first answers, one of the second ones, and one of the third."""
    assert refused_in_a_submission(graded, IMPORTS, ALSO_RIGHT, style) == {}


def test_the_references_are_accepted_in_the_sandbox(graded):
    sources = [inspect.getsource(getattr(reference, name)) for name in ALSO_RIGHT]
    verdicts = graded("\n\n".join(["import numpy as np", *sources]))
    assert {name: verdicts[name].status for name in ALSO_RIGHT} == dict.fromkeys(ALSO_RIGHT, "passed")
