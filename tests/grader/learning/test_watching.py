"""`saves`, driven through files that are really saved; every wait ends by the clock if nothing comes."""

import json
import os
import queue
import subprocess
import threading
import time

import pytest
from sources import RIGHT, WRONG

from grader.learning.watching import saves


@pytest.fixture
def watched():
    """Return a function that starts watching, and one that gives the next files that were saved."""
    found = queue.Queue()

    def begin(*paths):
        threading.Thread(target=lambda: [found.put(batch) for batch in saves(paths)], daemon=True).start()
        return found.get(timeout=30)

    def following(*expected):
        """Wait until exactly these were saved, in one round or several."""
        waiting = set(expected)
        while waiting:
            batch = set(found.get(timeout=30))
            assert batch <= set(expected)
            waiting -= batch

    def nothing_else():
        time.sleep(0.3)  # longer than a round of the watch
        return found.empty()

    return begin, following, nothing_else


def test_all_paths_come_first_then_what_was_saved(tmp_path, watched):
    begin, following, nothing_else = watched
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("1")
    assert begin(tmp_path) == [tmp_path]
    (tmp_path / "b.py").write_text("2")
    following(tmp_path / "b.py")
    (tmp_path / "deep").mkdir()
    (tmp_path / "notes.txt").write_text("no code")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "a.ipynb").write_text("{}")
    (tmp_path / ".~a.ipynb").write_text("{}")
    assert nothing_else()
    (tmp_path / "a.py").write_text("2")
    following(tmp_path / "a.py")


def test_a_file_is_followed_through_saves_that_replace_it(tmp_path, watched, monkeypatch):
    begin, following, nothing_else = watched
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "m.py"
    file.write_text("1")
    (named,) = begin(file.relative_to(tmp_path))
    for text in ("2", "3", "4"):
        (tmp_path / "m.py.tmp").write_text(text)
        os.replace(tmp_path / "m.py.tmp", file)
        following(named)
    file.unlink()
    assert nothing_else()
    file.write_text("5")
    following(named)
    (tmp_path / "other.py").write_text("not asked for")
    assert nothing_else()


def test_a_file_need_not_be_there_yet(tmp_path, watched):
    begin, following, _ = watched
    assert begin(tmp_path / "later.py") == [tmp_path / "later.py"]
    (tmp_path / "later.py").write_text("1")
    following(tmp_path / "later.py")


def test_what_is_saved_during_a_check_is_not_missed(tmp_path):
    file = tmp_path / "m.py"
    file.write_text("1")
    rounds = saves([file])
    assert next(rounds) == [file]
    file.write_text("2")
    assert next(rounds) == [file]
    rounds.close()


def test_where_nothing_can_be_watched_it_ends(tmp_path):
    nowhere = tmp_path / "no" / "such" / "m.py"
    assert list(saves([nowhere])) == [[nowhere]]


def test_the_command_checks_only_what_was_saved(started, tmp_path):
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(WRONG)
    arguments = ("check", "--only", "relu", "--watch")
    with started(tmp_path, *arguments, flags=["-u"], stderr=subprocess.STDOUT) as watching:
        killer = threading.Timer(60, watching.kill)
        killer.start()
        try:
            assert until_waiting(watching.stdout) == ["a.py: 0 of 1", "b.py: 0 of 1"]
            (tmp_path / "new").write_text(RIGHT)
            os.replace(tmp_path / "new", tmp_path / "b.py")
            assert until_waiting(watching.stdout) == ["b.py: 1 of 1"]
            (tmp_path / "b.py").unlink()
            cell = {"cell_type": "code", "source": RIGHT.splitlines(keepends=True)}
            (tmp_path / ".~c.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}}))
            os.replace(tmp_path / ".~c.ipynb", tmp_path / "c.ipynb")
            assert until_waiting(watching.stdout) == ["c.ipynb: 1 of 1"]
        finally:
            killer.cancel()
            watching.kill()


def until_waiting(stream):
    """Return the scores that are printed until the command waits again."""
    scores = []
    for line in stream:
        if line.startswith("Waiting for a change"):
            return scores
        if " of 1" in line:
            scores.append(line.strip())
    raise AssertionError("it ended")
