"""How the library is laid out: no circles of files, none too long, and private Keras in one of them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "dlcourse").rglob("*.py"))
FOLDERS = sorted(path.parent for path in FILES if path.name == "__init__.py")
MAX_LINES = 400


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


TREES = {module(path): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def home(package: str, name: str, trees: dict[str, ast.Module]) -> str:
    """The module that has what `from package import name` gives: packages hand names on."""
    if f"{package}.{name}" in trees:
        return f"{package}.{name}"
    for node in ast.walk(trees[package]):
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == "dlcourse":
            for alias in node.names:
                if name == (alias.asname or alias.name) and node.module != package:
                    return home(node.module, alias.name, trees)
    return package


def imports(name: str, trees: dict[str, ast.Module]) -> set[str]:
    """The modules that one imports: at the top, in a function, or for type checking only."""
    found = set()
    for node in ast.walk(trees[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in trees}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} has a relative import"
            if node.module in trees:
                found |= {home(node.module, alias.name, trees) for alias in node.names}
    return found


def circles(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """What is left of the modules after taking away, again and again, those that import none that is left."""
    left = {name: imports(name, trees) for name in trees}
    while free := [name for name, imported in left.items() if not imported & left.keys()]:
        for name in free:
            del left[name]
    return {name: imported & left.keys() for name, imported in left.items()}


def test_files_import_each_other_in_one_direction():
    assert circles(TREES) == {}


@pytest.mark.parametrize(
    "first",
    [
        "from dlcourse.b import f",
        "import dlcourse.b",
        "from dlcourse import b",
        "from dlcourse.p import f",
        "def g():\n    from dlcourse import b",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from dlcourse.b import f",
    ],
)
def test_a_circle_is_seen_however_it_is_imported(first):
    sources = {
        "dlcourse": "",
        "dlcourse.a": first,
        "dlcourse.b": "from dlcourse import a\ndef f(): ...",
        "dlcourse.p": "from dlcourse.b import f",
    }
    found = circles({name: ast.parse(source) for name, source in sources.items()})
    assert {"dlcourse.a", "dlcourse.b"} <= found.keys()


@pytest.mark.parametrize("folder", ["dlcourse", "tests/dlcourse"])
def test_no_file_is_too_long_to_be_read_in_one_go(folder):
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / folder).rglob("*.py")
    }
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_folder_says_what_it_is_for_and_lists_its_files(folder):
    text = ast.get_docstring(TREES[module(folder / "__init__.py")])
    first = text.partition("\n\n")[0].partition("\n")[0]
    assert first.endswith((".", "`."))
    assert text.startswith(first + "\n\n")
    listed = {line.split()[0].strip("`") for line in text.splitlines() if line.startswith("`")}
    there = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    there |= {inside.name for inside in FOLDERS if inside.parent == folder}
    assert there <= listed, f"not listed: {there - listed}"


def private_names(tree: ast.Module) -> set[str]:
    """Private names of attributes, but for those of `self` or `cls`, and imports from `keras.src`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__"):
            of_its_own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            found |= set() if of_its_own else {node.attr}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "hasattr", "setattr"):
            name = node.args[1].value if isinstance(node.args[1], ast.Constant) else ""
            found |= {name} if name.startswith("_") and not name.endswith("__") else set()
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("keras.src"):
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("keras.src")}
    return found


def test_what_is_private_to_keras_is_used_in_one_file():
    ours = {"_replace", "_transformer"}  # of a NamedTuple, and of a Preprocessor in its own file
    used = {name: private_names(tree) - ours for name, tree in TREES.items()}
    assert {name for name, names in used.items() if names} == {"dlcourse.training.keras_internals"}
