"""Builds the notebooks from the lessons' text.

    python lessons/build.py [LESSON…]      build these, or all
    python lessons/build.py --check        compare only; exit status 1 if a notebook is out of step
    python lessons/build.py --course DIR   those of a course of one's own; by default, course.toml here

    lesson.md ── jupytext ──▶ cells ── {exercise} NAME ──▶ header · stub · check ── run ──▶ lesson.ipynb
                                    └─ {predict} NAME ──▶ question · prediction ───┘

`{finding} NAME` becomes its sentence with what `docs/evidence.md` says of it, `{time}` how long it all takes.

A header has the statement, which is the docstring of the reference in `solutions/`; a stub has the signature.
Nothing else of it gets into a notebook. The untouched notebook is run, and of its outputs only the text of
cells tagged `nbval-check-output` is kept. The comparison runs nothing, and leaves outputs out.
"""

import argparse
import copy
import hashlib
import inspect
import math
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

try:
    import jupytext
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError
    from nbformat import NotebookNode
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is not installed: `python3 run.py test` sets up what building lessons needs.")

LESSONS = Path(__file__).resolve().parent
sys.path.insert(0, str(LESSONS.parent))  # so that a clone which isn't installed builds too

from dlcourse import content  # noqa: E402
from dlcourse.errors import nearest  # noqa: E402
from grader import exercises, predictions  # noqa: E402
from grader.authoring import statement  # noqa: E402
from grader.classes.course import here  # noqa: E402
from grader.errors import UnusableInput  # noqa: E402
from grader.exercise import Exercise  # noqa: E402
from grader.submissions.cutting import Cutter  # noqa: E402
from grader.submissions.submission import read  # noqa: E402
from lessons import colab, findings  # noqa: E402

DIRECTIVE = re.compile(r"^```\{(exercise|predict)\}[ \t]*(\S*)[ \t]*\n```[ \t]*$", re.MULTILINE)
TIME = re.compile(r"^```\{time\}[ \t]*\n```[ \t]*$", re.MULTILINE)
FENCE = re.compile(r"^```+\{([^}\n]*)\}.*", re.MULTILINE)
DIRECTIVES = ("code-cell", "exercise", "predict", "finding", "time")
LESSON_LINK = re.compile(r"(\]\(\d\d\w*)\.md\b")
KEPT = "nbval-check-output"
FOLDED = "measuring"  # a cell that only measures: its code is folded away, its output is not

# Of a reader to whom it is new. An exercise's own minutes are those of somebody who knows the matter.
WORDS_A_MINUTE, LINES_A_MINUTE = 130, 9
BEGINNER = (1.5, 2)
ASKED = {
    "write": "",
    "repair": "**repair it** · ",
    "decide": "**decide** · ",
    "derive": "**derive** · ",
    "design": "**design** · ",
    "find": "**find the fault** · ",
}


