"""What must hold after a hostile submission, whatever it did: `require_harmless`."""

import itertools
import time
from pathlib import Path

from grader.judging.grading import grade
from grader.running.sandbox import Sandbox, Worker
from grader.submissions.submission import parse

SEED = "a class's secret"
NEIGHBOUR = """
import numpy as np

def softmax(z):
    shifted = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return shifted / np.sum(shifted, axis=-1, keepdims=True)

def honest(x):
    return np.maximum(x, 0)
"""
_salt = itertools.count()


def require_harmless(worker: Worker, sandbox: Sandbox) -> None:
    """Hold the worker to what it was: the next submission passes, and nothing of the last one is there."""
    looking = "import os\ndef relu(x):\n    assert os.listdir() == []\n"
    source = (
        f"{looking}    return np.maximum(x, 0 * {next(_salt)})\n"  # nobody's verdict is remembered for it
    )
    report = grade(
        parse((NEIGHBOUR + source).encode(), ".py", "ada"), worker, seed=SEED, sandbox=sandbox.level
    ).report
    verdicts = {verdict.name: verdict.status for verdict in report.exercises}
    assert (verdicts["relu"], verdicts["softmax"]) == ("passed", "passed")
    for clone in worker._clones.values():
        clone._clean()
        assert list(clone._scratch.iterdir()) == []
    assert not _running_below(worker, sandbox), "a process was left behind"


def _running_below(worker: Worker, sandbox: Sandbox) -> list[int]:
    """Return the processes below the zygotes that are no clones, once those that were killed are gone."""
    for _ in range(100):
        clones = [c for zygote in sandbox._zygotes.values() for c in children(zygote._process.pid)]
        running = [pid for clone in clones for pid in children(clone) if alive(pid)]
        if not running:
            break
        time.sleep(0.02)
    return running


def children(pid: int) -> list[int]:
    lists = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            lists += file.read_text().split()
        except OSError:  # that thread has ended
            continue
    return [int(child) for child in lists]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
