"""The statements of lessons 2 to 3b, 5a, 6 and 7d, and what importing their modules loads."""

import doctest
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from grader.exercises import all_exercises

MODULES = (
    "neural_networks",
    "backpropagation",
    "optimization",
    "preprocessing",
    "evaluation",
    "transformers",
)
REFERENCES = [e.reference for e in all_exercises().values() if e.module in MODULES]


@pytest.mark.parametrize("function", REFERENCES, ids=lambda function: function.__name__)
def test_the_docstring_states_the_exercise(function):
    statement = inspect.getdoc(function)
    assert all(section in statement for section in ("Args:", "Returns:", ">>>"))
    assert "`" in statement or not function.__module__.endswith("neural_networks")
    first, *_ = statement.splitlines()
    assert first.endswith(".")
    finder = doctest.DocTestFinder(recurse=False)
    (examples,) = finder.find(function, globs=function.__globals__.copy())
    assert doctest.DocTestRunner().run(examples).failed == 0
    assert examples.examples


@pytest.mark.parametrize("module", MODULES)
def test_only_numpy_is_imported(module):
    heavy = {"keras", "tensorflow", "pandas"}
    code = f"import sys; import solutions.{module}; print(*{heavy} & set(sys.modules))"
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
