"""`build_lstm` and `forecaster`: other ways, wrong ones, and what is said of them."""

import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    from keras import layers
from asking import verdict, whole_cases_of
from sklearn.linear_model import LinearRegression

from grader.exercise import Given
from grader.exercises.verifying.recurrent_networks_models import forecasts

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def functional(timesteps, features):
    inputs = keras.Input((timesteps, features))
    states = layers.LSTM(units=50, return_sequences=True, name="below")(inputs)
    return keras.Model(inputs, layers.Dense(1, activation="linear")(layers.LSTM(50)(states)))


def compiled(timesteps, features):
    model = keras.Sequential()
    model.add(keras.Input(shape=(timesteps, features)))
    model.add(layers.LSTM(50, "tanh", return_sequences=True, kernel_initializer="he_normal"))
    model.add(layers.LSTM(50, return_sequences=False, unit_forget_bias=False))
    model.add(layers.Dense(1))
    model.add(layers.Activation("linear"))
    model.compile("adam", "mse")
    return model


def nested(timesteps, features):
    memory = keras.Sequential([layers.LSTM(50, return_sequences=True), layers.LSTM(50)])
    return keras.Sequential([keras.Input((timesteps, features)), memory, layers.Dense(1)])


@pytest.mark.parametrize("answer", [functional, compiled, nested], ids=lambda answer: answer.__name__)
def test_other_spellings_of_the_network_pass(answer):
    found = verdict("build_lstm", answer, "one")
    assert found.status == "passed", found.message


def stacked(**settings):
    def answer(timesteps, features):
        first = {name: value for name, value in settings.items() if name not in ("dense", "second")}
        return keras.Sequential(
            [
                keras.Input((timesteps, features)),
                layers.LSTM(50, return_sequences=True, **first),
                layers.LSTM(50, **settings.get("second", {})),
                layers.Dense(1, **settings.get("dense", {})),
            ]
        )

    return answer


def side_by_side(timesteps, features):
    inputs = keras.Input((timesteps, features))
    one, other = layers.LSTM(50)(inputs), layers.LSTM(50)(inputs)
    return keras.Model(inputs, layers.Dense(1)(one + other))


def backwards_in_between(timesteps, features):
    inputs = keras.Input((timesteps, features))
    states = layers.LSTM(50)(layers.LSTM(50, return_sequences=True)(inputs)[:, ::-1])
    return keras.Model(inputs, layers.Dense(1)(states))


def both_directions(timesteps, features):
    memory = layers.Bidirectional(layers.LSTM(25, return_sequences=True))
    return keras.Sequential([keras.Input((timesteps, features)), memory, layers.LSTM(50), layers.Dense(1)])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (stacked(go_backwards=True), "go_backwards=True"),
        (stacked(recurrent_dropout=0.1), "recurrent_dropout=0.1"),
        (stacked(second={"use_bias": False}), "use_bias=False"),
        (stacked(second={"recurrent_activation": "hard_sigmoid"}), "recurrent_activation='hard_sigmoid'"),
        (stacked(kernel_regularizer="l2"), "penalty"),
        (stacked(second={"recurrent_constraint": "max_norm"}), "constraint"),
        (stacked(recurrent_initializer="zeros"), "would stay alike"),
        (stacked(dense={"activation": "sigmoid"}), "sigmoid"),
        (stacked(dense={"activation": "tanh"}), "tanh"),
        (side_by_side, "(50, 200) is asked for"),
        (backwards_in_between, "how the layers are joined"),
        (both_directions, "Bidirectional"),
        (lambda timesteps, features: keras.layers.LSTM(50), "of type LSTM"),
        (lambda timesteps, features: stacked()(5, features), "samples of shape (7, 1)"),
    ],
)
def test_another_network_is_told_why(answer, words):
    found = verdict("build_lstm", answer, "one")
    assert (found.status in ("failed", "error"), found.mistake) == (True, None), found.message
    assert words in found.message, found.message


def lines_of_two_years(train):
    """Least squares on changes as a dense layer: found in the data, as training finds it."""
    steps = np.diff(train)
    changes = np.lib.stride_tricks.sliding_window_view(steps, 37)
    fitted = LinearRegression().fit(changes[:, :-1], changes[:, -1])
    inputs = keras.Input((37, 1))
    line = layers.Dense(1)
    outputs = inputs[:, -1] + line(layers.Flatten()(inputs[:, 1:] - inputs[:, :-1]))
    model = keras.Model(inputs, outputs)
    line.set_weights([fitted.coef_[:, None], np.array([fitted.intercept_])])
    return model


