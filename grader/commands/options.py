"""What several commands share: the option `--json`, and text that a terminal may be given."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print data instead of text: one JSON object a line.")]


def printable(text: str) -> str:
    """Return a learner's text without what a terminal would obey.

    >>> printable("ada\\x1b[2J.ipynb")
    'ada�[2J.ipynb'
    """
    return "".join(character if character.isprintable() else "�" for character in text)
