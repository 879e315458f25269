import io
import os
import sys
import webbrowser

import pytest

from dlcourse import workspace


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    folder = tmp_path / "lessons"
    folder.mkdir()
    for name in ("02_b.ipynb", "01_a.ipynb"):
        (folder / name).write_text(f"the lesson {name}")
    (folder / "01_a.md").write_text("its source")
    monkeypatch.setattr(workspace, "folder", lambda name: folder)
    return folder


def test_copies_the_notebooks(lessons, tmp_path):
    started = workspace.start(tmp_path / "some" / "course")
    assert started.added == ["01_a.ipynb", "02_b.ipynb"]
    assert started.kept == []
    assert sorted(os.listdir(started.directory)) == started.added
    assert (started.directory / "01_a.ipynb").read_text() == "the lesson 01_a.ipynb"


def test_keeps_what_is_there_and_adds_what_is_new(lessons, tmp_path):
    course = tmp_path / "course"
    course.mkdir()
    (course / "01_a.ipynb").write_text("my work")
    started = workspace.start(course)
    assert (started.added, started.kept) == (["02_b.ipynb"], ["01_a.ipynb"])
    assert (course / "01_a.ipynb").read_text() == "my work"
    assert workspace.start(course).added == []


def test_writes_through_no_link(lessons, tmp_path):
    course = tmp_path / "course"
    course.mkdir()
    (course / "01_a.ipynb").symlink_to(tmp_path / "elsewhere")
    assert workspace.start(course).kept == ["01_a.ipynb"]
    assert not (tmp_path / "elsewhere").exists()


def test_half_a_copy_is_taken_away(lessons, tmp_path, monkeypatch):
    class Full(io.FileIO):
        def write(self, content):
            super().write(content[:3])
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(workspace, "open", Full, raising=False)
    with pytest.raises(OSError, match="No space left"):
        workspace.start(tmp_path / "course")
    assert os.listdir(tmp_path / "course") == []


def test_directory_that_is_a_file(lessons, tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(NotADirectoryError, match="is a file"):
        workspace.start(file)
    with pytest.raises(NotADirectoryError):
        workspace.start(file / "below")
    assert file.read_text() == "mine"


def test_installation_without_lessons(lessons, tmp_path):
    for file in lessons.iterdir():
        file.unlink()
    with pytest.raises(FileNotFoundError, match="There are no lessons in"):
        workspace.start(tmp_path / "course")
    assert not (tmp_path / "course").exists()


class Executed(Exception):
    """Stands for the process that `exec` would start."""


@pytest.fixture
def executed(monkeypatch):
    """What `open_lab` executes on a machine with a display and an ordinary user."""

    def execv(program, command):
        raise Executed(command)

    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(workspace, "has_browser", lambda: True)
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "")
    monkeypatch.chdir(os.getcwd())

    def command(*arguments):
        with pytest.raises(Executed) as caught:
            workspace.open_lab(*arguments)
        return caught.value.args[0]

    return command


pytestmark = pytest.mark.skipif(os.name != "posix", reason="links, exec and user ids are POSIX")


def test_lab_passes_arguments_on(executed, tmp_path):
    command = executed(tmp_path, ["--port", "8899"])
    assert command == [sys.executable, "-m", "jupyterlab", "--port", "8899"]
    assert os.path.samefile(os.getcwd(), tmp_path)


def test_lab_without_a_browser(executed, tmp_path, monkeypatch):
    monkeypatch.setattr(workspace, "has_browser", lambda: False)
    assert executed(tmp_path)[3:] == ["--no-browser"]


def test_lab_as_root(executed, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert executed(tmp_path)[3:] == ["--allow-root"]


def test_lab_without_jupyterlab(tmp_path, monkeypatch):
    monkeypatch.setattr(workspace.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="-m pip install jupyterlab ipykernel"):
        workspace.open_lab(tmp_path)


def test_no_browser_without_a_display(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(workspace.sys, "platform", "linux")
    assert not workspace.has_browser()


def test_browser_is_asked_for(monkeypatch):
    def none():
        raise webbrowser.Error

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "get", none)
    assert not workspace.has_browser()
    monkeypatch.setattr(webbrowser, "get", lambda: object())
    assert workspace.has_browser()
