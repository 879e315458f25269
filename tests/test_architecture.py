"""The arrows: lessons → grader → dlcourse. And what an import may cost.

`solutions` is imported by nobody: `grader.references` finds it by its place.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "dlcourse": set(),
    "solutions": set(),
    "grader": {"dlcourse"},
    "lessons": {"grader", "dlcourse"},
}


def imports(file: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(file.read_text())))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_one_way_only(package):
    for file in (ROOT / package).rglob("*.py"):
        used = {name.partition(".")[0] for name in imports(file)} & MAY_IMPORT.keys() - {package}
        assert used <= MAY_IMPORT[package], f"{file.relative_to(ROOT)} imports {used}"


@pytest.mark.parametrize(
    "program",
    [
        "import dlcourse",
        "import grader",
        "import sys; sys.argv = ['grader', '--help']; from grader.cli import main; run(main)",
        "import sys; sys.argv = ['grader', 'list']; from grader.cli import main; run(main)",
        "import sys; sys.argv = ['dlcourse', '--help']; from dlcourse.cli import main; run(main)",
    ],
)
def test_starting_loads_nothing_heavy(program):
    run = "def run(main):\n    try: main()\n    except SystemExit: pass\n"
    heavy = "print({'tensorflow', 'keras', 'pandas', 'sklearn', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{run}\n{program}\nimport sys\n{heavy}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.strip().splitlines()[-1] == "set()"


def test_no_file_names_a_machine_or_a_registry():
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so there is no list of what is published")
    for name in listed.stdout.splitlines():
        text = (ROOT / name).read_bytes()
        for forbidden in (b"index" + b"-url", b"find" + b"-links", b"/si" + b"mple/"):
            assert forbidden not in text, f"{name} holds {forbidden.decode()}"
