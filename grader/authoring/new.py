"""Beginning an exercise: its skeletons are written to all their places, or none is."""

import ast
import builtins
import keyword
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import grader
from dlcourse import content, files
from dlcourse.errors import nearest
from grader.authoring import skeletons
from grader.authoring.places import ROOT, Places, catalogue, points, require_clone
from grader.errors import UnusableInput
from grader.exercises import COURSE, LESSONS, all_exercises, lessons_of, own

DEFAULT = "{name}(x: np.ndarray) -> np.ndarray"
LAST_SECTIONS = ("## All your answers", "## Take-away", "## Further")


def begin(lesson: str, signature: str, point: str | None = None, *, root: Path = ROOT) -> list[str]:
    """Write the skeletons of a new exercise.

    Args:
        lesson: `"02_neural_networks"` or `"neural_networks"`. Where a course of one's own is in use, a lesson
            of that; one that isn't there yet is begun.
        signature: the exercise's name, or the whole signature: `"leaky_relu(x, slope=0.01)"`.
        point: the point of the cheat sheets that it practises, as `"B2.23"`; by default one that the exercise
            with the nearest name practises. A lesson of one's own follows no sheet.
        root: the clone.

    Returns:
        What was written, a line for each place.

    Raises:
        UnusableInput: says why nothing was written.
    """
    require_clone(root)
    places = Places(_lesson(lesson), root)
    function = _function(signature)
    if places.own and point is not None:
        raise UnusableInput("A lesson of your own follows no sheet: leave --point out.")
    _require_known_names(function, places)
    name = function.name
    written = signature if "(" in signature else DEFAULT.format(name=name)
    promised = catalogue(places.catalogue)
    known = {line.partition("(")[0] for lines in promised.values() for line in lines}
    if name in (*known, *grader.__all__) or (places.own and name in all_exercises()):
        raise UnusableInput(f"There is an exercise called {name!r} already: choose another name.")
    if places.exercise(name).exists():
        raise UnusableInput(f"{places.shown(places.exercise(name))} is there already: choose another name.")
    texts = {
        places.exercise(name): skeletons.exercise(function, places.lesson, places.module),
        places.listing: _listed(places, name),
        places.solutions: _begun(places.solutions, places) + skeletons.reference(function, written),
        places.tests: _begun(places.tests, places) + skeletons.TEST.substitute(name=name),
        places.text: _asked(_begun(places.text, places), name),
    }
    what = [
        "cases, known mistakes and hints",
        "its name, at the end of the list",
        "the reference, whose docstring is the statement",
        f"a test, test_{name}",
        "where the lesson asks for it: move the directive to its place",
    ]
    if not places.own:
        chosen = _point(places, promised, name, point)
        texts[places.coverage] = _practised(_read(places.coverage), chosen["number"], name)
        texts[places.catalogue] = _promised(_read(places.catalogue), places.lesson, function)
        what += [
            f'listed under {chosen["number"]}, "{chosen["says"]}": move it if it practises another point',
            "the promised signature",
        ]
    write_all(texts)
    return [f"{places.shown(path)}: {text}" for path, text in zip(texts, what, strict=True)]


def write_all(texts: Mapping[Path, str]) -> None:
    """Write all files, or, if one can't be written, leave all as they were.

    Raises:
        UnusableInput: names the file that can't be written.
    """
    before = {path: path.read_bytes() if path.exists() else None for path in texts}
    written: list[Path] = []
    try:
        for path, text in texts.items():
            files.write(path, text.encode())
            written.append(path)
    except OSError as error:
        raise UnusableInput(f"{error.filename} can't be written: {error.strerror}.") from None
    finally:
        if len(written) < len(texts):
            for path in written:
                content = before[path]
                if content is None:
                    path.unlink()
                else:
                    files.write(path, content)


def _lesson(name: str) -> str:
    by_name = {**{lesson: lesson for lesson in LESSONS}, **{LESSONS[lesson]: lesson for lesson in LESSONS}}
    if (folder := content.own_course()) is not None:
        if by_name.get(name) in COURSE:
            raise UnusableInput(f"{by_name[name]} is no lesson of {folder}: leave --course out.")
        if name not in by_name:
            own.require_name(name)
            return name
    if name in by_name:
        return by_name[name]
    if today := lessons_of(name):
        raise UnusableInput(f"The lesson {name!r} has become {' and '.join(today)}: name one of them.")
    near = nearest(name, by_name, cutoff=0.4)
    guess = f"do you mean {by_name[near]!r}?" if near else f"there are {', '.join(LESSONS)}."
    raise UnusableInput(f"There is no lesson {name!r}; {guess}")


