"""A lesson answered in another editor than JupyterLab, in the form in which that saves it, is read alike."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.submissions.cutting import Cutter
from grader.submissions.submission import read

LESSON = Path(__file__).parents[3] / "lessons" / "02_neural_networks.ipynb"
ANSWER = ["def relu(x):\n", "    return np.maximum(x, 0)"]


def answered():
    notebook = json.loads(LESSON.read_text("utf-8"))
    (cell,) = [cell for cell in notebook["cells"] if cell["id"] == "relu"]
    cell["source"] = ANSWER
    return notebook


def by_vs_code(notebook):
    """Its own mark at cells, its kernel's name, no line break at the end."""
    notebook["metadata"]["kernelspec"]["display_name"] = ".venv (3.11.7)"
    notebook["metadata"]["language_info"] |= {"version": "3.11.7", "pygments_lexer": "ipython3"}
    for cell in notebook["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}
    return json.dumps(notebook, indent=1)


def by_colab(notebook):
    """Nbformat 4.0 with ids of its own in the metadata, and whole texts for lists of lines."""
    notebook["nbformat_minor"] = 0
    notebook["metadata"] |= {"colab": {"provenance": [], "toc_visible": True}}
    for number, cell in enumerate(notebook["cells"]):
        del cell["id"]
        cell["metadata"] |= {"id": f"x{number:011d}", "outputId": "a0c"}
        cell["source"] = "".join(cell["source"])
    return json.dumps(notebook, indent=0, ensure_ascii=False)


def by_pycharm(notebook):
    """A list of lines ends with an empty one, and outputs have been folded."""
    for cell in notebook["cells"]:
        cell["metadata"] |= {
            "pycharm": {"name": "#%%\n"},
            "collapsed": False,
            "jupyter": {"outputs_hidden": True},
        }
        cell["source"] = [*cell["source"], ""]
    return json.dumps(notebook, indent=2)


def by_kaggle(notebook):
    """All on one line, with times of execution."""
    times = {
        "iopub.status.busy": "2026-11-30T10:00:00.000000Z",
        "shell.execute_reply": "2026-11-30T10:00:01Z",
    }
    for cell in notebook["cells"]:
        cell["metadata"] |= {"_uuid": "d62", "execution": times, "trusted": True}
    return json.dumps(notebook)


@pytest.mark.parametrize(
    "saved", [by_vs_code, by_colab, by_pycharm, by_kaggle], ids=lambda saved: saved.__name__
)
def test_an_answer_is_found_as_jupyterlab_saves_it(saved, tmp_path):
    file = tmp_path / "answers.ipynb"
    file.write_text(saved(copy.deepcopy(answered())), encoding="utf-8")
    cut = Cutter(read(file)).cut("relu")
    (definition,) = cut.definitions
    assert definition.node.name == "relu"
    file.write_text(json.dumps(answered(), indent=1), encoding="utf-8")
    assert [piece.source for piece in Cutter(read(file)).cut("relu").pieces] == [
        piece.source for piece in cut.pieces
    ]


def test_what_nbconvert_makes_of_it_is_read(tmp_path):
    file = tmp_path / "answers.ipynb"
    notebook = answered()
    keep = [
        cell
        for cell in notebook["cells"]
        if cell["id"] == "relu" or "import numpy" in "".join(cell["source"])
    ]
    file.write_text(json.dumps(notebook | {"cells": keep}), encoding="utf-8")
    for to, name in (("notebook", "again.ipynb"), ("script", "answers.py")):
        command = [
            sys.executable,
            "-m",
            "nbconvert",
            "--to",
            to,
            str(file),
            "--output",
            name.partition(".")[0],
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        (definition,) = Cutter(read(tmp_path / name)).cut("relu").definitions
        assert definition.node.name == "relu"
