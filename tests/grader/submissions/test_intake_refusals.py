"""Intake that is refused: learners who can't be told apart, and paths that hold no class."""

import os
import unicodedata
from pathlib import Path

import pytest
from packed import refused, written, zip_of

from grader.errors import UnusableInput
from grader.submissions import archives
from grader.submissions.submission import find


def test_files_named_alike_in_several_folders_are_refused(tmp_path, folder):
    place = folder("ada/hw.ipynb", "bob/hw.ipynb")
    message = refused(*sorted(place.glob("*/hw.ipynb")), into=tmp_path / "into")
    assert "both seem to be hw's" in message


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("ada.ipynb", "ada.ipynb"),
        ("ada/x.ipynb", "ada.py"),
        ("Ada.ipynb", "ada.ipynb"),
        ("Zoë.ipynb", unicodedata.normalize("NFD", "Zoë.ipynb")),
        ("ada .ipynb", "ada.ipynb"),
        ("ada_12_345_hw.py", "ada.py"),
    ],
    ids=["same", "folder", "case", "form", "blank", "id"],
)
def test_learners_who_can_not_be_told_apart_are_refused(tmp_path, folder, one, two):
    first, second = folder(one, name="one"), folder(two, name="two")
    message = refused(first, second, into=tmp_path / "into")
    assert f"{tmp_path}/one/" in message
    assert f"{tmp_path}/two/" in message
    assert "rename one" in message
    if one != two and "/" not in one and "_12" not in one:
        assert "rename one" in refused(folder(one, two), into=tmp_path / "into")


@pytest.mark.parametrize(
    ("one", "two", "shown"),
    [
        ("ada/hw.py", "ada\u200b/hw.py", ("/ada/hw.py", "/ada\\u200b/hw.py")),
        ("Zo\xe9.py", "Zoe\u0301.py", ("/Zo\xe9.py", "/Zoe\\u0301.py")),
    ],
)
def test_names_that_look_the_same_are_shown_so_that_they_can_be_told(tmp_path, folder, one, two, shown):
    message = refused(folder(one, two), into=tmp_path / "into")
    assert all(f"class{name} " in message for name in shown)


def test_a_made_up_name_does_not_pass_for_one_with_an_id(tmp_path, folder):
    place = folder("ada_1_10_hw.py", "ada_2_20_hw.py", "ada (1)/hw.py")
    assert "rename one" in refused(place, into=tmp_path / "into")


@pytest.mark.parametrize("other", ["12345.py", "Bob_12345_assignsubmission_file_/hw.py"])
def test_two_learners_never_have_one_key(tmp_path, folder, other):
    place = folder("ada_12345_67890_hw.py", other)
    assert "rename one" in refused(place, into=tmp_path / "into")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing", None, "does not exist"),
        ("a\0b", None, "does not exist"),
        ("a\ud800b", None, "does not exist"),
        ("a" * 300, None, "can't be read: File name too long."),
        ("a/" * 3000, None, "can't be read: File name too long."),
        ("notes.txt", b"x", "neither a notebook"),
        ("class.rar", b"Rar!", "is a .rar archive, which is not read here; a .zip is."),
        ("class.zip", b"no zip", "is damaged"),
        ("class.tar.gz", b"no tar", "is damaged"),
        ("class.zip", zip_of("a.txt"), "holds no notebook"),
        ("class.zip", zip_of("ada/hw.pdf", "bob/hw.pdf"), "holds no notebook"),
        ("class.zip", zip_of("ada.pdf", "README.md"), "holds no notebook"),
        ("class.zip", zip_of(("submission_metadata.yml", b"a: b")), "holds no notebook"),
    ],
)
def test_a_path_without_submissions_is_refused(tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert words in refused(tmp_path / name, into=tmp_path / "into")


def test_an_empty_path_is_refused(tmp_path):
    assert refused("", into=tmp_path / "into") == "A path is empty; name a file, a folder or an archive."


def test_a_path_in_an_unreadable_folder_is_refused(tmp_path, folder, monkeypatch):
    place = folder("ada.py")

    def stat(self, **_):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "stat", stat)  # the administrator may read every folder
    words = f"{place / 'ada.py'} can't be read: Permission denied."
    assert refused(place / "ada.py", into=tmp_path / "into") == words
    with pytest.raises(UnusableInput, match="Permission denied"):
        list(find([place / "ada.py"]))


def test_an_empty_folder_and_a_pipe_are_refused(tmp_path, folder):
    assert "holds no notebook" in refused(folder(), into=tmp_path / "into")
    os.mkfifo(tmp_path / "hw.py")
    assert "neither a notebook" in refused(tmp_path / "hw.py", into=tmp_path / "into")


def test_a_class_that_is_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("grader.submissions.walking.CLASS", archives.Limits(10, 2**20, 2**20))
    bomb = written(tmp_path / "c.zip", zip_of(*((f"{i}.py", bytes(2**19)) for i in range(9))))
    message = refused(bomb, into=tmp_path / "into")
    assert message == f"{bomb} unpacks to far more than a submission needs."
    assert [path for path in (tmp_path / "into").rglob("*") if path.is_file()] == []
