"""Lesson 3, training: its exercises, in the order of the lesson.

Case values are rounded, so that a counterexample can be followed by hand. In some cases the optimisers get a
large epsilon, so that its place in the formula shows.
"""

EXERCISES = (
    "mse",
    "mse_gradient",
    "binary_cross_entropy",
    "categorical_cross_entropy",
    "sparse_cross_entropy_from_logits",
    "softmax_cross_entropy_gradient",
    "minibatches",
    "gradient_descent",
    "sgd_step",
    "momentum_step",
    "rmsprop_step",
    "adam_step",
    "numerical_gradient",
    "backpropagate",
    "clip_by_global_norm",
    "cosine_decay",
    "train_network",
)
