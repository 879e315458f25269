"""Lesson 3b, optimization: its exercises, in the order of the lesson.

Case values are rounded, so that a counterexample can be followed by hand. In some cases the optimisers get a
large epsilon, so that its place in the formula shows.
"""

EXERCISES = (
    "minibatches",
    "batch_size_for",
    "momentum_step",
    "tune_momentum",
    "rmsprop_step",
    "adam_step",
    "adam_path",
    "signal_preserving_scales",
    "clip_by_global_norm",
    "cosine_decay",
    "rate_plan",
    "train_network",
)
