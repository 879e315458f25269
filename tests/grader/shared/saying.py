"""The command `grader`, and what it says: one line where something is wrong, and lines that come in time."""

from collections.abc import Iterable
from subprocess import CompletedProcess

GRADER = "from grader.cli import main; main()"  # the command, as a program


def one_line(text: str) -> str:
    """The text, which is a line and no traceback."""
    assert text.count("\n") == 1, text
    assert "Traceback" not in text
    return text


def one_sentence(done: CompletedProcess) -> str:
    """The sentence with which a command has refused what it was asked."""
    assert done.returncode == 2, done.stdout
    return one_line(done.stderr)


def until(stream: Iterable[str], words: str) -> None:
    """Read lines until one has the words in it."""
    for line in stream:
        if words in line:
            return
    raise AssertionError(f"it ended without saying {words!r}")
