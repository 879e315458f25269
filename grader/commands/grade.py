"""`grader grade`: a class, on secret cases, in the sandbox, into a gradebook that outlives a kill."""

import os
import secrets
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.commands.options import Json, require_secret, require_sound_course, use_course_of
from grader.errors import NO_SECRETS, GraderError, UnusableInput
from grader.text import for_terminal

if TYPE_CHECKING:
    from grader.classes.classroom import Outlook
    from grader.classes.gradebook import Gradebook
    from grader.judging.report import Report

WRONG = ("failed", "error", "timeout", "refused")
JOBS = os.cpu_count() or 1


def grade(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Notebooks, modules, folders, or the archive of a platform."),
    ],
    seed: Annotated[
        str | None,
        typer.Option(help="The secret that makes the cases: any text. A new random one by default."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Keep the gradebook in this folder; the same command goes on with it.")
    ] = None,
    course: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Points, due dates and more; course.toml here, if there is one. Or the folder of a course "
            "of your own.",
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many submissions at a time.")] = JOBS,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Grade on the cluster of this Dask scheduler.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Drop what was handed in before and is not among these.")
    ] = False,
    regrade: Annotated[bool, typer.Option("--regrade", help="Grade again what is graded already.")] = False,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Grade even where this machine has no sandbox.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Grade submissions on secret cases, each in the sandbox."""
    from grader.classes.course import here
    from grader.classes.gradebook import Gradebook
    from grader.exercises import edition

    if edition.is_released():
        raise UnusableInput(NO_SECRETS)
    from grader.classes import executors  # the student edition has neither
    from grader.classes.classroom import grade_class, seems_heavy

    require_secret(seed)
    if out is None and (replace or regrade):
        option = "--replace" if replace else "--regrade"
        print(f"{option} changes nothing without --out: no gradebook is kept.", file=sys.stderr)
    if out is not None:
        use_course_of(out, course)
    settings = here(course)
    require_sound_course(settings.lessons if settings is not None else ())
    with Gradebook.create(out) if out else Gradebook.temporary() as book:
        seed = _seed(book, seed, regrade, out)
        if settings is None:
            settings = book.course()
        lent = executors.cluster(dask) if dask else executors.local(jobs, unsafe, heavy=seems_heavy(paths))
        with lent as workers:
            grading = grade_class(
                paths,
                book,
                workers,
                seed=seed,
                course=settings,
                unsafe=unsafe,
                regrade=regrade,
                replace=replace,
            )
            with grading as (outlook, names):
                _follow(outlook, names, out)
        status = _show(paths, book, as_json, out)
        is_read = any(report.error is None for report in book.reports(of_this_time=True))
        for remark in (*book.remarks(), *(book.results().basis if is_read else ())):
            print(for_terminal(remark), file=sys.stderr)
        if not as_json:
            print(f"Sandbox: {book.sandbox()}. Seed: {seed}")
            if out is not None:
                print(f"Next: {shlex.join(['grader', 'report', str(out)])}")
    raise typer.Exit(status)


def _seed(book: "Gradebook", seed: str | None, regrade: bool, out: Path | None) -> str:
    known = book.seed()
    if known is not None and seed is not None and seed != known and not regrade:
        raise UnusableInput(
            f"The class in {out} was graded with another seed: leave --seed out to go on with that one, or "
            "say --regrade to grade all of it anew."
        )
    return seed or known or secrets.token_hex(16)


def _follow(outlook: "Outlook", names: "Iterator[str]", out: Path | None) -> None:
    """Let the class be graded, with a bar that shows how long it takes still."""
    from dlcourse.console import progress

    for remark in outlook.remarks:
        print(for_terminal(remark), file=sys.stderr)
    done = outlook.settled
    try:
        with progress(outlook.submissions - done, "Grading") as advance:
            for _ in names:
                done += 1
                advance()
    except KeyboardInterrupt:
        goes_on = "; the same command goes on" if out else ", and without --out nothing is kept"
        raise GraderError(f"Interrupted: {done} of {outlook.submissions} are graded{goes_on}.") from None


def _show(paths: list[Path], book: "Gradebook", as_json: bool, out: Path | None) -> int:
    """Print every report in the order of the names, and return the exit status."""
    from dlcourse import files

    status, is_graded = 0, False
    named = {path.name for path in paths if path.is_file()}
    if out is not None:
        lines = [f"{report.without_times().to_json()}\n" for report in book.reports()]
        files.write(out / "reports.jsonl", "".join(lines).encode())
    for report in book.reports(of_this_time=True):
        if out is not None:  # so that two runs of one class give the same bytes
            report = report.without_times()
        if report.error is not None and report.submission in named:
            print(for_terminal(report.error), file=sys.stderr)
            status = 2
        elif not as_json:
            print(_line(report), flush=True)
        if as_json:
            print(report.to_json(), flush=True)
        if not report.all_passed:
            status = status or 1
        is_graded = is_graded or bool(report.exercises)
    if not is_graded and status != 2:
        print("Nothing was graded: no file among these both counts and holds an exercise.", file=sys.stderr)
        status = 2
    return status


def _line(report: "Report") -> str:
    """Return one line on a submission, for people."""
    name = for_terminal(report.submission)
    if report.error:
        return f"{name}: not graded: {for_terminal(report.error)}"
    if not report.exercises:
        return f"{name}: no answer in it"
    parts = [f"{name}: {report.score:g} of {report.out_of:g}"]
    parts += [f"{v.name} ({v.mistake or v.status})" for v in report.exercises if v.status in WRONG]
    missing = sum(v.status == "missing" for v in report.exercises)
    return "; ".join(parts) + (f"; {missing} not answered" if missing else "")
