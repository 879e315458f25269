"""Lesson 3a, backpropagation: its exercises, in the order of the lesson.

Case values are rounded, so that a counterexample can be followed by hand.
"""

EXERCISES = (
    "gradient_descent",
    "largest_stable_rate",
    "numerical_gradient",
    "wrong_gradient_entries",
    "backward_pass",
    "mse",
    "mse_gradient",
    "best_constant",
    "binary_cross_entropy",
    "categorical_cross_entropy",
    "sparse_cross_entropy_from_logits",
    "softmax_cross_entropy_gradient",
    "backpropagate",
    "sgd_step",
    "training_step",
)