class BuildError(Exception):
    """A lesson that can't be built, and why, in one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the notebooks from the lessons' text.")
    parser.add_argument("lesson", nargs="*", help="a lesson's name, as 02_neural_networks; all if left out")
    parser.add_argument(
        "--check", action="store_true", help="only compare; exit 1 if a notebook is out of step"
    )
    parser.add_argument("--course", type=Path, metavar="DIR", help="the folder of a course of one's own")
    options = parser.parse_args(arguments)
    try:
        here(options.course)
        folder = next(map(Path, content.own_places("lessons")), LESSONS)
        chosen = sources(options.lesson, folder)
        if options.check:
            messages = [message for source in chosen if (message := out_of_step(source))]
            if not options.lesson:
                messages += [f"{file.name} has no text beside it: remove it." for file in _orphans(folder)]
            print("\n".join(messages) or f"{len(chosen)} in step.")
            return int(bool(messages))
        for source in chosen:
            notebook = build(source)
            execute(notebook, source.stem, folder=folder)
            source.with_suffix(".ipynb").write_text(to_text(notebook), encoding="utf-8", newline="\n")
    except (BuildError, UnusableInput) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def sources(names: Sequence[str] = (), folder: Path = LESSONS) -> list[Path]:
    """The text files of these lessons in a folder, or of all.

    Raises:
        BuildError: there is no lesson of a name.
    """
    return [_source_of(name, folder) for name in names] or sorted(folder.glob("[0-9]*.md"))


def build(source: Path, text: str | None = None, *, counted: bool = True) -> NotebookNode:
    """Make a lesson's notebook, without outputs.

    Args:
        source: the lesson's file; its name is the lesson's.
        text: its content; read from the file if `None`.
        counted: whether findings say what came of their runs, which `docs/evidence.md` must then have.

    Returns:
        The notebook, of nbformat 4.5.

    Raises:
        BuildError: a directive names no exercise, or the wrong one; or an exercise has no directive; or a
            question has none, or no outcome below it; or a finding has no row of its own in
            `docs/evidence.md`.
    """
    text = _text_of(source) if text is None else text
    text = _with_findings(text, source.stem, counted)
    cells = list(_cells(jupytext.reads(text, fmt="md:myst"), source.stem))
    _check_exercises(source.stem, [cell.id for cell in cells if role(cell) == "stub"])
    _check_questions(source.stem, cells)
    _set_time(cells, source.stem)
    if source.parent == LESSONS and (repository := _repository()):
        colab.add(cells, source.stem, repository)
    _set_ids(cells)
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
        "dlcourse": {"lesson": source.stem},
    }
    notebook = new_notebook(cells=cells, metadata=metadata)
    notebook.nbformat_minor = 5
    return notebook


def _repository() -> str:
    try:
        return colab.repository()
    except colab.SettingError as error:
        raise BuildError(str(error)) from None


def execute(notebook: NotebookNode, name: str, most_seconds: int = 300, folder: Path = LESSONS) -> None:
    """Run a notebook, no cell longer than so, and keep only the text outputs that are the same everywhere."""
    count, started = len(notebook.cells), time.perf_counter()
    on_screen = sys.stdout.isatty()

    def progress(index: int) -> None:
        if on_screen:
            print(f"\r{name}: cell {index + 1} of {count}", end="", flush=True)

    if not on_screen:
        print(f"{name}: running {count} cells", flush=True)
    ran = run(notebook, name, most_seconds, folder, on_cell=progress)
    print(f"\r{name}: {count} cells in {time.perf_counter() - started:.0f} s")
    _check_outcomes(name, ran)
    for cell, ran_cell in zip(notebook.cells, ran.cells, strict=True):
        if KEPT in cell.metadata.get("tags", []):
            cell.outputs = _stable_outputs(ran_cell)
            cell.execution_count = ran_cell.execution_count  # nbval wants one where there are outputs


def run(
    notebook: NotebookNode,
    name: str,
    most_seconds: int = 300,
    folder: Path = LESSONS,
    *,
    environment: Mapping[str, str] | None = None,
    on_cell: Callable[[int], None] = lambda index: None,
) -> NotebookNode:
    """Run a copy of a notebook, with this Python and this clone's course.

    Args:
        notebook: what to run; it stays as it is, for a run also writes versions and times into the metadata.
        name: the lesson's, for what is said.
        most_seconds: how long a cell may take.
        folder: where it runs.
        environment: variables of the kernel beside those of this process.
        on_cell: called with a cell's number, from 0, as it begins.

    Returns:
        The copy, with all outputs.

    Raises:
        BuildError: a cell raised an exception, or the kernel died.
    """
    running = copy.deepcopy(notebook)
    paths = [str(LESSONS.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # this Python's kernel, not one in the home folder
    client = NotebookClient(
        running,
        timeout=most_seconds,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=lambda cell, cell_index: on_cell(cell_index),
    )
    try:
        client.execute(env=dict(os.environ, PYTHONPATH=os.pathsep.join(paths), **(environment or {})))
    except CellExecutionError as error:
        raise BuildError(f"{name}: a cell raised {error.ename}\n{error}") from None
    except DeadKernelError:
        raise BuildError(
            f"{name}: the kernel died: run the lesson's last cells by hand to see why."
        ) from None
    return running


def out_of_step(source: Path) -> str | None:
    """Say how to mend a notebook that isn't what its text says, outputs apart; `None` if it is."""
    file = source.with_suffix(".ipynb")
    course = "" if source.parent == LESSONS else f"--course {source.parents[1]} "
    mend = f"run: python lessons/build.py {course}{source.stem}"
    if not file.exists():
        return f"{source.stem}: the notebook is missing; {mend}"
    try:
        found = nbformat.read(file, as_version=4)
    except Exception:  # nbformat's own kinds, and those of JSON and of encodings
        return f"{source.stem}: the notebook can't be read; {mend}"
    if _without_outputs(found) == _without_outputs(build(source)):
        return None
    return f"{source.stem}: the notebook is out of step with its text; {mend}"


