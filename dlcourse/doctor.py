"""What this machine can do for the course: each thing tried, and what came of it."""

import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from dlcourse import datasets

PACKAGES = ("numpy", "tensorflow", "keras", "ai-edge-litert")
MAX_SECONDS = 300  # a first import from a slow disk may take a minute

TENSORFLOW = """
import json, time
start = time.perf_counter()
import dlcourse, tensorflow as tf, keras
seconds = time.perf_counter() - start
product = tf.matmul([[1.0, 2.0], [3.0, 4.0]], [[0.0, 1.0], [1.0, 0.0]]).numpy().tolist()
print(json.dumps({"right": product == [[2.0, 1.0], [4.0, 3.0]], "seconds": seconds}))
"""
LITERT = """
import json, time
start = time.perf_counter()
from ai_edge_litert.interpreter import Interpreter
print(json.dumps({"right": callable(Interpreter), "seconds": time.perf_counter() - start}))
"""


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Args:
        name: what was looked at.
        state: `"fine"`; `"limited"`, the course works with less; `"failed"`, something needed doesn't work.
        value: what was found, in a few words.
    """

    name: str
    state: Literal["fine", "limited", "failed"]
    value: str


def examine() -> Iterator[tuple[str, Callable[[], Finding]]]:
    """Yield what is looked at, and the function that looks: so a caller can say what is being tried."""
    yield "python", lambda: Finding("python", "fine", f"{platform.python_version()} ({sys.executable})")
    yield "platform", lambda: Finding("platform", "fine", platform.platform())
    yield "cores", lambda: Finding("cores", "fine", str(_cores()))
    yield "memory", _memory
    for package in PACKAGES:
        yield package, partial(_version, package)
    yield "importing tensorflow", lambda: _try("importing tensorflow", TENSORFLOW)
    yield "importing litert", _litert
    yield "sandbox", _sandbox
    for name in datasets.names():
        yield f"data set {name}", partial(_dataset, name)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # what this process may use, which is less in a container
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> Finding:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows
        return Finding("memory", "fine", "unknown")
    return Finding("memory", "fine", f"{total / 2**30:.1f} GiB")


def _version(package: str) -> Finding:
    try:
        return Finding(package, "fine", version(package))
    except PackageNotFoundError:
        if package == "ai-edge-litert" and sys.platform == "win32":
            return Finding(package, "limited", "not made for Windows: tf.lite.Interpreter is used")
        return Finding(package, "failed", "not installed")


def _try(name: str, code: str) -> Finding:
    answer = _child(["-c", code])
    if isinstance(answer, str):
        return Finding(name, "failed", answer)
    if not answer["right"]:
        return Finding(name, "failed", "it computes wrong results")
    return Finding(name, "fine", f"works, {answer['seconds']:.1f} s")


def _litert() -> Finding:
    if sys.platform == "win32":
        return Finding("importing litert", "limited", "not made for Windows: tf.lite.Interpreter is used")
    return _try("importing litert", LITERT)


def _sandbox() -> Finding:
    # A child process and not an import: the grader imports this package, never the other way round.
    answer = _child(["-m", "grader.child.confinement"])
    if isinstance(answer, str) or "sandbox" not in answer:
        reason = answer if isinstance(answer, str) else "an answer that makes no sense"
        return Finding("sandbox", "limited", f"unknown, asking the grader failed: {reason}")
    detail = f" ({answer['detail']})" if answer.get("detail") else ""
    if answer["sandbox"] == "process":
        return Finding("sandbox", "limited", f"process{detail}: enough to learn, not to grade a class")
    return Finding("sandbox", "fine", f"{answer['sandbox']}{detail}")


def _dataset(name: str) -> Finding:
    try:
        samples = len(datasets.load(name).target)
    except OSError as error:
        return Finding(f"data set {name}", "failed", str(error))
    return Finding(f"data set {name}", "fine", f"{samples} samples, checksum right")


def _child(arguments: list[str]) -> dict | str:
    """The JSON object that a Python process prints last, or in words why there is none."""
    try:
        # -P: a file `tensorflow.py` in the folder where the doctor is called is not taken for the package.
        done = subprocess.run(
            [sys.executable, "-P", *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=MAX_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {MAX_SECONDS} s"
    last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    if done.returncode < 0:
        return f"it crashed with {signal.Signals(-done.returncode).name}: {last}"
    if done.returncode > 0:
        return last
    try:
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return "an answer that makes no sense"
    return answer if isinstance(answer, dict) else "an answer that makes no sense"
