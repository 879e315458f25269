"""Lesson 7d: how `temperature_for` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.transformers.cases import softmax
from grader.exercises.verifying.transformers import has_entropy
from grader.references import transformers as reference

SMALLEST_LEAD = 0.02  # of the largest logit, as a share of the deviation: with none, no temperature is cold


def samplings(rng: np.random.Generator) -> Iterator[tuple]:
    """Two logits and many, tiny ones, huge ones, and such as are all below 0; nearly sure, nearly even."""
    yield np.array([0.0, 2.0]), 0.5
    yield np.array([3.0, 0.0]), 0.05
    yield np.array([0.0, 1.0, 2.0]), 1.5
    yield np.array([0.0, 0.0, 1.0]), 0.1
    yield np.array([-300.0, -200.0, -250.0, -500.0]), 1.0
    yield np.array([1e5, -3e5, 2e5, 0.0]), 1.8
    yield np.array([1e-6, 3e-6, 0.0, 2e-6]), 1.2
    sizes = (2, 3, 4, 8, 8, 20, 50, 50, 200)
    for i, n in enumerate((*sizes, *sizes)):
        scale = (1.0, 0.01, 5.0, 1000.0, 1.0)[i % 5]
        logits = np.zeros(2)
        while np.diff(np.sort(logits))[-1] < SMALLEST_LEAD * scale:
            logits = (scale * rng.normal(0, 1, n) - scale * (i % 3)).round(4)
        share = (0.05, 0.95)[i] if i < 2 else float(rng.uniform(0.05, 0.95))
        bits = round(share * float(np.log2(n)), 4)
        yield logits.astype(np.float32) if i == 4 else logits, min(max(bits, 0.05), 0.95 * float(np.log2(n)))


def entropy(p: np.ndarray) -> float:
    return float(-np.sum(p * np.log2(np.maximum(p, 1e-300))))


def halved(entropy_at: Callable, steps: int = 100, low: float = 1e-9, high: float = 1e9):
    """Halving for another entropy, or fewer times."""

    def answer(logits, bits):
        lower, upper = low, high
        for _ in range(steps):
            middle = np.sqrt(lower * upper)
            lower, upper = (middle, upper) if entropy_at(logits, middle) < bits else (lower, middle)
        return float(np.sqrt(lower * upper))

    return answer


def of_logits(logits, T):
    return entropy(softmax(logits / T))


def on_a_grid(logits, bits):
    grid = np.arange(0.05, 10, 0.05)
    return float(min(grid, key=lambda T: abs(of_logits(logits, T) - bits)))


EXERCISE = Exercise(
    reference=reference.temperature_for,
    kind="property",
    verify=has_entropy,
    cases=samplings,
    packages=("numpy",),
    mistakes=(
        Mistake(
            "nats",
            halved(lambda logits, T: of_logits(logits, T) * np.log(2)),
            "Your entropy is in nats. In bits, the logarithm is to base 2.",
        ),
        Mistake(
            "inverse",
            lambda logits, bits: 1 / reference.temperature_for(logits, bits),
            "This is one divided by the temperature. The logits are divided by T: hotter is more even.",
        ),
        Mistake(
            "of_probabilities",
            halved(lambda logits, T: entropy(softmax(softmax(logits) / T))),
            "The logits are divided by T, not the probabilities.",
        ),
        Mistake(
            "grid",
            on_a_grid,
            "The best of a few dozen temperatures isn't near enough, and some lie far outside. Halve an "
            "interval instead.",
        ),
        Mistake("one", lambda logits, bits: 1.0, "At T = 1 the probabilities are what they were."),
        Mistake(
            "too_few_steps",
            halved(of_logits, steps=8),
            "You halve too few times: the entropy is near, and not within 0.001 bits.",
        ),
        Mistake(
            "narrow",
            halved(of_logits, low=0.01, high=100.0),
            "Some of the temperatures lie outside of the interval that you begin with: logits may be tiny, "
            "or in the hundred thousands.",
        ),
    ),
    hints=(
        "Write a function for the entropy at a temperature. Does it rise or fall as T grows, and does it "
        "ever turn round?",
        "Begin with a temperature that is surely too cold and one that is surely too hot. What does the "
        "entropy in between tell you about where the right one lies? Again and again.",
        "Temperatures span many powers of ten, so take the root of low times high for the middle, a hundred "
        "times. In the entropy, a probability of 0 must count nothing: its logarithm is −∞.",
    ),
    difficulty=3,
    importance=4,
    minutes=10,
)
