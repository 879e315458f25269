import json
import multiprocessing
from datetime import UTC, datetime, timedelta, timezone

import pytest
import typer
from typer.testing import CliRunner

from grader.commands.progress import progress as command
from grader.exercises import LESSONS, all_exercises, exercises_of
from grader.judging.judge import verdict_on
from grader.learning import progress
from grader.storage import folder

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_HOME", str(tmp_path))
    return tmp_path


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


def run(*arguments):
    app = typer.Typer()
    app.command()(command)
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_the_command_shows_each_lesson():
    progress.record([verdict("weighted_sum", "passed"), verdict("relu", "failed", "leaky")])
    exercises = exercises_of("02_neural_networks")
    left = sum(e.minutes for e in exercises) - all_exercises()["weighted_sum"].minutes
    printed = run()
    assert f"1 of {len(exercises)} passed, {left} minutes left" in printed
    assert "weak: relu: not yet after 1 try; last mistake: leaky. Negative values come back small" in printed
    assert "next: relu_derivative" in printed
    assert "\x1b" not in printed
    assert printed.count("\n") == 3 * len(LESSONS) + 1  # a weak exercise has a line of its own


def test_the_command_prints_data():
    progress.record([verdict("weighted_sum", "passed"), verdict("relu", "failed", "leaky")])
    rows = {row["lesson"]: row for row in json.loads(run("--json"))}
    assert list(rows) == list(LESSONS)
    row = rows["02_neural_networks"]
    assert list(row) == ["lesson", "passed", "total", "minutes_left", "weak", "next"]
    assert (row["passed"], row["next"]["name"]) == (1, "relu_derivative")
    assert [(weak["name"], weak["tries"], weak["mistake"]) for weak in row["weak"]] == [("relu", 1, "leaky")]


def test_what_is_weak_comes_next_once_all_is_tried():
    everything = list(all_exercises().values())
    progress.record([verdict(exercise.name, "passed") for exercise in everything[1:]])
    progress.record([verdict(everything[0].name, "failed")])
    assert f"next: {everything[0].name}" in run()
    progress.record([verdict(everything[0].name, "passed")])
    printed = run()
    for lesson in LESSONS:
        assert f"{len(exercises_of(lesson))} of {len(exercises_of(lesson))} passed\n" in printed
    assert "next" not in printed


@pytest.mark.parametrize(
    ("platform", "kind", "ending"),
    [
        ("linux", "cache", ".cache/dlcourse"),
        ("linux", "state", ".local/state/dlcourse"),
        ("darwin", "cache", "Library/Caches/dlcourse"),
        ("win32", "state", "AppData/Local/dlcourse/state"),
    ],
)
def test_each_platform_has_its_own_place(monkeypatch, platform, kind, ending):
    for variable in ("DLCOURSE_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("sys.platform", platform)
    assert folder(kind).as_posix().endswith(ending)
