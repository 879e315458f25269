"""Lesson 3b: right answers that the cases accept, written in other ways."""

import math
import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import tensorflow as tf
from asking import as_float32, assert_accepted, each_of, verdict

from grader.exercises import exercises_of
from grader.references import optimization as reference

EXERCISES = exercises_of("03b_optimization")
VALUES = [exercise for exercise in EXERCISES if exercise.kind == "value"]
SEEDS = (0, 1, 2)


def appended_batches(n, batch_size, seed):
    order = np.arange(n)
    np.random.default_rng(seed).shuffle(order)
    batches = []
    while len(order):
        batches.append(order[:batch_size].tolist())
        order = order[batch_size:]
    return batches


def adam_as_deltas(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = m + (1 - beta_1) * (grad - m)
    v = v + (1 - beta_2) * (np.square(grad) - v)
    step = m / (1 - np.power(beta_1, t)) / (np.sqrt(v / (1 - np.power(beta_2, t))) + epsilon)
    return [theta - learning_rate * step, m, v]


def eager_clip(grads, max_norm):
    clipped, _ = tf.clip_by_global_norm([tf.constant(g) for g in grads], max_norm)
    return clipped


def branching_clip(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
    return grads if norm <= max_norm else tuple(g / norm * max_norm for g in grads)


ALSO_RIGHT = {
    "minibatches": [
        appended_batches,
        lambda n, size, seed: np.split(
            np.random.default_rng(seed).permutation(np.arange(n)), range(size, n, size)
        ),
    ],
    "momentum_step": [
        lambda theta, grad, v, rate, m: [theta + m * v - rate * grad, m * v - rate * grad],
        as_float32(reference.momentum_step),
    ],
    "rmsprop_step": [
        lambda theta, grad, v, rate, rho, epsilon: (
            theta - rate * grad * (v + (1 - rho) * (grad**2 - v) + epsilon) ** -0.5,
            v + (1 - rho) * (grad**2 - v),
        ),
        as_float32(reference.rmsprop_step),
    ],
    "adam_step": [adam_as_deltas, as_float32(reference.adam_step)],
    "clip_by_global_norm": [eager_clip, branching_clip],
    "cosine_decay": [
        lambda step, total, initial: (
            0.0 if step >= total else initial * math.cos(math.pi * step / total / 2) ** 2
        ),
        lambda step, total, initial: initial / 2 * (1 + np.cos(np.pi * np.clip(step / total, 0, 1))),
        lambda step, total, initial: tf.keras.optimizers.schedules.CosineDecay(initial, total)(step),
    ],
}


@each_of(ALSO_RIGHT)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_answer_is_accepted(name, answer, seed):
    assert_accepted(name, answer, seed)


def test_the_values_that_the_course_began_with_have_another_right_answer():
    assert set(ALSO_RIGHT) <= {exercise.name for exercise in VALUES}
    assert len(ALSO_RIGHT) >= 6


def momentum_by_search(curvatures):
    """The pair of a grid that takes the fewest steps, found by simulating all at once."""
    momenta, shares = np.meshgrid(np.linspace(0.2, 0.98, 40), np.geomspace(0.5, 3.9, 24))
    rates = shares / np.max(curvatures)
    theta, velocity = np.ones((*momenta.shape, len(curvatures))), 0.0
    for _ in range(2000):
        velocity = momenta[..., None] * velocity - rates[..., None] * curvatures * theta
        theta = np.clip(theta + velocity, -1e9, 1e9)
        lengths = np.linalg.norm(theta, axis=-1)
        if lengths.min() < 1e-6 * np.sqrt(len(curvatures)):
            break
    best = np.unravel_index(lengths.argmin(), lengths.shape)
    return [float(rates[best]), np.float32(momenta[best])]


def scales_by_bisection(f, sizes):
    """Each layer's scale from what the layers before it really give."""
    rng = np.random.default_rng(1)
    outputs, scales = rng.normal(size=(200, sizes[0])), []
    for units in sizes[1:]:
        sums = outputs @ rng.normal(size=(outputs.shape[1], units))
        low, high = 1e-3, 1.0
        for _ in range(8):
            middle = np.sqrt(low * high)
            low, high = (middle, high) if np.mean(f(middle * sums) ** 2) < 1 else (low, middle)
        scales.append(np.sqrt(low * high))
        outputs = f(scales[-1] * sums)
    return np.array(scales)


def geometric_plan(curvature, noise, steps):
    return list(np.geomspace(1, 1 / steps, steps) / curvature)


def one_over_step(curvature, noise, steps):
    return 1 / (curvature * (1 + np.arange(steps)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("tune_momentum", momentum_by_search),
        ("signal_preserving_scales", scales_by_bisection),
        ("rate_plan", geometric_plan),
        ("rate_plan", one_over_step),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_choices_that_lead_as_far_pass(name, answer, seed):
    found = verdict(name, answer, f"secret {seed}")
    assert found.status == "passed", found.message
