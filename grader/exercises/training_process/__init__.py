"""Lesson 5c, training process: its exercises, in the order of the lesson."""

EXERCISES = (
    "compile_model",
    "learning_rates",
    "early_stopping",
    "choose_epoch",
    "fit_until_stopped",
    "resumable_batches",
    "treat_run",
    "expand_grid",
    "sample_configurations",
    "fit_with_early_stopping",
    "digit_classifier",
)
