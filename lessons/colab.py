"""Opening a lesson in Colab: a badge beside its title, and a first cell that installs the course there.

Both are in the notebooks if pyproject.toml names the repository on GitHub that Colab is to open them from:

    [tool.dlcourse]
    repository = "OWNER/NAME"

It may be the student edition's. After a change, build the lessons anew.
"""

import re
import tomllib
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).resolve().parent.parent
BADGE = ROOT / "docs" / "images" / "open_in_colab.svg"
BRANCH = "main"
INSTALLS = "installs-the-course"  # the tag of the cell


class SettingError(Exception):
    """A setting that can't be, and what it should be."""


def repository(project: Path = ROOT / "pyproject.toml") -> str:
    """The repository that Colab is to open the lessons from, as OWNER/NAME; empty if there is none.

    Raises:
        SettingError: it is none.
    """
    settings = tomllib.loads(project.read_text("utf-8")).get("tool", {}).get("dlcourse", {})
    name = settings.get("repository", "")
    if name and not (isinstance(name, str) and re.fullmatch(r"[\w-]+/[\w.-]+", name)):
        raise SettingError(f"pyproject.toml: the repository {name!r} is not of the form OWNER/NAME.")
    return name


def add(cells: list[NotebookNode], lesson: str, name: str) -> None:
    """Put the badge above the title and the cell that installs the course below it."""
    address = f"https://colab.research.google.com/github/{name}/blob/{BRANCH}/lessons/{lesson}.ipynb"
    title = cells[0]
    title.source = f"[![Open this lesson in Colab](attachment:{BADGE.name})]({address})\n\n{title.source}"
    title.attachments = {BADGE.name: {"image/svg+xml": BADGE.read_text("utf-8")}}
    source = (
        "import importlib.util\n\n"
        'if importlib.util.find_spec("dlcourse") is None:  # as in Colab; it takes some minutes\n'
        f"    %pip install --quiet git+https://github.com/{name}"
    )
    cells.insert(1, new_code_cell(source, metadata={"tags": [INSTALLS]}))


def without(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Cells as a reader of the book needs them: nothing to install, and a badge that is a file."""
    for cell in cells:
        if cell.pop("attachments", None):
            cell.source = cell.source.replace(
                "attachment:", f"../{BADGE.parent.relative_to(ROOT).as_posix()}/"
            )
    return [cell for cell in cells if INSTALLS not in cell.metadata.get("tags", [])]
