"""The `grader` command. Each of its commands is a module of `grader.commands`."""

import os
import sys

if __name__ == "__main__":  # `python -m` puts the folder first on the path: its files are to hide nothing
    sys.path.append(sys.path.pop(0))

from importlib.util import find_spec

import typer

from grader.commands.check import check
from grader.commands.grade import grade
from grader.commands.list import list_exercises
from grader.commands.mark import mark
from grader.commands.progress import progress
from grader.commands.release import release
from grader.commands.report import report
from grader.commands.review import review
from grader.commands.similar import similar
from grader.errors import GraderError
from grader.text import for_terminal

app = typer.Typer(
    help="Checks and grades the exercises of dlcourse.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (check, progress, review, grade, report, mark, similar, release):
    app.command()(command)
app.command("list")(list_exercises)
if find_spec("grader.commands.author"):  # not in the student edition
    from grader.commands.author import author

    app.add_typer(author, name="author")


def main() -> None:
    """Run the command; whatever goes wrong ends in one line and status 2."""
    arguments = sys.argv[1:] or ["--help"]
    try:
        sys.exit(app(arguments, prog_name="grader", standalone_mode=False) or 0)
    except GraderError as error:
        _fail(str(error))
    except (KeyboardInterrupt, typer.Abort):
        _fail("Interrupted.")
    except BrokenPipeError:  # the reader of a pipe has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
    except Exception as error:
        if os.environ.get("DLCOURSE_DEBUG"):
            raise
        if hasattr(error, "format_message"):  # of usage; where Typer keeps its class differs by version
            _fail(
                f"{error.format_message().rstrip('.')}. `grader --help` and `grader COMMAND --help` show how."
            )
        if isinstance(error, ModuleNotFoundError):
            _fail(f"The package {error.name} is not installed: pip install 'dlcourse[dev]' has all of them.")
        if isinstance(error, OSError) and error.strerror:
            _fail(f"{error.filename or 'A file'}: {error.strerror}.")
        _fail(
            f"A fault of the grader itself, {type(error).__name__}: {error} (DLCOURSE_DEBUG=1 shows where)."
        )


def _fail(message: str) -> None:
    print(for_terminal(message.replace("\n", " ")), file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
