"""Running the jobs of one submission without waiting again for what did not end before. `ImpatientWorker`."""

from collections.abc import Sequence
from itertools import takewhile

from grader.running.attempt import Attempt, Stuck
from grader.running.sandbox import Job, Worker

ENOUGH = 0.9  # of an exercise's time: whatever ran so long does not end within it


class ImpatientWorker:
    """Runs the jobs of one submission: a statement that several need, and that does not end, is run once.

    A process that lies about what it runs spoils its own submission only.

    Args:
        worker: runs the others.
    """

    def __init__(self, worker: Worker):
        self._worker = worker
        self._stuck: list[Stuck] = []

    def run(self, jobs: Sequence[Job]) -> list[Attempt]:
        """Do what `Worker.run` does; the process does not begin jobs that would not end."""
        if (stuck := self._what_stops(jobs[0])) is not None:
            return [Attempt((), "timeout", stuck=stuck)]
        attempts = self._worker.run(list(takewhile(lambda job: self._what_stops(job) is None, jobs)))
        if (stuck := attempts[0].stuck) is not None:  # in a process that no other had changed
            self._stuck.append(stuck)
        return attempts

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
