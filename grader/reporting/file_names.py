"""Names of the files that a report consists of."""

import hashlib
import re
import unicodedata

OWN_FILE = re.compile(r"[a-z0-9-]+-[0-9a-f]{16}")  # what `file_stem` returns


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
