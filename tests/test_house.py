"""The house: which folder may import which, no circle of files, no long file, a sentence for each folder."""

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from grader.exercises import COURSE

ROOT = Path(__file__).parent.parent
# Each folder of the grader may import those after it, and none before it.
FLOORS = (
    *(
        "cli",
        "commands",
        "authoring",
        "releasing",
        "reporting",
        "classes",
        "learning",
        "judging",
        "exercises",
        "predictions",
    ),
    *("references", "running", "submissions", "child"),
)
FLOOR = (
    "exercise",
    "errors",
    "shadowing",
    "storage",
    "text",
)  # types and small things that everybody but `child` may use
MAX_LINES = 400
# Lesson texts, teaching code, data: wrong answers by the hundred among them.
LONG = ("benchmarks/", "lessons/", "solutions/", "docs/", "datasets/", "tests/grader/shared/unforeseen/")


@cache
def module_of(file: Path) -> str:
    """`grader.judging.bank` of a file; a package's `__init__.py` is the package."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def files_of(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


MODULES = {module_of(file): file for package in ("grader", "dlcourse") for file in files_of(package)}


def imported(source: str, package: str = "") -> Iterator[str]:
    """Yield each module that code imports: in functions and for type-checking too.

    `from grader import bank` imports `grader.bank`; of `from grader.bank import Bank` the module counts.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield inner if inner in MODULES else module


def folder_of(module: str) -> str:
    """The folder of the grader that a module is in, or its own name where it is in none."""
    return [*module.split("."), ""][1]


def is_package(module: str) -> bool:
    return MODULES[module].name == "__init__.py"


def package_of(module: str) -> str:
    return module if is_package(module) else module.rpartition(".")[0]


def arrows(package: str) -> Iterator[tuple[str, str]]:
    for module, file in MODULES.items():
        if module.partition(".")[0] == package:
            for target in imported(file.read_text("utf-8"), package_of(module)):
                yield module, target


def may_import(one: str, other: str) -> bool:
    """Whether a module of the grader may import another, by the folders that they are in."""
    here, there = folder_of(one), folder_of(other)
    if here == there or not there:  # `grader` itself, which hands on `check` and `solved` when asked
        return here == there or here != "child"
    if here == "child":
        return False
    if there in FLOOR:
        return True
    if here in FLOOR or not here:  # the package's own `__init__` loads the notebook when it is asked to
        return not here and there == "learning"
    return FLOORS.index(here) < FLOORS.index(there)


def test_every_folder_of_the_grader_has_its_floor():
    assert {folder_of(module) for module in MODULES if module.startswith("grader.")} <= {*FLOORS, *FLOOR}


def test_a_folder_imports_only_from_those_below_it():
    up = [
        f"{a} → {b}" for a, b in arrows("grader") if b.partition(".")[0] == "grader" and not may_import(a, b)
    ]
    assert not up


def test_what_lives_in_the_forked_process_imports_nothing_of_ours_but_itself():
    ours = {"grader", "dlcourse", "solutions", "lessons"}
    for module, target in arrows("grader"):
        if folder_of(module) == "child" and target.partition(".")[0] in ours:
            assert target.startswith("grader.child"), f"{module} imports {target}"


@pytest.mark.parametrize(
    "source",
    [
        "from grader import bank",
        "import grader.judging.bank",
        "from grader.judging import bank",
        "from grader.judging.bank import Bank",
        "import grader",
        "import grader.exercise",
        "def f():\n    from grader.exercises import all_exercises",
        "from .. import exercise",
        "from ..judging.bank import Bank",
    ],
)
def test_an_import_of_answers_into_the_forked_process_is_seen(source):
    targets = [name for name in imported(source, "grader.child") if name.partition(".")[0] == "grader"]
    assert targets
    assert not all(name.startswith("grader.child") or may_import("grader.child.x", name) for name in targets)


def circle(arrows: Iterable[tuple[str, str]]) -> list[str]:
    """Return modules that import each other in turn, or an empty list."""
    graph: dict[str, set[str]] = {}
    for module, target in arrows:
        graph.setdefault(module, set()).add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


@pytest.mark.parametrize("package", ["grader", "dlcourse"])
def test_there_is_no_circle_of_files(package):
    assert not circle((a, b) for a, b in arrows(package) if b in MODULES)


@pytest.mark.parametrize(
    "source",
    [
        "from grader.judging.bank import Bank",
        "import grader.judging.bank",
        "from grader.judging import bank",
        "def f():\n    from grader.judging import bank",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from grader.judging.bank import Bank",
    ],
)
def test_a_circle_is_seen_however_it_is_imported(source):
    planted = (("grader.judging.findings", target) for target in imported(source))
    assert "grader.judging.findings" in circle([*planted, *arrows("grader")])


def listed(*patterns: str) -> list[str]:
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns], capture_output=True, text=True, cwd=ROOT
    )
    return done.stdout.splitlines() or [str(file.relative_to(ROOT)) for file in ROOT.rglob("*.py")]


def test_no_file_is_longer_than_one_reads():
    long = {
        name: length
        for name in listed("*.py")
        if (ROOT / name).is_file() and not name.startswith(LONG)
        if (length := len((ROOT / name).read_text("utf-8").splitlines())) > MAX_LINES
    }
    assert not long


FOLDERS = {file.parent for package in ("grader", "dlcourse") for file in files_of(package)}
FOLDERS -= {ROOT / "grader" / "releasing" / "templates"}  # what only a release has


@pytest.mark.parametrize("folder", sorted(FOLDERS), ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_folder_says_what_it_is_for_and_lists_its_files(folder):
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
    assert text, f"{folder.relative_to(ROOT)}/__init__.py says nothing"
    assert text.split("\n")[0].rstrip()[-1] in ".:`", text
    there = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    there |= {inner.name for inner in FOLDERS if inner.parent == folder}
    if folder.parent == ROOT / "grader" / "exercises":  # a file an exercise: `EXERCISES` lists them
        return
    if folder == ROOT / "grader" / "exercises":
        there -= set(COURSE.values())
    named = set(re.findall(r"\w+", text))
    assert there <= named, f"not listed: {there - named}"
