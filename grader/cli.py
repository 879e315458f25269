"""The `grader` command: list the exercises, check one's own answers, grade a class."""

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.errors import GraderError, UnusableInput
from grader.submission import find, read

if TYPE_CHECKING:
    from grader.report import Report
    from grader.sandbox import Sandbox

app = typer.Typer(
    help="Checks and grades the exercises of dlcourse.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

WRONG = ("failed", "error", "timeout", "refused")
JOBS = (os.cpu_count() or 1) + 1  # one more than there are cores: somebody is always waiting for a process
Json = Annotated[bool, typer.Option("--json", help="Print data instead of text: one JSON object a line.")]


def main() -> None:
    """Run the command; whatever goes wrong ends in one line and status 2."""
    try:
        app(prog_name="grader")
    except GraderError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("Interrupted.")
    except BrokenPipeError:  # the reader of a pipe has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
    except Exception as error:
        if os.environ.get("DLCOURSE_DEBUG"):
            raise
        _fail(
            f"A fault of the grader itself, {type(error).__name__}: {error} (DLCOURSE_DEBUG=1 shows where)."
        )


@app.command("list")
def list_exercises(as_json: Json = False) -> None:
    """List the exercises by lesson, with their state."""
    from grader.exercises import all_exercises, lesson_of
    from grader.progress import states

    known = states()
    rows = [
        {"name": e.name, "lesson": lesson_of(e), "kind": e.kind, "state": known.get(e.name, "new")}
        for e in all_exercises().values()
    ]
    if as_json:
        print(json.dumps(rows))
        return
    lesson = None
    for row in rows:
        if row["lesson"] != lesson:
            lesson = row["lesson"]
            print(lesson)
        print(f"  {row['name']:24}{row['state']}")


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Notebooks, modules or folders of them.")] = None,
    only: Annotated[str | None, typer.Option(help="Check this exercise only.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever a file is saved.")] = False,
    as_json: Json = False,
) -> None:
    """Check your own answers on the public cases, in the sandbox."""
    from grader.bank import PUBLIC_SEED
    from grader.sandbox import Sandbox

    paths = paths or [Path.cwd()]
    if only is not None:
        _require_exercise(only)
    with Sandbox() as sandbox:
        status = 0
        for _ in _saves(paths) if watch else [None]:
            status = _run(paths, sandbox, PUBLIC_SEED, 1, only, as_json, _print_check, record=True)
    raise typer.Exit(status)


