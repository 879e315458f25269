"""Lesson 3b: right answers that the cases accept, written in other ways."""

import math
import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import tensorflow as tf
from asking import BY_NAME, cases_of, changed, outcomes_of

from grader.exercises import exercises_of
from grader.judging.comparison import compare
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


def as_float32(function):
    """The same function, given and returning what a learner's float32 would be."""

    def answer(*arguments):
        narrow = [a.astype("float32") if getattr(a, "dtype", None) == np.float64 else a for a in arguments]
        result = function(*narrow)
        return tuple(map(np.float32, result)) if isinstance(result, tuple) else np.float32(result)

    return answer


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


@pytest.mark.parametrize(
    ("name", "answer"),
    [(name, answer) for name, answers in ALSO_RIGHT.items() for answer in answers],
    ids=[f"{name}-{i}" for name, answers in ALSO_RIGHT.items() for i in range(len(answers))],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_right_answer_is_accepted(name, answer, seed):
    exercise = BY_NAME[name]
    for case, right, got in zip(
        cases_of(name, seed),
        outcomes_of(name, exercise.reference, seed),
        outcomes_of(name, answer, seed),
        strict=True,
    ):
        assert got.raised is None, got.raised
        difference = compare(right.value(), got.value(), exercise.tolerance)
        assert difference is None, (difference, case)
        assert not changed(case, got)
        assert not (exercise.stable and got.warnings)


def test_the_values_that_the_course_began_with_have_another_right_answer():
    assert set(ALSO_RIGHT) <= {exercise.name for exercise in VALUES}
    assert len(ALSO_RIGHT) >= 6
