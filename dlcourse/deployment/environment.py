"""How this package starts a child process: `python(module)` with the environment `of_child()`."""

import os
import sys


def python(module: str) -> list[str]:
    """The command that runs a module; where it is run adds nothing to what can be imported."""
    return [sys.executable, "-P", "-m", f"dlcourse.deployment.{module}"]


def of_child() -> dict[str, str]:
    """The environment in which a child finds the same modules, and prints nothing about TensorFlow."""
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "PYTHONWARNINGS": "ignore"}
    return {**os.environ, **quiet, "PYTHONPATH": path}
