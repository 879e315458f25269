"""`grader author`: begin a new exercise, and say what the exercises still owe. Only in a clone."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from grader.commands.options import OwnCourse

if TYPE_CHECKING:
    from grader.exercise import Exercise

author = typer.Typer(help="Begin an exercise, and see what it still owes.", rich_markup_mode=None)


@author.command()
def new(
    lesson: Annotated[str, typer.Argument(help="As 02_neural_networks or neural_networks.")],
    name: Annotated[str, typer.Argument(help='A name, or a signature: "leaky_relu(x, slope=0.01)".')],
    point: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="The point of the cheat sheets that it practises, as B2.23."),
    ] = None,
    course: OwnCourse = None,
) -> None:
    """Write the skeleton of a new exercise to all its places, and of a new lesson in a course of your own."""
    from grader.authoring.new import begin
    from grader.classes.course import use_own

    use_own(course)
    for line in begin(lesson, name, point):
        print(line)
    name = name.partition("(")[0]
    named = ["--course", str(course)] if course is not None else []
    command = shlex.join(["grader", "author", "check", *named, name])
    print(f"Next: do what each TODO says, build the notebook, then `{command}`.")


@author.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="All by default.")] = None,
    slow: Annotated[
        bool, typer.Option("--slow", help="Also train the known mistakes of goals: some minutes more.")
    ] = False,
    seeds: Annotated[
        int | None,
        typer.Option(
            "--seeds",
            min=1,
            help="Instead: run reference and mistakes on so many secret seeds; write what came of it.",
        ),
    ] = None,
    variants: Annotated[
        bool,
        typer.Option(
            "--variants",
            help="Instead: list changes of the reference that no case tells from it, and known mistakes that "
            "would be named without their author.",
        ),
    ] = False,
    course: OwnCourse = None,
) -> None:
    """Show in one table what each exercise still owes. Exit status 0: nothing."""
    from dlcourse.console import progress as bar
    from grader.authoring.owes import leaves_out, lesson_owes, owes
    from grader.authoring.places import require_clone
    from grader.classes.course import here
    from grader.exercises import lesson_of

    here(course)
    require_clone()
    exercises = _asked(names or [])
    if seeds is not None:
        raise typer.Exit(_on_seeds(exercises, seeds))
    if variants:
        _print_variants(exercises)
        return
    lessons = list(dict.fromkeys(map(lesson_of, exercises)))
    rows: list[tuple[str, list[str]]] = []
    with bar(len(exercises) + len(lessons), "Checking") as advance:
        for lesson in lessons:
            rows.append((lesson, lesson_owes(lesson)))
            advance()
        for exercise in exercises:
            rows.append((exercise.name, owes(exercise, slow=slow)))
            advance(1, exercise.name)
    _print(rows, len(exercises))
    skipped = [exercise.name for exercise in exercises if leaves_out(exercise) and not slow]
    if skipped:
        print(f"Not trained: the known mistakes of {', '.join(skipped)}; --slow does.")
    raise typer.Exit(1 if any(owed for _, owed in rows) else 0)


def _on_seeds(exercises: "Sequence[Exercise]", count: int) -> int:
    """Try the exercises on secret seeds, and write the table; return the command's exit status."""
    from dlcourse.console import progress as bar
    from grader.authoring.seeds import holds, seeds_of, tried, write

    rows = []
    with bar(len(exercises), "Trying seeds") as advance:
        for exercise in exercises:
            rows.append(tried(exercise, seeds_of(exercise, count)))
            advance(1, exercise.name)
    table = write(rows)
    odd = [row for row in rows if not holds(row)]
    for row in odd:
        print(f"{row.exercise}: the reference passes on {row.reference}; mistakes: {row.refused}.")
    print(f"{len(rows)} tried, {len(odd) or 'none'} odd; the table is in {table.parent.name}/{table.name}.")
    return int(bool(odd))


def _print_variants(exercises: "Sequence[Exercise]") -> None:
    """Print a list for each exercise that has something to be looked at."""
    from dlcourse.console import progress as bar
    from grader.authoring.unreached import found_anyway, unreached

    texts = []
    with bar(len(exercises), "Trying variants") as advance:
        for exercise in exercises:
            lines = [f"  line {line}: {words}" for line, words in unreached(exercise)]
            named = [f"  {name}: {words}" for name, words in found_anyway(exercise).items()]
            if lines:
                texts.append(f"{exercise.name}: no case tells these changes of the reference from it")
                texts += lines
            if named:
                texts.append(f"{exercise.name}: these known mistakes would be named without their author")
                texts += named
            advance(1, exercise.name)
    print("\n".join(texts) or "The cases tell every change, and no known mistake is one by the rules.")


def _asked(names: Sequence[str]) -> "list[Exercise]":
    """Return these exercises, or all; a file that can't be loaded or is in no list ends the command."""
    from dlcourse import content
    from grader.authoring.owes import lesson_owes
    from grader.authoring.places import Places, loaded
    from grader.errors import UnusableInput
    from grader.exercises import LESSONS, exercises_of, own
    from grader.learning.review import required

    known = loaded()
    for name in names:
        for places in map(Places, LESSONS):
            if name not in known and places.exercise(name).is_file():
                raise UnusableInput(next(s for s in lesson_owes(places.lesson) if f"/{name}.py" in s))
    if names:
        return [required(name) for name in dict.fromkeys(names)]
    if content.own_course() is not None:  # whoever has a course of their own answers for that
        return [exercise for lesson in own.lessons() for exercise in exercises_of(lesson)]
    return list(known.values())


def _print(rows: list[tuple[str, list[str]]], count: int) -> None:
    """Print what is owed, a sentence a row, and how many exercises owe nothing."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table("exercise", "owes", box=box.SIMPLE_HEAD, pad_edge=False)
    for name, owed in rows:
        for i, sentence in enumerate(owed):
            table.add_row("" if i else name, sentence)
    if table.rows:
        Console(markup=False, highlight=False).print(table)
    owed = sum(len(sentences) for _, sentences in rows)
    print(f"{count} checked: {owed or 'nothing'} owed.")
