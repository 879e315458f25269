"""Our own faults in judging an exercise: written down, said kindly, and kept from everything else."""

import contextlib
import traceback

from grader.exercise import Exercise
from grader.judging.judge import verdict_on
from grader.judging.report import Verdict
from grader.storage import folder

MESSAGE = (
    "The grader itself failed on this exercise: that is no verdict on your answer. In a class, your "
    "instructor sees it too."
)
KILLED = (
    "The process that ran this was ended from outside, and again when it ran alone: memory may be short. "
    "That is no verdict on your answer. In a class, the same command tries it again."
)
MAX_LOG_BYTES = 2**20
MAX_SUMMARY = 300  # characters


def fault(exercise: Exercise, error: Exception) -> Verdict:
    """Return the verdict on an exercise that could not be judged, for no fault of the learner's.

    The traceback goes to the end of `faults.log` beside a learner's progress, and a line of it into the
    verdict, for the instructor.
    """
    log = folder("state") / "faults.log"
    with contextlib.suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if log.is_file() and log.stat().st_size > MAX_LOG_BYTES:
            log.unlink()
        with log.open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"{exercise.name}\n{''.join(traceback.format_exception(error))}\n")
    summary = " ".join(f"{type(error).__name__}: {error}".split())[:MAX_SUMMARY]
    return verdict_on(exercise, "error", MESSAGE, fault=summary)


def killed(exercise: Exercise, seconds: float) -> Verdict:
    """Return the verdict on an exercise whose process was ended twice, and neither by its code nor by us."""
    summary = "the process that ran it was ended from outside, twice"
    return verdict_on(exercise, "error", KILLED, seconds=seconds, fault=summary)
