"""A file's text → the JSON of a notebook, or a sentence about what it is instead."""

import json
import re
from typing import Any

from grader.errors import UnusableInput

STRINGS = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # in JSON; one that doesn't end goes to the end
MAX_LISTS = 500_000  # and objects, in a notebook's JSON: tables and plots among its outputs have many
MAX_ITEMS = 5_000_000


def notebook_in(text: str, name: str) -> dict[str, Any]:
    """Return a notebook, which has a list of cells.

    Args:
        text: its JSON.
        name: what reports call it.

    Raises:
        UnusableInput: says in one sentence why it is none.
    """
    if not text.strip():
        raise UnusableInput(f"{name} is empty; save the notebook and hand it in again.")
    if text.lstrip().startswith("<"):
        raise UnusableInput(f"{name} is a web page that was saved as a notebook; download the file itself.")
    _require_of_a_notebooks_form(text, name)
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise UnusableInput(f"{name} is not a notebook: its content is no JSON.") from None
    if isinstance(notebook, dict) and "doc_id" in notebook:
        raise UnusableInput(f"{name} is a link to a file in Google Drive; download the file itself.")
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        if isinstance(notebook, dict) and "worksheets" in notebook:
            raise UnusableInput(
                f"{name} is a notebook of format {notebook.get('nbformat', 3)}; open it in JupyterLab and "
                "save it to bring it to format 4."
            )
        raise UnusableInput(f"{name} is JSON, but no Jupyter notebook: it has no list of cells.")
    return notebook


def _require_of_a_notebooks_form(text: str, name: str) -> None:
    """Refuse millions of empty lists, which take thirty times the memory of their text; a notebook is text.

    Raises:
        UnusableInput: says that there are too many.
    """
    if len(text) <= MAX_LISTS:
        return
    structure = STRINGS.sub("", text)
    lists, items = structure.count("[") + structure.count("{"), structure.count(",")
    if lists > MAX_LISTS or items > MAX_ITEMS:
        raise UnusableInput(
            f"{name} holds {max(lists, items):,} lists and numbers beside its text, more than any notebook: "
            "clear all outputs and save it again."
        )
