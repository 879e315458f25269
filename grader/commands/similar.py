"""`grader similar`: submissions that are alike after renaming and reformatting, in groups and in pairs."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.commands.options import Json, OwnCourse
from grader.errors import UnusableInput
from grader.submissions.submission import read
from grader.text import for_terminal

if TYPE_CHECKING:
    from grader.classes.similar import Alike, Pair
    from grader.submissions.submission import Submission

WIDEST_NAME = 40


def similar(
    paths: Annotated[
        list[Path], typer.Argument(help="Notebooks, modules, folders, or the archive of a platform.")
    ],
    threshold: Annotated[
        float, typer.Option(min=0.05, max=1.0, help="The least score that counts as alike.")
    ] = 0.8,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a page with the evidence side by side.")
    ] = None,
    course: OwnCourse = None,
    as_json: Json = False,
) -> None:
    """Show submissions that are alike after renaming and reformatting; that is no proof."""
    import msgspec

    from grader.classes.course import use_own
    from grader.classes.similar import alike

    use_own(course)
    with tempfile.TemporaryDirectory(prefix="grader-class-") as folder:
        files, faults = _handed_in(paths, Path(folder))
        problems = len(faults)
        found = alike(_read(files, faults), threshold)
    for fault in faults:
        print(for_terminal(fault), file=sys.stderr)
    compared = len(files) + problems - len(faults)
    if compared < 2:
        raise UnusableInput("There are no two submissions to compare.")
    if html is not None:
        _write_page(html, found, compared)
    if as_json:
        for one in (*found.groups, *found.pairs):
            print(msgspec.json.encode(one).decode())
    else:
        _print(found, compared, threshold)
    raise typer.Exit(1 if found.groups or found.pairs else 0)


def _handed_in(paths: Sequence[Path], folder: Path) -> tuple[dict[str, Path], list[str]]:
    """Return every file once by a name of its own, and why others can't be read.

    Each path is a class by itself, as this year's and last year's are: names may come again.
    """
    from grader.exercises import all_exercises
    from grader.submissions.intake import collect

    named: dict[str, Path] = {}
    faults: list[str] = []
    known: set[Path] = set()
    for path in paths:
        intake = collect([path], folder, all_exercises())
        faults += [problem.reason for problem in intake.problems]
        for handed in intake.handed:
            if handed.path.resolve() not in known:
                known.add(handed.path.resolve())
                named[handed.name if handed.name not in named else f"{path}: {handed.name}"] = handed.path
    return named, faults


def _read(files: dict[str, Path], faults: list[str]) -> "Iterator[tuple[str, Submission]]":
    """Yield what can be read, and add to the faults why the rest can't; a bar shows how far it is."""
    from dlcourse.console import progress as bar

    with bar(len(files), "Comparing") as advance:
        for name, path in files.items():
            try:
                yield name, read(path, name)
            except UnusableInput as error:
                faults.append(str(error))
            advance()


def _write_page(path: Path, found: "Alike", submissions: int) -> None:
    from dlcourse import files
    from grader.reporting.similar_page import page

    try:
        files.write(path, page(found, submissions).encode())
    except OSError as error:
        raise UnusableInput(f"{for_terminal(str(path))} can't be written: {error.strerror}.") from None


def _print(found: "Alike", submissions: int, threshold: float) -> None:
    if not found.groups and not found.pairs:
        common = "beyond what a class may have in common"
        print(f"No two of {submissions} submissions are alike {common}: no pair reaches {threshold:g}.")
        return
    for group in found.groups:
        exercises = ", ".join(shared.exercise for shared in group.exercises)
        print(f"{len(group.group)} have the same answer to {exercises}: {', '.join(group.group)}")
    if found.pairs:
        _print_pairs(found.pairs)
    print("Alike is not a proof: read them before you talk to anybody; --html FILE shows the answers.")


def _print_pairs(pairs: "Sequence[Pair]") -> None:
    names = [name for pair in pairs for name in (pair.first, pair.second)]
    width = min(WIDEST_NAME, max(map(len, names)))
    print(f"score  {'submission':{width}}  {'and':{width}}  in")
    for pair in pairs:
        parts = ", ".join(f"{likeness.exercise} {likeness.score:.2f}" for likeness in pair.exercises)
        print(f" {pair.score:.2f}  {pair.first:{width}}  {pair.second:{width}}  {parts}")
