"""Running the jobs of one submission within the time that all have together, and without waiting again for
what did not end before. `ImpatientWorker`."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from grader.running.attempt import Attempt, Stuck
from grader.running.sandbox import Job, Worker

UNAFFORDABLE = (
    "It was not run: the answers before it have used up the time that one learner's files have together."
)
ENOUGH = 0.9  # of an exercise's time: whatever ran so long does not end within it


class ImpatientWorker:
    """Runs the jobs of one submission: a statement that several need, and that does not end, is run once.

    A process that lies about what it runs spoils its own submission only.

    Args:
        worker: runs the others.
        seconds: that all jobs have together.
    """

    def __init__(self, worker: Worker, seconds: float = math.inf):
        self._worker = worker
        self._stuck: list[Stuck] = []
        self._left = seconds

    def run(self, jobs: Sequence[Job]) -> list[Attempt]:
        """Do what `Worker.run` does; the process does not begin jobs that would not end."""
        if (stuck := self._what_stops(jobs[0])) is not None:
            return [Attempt((), "timeout", stuck=stuck)]
        if self._left <= 0:
            return [Attempt((), "unaffordable", detail=UNAFFORDABLE)]
        able = takewhile(lambda job: self._what_stops(job) is None, jobs)
        attempts = self._worker.run(list(self._affordable(able)))
        self._left -= sum(attempt.seconds for attempt in attempts)
        if (stuck := attempts[0].stuck) is not None:  # in a process that no other had changed
            self._stuck.append(stuck)
        return attempts

    def _affordable(self, jobs: Iterable[Job]) -> Iterator[Job]:
        """Yield the first job, and those after it for which there would be time at their worst."""
        left = self._left
        for i, job in enumerate(jobs):
            if i > 0 and left <= 0:
                return
            left -= job.exercise.seconds
            yield job

    def examined(self, job: Job, attempt: Attempt) -> Attempt:
        """Do what `Worker.examined` does."""
        return self._worker.examined(job, attempt)

    def _what_stops(self, job: Job) -> Stuck | None:
        """Return a statement of a job that is known to take more time than it has."""
        statements = {node for piece in job.cut.every_piece for node in piece.nodes}
        return next(
            (
                stuck
                for stuck in self._stuck
                if stuck.statement in statements and stuck.seconds >= ENOUGH * job.exercise.seconds
            ),
            None,
        )
