"""Lesson 7b, recurrent networks: cells with a memory, and what they forecast.

    seasonal_naive → sliding_windows → make_forecast_data → choose_window → rnn_step → rnn_forward
    → steps_until_vanished → lstm_step → flip_flop → gru_step → build_lstm → forecaster

Shapes in comments: n samples, t steps, d features, u units. A cell's weights are Wx (d, u) for what comes in
and Wh (u, u) for the state before; with several gates they stand side by side, in Keras's order. Keras is
imported where it is used: without it, the rest of this module starts seconds sooner.
"""

import numpy as np


def seasonal_naive(series: np.ndarray, period: int, steps: int) -> np.ndarray:
    """Forecast that the last season comes again: the simplest line that knows of a season.

    `forecast[i] = series[n − period + (i mod period)]`, with n known values and i from 0

    With NumPy or plain Python.

    Args:
        series: what is known, shape (n,), at least one whole season.
        period: how many values a season has, at least 1.
        steps: how many values to forecast; perhaps none, perhaps several seasons.

    Returns:
        Shape (steps,).

    Source: Hyndman & Athanasopoulos (2021), "Forecasting: Principles and Practice", chapter 5.2.

    >>> seasonal_naive(np.array([9.0, 1.0, 2.0, 3.0]), 3, 5)
    array([1., 2., 3., 1., 2.])
    """
    season = series[len(series) - period :]
    return season[np.arange(steps) % period]


