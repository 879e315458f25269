"""Code that eats time, memory and disk, or stays: it costs its own exercise, and nobody else anything."""

import signal
import subprocess
import time

import pytest
from harmless import NEIGHBOUR, alive, children
from hostile import bombs

from grader.judging.bank import PUBLIC_SEED
from grader.judging.grading import grade
from grader.running.sandbox import Sandbox
from grader.submissions.submission import parse

pytestmark = pytest.mark.usefixtures("short")
BOMBS = bombs.TIME | bombs.MEMORY | bombs.DISK
QUOTA = ("full_disk", "many_files", "busy_and_full_disk", "hidden_in_the_deep")


@pytest.mark.parametrize("name", [name for name in BOMBS if name not in QUOTA])
def test_bomb_costs_its_own_exercise_only(name, attacked):
    attacked(BOMBS[name].source)


@pytest.mark.parametrize("name", QUOTA)
def test_what_fills_the_disk_is_ended_long_before_its_time(name, attacked):
    verdict = attacked(bombs.DISK[name].source)["relu"]
    assert verdict.status == "error"
    assert "more to disk" in verdict.message


def test_scratch_folders_are_removed_at_the_end(names):
    source = f"{NEIGHBOUR}\n{names}\n{bombs.DISK['deep_folders'].source}\n"
    with Sandbox() as sandbox:
        worker = sandbox.worker()
        grade(parse(source.encode(), ".py", "eve"), worker, seed=PUBLIC_SEED, sandbox=sandbox.level)
        scratch = [clone._scratch for clone in worker._clones.values()]
        assert all(folder.exists() for folder in scratch)
    assert not any(folder.exists() for folder in scratch)


def test_nothing_is_left_when_the_grader_is_killed(sandbox, started, tmp_path):
    def descendants(pid):
        return [d for child in children(pid) for d in (child, *descendants(child))]

    (tmp_path / "sleeper.py").write_text("import time\ndef relu(x): time.sleep(3)\n")
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    grader = started(tmp_path, "check", tmp_path, **silent)
    while len(found := descendants(grader.pid)) < 3:  # zygote, clone, and the child that sleeps
        assert grader.poll() is None, "it ended before there was anything to leave behind"
        time.sleep(0.01)
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    for _ in range(200):
        if not any(map(alive, found)):
            break
        time.sleep(0.05)
    assert not any(map(alive, found))
