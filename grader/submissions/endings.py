"""What the end of a file's name says: whether it is read, unpacked, a platform's own, or something else."""

from pathlib import PurePath

from grader.submissions.submission import SUFFIXES

DISGUISED = (".ipynb.txt", ".ipynb.json")  # what browsers call a notebook that they save
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
FOREIGN = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst")
GRADESCOPE = "submission_metadata.yml"
TIMESTAMP = "timestamp.txt"  # Sakai's and nbgrader's
METADATA = (GRADESCOPE, TIMESTAMP)  # platforms' own files that are read
# What somebody hands in in a notebook's place; Drive's shortcuts are among them.
DOCUMENTS = (
    *(".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".htm", ".html"),
    *(".gdoc", ".gsheet", ".gslides", ".gcolab"),
)


def suffix_of(name: str) -> str | None:
    """Return the ending that makes a file one of ours, in small letters, or `None`.

    >>> suffix_of("Homework.TAR.GZ"), suffix_of("hw.ipynb.txt"), suffix_of("notes.txt")
    ('.tar.gz', '.ipynb.txt', None)
    """
    small = name.rstrip().lower()
    if small in METADATA:
        return small
    return next((s for s in (*DISGUISED, *SUFFIXES, *ARCHIVES, *FOREIGN) if small.endswith(s)), None)


def is_read(suffix: str | None) -> bool:
    """Tell whether files with this ending are notebooks or modules."""
    return suffix in SUFFIXES or suffix in DISGUISED


def kept_as(suffix: str) -> str:
    """Return the ending of our own copy of a file: what decides how it is read."""
    return ".ipynb" if suffix in DISGUISED else suffix


def is_document(name: str) -> bool:
    """Tell whether somebody may have handed this in in a notebook's place.

    >>> is_document("ada.PDF"), is_document("data.csv")
    (True, False)
    """
    return PurePath(name.rstrip().lower()).suffix in DOCUMENTS


def stem(name: str) -> str:
    """Return a name without the ending that makes it one of ours, or a document.

    >>> stem("homework.tar.gz"), stem("hw.pdf"), stem("v1.2")
    ('homework', 'hw', 'v1.2')
    """
    suffix = suffix_of(name) or (PurePath(name.rstrip()).suffix if is_document(name) else "")
    return name.rstrip()[: -len(suffix)] if suffix else name
