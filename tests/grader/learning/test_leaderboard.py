"""The board of lesson 8: what a learner entered, kept in a file of their own."""

import numpy as np
import pytest

from grader.learning import leaderboard
from grader.storage import folder

pytestmark = pytest.mark.usefixtures("own_home")


def test_models_are_kept_in_order_with_their_figures():
    assert leaderboard.entries() == []
    leaderboard.enter(0.93, 12_240, 0.2)
    leaderboard.enter(np.float32(0.5), np.int64(12_800), np.float64(0.3))
    assert leaderboard.entries() == [
        {"name": "yours 1", "accuracy": 0.93, "bytes": 12_240, "milliseconds": 0.2},
        {"name": "yours 2", "accuracy": 0.5, "bytes": 12_800, "milliseconds": 0.3},
    ]


def test_the_same_model_measured_again_has_one_entry():
    for milliseconds in (0.2, 0.4):
        leaderboard.enter(0.93, 12_240, milliseconds)
    (entry,) = leaderboard.entries()
    assert (entry["name"], entry["milliseconds"]) == ("yours 1", 0.4)


def test_the_oldest_leave_a_full_board_and_names_stay_unique():
    for size in range(leaderboard.MAX_ENTRIES + 5):
        leaderboard.enter(0.9, size, 0.1)
    there = leaderboard.entries()
    assert [entry["bytes"] for entry in there] == list(range(5, leaderboard.MAX_ENTRIES + 5))
    assert len({entry["name"] for entry in there}) == leaderboard.MAX_ENTRIES


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'[{"name": "x"}]', b"\xff", b"[" * 100_000])
def test_a_damaged_file_counts_as_empty_and_is_replaced(content):
    folder("state").mkdir(parents=True)
    (folder("state") / "leaderboard.json").write_bytes(content)
    assert leaderboard.entries() == []
    leaderboard.enter(0.93, 12_240, 0.2)
    assert len(leaderboard.entries()) == 1
