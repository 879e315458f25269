"""Lesson 7b, recurrent networks: its exercises, in the order of the lesson."""

EXERCISES = (
    "seasonal_naive",
    "sliding_windows",
    "make_forecast_data",
    "choose_window",
    "rnn_step",
    "rnn_forward",
    "steps_until_vanished",
    "lstm_step",
    "flip_flop",
    "gru_step",
    "build_lstm",
    "forecaster",
)
