"""A submission's own code by exercise, `answers_of`; and what is nobody's own, `given` and `reference`."""

import ast
import inspect
from functools import cache
from pathlib import Path

import msgspec

from dlcourse.content import folder
from grader.classes.fingerprints import Reader, fingerprints, run_hashes, whole_hash
from grader.exercises import all_exercises
from grader.submissions.cutting import Cutter
from grader.submissions.submission import Submission, read

MAX_LINES = 400  # of an answer that are kept to be shown
MAX_COLUMNS = 300


class Answer(msgspec.Struct):
    """An exercise's own code.

    Args:
        lines: as it was written.
        places: in which of the lines each fingerprint was found; those of the lessons' code are left out.
        statements: a hash of each statement as a whole. Where all are equal, so are the answers.
    """

    lines: list[str]
    places: dict[int, set[int]]
    statements: list[int]


def answers_of(submission: Submission) -> dict[str, Answer]:
    """Return a submission's answers by their exercise."""
    code = _own_code(submission)
    reader = Reader((node for own in code.values() for _, node in own), all_exercises())
    found = {}
    for name, own in code.items():
        answer = found[name] = Answer([], {}, [])
        for lines, node in own:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            moved = len(answer.lines) - first  # from a line's number in its cell to its index here
            if not (tokens := reader.tokens(node)):
                continue  # an import
            answer.statements.append(whole_hash(tokens))
            for fingerprint, places in fingerprints(tokens):
                if fingerprint not in given():
                    answer.places.setdefault(fingerprint, set()).update(line + moved for line in places)
            kept = lines[first - 1 : node.end_lineno][: max(0, MAX_LINES - len(answer.lines))]
            answer.lines += [line[:MAX_COLUMNS] for line in kept]
    return found


def _own_code(submission: Submission) -> dict[str, list[tuple[list[str], ast.stmt]]]:
    """Return each exercise's statements, with their cells' lines; what several use belongs to the first.

    Of a repair everybody was given nearly the whole answer: none is anybody's own.
    """
    cutter = Cutter(submission)
    defined = cutter.defined()
    taken: set[ast.stmt] = set()
    code: dict[str, list[tuple[list[str], ast.stmt]]] = {}
    own_work = [name for name, exercise in all_exercises().items() if exercise.task != "repair"]
    for name in (name for name in own_work if name in defined):
        others = all_exercises().keys() - {name}
        code[name] = []
        for piece in cutter.cut(name).pieces:
            lines = piece.source.split("\n")
            own = [n for n in piece.nodes if n not in taken and getattr(n, "name", None) not in others]
            taken.update(own)
            code[name] += [(lines, node) for node in own]
    return code


@cache
def given() -> frozenset[int]:
    """The hashes of all code in the lessons' own notebooks."""
    try:
        notebooks = sorted(folder("lessons").glob("*.ipynb"))
    except FileNotFoundError:
        return frozenset()
    hashes: set[int] = set()
    for notebook in notebooks:
        statements = [node for cell in read(notebook).cells if cell.tree for node in cell.tree.body]
        reader = Reader(statements, all_exercises())
        for statement in statements:
            hashes.update(run_hashes(reader.tokens(statement)))
    return frozenset(hashes)


@cache
def reference(exercise: str) -> frozenset[int]:
    """The hashes of an exercise's reference answer, with what it uses."""
    code = _own_code(read(Path(inspect.getfile(all_exercises()[exercise].reference))))
    reader = Reader((node for own in code.values() for _, node in own), all_exercises())
    return frozenset(h for _, node in code[exercise] for h in run_hashes(reader.tokens(node)))
