"""What a learner has tried, failed and passed, in one small file: `progress.json`.

    {"version": 1, "exercises": {"relu": {"status": "passed", "tries": 3, "mistake": "leaky", …}},
     "predictions": {"drawn_labels": {"choice": "b", "outcome": "c", …}}}

A check is also a test of memory. The file keeps what it said, and `grader.learning.review` makes the schedule
of it:

- An exercise comes into review by its first failure: of an answer before the first that passes, or of any
  answer that is a known mistake. One that passes at the first try stays out.
- A day, as the learner's clock counts it, gives an exercise one rating at most, however often a cell is run
  or a file is saved. The day's first check decides: it failed, `again`; it passed, `good`. A pass later on a
  day that began with a failure makes it `hard`. There is no `easy`: a check can't see effort.
- An exercise that has been passed is only tested where it is written again: in the file that
  `grader review --start` began. That an old answer still passes, as in a lesson that is run again, says
  nothing of memory. While such a file waits for its pass, checks of other files do not count. Without one, a
  known mistake is a failure all the same, for it was written anew.
- Where the solution was seen before an answer passed (`grader.learning.way_out`), a pass counts in that file
  only.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec

from grader.judging.report import Status, Verdict
from grader.storage import folder, write

MAX_REVIEWS = 100  # of one exercise: years of them
MAX_FAILED_CODE = 5  # different answers that failed, of which the file keeps count
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Review(msgspec.Struct):
    """What one day's checks said of memory."""

    at: Moment
    rating: Literal["again", "hard", "good"]


class History(msgspec.Struct):
    """What is known of one exercise. All times are UTC.

    Args:
        status: the last verdict; `"missing"` before the first.
        passed: whether an answer ever passed.
        tries: how many answers were judged, up to and with the first that passed.
        mistake: the last known mistake.
        tried, failed, solved: when an answer was last judged, last failed, and first passed.
        started: when a blank file was written for the review that is going on.
        seen: when the solution was shown before an answer passed.
        hint: the strongest hint that was shown, 0 for none.
        failed_code: of each different answer that failed before one passed, `MAX_FAILED_CODE` at most.
        reviews: one a day at most, the oldest first.
    """

    status: Status = "missing"
    passed: bool = False
    tries: int = 0
    mistake: str | None = None
    tried: Moment | None = None
    failed: Moment | None = None
    solved: Moment | None = None
    started: Moment | None = None
    seen: Moment | None = None
    hint: int = 0
    failed_code: list[str] = []
    reviews: list[Review] = []  # msgspec copies it

    @property
    def weak(self) -> bool:
        """Whether it was tried, and no answer passed."""
        return not self.passed and self.status != "missing"


class Prediction(msgspec.Struct):
    """What was said before an experiment, and what it came to, as letters of the question's options."""

    choice: str
    at: Moment
    outcome: str | None = None


class Known(msgspec.Struct):
    """All that the file knows, by the names of exercises and questions."""

    version: Literal[1] = 1
    exercises: dict[str, History] = {}
    predictions: dict[str, Prediction] = {}


def record(
    reports: Sequence[Verdict],
    source: str = "",
    *,
    codes: Mapping[str, str] = MappingProxyType({}),
    hint: int = 0,
    now: datetime | None = None,
) -> None:
    """Add verdicts to the file. What was passed stays passed; a file that can't be written is no error.

    Args:
        reports: the verdicts of one check.
        source: the name of the file that was checked.
        codes: what tells the code of each exercise's answer from other code, see `way_out.code_of`.
        hint: the strongest hint that is shown, 0 to 3.
        now: the time, with its zone, which decides what a day is; the learner's clock by default.
    """
    verdicts = [report for report in reports if report.status != "missing" or hint]
    now = now or local_now()

    def add(known: Known) -> None:
        for verdict in verdicts:
            history = known.exercises.setdefault(verdict.name, History())
            if verdict.status != "passed":
                history.hint = max(history.hint, hint)
            if verdict.status != "missing":
                _rate(history, verdict, source, now)
                _count(history, verdict, codes.get(verdict.name), now)

    if verdicts:
        change(add, now)


def states() -> dict[str, str]:
    """Return each tried exercise's state, `"passed"` or the last verdict; a damaged file counts as empty."""
    return {
        name: "passed" if history.passed else history.status
        for name, history in histories().items()
        if history.status != "missing"
    }


def histories() -> dict[str, History]:
    """Return what is known of each exercise by its name; a damaged file counts as empty."""
    return _known().exercises


def predictions() -> dict[str, Prediction]:
    """Return what was predicted, by the question's name; a damaged file counts as empty."""
    return _known().predictions


