"""Lesson 7a: kernels by how near they are, stacks by what they see and cost, choices by what they do."""

from typing import Any

import numpy as np

from grader.exercise import Finding, Given
from grader.exercises.verifying.forms import Odd, told

OFF = 0.02  # how far a kernel found in spite of noise may be off, as a share of its largest weight
EXACT = 1e-4  # likewise without noise; answers in float32 come so near
LESS_THAN_BEST = 0.03  # of served images that are right, in the mean over some sets
SOME = 6  # images, which don't all move alike
MANY = 100  # images, among which each of nine shifts occurs
NOT_MOVED = 4  # which of the nine shifts it is to stay
FEWEST_ALIKE, MOST_ALIKE = 0.015, 0.3  # of images that move as the one before, where shifts are drawn
CHANGES = ("mirror", "upside down", "shift", "invert", "transpose")


@told
def is_the_kernel(given: Given, answer: Any) -> Finding:
    """Judge a kernel by its largest difference from the one that made the outputs, which is the secret."""
    size = given.arguments[2]
    kernel = np.asarray(answer)
    if kernel.shape != (size, size) or kernel.dtype.kind not in "iuf":
        raise Odd(f"A kernel of shape ({size}, {size}) is asked for.")
    if not np.isfinite(kernel).all():
        raise Odd("Your kernel holds what is no finite number.")
    true, noisy = given.secret["kernel"], given.secret["noisy"]
    off = float(np.max(np.abs(kernel - true)) / np.max(np.abs(true)))
    return Finding(
        off <= (OFF if noisy else EXACT),
        f"{'With a little' if noisy else 'Without any'} noise, your kernel is off by {off:.2g} of the "
        f"largest weight; at most {OFF if noisy else EXACT:g} is asked for.",
    )


@told
def sees_so_far(given: Given, answer: Any) -> Finding:
    """Judge a stack by its field and its weights; the secret says whether there can be one."""
    field, most = given.arguments
    stack = _stack(answer)
    sees = 1 + sum(kernel - 1 for kernel in stack)
    if not given.secret:
        none = f"A field of {field} can't be had with odd kernels at stride 1, and your stack sees {sees}."
        return Finding(not stack, none if stack else "")
    if not stack:
        return Finding(False, f"There is a stack with a field of {field}, and you return none.")
    weights = sum(kernel**2 for kernel in stack)
    if sees != field:
        return Finding(False, f"Your stack sees {sees} pixels, where {field} are asked for.")
    return Finding(weights <= most, f"Your stack has {weights} weights, and may have {most}.")


def _stack(answer: Any) -> list[int]:
    """The kernels of a stack."""
    if not isinstance(answer, list | tuple | np.ndarray):
        raise Odd("A list of pairs (kernel, stride) is asked for.")
    kernels = []
    for layer in answer:
        pair = np.asarray(layer)
        if pair.shape != (2,) or pair.dtype.kind not in "iu":
            raise Odd("Each layer is a pair of whole numbers, (kernel, stride).")
        kernel, stride = pair.tolist()
        if stride != 1:
            raise Odd(f"All strides are 1, and one of yours is {stride}.")
        if kernel < 3 or kernel % 2 == 0:
            raise Odd(f"Kernels are odd, 3 or larger, and one of yours is {kernel}.")
        kernels.append(kernel)
    return kernels


@told
def is_shifted(given: Given, answer: Any) -> Finding:
    """Judge shifted images by which shift made each, whether all shifts occur, and by their labels."""
    images, labels, _ = given.arguments
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise Odd("A pair is asked for, images and labels.")
    got, given_labels = np.asarray(answer[0]), np.asarray(answer[1])
    if got.shape != images.shape or given_labels.shape != labels.shape:
        raise Odd(f"Images of shape {images.shape} and {len(labels)} labels are asked for.")
    if given.after is not None and _changed(images, given.after[0]):
        raise Odd("The images that came in were changed.")
    flaws = _other_labels(given_labels, labels)
    moved = _moved(got, _shifts(images))
    if not moved.any(axis=0).all():
        wrapped = _moved(got, _shifts(images, mode="wrap"))
        if wrapped.any(axis=0).all():
            flaws.append("What left an image on one side came back on the other. Zeros come in.")
            moved = wrapped
        else:
            flaws.append(_no_shift(images, got, int(np.flatnonzero(~moved.any(axis=0))[0])))
    if moved.any(axis=0).all():
        flaws += _not_drawn(moved, labels)
    return Finding(False, " ".join(flaws)) if flaws else _is_seeded(given, got)


