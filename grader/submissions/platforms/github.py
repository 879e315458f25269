"""GitHub Classroom: a repository for each learner, `hw1-octocat/hw.ipynb`, with the assignment's tests."""

import re
from itertools import takewhile

from grader.submissions.names import TESTS
from grader.submissions.platforms.owners import Found, Met, Owner

LOGIN = re.compile(r"(?=[\d-]*[A-Za-z])[A-Za-z\d](?:-?[A-Za-z\d]){0,38}")


class Reader:
    """Reads the names of repositories: several that begin alike, most of them with a folder of tests."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        self._place = len(met.common)
        inside = [f.parts[self._place :] for f in met.files if f.parts[: self._place] == (*met.common,)]
        names = {parts[0] for parts in inside if len(parts) > 1}
        tested = {parts[0] for parts in inside if len(parts) > 2 and parts[1] in TESTS}
        alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
        prefix = "".join("".join(letter for letter, *_ in alike).rpartition("-")[:2])
        logins = [name.removeprefix(prefix) for name in names]
        is_classroom = len(names) > 1 and prefix and 2 * len(tested) > len(names)
        self._prefix = prefix if is_classroom and all(map(LOGIN.fullmatch, logins)) else None

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        part, below = found.parts[i], found.parts[i + 1 :]
        if self._prefix is None or i != self._place or not below or not part.startswith(self._prefix):
            return None
        login = part.removeprefix(self._prefix)
        return [Owner("github", login, below, login, aside="a test" if below[0] in TESTS else "")]
