"""The line of a wrong answer in a class: the learner's code with one thing changed is run in the sandbox.

Which changes are tried, and in what order, hangs on the code alone, so that a report is the same everywhere.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.exercise import Finding
from grader.judging.aspects import place_of
from grader.judging.bank import Bank
from grader.judging.changes import Change, bare, changed
from grader.running.bounded import TooDear, bounded
from grader.running.impatient import ImpatientWorker
from grader.running.sandbox import Job
from grader.submissions.cut import Piece

MAX_CHANGES = 50  # that are tried: three times as many would find a sixth more
MAX_NODES = 600  # of a definition, ten times what most have
SECONDS = 1.0  # of one change, on one case
MAKING_SECONDS, MEGABYTES = 10, 1024  # for all of them, a hundred times what honest code takes
NUMPY = "import numpy as np"  # which changes use
Version = tuple[Sequence[Change], Job]


def line_to_look_at(job: Job, bank: Bank, found: Sequence[Finding], worker: ImpatientWorker) -> str:
    """Return which line of a wrong answer to look at, and at what there; nothing where no change is found.

    Args:
        job: the answer; of an exercise whose answers are compared.
        bank: its cases.
        found: what is wrong with its outcomes, case by case.
        worker: runs it.
    """
    node = job.cut.definitions[-1].node if job.cut.definitions else None
    first = next((i for i, one in enumerate(found) if not one.right), None)
    if not isinstance(node, ast.FunctionDef) or node.decorator_list or first is None:
        return ""  # what is decorated does something else than its body says
    if sum(1 for _ in ast.walk(node)) > MAX_NODES:
        return ""
    for changes, version in _right_on(first, _taken(job, node), bank, worker):
        (attempt,) = worker.run([version])
        outcomes = attempt.outcomes if attempt.end == "complete" else ()
        if outcomes and all(one.right for one in bank.findings(job.exercise, outcomes)):
            return place_of(changes, 1, cell=job.cut.definitions[-1].place)
    return ""


def _taken(job: Job, node: ast.FunctionDef) -> list[Version]:
    """Return the first versions; none where to make them takes more than honest code does."""
    with contextlib.suppress(TooDear, RecursionError), bounded("Your answer", MAKING_SECONDS, MEGABYTES):
        return list(itertools.islice(_versions(job, node), MAX_CHANGES))
    return []


def _versions(job: Job, node: ast.FunctionDef) -> Iterator[Version]:
    """Yield what is changed, and the job with a definition after all others that has these changes.

    The first has none: where it is right already, something else than the definition is wrong.
    """
    tree = bare(copy.deepcopy(node))
    for changes in itertools.chain([()], changed(tree, is_learners=True)):
        source = f"{NUMPY}\n{ast.unparse(tree)}"
        with contextlib.suppress(SyntaxError, ValueError):  # not every change is Python
            piece = Piece("", source, [0, 1], ast.parse(source).body)
            yield changes, replace(job, cut=replace(job.cut, pieces=[*job.cut.pieces, piece]))


def _right_on(i: int, versions: Sequence[Version], bank: Bank, worker: ImpatientWorker) -> Iterator[Version]:
    """Yield the versions that are right on one case; one that ends its process ends the others with it.

    None, where the first, in which nothing is changed, is right.
    """
    if not versions:
        return
    exercise, one = replace(versions[0][1].exercise, seconds=SECONDS), bank.of_one(i)
    jobs = [
        replace(version, exercise=exercise, cases=one.cases, inputs=one.inputs) for _, version in versions
    ]
    for version, attempt in zip(versions, worker.run(jobs), strict=False):
        if attempt.end == "complete" and one.findings(exercise, attempt.outcomes)[0].right:
            if not version[0]:
                return
            yield version
