"""A course of one's own to be spoilt, and the commands that use it."""

import os
import shutil
import subprocess
import sys

import pytest
from own_course import EXAMPLE


@pytest.fixture
def course(tmp_path):
    """A copy of the example, to be spoilt."""
    return shutil.copytree(EXAMPLE, tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def run(tmp_path, home):
    """Run `grader`, or other arguments of Python, in a folder of its own."""

    def run(*arguments, module="grader.cli", folder=tmp_path, **environment):
        command = [sys.executable, "-W", "ignore", *(["-m", module] if module else []), *map(str, arguments)]
        env = {**os.environ, "DLCOURSE_HOME": str(home), **environment}
        return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=env, check=False)

    return run