def with_solutions(notebook: NotebookNode) -> NotebookNode:
    """The same notebook with every stub replaced by its reference and what that needs."""
    solved = copy.deepcopy(notebook)
    defined: set[str] = set()
    for cell in solved.cells:
        if role(cell) == "stub":
            exercise = exercises.all_exercises()[cell.metadata.dlcourse.exercise]
            parts = [part for part in _with_needs(exercise) if part not in defined]
            cell.source = "\n\n\n".join(parts)
            defined.update(parts)
            cell.metadata.dlcourse.role = "solution"
    return solved


def role(cell: NotebookNode) -> str | None:
    """What a cell does for an exercise: `"stub"`, `"check"`, `"solution"` or `None`."""
    return cell.metadata.get("dlcourse", {}).get("role")


def to_text(notebook: NotebookNode) -> str:
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4) + "\n"


def _cells(notebook: NotebookNode, lesson: str) -> Iterator[NotebookNode]:
    for cell in notebook.cells:
        metadata = {"tags": cell.metadata.tags} if cell.metadata.get("tags") else {}
        if cell.cell_type == "code":
            if FOLDED in metadata.get("tags", []):
                metadata["jupyter"] = {"source_hidden": True}
            yield new_code_cell(cell.source, metadata=metadata)
            continue
        parts = DIRECTIVE.split(cell.source)  # text, kind, name, text, kind, name, …, text
        for i, part in enumerate(parts):
            if i % 3 == 2:
                is_exercise = parts[i - 1] == "exercise"
                yield from _exercise_cells(part, lesson) if is_exercise else _predict_cells(part, lesson)
            elif i % 3 == 0 and part.strip():
                if odd := re.search(r"\{(exercise|predict)\}", part):
                    raise BuildError(
                        f"{lesson}: an {odd[0]} directive takes a name, and its body stays empty."
                    )
                if odd := FENCE.search(TIME.sub("", part)):
                    if odd[1] in DIRECTIVES:
                        raise BuildError(f"{lesson}: this directive is not as it must be: {odd[0]}")
                    near = nearest(odd[1], DIRECTIVES)
                    hint = f"do you mean {near!r}?" if near else f"there are {', '.join(DIRECTIVES)}."
                    raise BuildError(f"{lesson}: there is no directive {odd[1]!r}; {hint}")
                yield new_markdown_cell(LESSON_LINK.sub(r"\1.ipynb", part.strip()), metadata=metadata)


def _with_findings(text: str, lesson: str, counted: bool) -> str:
    """Each finding's directive replaced by its sentence."""
    sentences = {claim.name: f"> **Finding.** {claim.claim}" for claim in findings.claims(text)}
    rows = {row.name: row for row in findings.read().get(lesson, [])}
    for claim in findings.claims(text) if counted else []:
        if content.own_course() is not None:
            raise BuildError(
                f"{lesson}: a course of one's own has no findings: write {claim.name!r} as text."
            )
        row = rows.get(claim.name)
        if row is None or row[:3] != claim:
            raise BuildError(
                f"{lesson}: docs/evidence.md doesn't have the finding {claim.name!r} as the lesson has it; "
                f"run: python lessons/evidence.py {lesson}"
            )
        if row.verdict == "does not hold":
            raise BuildError(f"{lesson}: the finding {claim.name!r} does not hold: say what was found.")
        sentences[claim.name] = row.sentence
    # A cell or a heading has no name.
    return findings.PARTS.sub(lambda part: sentences.get(part["name"], part[0]), text)


