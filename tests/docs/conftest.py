import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LESSON = "03a_backpropagation"  # the quickest


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """The folder of a book: of that in DLCOURSE_BOOK, or of one with a single lesson, built here."""
    if built := os.environ.get("DLCOURSE_BOOK"):
        return Path(built).resolve()
    out = tmp_path_factory.mktemp("book")
    command = [sys.executable, str(ROOT / "docs" / "book" / "build.py"), LESSON, "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == f"{LESSON}: executed\n" + done.stderr.partition("\n")[2]
    return out / "html"
