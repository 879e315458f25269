"""What a learner has tried and solved, and the file that remembers it."""

import json
import multiprocessing
from datetime import UTC, datetime, timedelta, timezone

import pytest

from grader.exercises import all_exercises
from grader.judging.judge import verdict_on
from grader.learning import progress
from grader.storage import folder

pytestmark = pytest.mark.usefixtures("own_home")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def verdict(name, status, mistake=None):
    return verdict_on(all_exercises()[name], status, "", mistake=mistake)


def state_file():
    return folder("state") / "progress.json"


def ratings(name="relu"):
    return [review.rating for review in progress.histories()[name].reviews]


def test_the_last_verdict_counts_but_a_pass_stays():
    progress.record([verdict("relu", "failed"), verdict("tanh", "error")])
    progress.record([verdict("relu", "passed"), verdict("tanh", "timeout"), verdict("dense", "missing")])
    progress.record([verdict("relu", "failed")])
    assert progress.states() == {"relu": "passed", "tanh": "timeout"}
    assert progress.histories()["relu"].status == "failed"


def test_tries_are_counted_up_to_the_first_pass():
    for status in ("failed", "error", "passed", "passed", "failed"):
        progress.record([verdict("relu", status)], now=NOON)
    assert progress.histories()["relu"].tries == 3


def test_the_last_known_mistake_is_remembered_beyond_the_pass():
    progress.record([verdict("relu", "failed", "step")], now=NOON)
    progress.record([verdict("relu", "failed", "leaky")], now=NOON)
    progress.record([verdict("relu", "error")], now=NOON)
    progress.record([verdict("relu", "passed")], now=NOON + timedelta(hours=1))
    history = progress.histories()["relu"]
    assert (history.mistake, history.failed, history.solved) == ("leaky", NOON, NOON + timedelta(hours=1))


def test_times_are_stored_in_utc():
    tokyo = datetime(2026, 3, 3, 1, 0, tzinfo=timezone(timedelta(hours=9)))
    progress.record([verdict("relu", "failed")], now=tokyo)
    stored = json.loads(state_file().read_text())["exercises"]["relu"]
    assert stored["tried"] == stored["reviews"][0]["at"] == "2026-03-02T16:00:00Z"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\0",
        b"\xff",
        b"[" * 100_000,
        b'{"relu": 3}',
        b'{"version": 2, "exercises": {}}',
        b'{"version": 1, "exercises": {"relu": {"tried": "2026-03-02T16:00:00"}}}',
    ],
    ids=range(9),
)
def test_a_damaged_file_counts_as_empty_and_is_kept_aside(content):
    file = state_file()
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert progress.states() == {}
    assert file.read_bytes() == content
    progress.record([verdict("relu", "passed")])
    assert progress.states() == {"relu": "passed"}
    assert file.with_name("progress.json.damaged").read_bytes() == content


def test_what_was_put_aside_before_stays():
    file = state_file()
    for content in (b"first", b"second"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        progress.record([verdict("relu", "passed")])
    assert file.with_name("progress.json.damaged").read_bytes() == b"first"
    assert file.with_name("progress.json.damaged.2").read_bytes() == b"second"


def test_a_file_of_the_first_format_is_carried_over():
    file = state_file()
    file.parent.mkdir(parents=True)
    file.write_text('{"relu": "passed", "tanh": "timeout"}')
    assert progress.states() == {"relu": "passed", "tanh": "timeout"}
    progress.record([verdict("tanh", "failed"), verdict("relu", "failed")])
    assert progress.states() == {"relu": "passed", "tanh": "failed"}
    assert json.loads(file.read_text())["version"] == 1
    assert not file.with_name("progress.json.damaged").exists()


def test_a_file_that_can_not_be_written_is_no_error(own_home):
    (own_home / "state").write_text("in the way")
    progress.record([verdict("relu", "passed")])
    assert progress.states() == {}


def test_what_can_not_be_read_is_not_overwritten():
    state_file().mkdir(parents=True)
    progress.record([verdict("relu", "passed")])
    assert state_file().is_dir()


def add_one(number):
    name = list(all_exercises())[number]
    for _ in range(10):
        progress.record([verdict(name, "failed"), verdict("relu", "error")])


def test_processes_that_write_at_once_lose_nothing():
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.map(add_one, [2, 3, 4, 5])
    tries = {name: history.tries for name, history in progress.histories().items()}
    assert tries.pop("relu") == 40
    assert set(tries.values()) == {10}
    assert len(tries) == 4


@pytest.mark.parametrize(
    ("day", "rating"),
    [
        (["failed"], ["again"]),
        (["failed", "error", "timeout", "refused"], ["again"]),
        (["failed", "passed"], ["hard"]),
        (["failed", "passed", "passed", "failed"], ["hard"]),
        (["passed"], []),
        (["passed", "failed"], []),
        (["missing"], None),
    ],
    ids=["failed", "failed often", "solved", "solved, then broken", "first try", "broken later", "blank"],
)
def test_a_day_gives_one_rating_at_most(day, rating):
    for minute, status in enumerate(day):
        progress.record([verdict("relu", status)], now=NOON + timedelta(minutes=minute))
    assert (ratings() if rating is not None else progress.histories().get("relu")) == rating


def test_a_known_mistake_counts_after_a_pass_too():
    progress.record([verdict("relu", "passed")], now=NOON)
    progress.record([verdict("relu", "failed")], now=NOON + timedelta(days=1))
    assert ratings() == []
    progress.record([verdict("relu", "failed", "leaky")], now=NOON + timedelta(days=2))
    progress.record([verdict("relu", "passed")], now=NOON + timedelta(days=2))
    assert ratings() == ["hard"]


def test_a_day_is_the_learners_own():
    evening = datetime(2026, 3, 2, 23, 50, tzinfo=timezone(timedelta(hours=-5)))
    progress.record([verdict("relu", "failed")], now=evening)
    progress.record([verdict("relu", "failed")], now=evening + timedelta(minutes=9))
    assert ratings() == ["again"]
    progress.record([verdict("relu", "failed")], now=evening + timedelta(minutes=11))
    assert ratings() == ["again", "again"]


def test_solving_it_on_another_day_is_a_good_day():
    progress.record([verdict("relu", "failed")], now=NOON)
    progress.record([verdict("relu", "passed")], now=NOON + timedelta(days=1))
    assert ratings() == ["again", "good"]


def test_a_clock_that_was_ahead_stops_nothing():
    progress.record([verdict("relu", "failed")], now=NOON + timedelta(days=4000))
    progress.record([verdict("relu", "failed")], now=NOON)
    progress.record([verdict("relu", "failed")], now=NOON + timedelta(days=1))
    history = progress.histories()["relu"]
    assert [review.at for review in history.reviews] == [NOON, NOON + timedelta(days=1)]
    assert history.tried == NOON + timedelta(days=1)


def test_the_file_stays_small():
    for day in range(progress.MAX_REVIEWS + 20):
        progress.record([verdict("relu", "failed", "leaky")], now=NOON + timedelta(days=day))
    assert len(ratings()) == progress.MAX_REVIEWS
    assert progress.histories()["relu"].reviews[-1].at == NOON + timedelta(days=progress.MAX_REVIEWS + 19)
