"""What a card says of the file beside it, and whether the file is still that one: `facts`, `content`."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

MEND = "install dlcourse again, or restore the file from git."


def facts(card: str) -> dict[str, Any]:
    """Return what stands in the card's TOML block, its first code block."""
    return tomllib.loads(card.split("```toml\n", 1)[1].split("\n```", 1)[0])


def content(path: Path, sha256: str, what: str) -> bytes:
    """Return the bytes of a file after comparing them with the checksum on its card.

    Args:
        path: where it lies.
        sha256: the checksum.
        what: how a message calls the file.

    Raises:
        OSError: the file is missing or damaged.
    """
    if not path.is_file():
        raise FileNotFoundError(f"The {what} {path} is missing: {MEND}")
    found = path.read_bytes()
    if hashlib.sha256(found).hexdigest() != sha256:
        raise OSError(f"The {what} {path} is damaged, its checksum is not the one on its card: {MEND}")
    return found
