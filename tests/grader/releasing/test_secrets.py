"""A release of this very course: no answer and no secret case is in the student edition."""

import ast
import inspect
import json
import re
import textwrap
import zipfile
from functools import cache
from pathlib import Path

from grader.child.plaindata import encode
from grader.exercises import LESSONS, all_exercises, lesson_of
from grader.judging.bank import bank_of, drawn
from grader.releasing import release

EXERCISES = all_exercises()
LONG = 25  # characters that are nobody's by chance
# Lines that every text on the subject has.
QUOTED = """
keras.layers.Dense(10, activation="softmax"),
keras.layers.Dense(10, "softmax"),
keras.layers.MaxPooling2D(2),
rng = np.random.default_rng(seed)
return np.stack(states, axis=1)
"""
ROOT = release.ROOT


def squeezed(text: str) -> str:
    """The text without what a formatter may change."""
    return re.sub(r"[\s'\"\\]+", "", text)


@cache
def answers() -> dict[str, list[str]]:
    """What must not get out: by exercise, the lines that answer it; by lesson, what its mistakes are made of.

    What is short could be anybody's, what stands in a docstring, or in a program to repair, is part of the
    statement, and what the other code says itself, or every text on the subject, is no secret.
    """
    found: dict[str, list[str]] = {}
    for name, exercise in EXERCISES.items():
        source = textwrap.dedent(inspect.getsource(exercise.reference))
        body = ast.parse(source).body[0].body[1:]
        lines = [line.partition("  #")[0] for s in body for line in segment(source, s).splitlines()]
        as_written = "\n".join(segment(source, statement) for statement in body)
        found[name] = [*lines, as_written, "\n".join(ast.unparse(statement) for statement in body)]
    for lesson, module in LESSONS.items():
        for file in (ROOT / "grader" / "exercises" / module).glob("*.py"):
            text = file.read_text("utf-8")
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Lambda):
                    found.setdefault(lesson, []).append(segment(text, node.body))
                elif isinstance(node, ast.FunctionDef):
                    found.setdefault(lesson, []).extend(segment(text, statement) for statement in node.body)
    shipped = [file for package in ("dlcourse", "grader") for file in (ROOT / package).rglob("*.py")]
    exercises = ROOT / "grader" / "exercises"
    library = "".join(file.read_text("utf-8") for file in shipped if exercises not in file.parents)
    asked = "".join(exercise.stub for exercise in EXERCISES.values())
    asked = squeezed(asked + library + QUOTED)
    return {
        name: [text for text in map(squeezed, texts) if len(text) > LONG and text not in asked]
        for name, texts in found.items()
    }


def segment(source: str, node: ast.AST) -> str:
    return ast.get_source_segment(source, node)


def texts_in(folder: Path) -> dict[str, str]:
    """Everything that can be read in a tree, archives unpacked, by the file's name."""
    texts = {}
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            if zipfile.is_zipfile(file):
                with zipfile.ZipFile(file) as archive:
                    content = b"\n".join(archive.read(member) for member in archive.namelist())
            texts[file.relative_to(folder).as_posix()] = content.decode("utf-8", "replace")
    return texts


def leaks(folder: Path) -> set[tuple[str, str]]:
    """Which files of a tree hold which answer."""
    by_start: dict[str, set[str]] = {}  # so that a text is gone through once, and not once for each answer
    for answer in {answer for texts in answers().values() for answer in texts}:
        by_start.setdefault(answer[:LONG], set()).add(answer)
    found = set()
    for name, text in texts_in(folder).items():
        text = squeezed(text.replace("\\n", ""))
        for i in range(len(text) - LONG + 1):
            for answer in by_start.get(text[i : i + LONG], ()):
                if text.startswith(answer, i):
                    found.add((name, answer))
    return found


def test_no_answer_is_in_the_student_edition(released):
    assert leaks(released / "student") == set()


def test_the_search_for_answers_finds_each_of_them_where_they_are(released, tmp_path):
    with zipfile.ZipFile(released / "gradescope_autograder.zip") as archive:
        archive.extractall(tmp_path)
    found = {answer for _, answer in leaks(tmp_path)}
    searched = {name: set(texts) for name, texts in answers().items() if texts}
    assert searched.keys() >= LESSONS.keys()
    assert [name for name, texts in searched.items() if not found & texts] == []


def test_no_function_of_the_student_edition_is_an_answer(released):
    """By syntax trees, so that neither names of arguments in a comment nor the layout hide it."""
    bodies = set()
    for exercise in EXERCISES.values():
        functions = [exercise.reference, *(mistake.answer for mistake in exercise.mistakes)]
        sources = (textwrap.dedent(inspect.getsource(function)) for function in functions if named(function))
        bodies |= {body_of(ast.parse(source).body[0]) for source in sources}
    assert len(bodies) > len(EXERCISES)
    for name, text in texts_in(released / "student").items():
        sources = [text] if name.endswith(".py") else []
        if name.endswith(".ipynb"):
            cells = json.loads(text)["cells"]
            sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        for source in sources:
            shipped = {body_of(n) for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)}
            assert not shipped & bodies, name


def named(function) -> bool:
    is_made = function.__closure__ is not None or function.__code__.co_filename.startswith("<")  # with faults
    return function.__name__ != "<lambda>" and not is_made


def body_of(function: ast.FunctionDef) -> str:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return "\n".join(map(ast.dump, body))


def test_no_case_of_a_secret_seed_is_in_the_student_edition(released, seed):
    """Each lesson's are searched for in its own bank, and in all that is no bank."""
    files = [file for file in (released / "student").rglob("*") if file.is_file()]
    banks = {file.stem: file.read_bytes() for file in files if file.suffix == ".bank"}
    assert banks.keys() == LESSONS.keys()
    rest = b"".join(file.read_bytes() for file in files if file.suffix != ".bank")
    assert not any(seed.encode() in data for data in (rest, *banks.values()))
    for exercise in EXERCISES.values():
        data = rest + banks[lesson_of(exercise)]
        public = bank_of(exercise)
        assert any(case in data for case in public.cases)
        secret = drawn(exercise, seed)
        hidden = {encode(part) for case in secret for part in (case.arguments, case.inputs, case.secret)}
        hidden -= {*public.cases, *public.inputs, *public.secrets}
        assert hidden
        assert not [case for case in hidden if len(case) > LONG and case in data]


def test_only_what_learners_need_is_there(released):
    names = set(texts_in(released / "student"))
    assert {
        "README.md",
        "LICENSE",
        "LICENSE-lessons",
        "run.py",
        "pyproject.toml",
        "requirements/lab.txt",
    } <= names
    outcomes = {f"lessons/outcomes/{file.name}" for file in (ROOT / "lessons" / "outcomes").glob("*.npz")}
    notebooks = {f"lessons/{n}.ipynb" for n in LESSONS}
    read = outcomes | {"lessons/resources.toml"}
    assert {name for name in names if name.startswith("lessons/")} == notebooks | read
    questions = {
        f"grader/predictions/{file.name}" for file in (ROOT / "grader" / "predictions").glob("*.toml")
    }
    assert questions and questions <= names
    beginnings = {name.partition("/")[0] for name in names}
    assert not beginnings & {"solutions", "tests", "benchmarks", "docs"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".md~"))]
    for module in LESSONS.values():
        assert not [name for name in names if name.startswith(f"grader/exercises/{module}/")]
    for name in names:
        if name.endswith(".py"):
            tree = ast.parse((released / "student" / name).read_text("utf-8"))
            modules = {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
            modules |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
            assert "solutions" not in {str(module).partition(".")[0] for module in modules}, name
