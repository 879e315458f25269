"""Lesson 3a: how `backpropagate` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.backpropagation.cases import one_hot, picked, softmax
from grader.references import backpropagation as reference


def two_layers(rng: np.random.Generator) -> Iterator[tuple]:
    """Networks of one unit to many, square weights and others; a dead unit, pre-activations of exactly 0.

    Exactly 0 only where every order of summing gives 0. And no true class is next to impossible, where a
    loss that is clipped differs from one that isn't.
    """
    one, zero = np.array([[1.0]]), np.array([0.0])
    out, zeros = np.array([[1.0, -1.0]]), np.array([0.0, 0.0])
    yield one, np.array([0]), one, zero, out, zeros
    yield one, np.array([1]), one, np.array([1.0]), out, np.array([0.5, 0.0])
    yield one, np.array([1]), -one, zero, out, zeros
    yield one, np.array([0]), one, np.array([-1.0]), out, zeros
    yield np.array([[1.0], [-2.0]]), np.array([0, 1]), one, zero, out, zeros
    yield np.array([[1.0], [2.0]]), np.array([0, 1]), one, np.array([0.5]), out, zeros
    yield np.array([[1.0, 2.0]]), np.array([1]), np.array([[1.0], [-0.5]]), np.array([0.5]), out, zeros
    yield np.array([[1.0, 2.0]]), np.array([0]), np.array([[1.0], [-0.5]]), np.array([1.0]), out, zeros
    for n, inputs, units, classes in (
        *((1, 1, 2, 2), (1, 2, 2, 2), (2, 2, 2, 2), (2, 1, 3, 2), (3, 2, 3, 2), (3, 3, 3, 3), (4, 2, 5, 3)),
        *((4, 4, 4, 4), (5, 3, 4, 3), (6, 4, 3, 5), (8, 5, 6, 4), (10, 3, 8, 3), (16, 8, 8, 10)),
    ):
        yield next(
            network for network in random_networks(rng, n, inputs, units, classes) if is_clear(*network)
        )


def random_networks(
    rng: np.random.Generator, n: int, inputs: int, units: int, classes: int
) -> Iterator[tuple]:
    while True:
        X, labels = rng.normal(0, 1, (n, inputs)).round(1), rng.integers(0, classes, n)
        W1, b1 = rng.normal(0, 0.6, (inputs, units)).round(1), rng.normal(0, 0.5, units).round(1)
        W2, b2 = rng.normal(0, 0.6, (units, classes)).round(1), rng.normal(0, 0.5, classes).round(1)
        yield X, labels, W1, (b1 + 0.05).round(2), W2, b2


def is_clear(X, labels, W1, b1, W2, b2):
    """Whether rounding decides nothing: no pre-activation is next to 0, and clipping p shows nowhere."""
    Z1 = X @ W1 + b1
    p = softmax(np.maximum(Z1, 0) @ W2 + b2)
    return np.abs(Z1).min() > 1e-3 and picked(p, labels).min() > 1e-4


def backpropagate_with(
    output=lambda labels, Z2: reference.softmax_cross_entropy_gradient(labels, Z2),
    mask=lambda Z1, dH: Z1 > 0,
    before=lambda Z1, H: H,
    bias=lambda dZ: dZ.sum(axis=0),
    weights=lambda A, dZ: A.T @ dZ,
    returned=lambda loss, dW1, db1, dW2, db2: (loss, dW1, db1, dW2, db2),
):
    """Backpropagation with one part of it exchanged.

    Args:
        output: the gradient of the logits.
        mask: where the hidden layer lets the gradient pass.
        before: what the output layer's weights are multiplied with.
        bias: a bias's gradient from that of the pre-activations.
        weights: that of a layer's weights, from its input, too.
        returned: what comes back.
    """

    def answer(X, labels, W1, b1, W2, b2):
        Z1 = X @ W1 + b1
        H = np.maximum(Z1, 0)
        Z2 = H @ W2 + b2
        dZ2 = output(labels, Z2)
        dH = dZ2 @ W2.T
        dZ1 = dH * mask(Z1, dH)
        loss = reference.sparse_cross_entropy_from_logits(labels, Z2)
        return returned(loss, weights(X, dZ1), bias(dZ1), weights(before(Z1, H), dZ2), bias(dZ2))

    return answer


def summed_loss(X, labels, *weights):
    loss, *gradients = reference.backpropagate(X, labels, *weights)
    return len(X) * loss, *gradients


EXERCISE = Exercise(
    reference=reference.backpropagate,
    cases=two_layers,
    mistakes=(
        Mistake(
            "mean_forgotten",
            backpropagate_with(output=lambda labels, Z2: softmax(Z2) - one_hot(labels, Z2)),
            "The gradients are n times too large: those of the sum. The loss is a mean, so divide by n once, "
            "at the logits.",
        ),
        Mistake(
            "one_hot_forgotten",
            backpropagate_with(output=lambda labels, Z2: softmax(Z2) / len(labels)),
            "The gradient of the logits lacks the labels: it starts from p − y, not from p.",
        ),
        Mistake(
            "relu_ignored",
            backpropagate_with(mask=lambda Z1, dH: 1.0),
            "The hidden layer's gradient went back as if ReLU were not there. Where its output is 0, "
            "nothing passes.",
        ),
        Mistake(
            "mask_of_the_gradient",
            backpropagate_with(mask=lambda Z1, dH: dH > 0),
            "The mask was made from the gradient. ReLU's slope depends on what went into it on the way "
            "forward.",
        ),
        Mistake(
            "open_at_zero",
            backpropagate_with(mask=lambda Z1, dH: Z1 >= 0),
            "Where a pre-activation is exactly 0, the gradient passed. ReLU's slope there is 0.",
        ),
        Mistake(
            "times_the_output",
            backpropagate_with(mask=lambda Z1, dH: np.maximum(Z1, 0)),
            "The hidden layer's gradient was multiplied by what came out of ReLU. Its slope is 1 where the "
            "pre-activation is above 0, however large that is, and 0 elsewhere.",
        ),
        Mistake(
            "pre_activation_used",
            backpropagate_with(before=lambda Z1, H: Z1),
            "For W2, the pre-activations were used. The output layer was given what came out of ReLU.",
        ),
        Mistake(
            "bias_averaged",
            backpropagate_with(bias=lambda dZ: dZ.mean(axis=0)),
            "The biases' gradients were averaged over the samples. The division by n is in the gradient of "
            "the logits already: sum.",
        ),
        Mistake(
            "divided_twice",
            backpropagate_with(
                weights=lambda A, dZ: A.T @ dZ / len(dZ), bias=lambda dZ: dZ.sum(axis=0) / len(dZ)
            ),
            "The gradients were divided by n twice: in the gradient of the logits, and again in each "
            "product.",
        ),
        Mistake(
            "transposed",
            backpropagate_with(weights=lambda A, dZ: dZ.T @ A),
            "The weights' gradients are transposed. A gradient has the shape of what it is the gradient of.",
        ),
        Mistake(
            "bias_kept_as_row",
            backpropagate_with(bias=lambda dZ: dZ.sum(axis=0, keepdims=True)),
            "The biases' gradients are matrices of one row. A gradient has the shape of what it is the "
            "gradient of.",
        ),
        Mistake(
            "loss_summed",
            summed_loss,
            "The gradients are right, and the loss is the sum over the samples. Asked is the mean, whose "
            "gradients these are.",
        ),
        Mistake(
            "loss_missing",
            backpropagate_with(returned=lambda loss, *gradients: gradients),
            "The gradients are right, but the loss is missing: it comes first.",
        ),
        Mistake(
            "output_layer_first",
            backpropagate_with(returned=lambda loss, dW1, db1, dW2, db2: (loss, dW2, db2, dW1, db1)),
            "The gradients come back in the order of the backward pass. Asked is the order of the arguments, "
            "the hidden layer first.",
        ),
        Mistake(
            "weights_before_biases",
            backpropagate_with(returned=lambda loss, dW1, db1, dW2, db2: (loss, dW1, dW2, db1, db2)),
            "The weights' gradients come back before those of the biases. Asked is layer by layer: dW1, db1, "
            "dW2, db2.",
        ),
    ),
    hints=(
        "Forward first, keeping Z1, H and Z2. Then backwards, a line for each line of the forward pass, "
        "beginning with the gradient of the logits: you have a function for it.",
        "For a layer Z = A W + b: the gradient of W is A transposed times that of Z; that of b is the "
        "column sums of that of Z; that of A is that of Z times W transposed.",
        "From the logits: gradients of W2 and b2 (A is H), then of H; times 1 or 0, by the sign of Z1; "
        "then of W1 and b1 (A is X). Shapes tell where to transpose.",
    ),
    returns=("loss", "dW1", "db1", "dW2", "db2"),
    difficulty=5,
    importance=5,
    minutes=25,
)
