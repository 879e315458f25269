"""Lesson 2, neural networks: its exercises, in the order of the lesson.

Case values are rounded, so that a counterexample can be followed by hand, and large scores are whole
numbers, so that an honest float32 answer is not blamed for its rounding.
"""

EXERCISES = (
    "weighted_sum",
    "smallest_flip",
    "relu",
    "relu_derivative",
    "piecewise_network",
    "sigmoid",
    "sigmoid_derivative",
    "tanh",
    "tanh_derivative",
    "dead_fraction",
    "wake_units",
    "softmax",
    "dense",
    "mlp_forward",
    "classify",
    "forward_propagation",
)
