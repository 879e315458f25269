"""A lesson that opens in Colab: its badge, and the cell that installs the course there and nowhere else."""

import importlib.util
import xml.etree.ElementTree as ElementTree

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from docs.book import executing
from grader.submissions.cutting import Cutter
from grader.submissions.submission import read
from lessons import build, colab

LESSON = build.LESSONS / "03a_backpropagation.md"
SETTING = '[tool.dlcourse]\nrepository = "{}"\n'


@pytest.fixture
def in_colab(monkeypatch):
    """A lesson as it is built where a repository is set."""
    monkeypatch.setattr(colab, "repository", lambda: "ada/deep.learning")
    return build.build(LESSON)


def test_without_a_repository_there_is_neither(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    assert colab.repository(tmp_path / "pyproject.toml") == ""
    text = LESSON.with_suffix(".ipynb").read_text("utf-8")
    assert ("colab" in text) == bool(colab.repository())


@pytest.mark.parametrize("name", ["ada", "https://github.com/ada/course", "ada/course/lessons", "a b/c", "/"])
def test_what_is_no_repository_is_refused(tmp_path, name):
    (tmp_path / "pyproject.toml").write_text(SETTING.format(name))
    with pytest.raises(colab.SettingError, match="OWNER/NAME"):
        colab.repository(tmp_path / "pyproject.toml")


def test_a_wrong_setting_is_said_by_the_build(monkeypatch, capsys):
    def refuse():
        raise colab.SettingError("pyproject.toml: the repository 'ada' is not of the form OWNER/NAME.")

    monkeypatch.setattr(colab, "repository", refuse)
    assert build.main(["--check", LESSON.stem]) == 1
    assert capsys.readouterr().err.startswith("pyproject.toml: the repository 'ada'")


def test_the_badge_opens_the_lesson_in_colab(in_colab):
    title = in_colab.cells[0]
    address = "https://colab.research.google.com/github/ada/deep.learning/blob/main/lessons/"
    assert title.source.startswith(
        f"[![Open this lesson in Colab](attachment:open_in_colab.svg)]({address}{LESSON.stem}.ipynb)\n\n# "
    )
    picture = ElementTree.fromstring(title.attachments["open_in_colab.svg"]["image/svg+xml"])
    assert picture.attrib["aria-label"] == "Open in Colab"
    nbformat.validate(in_colab)


def test_the_rest_is_as_without_a_repository(in_colab, monkeypatch):
    monkeypatch.setattr(colab, "repository", lambda: "")
    plain = build.build(LESSON)
    assert [cell.id for cell in in_colab.cells[2:]] == [cell.id for cell in plain.cells[1:]]


@pytest.mark.parametrize("installed", [True, False])
def test_the_course_is_installed_where_it_is_missing(in_colab, monkeypatch, installed):
    asked = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if installed else None)
    shell = InteractiveShell()
    monkeypatch.setattr(shell, "run_line_magic", lambda name, line, **options: asked.append(f"{name} {line}"))
    monkeypatch.setitem(shell.user_global_ns, "get_ipython", lambda: shell)
    shell.run_cell(in_colab.cells[1].source).raise_error()
    assert asked == ([] if installed else ["pip install --quiet git+https://github.com/ada/deep.learning"])


def test_the_grader_reads_such_a_lesson(in_colab, tmp_path):
    file = tmp_path / "lesson.ipynb"
    nbformat.write(build.with_solutions(in_colab), file)
    assert Cutter(read(file)).cut("gradient_descent").definitions


def test_the_book_has_the_badge_as_a_file_and_installs_nothing(in_colab):
    cells = executing.for_readers(in_colab).cells
    assert "](../docs/images/open_in_colab.svg)](https://colab" in cells[0].source
    assert "attachments" not in cells[0]
    assert not [cell for cell in cells if "%pip" in cell.source]
