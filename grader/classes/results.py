"""A class's results as every report sees them: learners, verdicts, marks and points.

    ClassResults
      exercises: what was asked, in the order of the course
      learners:  Learner
                   results: exercise's name → Result = the grader's verdict, lateness, the instructor's mark

Built from a gradebook by `grader.classes.gradebook`; it holds no clock time and no path of this machine, so
equal results give equal bytes.
"""

import msgspec

from grader.judging.report import Verdict


class Asked(msgspec.Struct, frozen=True):
    """An exercise that the class was asked for, and what it is worth."""

    name: str
    lesson: str
    out_of: float


class Mark(msgspec.Struct, frozen=True):
    """What the instructor decided by hand; a score of `None` leaves the grader's, and adds a comment."""

    score: float | None
    comment: str


class Result(msgspec.Struct, frozen=True):
    """One learner's result in one exercise.

    Args:
        report: the grader's verdict; its `score` and `out_of` are in the course's points.
        answer: the learner's source of it, as it was graded; `""` where there is none.
        late_factor: 1.0 in time, less where the course takes points off late work.
        mark: the instructor's own decision, which goes first.
    """

    report: Verdict
    answer: str
    late_factor: float = 1.0
    mark: Mark | None = None

    def __post_init__(self) -> None:
        if self.mark is not None and self.mark.score is None and not self.mark.comment.strip():
            msgspec.structs.force_setattr(self, "mark", None)  # a mark that was cleared says nothing

    @property
    def points(self) -> float:
        """What counts in the end."""
        if self.mark is not None and self.mark.score is not None:
            return self.mark.score
        return self.report.score * self.late_factor

    @property
    def extra(self) -> float:
        """How much of the points is above what the exercise is worth: the instructor may give more."""
        return max(0.0, self.points - self.report.out_of)


class Learner(msgspec.Struct, frozen=True):
    """One learner of the class.

    Args:
        name: unique in the class, as people read it.
        key: what the platform knows the learner by (Canvas's, Moodle's or Gradescope's id), or the name.
        submissions: the names of the files that count.
        submitted: when the last of them was handed in, in ISO 8601, where that is known.
        late_days: begun days after the due date; 0 in time.
        results: by the exercise's name, in the order of the course; one for every exercise asked.
        errors: why files could not be graded, in sentences.
        comment: the instructor's, on the whole.
        platform: whose id the key is: `"canvas"`, `"moodle"` or `"gradescope"`; `""` where it is no id.
        unfinished: whether a submission that counts is still without a verdict.
        predictions: the letters chosen before experiments, by the question's name.
    """

    name: str
    key: str
    submissions: tuple[str, ...]
    submitted: str | None
    late_days: int
    results: dict[str, Result]
    errors: tuple[str, ...] = ()
    comment: str = ""
    platform: str = ""
    unfinished: bool = False
    predictions: dict[str, str] = {}

    @property
    def points(self) -> float:
        return sum(result.points for result in self.results.values())

    @property
    def extra(self) -> float:
        """How much of the points the instructor gave above what exercises are worth."""
        return sum(result.extra for result in self.results.values())


class ClassResults(msgspec.Struct, frozen=True):
    """A class: what it was asked, and what its learners did, in the order of their names.

    Args:
        title: the course's.
        sandbox: the weakest level that any submission was graded at.
        unfinished: how many submissions wait to be graded still.
        basis: sentences about why it was asked this, and what does not count.
    """

    title: str
    sandbox: str
    exercises: tuple[Asked, ...]
    learners: tuple[Learner, ...]
    unfinished: int = 0
    basis: tuple[str, ...] = ()

    @property
    def out_of(self) -> float:
        return sum(exercise.out_of for exercise in self.exercises)
