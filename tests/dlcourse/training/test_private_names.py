"""All that is private to Keras and that the library uses is in one file."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]


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
    used = {
        file.name: private_names(ast.parse(file.read_text(encoding="utf-8"))) - ours
        for file in (ROOT / "dlcourse").rglob("*.py")
    }
    assert {name for name, names in used.items() if names} == {"keras_internals.py"}
