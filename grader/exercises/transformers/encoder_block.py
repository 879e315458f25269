"""Lesson 7d: how `encoder_block` is checked."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.transformers.cases import normal, texts_and_projections
from grader.references import transformers as reference


def blocks(rng: np.random.Generator) -> Iterator[tuple]:
    """Blocks of one token and one head to several of several, whose two norms differ."""
    for i, (x, Wq, Wk, Wv, Wo, heads) in enumerate(texts_and_projections(rng)):
        d, f = x.shape[-1], (1, x.shape[-1], 2 * x.shape[-1], 3)[i % 4]
        weights = {"Wq": Wq, "Wk": Wk, "Wv": 1.5 * Wv, "Wo": Wo}
        weights |= {"W1": normal(rng, d, f), "W2": normal(rng, f, d)}
        weights |= {name: rng.uniform(0.5, 2, d).round(2) for name in ("gamma1", "gamma2")}
        weights |= {name: normal(rng, d) for name in ("beta1", "beta2", "b2")} | {"b1": normal(rng, f)}
        if i == 5:
            x, weights = x.astype(np.float32), {name: w.astype(np.float32) for name, w in weights.items()}
        yield x, {"heads": heads, **weights}


def attended(x: np.ndarray, w: dict) -> np.ndarray:
    return reference.multi_head_attention(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])


def relu(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0)


def fed_forward(x: np.ndarray, w: dict, activation: Callable = relu) -> np.ndarray:
    return activation(x @ w["W1"] + w["b1"]) @ w["W2"] + w["b2"]


def norm(x: np.ndarray, w: dict, number: int, **settings) -> np.ndarray:
    return reference.layer_norm(x, w[f"gamma{number}"], w[f"beta{number}"], **settings)


def after_sums(
    attend: Callable = attended,
    feed: Callable = fed_forward,
    residuals: tuple[float, float] = (1.0, 1.0),
    norms: tuple[int, int] = (1, 2),
    **settings,
):
    """The block with another part, a residual left out, or other norms; norm 0 is none."""

    def answer(x, weights):
        for part, residual, number in zip((attend, feed), residuals, norms, strict=True):
            x = residual * x + part(x, weights)
            x = norm(x, weights, number, **settings) if number else x
        return x

    return answer


def norms_first(x, weights):
    x = x + attended(norm(x, weights, 1), weights)
    return x + fed_forward(norm(x, weights, 2), weights)


def norms_within(x, weights):
    """Each part is normed before it is added."""
    x = x + norm(attended(x, weights), weights, 1)
    return x + norm(fed_forward(x, weights), weights, 2)


def side_by_side(x, weights):
    between = norm(x + attended(x, weights), weights, 1)
    return norm(between + fed_forward(x, weights), weights, 2)


def residual_of_the_input(x, weights):
    between = norm(x + attended(x, weights), weights, 1)
    return norm(x + fed_forward(between, weights), weights, 2)


EXERCISE = Exercise(
    reference=reference.encoder_block,
    cases=blocks,
    seconds=8,
    mistakes=(
        Mistake(
            "norms_first",
            norms_first,
            "You normalise before each part, as newer models do. Here the norm comes after the sum.",
        ),
        Mistake(
            "norms_within",
            norms_within,
            "You normalise what a part gives and then add. The sum is to be normalised.",
        ),
        Mistake(
            "no_residuals",
            after_sums(residuals=(0.0, 0.0)),
            "Nothing is added: after each part comes the sum of what went in and what came out.",
        ),
        Mistake(
            "no_first_residual",
            after_sums(residuals=(0.0, 1.0)),
            "After the attention, what went into it is to be added.",
        ),
        Mistake(
            "no_second_residual",
            after_sums(residuals=(1.0, 0.0)),
            "After the feed-forward part, what went into it is to be added.",
        ),
        Mistake(
            "residual_of_the_input",
            residual_of_the_input,
            "The second sum takes the block's input again. What went into the feed-forward part is what the "
            "first norm gave.",
        ),
        Mistake(
            "side_by_side",
            side_by_side,
            "Your feed-forward part gets the block's input. It gets what the first norm gave.",
        ),
        Mistake(
            "no_relu",
            after_sums(feed=partial(fed_forward, activation=lambda z: z)),
            "There is a ReLU between the two dense layers. Without it they are one.",
        ),
        Mistake(
            "relu_last",
            after_sums(
                feed=lambda x, w: np.maximum(fed_forward(x, w, activation=lambda z: z), 0),
            ),
            "The ReLU stands after the second dense layer. It belongs between the two.",
        ),
        Mistake("no_norms", after_sums(norms=(0, 0)), "The two layer norms are missing."),
        Mistake("no_last_norm", after_sums(norms=(1, 0)), "The last layer norm is missing."),
        Mistake(
            "same_norm_twice",
            after_sums(norms=(1, 1)),
            "Both norms have gamma1 and beta1 in your answer. The second has its own.",
        ),
        Mistake(
            "epsilon",
            after_sums(epsilon=1e-6),
            "It is nearly right: the layer norms' epsilon is 0.001.",
        ),
    ),
    hints=(
        "Two parts with the same ending: something is computed of x, x is added to it, and the sum is "
        "normalised.",
        "You have written both `multi_head_attention` and `layer_norm`. What is new is the feed-forward "
        "part: a dense layer with ReLU, and one without.",
        "First x = layer_norm of x plus the attention, with gamma1 and beta1. Then again with the "
        "feed-forward part of this new x, with gamma2 and beta2.",
    ),
    difficulty=3,
    importance=5,
    minutes=10,
)
