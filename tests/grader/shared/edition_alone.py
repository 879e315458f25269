"""Programs with one edition of the course alone, whatever else is installed of it or named by PYTHONPATH."""

import os
import subprocess
import sys
from pathlib import Path

from saying import GRADER

ALONE = """
import sys
edition, program, *sys.argv[1:] = sys.argv[1:]
sys.path.insert(0, edition)
sys.modules["solutions"] = None
exec(program, {"__name__": "__main__"})
"""


def alone(
    edition: Path, *arguments: object, folder: Path, program: str = GRADER
) -> subprocess.CompletedProcess:
    """Run a program, by default the command `grader`, in a folder of its own."""
    return subprocess.run(
        [sys.executable, "-P", "-E", "-s", "-B", "-W", "ignore", "-c", ALONE, edition, program, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "DLCOURSE_HOME": str(folder / "home")},
        timeout=1800,  # where two cores do other work, too
        check=False,
    )


def for_a_shell(edition: Path) -> str:
    """The command `grader` as a shell runs it."""
    return f"{sys.executable} -P -E -s -B -c '{ALONE}' {edition} '{GRADER}'"
