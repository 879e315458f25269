"""Lesson 3a: how `backward_pass` is checked."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import backpropagation as reference

Tape = list[tuple]


def tapes(rng: np.random.Generator) -> Iterator[tuple[Tape, list[float]]]:
    """Graphs of 2 to 2,000 nodes: numbers used twice or never, a long chain, negative gradients at a ReLU."""
    one, two = [("input", 0)], [("input", 0), ("input", 1)]
    yield [*one, ("exp", 0)], [0.5]
    yield [*one, ("log", 0)], [2.0]
    yield [*one, ("relu", 0)], [0.0]
    yield [*one, ("multiply", 0, 0)], [3.0]
    yield [*one, ("add", 0, 0)], [3.0]
    yield [*two, ("multiply", 0, 1)], [2.0, 3.0]
    yield [*one, *one, ("multiply", 0, 1)], [3.0]  # the same input, put on the tape twice
    yield [*two, ("multiply", 0, 1), ("add", 2, 0)], [2.0, 3.0]
    yield [*two, ("relu", 0), ("multiply", 2, 1)], [2.0, -3.0]
    yield [*two, ("relu", 0), ("multiply", 2, 1)], [-2.0, 3.0]
    yield [*two, ("exp", 1), ("relu", 0), ("multiply", 2, 2)], [1.5, 0.3]
    for nodes in (6, 8, 10, 12, 15, 20, 25, 40, 60, 100, 300, 1000):
        yield random_tape(rng, nodes)
    chain = [*two, *(("add" if i % 3 else "relu", i + 1, *([0] if i % 3 else [])) for i in range(1997))]
    yield [*chain, ("multiply", 1998, 1)], [0.01, -0.5]


def random_tape(rng: np.random.Generator, nodes: int) -> tuple[Tape, list[float]]:
    """A graph whose numbers stay small, and which ends in a ReLU times a negative number, plus a sum."""
    inputs = rng.choice((-1, 1), 3) * rng.uniform(0.3, 2, 3).round(2)
    tape: Tape = [("input", i) for i in range(3)]
    numbers = [float(x) for x in inputs]
    while len(tape) < nodes - 3:
        a, b = (int(place) for place in rng.integers(max(0, len(tape) - 12), len(tape), 2))
        made = {
            "add": numbers[a] + numbers[b],
            "multiply": numbers[a] * numbers[b],
            "relu": max(numbers[a], 0.0),
            "exp": float(np.exp(min(numbers[a], 9))) if numbers[a] < 1 else np.inf,
            "log": float(np.log(numbers[a])) if numbers[a] > 0.2 else np.inf,
        }
        kind = str(rng.choice(list(made)))
        if abs(made[kind]) < 3:
            tape.append((kind, a, b) if kind in ("add", "multiply") else (kind, a))
            numbers.append(made[kind])
    above = int(np.argmax(numbers))
    below = int(np.argmin(numbers[:3]))
    tape += [("relu", above), ("multiply", len(tape), below), ("add", len(tape) + 1, len(tape) - 1)]
    return tape, [float(x) for x in inputs]


def forward(tape: Tape, inputs: list[float]) -> list[float]:
    numbers: list[float] = []
    for kind, *at in tape:
        args = [numbers[place] for place in at] if kind != "input" else [inputs[at[0]]]
        numbers.append(float(VALUES[kind](*args)))
    return numbers


VALUES: dict[str, Callable[..., Any]] = {
    "input": lambda a: a,
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b,
    "relu": lambda a: max(a, 0.0),
    "exp": np.exp,
    "log": np.log,
}
SLOPES: dict[str, Callable[..., Any]] = {
    "add": lambda number, a, b: (1.0, 1.0),
    "multiply": lambda number, a, b: (b, a),
    "relu": lambda number, a: (float(a > 0),),
    "exp": lambda number, a: (number,),
    "log": lambda number, a: (1 / a,),
}


def backwards(slopes=SLOPES, add=True, in_order=False, gate_of_gradient=False):
    """The derivatives, with one part of the way back otherwise."""

    def answer(tape, inputs):
        numbers = forward(tape, inputs)
        gradients, by_input = [0.0] * len(tape), [0.0] * len(inputs)
        gradients[-1] = 1.0
        for place in range(len(tape)) if in_order else reversed(range(len(tape))):
            kind, *at = tape[place]
            if kind == "input":
                by_input[at[0]] += gradients[place]
                continue
            found = slopes[kind](numbers[place], *(numbers[i] for i in at))
            if gate_of_gradient and kind == "relu":
                found = (float(gradients[place] > 0),)
            for i, slope in zip(at, found, strict=True):
                gradients[i] = (gradients[i] if add else 0.0) + slope * gradients[place]
        return by_input

    return answer


def recursive(tape, inputs):
    """By asking each number for its derivative, from the last one down."""
    numbers = forward(tape, inputs)

    def derivatives(place):
        kind, *at = tape[place]
        if kind == "input":
            return np.eye(len(inputs))[at[0]]
        found = SLOPES[kind](numbers[place], *(numbers[i] for i in at))
        return sum(slope * known(i) for i, slope in zip(at, found, strict=True))

    known = cache(derivatives)
    return known(len(tape) - 1).tolist()


EXERCISE = Exercise(
    reference=reference.backward_pass,
    task="design",
    cases=tapes,
    mistakes=(
        Mistake(
            "overwritten",
            backwards(add=False),
            "A number that is used twice gets gradient from both uses: add.",
        ),
        Mistake(
            "forward_order",
            backwards(in_order=True),
            "A node handed its gradient on before it had all of it. Which way round must the tape be read?",
        ),
        Mistake(
            "own_value",
            backwards(SLOPES | {"multiply": lambda number, a, b: (a, b)}),
            "In a product, each factor's share is the *other* factor.",
        ),
        Mistake(
            "relu_gate",
            backwards(gate_of_gradient=True),
            "ReLU lets gradient through where its *input* was above 0, whatever sign the gradient has.",
        ),
        Mistake(
            "recursive",
            recursive,
            "It is right on short tapes. On long ones the function calls itself too deeply: Python's "
            "recursion ends at about 1,000. Go through the tape in a loop.",
        ),
        Mistake(
            "exp_slope",
            backwards(SLOPES | {"exp": lambda number, a: (1.0,)}),
            "The exponential's slope is not 1, but what came out of it.",
        ),
    ),
    hints=(
        "First go forwards, and keep the number of every entry. Then go backwards, and keep for every entry "
        "how much the loss grows with it; the last one's is 1.",
        "Each entry hands its gradient on to the entries that it was made from, times the slope: for a sum "
        "1, for a product the other number. Where something is there already, add.",
        "Two lists of the tape's length, and one loop over reversed(range(len(tape))). At an input, add the "
        "entry's gradient to that input's result.",
    ),
    difficulty=4,
    importance=5,
    minutes=25,
)
