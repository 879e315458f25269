import os
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


def test_where_nothing_can_be_written_it_is_an_os_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        write(tmp_path / "file" / "inside", b"")
