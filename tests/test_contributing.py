"""CONTRIBUTING.md: whoever follows "An exercise in ten minutes" ends with one that owes nothing."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
STEPS = PAGE[PAGE.index("## An exercise in ten minutes") : PAGE.index("## Tests and style")]
# A paragraph, whose last path is the file that the block is for, and the block.
BLOCK = re.compile(r"((?:^[^\n]+\n)+)\n```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = {
    "grader": ["-c", "from grader.cli import main; main()"],
    "python": [],
    "pytest": ["-m", "pytest", "-q", "-p", "no:cacheprovider"],
    "ruff": ["-m", "ruff"],
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A copy of the project, and a function that runs a command in it as a contributor would."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, cwd=ROOT
    )
    if listed.returncode:
        pytest.skip("not a git checkout, so there is no list of what belongs to the project")
    copy = tmp_path_factory.mktemp("clone")
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def run(clone, tmp_path_factory):
    environment = {
        **os.environ,
        "PYTHONPATH": str(clone),
        "DLCOURSE_HOME": str(tmp_path_factory.mktemp("home")),
    }

    def run_there(line):
        program, *arguments = shlex.split(line)
        return subprocess.run(
            [sys.executable, *PROGRAMS[program], *arguments],
            capture_output=True,
            text=True,
            cwd=clone,
            env=environment,
        )

    return run_there


@pytest.fixture(scope="module")
def followed(clone, run):
    """Do what the page says, and return what each command printed."""
    printed = {}
    for paragraph, language, block in BLOCK.findall(STEPS):
        if language == "python":
            insert(clone / re.findall(r"`([\w/]+\.py)`", paragraph)[-1], block)
            continue
        for line in block.splitlines():
            done = run(line)
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            printed[line] = done.stdout
    return printed


def insert(file, block):
    """Put a block into its file: in place of the function of its name, or as the whole file."""
    nodes = ast.parse(block).body
    if not isinstance(nodes[0], ast.FunctionDef):
        assert "TODO" in file.read_text("utf-8")
        file.write_text(block, "utf-8")
        return
    text = file.read_text("utf-8")
    [skeleton] = [node for node in ast.parse(text).body if getattr(node, "name", "") == nodes[0].name]
    lines = text.splitlines(keepends=True)
    lines[skeleton.lineno - 1 : skeleton.end_lineno] = [block]
    file.write_text("".join(lines), "utf-8")


def test_it_ends_with_an_exercise_that_owes_nothing(followed):
    assert followed["grader author check leaky_relu"] == "1 checked: nothing owed.\n"
    assert "passed" in next(text for line, text in followed.items() if line.startswith("pytest"))


def test_what_is_written_stays_in_order(followed, run):
    for line in (
        "python lessons/build.py --check",
        "ruff check .",
        "ruff format --check .",
        "pytest tests/lessons/test_coverage.py -k every_exercise",
        "pytest tests/grader/test_exercises.py -k catalogue",
        "pytest tests/lessons/test_build.py -k 02_neural_networks",
    ):
        done = run(line)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


def test_the_table_names_files_that_are_there():
    table = PAGE[: PAGE.index("## An exercise in ten minutes")]
    for name in re.findall(r"`([\w./]+/[\w.]*)`", table):
        assert (ROOT / name).exists(), name


def test_a_second_exercise_of_this_name_is_refused(followed, run):
    line = next(line for line in followed if " new " in line)
    done = run(line)
    assert (done.returncode, done.stdout) == (2, "")
    assert "already" in done.stderr
