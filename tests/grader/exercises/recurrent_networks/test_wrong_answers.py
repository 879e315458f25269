"""Lesson 7b: wrong answers that no known mistake covers, and answers of odd kinds."""

import warnings

import numpy as np
import pytest
from asking import ODD_ARRAYS, after, verdict

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras

from grader.judging.bank import PUBLIC_SEED
from grader.references import recurrent_networks as reference

ARRAYS = ("seasonal_naive", "rnn_step", "rnn_forward", "gru_step")
TUPLES = ("sliding_windows", "make_forecast_data", "lstm_step")


def mean_of_seasons(series, period, steps):
    first = len(series) - period
    return np.array([series[(first + i) % period :: period].mean() for i in range(steps)])


def all_up_to_the_horizon(series, length, horizon=1):
    X, _ = reference.sliding_windows(series, length, horizon)
    return X, np.lib.stride_tricks.sliding_window_view(series[length:], horizon)


def scaled_by(scale):
    """Forecast data with another scale, made of what is known."""

    def answer(series, length, test_steps):
        center, width = scale(series[:-test_steps])
        windows = np.lib.stride_tricks.sliding_window_view((series - center) / width, length + 1)
        X, y = windows[:, :-1], windows[:, -1]
        return X[:-test_steps], y[:-test_steps], X[-test_steps:], y[-test_steps:]

    return answer


def part_by_itself(series, length, test_steps):
    X_train, y_train, _, _ = reference.make_forecast_data(series, length, test_steps)
    _, _, X_test, y_test = scaled_by(lambda known: (series.mean(), series.std()))(series, length, test_steps)
    return X_train, y_train, X_test, y_test


def targets_as_they_were(series, length, test_steps):
    X_train, y_train, X_test, _ = reference.make_forecast_data(series, length, test_steps)
    return X_train, y_train, X_test, series[-test_steps:]


def scaled_in_place(series, length, test_steps):
    answer = reference.make_forecast_data(series, length, test_steps)
    series -= series.mean()
    return answer


def state_overwritten(x, h, Wx, Wh, b):
    h[:] = reference.rnn_step(x, h, Wx, Wh, b)
    return h


def by_keras(X, Wx, Wh, b):
    layer = keras.layers.SimpleRNN(len(Wh), return_sequences=True)
    layer.build(X.shape)
    layer.set_weights([Wx, Wh, b])
    return layer(X)


def with_weights(change):
    """An LSTM's or GRU's step with other weights."""
    return lambda *given: getattr(reference, "lstm_step" if len(given) == 6 else "gru_step")(
        *given[:-3], *map(change, given[-3:])
    )


def interleaved(part):
    return np.concatenate([part[..., k::4] for k in range(4)], axis=-1)


def candidate_first(part):
    z, r, g = np.split(part, 3, axis=-1)
    return np.concatenate([g, z, r], axis=-1)


def forget_bias_of_one(x, h, c, Wx, Wh, b):
    return reference.lstm_step(x, h, c, Wx, Wh, b + np.repeat([0, 1, 0, 0], h.shape[1]))


def hard_gates(x, h, c, Wx, Wh, b):
    i, f, g, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    i, f, o = (np.clip(z / 6 + 0.5, 0, 1) for z in (i, f, o))
    c = f * c + i * np.tanh(g)
    return o * np.tanh(c), c


def coupled_gates(x, h, c, Wx, Wh, b):
    """What isn't kept is written."""
    _, f, g, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    keep = 1 / (1 + np.exp(-f))
    c = keep * c + (1 - keep) * np.tanh(g)
    return np.tanh(c) / (1 + np.exp(-o)), c


def by_norm(order):
    def answer(Wh, fraction):
        powers = (np.linalg.matrix_power(Wh, t) for t in range(1, 500))
        return next(t for t, power in enumerate(powers, 1) if np.linalg.norm(power, order) <= fraction)

    return answer


