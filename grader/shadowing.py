"""A learner's file that has the name of a module which the grader needs, and comes first on the path."""

# `os` and `sys` are loaded before any file of a learner's could hide them.
import os
import sys

from grader.errors import GraderError

OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # where this very course is


def culprit(error: Exception) -> str | None:
    """Return a sentence that names the file which hides a module, if one took part in the error.

    Args:
        error: what went wrong where the grader's own code was imported or ran.
    """
    if isinstance(error, GraderError):  # it says itself what is wrong
        return None
    used = {getattr(error, "filename", None)}  # of a file that can't be parsed
    if isinstance(error, ImportError | AttributeError):  # what is missing in a module that is another
        used |= {getattr(module, "__file__", None) for module in [*sys.modules.values()]}
    trace = error.__traceback__
    while trace is not None:
        used.add(trace.tb_frame.f_code.co_filename)
        trace = trace.tb_next
    for folder in filter(os.path.isdir, {os.getcwd(), os.path.abspath(sys.path[0])}):
        for entry in sorted(os.listdir(folder)):
            name, ending = os.path.splitext(entry)
            file = os.path.join(folder, entry, "" if ending else "__init__.py").rstrip(os.sep)
            ours = folder == OURS and name in ("grader", "dlcourse")
            if file in used and not ours and _is_elsewhere(name, folder):
                kind = "file" if ending else "folder"
                return f"Your {kind} {entry} hides the package {name}, which the grader needs: rename it."
    return None


def _is_elsewhere(name: str, folder: str) -> bool:
    """Tell whether there is a module of this name in Python or on the rest of the path."""
    others = {os.path.abspath(path) for path in sys.path} - {folder}
    files = (f"{name}.py", os.path.join(name, "__init__.py"))
    places = [os.path.join(path, file) for path in others for file in files]
    return name in sys.stdlib_module_names or any(map(os.path.isfile, places))
