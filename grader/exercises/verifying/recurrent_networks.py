"""Lesson 7b: a hand-set cell by what it shows, windows by what a forecast with them comes to."""

from typing import Any

import numpy as np

from grader.exercise import Answered, Finding, Given
from grader.exercises.verifying.activations import ACTIVATIONS
from grader.exercises.verifying.forms import Odd, told

_sigmoid = ACTIVATIONS["sigmoid"]
LARGEST = 1000.0  # of a hand-set weight
MOST_OF_BEST = 1.1  # of the errors of forecasts, beside those with the best window


@told
def remembers(given: Given, answer: Any) -> Finding:
    """Judge a hand-set LSTM cell on sequences of set, reset and noise, which are the secret."""
    Wx, Wh, b = _cell(answer)
    inputs = np.asarray(given.secret)  # (sequences, steps)
    is_set = _switch(inputs)
    h = c = np.zeros(len(inputs))
    wrong, seen = np.zeros(inputs.shape, bool), []
    for step in range(inputs.shape[1]):
        i, f, g, o = (inputs[:, step, None] * Wx + h[:, None] * Wh + b).T
        h, c = lstm_states(i, f, g, o, c)
        wrong[:, step] = (h > 0.5) != is_set[:, step]
        seen.append(np.stack([*(_sigmoid(gate) for gate in (i, f, o)), c], axis=1))
    right = float(np.mean(~wrong.any(axis=1)))
    if right == 1:
        return Finding(True)
    first = _first(inputs, is_set, wrong, np.array(seen))
    return Finding(False, f"It is right to the end in {right:.0%} of {len(inputs)} sequences. {first}")


def lstm_states(
    i: np.ndarray, f: np.ndarray, g: np.ndarray, o: np.ndarray, c: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return an LSTM's next h and c, of the sums that go into its gates and its candidate."""
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c), c


def _switch(inputs: np.ndarray) -> np.ndarray:
    """Whether the switch is set after each step."""
    state, states = np.zeros(len(inputs), bool), []
    for came in inputs.T:
        state = np.where(came > 0.9, True, np.where(came < -0.9, False, state))
        states.append(state)
    return np.stack(states, axis=1)


def _first(inputs: np.ndarray, is_set: np.ndarray, wrong: np.ndarray, seen: np.ndarray) -> str:
    """What happened where the sequence that goes wrong first does so; `seen`: (steps, sequences, 4)."""
    sequence = int(np.argmin(np.where(wrong.any(axis=1), wrong.argmax(axis=1), wrong.shape[1])))
    step = int(wrong[sequence].argmax())
    came = inputs[sequence, step]
    i, f, o, c = seen[step, sequence]
    state = f"There c is {c:.2g}, the input gate {i:.2f}, the forget gate {f:.2f}, the output gate {o:.2f}."
    if came > 0.9:
        return f"At step {step} it is set, and h isn't above 0.5. {state}"
    if came < -0.9:
        return f"At step {step} it is reset, and h stays above 0.5. {state}"
    events = np.flatnonzero(np.abs(inputs[sequence, :step]) > 0.9)
    since = step - int(events[-1]) if len(events) else step + 1
    after = f"After {since} step{'s' * (since != 1)} of noise"
    if is_set[sequence, step]:
        return f"{after} it has forgotten that it was set. {state}"
    return f"{after} h is above 0.5, though it isn't set. {state}"


def _cell(answer: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if not isinstance(answer, list | tuple) or len(answer) != 3:
        raise Odd("Three arrays are asked for: Wx, Wh and b.")
    parts = [np.asarray(part) for part in answer]
    for name, part, shape in zip(("Wx", "Wh", "b"), parts, ((1, 4), (1, 4), (4,)), strict=True):
        if part.shape != shape or part.dtype.kind not in "iuf":
            raise Odd(f"{name} is to be numbers of shape {shape}.")
        if not np.isfinite(part).all() or np.abs(part).max() > LARGEST:
            raise Odd(f"A number of {name} is larger than {LARGEST:g} in size, or is nan.")
    return parts[0][0].astype(float), parts[1][0].astype(float), parts[2].astype(float)


@told
def looks_back_well(given: Given, answer: Any) -> Finding:
    """Judge windows by the errors of forecasts with them; the secret has those with each window."""
    length, longest = np.asarray(answer), given.arguments[1]
    if length.shape or length.dtype.kind not in "iuf" or length not in range(1, longest + 1):
        raise Odd(f"A whole number from 1 to {longest} is asked for.")
    if not given.group:
        return Finding(True)
    share = float(np.mean([_share(case) for case in given.group]))
    return Finding(
        share <= MOST_OF_BEST,
        f"On series {given.secret['kind']}, your forecasts err {share:.3f} times as much as those with the "
        f"best window, in the mean of {len(given.group)}.",
    )


def _share(case: Answered) -> float:
    errors = case.secret["errors"]
    return errors[int(case.answer) - 1] / min(errors)
