"""The reference answers of lesson 7b against Keras, NumPy's algebra and the laws they must obey."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras

from grader.references import recurrent_networks as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own

SIZES = [(1, 1, 1), (4, 3, 2), (2, 2, 5), (3, 4, 4)]


def cell(seed, n, d, u, gates=1, biases=()):
    """What comes in, a state, and a cell's weights."""
    rng = np.random.default_rng(seed)
    shapes = (n, d), (n, u), (d, gates * u), (u, gates * u), (*biases, gates * u)
    return [rng.normal(0, 1, shape).astype(np.float32) for shape in shapes]


def kerass(layer, x, states, weights):
    layer.build(x.shape)
    layer.set_weights(weights)
    return [np.asarray(state) for state in layer(x, states)[1]]


@given(seed=st.integers(0, 99), n=st.integers(1, 20), period=st.integers(1, 20), steps=st.integers(0, 50))
def test_seasonal_naive_goes_on_as_it_was_a_season_before(seed, n, period, steps):
    series = np.random.default_rng(seed).normal(size=n + period)
    whole = np.concatenate([series, reference.seasonal_naive(series, period, steps)])
    assert len(whole) == n + period + steps
    np.testing.assert_array_equal(whole[n + period :], whole[n : n + steps])


def test_seasonal_naive_errs_nowhere_on_what_is_a_season_and_nothing_else():
    whole = np.resize([3.0, 1.0, 4.0, 1.0, 5.0], 43)
    np.testing.assert_array_equal(reference.seasonal_naive(whole[:17], 5, 26), whole[17:])


@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("length", [1, 2, 5])
def test_sliding_windows_are_kerass(length, horizon):
    series = np.random.default_rng(0).normal(size=14)
    X, y = reference.sliding_windows(series, length, horizon)
    theirs = keras.utils.timeseries_dataset_from_array(
        series[:-horizon], series[length + horizon - 1 :], length, batch_size=99
    )
    ((windows, targets),) = ((part.numpy() for part in batch) for batch in theirs)
    np.testing.assert_array_equal(X[:, :, 0], windows)
    np.testing.assert_array_equal(y, targets)


@given(length=st.integers(1, 8), horizon=st.integers(1, 5), more=st.integers(0, 12))
def test_sliding_windows_never_look_ahead(length, horizon, more):
    series = np.arange(length + horizon + more, dtype=float)
    X, y = reference.sliding_windows(series, length, horizon)
    assert (X.shape, y.shape) == ((more + 1, length, 1), (more + 1,))
    np.testing.assert_array_equal(X[:, -1, 0] + horizon, y)
    np.testing.assert_array_equal(np.diff(X[:, :, 0], axis=1), 1)
    assert (X[0, 0, 0], y[-1]) == (0, len(series) - 1)


@given(
    length=st.integers(1, 6), test_steps=st.integers(1, 8), more=st.integers(2, 12), place=st.integers(0, 7)
)
def test_forecast_data_know_nothing_of_the_test_part(length, test_steps, more, place):
    series = np.random.default_rng(more).normal(size=length + test_steps + more)
    changed = series.copy()
    changed[len(series) - 1 - place % test_steps] += 1000
    ours, others = (reference.make_forecast_data(s, length, test_steps) for s in (series, changed))
    for i in (0, 1):
        np.testing.assert_array_equal(ours[i], others[i])
    assert (ours[3] != others[3]).sum() == 1
    assert [len(part) for part in ours] == [more, more, test_steps, test_steps]


def test_forecast_data_are_scaled_as_scikit_learn_does():
    series = np.random.default_rng(1).normal(5, 3, 40)
    X_train, y_train, X_test, y_test = reference.make_forecast_data(series, 4, 10)
    scaler = StandardScaler().fit(series[:30, None])
    whole = scaler.transform(series[:, None])[:, 0]
    np.testing.assert_allclose(np.concatenate([X_train[0], y_train, y_test]), whole)
    np.testing.assert_allclose(X_test, [whole[i - 4 : i] for i in range(30, 40)])


def error_of_window(series, known, length):
    """By scikit-learn, step by step, from the true values before."""
    windows = np.lib.stride_tricks.sliding_window_view(series, length + 1)
    first = known - length
    model = LinearRegression().fit(windows[:first, :-1], windows[:first, -1])
    return np.sqrt(np.mean((model.predict(windows[first:, :-1]) - windows[first:, -1]) ** 2))


@pytest.mark.parametrize("season", [4, 9, 23])
def test_choose_window_sees_the_season(season):
    rng = np.random.default_rng(season)
    series = np.resize(rng.normal(0, 3, season), 400) + rng.normal(0, 0.5, 400)
    length = reference.choose_window(series[:130], 40)
    assert season - 1 <= length
    least = min(error_of_window(series, 130, one) for one in range(1, 41))
    assert error_of_window(series, 130, length) < 1.15 * least
    assert error_of_window(series, 130, 1) > 2 * least


