"""ILIAS: `Lovelace_Ada_alovelace_12345/20261001123045_hw.ipynb`, name, login, id; the file's time is UTC."""

import re

from grader.submissions.platforms.moments import moment
from grader.submissions.platforms.owners import Found, Met, Owner
from grader.text import printable_name

NAME = re.compile(r"(?P<name>[^\d_]+(?:_[^\d_]+)+)_[^_]+_(?P<key>[1-9]\d{2,})")
TIME = re.compile(r"(?P<time>\d{14})_(?P<rest>.+)")


class Reader:
    """Reads ILIAS's names, if all folders of the class have such."""

    def __init__(self, met: Met) -> None:
        self.problems: list[Found] = []
        place = len(met.common)
        heads = {f.parts[place] for f in met.works if len(f.parts) > place + 1} or {*met.common[-1:]}
        self._is_ilias = all(map(_match, heads))

    def owners(self, found: Found, i: int) -> list[Owner] | None:
        match, below = _match(found.parts[i]) if self._is_ilias else None, found.parts[i + 1 :]
        if match is None or not below:
            return None
        name = match["name"].replace("_", " ")
        timed = TIME.fullmatch(below[0])
        if timed is None:
            return [Owner("ilias", name, below, match["key"])]
        time = moment(timed["time"], "%Y%m%d%H%M%S")
        return [Owner("ilias", name, (timed["rest"], *below[1:]), match["key"], submitted=time)]


def _match(part: str) -> re.Match | None:
    return NAME.fullmatch(printable_name(part))
