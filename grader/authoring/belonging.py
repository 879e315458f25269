"""What an exercise, or its lesson, owes of its places: lists, lesson, notebook, coverage, tests."""

import ast
import importlib.util
import inspect
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

from grader.authoring import statement
from grader.authoring.places import Places, catalogue, points
from grader.exercise import Exercise
from grader.exercises import exercises_of, lesson_of

SHARED = ("__init__", "cases")  # files of a lesson's folder that belong to no exercise
VERIFYING = "grader.exercises.verifying"
GIVEN_OUT = ("grader.exercise", VERIFYING, "grader.exercises.goals", "grader.child")
"""What a file that verifies may import of the grader, for learners get it, too."""


def lesson_asks_for_it(exercise: Exercise) -> Iterator[str]:
    places = Places(lesson_of(exercise))
    directive = rf"^```\{{exercise\}} {exercise.name}\n```$"
    if not re.search(directive, places.text.read_text("utf-8"), re.MULTILINE):
        yield (
            f"{places.shown(places.text)} doesn't ask for it: write ```{{exercise}} {exercise.name} and ``` "
            "in two lines at its place."
        )


def notebook_has_its_stub(exercise: Exercise) -> Iterator[str]:
    places = Places(lesson_of(exercise))
    notebook = json.loads(places.notebook.read_text("utf-8")) if places.notebook.is_file() else {}
    cells = {cell["id"]: "".join(cell["source"]) for cell in notebook.get("cells", ())}
    text = statement.as_markdown(inspect.getdoc(exercise.reference) or "")
    stub = statement.shortened(exercise.stub)
    if cells.get(exercise.name) != stub or text not in cells.get(f"{exercise.name}-header", ""):
        yield f"The notebook has another statement, or none: run `python {shlex.join(places.build)}`."


def a_point_is_practised(exercise: Exercise) -> Iterator[str]:
    places = Places(lesson_of(exercise))
    if not places.own and not any(
        exercise.name in point.get("exercises", ()) for point in points(places.coverage)
    ):
        yield f"{places.shown(places.coverage)} has no point that it practises: add its name to one."


def catalogue_promises_it(exercise: Exercise) -> Iterator[str]:
    places = Places(lesson_of(exercise))
    promised = catalogue(places.catalogue).get(places.lesson, ())
    if not places.own and (line := signature_of(exercise)) not in promised:
        yield (
            f"{places.shown(places.catalogue)} doesn't promise this signature: write `{line}` under "
            f"{places.lesson}, or keep what stands there."
        )


def a_test_names_the_reference(exercise: Exercise) -> Iterator[str]:
    places = Places(lesson_of(exercise))
    source = places.tests.read_text("utf-8") if places.tests.is_file() else ""
    lines = [line for line in source.splitlines() if re.search(rf"\b{exercise.name}\b", line)]
    if not lines or any("TODO" in line for line in lines):
        yield (
            f"{places.shown(places.tests)} has no test of it, or only the skeleton: compare it with another "
            "implementation, or with a law that it obeys."
        )


def files_belong_to_exercises(lesson: str) -> Iterator[str]:
    """Each file of the folder holds an exercise, or is imported by one that does."""
    places = Places(lesson)
    names = {exercise.name for exercise in exercises_of(lesson)}
    files = {file.stem: file for file in sorted(places.folder.glob("*.py"))}
    imported = {name for file in files.values() for name in _imported(file.read_text("utf-8"))}
    for name, file in files.items():
        if name not in names and name not in SHARED and name not in imported:
            yield (
                f"{places.shown(file)} belongs to no exercise: add {name!r} to `EXERCISES` in "
                f"{places.shown(places.listing)}, or remove the file."
            )


def what_verifies_can_be_given_out(lesson: str) -> Iterator[str]:
    """The files that verify import nothing that learners don't get: they get these files without the rest."""
    places = Places(lesson)
    for file in sorted((places.folder.parent / "verifying").glob(f"{places.module}*.py")):
        for name in _modules(file.read_text("utf-8"), VERIFYING):
            if f"{name}.".startswith("grader.") and not f"{name}.".startswith(
                tuple(f"{module}." for module in GIVEN_OUT)
            ):
                yield (
                    f"{places.shown(file)} imports {name}, which learners don't get: of the grader let it "
                    f"import {', '.join(GIVEN_OUT[:-1])} and {GIVEN_OUT[-1]} alone."
                )


def notebook_is_in_step(lesson: str) -> Iterator[str]:
    """Ask the build itself, which no module of ours may import."""
    places = Places(lesson)
    command = [sys.executable, *places.build, "--check"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=places.root, check=False)
    if done.returncode:
        said = ((done.stdout if done.returncode == 1 else "") or done.stderr).strip().splitlines()[-1]
        yield said.removeprefix(f"{lesson}: ")  # what asks for this names the lesson


def signature_of(exercise: Exercise) -> str:
    """Return the exercise as the catalogue has it, without types: `"dense(X, W, b, activation=None)"`."""
    parameters = inspect.signature(exercise.reference).parameters.values()
    bare = inspect.Signature([parameter.replace(annotation=parameter.empty) for parameter in parameters])
    return f"{exercise.name}{bare}"


def _imported(source: str) -> Iterator[str]:
    """Yield the last part of each name that is imported from."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.rpartition(".")[2]
            yield from (alias.name for alias in node.names)


def _modules(source: str, package: str) -> Iterator[str]:
    """Yield the full name of what a module of the package imports, in functions, too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            yield from (f"{module}.{alias.name}" for alias in node.names)


CHECKS = (
    lesson_asks_for_it,
    notebook_has_its_stub,
    a_point_is_practised,
    catalogue_promises_it,
    a_test_names_the_reference,
)
OF_A_LESSON = (files_belong_to_exercises, what_verifies_can_be_given_out, notebook_is_in_step)
