"""Names of files, compared as people compare them: letters' case, and the numbers of copies."""

import re
import unicodedata
from collections.abc import Sequence

from grader.text import MAX_NAME, UNPRINTABLE, printable_name

# What programs call a second copy: "hw (1)", "hw-Copy1"; Canvas, after "hw-7", a UUID.
SURE_COPY = re.compile(
    r"(.+?)(?:[ _]?\((\d{1,3})\)|-Copy(\d{1,3})|-([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
    re.IGNORECASE,
)
# "hw-1" may be a copy or the first homework: it is a copy where there is a plain "hw".
PERHAPS_COPY = re.compile(r"(.+)[-_]([1-9]\d?)")
AFTER_ALL_NUMBERS = 1_000
# What Google Drive calls a copy, in some languages.
COPY_OF = re.compile(r"(?:copy of|kopie von|copie de|copia de|cópia de|copia di|kopie van) .+", re.IGNORECASE)
# A folder for each attempt, as Teams makes them in its languages, and people.
VERSION = re.compile(
    r"(?:v|vers\w*|wersj\w*|верси\w*|バージョン|版本|attempt)[ ._-]?(\d{1,4})", re.IGNORECASE
)
TESTS = frozenset({"test", "tests"})
RUBBISH = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


def is_hidden(name: str) -> bool:
    """Tell whether a file or folder is a program's, and nobody's submission: `.git`, `__MACOSX`."""
    if name == "__init__.py":
        return False
    return name.startswith((".", "__", "~$")) or name.lower() in RUBBISH


def is_test(parts: Sequence[str]) -> bool:
    """Tell whether a file, by the components of its name without ending, holds tests of an answer.

    >>> is_test(["tests", "hw"]), is_test(["test_hw"]), is_test(["hw"])
    (True, True, False)
    """
    *folders, last = parts or ("",)
    return (
        not TESTS.isdisjoint(folders)
        or last.startswith("test_")
        or last.endswith("_test")
        or last == "conftest"
    )


def folded(text: str) -> str:
    """Return what names that people take for the same have in common.

    >>> folded("Ada ") == folded("ADA")
    True
    """
    return unicodedata.normalize("NFC", printable_name(text).casefold())


def told_apart(one: str, other: str) -> tuple[str, str]:
    r"""Return two paths as they are shown; where they look the same, with what can't be seen written out.

    >>> print(*told_apart("a\u200bda", "ada"), *told_apart("Zoe\u0301", "Zo\xe9"), *told_apart("a", "b"))
    a\u200bda ada Zoe\u0301 Zoé a b
    """
    if folded(" ".join(one.split())) == folded(" ".join(other.split())):
        one, other = _spelled(one), _spelled(other)
    return printable_name(one, MAX_NAME), printable_name(other, MAX_NAME)


def _spelled(text: str) -> str:
    """Return the text with what can't be seen, and marks on letters, as Python writes them in ASCII."""
    return "".join(c.encode("unicode_escape").decode() if _is_unseen(c) else c for c in text)


def _is_unseen(c: str) -> bool:
    kind = unicodedata.category(c)
    return kind in UNPRINTABLE or kind[0] == "M" or (kind == "Zs" and c != " ")


def versions(text: str) -> tuple[int, ...]:
    """Return the numbers of versions that stand in a name.

    >>> versions("hw_v10"), versions("hw 10")
    ((10,), ())
    """
    return tuple(
        int(match[1]) for word in re.split(r"[\s_/]+(?!\d)", text) if (match := VERSION.fullmatch(word))
    )


def original(copy: str, known: set[str] | None) -> tuple[str, tuple[int, ...]]:
    """Return what a copy is a copy of, and its numbers; with nothing known, every number is a copy's.

    >>> original("hw-2", {"hw", "hw-2"}), original("hw-2", {"hw-1", "hw-2"})
    (('hw', (2,)), ('hw-2', ()))
    """
    levels = copy_levels(copy)
    return next((level for level in reversed(levels) if known is None or level[0] in known), levels[0])


def copy_levels(copy: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return what a name may be a copy of, from what it surely is to the shortest, each with the numbers.

    >>> copy_levels("hw-2 (1)")
    [('hw-2', (1,)), ('hw', (2, 1))]
    """
    levels: list[tuple[str, tuple[int, ...]]] = []
    numbers: tuple[int, ...] = ()
    while True:
        if match := SURE_COPY.fullmatch(copy):
            number = AFTER_ALL_NUMBERS if match[4] else int(match[2] or match[3])
        elif match := PERHAPS_COPY.fullmatch(copy):
            number = int(match[2])
            levels.append((copy, numbers))
        else:
            return [*levels, (copy, numbers)]
        copy, numbers = match[1], (number, *numbers)
