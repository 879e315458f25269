"""What an exercise owes of what is written: its statement, hints, messages and numbers."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator

from grader.authoring.places import Places
from grader.errors import UnusableInput
from grader.exercise import Exercise
from grader.exercises import lesson_of
from grader.releasing import packing

MAX_CHARACTERS = 300  # of a hint or a message
MIN_WORDS = 3


def todos_are_done(exercise: Exercise) -> Iterator[str]:
    places = Places(lesson_of(exercise))
    file = places.exercise(exercise.name)
    sources = {file: file.read_text("utf-8")} if file.is_file() else {}
    sources[places.solutions] = inspect.getsource(exercise.reference)
    for path, source in sources.items():
        if count := source.count("TODO"):
            times = "once" if count == 1 else f"{count} times"
            yield f"{places.shown(path)} still says TODO {times}: do what it says there."


def statement_is_whole(exercise: Exercise) -> Iterator[str]:
    """The docstring of the reference says what goes in and what comes out, with an example."""
    statement = inspect.getdoc(exercise.reference) or ""
    if not statement:
        yield "The reference has no docstring, which is the statement: write one."
        return
    for part, meaning in (("Returns:", "what comes out"), (">>>", "an example that runs")):
        if part not in statement:
            yield f"The statement (the reference's docstring) lacks `{part}`: add {meaning}."
    parameters = inspect.signature(exercise.reference).parameters
    block = re.search(r"^Args:\n((?:[ ]+.*\n|\n)*)", statement, re.MULTILINE)
    if bool(parameters) != (block is not None):
        yield "The statement has a section `Args:` if, and only if, there are parameters: mend it."
    elif block is not None:
        described = {
            name.strip()
            for names in re.findall(r"^    (\w[\w, ]*):", block[1], re.MULTILINE)
            for name in names.split(",")
        }
        for parameter in parameters:
            if parameter not in described:
                yield f"The statement doesn't describe `{parameter}`: add it under `Args:`."


def it_can_be_released(exercise: Exercise) -> Iterator[str]:
    """What verifies it is a part of the student edition."""
    try:
        packing.verified_by(exercise)
    except UnusableInput as error:
        yield str(error)


def three_mistakes_have_names(exercise: Exercise) -> Iterator[str]:
    names = [mistake.name for mistake in exercise.mistakes]
    if len(names) < 3:
        yield f"It has {len(names)} known mistakes: add what learners really do, until there are three."
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"Two mistakes are called `{name}`: give one another name."
    for name in names:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield f"The mistake `{name}` needs a name of small letters, digits and _."


def hints_and_messages_say_something(exercise: Exercise) -> Iterator[str]:
    if len(set(exercise.hints)) != 3:
        yield "It needs three hints that differ: write them, of rising strength."
    solution = _code_of(exercise)
    for what, text in _texts(exercise):
        if len(text.split()) < MIN_WORDS:
            yield f"{what} says nothing: write a sentence."
        elif text.rstrip()[-1] not in ".?":
            yield f"{what} doesn't end like a sentence: end it with a full stop or a question mark."
        if len(text) > MAX_CHARACTERS:
            yield f"{what} has {len(text)} characters: shorten it to {MAX_CHARACTERS}."
        packed = re.sub(r"\s", "", text)
        if any(line in packed for line in solution):
            yield f"{what} holds the solution's code: say it in words."


def numbers_are_in_range(exercise: Exercise) -> Iterator[str]:
    for name, most in (("difficulty", 5), ("importance", 5), ("minutes", 30)):
        number = getattr(exercise, name)
        if not 1 <= number <= most:
            yield f"Its {name} is {number}: choose one from 1 to {most}."


def _texts(exercise: Exercise) -> Iterator[tuple[str, str]]:
    yield from ((f"Hint {i}", hint) for i, hint in enumerate(exercise.hints, 1))
    yield from ((f"The message of `{mistake.name}`", mistake.message) for mistake in exercise.mistakes)


def _code_of(exercise: Exercise) -> set[str]:
    """Return what the reference assigns and returns, without blanks; names and very short code left out."""
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(exercise.reference))).body
    values = [node.value for node in ast.walk(function) if isinstance(node, ast.Assign | ast.Return)]
    code = [ast.unparse(value) for value in values if value is not None and not isinstance(value, ast.Name)]
    return {packed for line in code if len(packed := re.sub(r"\s", "", line)) > 4}


CHECKS = (
    todos_are_done,
    statement_is_whole,
    it_can_be_released,
    three_mistakes_have_names,
    hints_and_messages_say_something,
    numbers_are_in_range,
)
