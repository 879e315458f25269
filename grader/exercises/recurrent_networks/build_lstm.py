"""Lesson 7b: how `build_lstm` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.recurrent_networks_models import is_stacked_lstm
from grader.references import recurrent_networks as reference


def sequences(rng: np.random.Generator) -> Iterator[Case]:
    """Sequences with more steps than features, and with fewer."""
    for timesteps, features in ((7, 1), (3, 5)):
        x = rng.normal(0, 2, (8, timesteps, features)).astype(np.float32)
        x = np.concatenate([x, -x])  # so that outputs of either sign come
        yield Case((timesteps, features), inputs=x, secret=x)


def stacked(
    *units,
    cell="LSTM",
    shape=lambda timesteps, features: (timesteps, features),
    output=None,
    last_alone=True,
    dropout=0.0,
    **settings,
):
    """The network, or with other settings a wrong one."""

    def answer(timesteps, features):
        import keras

        model = keras.Sequential([keras.Input(shape(timesteps, features))])
        for i, number in enumerate(units):
            hands_on = i < len(units) - 1 or not last_alone
            model.add(getattr(keras.layers, cell)(number, return_sequences=hands_on, **settings))
            if dropout:
                model.add(keras.layers.Dropout(dropout))
        model.add(keras.layers.Dense(1, output))
        return model

    return answer


EXERCISE = Exercise(
    reference=reference.build_lstm,
    kind="model",
    verify=is_stacked_lstm,
    artefact="model",
    cases=sequences,
    mistakes=(
        Mistake("one_layer", stacked(50), "Two LSTM layers are asked for, one upon the other."),
        Mistake(
            "all_steps",
            stacked(50, 50, last_alone=False),
            "The second LSTM hands on every step, so a number comes out for each. Its last state will do.",
        ),
        Mistake(
            "features_first",
            stacked(50, 50, shape=lambda timesteps, features: (features, timesteps)),
            "Steps and features have changed places: steps come first.",
        ),
        Mistake("gru", stacked(50, 50, cell="GRU"), "These are GRU layers, not LSTM layers."),
        Mistake("other_units", stacked(64, 64), "Each layer is to have 50 units."),
        Mistake("relu_output", stacked(50, 50, output="relu"), "It could never forecast a number below 0."),
        Mistake(
            "relu_cells", stacked(50, 50, activation="relu"), "Without tanh the state can grow at each step."
        ),
        Mistake("dropout", stacked(50, 50, dropout=0.2), "The guide's network has no dropout."),
    ),
    hints=(
        "Three layers. A recurrent layer wants a sequence: what does the second one get if the first hands "
        "on only its last state?",
        "`keras.layers.LSTM` has an argument `return_sequences`. The first layer needs it, the second must "
        "not have it.",
        "A Sequential of keras.Input with (timesteps, features), LSTM of 50 with return_sequences, LSTM of "
        "50, and a Dense of 1 without activation.",
    ),
    difficulty=1,
    importance=3,
    minutes=5,
    seconds=60,
    megabytes=2048,
)
