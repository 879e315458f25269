"""Text that a learner may have written, made harmless: `visible`, `line`, `cell`, `file_stem`."""

import hashlib
import re
import unicodedata

# Controls (but tab and newline), bidi controls, invisible separators, tags and lone surrogates.
# The joiners of Persian and of emoji stay.
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    r"\ud800-\udfff\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
FORMULA = "=+-−@|"
OWN_FILE = re.compile(r"[a-z0-9-]+-[0-9a-f]{16}")  # what `file_stem` returns


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


def file_stem(name: str, key: str) -> str:
    """Return a file's name, without suffix, for the learner of that name and key: the same in every run.

    The hash keeps namesakes apart, and is long enough that nobody can choose a name to get another's file.

    >>> file_stem("Žofie O'Brien", "4711")
    'zofie-o-brien-5f58ce3af9252c85'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-") or "learner"
    both = f"{len(name)} {name} {key}".encode("utf-8", "surrogatepass")
    return f"{slug}-{hashlib.sha256(both).hexdigest()[:16]}"
