"""Text that anybody may have written, made harmless where it goes.

for_terminal   one line on a terminal
printable_name a learner's or a file's name
visible        code and messages in pages: what would act unseen is written out
line           the same as one line, without it
cell           a cell of a spreadsheet
listed         a few of many names
json_text      JSON, inside a page too
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

# Controls (but tab and newline), bidi controls, invisible separators, tags and lone surrogates.
# The joiners of Persian and of emoji stay.
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    r"\ud800-\udfff\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
FORMULA = "=+-−@|"
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
UNSAFE_IN_HTML = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\x7f"}
MAX_PART = 200  # characters of a component of a name
MAX_NAME = 400
MAX_LISTED = 3  # names in a sentence, before the rest is only counted


def for_terminal(text: str) -> str:
    """Return the text without what a terminal would obey.

    >>> for_terminal("ada\\x1b[2J.ipynb")
    'ada�[2J.ipynb'
    """
    return "".join(character if character.isprintable() else "�" for character in text)


def printable_name(text: str, most: int = MAX_PART) -> str:
    """Return a name that is safe to show: no controls, no bidirectional marks, not empty, not too long.

    >>> printable_name("Ada\\x1b\\u202e\\udcff")
    'Ada'
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(c for c in text if unicodedata.category(c) not in UNPRINTABLE)
        text = unicodedata.normalize("NFC", text)
    text = text.strip()
    if len(text) > most:
        text = f"{text[: most - 41]}…{text[-40:]}"
    return text if text not in ("", ".", "..") else "unnamed"


def visible(text: str) -> str:
    r"""Return the text with whatever would act unseen, on a terminal or on a line's direction, written out.

    >>> print(visible("\x1b[2J\u202etxet"))
    \x1b[2J\u202etxet
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return UNSEEN.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def line(text: str) -> str:
    r"""Return the text as one line, without what would act unseen.

    >>> line("Ada\n\tKing,\u202e Countess of\x00 Lovelace ")
    'Ada King, Countess of Lovelace'
    """
    return " ".join(filter(None, (UNSEEN.sub("", word) for word in text.split())))


def cell(value: str | float) -> str | int | float:
    """Return a spreadsheet's cell: numbers as numbers, and text that no program takes for a formula.

    A program that splits at semicolons, as Excel does where the comma is the decimal sign, sees more cells
    than there are; so what follows a semicolon is guarded too.

    >>> cell("=HYPERLINK(1)"), cell("Ada;@SUM(1)"), cell(0.5), cell(12.0)
    ("'=HYPERLINK(1)", "Ada;'@SUM(1)", 0.5, 12)
    """
    if not isinstance(value, str):
        return number(value)
    return ";".join(f"'{part}" if _starts_formula(part) else part for part in line(value).split(";"))


def _starts_formula(text: str) -> bool:
    """Whether the first character that is seen starts a formula, in whatever width."""
    seen = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c)[0] not in "CMZ")
    return next(seen, " ") in FORMULA


def number(value: float, digits: int = 4) -> int | float:
    """Return the number rounded, and whole numbers as such.

    >>> number(0.1 + 0.2), number(3.0)
    (0.3, 3)
    """
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def points_of(points: float, out_of: float) -> str:
    """Return points as people say them.

    >>> points_of(1.0, 2.5)
    '1 of 2.5 points'
    """
    return f"{number(points)} of {number(out_of)} points"


def listed(names: Sequence[str]) -> str:
    """Return a few names, and how many more there are.

    >>> listed(["Ada", "Ben", "Cy", "Dee", "Eve"])
    'Ada, Ben, Cy and 2 more'
    """
    more = f" and {len(names) - MAX_LISTED:,} more" if len(names) > MAX_LISTED else ""
    return ", ".join(names[:MAX_LISTED]) + more


def json_text(value: Any) -> str:
    """Return JSON in ASCII that is harmless inside a page, too.

    >>> print(json_text({"message": "</script>\\x9b"}))
    {"message": "\\u003c/script\\u003e\\u009b"}
    """
    # None of these characters is a part of JSON's own syntax, so each stands in a string.
    return json.dumps(value).translate(UNSAFE_IN_HTML)