def _function(signature: str) -> ast.FunctionDef:
    """Return a function with this name or signature and no body."""
    name, bracket, _ = signature.partition("(")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise UnusableInput(
            f"{name!r} can't be the name of an exercise: use small letters, digits and _, as in leaky_relu."
        )
    text = signature if bracket else DEFAULT.format(name=name)
    try:
        (function,) = ast.parse(f"def {text}: ...").body
        compile(f"def {text}: ...", "signature", "exec")  # which knows of two parameters of one name
    except (SyntaxError, ValueError):
        function = None
    if not isinstance(function, ast.FunctionDef) or len(function.body) != 1:
        raise UnusableInput(
            f'{signature!r} is no signature: write it like "{name}(x: np.ndarray, slope: float = 0.01)".'
        )
    if function.args.posonlyargs or function.args.kwonlyargs or function.args.vararg or function.args.kwarg:
        raise UnusableInput(f"{name} can't be called by the grader: use plain parameters, without / and *.")
    return function


def _require_known_names(function: ast.FunctionDef, places: Places) -> None:
    """Make sure that the references' module stays as it is, and can be imported with this function in it."""
    body = ast.parse(_begun(places.solutions, places)).body
    bound = {name for node in body for name in _bound(node)} | set(vars(builtins))
    if function.name in bound:
        raise UnusableInput(
            f"{function.name!r} is in {places.shown(places.solutions)} already, or Python's own: choose "
            "another name."
        )
    signature = [function.args, *([function.returns] if function.returns else [])]
    names = {node.id for part in signature for node in ast.walk(part) if isinstance(node, ast.Name)}
    if unknown := sorted(names - bound):
        raise UnusableInput(
            f"{places.shown(places.solutions)} doesn't know {unknown[0]!r}: use what it imports, as "
            "np.ndarray, or import that there first."
        )


def _bound(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of the module binds."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (inner.id for t in targets for inner in ast.walk(t) if isinstance(inner, ast.Name))


def _point(places: Places, promised: dict[str, list[str]], name: str, number: str | None) -> dict:
    """Return the point that is asked for, or one that the most similar exercise of the lesson practises."""
    known = points(places.coverage)
    if number is not None:
        for point in known:
            if point["number"] == number and "exercises" in point:
                return point
        near = nearest(number, [point["number"] for point in known if "exercises" in point], cutoff=0)
        raise UnusableInput(f"No lesson that is written treats a point {number!r}; the nearest is {near!r}.")
    own = [line.partition("(")[0] for line in promised.get(places.lesson, ())]
    likely = nearest(name, own, cutoff=0)
    for point in known:
        if likely in point.get("exercises", ()):
            return point
    raise UnusableInput(f"Say with --point which point of {places.shown(places.coverage)} it practises.")


def _listed(places: Places, name: str) -> str:
    text = _begun(places.listing, places)
    lines = text.splitlines(keepends=True)
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXERCISES":
            assert node.end_lineno is not None
            if lines[node.end_lineno - 1].strip() == ")":
                lines.insert(node.end_lineno - 1, f'    "{name}",\n')
                return "".join(lines)
    raise UnusableInput(f"{places.shown(places.listing)} has no `EXERCISES = (` that ends in a line `)`.")


def _asked(text: str, name: str) -> str:
    """Return the lesson with the directive before its closing sections."""
    directive = skeletons.DIRECTIVE.substitute(name=name)
    for heading in LAST_SECTIONS:
        if (found := re.search(rf"^{re.escape(heading)}$", text, re.MULTILINE)) is not None:
            return text[: found.start()] + directive + text[found.start() :]
    return f"{text.rstrip()}\n\n{directive.rstrip()}\n"


def _practised(text: str, number: str, name: str) -> str:
    def added(line: re.Match[str]) -> str:
        names = f'{line["names"]}, "{name}"' if line["names"] else f'"{name}"'
        return f"{line['before']}{names}]"

    row = rf'(?P<before>number = "{re.escape(number)}",.*exercises = \[)(?P<names>[^]\n]*)\]'
    changed, count = re.subn(row, added, text)
    if count != 1:
        raise UnusableInput(f"lessons/coverage.toml has no line `exercises = […]` for {number}.")
    return changed


def _promised(text: str, lesson: str, function: ast.FunctionDef) -> str:
    line = f"    {function.name}({skeletons.bare_parameters(function)})\n"
    block = re.search(rf"^{re.escape(lesson)}\n(    .*\n)*", text, re.MULTILINE)
    if block is None:
        return f"{text.rstrip()}\n\n{lesson}\n{line}"
    return text[: block.end()] + line + text[block.end() :]


def _begun(path: Path, places: Places) -> str:
    """Return a file's text; of a lesson of one's own that isn't there yet, what it begins with."""
    if places.own and not path.exists():
        return skeletons.lesson(places.lesson, places.module)[path.parent.name]
    return _read(path)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise UnusableInput(f"{path} can't be read: {error.strerror}.") from None
