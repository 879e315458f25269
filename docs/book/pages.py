"""The book's pages as Sphinx reads them: the executed lessons, `docs/`, the data sets' cards, the reference.

Whatever stands in the project already is taken from there. A page is written only where it changed, so that
Sphinx reads no more than that again.
"""

import copy
import importlib
import inspect
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import nbformat
from myst_parser.slugs import github_slugify
from nbformat import NotebookNode

import dlcourse
from dlcourse import files

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
LINK = re.compile(r"(?P<text>!?\[[^\]]*\])\((?!https?:|mailto:|#)(?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
GRADER = ("check", "predict", "solved")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
TABLE = re.compile(r"\w+ {2,}\w.*\n")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def write(folder: Path, notebooks: Mapping[str, NotebookNode]) -> None:
    """Make a folder what Sphinx is to read, and leave pages alone that are as they should be.

    Args:
        folder: where; files in it that are no page are removed.
        notebooks: the executed lessons, by name.
    """
    pages = dict(_pages(notebooks))
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.relative_to(folder).as_posix() not in pages:
            file.unlink()
    for name, content in pages.items():
        file = folder / name
        if not file.exists() or file.read_bytes() != content:
            files.write(file, content)


def _pages(notebooks: Mapping[str, NotebookNode]) -> Iterator[tuple[str, bytes]]:
    copied = dict(_copied())
    lessons = {f"lessons/{name}.ipynb": ROOT / "lessons" / f"{name}.ipynb" for name in notebooks}
    names = {file: name for name, file in (copied | lessons).items()} | {ROOT / "README.md": "index.md"}
    for name, source in copied.items():
        content = source.read_bytes()
        yield name, _relinked(content.decode(), source, names).encode() if source.suffix == ".md" else content
    for name, source in lessons.items():
        notebook = copy.deepcopy(notebooks[source.stem])
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = _relinked(cell.source, source, names)
        yield name, nbformat.writes(notebook).encode()
    yield "conf.py", (HERE / "conf.py").read_bytes()
    yield "lessons.md", _list_of("Lessons", lessons, LESSONS_HEAD).encode()
    yield "errata.md", _errata(notebooks).encode()
    yield "glossary.md", _glossary(notebooks).encode()
    yield "data.md", _list_of("Data", [n for n in copied if n.startswith("data/")], DATA_HEAD).encode()
    modules = {f"api/{name}.md": _reference(name) for name in (*_public_modules(), "grader")}
    for name, text in modules.items():
        yield name, text.encode()
    yield "api.md", _list_of("Reference", modules, API_HEAD).encode()


def _copied() -> Iterator[tuple[str, Path]]:
    """Each page that stands somewhere already, by its name in the book."""
    yield "index.md", HERE / "index.md"
    yield "contributing.md", ROOT / "CONTRIBUTING.md"
    yield "changelog.md", ROOT / "CHANGELOG.md"
    for page in sorted((ROOT / "docs").glob("*.md")):
        yield page.name, page
    for folder in ("docs/images", "docs/book/static"):
        for file in sorted((ROOT / folder).iterdir()):
            yield f"{Path(folder).name}/{file.name}", file
    for card in sorted((ROOT / "datasets").rglob("*.md")):
        yield f"data/{card.relative_to(ROOT / 'datasets').as_posix()}", card


def _relinked(text: str, source: Path, names: Mapping[Path, str]) -> str:
    """A page's text with its links as the book has them; of what isn't in the book only the words stay."""
    if source == HERE / "index.md":  # which is written for the book
        return text
    up = "../" * (len(PurePosixPath(names[source]).parts) - 1)

    def relinked(match: re.Match[str]) -> str:
        name = names.get((source.parent / match["target"]).resolve())
        if name is None:
            return match["text"][1:-1]
        return f"{match['text']}({up}{name}{match['anchor'] or ''})"

    return LINK.sub(relinked, text)


LESSONS_HEAD = """\
Executed from top to bottom, with every exercise solved and every question answered. To work through them, get
the course: here nothing waits for an answer. Each claim marked as a finding was run over several seeds.
"""
DATA_HEAD = """\
Real data, all but the largest of them part of the course, and the networks that were trained for it. Each has
a card: source, licence, what to mind.
"""
API_HEAD = "What `import dlcourse` gives, and what a lesson's notebook takes from the grader.\n"
ERRATA_HEAD = """\
What the two cheat sheets that the lessons follow get wrong, leave out or say as it was some years ago. Each
is shown in a lesson, by something that runs.
"""
GLOSSARY_HEAD = "Each word with the place where a lesson explains it.\n"


def _list_of(title: str, pages: Iterable[str], head: str) -> str:
    names = "\n".join(page.rpartition(".")[0] for page in pages)
    return f"# {title}\n\n{head}\n```{{toctree}}\n:maxdepth: 1\n\n{names}\n```\n"


def _errata(notebooks: Mapping[str, NotebookNode]) -> str:
    known = tomllib.loads((ROOT / "lessons" / "errata.toml").read_text("utf-8"))["erratum"]
    lines = [
        f"| {erratum['title']} | {_place(notebooks, erratum['lesson'], erratum['heading'])} |"
        for erratum in known
    ]
    table = "\n".join(["| what the sheets say | where it is shown |", "|---|---|", *lines])
    return f"# Errata of the cheat sheets\n\n{ERRATA_HEAD}\n{table}\n"


def _glossary(notebooks: Mapping[str, NotebookNode]) -> str:
    known = tomllib.loads((ROOT / "lessons" / "glossary.toml").read_text("utf-8"))["term"]
    terms = [
        "\n".join(
            [
                *(term["term"], *term.get("also", [])),
                f"  {term['says']} {_place(notebooks, term['lesson'], term['heading'])}\n",
            ]
        )
        for term in known
    ]
    return "\n".join(["# Glossary\n", GLOSSARY_HEAD, "```{glossary}", *terms, "```\n"])


def _place(notebooks: Mapping[str, NotebookNode], lesson: str, heading: str) -> str:
    """A link to a lesson's heading; to nothing where a book has not all lessons."""
    number = lesson.partition("_")[0].lstrip("0")
    if lesson not in notebooks:
        return f"Lesson {number}, {heading}"
    anchors = dict(_anchors(notebooks[lesson]))
    return f"[Lesson {number}, {heading}](lessons/{lesson}.ipynb#{anchors[heading]})"


def _anchors(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Each heading of a lesson with its anchor; of two that are alike the second has a number."""
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for heading in HEADING.findall(FENCED.sub("", cell.source)):
                slug = github_slugify(re.sub(r"[`*$]", "", heading))
                again = seen[slug] = seen.get(slug, -1) + 1
                yield heading, f"{slug}-{again}" if again else slug


def _public_modules() -> Sequence[str]:
    return [name for name in dlcourse.__all__ if name not in ("__version__", "quiet")]


def _reference(name: str) -> str:
    """A module's page: its docstring, then each public function and class."""
    full = "grader" if name == "grader" else f"dlcourse.{name}"
    module = importlib.import_module(full)
    parts = [f"# {full}\n", _opening(inspect.getdoc(module) or ""), "```{eval-rst}", f".. module:: {full}\n"]
    for one in GRADER if name == "grader" else _public_names(module):
        value = getattr(module, one)
        kind = "autoclass" if inspect.isclass(value) else "autofunction" if callable(value) else "autodata"
        parts.append(f".. {kind}:: {full}.{one}" + ("\n   :members:\n" if kind == "autoclass" else "\n"))
    return "\n".join([*parts, "```\n"])


def _opening(docstring: str) -> str:
    """A module's docstring as Markdown, without its list of files, which is for who works on it."""
    paragraphs = docstring.split("\n\n")
    return "\n\n".join(
        f"```text\n{paragraph}\n```\n" if TABLE.match(paragraph) else f"{paragraph}\n"
        for paragraph in paragraphs
        if not paragraph.startswith("file  ")
    )


def _public_names(module: object) -> list[str]:
    own = [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value) and value.__module__ == module.__name__
    ]
    return sorted(getattr(module, "__all__", None) or own, key=str.lower)
