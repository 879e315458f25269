"""What benchmarks/kills.py grades and kills: the same class in every run, and each process by what it is."""

import contextlib
import importlib
import random
from pathlib import Path

import psutil
import pytest


@pytest.fixture(scope="module")
def kills():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).resolve().parents[2] / "benchmarks")
        yield importlib.import_module("kills")


def test_a_class_is_the_same_for_the_same_seed(kills, tmp_path):
    for name in ("one", "two"):
        kills.write_class(tmp_path / name, 3, random.Random(1))
    kills.write_class(tmp_path / "other", 3, random.Random(2))
    one, two, other = (
        [path.read_bytes() for path in sorted((tmp_path / name).iterdir())]
        for name in ("one", "two", "other")
    )
    assert one == two != other
    assert len(set(one)) == 3


def test_processes_are_told_apart_and_a_kill_changes_no_report(kills, tmp_path):
    for name in ("class", "tmp"):
        (tmp_path / name).mkdir()
    slow = "import time\ndef relu(x):\n    time.sleep(0.03)\n    return x\n"
    for i in range(4):
        (tmp_path / "class" / f"s{i}.py").write_text(f"SALT = {i}\n{slow}")
    endurance = kills.Endurance(tmp_path, random.Random(0), lambda: None)
    grading = endurance.start("whole", "--jobs", "2")
    kinds = set()
    while not kinds >= {"grader", "worker", "zygote", "clone", "answer"}:
        assert grading.poll() is None, f"it ended, and there were only {kinds}"
        with contextlib.suppress(psutil.NoSuchProcess):
            kinds |= {kind for kind, _ in kills._processes(psutil.Process(grading.pid))}
    assert endurance.finished(grading)
    endurance.expected = (tmp_path / "whole" / "reports.jsonl").read_bytes()
    endurance.grade_under_fire(1, list, "--jobs", "2")
    assert sum(endurance.killed.values()) == 1
    assert endurance.faults == []
    (tmp_path / "out0" / "reports.jsonl").write_text("{}\n")
    endurance.compare("out0", "planted")
    assert "planted: other reports" in endurance.faults[0]
