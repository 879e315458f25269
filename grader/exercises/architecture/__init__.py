"""Lesson 5b, architecture: its exercises, in the order of the lesson."""

EXERCISES = (
    "output_head",
    "head_for",
    "convolution_output_size",
    "fair_width",
    "he_normal",
    "dropout",
    "l2_penalty",
    "batch_norm",
    "batch_norm_layer",
    "fold_batch_norm",
    "build_mlp",
    "build_cnn",
    "frugal_network",
)
