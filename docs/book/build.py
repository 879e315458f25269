"""Builds the book: all lessons executed, the pages of `docs/`, a glossary and the reference, as a website.

    python docs/book/build.py [LESSON…]     these lessons, or all; every other page as well
    python docs/book/build.py --out DIR     into another folder than docs/book/_build

No network is needed, neither here nor to read it: open `html/index.html` there. What did not change since
the last build is kept. Whatever Sphinx warns of is an error.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))  # so that a clone which isn't installed builds too

from rich.console import Console  # noqa: E402
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: E402

try:
    from sphinx.cmd.build import build_main
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is not installed: `python3 run.py test` sets up what building the book needs.")

import dlcourse  # noqa: E402

with dlcourse.quiet():
    import keras  # noqa: F401 - what TensorFlow says as it starts is no warning of the book's

from docs.book import executing, pages  # noqa: E402
from lessons import build as lessons  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the book.")
    parser.add_argument("lesson", nargs="*", help="a lesson's name, as 02_neural_networks; all if left out")
    parser.add_argument(
        "--out", type=Path, default=HERE / "_build", metavar="DIR", help="where the book goes"
    )
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    try:
        notebooks = _executed(lessons.sources(options.lesson), options.out / "executed")
    except lessons.BuildError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The lessons that ended before are kept.", file=sys.stderr)
        return 130
    source, html = options.out / "source", options.out / "html"
    pages.write(source, notebooks)
    told = [] if sys.stdout.isatty() else ["--quiet"]
    kept = ["--doctree-dir", str(options.out / "doctrees")]
    if build_main([*told, "--fail-on-warning", "--keep-going", *kept, str(source), str(html)]):
        print("The book has not become whole: Sphinx says above what is wrong.", file=sys.stderr)
        return 1
    print(f"{html / 'index.html'}: {len(notebooks)} lessons, {time.perf_counter() - began:.0f} s")
    return 0


def _executed(sources: Sequence[Path], kept: Path) -> dict[str, lessons.NotebookNode]:
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("executing the lessons", total=len(sources))

        def on_lesson(name: str, ran: bool) -> None:
            progress.advance(task)
            if not console.is_terminal:
                print(f"{name}: {'executed' if ran else 'kept'}", file=sys.stderr, flush=True)

        return executing.executed(sources, kept, on_lesson)


if __name__ == "__main__":
    sys.exit(main())
