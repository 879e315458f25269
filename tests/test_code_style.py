"""What tools can hold: ruff's rules and layout, and types."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("command", "mend"),
    [
        (("ruff", "check", "."), "ruff check --fix mends most of it"),
        (("ruff", "format", "--check", "."), "ruff format mends it"),
        (("mypy",), "the lines above say what is of another type"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_the_tools_find_nothing(command, mend):
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{mend}"