def _set_time(cells: list[NotebookNode], lesson: str) -> None:
    """Replace the directive `{time}` by what reading, running and answering take."""
    prose = [cell.source for cell in cells if cell.cell_type == "markdown" and role(cell) is None]
    code = [cell.source for cell in cells if _is_read(cell)]
    words = sum(len(re.findall(r"\w[\w'’-]*", TIME.sub("", text))) for text in prose)
    lines = sum(bool(line.strip()) for text in code for line in text.splitlines())
    reading = words / WORDS_A_MINUTE + lines / LINES_A_MINUTE
    asked = [exercises.all_exercises()[cell.id] for cell in cells if role(cell) == "stub"]
    stated = sum(exercise.minutes for exercise in asked)
    low, high = (_duration(factor * stated) for factor in BEGINNER)
    sentence = (
        f"**Time:** {_duration(reading)} to read and to try things ({words:,} words, {lines} lines of code), "
        f"and {low} to {high} for the exercises, of which there are {len(asked)}. All cells together run in "
        "less than a minute on two processor cores; the last cell says how long they took on yours."
    )
    if any(FOLDED in cell.metadata.get("tags", []) for cell in cells):
        sentence += " Of cells that only measure the code is folded away: a click on the three dots shows it."
    for cell in cells:
        cell.source = TIME.sub(sentence, cell.source)


def _is_read(cell: NotebookNode) -> bool:
    """Whether a cell is code of the lesson that nobody wrote as an answer, and that lies open."""
    folded = FOLDED in cell.metadata.get("tags", [])
    return cell.cell_type == "code" and role(cell) is None and not folded


def _duration(minutes: float) -> str:
    """Minutes, rounded up to a quarter of an hour: `1 h 45 min`."""
    hours, rest = divmod(15 * math.ceil(minutes / 15), 60)
    return " ".join(f"{n} {unit}" for n, unit in ((hours, "h"), (rest, "min")) if n)


def _exercise_cells(name: str, lesson: str) -> list[NotebookNode]:
    exercise = _exercise(name, lesson)

    def dots(level: int) -> str:
        return "●" * level + "○" * (5 - level)

    header = (
        f"**Exercise: `{exercise.name}`** · {ASKED[exercise.task]}difficulty {dots(exercise.difficulty)} · "
        f"importance {dots(exercise.importance)} · {exercise.minutes} min"
    )
    parts = [
        new_markdown_cell(f"{header}\n\n{statement.as_markdown(inspect.getdoc(exercise.reference) or '')}"),
        new_code_cell(stub(exercise)),
        new_code_cell(f"check({exercise.name})"),
    ]
    for part, its_role in zip(parts, ("header", "stub", "check"), strict=True):
        part.metadata["dlcourse"] = {"exercise": exercise.name, "role": its_role}
        part.id = exercise.name if its_role == "stub" else f"{exercise.name}-{its_role}"
    return parts


def _predict_cells(name: str, lesson: str) -> list[NotebookNode]:
    known = predictions.questions_of(lesson)
    if not known:
        raise BuildError(f"{lesson}: there is no question {name!r}: write it to predictions/{lesson}.toml.")
    if name not in known:
        near = nearest(name, known, cutoff=0)
        raise BuildError(f"{lesson}: there is no question {name!r} of this lesson; the nearest is {near!r}.")
    options = "\n".join(f"- {known[name].said(letter)}" for letter in known[name].letters)
    call = new_code_cell(f'predict("{name}", choice=None)')
    call.metadata["dlcourse"] = {"question": name, "role": "predict"}
    call.id = f"predict-{name}"
    return [new_markdown_cell(f"**Before you run it:** {known[name].question}\n\n{options}"), call]