def sliding_windows(series: np.ndarray, length: int, horizon: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Cut a series into questions and answers: so many values, and what came after them.

    `X[i] = series[i], …, series[i + length − 1]` and `y[i] = series[i + length − 1 + horizon]`

    A window holds nothing of what it is to forecast. With NumPy or plain Python.

    Args:
        series: shape (n,), with n ≥ length + horizon.
        length: how many values a window has, at least 1.
        horizon: how many steps after a window's last value its target comes, at least 1.

    Returns:
        `(X, y)`: all windows in order, shape (m, length, 1), and the target of each, shape (m,), with
        m = n − length − horizon + 1.

    Source: `keras.utils.timeseries_dataset_from_array`.

    >>> X, y = sliding_windows(np.array([10.0, 11.0, 12.0, 13.0, 14.0]), 2)
    >>> X[:, :, 0].tolist(), y.tolist()
    ([[10.0, 11.0], [11.0, 12.0], [12.0, 13.0]], [12.0, 13.0, 14.0])
    """
    count = len(series) - length - horizon + 1
    X = np.array([series[i : i + length] for i in range(count)])[:, :, None]  # (m, length, 1)
    return X, np.array(series[length - 1 + horizon :])


def make_forecast_data(
    series: np.ndarray, length: int, test_steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Make of a series what a forecaster learns from and what it is judged by, without looking ahead.

    The last `test_steps` values are the test part. Everything is standardised, with the mean and the standard
    deviation (divided by n, as `np.std` has it) of what is known before the test part. Each window of
    `length` values is followed by its target, the next value. All windows whose target lies before the test
    part belong to training; the test has a window for each of its values, in order, which may reach back into
    what was known by then.

    With NumPy.

    Args:
        series: shape (n,), with n > length + test_steps.
        length: of a window.
        test_steps: at least 1.

    Returns:
        `(X_train, y_train, X_test, y_test)`: windows, shape (m, length), and targets, shape (m,), in order.

    >>> series = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 9.0])
    >>> X_train, y_train, X_test, y_test = make_forecast_data(series, 2, 1)
    >>> X_train.shape, X_test.shape, y_test.round(2).tolist()
    ((3, 2), (1, 2), [4.24])
    """
    known = series[: len(series) - test_steps]
    series = (series - known.mean()) / known.std()
    windows = np.lib.stride_tricks.sliding_window_view(series, length + 1)
    X, y = windows[:, :-1], windows[:, -1]
    rows = np.arange(len(windows))
    train, test = rows[:-test_steps], rows[-test_steps:]
    return X[train], y[train], X[test], y[test]


def choose_window(series: np.ndarray, longest: int) -> int:
    """Choose how far back a linear forecast should look.

    Somebody will cut this series into windows of your length, find the linear combination of a window's
    values that is nearest to the next value (least squares, with a constant), and forecast what comes after
    the series, step by step, each time from the true values before. Some series have a season, long or
    short, and some have none.

    There are three kinds of series: without a season, with a short one, with a long one. Of each kind you get
    24, and a minute for all 72. The error of your forecasts (root mean square) is divided by that of the
    window that turned out best for the series; in the mean of a kind this must be at most 1.1.

    NumPy will do; scikit-learn is there if you like.

    Args:
        series: what is known, shape (n,), some 140 values.
        longest: the longest window there may be.

    Returns:
        A whole number from 1 to `longest`.

    >>> choose_window(np.tile([0.0, 1.0, 5.0], 40), 12) > 1
    True
    """

    def error_of(length):
        """On the last third, of a forecast that knows what came before."""
        windows = np.lib.stride_tricks.sliding_window_view(series, length + 1)
        X, y = np.column_stack([windows[:, :-1], np.ones(len(windows))]), windows[:, -1]
        later = len(series) // 3
        weights, *_ = np.linalg.lstsq(X[:-later], y[:-later])
        return float(np.sqrt(np.mean((X[-later:] @ weights - y[-later:]) ** 2)))

    errors = [error_of(length) for length in range(1, longest + 1)]
    return 1 + int(np.argmax(np.array(errors) <= 1.01 * min(errors) + 1e-9))  # the shortest of the best


def rnn_step(x: np.ndarray, h: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray) -> np.ndarray:
    """One step of a simple recurrent cell: what it remembers, from what comes in and what it remembered.

    `h' = tanh(x · Wx + h · Wh + b)`

    With NumPy or plain Python.

    Args:
        x: what comes in at this step, shape (n, d).
        h: the state before, shape (n, u).
        Wx, Wh, b: shapes (d, u), (u, u) and (u,).

    Returns:
        The state after it, shape (n, u).

    Source: Elman (1990), "Finding Structure in Time"; `keras.layers.SimpleRNNCell`.

    >>> one = np.ones((1, 1))
    >>> rnn_step(one, 2 * one, 0.5 * one, 0.25 * one, np.array([-1.0]))
    array([[0.]])
    """
    return np.tanh(x @ Wx + h @ Wh + b)


def rnn_forward(X: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Run a simple recurrent cell over sequences, and note its state after each step.

    It begins from a state of zeros. The same weights serve at every step. With NumPy or plain Python.

    Args:
        X: sequences, shape (n, t, d), with at least one step.
        Wx, Wh, b: shapes (d, u), (u, u) and (u,), as of `rnn_step`.

    Returns:
        All states in order, shape (n, t, u).

    Source: `keras.layers.SimpleRNN` with `return_sequences=True`.

    >>> X = np.array([[[1.0], [0.0], [0.0]]])
    >>> rnn_forward(X, np.ones((1, 1)), np.zeros((1, 1)), np.zeros(1)).round(2)[0, :, 0]
    array([0.76, 0.  , 0.  ])
    """
    h = np.zeros((len(X), Wh.shape[0]))
    states = []
    for step in range(X.shape[1]):
        h = rnn_step(X[:, step], h, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1)


def steps_until_vanished(Wh: np.ndarray, fraction: float) -> int:
    """Find the first step at which a linear recurrence passes on at most so much of a signal.

    Back through t steps of `h' = h · Wh`, a gradient is multiplied by Wh t times. The longest one that can
    come of a gradient of length 1 is as long as the spectral norm ‖Whᵗ‖₂, the largest singular value of the
    t-th power: by how much it stretches the direction that it stretches most. In the end that shrinks, but
    it may grow at first, and once more later.

    With NumPy or plain Python.

    Args:
        Wh: shape (u, u); all of its eigenvalues are smaller than 1 in size.
        fraction: above 0 and below 1.

    Returns:
        The smallest t ≥ 1 with ‖Whᵗ‖₂ ≤ fraction.

    Source: Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural networks".

    >>> steps_until_vanished(np.array([[0.5, 0.0], [0.0, 0.25]]), 0.2)
    3
    """
    power, steps = Wh, 1
    while np.linalg.norm(power, 2) > fraction:
        power = power @ Wh
        steps += 1
    return steps


def lstm_step(
    x: np.ndarray, h: np.ndarray, c: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """One step of an LSTM cell: what is kept, what is written, and what is shown.

    `i, f, g, o = the four parts of x · Wx + h · Wh + b`
    `c' = σ(f) · c + σ(i) · tanh(g)`
    `h' = σ(o) · tanh(c')`

    Products are taken element by element. The parts stand in Keras's order: input gate, forget gate,
    candidate, output gate. With NumPy or plain Python.

    Args:
        x: what comes in, shape (n, d).
        h, c: the state that is shown and the state of the cell, shapes (n, u).
        Wx, Wh, b: shapes (d, 4u), (u, 4u) and (4u,).

    Returns:
        `(h', c')`, shapes (n, u).

    Source: Hochreiter & Schmidhuber (1997), "Long Short-Term Memory"; Gers, Schmidhuber & Cummins (2000),
    "Learning to Forget"; `keras.layers.LSTMCell`.

    >>> nothing = np.zeros((1, 1))
    >>> h, c = lstm_step(nothing, nothing, np.array([[2.0]]), np.zeros((1, 4)), np.zeros((1, 4)), np.zeros(4))
    >>> h.round(3), c
    (array([[0.381]]), array([[1.]]))
    """

    def sigmoid(z):
        return 0.5 * (1 + np.tanh(0.5 * z))

    i, f, g, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def flip_flop() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Set the weights of an LSTM cell by hand, so that it remembers a switch.

    One unit, one input. At most steps the input is noise, between −0.3 and 0.3. Now and then it is +1, which
    sets the switch, or −1, which resets it; it may be set when it is set already. The cell's output h must
    lie above 0.5 exactly while the switch is set: from the step of the +1 on, until the step before the next
    −1. It starts with h = c = 0, not set, and runs for up to 300 steps.

    Returns:
        `(Wx, Wh, b)`, shapes (1, 4), (1, 4) and (4,), in the order of `lstm_step`: input gate, forget gate,
        candidate, output gate. No number may be larger than 1000, in size.

    >>> [part.shape for part in flip_flop()]
    [(1, 4), (1, 4), (4,)]
    """
    write, keep = [60.0, -39.0], [60.0, 39.0]  # slope and bias: open above 0.65, and above −0.65
    Wx = np.array([[write[0], keep[0], 0.0, 0.0]])
    b = np.array([write[1], keep[1], 20.0, 20.0])  # the candidate is 1, the output gate open
    return Wx, np.zeros((1, 4)), b


def gru_step(x: np.ndarray, h: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray) -> np.ndarray:
    """One step of a GRU cell, as Keras has it.

    `z, r = σ(x · Wx + b₀ + h · Wh + b₁)`, of the first two of three parts
    `g = tanh(x · Wx + b₀ + r · (h · Wh + b₁))`, of the third
    `h' = z · h + (1 − z) · g`

    Products with gates are taken element by element. The parts stand in the order update gate z, reset gate
    r, candidate g; b₀ and b₁ are the two rows of b. The reset gate acts on the product `h · Wh + b₁`, and not
    on h (`reset_after=True`). With NumPy or plain Python.

    Args:
        x: what comes in, shape (n, d).
        h: the state before, shape (n, u).
        Wx, Wh, b: shapes (d, 3u), (u, 3u) and (2, 3u).

    Returns:
        The state after it, shape (n, u).

    Source: Cho et al. (2014), "Learning Phrase Representations using RNN Encoder-Decoder for Statistical
    Machine Translation"; `keras.layers.GRUCell`.

    >>> one = np.ones((1, 1))
    >>> gru_step(one, 4 * one, np.zeros((1, 3)), np.zeros((1, 3)), np.zeros((2, 3)))
    array([[2.]])
    """

    def sigmoid(z):
        return 0.5 * (1 + np.tanh(0.5 * z))

    of_x, of_h = (np.split(part, 3, axis=1) for part in (x @ Wx + b[0], h @ Wh + b[1]))
    z, r = (sigmoid(of_x[i] + of_h[i]) for i in (0, 1))
    g = np.tanh(of_x[2] + r * of_h[2])
    return z * h + (1 - z) * g


def build_lstm(timesteps: int, features: int):
    """Build the guide's network: two LSTM layers of 50 units, and a number at the end.

    The first hands its state at every step to the second; the second hands its last state to a dense layer of
    one unit without activation.

    Args:
        timesteps: steps of a sequence.
        features: numbers at each step.

    Returns:
        A Keras model (n, timesteps, features) → (n, 1), not compiled.

    Source: `keras.layers.LSTM`.

    >>> build_lstm(24, 1).output_shape
    (None, 1)
    """
    import keras

    return keras.Sequential(
        [
            keras.Input((timesteps, features)),
            keras.layers.LSTM(50, return_sequences=True),
            keras.layers.LSTM(50),
            keras.layers.Dense(1),
        ]
    )


def forecaster(train: np.ndarray):
    """Train a network that forecasts the carbon dioxide of the air, a month ahead.

    You get the monthly means up to some month, in ppm, from an instrument whose zero isn't known: all values
    may be too large or too small by the same number. The five years after it are hidden. For each of their
    months your model is given the true values before it, as many as it asks for, and has to say the next one.
    The mean absolute error must be at most 0.33 ppm. "Last value" has 1.1, "the value a year ago and last
    year's growth" 0.34, and "the last value and this month's mean change" 0.26: can you reach that, too?

    Args:
        train: shape (n,), some 460 monthly values without gaps.

    Returns:
        A trained Keras model, input shape (None, length, 1) and output shape (None, 1), in ppm; `length` is
        yours, at most 60. What it needs of preparation, differences and scales say, is done inside of it.

    >>> months = np.arange(120)
    >>> model = forecaster(330 + 0.1 * months + 3 * np.sin(months * np.pi / 6))
    >>> model.output_shape
    (None, 1)
    """
    import keras

    length = 25
    windows = np.lib.stride_tricks.sliding_window_view(train.astype("float32"), length + 1)
    X, y = windows[:, :-1, None], windows[:, -1:]  # (m, length, 1) and (m, 1)
    steps = np.diff(train)

    inputs = keras.Input((length, 1))
    last = inputs[:, -1]
    changes = (inputs[:, 1:] - inputs[:, :-1] - steps.mean()) / steps.std()
    hidden = keras.layers.Dense(64, "relu")(keras.layers.Flatten()(changes))
    change = keras.layers.Rescaling(steps.std(), steps.mean())(keras.layers.Dense(1)(hidden))
    model = keras.Model(inputs, last + change)
    model.compile(keras.optimizers.Adam(0.001), "mean_squared_error")
    model.fit(X, y, epochs=50, verbose=0)
    return model
