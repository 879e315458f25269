"""Lesson 7b: how `forecaster` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.recurrent_networks_models import forecasts
from grader.references import recurrent_networks as reference

HIDDEN = 60  # months
LONGEST = 60  # months that a model may look back


def hidden_years(rng: np.random.Generator) -> Iterator[Case]:
    """The air by an instrument whose zero is elsewhere: so nobody finds the months on the disk."""
    from dlcourse import datasets

    series = np.asarray(datasets.load("co2").target, np.float64) + rng.uniform(-150, 150)
    series = series + rng.normal(0, 0.005, len(series))
    first = len(series) - HIDDEN
    before = np.lib.stride_tricks.sliding_window_view(series[first - LONGEST : -1], LONGEST)  # (60, 60)
    truth = series[first:]
    growth = float(np.mean(np.abs(before[:, -12] + before[:, -1] - before[:, -13] - truth)))
    yield Case(
        (series[:first],),
        inputs={"sequences": before[..., None].astype(np.float32)},
        secret={"truth": truth, "last": before[:, -1], "growth": growth},
    )


def windows(train: np.ndarray, length: int, ahead: int = 1) -> tuple[np.ndarray, np.ndarray]:
    cut = np.lib.stride_tricks.sliding_window_view(train.astype("float32"), length + 1)
    return cut[:, :length, None], cut[:, length - 1 + ahead][:, None]


def on_levels(train):
    """The guide's way: a network on values from 0 to 1."""
    import keras

    low, high = float(train.min()), float(train.max())
    X, y = windows(train, 24)
    model = keras.Sequential(
        [
            keras.Input((24, 1)),
            keras.layers.Rescaling(1 / (high - low), -low / (high - low)),
            keras.layers.LSTM(16),
            keras.layers.Dense(1),
            keras.layers.Rescaling(high - low, low),
        ]
    )
    model.compile(keras.optimizers.Adam(0.005), "mean_absolute_error")
    model.fit(X, y, epochs=10, verbose=0)
    return model


def on_changes(epochs: int, *, add: bool = True, ahead: int = 1):
    """A small dense network on 24 changes; without `add` it gives the next change alone."""

    def answer(train):
        import keras

        X, y = windows(train, 25, ahead)
        steps = np.diff(train)
        inputs = keras.Input((25, 1))
        changes = (inputs[:, 1:] - inputs[:, :-1] - steps.mean()) / steps.std()
        hidden = keras.layers.Dense(16, "relu")(keras.layers.Flatten()(changes))
        change = keras.layers.Rescaling(steps.std(), steps.mean())(keras.layers.Dense(1)(hidden))
        model = keras.Model(inputs, inputs[:, -1] + change if add else change)
        model.compile(keras.optimizers.Adam(0.003), "mean_squared_error")
        if epochs:
            model.fit(X, y if add else y - X[:, -1], epochs=epochs, verbose=0)
        return model

    return answer


def year_ago_and_growth(train):
    """One line of code as a network."""
    import keras

    inputs = keras.Input((13, 1))
    return keras.Model(inputs, inputs[:, 1] + inputs[:, 12] - inputs[:, 0])


EXERCISE = Exercise(
    reference=reference.forecaster,
    cases=hidden_years,
    kind="goal",
    verify=forecasts,
    artefact="model",
    mistakes=(
        Mistake("levels", on_levels, "It learned levels, and most of the hidden ones are higher."),
        Mistake("untrained", on_changes(0), "It was built, and never trained."),
        Mistake("change_alone", on_changes(40, add=False), "It gives the change and not the value."),
        Mistake(
            "target_in_window",
            on_changes(60, ahead=0),
            "It learned to say the last value of its window: the target has to come after it.",
        ),
        Mistake(
            "a_line_of_code",
            year_ago_and_growth,
            "That is the line to beat, as a network. Training has to find what it doesn't know.",
        ),
    ),
    hints=(
        "Most of what comes is higher than all that your network has seen. What about the air stays alike, "
        "this year and ten years ago?",
        "Let the network see changes from month to month, divided by their standard deviation, of two years; "
        "and let it say the next change. The last value is added within the model.",
        "On keras.Input((25, 1)): each value less the one before, scaled and flattened; a dense layer of 64, "
        "one of 1, scaled back, plus the last value. Adam at 0.001, fifty epochs.",
    ),
    difficulty=3,
    importance=5,
    minutes=20,
    seconds=120,
    megabytes=2048,
)
