"""Lesson 2: how `mlp_forward` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.neural_networks.cases import random_layer
from grader.references import neural_networks as reference


def networks(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, list[tuple]]]:
    """One to three layers of mixed activations, outputs of every kind, square and other weights."""
    hidden = np.array([[1.0, -1.0]]), np.array([0.0, 0.0]), "relu"
    output = np.array([[2.0], [3.0]]), np.array([-10.0]), None
    yield np.array([[2.0]]), [(np.array([[-3.0]]), np.array([1.0]), None)]
    yield (
        np.array([[1.0]]),
        [(np.array([[-2.0]]), np.array([0.5]), "tanh"), (np.array([[3.0]]), np.array([1.0]), None)],
    )
    yield np.array([[4.0], [-4.0]]), [hidden]
    yield np.array([[4.0], [-4.0]]), [hidden, output]
    for sizes, activations in (
        ((3, 2), (None,)),
        ((2, 3), ("softmax",)),
        ((2, 2, 2), ("relu", None)),
        ((3, 4, 2), ("relu", "softmax")),
        ((3, 4, 1), ("tanh", "sigmoid")),
        ((3, 3, 3), ("sigmoid", None)),
        ((4, 5, 3), ("tanh", "softmax")),
        ((2, 4, 3, 1), ("relu", "relu", None)),
        ((3, 3, 3, 3), ("tanh", "relu", "softmax")),
        ((4, 6, 5, 3), ("relu", "sigmoid", "tanh")),
    ):
        for n in (1, 4):
            layers = [
                (*random_layer(rng, inputs, units), activation)
                for inputs, units, activation in zip(sizes[:-1], sizes[1:], activations, strict=True)
            ]
            yield rng.normal(0, 1, (n, sizes[0])).round(2), layers


def mlp_with(change):
    """A forward pass through changed layers: `change(W, b, activation, last)` says what becomes of each."""
    return lambda X, layers: reference.mlp_forward(
        X, [change(*layer, i == len(layers) - 1) for i, layer in enumerate(layers)]
    )


EXERCISE = Exercise(
    reference=reference.mlp_forward,
    cases=networks,
    mistakes=(
        Mistake(
            "relu_everywhere",
            mlp_with(lambda W, b, activation, last: (W, b, "relu")),
            "ReLU ran on every layer, the output too, as in the guide. Each layer brings its own activation.",
        ),
        Mistake(
            "relu_in_hidden_layers",
            mlp_with(lambda W, b, activation, last: (W, b, activation if last else "relu")),
            "The hidden layers always got ReLU. Each layer brings its own activation.",
        ),
        Mistake(
            "activations_forgotten",
            mlp_with(lambda W, b, activation, last: (W, b, None)),
            "No activation was applied. Without them, all layers together are one linear layer.",
        ),
        Mistake(
            "output_not_activated",
            mlp_with(lambda W, b, activation, last: (W, b, None if last else activation)),
            "The output layer's activation was left out. It is treated like every other layer's.",
        ),
        Mistake(
            "first_layer_only",
            lambda X, layers: reference.mlp_forward(X, layers[:1]),
            "Only the first layer ran. Is the return inside the loop?",
        ),
        Mistake(
            "always_from_the_input",
            lambda X, layers: [reference.dense(X, *layer) for layer in layers][-1],
            "Every layer was given X. A layer's input is what the layer before it returned.",
        ),
        Mistake(
            "bias_forgotten",
            mlp_with(lambda W, b, activation, last: (W, 0 * b, activation)),
            "The biases are missing.",
        ),
    ),
    hints=(
        "A layer's output is the next one's input: one variable, replaced in each layer, is enough.",
        "Loop over `layers`, unpack each into its W, b and activation, and let your `dense` do the work.",
        "Start the variable at X, replace it in the loop by what `dense` makes of it, return it at the end.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
)
