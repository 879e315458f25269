"""The course's library, `from dlcourse import datasets, models, training`, and the command `dlcourse`.

`from dlcourse import check` gives a notebook the grader's, even where a file called grader.py hides it.

Importing it is instant: what needs TensorFlow, pandas or Matplotlib is loaded on first use.

folder           what it is for
`datasets`       small real data sets, and splits of them
`preprocessing`  from a raw table to the numbers that a network takes
`models`         a builder for each architecture of the course
`training`       from the first batch to the best weights
`validation`     cross-validation and search
`metrics`        scores, with a baseline and an interval beside them
`plots`          pictures of data, models and training
`deployment`     TFLite files, bundles and a small service
`frameworks`     the same model in PyTorch

file             what it has
`tasks`          the four tasks, and what follows from each
`checking`       inputs and targets as arrays, checked
`errors`         what can go wrong, by name
`evidence`       whether a claim of a lesson holds over seeds
`runs`           small dense networks, one for each seed, which train at once
`console`        what appears on the terminal and in a notebook
`files`          files that are written whole or not at all
`content`        where the lessons and data sets are
`workspace`      a learner's folder with the lessons
`doctor`         what this computer has, and what is missing
`cli`            the command `dlcourse`
"""

import importlib
import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcourse import (
        datasets,
        deployment,
        evidence,
        frameworks,
        metrics,
        models,
        plots,
        preprocessing,
        runs,
        training,
        validation,
    )
    from dlcourse.console import quiet

    __version__: str

__all__ = [
    "__version__",
    "datasets",
    "deployment",
    "evidence",
    "frameworks",
    "metrics",
    "models",
    "plots",
    "preprocessing",
    "quiet",
    "runs",
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
    if name in ("check", "solved"):
        return getattr(_grader(), name)
    if name in __all__:
        from dlcourse.console import quiet

        with quiet():
            return importlib.import_module(f"dlcourse.{name}")
    raise AttributeError(f"module 'dlcourse' has no attribute {name!r}")


def _grader() -> ModuleType:
    """Return the course's grader, which lies beside this package: a learner's grader.py may be in its way."""
    beside = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    place = os.path.join(beside, "grader", "__init__.py")
    there = getattr(sys.modules.get("grader"), "__file__", None) or ""
    if os.path.realpath(there) != place:
        spec = spec_from_file_location("grader", place)
        assert spec is not None and spec.loader is not None  # of a file of Python's, there is always one
        sys.modules["grader"] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules["grader"])
    return sys.modules["grader"]
