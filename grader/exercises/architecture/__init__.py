"""Lesson 5b, architecture: its exercises, in the order of the lesson."""

EXERCISES = (
    "output_head",
    "convolution_output_size",
    "fair_width",
    "dropout",
    "l2_penalty",
    "batch_norm",
    "batch_norm_layer",
    "fold_batch_norm",
)
