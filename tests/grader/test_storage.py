"""Where files of our own are kept."""

import pytest

from grader.storage import folder, salt


@pytest.mark.parametrize(
    ("platform", "kind", "ending"),
    [
        ("linux", "cache", ".cache/dlcourse"),
        ("linux", "state", ".local/state/dlcourse"),
        ("darwin", "cache", "Library/Caches/dlcourse"),
        ("win32", "state", "AppData/Local/dlcourse/state"),
    ],
)
def test_each_platform_has_its_own_place(monkeypatch, platform, kind, ending):
    for variable in ("DLCOURSE_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("sys.platform", platform)
    assert folder(kind).as_posix().endswith(ending)


def test_the_salt_stays_and_is_nobody_elses(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_HOME", str(tmp_path / "one"))
    first = salt()
    assert len(first) == 32
    assert salt() == first
    monkeypatch.setenv("DLCOURSE_HOME", str(tmp_path / "two"))
    assert salt() not in (first, b"")
    (tmp_path / "file").touch()
    monkeypatch.setenv("DLCOURSE_HOME", str(tmp_path / "file"))
    assert salt() == b""
