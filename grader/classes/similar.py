"""Pairs of submissions whose answers are alike after renaming and reformatting: `pairs`.

    submissions ──▶ each exercise's own code ──▶ fingerprints ──▶ who else has them ──▶ pairs

Alike is no proof. What right answers have in common by nature counts little or nothing:

- The lessons' own code, imports, signatures and docstrings are left out: everybody was given them.
- The fewer have a fingerprint, the more it counts: 1 where two have it, and 0 where the whole class has.
- One that the reference answer has as well counts a fifth: it is what a right answer looks like.

The score is the weight of what both have, over all exercises, as a share of the weight of the one that has
less: code that was added to a copy hides nothing. A high score made of a few common lines is no finding, so a
pair also has to be a surprise. An exercise that is alike adds -log(chance), the chance that one learner has
by nature what another has: from how many others have it, and from its length where nobody does. An exercise
that differs takes `DIFFERENCE` away. The sum has to be above `MIN_SURPRISE`, which a short answer does not
reach, and above what it takes to stand out among all pairs of the class.
"""

import ast
import inspect
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

import msgspec

from dlcourse.content import folder
from grader.classes.fingerprints import Reader, fingerprints, run_hashes
from grader.exercises import all_exercises
from grader.submissions.cutting import Cutter
from grader.submissions.submission import Submission, read

SMALL_CLASS = 20  # a smaller one can't tell what is common
REFERENCE_WEIGHT = 0.2
DIFFERENCE = 2.0
MIN_SURPRISE = 4.0
CHANCE_PAIRS = 0.2  # how many pairs of a class may be expected by chance
PRIOR_STRENGTH = 4.0  # learners that are added in thought, who know the text alone
REFERENCE_PRIOR = 0.5
MAX_LINES = 400  # of an answer that are kept to be shown
MAX_COLUMNS = 300

Key = tuple[str, int]
"""An exercise and a fingerprint: code is compared with answers to the same exercise."""


class Excerpt(msgspec.Struct, frozen=True):
    """One side of the evidence.

    Args:
        lines: the exercise's code, with what it uses.
        marked: the indices of the lines that the other side has as well.
    """

    lines: list[str]
    marked: list[int]


class Likeness(msgspec.Struct, frozen=True):
    """How alike a pair's answers to one exercise are, from 0 to 1, and the evidence side by side."""

    exercise: str
    score: float
    first: Excerpt
    second: Excerpt


class Pair(msgspec.Struct, frozen=True):
    """Two submissions that are alike; the exercises that weigh most come first."""

    first: str
    second: str
    score: float
    exercises: list[Likeness]