@app.command()
def grade(
    paths: Annotated[list[Path], typer.Argument(help="Notebooks, modules or folders of them.")],
    seed: Annotated[
        str | None,
        typer.Option(help="The secret that makes the cases: any text. A new random one by default."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many submissions at a time.")] = JOBS,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Grade even where this machine has no sandbox.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Grade submissions on secret cases, each in the sandbox."""
    from grader.bank import PUBLIC_SEED
    from grader.sandbox import Sandbox

    if seed in (PUBLIC_SEED, ""):
        raise UnusableInput(f"The seed {seed!r} is no secret; choose another, or leave --seed out.")
    with Sandbox() as sandbox:
        if sandbox.level == "process" and not unsafe:
            from grader.confinement import missing

            raise UnusableInput(
                f"There is no sandbox on this machine ({missing()}), so a submission could do harm or cheat; "
                "--unsafe grades all the same."
            )
        seed = seed or secrets.token_hex(16)
        status = _run(paths, sandbox, seed, jobs, None, as_json, _print_grade)
        if not as_json:
            print(f"Sandbox: {sandbox.level}. Seed: {seed}")
    raise typer.Exit(status)


def _run(
    paths: Iterable[Path],
    sandbox: "Sandbox",
    seed: str,
    jobs: int,
    only: str | None,
    as_json: bool,
    show: "Callable[[Report], None]",
    record: bool = False,
) -> int:
    """Grade everything below the paths, show the reports in order, and return the exit status."""
    from grader import progress

    submissions, status = [], 0
    for path in paths:
        try:
            submissions += [(file, name, path.is_dir()) for file, name in find([path])]
        except UnusableInput as error:
            print(error, file=sys.stderr)
            status = 2
    with _graded(submissions, sandbox, seed, jobs, only) as reports:
        for (_, _, in_folder), report in zip(submissions, reports, strict=True):
            if report.error is not None and not in_folder:
                print(report.error, file=sys.stderr)
                status = 2
                continue
            if record:
                progress.record(report.exercises)
            if as_json:
                print(report.to_json(), flush=True)
            else:
                show(report)
            if not report.all_passed:
                status = status or 1
    return status


def _saves(paths: Iterable[Path]) -> Iterator[None]:
    """Yield once, and again whenever a file is saved, until Ctrl-C; no save is missed during a check."""
    from watchfiles import watch

    existing = [path for path in paths if path.exists()]
    first = True
    for changes in watch(*existing, yield_on_timeout=True, rust_timeout=100, raise_interrupt=False):
        if first or changes:
            yield
            print("Waiting for a change; Ctrl-C ends.", file=sys.stderr)
        first = False


@contextmanager
def _graded(
    submissions: list[tuple[Path, str, bool]],
    sandbox: "Sandbox",
    seed: str,
    jobs: int,
    only: str | None,
) -> "Iterator[Iterator[Report]]":
    """Yield the reports in order, while worker threads grade ahead; a bar on a terminal shows how far."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from grader.grading import grade as grade_submission
    from grader.report import Report

    def work(path: Path, name: str) -> Report:
        try:
            submission = read(path, name)
        except UnusableInput as error:
            return Report(name, seed, sandbox.level, [], error=str(error))
        with sandbox.borrowed_worker() as worker:
            return grade_submission(submission, worker, seed=seed, sandbox=sandbox.level, only=only)

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    executor = ThreadPoolExecutor(jobs)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Grading", total=len(submissions))
        futures: list[Future[Report]] = [executor.submit(work, path, name) for path, name, _ in submissions]
        for future in futures:
            future.add_done_callback(lambda _: bar.advance(task))
        try:
            yield (future.result() for future in futures)
        finally:
            executor.shutdown(cancel_futures=True)


def _print_check(report: "Report") -> None:
    """Print what a learner wants to see of one file: what is wrong in full, the rest in a line."""
    from rich.console import Console

    from grader.card import verdict_card
    from grader.exercises import all_exercises
    from grader.judge import RIGHT

    console = Console(highlight=False, soft_wrap=True)
    styles = {"passed": "green", "missing": "yellow"}
    console.print(f"{report.submission}: {report.score:g} of {report.out_of:g}", style="bold", markup=False)
    if report.error:
        console.print(f"  {report.error}", style="red", markup=False)
    for verdict in report.exercises:
        if verdict.status != "missing":
            card = repr(verdict_card(all_exercises()[verdict.name], verdict, hint=0))
            head, *rest = [line for line in card.splitlines() if not line.startswith("More: ")]
            console.print(f"  {head}", style=styles.get(verdict.status, "red"), markup=False)
            if verdict.message != RIGHT:
                console.print("\n".join(f"    {line}" for line in rest), markup=False)
    waiting = [verdict.name for verdict in report.exercises if verdict.status == "missing"]
    if waiting:
        console.print(f"  not answered yet: {', '.join(waiting)}", style="yellow", markup=False)
    if report.sandbox == "process":
        console.print("  Run without a sandbox: this machine has none.", style="yellow", markup=False)


def _print_grade(report: "Report") -> None:
    """Print one line a submission."""
    if report.error:
        print(f"{report.submission}: not graded: {report.error}")
        return
    parts = [f"{report.submission}: {report.score:g} of {report.out_of:g}"]
    parts += [f"{v.name} ({v.mistake or v.status})" for v in report.exercises if v.status in WRONG]
    missing = sum(v.status == "missing" for v in report.exercises)
    print("; ".join(parts) + (f"; {missing} not answered" if missing else ""))


def _require_exercise(name: str) -> None:
    from grader.exercises import all_exercises, nearest

    if name not in all_exercises():
        near = nearest(name)
        raise UnusableInput(
            f"There is no exercise called {name!r}"
            + (f"; do you mean {near!r}?" if near else "; `grader list` shows them all.")
        )


def _fail(message: str) -> None:
    print(message.replace("\n", " "), file=sys.stderr)
    sys.exit(2)
