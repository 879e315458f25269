"""The course's library, `from dlcourse import datasets, models, training`, and the command `dlcourse`.

Importing it is instant: what needs TensorFlow, pandas or Matplotlib is loaded on first use.
"""

import importlib
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcourse import (
        datasets,
        deployment,
        frameworks,
        metrics,
        models,
        plots,
        preprocessing,
        training,
        validation,
    )
    from dlcourse.console import quiet

    __version__: str

__all__ = [
    "__version__",
    "datasets",
    "deployment",
    "frameworks",
    "metrics",
    "models",
    "plots",
    "preprocessing",
    "quiet",
    "training",
    "validation",
]

# TensorFlow reads these once, when it is imported; a value that somebody has set is left alone.
if "tensorflow" not in sys.modules:
    # Only fatal messages of its C++ part: the rest is about GPUs and instruction sets, not about your model.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # oneDNN reorders floating-point sums by the processor at hand: without it, results repeat bit for bit.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")


def __getattr__(name: str):
    if name == "quiet":
        from dlcourse.console import quiet

        return quiet
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version  # 40 ms: too slow for every import

        try:
            return version("dlcourse")
        except PackageNotFoundError:  # run from a clone that was never installed
            return "0+source"
    if name in __all__:
        from dlcourse.console import quiet

        with quiet():
            return importlib.import_module(f"dlcourse.{name}")
    raise AttributeError(f"module 'dlcourse' has no attribute {name!r}")
