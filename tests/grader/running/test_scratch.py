import os

from grader.running.scratch import MAX_BYTES, MAX_ENTRIES, empty, overflows


def test_everything_is_removed_however_deep_and_locked(tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("kept")
    folder = tmp_path / "scratch"
    folder.mkdir()
    (folder / "file").write_text("x")
    (folder / "link").symlink_to(outside)
    (folder / "folder link").symlink_to(tmp_path)
    here = os.getcwd()
    os.chdir(folder)
    try:
        for _ in range(1500):
            os.mkdir("d" * 100)
            os.chdir("d" * 100)
            os.symlink("/", "root")
        os.mkdir("locked", 0)
    finally:
        os.chdir(here)
    (folder / "locked").mkdir()
    (folder / "locked" / "inside").mkdir()
    (folder / "locked" / "inside").chmod(0)
    (folder / "locked").chmod(0)
    empty(folder)
    assert list(folder.iterdir()) == []
    assert outside.read_text() == "kept"


def test_too_many_entries_or_bytes_overflow(tmp_path):
    assert not overflows(tmp_path)
    with open(tmp_path / "large", "wb") as file:
        file.truncate(MAX_BYTES)
    assert not overflows(tmp_path)
    (tmp_path / "more").write_text("x")
    assert overflows(tmp_path)
    (tmp_path / "large").unlink()
    (tmp_path / "inside").mkdir()
    for i in range(MAX_ENTRIES):
        (tmp_path / "inside" / str(i)).touch()
    assert overflows(tmp_path)


def test_a_folder_that_vanishes_is_no_error(tmp_path):
    assert not overflows(tmp_path / "gone")
