"""What code that ran alone came to, by the code itself: many in a class give the same short answer.

The processes that grade one class share a folder of it, which goes when they do.
"""

from pathlib import Path

import msgspec

from dlcourse import files
from grader.judging.report import Verdict

MOST = 5000


class Verdicts:
    """Verdicts by a hash of all that they depend on."""

    def __init__(self) -> None:
        self._known: dict[str, Verdict] = {}
        self._asked: dict[str, bool] = {}  # whether there is hope
        self.folder: Path | None = None

    def get(self, key: str) -> Verdict | None:
        """Return a verdict that this process, or another that shares the folder, has come to."""
        if key not in self._known and self.folder is not None:
            try:
                encoded = (self.folder / key).read_bytes()
            except OSError:
                return None
            self._keep(key, msgspec.msgpack.decode(encoded, type=Verdict))
        return self._known.get(key)

    def is_again(self, key: str) -> bool:
        """Return whether a verdict is known, or was asked for before: then it will be once more."""
        if self.get(key) is not None:
            return True
        if key in self._asked:
            return self._asked[key]
        if len(self._asked) >= MOST:
            self._asked.clear()
        self._asked[key] = True
        return False

    def give_up(self, key: str) -> None:
        """Say that there won't be a verdict that others can have, too: there is chance in it."""
        self._asked[key] = False

    def add(self, key: str, verdict: Verdict) -> None:
        """Remember a verdict."""
        self._keep(key, verdict)
        if self.folder is not None:
            files.write(self.folder / key, msgspec.msgpack.encode(verdict), private=True)

    def _keep(self, key: str, verdict: Verdict) -> None:
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = verdict


VERDICTS = Verdicts()
