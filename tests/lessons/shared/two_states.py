"""A lesson's kernel in two states by turns, so that its experiments run once: nothing solved, and all solved.

Every cell runs among the variables of a notebook that nobody has touched. One that asks for an answer runs
once more, with all solved; what is another object there is laid aside until the next such cell.
"""

from typing import Any

MISSING = object()


class States:
    """The two states of a kernel's variables.

    Args:
        names: the variables, which are those of a notebook that nobody has touched.
    """

    def __init__(self, names: dict[str, Any]):
        self._names = names
        self._untouched: dict[str, Any] = {}
        self._solved: dict[str, Any] = {}  # only what is another object than in `_untouched`

    def to_untouched(self) -> None:
        """Before a cell runs as in a notebook that nobody has touched."""
        for name in self._solved:
            if name in self._untouched:
                self._names[name] = self._untouched[name]
            else:
                self._names.pop(name, None)

    def end_untouched(self) -> None:
        """After it: what it has bound is so in both states."""
        before, self._untouched = self._untouched, dict(self._names)
        for name in list(self._solved):
            if self._names.get(name, MISSING) is not before.get(name, MISSING):
                del self._solved[name]

    def to_solved(self) -> None:
        """Before a cell runs with all solved."""
        self._names.update(self._solved)

    def end_solved(self) -> None:
        """After it: what it has bound is so in this state."""
        self._solved = {
            name: value
            for name, value in self._names.items()
            if not name.startswith("_") and self._untouched.get(name, MISSING) is not value
        }