def _other_labels(got: np.ndarray, labels: np.ndarray) -> list[str]:
    if np.array_equal(got, labels):
        return []
    if got.dtype.kind in "iuf" and np.array_equal(np.sort(got), np.sort(labels)):
        return ["The labels follow another order than the images."]
    return ["The labels aren't those that came in."]


def _changed(images: np.ndarray, after: Any) -> bool:
    return not np.array_equal(images, np.asarray(after))


def _shifts(images: np.ndarray, **frame: Any) -> dict[tuple[int, int], np.ndarray]:
    """All images moved by each of nine shifts, (down, right), what comes in as `np.pad` makes it."""
    height, width = images.shape[1:]
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)), **frame)
    return {
        (down, right): framed[:, 1 - down : 1 - down + height, 1 - right : 1 - right + width]
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    }


def _moved(got: np.ndarray, shifts: dict[tuple[int, int], np.ndarray]) -> np.ndarray:
    """Whether each image is what each shift makes of it, (shifts, n)."""
    return np.array([np.all(np.isclose(got, one, atol=1e-5), axis=(1, 2)) for one in shifts.values()])


def _not_drawn(moved: np.ndarray, labels: np.ndarray) -> list[str]:
    """What tells that shifts were not drawn for each image alone, as far as so many images can tell it."""
    counts, count = moved.sum(axis=1), moved.shape[1]
    shift = moved.argmax(axis=0)
    names = [f"({down}, {right})" for down in (-1, 0, 1) for right in (-1, 0, 1)]
    if count < MANY and (count < SOME or counts.max() < count):
        return []
    if counts.max() > count / 2:
        how = "didn't move" if counts.argmax() == NOT_MOVED else f"moved by {names[counts.argmax()]}"
        return [
            f"{'All' if counts.max() == count else 'Most'} images {how}. Each is to have a draw of its own."
        ]
    if not counts.all():
        missing = ", ".join(name for name, times in zip(names, counts, strict=True) if not times)
        return [f"Of {count} images none moved by (down, right) = {missing}."]
    if any(np.unique(shift[labels == label]).size < 3 for label in np.unique(labels)):
        return ["Images of one label move alike, so the shift tells the label. Draw for each image."]
    alike = np.count_nonzero(shift[1:] == shift[:-1])
    if not FEWEST_ALIKE * count < alike < MOST_ALIKE * count:
        return [
            f"Of {count} images {alike} moved as the one before; where each has a draw of its own, it is "
            "about a ninth."
        ]
    return []


def _no_shift(images: np.ndarray, got: np.ndarray, place: int) -> str:
    of_another = np.array(list(_shifts(images).values()))
    if np.isclose(of_another, got[place], atol=1e-5).all(axis=(2, 3)).any():
        return f"Image {place} is a shift of another image: they are to keep their order."
    return f"Image {place} is no shift of the one that came in, by at most a pixel in each direction."


def _is_seeded(given: Given, got: np.ndarray) -> Finding:
    """The same arguments give the same, and another seed something else."""
    images, _, seed = given.arguments
    for case in given.earlier:
        before, _, other = case.arguments
        if before.shape != images.shape or not np.array_equal(before, images):
            continue
        equal = np.allclose(np.asarray(case.answer[0]), got)
        if seed == other and not equal:
            return Finding(False, "The same seed gives other shifts the second time.")
        if seed != other and equal:
            return Finding(False, "Another seed gives the same shifts.")
    return Finding(True)


@told
def serves(given: Given, answer: Any) -> Finding:
    """Judge a choice by what is right on served images, which the secret has for each choice."""
    _choice(answer)
    if not given.group:
        return Finding(True)
    lost = [_best(case.secret) - case.secret[_key(_choice(case.answer))] for case in given.group]
    kind, got = given.secret["kind"], given.secret[_key(_choice(answer))]
    return Finding(
        float(np.mean(lost)) <= LESS_THAN_BEST,
        f"{kind}, your choices get {100 * np.mean(lost):.0f} points less right than the best ones, in the "
        f"mean of {len(lost)} sets: in the last {got:.0%}, where {_best(given.secret):.0%} can be had.",
    )


def _best(secret: dict[str, Any]) -> float:
    return max(share for name, share in secret.items() if name != "kind")


def _choice(answer: Any) -> list[str]:
    if not isinstance(answer, list | tuple) or not all(isinstance(name, str) for name in answer):
        raise Odd("A list of names is asked for, perhaps an empty one.")
    unknown = [name for name in answer if name not in CHANGES]
    if unknown:
        raise Odd(f"{unknown[0]!r} is none of the five names.")
    if len(set(answer)) > 2:
        raise Odd(f"At most two names are asked for, and yours are {len(set(answer))}.")
    return sorted(set(answer))


def _key(names: list[str]) -> str:
    return " + ".join(names)