def test_choose_window_looks_back_a_few_steps_where_nothing_else_counts():
    lengths = []
    for seed in range(10):
        noise, series = np.random.default_rng(seed).normal(size=130), np.zeros(130)
        for i in range(130):
            series[i] = 0.8 * series[i - 1] + noise[i]
        lengths.append(reference.choose_window(series, 40))
    assert np.median(lengths) < 8


@pytest.mark.parametrize(("n", "d", "u"), SIZES)
def test_rnn_step_is_kerass(n, d, u):
    x, h, *weights = cell(0, n, d, u)
    (theirs,) = kerass(keras.layers.SimpleRNNCell(u), x, [h], weights)
    np.testing.assert_allclose(reference.rnn_step(x, h, *weights), theirs, atol=1e-5)


@pytest.mark.parametrize("steps", [1, 6])
@pytest.mark.parametrize(("n", "d", "u"), SIZES)
def test_rnn_forward_is_kerass(n, d, u, steps):
    _, _, *weights = cell(1, n, d, u)
    X = np.random.default_rng(2).normal(size=(n, steps, d)).astype(np.float32)
    layer = keras.layers.SimpleRNN(u, return_sequences=True)
    layer.build(X.shape)
    layer.set_weights(weights)
    np.testing.assert_allclose(reference.rnn_forward(X, *weights), np.asarray(layer(X)), atol=1e-5)


@given(seed=st.integers(0, 99), cut=st.integers(1, 5))
def test_rnn_forward_knows_nothing_of_what_comes_later(seed, cut):
    _, _, *weights = cell(seed, 2, 3, 2)
    X = np.random.default_rng(seed).normal(size=(2, 6, 3))
    states = reference.rnn_forward(X, *weights)
    np.testing.assert_allclose(reference.rnn_forward(X[:, :cut], *weights), states[:, :cut])
    np.testing.assert_allclose(reference.rnn_forward(X[:1], *weights), states[:1])


@pytest.mark.parametrize("seed", range(20))
def test_steps_until_vanished_are_the_fewest_for_the_longest_of_all_gradients(seed):
    rng = np.random.default_rng(seed)
    Wh = rng.normal(size=(3, 3)) + np.triu(rng.normal(0, 3, (3, 3)), 1)
    Wh *= 0.8 / np.abs(np.linalg.eigvals(Wh)).max()
    steps = reference.steps_until_vanished(Wh, 0.1)
    longest = [np.sqrt(np.linalg.eigvalsh(p @ p.T)[-1]) for p in _powers(Wh, steps)]
    assert longest[-1] <= 0.1 < min(longest[:-1], default=1)
    directions = rng.normal(size=(3, 2000))
    directions /= np.linalg.norm(directions, axis=0)
    for power, norm in zip(_powers(Wh, steps), longest, strict=True):
        assert 0.9 * norm < np.linalg.norm(power @ directions, axis=0).max() <= norm + 1e-12


def _powers(Wh, steps):
    return [np.linalg.matrix_power(Wh, t) for t in range(1, steps + 1)]


