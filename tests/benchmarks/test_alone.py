"""What benchmarks/alone.py measures: a check that passes, each lesson, and the one that takes longest."""

import importlib
import time
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def alone():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).resolve().parents[2] / "benchmarks")
        yield importlib.import_module("alone")


def test_a_check_is_timed(alone, tmp_path):
    program = alone.CHECK.replace("220", "22")
    assert 0 < alone.printed(program, tmp_path) < 1000
    with pytest.raises(alone.peers.Failure):
        alone.printed("raise SystemExit(2)", tmp_path)


def test_the_longest_lesson_is_named(alone, tmp_path, monkeypatch):
    slow = "02_neural_networks"
    monkeypatch.setattr(alone.build, "run", lambda notebook, name, **_: time.sleep(0.1 * (name == slow)))
    *rows, longest = alone.lessons(tmp_path, False, lambda text: None)
    assert [row.what for row in rows] == [source.stem for source in alone.build.sources()]
    assert (longest.what, longest.note) == ("the longest lesson", slow)
    assert longest.ours == max(row.ours for row in rows) >= 0.1
    assert len(alone.lessons(tmp_path, True, lambda text: None)) == 2