def pairs(submissions: Iterable[tuple[str, Submission]], threshold: float = 0.8) -> list[Pair]:
    """Return the pairs that are alike, the most alike first.

    Args:
        submissions: names, which are unique, and what was handed in.
        threshold: the least score that counts as alike, above 0.
    """
    names, answers = [], []
    for name, submission in submissions:
        names.append(name)
        answers.append(_answers(submission))
    owners: dict[Key, list[int]] = defaultdict(list)
    for i, by_exercise in enumerate(answers):
        for exercise, answer in by_exercise.items():
            for fingerprint in answer.places:
                owners[exercise, fingerprint].append(i)
    weights = {key: _weight(key, len(having), len(names)) for key, having in owners.items()}
    compared = max(1, len(names) * (len(names) - 1) // 2)
    needed = max(MIN_SURPRISE, math.log(compared / CHANCE_PAIRS))
    found = []
    for i, j, score in _scores(owners, weights, len(names), threshold):
        likenesses, surprise = _compare(answers[i], answers[j], owners, weights, len(names))
        if surprise >= needed:
            found.append((-score, -surprise, Pair(names[i], names[j], round(score, 3), likenesses)))
    found.sort(key=lambda entry: (*entry[:2], entry[2].first, entry[2].second))
    return [pair for _, _, pair in found]


class _Answer(msgspec.Struct):
    """An exercise's own code, and in which of its lines each fingerprint was found."""

    lines: list[str]
    places: dict[int, set[int]]


def _answers(submission: Submission) -> dict[str, _Answer]:
    """Return a submission's answers by their exercise."""
    code = _own_code(submission)
    reader = Reader((node for own in code.values() for _, node in own), all_exercises())
    answers = {}
    for name, own in code.items():
        answer = answers[name] = _Answer([], {})
        for lines, node in own:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            moved = len(answer.lines) - first  # from a line's number in its cell to its index here
            if not (tokens := reader.tokens(node)):
                continue  # an import
            for fingerprint, places in fingerprints(tokens):
                if fingerprint not in _given():
                    answer.places.setdefault(fingerprint, set()).update(line + moved for line in places)
            kept = lines[first - 1 : node.end_lineno][: max(0, MAX_LINES - len(answer.lines))]
            answer.lines += [line[:MAX_COLUMNS] for line in kept]
    return answers


def _own_code(submission: Submission) -> dict[str, list[tuple[list[str], ast.stmt]]]:
    """Return each exercise's statements, with their cells' lines; what several use belongs to the first."""
    cutter = Cutter(submission)
    defined = cutter.defined()
    taken: set[ast.stmt] = set()
    code: dict[str, list[tuple[list[str], ast.stmt]]] = {}
    for name in (name for name in all_exercises() if name in defined):
        others = all_exercises().keys() - {name}
        code[name] = []
        for piece in cutter.cut(name).pieces:
            lines = piece.source.split("\n")
            own = [n for n in piece.nodes if n not in taken and getattr(n, "name", None) not in others]
            taken.update(own)
            code[name] += [(lines, node) for node in own]
    return code


def _weight(key: Key, having: int, submissions: int) -> float:
    exercise, fingerprint = key
    submissions = max(submissions, SMALL_CLASS)
    rarity = min(1.0, math.log(submissions / having) / math.log(submissions / 2))
    return rarity * (REFERENCE_WEIGHT if fingerprint in _reference(exercise) else 1.0)


def _scores(
    owners: dict[Key, list[int]], weights: dict[Key, float], submissions: int, threshold: float
) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs that reach the threshold; only those that share a fingerprint cost anything."""
    from scipy.sparse import csr_array

    rows = [i for having in owners.values() for i in having]
    columns = [column for column, having in enumerate(owners.values()) for _ in having]
    has = csr_array(([1.0] * len(rows), (rows, columns)), shape=(submissions, len(owners)))
    weighted = has * [weights[key] for key in owners]
    totals = weighted.sum(axis=1)
    shared = (weighted @ has.T).tocoo()
    once = (shared.row < shared.col) & (shared.data > 0)
    first, second = shared.row[once], shared.col[once]
    scores = shared.data[once] / totals[first].clip(max=totals[second])
    enough = scores >= threshold - 1e-9  # equal sums may differ in their last bit
    yield from zip(first[enough].tolist(), second[enough].tolist(), scores[enough].tolist(), strict=True)


def _compare(
    first: dict[str, _Answer],
    second: dict[str, _Answer],
    owners: dict[Key, list[int]],
    weights: dict[Key, float],
    submissions: int,
) -> tuple[list[Likeness], float]:
    """Return what is alike in a pair's exercises, and how surprising all of it is, as `needed` in `pairs`."""
    likenesses, surprise = [], 0.0
    for exercise in first.keys() & second.keys():
        one, other = first[exercise], second[exercise]
        weight_of = {f: weights[exercise, f] for f in one.places.keys() | other.places.keys()}
        both = {f for f in one.places.keys() & other.places.keys() if weight_of[f] > 0}
        if both:
            weight = sum(weight_of[f] for f in both)
            score = weight / min(sum(weight_of[f] for f in answer.places) for answer in (one, other))
            others = {f: len(owners[exercise, f]) - 2 for f in both}
            surprise += score * _surprise(exercise, others, submissions - 2) - (1 - score) * DIFFERENCE
            likeness = Likeness(exercise, round(score, 3), _excerpt(one, both), _excerpt(other, both))
            likenesses.append((-weight, exercise, likeness))
        elif one.places.keys() != other.places.keys():  # or both have what all have, which says nothing
            surprise -= DIFFERENCE
    return [likeness for _, _, likeness in sorted(likenesses, key=lambda entry: entry[:2])], surprise


def _surprise(exercise: str, others: dict[int, int], learners: int) -> float:
    """Return -log of the chance to have these fingerprints, which so many of the other learners have."""
    by_length = math.exp(-0.5 * min(len(others), 100))  # a fingerprint stands for two tokens
    chances = [
        (having + PRIOR_STRENGTH * (REFERENCE_PRIOR if f in _reference(exercise) else by_length))
        / (learners + PRIOR_STRENGTH)
        for f, having in others.items()
    ]
    return -sum(map(math.log, chances)) / len(chances)


def _excerpt(answer: _Answer, shared: Collection[int]) -> Excerpt:
    marked = {line for fingerprint in shared for line in answer.places[fingerprint]}
    return Excerpt(answer.lines, sorted(line for line in marked if line < len(answer.lines)))


@cache
def _given() -> frozenset[int]:
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
def _reference(exercise: str) -> frozenset[int]:
    """The hashes of an exercise's reference answer, with what it uses."""
    code = _own_code(read(Path(inspect.getfile(all_exercises()[exercise].reference))))
    reader = Reader((node for own in code.values() for _, node in own), all_exercises())
    return frozenset(h for _, node in code[exercise] for h in run_hashes(reader.tokens(node)))