@given(size=st.floats(0.05, 0.98), turn=st.floats(0, 6), fraction=st.floats(0.001, 0.999))
def test_a_turn_vanishes_as_its_size_says(size, turn, fraction):
    Wh = size * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    steps = reference.steps_until_vanished(Wh, fraction)
    assert size**steps <= fraction * (1 + 1e-9)
    assert steps == 1 or size ** (steps - 1) > fraction * (1 - 1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_gradient_through_time_is_a_power_of_the_weights(seed):
    """By finite differences, near zero, where tanh is nearly the identity."""
    Wh = np.random.default_rng(seed).normal(0, 0.5, (3, 3))
    X = np.zeros((6, 5, 3))
    for i in range(3):
        X[i, 0, i], X[3 + i, 0, i] = 1e-4, -1e-4
    last = reference.rnn_forward(X, np.eye(3), Wh, np.zeros(3))[:, -1]
    np.testing.assert_allclose((last[:3] - last[3:]) / 2e-4, np.linalg.matrix_power(Wh, 4), atol=1e-6)


@pytest.mark.parametrize(("n", "d", "u"), SIZES)
def test_lstm_step_is_kerass(n, d, u):
    x, h, *weights = cell(3, n, d, u, gates=4)
    c = np.random.default_rng(4).normal(0, 2, (n, u)).astype(np.float32)
    theirs = kerass(keras.layers.LSTMCell(u), x, [h, c], weights)
    for ours, wanted in zip(reference.lstm_step(x, h, c, *weights), theirs, strict=True):
        np.testing.assert_allclose(ours, wanted, atol=1e-5)


@given(seed=st.integers(0, 99))
def test_lstm_step_keeps_within_what_its_gates_allow(seed):
    x, h, *weights = cell(seed, 3, 2, 4, gates=4)
    c = np.random.default_rng(seed).normal(0, 3, (3, 4))
    shown, new = reference.lstm_step(x, h, c, *weights)
    assert (np.abs(new) <= np.abs(c) + 1).all()
    assert (np.abs(shown) <= np.abs(np.tanh(new))).all()
    assert (np.sign(shown) == np.sign(new)).all()


def test_flip_flop_as_kerass_lstm_remembers_a_switch():
    rng = np.random.default_rng(6)
    inputs = rng.uniform(-0.3, 0.3, (100, 300)).astype(np.float32)
    inputs[rng.random(inputs.shape) < 0.03] = 1
    inputs[rng.random(inputs.shape) < 0.03] = -1
    state, wanted = np.zeros(100, bool), []
    for came in inputs.T:
        state = (state | (came == 1)) & (came != -1)
        wanted.append(state)
    layer = keras.layers.LSTM(1, return_sequences=True)
    layer.build((100, 300, 1))
    layer.set_weights(reference.flip_flop())
    np.testing.assert_array_equal(np.asarray(layer(inputs[..., None]))[..., 0] > 0.5, np.transpose(wanted))


@pytest.mark.parametrize("noise", [-0.3, 0.3])
@pytest.mark.parametrize("is_set", [False, True])
def test_flip_flop_bears_the_worst_noise_to_the_end(noise, is_set):
    h = c = np.zeros((1, 1))
    for step in range(300):
        came = 1.0 if is_set and step == 0 else noise
        h, c = reference.lstm_step(np.array([[came]]), h, c, *reference.flip_flop())
        assert (h.item() > 0.5) == is_set


@pytest.mark.parametrize(("n", "d", "u"), SIZES)
def test_gru_step_is_kerass(n, d, u):
    x, h, *weights = cell(5, n, d, u, gates=3, biases=(2,))
    (theirs,) = kerass(keras.layers.GRUCell(u, reset_after=True), x, [h], weights)
    np.testing.assert_allclose(reference.gru_step(x, h, *weights), theirs, atol=1e-5)


@given(seed=st.integers(0, 99))
def test_gru_step_lies_between_the_old_state_and_a_candidate(seed):
    x, h, Wx, Wh, b = cell(seed, 3, 2, 4, gates=3, biases=(2,))
    new = reference.gru_step(x, 3 * h, Wx, Wh, b)
    assert (np.abs(new) <= np.maximum(np.abs(3 * h), 1)).all()
    kept = b + np.repeat([[50.0, 0, 0], [0, 0, 0]], 4, axis=1)  # the update gate wide open
    np.testing.assert_allclose(reference.gru_step(x, h, Wx, Wh, kept), h, atol=1e-6)


def test_build_lstm_computes_what_lstm_step_does():
    model = reference.build_lstm(6, 2)
    weights = [np.asarray(weight) for weight in model.get_weights()]
    steps = np.random.default_rng(0).normal(size=(3, 6, 2)).astype(np.float32)
    for of_layer in (weights[:3], weights[3:6]):
        h = c = np.zeros((3, 50), np.float32)
        states = []
        for step in range(6):
            h, c = reference.lstm_step(steps[:, step], h, c, *of_layer)
            states.append(h)
        steps = np.stack(states, axis=1)
    x = np.random.default_rng(0).normal(size=(3, 6, 2)).astype(np.float32)
    theirs = keras.ops.convert_to_numpy(model(x))
    np.testing.assert_allclose(theirs, steps[:, -1] @ weights[6] + weights[7], atol=1e-5)


def test_forecaster_follows_the_instruments_zero_and_beats_the_season():
    months = np.arange(240)
    series = 300 + 0.1 * months + 3 * np.sin(months * np.pi / 6)
    model = reference.forecaster(series[:180])
    windows = np.lib.stride_tricks.sliding_window_view(series, 26)[-60:]
    x, truth = windows[:, :-1, None].astype(np.float32), windows[:, -1]
    said, higher = (keras.ops.convert_to_numpy(model(inputs))[:, 0] for inputs in (x, x + 64))
    np.testing.assert_allclose(higher, said + 64, atol=0.02)
    a_year_ago = windows[:, -13]
    assert np.mean(np.abs(said - truth)) < 0.5 * np.mean(np.abs(a_year_ago - truth))
