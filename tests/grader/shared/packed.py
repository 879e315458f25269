"""Archives and files of submissions, and the one sentence of a refusal."""

import io
import zipfile

import pytest

from grader.errors import UnusableInput
from grader.submissions.intake import collect

NOTEBOOK = b'{"cells": []}'


def zip_of(*members, dates=None):
    """Return the bytes of a zip of names, or of (name, content) pairs."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for i, member in enumerate(members):
            name, content = member if isinstance(member, tuple) else (member, NOTEBOOK)
            info = zipfile.ZipInfo(name, (2026, 9, (dates or {}).get(i, 1), 0, 0, 0))
            archive.NameToInfo.pop(info.filename, None)  # or zipfile warns of a duplicate
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def written(path, content):
    path.write_bytes(content)
    return path


def refused(*paths, into):
    with pytest.raises(UnusableInput) as caught:
        collect(paths, into)
    assert "\n" not in str(caught.value)
    return str(caught.value)
