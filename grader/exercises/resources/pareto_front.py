"""Lesson 8: how `pareto_front` is checked."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import resources as reference

FIGURES = ("accuracy", "bytes", "milliseconds")
NAMES = (
    *("attention", "bigram", "cnn", "conv", "dense", "forest", "gru", "linear", "lstm", "mixture"),
    *("mlp", "ridge", "separable", "small_cnn", "tiny", "wide"),
)


def model(name: str, accuracy: float, size: int, milliseconds: float) -> dict:
    return {"name": name, "accuracy": accuracy, "bytes": size, "milliseconds": milliseconds}


def several_models(rng: np.random.Generator) -> Iterator[tuple[list[dict]]]:
    """None, one, two by hand that differ in one figure or none; then random ones, with ties and twins.

    By hand and at random, some figures lie so close that rounded they are equal.
    """
    yield ([],)
    yield ([model("a", 0.9, 100, 1.0)],)
    for other in ((0.8, 100, 1.0), (0.9, 90, 1.0), (0.9, 100, 1.5), (0.9, 100, 1.0), (0.8, 90, 0.5)):
        yield ([model("b", 0.9, 100, 1.0), model("a", *other)],)
    for other in (
        (0.9372, 11_000, 0.2081),
        (0.9384, 11_000, 0.2081),
        (0.95, 12_001, 0.2081),
        (0.95, 12_000, 0.2084),
    ):
        yield ([model("b", 0.9385, 12_000, 0.2081), model("a", *other)],)
    yield ([model("c", 0.9, 300, 1.0), model("b", 0.8, 200, 2.0), model("a", 0.7, 100, 3.0)],)
    yield ([model("c", 0.9, 100, 1.0), model("b", 0.9, 100, 1.0), model("a", 0.95, 90, 0.9)],)
    yield ([model("gru", 0.9, 100, 1.0), model("dense", 0.9, 100, 1.0), model("lstm", 0.9, 100, 1.0)],)
    for i in range(18):
        count = int(rng.integers(4, 12))
        accuracy = 0.8 + 0.02 * rng.integers(0, 6, count)
        size = 1000 * (rng.integers(1, 5, count) + (40 * (accuracy - 0.8)).round().astype(int))
        milliseconds = 0.25 * rng.integers(1, 6, count)
        if i % 3:  # a little more or less
            accuracy, size = accuracy + 0.0003 * rng.integers(0, 3, count), size + rng.integers(0, 3, count)
            milliseconds = milliseconds + 0.0004 * rng.integers(0, 3, count)
        names = rng.permutation(NAMES)[: count + 1]
        models = [
            model(str(name), round(float(a), 4), int(b), round(float(ms), 4))
            for name, a, b, ms in zip(names, accuracy, size, milliseconds, strict=False)
        ]
        if i % 2:  # a twin of one that none beats
            on_front = reference.pareto_front(models)
            twin = next(each for each in models if each["name"] == on_front[0])
            models.append({**twin, "name": str(names[-1])})
        yield ([models[place] for place in rng.permutation(len(models))],)


def signed(each: dict, accuracy: int = 1) -> np.ndarray:
    return np.array([accuracy * each["accuracy"], -each["bytes"], -each["milliseconds"]])


def unbeaten(models: Sequence[dict], beats: Callable, arrange: Callable = sorted) -> list[str]:
    """Those that no other one beats, as `beats` says of two rows of figures."""
    return arrange(
        [
            one["name"]
            for one in models
            if not any(beats(signed(other), signed(one)) for other in models if other is not one)
        ]
    )


def all_round(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one >= other).all() and (one > other).any())


def small_accuracy(models):
    turned = [{**each, "accuracy": -each["accuracy"]} for each in models]
    return unbeaten(turned, all_round)


def two_figures(left_out):
    def answer(models):
        same = {left_out: 0}
        return unbeaten([{**each, **same} for each in models], all_round)

    return answer


def best_of_each(models):
    names = {max(models, key=lambda each: each["accuracy"])["name"]} if models else set()
    return sorted(names | {min(models, key=lambda each: each[key])["name"] for key in FIGURES[1:] if models})


EXERCISE = Exercise(
    reference=reference.pareto_front,
    cases=several_models,
    mistakes=(
        Mistake(
            "twins_gone",
            lambda models: unbeaten(models, lambda one, other: (one >= other).all()),
            "Two models that are equal in all three don't beat each other: both stay.",
        ),
        Mistake(
            "better_in_all",
            lambda models: unbeaten(models, lambda one, other: (one > other).all()),
            "To beat a model, another one need not be better in all three: nowhere worse and somewhere "
            "better is enough.",
        ),
        Mistake(
            "as_given",
            lambda models: unbeaten(models, all_round, list),
            "These are the right models, in the order in which they came. Sorted by name is asked for.",
        ),
        Mistake(
            "accuracy_small",
            small_accuracy,
            "You treat accuracy as bytes and milliseconds: of accuracy, more is better.",
        ),
        Mistake(
            "two_of_three",
            lambda models: unbeaten(models, lambda one, other: (one > other).sum() >= 2),
            "Beaten in two of three isn't beaten: in the third it may be the best of all.",
        ),
        Mistake(
            "one_of_three",
            lambda models: unbeaten(models, lambda one, other: (one > other).any()),
            "You drop a model as soon as another one is better in something. Better all round is asked for.",
        ),
        Mistake(
            "best_of_each",
            best_of_each,
            "You name the best in each single figure. One that is second in all three may be beaten by none.",
        ),
        Mistake(
            "time_forgotten",
            two_figures("milliseconds"),
            "By your choice, milliseconds don't count.",
        ),
        Mistake(
            "size_forgotten",
            two_figures("bytes"),
            "By your choice, bytes don't count.",
        ),
        Mistake(
            "beaten_ones",
            lambda models: sorted({each["name"] for each in models} - set(reference.pareto_front(models))),
            "These are the models that are beaten. Asked for are the others.",
        ),
    ),
    hints=(
        "Begin with two models: write down when the first beats the second. Then ask of each model whether "
        "any other one beats it.",
        "Of accuracy more is better, of the others less. With a sign turned, all three can be compared in "
        "the same way.",
        "One beats another if it is at least as good in all three, and not equal in all three. Keep the "
        "names of those that none beats, and sort them.",
    ),
    difficulty=2,
    importance=3,
    minutes=8,
)
