"""The lessons as the book has them: executed with all exercises solved and all questions answered.

An executed lesson is kept under a fingerprint of all that it depends on: its own cells, the solutions among
them, the library, the grader, the data sets and the versions of what computes. Only what changed runs again.
"""

import base64
import copy
import hashlib
import importlib.metadata
import io
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from PIL import Image

from dlcourse import files
from grader import predictions
from lessons import build, colab

ROOT = Path(__file__).resolve().parents[2]
COMPUTING = ("tensorflow", "keras", "numpy", "scikit-learn", "pandas", "matplotlib", "ipython")
USED = ("dlcourse", "grader", "datasets", "lessons/outcomes")
JOBS = os.cpu_count() or 1
PICTURE = re.compile(r'"data:image/png;base64,([^"]+)"')


def executed(
    sources: Sequence[Path], kept: Path, on_lesson: Callable[[str, bool], None] = lambda name, ran: None
) -> dict[str, NotebookNode]:
    """Return lessons with their outputs, of which those run that are not kept as they would be.

    Args:
        sources: the lessons' texts.
        kept: the folder of what ran before.
        on_lesson: called with a lesson's name when it is there, and whether it ran.

    Returns:
        For each lesson's name its notebook.

    Raises:
        lessons.build.BuildError: a lesson can't be built, or a cell of it raises.
    """
    kept.mkdir(parents=True, exist_ok=True)
    used = _digest_of_files()

    def one(source: Path) -> NotebookNode:
        notebook = for_readers(build.build(source))
        file = kept / f"{source.stem}-{_digest(used, nbformat.writes(notebook))}.ipynb"
        fresh = not file.exists()
        if fresh:
            with tempfile.TemporaryDirectory() as folder:  # where files of the lesson's go, and its progress
                variables = {"DLCOURSE_HOME": str(Path(folder, "home"))}
                ran = build.run(notebook, source.stem, folder=Path(folder), environment=variables)
            _make_pictures_small(ran)
            for older in kept.glob(f"{source.stem}-*.ipynb"):
                older.unlink()
            files.write(file, nbformat.writes(ran).encode())
        on_lesson(source.stem, fresh)
        return nbformat.read(file, as_version=4)

    with ThreadPoolExecutor(JOBS) as threads:
        notebooks = threads.map(one, sources)
        return {source.stem: notebook for source, notebook in zip(sources, notebooks, strict=True)}


def for_readers(notebook: NotebookNode) -> NotebookNode:
    """A notebook with each stub as text, its solution in a fold, and all questions answered rightly."""
    solved = build.with_solutions(notebook)
    stubs = {cell.metadata.dlcourse.exercise: cell for cell in notebook.cells if build.role(cell) == "stub"}
    lesson = notebook.metadata.dlcourse.lesson
    cells = []
    for cell in map(copy.deepcopy, solved.cells):
        match build.role(cell):
            case "solution":
                name = cell.metadata.dlcourse.exercise
                given = new_markdown_cell(f"```python\n{stubs[name].source}\n```")
                given.id = f"{name}-stub"
                cells.append(given)
                _fold(cell, "A solution")
            case "predict":
                question = predictions.questions_of(lesson)[cell.metadata.dlcourse.question]
                cell.source = cell.source.replace("choice=None", f'choice="{question.answer}"')
            case _ if build.FOLDED in cell.metadata.get("tags", []):
                _fold(cell, "The code that measures")
        cells.append(cell)
    solved.cells = colab.without(cells)
    return solved


def _make_pictures_small(notebook: NotebookNode) -> None:
    """Give each picture a palette of 256 colours: a third of the bytes, and nobody sees a difference."""

    def smaller(match: re.Match[str]) -> str:
        picture, file = Image.open(io.BytesIO(base64.b64decode(match[1]))), io.BytesIO()
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        return match[0].replace(match[1], base64.b64encode(file.getvalue()).decode())

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if shown := output.get("data", {}).get("text/html"):
                output.data["text/html"] = PICTURE.sub(smaller, shown)


def _fold(cell: NotebookNode, prompt: str) -> None:
    cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]
    cell.metadata["mystnb"] = {"code_prompt_show": prompt, "code_prompt_hide": f"{prompt} (close)"}


def _digest_of_files() -> str:
    found = (file for folder in USED for file in sorted((ROOT / folder).rglob("*")))
    used = [file for file in found if file.is_file() and "__pycache__" not in file.parts]
    names = [file.relative_to(ROOT).as_posix() for file in used]
    versions = [f"{name}=={importlib.metadata.version(name)}" for name in COMPUTING]
    return _digest(*versions, *names, *(file.read_bytes() for file in used))


def _digest(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        whole = part.encode() if isinstance(part, str) else part
        digest.update(len(whole).to_bytes(8, "big") + whole)
    return digest.hexdigest()[:16]
