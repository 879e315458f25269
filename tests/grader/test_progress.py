from types import SimpleNamespace

import pytest

from grader import progress
from grader.storage import folder


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_HOME", str(tmp_path))
    return tmp_path


def verdict(name, status):
    return SimpleNamespace(name=name, status=status)


def test_the_last_verdict_counts_but_a_pass_stays():
    progress.record([verdict("relu", "failed"), verdict("tanh", "error")])
    progress.record([verdict("relu", "passed"), verdict("tanh", "timeout"), verdict("dense", "missing")])
    progress.record([verdict("relu", "failed")])
    assert progress.states() == {"relu": "passed", "tanh": "timeout"}


@pytest.mark.parametrize("content", ["", "{", "[]", "\0"])
def test_a_damaged_file_counts_as_empty(content):
    file = folder("state") / "progress.json"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    assert progress.states() == {}
    progress.record([verdict("relu", "passed")])
    assert progress.states() == {"relu": "passed"}


def test_a_file_that_can_not_be_written_is_no_error(own_home):
    (own_home / "state").write_text("in the way")
    progress.record([verdict("relu", "passed")])
    assert progress.states() == {}


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
