import errno
import os
import re
import stat

import pytest

from dlcourse.files import write


def test_bytes_or_what_a_function_writes_and_its_folder_is_made(tmp_path):
    file = tmp_path / "new" / "folder" / "data.bin"
    assert write(file, b"abc") == file
    assert file.read_bytes() == b"abc"
    write(str(file), lambda opened: opened.write(b"longer"))
    assert file.read_bytes() == b"longer"
    assert [path.name for path in file.parent.iterdir()] == ["data.bin"]


def test_a_failure_in_the_middle_leaves_the_old_file_and_nothing_else(tmp_path):
    file = write(tmp_path / "data.bin", b"old")

    def half(opened):
        opened.write(b"ne")
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        write(file, half)
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["data.bin"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_the_file_may_be_read_by_whom_the_umask_lets(tmp_path):
    before = os.umask(0o027)
    try:
        file = write(tmp_path / "data.bin", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_private_file_and_its_folder_are_their_owner_s(tmp_path):
    file = write(tmp_path / "state" / "data.bin", b"", private=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_where_nothing_can_be_written_the_error_names_the_path(tmp_path):
    def full(opened):
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    beyond = tmp_path / ("x" * 300)
    places = [(tmp_path / "file" / "inside", b""), (tmp_path / "folder", b""), (beyond, b"")]
    for path, content in [*places, (tmp_path / "new", full)]:
        with pytest.raises(OSError, match=re.escape(f"'{path}'") + "$") as caught:
            write(path, content)
        assert (caught.value.filename, caught.value.filename2) == (str(path), None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_an_error_of_what_writes_about_another_file_is_left_alone(tmp_path):
    with pytest.raises(FileNotFoundError, match="elsewhere"):
        write(tmp_path / "data.bin", lambda opened: (tmp_path / "elsewhere").read_bytes())
    assert list(tmp_path.iterdir()) == []