def change(edit: Callable[[Known], None], now: datetime) -> None:
    """Read the file, let `edit` change what it holds, and write it, while no other process does.

    A damaged file is kept as `progress.json.damaged`. Times later than `now`, of a clock that went wrong,
    become `now`.
    """
    path = _path()
    with _locked(path):
        try:
            known = _decode(path.read_bytes())
        except FileNotFoundError:
            known = Known()
        except OSError:  # it is there: what can't be read must not be overwritten
            return
        except (ValueError, RecursionError):
            known = Known()
            try:
                path.rename(_free(f"{path}.damaged"))
            except OSError:
                return
        for history in known.exercises.values():
            _heal(history, now)
        edit(known)
        write(path, msgspec.json.format(msgspec.json.encode(known), indent=1))


def stub_name(name: str) -> str:
    """Return what the file is called in which an exercise is written again.

    >>> stub_name("relu")
    'review_relu.py'
    """
    return f"review_{name}.py"


def local_now() -> datetime:
    """Return the time, in this machine's zone."""
    return datetime.now().astimezone()


def in_utc(now: datetime) -> datetime:
    """Return a time as the file keeps it: in UTC, to the second."""
    return now.astimezone(UTC).replace(microsecond=0)


def days_between(earlier: datetime, now: datetime) -> int:
    """Return how many midnights of `now`'s zone lie between two moments.

    >>> days_between(datetime(2026, 3, 1, 23, 59, tzinfo=UTC), datetime(2026, 3, 2, 0, 1, tzinfo=UTC))
    1
    """
    return (now.date() - earlier.astimezone(now.tzinfo).date()).days


def review_of_the_day(history: History, now: datetime) -> Review | None:
    """Return the rating that the day of `now` has already."""
    last = history.reviews[-1] if history.reviews else None
    return last if last is not None and days_between(last.at, now) == 0 else None


def _path() -> Path:
    return folder("state") / "progress.json"


def _known() -> Known:
    try:
        return _decode(_path().read_bytes())
    except (OSError, ValueError, RecursionError):
        return Known()


def _decode(data: bytes) -> Known:
    """Return what a file holds, which may be of the first format: `{name: last verdict}`."""
    plain = msgspec.json.decode(data)
    if isinstance(plain, dict) and "version" not in plain:
        statuses = msgspec.convert(plain, dict[str, Status])
        return Known(exercises={name: History(s, s == "passed", tries=1) for name, s in statuses.items()})
    return msgspec.convert(plain, Known)


def _free(name: str) -> str:
    """Return a name that no file has: what was put aside before stays."""
    names = itertools.chain([name], (f"{name}.{number}" for number in itertools.count(2)))
    return next(free for free in names if not Path(free).exists())


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other processes waiting; where there can be no lock, a rare lost verdict is better than none."""
    from filelock import FileLock

    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, NotImplementedError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            stack.enter_context(FileLock(f"{path}.lock", timeout=5))
        yield


def _heal(history: History, now: datetime) -> None:
    for name in ("tried", "failed", "solved", "started", "seen"):
        if (moment := getattr(history, name)) is not None:
            setattr(history, name, min(moment, in_utc(now)))
    for review in history.reviews:
        review.at = min(review.at, in_utc(now))


def _rate(history: History, verdict: Verdict, source: str, now: datetime) -> None:
    """Note what the verdict says of memory, by the rules above."""
    today = review_of_the_day(history, now)
    failed_today = today is not None and today.rating == "again"
    # Once the solution was seen, a pass elsewhere says nothing of memory until it was written again.
    copies = history.seen is not None and not any(
        review.at > history.seen and review.rating != "again" for review in history.reviews
    )
    if history.started is not None and (history.passed or copies):
        counts = PurePath(source).name == stub_name(verdict.name)
    elif copies and verdict.status == "passed":
        counts = False
    else:
        counts = not history.passed or verdict.mistake is not None or failed_today
    if not counts:
        return
    if verdict.status != "passed":
        if today is None:
            history.reviews.append(Review(in_utc(now), "again"))
    elif history.reviews:
        if today is None:
            history.reviews.append(Review(in_utc(now), "good"))
        elif failed_today:
            today.rating = "hard"
        history.started = None
    del history.reviews[:-MAX_REVIEWS]


def _count(history: History, verdict: Verdict, code: str | None, now: datetime) -> None:
    history.tries += not history.passed
    history.status = verdict.status
    history.tried = in_utc(now)
    if verdict.status != "passed":
        history.failed = in_utc(now)
        if code is not None and not history.passed and code not in history.failed_code:
            history.failed_code = [*history.failed_code, code][:MAX_FAILED_CODE]
        history.mistake = verdict.mistake or history.mistake
    elif not history.passed:
        history.passed, history.solved = True, in_utc(now)
