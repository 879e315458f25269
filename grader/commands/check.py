"""`grader check`: a learner's own answers, on the public cases, in the same sandbox that grades a class."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.commands.options import Json, OwnCourse
from grader.errors import UnusableInput
from grader.submissions.beside import read_with_modules
from grader.submissions.submission import find
from grader.text import for_terminal

if TYPE_CHECKING:
    from grader.judging.report import Report
    from grader.running.sandbox import Sandbox


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Notebooks, modules or folders; by default, all below here.")
    ] = None,
    only: Annotated[str | None, typer.Option(help="Check this exercise only.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever a file is saved.")] = False,
    course: OwnCourse = None,
    as_json: Json = False,
) -> None:
    """Check your own answers on the public cases, in the sandbox."""
    from grader.classes.course import use_own
    from grader.learning.review import required
    from grader.learning.watching import saves
    from grader.running.sandbox import Sandbox

    use_own(course)
    paths = paths or [Path.cwd()]
    if only is not None:
        required(only)
    with Sandbox() as sandbox:
        status = 0
        for saved in saves(paths) if watch else [paths]:
            status = _check(saved, sandbox, only, as_json)
            if watch:
                print("Waiting for a change; Ctrl-C ends.", file=sys.stderr)
    raise typer.Exit(status)


def _check(paths: Iterable[Path], sandbox: "Sandbox", only: str | None, as_json: bool) -> int:
    """Check everything below the paths, show the reports in order, and return the exit status."""
    from dlcourse.console import progress as bar
    from grader.learning import progress

    submissions, status, has_answers = [], 0, False
    for path in paths:
        try:
            submissions += [(file, name, path.is_dir()) for file, name in find([path])]
        except UnusableInput as error:
            print(error, file=sys.stderr)
            status = 2
    with bar(len(submissions), "Checking") as advance:
        for path, name, in_folder in submissions:
            report = _report(path, name, sandbox, only)
            advance()
            if report.error is not None and not in_folder:
                print(report.error, file=sys.stderr)
                status = 2
                continue
            progress.record(report.exercises, report.submission)
            if as_json:
                print(report.to_json(), flush=True)
            else:
                _print(report)
            has_answers = has_answers or bool(report.exercises)
            if not report.all_passed:
                status = status or 1
    return status or int(not has_answers)


def _report(path: Path, name: str, sandbox: "Sandbox", only: str | None) -> "Report":
    from grader.judging.bank import PUBLIC_SEED
    from grader.judging.grading import grade
    from grader.judging.report import Report

    try:
        submission = read_with_modules(path, name)
    except UnusableInput as error:
        return Report(name, PUBLIC_SEED, sandbox.level, [], error=str(error))
    with sandbox.borrowed_worker() as worker:
        return grade(submission, worker, seed=PUBLIC_SEED, sandbox=sandbox.level, only=only).report


def _print(report: "Report") -> None:
    """Print what a learner wants to see of one file: what is wrong in full, the rest in a line."""
    from rich.console import Console

    from grader.exercises import all_exercises
    from grader.judging.explaining import is_unexplained
    from grader.judging.judge import RIGHT
    from grader.learning.card import verdict_card

    console = Console(highlight=False, soft_wrap=True)
    if not report.exercises and not report.error:
        console.print(
            f"{for_terminal(report.submission)} holds no answer: nothing in it has an exercise's name "
            "(`grader list` shows them).",
            style="yellow",
            markup=False,
        )
        return
    styles = {"passed": "green", "missing": "yellow"}
    console.print(
        f"{for_terminal(report.submission)}: {report.score:g} of {report.out_of:g}",
        style="bold",
        markup=False,
    )
    if report.error:
        console.print(f"  {for_terminal(report.error)}", style="red", markup=False)
    unexplained = {verdict.name for verdict in report.exercises if is_unexplained(verdict)}
    for verdict in report.exercises:
        if verdict.name not in unexplained:
            card = repr(verdict_card(all_exercises()[verdict.name], verdict))
            head, *rest = [
                for_terminal(line) for line in card.splitlines() if not line.startswith("A hint: ")
            ]
            console.print(f"  {head}", style=styles.get(verdict.status, "red"), markup=False)
            if verdict.message != RIGHT:
                console.print("\n".join(f"    {line}" for line in rest), markup=False)
    if unexplained:
        names = ", ".join(verdict.name for verdict in report.exercises if verdict.name in unexplained)
        console.print(f"  not answered yet: {names}", style="yellow", markup=False)
    if report.sandbox == "process":
        console.print("  Run without a sandbox: this machine has none.", style="yellow", markup=False)
