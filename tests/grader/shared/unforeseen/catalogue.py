"""Wrong answers whose true cause is known: `PLANTED`, which the modules beside this one fill."""

from collections.abc import Callable
from typing import NamedTuple


class Planted(NamedTuple):
    exercise: str
    cause: str
    answer: Callable


PLANTED: list[Planted] = []


def wrong(exercise: str, cause: str) -> Callable[[Callable], Callable]:
    """Add a wrong answer to the catalogue, with what is wrong about it."""

    def add(answer: Callable) -> Callable:
        PLANTED.append(Planted(exercise, cause, answer))
        return answer

    return add
