"""A learner's folder: copies of the lessons to work in, opened in JupyterLab."""

import importlib.util
import os
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from dlcourse.content import OWN_COURSE, folder, own_course, own_places


class Started(NamedTuple):
    """What `start` did: the workspace, and the names of the lessons it added and of those it left alone."""

    directory: Path
    added: list[str]
    kept: list[str]


def start(directory: Path) -> Started:
    """Copy the lessons into a folder, made if need be; a file that is there already is never touched.

    Those of a course of one's own, if the environment names one, are among them.

    Args:
        directory: the workspace.

    Returns:
        A `Started`.

    Raises:
        OSError: the folder or a file in it can't be written, or this installation has no lessons.
    """
    lessons = sorted(folder("lessons").glob("*.ipynb"))
    if not lessons:
        raise FileNotFoundError(f"There are no lessons in {folder('lessons')}: install dlcourse again.")
    if (own := own_course()) is not None and not (own / "lessons").is_dir():
        raise FileNotFoundError(f"{OWN_COURSE} names {own}, where there are no lessons: unset it.")
    lessons += sorted(lesson for place in own_places("lessons") for lesson in Path(place).glob("*.ipynb"))
    if directory.exists() and not directory.is_dir():
        raise NotADirectoryError(f"{directory} is a file: name a folder for the workspace.")
    directory.mkdir(parents=True, exist_ok=True)
    added: list[str] = []
    kept: list[str] = []
    for lesson in lessons:
        (added if _copy(lesson, directory / lesson.name) else kept).append(lesson.name)
    return Started(directory, added, kept)


def _copy(source: Path, target: Path) -> bool:
    content = source.read_bytes()
    try:
        file = open(target, "xb")  # noqa: SIM115 — it fails where anything of that name exists
    except FileExistsError:
        return False
    try:
        with file:
            file.write(content)
    except BaseException:  # a full disk, Ctrl-C: half a lesson would be taken for the learner's own next time
        target.unlink(missing_ok=True)
        raise
    return True


CONFIGURATION = Path(__file__).parent / "jupyter_config"
"""In it, JupyterLab's announcements are off: at its first start it asks whether to fetch its news."""


def open_lab(directory: Path, arguments: Sequence[str] = ()) -> NoReturn:
    """Become a JupyterLab that serves a folder with this Python's kernel.

    Args:
        directory: the folder it shows.
        arguments: further arguments of `jupyter lab`.

    Raises:
        ModuleNotFoundError: JupyterLab or its kernel is not installed.
    """
    if missing := [name for name in ("jupyterlab", "ipykernel") if importlib.util.find_spec(name) is None]:
        raise ModuleNotFoundError(
            f"{' and '.join(missing)} not installed: {sys.executable} -m pip install jupyterlab ipykernel"
        )
    options = list(arguments)
    if not has_browser():
        options.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    command = [sys.executable, "-m", "jupyterlab", *options]
    # Else a `python3` kernel in the user's home folder, with another environment's packages, would go first.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    paths = [str(CONFIGURATION), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(paths)
    os.chdir(directory)
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(sys.executable, command)
    raise SystemExit(_wait(command))  # on Windows, exec returns to the prompt while the new process runs on


def _wait(command: list[str]) -> int:
    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # JupyterLab got the same Ctrl-C: it asks back, or stops
                continue


def has_browser() -> bool:
    """Whether a page can be shown here; a text browser in the terminal doesn't count."""
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
