"""Lesson 7b: how `lstm_step` is checked."""

from collections.abc import Callable, Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.exercises.recurrent_networks.cases import cells, normal, sigmoid
from grader.references import recurrent_networks as reference


def steps(rng: np.random.Generator) -> Iterator[tuple]:
    """One unit with one gate after the other wide open or shut, and drawn cells."""
    nothing = np.zeros((1, 1))
    yield nothing, nothing, np.array([[2.0]]), np.zeros((1, 4)), np.zeros((1, 4)), np.zeros(4)
    for gates in ([9.0, -9, 9, 9], [-9.0, 9, 9, 9], [9.0, 9, -1, 9], [9.0, 9, 1, -9]):
        yield nothing, nothing, np.array([[0.5]]), np.zeros((1, 4)), np.zeros((1, 4)), np.array(gates)
    for i, ((n, d, u), weights) in enumerate(cells(rng, 4)):
        given = (normal(rng, n, d), normal(rng, n, u), 2 * normal(rng, n, u), *weights)
        yield tuple(part.astype(np.float32) for part in given) if i % 6 == 5 else given


def in_order(*order: int):
    """The gates taken in another order: where each of Keras's four is looked for."""

    def answer(x, h, c, Wx, Wh, b):
        parts = [np.split(part, 4, axis=-1) for part in (Wx, Wh, b)]
        changed = (np.concatenate([part[i] for i in order], axis=-1) for part in parts)
        return reference.lstm_step(x, h, c, *changed)

    return answer


def of_gates(form: Callable):
    """Another use of the four sums (i, f, g, o) and of c."""
    return lambda x, h, c, Wx, Wh, b: form(*np.split(x @ Wx + h @ Wh + b, 4, axis=1), c)


def usual(i, f, g, o, c):
    return sigmoid(f) * c + sigmoid(i) * np.tanh(g)


def shown(cell: Callable, show: Callable = lambda c, o: sigmoid(o) * np.tanh(c)):
    def form(i, f, g, o, c):
        new = cell(i, f, g, o, c)
        return show(new, o), new

    return of_gates(form)


def swapped(x, h, c, Wx, Wh, b):
    return reference.lstm_step(x, h, c, Wx, Wh, b)[::-1]


EXERCISE = Exercise(
    reference=reference.lstm_step,
    cases=steps,
    returns=("h", "c"),
    mistakes=(
        Mistake(
            "order_of_papers",
            in_order(0, 1, 3, 2),
            "You take the gates in the order i, f, o, g, and candidate and output gate have changed places.",
        ),
        Mistake(
            "forget_first",
            in_order(1, 0, 2, 3),
            "You take the forget gate for the input gate. Keras has the input gate first.",
        ),
        Mistake(
            "output_before_candidate",
            in_order(1, 0, 3, 2),
            "You take the gates in the order f, i, o, g. Keras has i, f, g, o.",
        ),
        Mistake(
            "forgets_the_other_way",
            shown(lambda i, f, g, o, c: (1 - sigmoid(f)) * c + sigmoid(i) * np.tanh(g)),
            "An open forget gate keeps what the cell has: σ(f) near 1 means that nothing is forgotten.",
        ),
        Mistake(
            "candidate_not_squashed",
            shown(lambda i, f, g, o, c: sigmoid(f) * c + sigmoid(i) * g),
            "The candidate is written as it is. It goes through tanh first.",
        ),
        Mistake(
            "candidate_by_sigmoid",
            shown(lambda i, f, g, o, c: sigmoid(f) * c + sigmoid(i) * sigmoid(g)),
            "The candidate went through a sigmoid. Through tanh it can also be negative.",
        ),
        Mistake(
            "shown_raw",
            shown(usual, lambda c, o: sigmoid(o) * c),
            "c is right. What is shown goes through tanh first: h = σ(o) · tanh(c).",
        ),
        Mistake(
            "always_shown",
            shown(usual, lambda c, o: np.tanh(c)),
            "c is right. The output gate makes no difference in your h.",
        ),
        Mistake(
            "old_cell_shown",
            of_gates(lambda i, f, g, o, c: (sigmoid(o) * np.tanh(c), usual(i, f, g, o, c))),
            "c is right. h shows the new state of the cell, and yours shows the old one.",
        ),
        Mistake("swapped", swapped, "h and c have changed places."),
        Mistake(
            "input_always_open",
            shown(lambda i, f, g, o, c: sigmoid(f) * c + np.tanh(g)),
            "The input gate makes no difference in your answer.",
        ),
    ),
    hints=(
        "All four sums come at once: x @ Wx + h @ Wh + b has shape (n, 4u).",
        "Cut it in four. Three parts are gates and go through a sigmoid, the candidate through tanh. First "
        "the new c, then the new h from it.",
        "np.split(…, 4, axis=1) gives i, f, g, o in Keras's order. c' keeps σ(f) of c and adds σ(i) of "
        "tanh(g); h' is σ(o) of tanh(c').",
    ),
    difficulty=3,
    importance=5,
    minutes=10,
)
