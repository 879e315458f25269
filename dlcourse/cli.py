"""The command `dlcourse`: a workspace with the lessons, JupyterLab on it, and what this machine can do."""

import json
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dlcourse import workspace

WORKSPACE = Path("course")
MARKS = {"fine": "[green]✓[/]", "limited": "[yellow]![/]", "failed": "[red]✗[/]"}

app = typer.Typer(
    help="A deep learning course on Keras and TensorFlow: lessons, exercises that answer at once, real data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
)


def main() -> None:
    """Run the command line; exit status 0: fine, 1: something didn't pass, 2: it couldn't be carried out."""
    try:
        app(prog_name="dlcourse")
    except Exception as error:  # the last resort: one line, whatever happened
        _fail(f"{type(error).__name__}: {error}")


@app.command()
def start(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The workspace.")] = WORKSPACE,
) -> None:
    """Make a folder with the lessons to work in.

    A file that is there already is yours and stays as it is; lessons that are missing are added.
    """
    _start(directory)
    print(f"Next: {shlex.join(['dlcourse', 'lab', str(directory)])}")
    print("Or open a lesson in any editor for notebooks, with this Python as its kernel.")


@app.command(
    context_settings={
        "ignore_unknown_options": True,
        "allow_extra_args": True,
        "allow_interspersed_args": False,
    }
)
def lab(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The workspace.")] = WORKSPACE,
) -> None:
    """Do the same, and open it in JupyterLab.

    Further options go to JupyterLab: dlcourse lab course --port 8899
    """
    options = context.args
    if str(directory).startswith("-"):  # no DIR: what stands in its place is JupyterLab's
        options = [str(directory), *options]
        directory = WORKSPACE
    _start(directory)
    try:
        workspace.open_lab(directory, options)
    except ModuleNotFoundError as error:
        _fail(str(error))


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as data.")] = False,
) -> None:
    """Say what this machine can do for the course.

    TensorFlow, LiteRT, the grader's sandbox and the data sets are tried, not only looked up.
    """
    from dlcourse.doctor import examine  # NumPy's 0.1 s are not for `--help`

    console = Console(highlight=False)
    findings = []
    with Console(stderr=True).status("") as status:  # a spinner on a terminal, nothing in a pipe
        for name, look in examine():
            status.update(f"{name} …")
            findings.append(look())
    ok = all(finding.state != "failed" for finding in findings)
    if as_json:
        print(json.dumps({"schema": 1, "ok": ok, "findings": [asdict(finding) for finding in findings]}))
    elif console.is_terminal:
        table = Table("", "what", "found", box=None)
        for finding in findings:
            table.add_row(MARKS[finding.state], escape(finding.name), escape(finding.value))
        console.print(table)
    else:
        for finding in findings:
            print(f"{finding.state:8}{finding.name}: {finding.value}")
    if not ok:
        raise typer.Exit(1)


def _start(directory: Path) -> None:
    try:
        started = workspace.start(directory)
    except OSError as error:
        # Python's own errors name the file apart; ours are whole sentences.
        _fail(f"No workspace at {directory}: {error.strerror or error}")
    print(f"Workspace: {directory.resolve()}")
    if started.added:
        print(f"Added: {', '.join(started.added)}")
    if started.kept:
        print(f"Kept as they are: {', '.join(started.kept)}")


def _fail(reason: str) -> NoReturn:
    print(f"dlcourse: {reason}", file=sys.stderr)
    raise SystemExit(2)


if __name__ == "__main__":
    main()
