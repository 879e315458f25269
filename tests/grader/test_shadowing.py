"""Files of a learner's that have the name of something that the grader needs, in the folder of a notebook."""

import os
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient

from grader import shadowing
from grader.errors import UnusableInput
from grader.shadowing import culprit

RELU = "def relu(x):\n    return (x > 0) * x\n"
PASSED = "relu: passed ✓\nRight on every case."


@pytest.fixture
def folder(tmp_path):
    """A folder, and a function that puts files there; their content is of no use to the grader."""

    def put(*names, content="x = 1\n"):
        for name in names:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(content)
        return tmp_path

    return put


def shown(folder, *cells):
    """Run cells in a kernel that starts in a folder; return the text of the last output."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    return outputs[-1].evalue if "evalue" in outputs[-1] else outputs[-1].data["text/plain"]


@pytest.mark.parametrize(
    ("names", "package"),
    [(["solutions.py", "random.py", "tests.py"], "grader"), (["grader.py", "solutions.py"], "dlcourse")],
)
def test_a_notebook_is_checked_whatever_lies_beside_it(names, package, folder):
    text = shown(folder(*names), f"from {package} import check", f"{RELU}check(relu)")
    assert text.startswith(PASSED)


def test_the_course_s_grader_is_found_even_after_the_learner_s(folder):
    cells = ("import grader\ntry:\n    from grader import check\nexcept ImportError:\n    print(grader.x)",)
    text = shown(folder("grader.py"), *cells, "from dlcourse import check, solved", f"{RELU}check(relu)")
    assert text.startswith(PASSED)


@pytest.mark.parametrize("package", ["grader", "dlcourse"])
def test_a_file_that_hides_what_the_grader_needs_is_named(package, folder):
    text = shown(folder("numpy.py", "random.py", "mine.py"), f"from {package} import check")
    assert text == "Your file numpy.py hides the package numpy, which the grader needs: rename it."


def test_what_is_needed_only_when_checking_is_named_on_the_card(folder):
    text = shown(folder("filelock.py"), "from grader import check", f"{RELU}check(relu)")
    assert text.startswith("The check itself failed")
    assert "Your file filelock.py hides the package filelock, which the grader needs: rename it." in text


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("numpy.py", "x = 1", "Your file numpy.py hides the package numpy,"),
        ("random.py", "1 / 0", "Your file random.py hides the package random,"),
        ("msgspec.py", "x = = 1", "Your file msgspec.py hides the package msgspec,"),
        ("numpy/__init__.py", "", "Your folder numpy hides the package numpy,"),
        ("dlcourse.py", "", "Your file dlcourse.py hides the package dlcourse,"),
    ],
)
def test_a_script_s_own_folder_is_looked_at(name, content, sentence, folder):
    place = folder(name, content=content)
    done = subprocess.run(
        [sys.executable, "-c", "from grader import check"],
        capture_output=True,
        text=True,
        cwd=place,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(["", *sys.path])),
        check=False,
    )
    assert f"ImportError: {sentence}" in done.stderr.strip().splitlines()[-1]


def test_an_error_that_no_file_is_to_blame_for_has_no_culprit(folder, monkeypatch):
    place = folder("numpy.py", "mine.py")
    monkeypatch.chdir(place)
    monkeypatch.syspath_prepend(place)
    assert culprit(ValueError("of another kind")) is None


def test_a_course_is_not_to_blame_for_another_one_that_is_installed(folder, monkeypatch):
    place = folder("dlcourse/__init__.py", "grader/__init__.py")  # as a clone that is worked in has them
    monkeypatch.chdir(place)
    monkeypatch.setattr(shadowing, "OURS", str(place))
    monkeypatch.setattr(sys, "path", [str(place), *sys.path])
    monkeypatch.setitem(sys.modules, "dlcourse", SimpleNamespace(__file__=f"{place}/dlcourse/__init__.py"))
    assert culprit(ImportError("no such name")) is None
    monkeypatch.setattr(shadowing, "OURS", "/elsewhere")
    assert "Your folder dlcourse hides" in culprit(ImportError("no such name"))
    assert culprit(UnusableInput("It says why.")) is None


def test_the_command_is_not_led_astray_by_the_folder(folder):
    place = folder("solutions.py", "numpy.py", "random.py", "msgspec.py", "typer.py")
    (place / "answer.py").write_text(RELU)
    done = subprocess.run(
        [sys.executable, "-m", "grader.cli", "check", "answer.py", "--only", "relu"],
        capture_output=True,
        text=True,
        cwd=place,
        check=False,
    )
    assert (done.returncode, done.stdout.split("\n")[1].strip()) == (0, "relu: passed ✓"), done.stderr
