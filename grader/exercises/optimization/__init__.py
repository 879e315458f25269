"""Lesson 3b, optimization: its exercises, in the order of the lesson.

Case values are rounded, so that a counterexample can be followed by hand. In some cases the optimisers get a
large epsilon, so that its place in the formula shows.
"""

EXERCISES = (
    "minibatches",
    "momentum_step",
    "rmsprop_step",
    "adam_step",
    "clip_by_global_norm",
    "cosine_decay",
    "train_network",
)