def stub(exercise: Exercise) -> str:
    """What a learner begins with: the signature, and no body or, of a repair, a faulty one."""
    if not exercise.reference.__doc__:
        raise BuildError(
            f"{exercise.name}: the reference has no docstring, so the exercise has no statement."
        )
    return statement.shortened(exercise.stub)


def _with_needs(exercise: Exercise) -> list[str]:
    """The reference's source, after all statements of its module that it uses, directly or not."""
    module = read(Path(inspect.getsourcefile(exercise.reference)))
    (piece,) = Cutter(module).cut(exercise.name).pieces
    lines = piece.source.splitlines()  # whole lines: a comment behind the last one stays
    return ["\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in piece.nodes]


def _set_ids(cells: list[NotebookNode]) -> None:
    """An id follows from the cell's own content, so an edit elsewhere doesn't change it."""
    seen: Counter[str] = Counter()
    for cell in cells:
        if "dlcourse" not in cell.metadata:
            digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
            cell.id = f"c{digest}" + (f"-{seen[digest]}" if seen[digest] else "")
            seen[digest] += 1


def _exercise(name: str, lesson: str) -> Exercise:
    known = exercises.all_exercises()
    if name in known:
        return known[name]
    near = nearest(name, known, cutoff=0)
    raise BuildError(f"{lesson}: there is no exercise {name!r}; the nearest is {near!r}.")


def _check_exercises(lesson: str, named: list[str]) -> None:
    asked = [e.name for e in exercises.exercises_of(lesson)] if lesson in exercises.LESSONS else []
    for name in named:
        if name not in asked:
            raise BuildError(f"{lesson}: the exercise {name!r} belongs to another lesson.")
        if named.count(name) > 1:
            raise BuildError(f"{lesson}: the exercise {name!r} is asked for twice.")
    if missing := [name for name in asked if name not in named]:
        raise BuildError(f"{lesson}: no directive asks for {', '.join(missing)}.")


def _check_questions(lesson: str, cells: list[NotebookNode]) -> None:
    asked = [cell.metadata.dlcourse.question for cell in cells if role(cell) == "predict"]
    for name in predictions.questions_of(lesson):
        if asked.count(name) != 1:
            raise BuildError(f"{lesson}: the question {name!r} is asked {asked.count(name)} times, not once.")
        below = next(i for i, cell in enumerate(cells) if cell.get("id") == f"predict-{name}")
        if not any(_shows_outcome(cell, name) for cell in cells[below:]):
            raise BuildError(f"{lesson}: no cell below the question {name!r} shows its outcome.")


def _check_outcomes(lesson: str, ran: NotebookNode) -> None:
    """Make sure that each question came to the answer that its file says."""
    for name, question in predictions.questions_of(lesson).items():
        outputs = [out for cell in ran.cells if _shows_outcome(cell, name) for out in cell.outputs]
        shown = "".join(out.get("data", {}).get("text/plain", "") for out in outputs)
        if f"t was {question.said(question.answer)}" not in shown:
            raise BuildError(
                f"{lesson}: the question {name!r} didn't come to {question.answer!r}, but to {shown}"
            )


def _shows_outcome(cell: NotebookNode, name: str) -> bool:
    return cell.cell_type == "code" and f'predict.outcome("{name}"' in cell.source


def _text_of(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BuildError(f"{source.name} is no UTF-8 text: save it as that.") from None


def _source_of(lesson: str, folder: Path) -> Path:
    source = folder / f"{lesson}.md"
    if not source.exists():
        raise BuildError(f"There is no lesson {lesson!r} in {folder.name}/.")
    return source


def _orphans(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.glob("[0-9]*.ipynb")) if not file.with_suffix(".md").exists()]


def _stable_outputs(cell: NotebookNode) -> list[NotebookNode]:
    text = "".join(output.text for output in cell.outputs if output.get("name") == "stdout")
    return [new_output("stream", name="stdout", text=text)] if text else []


def _without_outputs(notebook: NotebookNode) -> NotebookNode:
    bare = copy.deepcopy(notebook)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return bare


if __name__ == "__main__":
    sys.exit(main())