def convolutional_on_seasonal_differences(train):
    """Of the change since a year ago, what comes next: convolutions over two years of it."""
    keras.utils.set_random_seed(0)
    length = 37
    windows = np.lib.stride_tricks.sliding_window_view(train.astype("float32"), length + 1)
    inputs = keras.Input((length, 1))
    growth = inputs[:, 12:] - inputs[:, :-12]  # (batch, 25, 1)
    steps = growth[:, 1:] - growth[:, :-1]
    z = layers.Conv1D(8, 13, activation="relu")(steps)
    change = layers.Dense(1)(layers.Flatten()(z))
    model = keras.Model(inputs, inputs[:, -1] + inputs[:, -12] - inputs[:, -13] + 0.1 * change)
    model.compile(keras.optimizers.Adam(0.003), "mean_squared_error")
    model.fit(windows[:, :-1, None], windows[:, -1:], epochs=20, verbose=0)
    return model


@pytest.mark.parametrize(
    ("activation", "largest", "status"),
    [(None, 0.1, "passed"), ("tanh", 0.1, "failed"), (None, 0.01, "passed"), (None, 0.001, "passed")],
)
def test_the_activation_of_small_outputs_is_told_apart(activation, largest, status):
    """Of numbers near 0 tanh gives nearly the same, or the same but for rounding: no verdict by luck."""
    for seed in range(2):
        keras.utils.set_random_seed(seed)
        small = keras.initializers.RandomUniform(-largest, largest)
        answer = stacked(dense={"activation": activation, "kernel_initializer": small})
        found = verdict("build_lstm", answer, str(seed))
        assert found.status == status, found.message
        assert status == "passed" or "the activation tanh" in found.message


@pytest.mark.parametrize(
    "answer", [lines_of_two_years, convolutional_on_seasonal_differences], ids=lambda answer: answer.__name__
)
def test_other_forecasters_reach_the_goal(answer):
    found = verdict("forecaster", answer, "one")
    assert found.status == "passed", found.message
    assert "hidden months" in found.message


def judged(forecast=None, **changes):
    """What is said of forecasts that a function makes of what is true and of the last value."""
    (case,) = whole_cases_of("forecaster")
    truth, last = case.secret["truth"], case.secret["last"]
    outputs = truth[:, None] if forecast is None else forecast(truth, last)
    found = {"input_shape": [None, 25, 1], "outputs": outputs}
    return forecasts(Given(case.arguments, case.secret, ()), found | changes)


@pytest.mark.parametrize(
    ("forecast", "words"),
    [
        (lambda truth, last: truth - last, "are changes"),
        (lambda truth, last: last, "says the last value again"),
        (lambda truth, last: truth - np.linspace(3, 9, len(truth)), "lie below the truth, by 6.0 ppm"),
        (lambda truth, last: truth + 4, "lie above the truth"),
        (lambda truth, last: truth + 1.2 * np.sign(np.sin(np.arange(len(truth)))), "hardly better"),
        (lambda truth, last: truth + 0.5 * np.sign(np.sin(np.arange(len(truth)))), "It knows something"),
        (lambda truth, last: np.where(truth > last, np.nan, truth), "not all numbers"),
        (lambda truth, last: np.repeat(truth[:, None, None], 25, 1), "hand on all steps"),
        (lambda truth, last: np.repeat(truth[:, None], 2, 1), "One number for each window"),
    ],
)
def test_who_falls_short_is_told_what_can_be_seen(forecast, words):
    found = judged(forecast)
    assert not found.right
    assert words in found.message, found.message


@pytest.mark.parametrize("shape", [None, [None, 25], [None, None, 1], [None, 25, 2]])
def test_a_model_that_takes_something_else_is_told_so(shape):
    found = judged(input_shape=shape)
    assert not found.right
    assert "(None, length, 1)" in found.message


def test_what_is_true_reaches_the_goal_whatever_its_shape():
    assert judged().right
    assert judged(lambda truth, last: truth).right


@pytest.mark.parametrize("seed", range(5))
def test_the_instruments_zero_is_elsewhere_each_time(seed):
    from dlcourse import datasets

    (case,) = whole_cases_of("forecaster", seed)
    (known,), air = case.arguments, np.asarray(datasets.load("co2").target)
    off = known - air[: len(known)]
    assert np.ptp(off) < 0.1
    assert abs(off.mean()) > 0.1
    np.testing.assert_allclose(case.inputs["sequences"][1:, -1, 0], case.secret["truth"][:-1], atol=1e-4)
    assert case.inputs["sequences"][0, -1, 0] == pytest.approx(known[-1], abs=1e-4)
    assert 0.33 < case.secret["growth"] < 0.36