def doubled(Wh, fraction):
    steps = 1
    while np.linalg.norm(np.linalg.matrix_power(Wh, steps), 2) > fraction:
        steps *= 2
    return steps


def one_signal(Wh, fraction):
    """How long a signal of equal parts lasts, which needn't be the one that lasts longest."""
    signal, steps = np.full(len(Wh), len(Wh) ** -0.5) @ Wh, 1
    while np.linalg.norm(signal) > fraction:
        signal, steps = signal @ Wh, steps + 1
    return steps


def powers_in_place(Wh, fraction):
    once, steps = Wh.copy(), 1
    while np.linalg.norm(Wh, 2) > fraction:
        Wh[:] = Wh @ once
        steps += 1
    return steps


def switch(*, Wx=(60, 60, 0, 0), Wh=(0, 0, 0, 0), b=(-39, 39, 20, 20)):
    return lambda: (np.array([Wx]), np.array([Wh]), np.array(b))


WRONG = {
    "one season alone": (
        "seasonal_naive",
        lambda series, period, steps: series[-period:][:steps],
        "asked for",
    ),
    "mean of all seasons": ("seasonal_naive", mean_of_seasons, "where"),
    "the series, too": (
        "seasonal_naive",
        lambda series, *rest: np.append(series, reference.seasonal_naive(series, *rest)),
        "asked for",
    ),
    "whole numbers": ("seasonal_naive", after("seasonal_naive", lambda out: out.astype(int)), "where"),
    "all up to the horizon": ("sliding_windows", all_up_to_the_horizon, "`y`"),
    "windows turned round": (
        "sliding_windows",
        after("sliding_windows", lambda a: (a[0][:, ::-1], a[1])),
        "`X`",
    ),
    "the last window first": (
        "sliding_windows",
        after("sliding_windows", lambda a: (a[0][::-1], a[1][::-1])),
        "`X`",
    ),
    "channel before time": (
        "sliding_windows",
        after("sliding_windows", lambda a: (a[0].transpose(0, 2, 1), a[1])),
        "`X`, which has shape",
    ),
    "y first": ("sliding_windows", after("sliding_windows", lambda a: a[::-1]), "`X`, which has shape"),
    "a deviation of n − 1": ("make_forecast_data", scaled_by(lambda k: (k.mean(), k.std(ddof=1))), "X_train"),
    "from 0 to 1": ("make_forecast_data", scaled_by(lambda k: (k.min(), np.ptp(k))), "X_train"),
    "mean alone": ("make_forecast_data", scaled_by(lambda k: (k.mean(), 1.0)), "X_train"),
    "without the last known": (
        "make_forecast_data",
        scaled_by(lambda k: (k[:-1].mean(), k.std())),
        "X_train",
    ),
    "another scale for the test": ("make_forecast_data", part_by_itself, "X_test"),
    "targets as they were": ("make_forecast_data", targets_as_they_were, "y_test"),
    "the series changed": ("make_forecast_data", scaled_in_place, "changed its input"),
    "the test part first": (
        "make_forecast_data",
        after("make_forecast_data", lambda a: a[2:] + a[:2]),
        "X_train",
    ),
    "pairs": ("make_forecast_data", after("make_forecast_data", lambda a: (a[:2], a[2:])), "4 are asked for"),
    "clipped": ("rnn_step", lambda x, h, Wx, Wh, b: np.clip(x @ Wx + h @ Wh + b, -1, 1), "where"),
    "the state overwritten": ("rnn_step", state_overwritten, "changed its input"),
    "half of the old state": (
        "rnn_step",
        lambda x, h, *rest: (h + reference.rnn_step(x, h, *rest)) / 2,
        "where",
    ),
    "a step late": (
        "rnn_forward",
        after("rnn_forward", lambda s: np.concatenate([0 * s[:, :1], s[:, :-1]], axis=1)),
        "where",
    ),
    "the last at every step": (
        "rnn_forward",
        after("rnn_forward", lambda s: np.broadcast_to(s[:, -1:], s.shape)),
        "where",
    ),
    "Wh turned over": ("rnn_forward", lambda X, Wx, Wh, b: reference.rnn_forward(X, Wx, Wh.T, b), "where"),
    "all and the last": ("rnn_forward", after("rnn_forward", lambda s: (s, s[:, -1])), "tuple of 2"),
    "Keras": ("rnn_forward", by_keras, "`keras`"),
    "gates interleaved": ("lstm_step", with_weights(interleaved), "`h`"),
    "Keras's first bias": ("lstm_step", forget_bias_of_one, "`h`"),
    "hard gates": ("lstm_step", hard_gates, "`h`"),
    "coupled gates": ("lstm_step", coupled_gates, "`"),
    "h twice": ("lstm_step", after("lstm_step", lambda a: (a[0], a[0])), "`c`"),
    "outputs three": ("lstm_step", after("lstm_step", lambda a: (a[0], *a)), "2 are asked for"),
    "the candidate first": ("gru_step", with_weights(candidate_first), "where"),
    "biases swapped": ("gru_step", lambda *given: reference.gru_step(*given[:-1], given[-1][::-1]), "where"),
    "the first bias twice": (
        "gru_step",
        lambda *given: reference.gru_step(*given[:-1], given[-1][[0, 0]]),
        "where",
    ),
    "sums of columns": ("steps_until_vanished", by_norm(1), "where"),
    "sums of rows": ("steps_until_vanished", by_norm(np.inf), "where"),
    "the smallest singular value": ("steps_until_vanished", by_norm(-2), "where"),
    "doubled": ("steps_until_vanished", doubled, "where"),
    "one signal": ("steps_until_vanished", one_signal, "where"),
    "Wh overwritten": ("steps_until_vanished", powers_in_place, "changed its input"),
    "no length": ("choose_window", lambda series, longest: 0, "from 1 to 40"),
    "a negative one": ("choose_window", lambda series, longest: -12, "from 1 to 40"),
    "one too long": ("choose_window", lambda series, longest: longest + 1, "from 1 to 40"),
    "half a value": ("choose_window", lambda series, longest: 12.5, "whole number"),
    "a truth": ("choose_window", lambda series, longest: True, "whole number"),
    "a list": ("choose_window", lambda series, longest: [12], "whole number"),
    "a word": ("choose_window", lambda series, longest: "12", "whole number"),
    "nan": ("choose_window", lambda series, longest: np.nan, "whole number"),
    "two arrays": ("flip_flop", lambda: reference.flip_flop()[:2], "Three arrays"),
    "a dict": ("flip_flop", lambda: {"Wx": [[0] * 4]}, "Three arrays"),
    "a long text": ("flip_flop", lambda: "Wx, Wh and b", "Three arrays"),
    "flat arrays": ("flip_flop", lambda: tuple(map(np.ravel, reference.flip_flop())), "shape (1, 4)"),
    "columns": ("flip_flop", lambda: tuple(map(np.transpose, reference.flip_flop())), "shape (1, 4)"),
    "three texts": ("flip_flop", lambda: ("Wx", "Wh", "b"), "Wx is to be numbers"),
    "unequal lengths": ("flip_flop", lambda: ([[1, 2], [3]], [[0] * 4], [0] * 4), "form"),
    "truths": ("flip_flop", lambda: (np.ones((1, 4), bool), np.zeros((1, 4)), np.zeros(4)), "numbers"),
    "no numbers": ("flip_flop", switch(Wx=(np.nan,) * 4), "A number of Wx"),
    "too large": ("flip_flop", switch(b=(-1001, 39, 20, 20)), "A number of b"),
    "endless": ("flip_flop", switch(Wh=(0, np.inf, 0, 0)), "A number of Wh"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_is_refused_and_told_why(case):
    name, answer, words = WRONG[case]
    found = verdict(name, answer)
    assert (found.status in ("failed", "refused"), found.mistake) == (True, None), found.message
    assert words in found.message, found.message


STEPS = [case for case in WRONG if WRONG[case][0] == "steps_until_vanished"]


@pytest.mark.parametrize("case", STEPS)
@pytest.mark.parametrize("seed", ["another", "a third"])
def test_a_wrong_number_of_steps_is_credited_with_no_seed(case, seed):
    name, answer, _ = WRONG[case]
    assert verdict(name, answer, seed).score == 0.0


SWITCHES = {
    "written by noise": switch(b=(-15, 39, 20, 20)),
    "forgotten by noise": switch(b=(-39, 15, 20, 20)),
    "never reset": switch(b=(-39, 70, 20, 20)),
    "never set": switch(b=(-70, 39, 20, 20)),
    "a candidate of -1": switch(b=(-39, 39, -20, 20)),
    "never shown": switch(b=(-39, 39, 20, -20)),
    "write and keep swapped": switch(b=(39, -39, 20, 20)),
    "set by -1": switch(Wx=(-60, 60, 0, 0)),
    "kept by -1": switch(Wx=(60, -60, 0, 0)),
    "forgotten once it is set": switch(Wh=(0, -50, 0, 0)),
    "slopes too small": switch(Wx=(5, 5, 0, 0), b=(-3.25, 3.25, 20, 20)),
}


@pytest.mark.parametrize("case", SWITCHES)
@pytest.mark.parametrize("seed", [PUBLIC_SEED, "another"])
def test_a_switch_that_goes_wrong_is_refused(case, seed):
    assert verdict("flip_flop", SWITCHES[case], seed).status == "failed"


@pytest.mark.parametrize("odd", ODD_ARRAYS)
@pytest.mark.parametrize("name", ARRAYS)
def test_an_odd_array_is_refused_kindly(name, odd):
    change, words = ODD_ARRAYS[odd]
    found = verdict(name, after(name, change))
    assert (found.status, found.credit) == ("failed", 0.0)
    assert words in found.message, found.message


@pytest.mark.parametrize("odd", [odd for odd in ODD_ARRAYS if odd not in ("a dict", "an axis too many")])
@pytest.mark.parametrize("name", TUPLES)
def test_an_odd_last_part_is_refused_and_called_by_its_name(name, odd):
    change, words = ODD_ARRAYS[odd]
    found = verdict(name, after(name, lambda parts: (*parts[:-1], change(parts[-1]))))
    last = {"sliding_windows": "y", "make_forecast_data": "y_test", "lstm_step": "c"}[name]
    assert (found.status, found.credit) == ("failed", 0.0)
    assert f"`{last}`" in found.message and words in found.message, found.message


@pytest.mark.parametrize("name", TUPLES)
@pytest.mark.parametrize("answer", [None, "X and y", 3.0, [], (None,) * 9])
def test_no_tuple_at_all_is_refused_kindly(name, answer):
    found = verdict(name, lambda *given: answer)
    assert (found.status, found.credit) == ("failed", 0.0)
    assert "asked for" in found.message or "is None" in found.message, found.message


@pytest.mark.parametrize(
    ("value", "words"),
    [
        *((None, "is None"), ("3", "is a string"), (np.nan, "is nan"), (np.inf, "is inf"), (True, "True")),
        *(([3], "single number"), ({"t": 3}, "is a dict"), (2.5, "where")),
    ],
)
def test_an_odd_number_of_steps_is_refused_kindly(value, words):
    found = verdict("steps_until_vanished", lambda *given: value)
    assert (found.status, found.credit) == ("failed", 0.0)
    assert words in found.message, found.message


@pytest.mark.parametrize("answer", [None, {}, "0"])
def test_a_window_that_is_none_passes_no_kind(answer):
    found = verdict("choose_window", lambda *given: answer, PUBLIC_SEED)
    assert (found.status, found.passed, found.cases) == ("failed", 0, 3)
