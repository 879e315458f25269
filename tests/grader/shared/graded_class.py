"""A class of a few modules, and what of it is graded."""

import contextlib
import time

from sources import WRONG

from grader.classes.gradebook import FILE, Gradebook

SLOW = "import numpy as np, time\ndef relu(x):\n    time.sleep(0.02)\n    return np.maximum(x, 0)\n"


def write_class(folder, n, source=SLOW):
    folder.mkdir()
    for i in range(n):
        (folder / f"s{i:02}.py").write_text(f"SALT = {i}\n{WRONG if i % 3 == 1 else source}")


def graded(folder):
    with Gradebook.open(folder) as book:
        return list(book.reports())


def wait_for_results(folder, n):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (folder / FILE).exists():
            with contextlib.suppress(Exception):  # it is being made
                if len(reports := graded(folder)) >= n:
                    return len(reports)
        time.sleep(0.02)
    raise AssertionError("no results came")
