"""The reference answers, found by their place: `from grader.references import neural_networks as reference`.

In a clone they lie in `solutions/`, beside this package; a wheel has them inside it; those of a course of
one's own lie in its folder. `solutions` is no name on the path, for in a notebook's folder a learner's own
`solutions.py` would come first.
"""

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from dlcourse import content

PACKAGE = Path(__file__).resolve().parent
IN_WHEEL, IN_CLONE = PACKAGE / "_solutions", PACKAGE.parent / "solutions"
# Beside an installed package lie other packages, and one of them may be called `solutions`.
FOLDER = IN_WHEEL if IN_WHEEL.is_dir() or not (PACKAGE.parent / "pyproject.toml").is_file() else IN_CLONE
"""The folder of the modules, one a lesson; the student edition has none."""

# With it, a module is a package to Python, whose modules are those of the folders.
__path__ = [str(FOLDER), *content.own_places("solutions")]

if TYPE_CHECKING:

    def __getattr__(name: str) -> ModuleType: ...
