import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import evidence
from dlcourse.errors import DataError


def verdict(capsys, margins, **settings):
    evidence.finding("name", margins, **settings)
    return capsys.readouterr().out.rstrip(".\n").rsplit(": ", 1)[1]


@pytest.mark.parametrize(
    ("margins", "settings", "expected"),
    [
        ([1, 1, 1, 1, -1], {}, "holds"),
        ([1, 1, 1, -1, -1], {}, "does not hold"),
        ([1, 1, 1, 1, 0], {}, "holds"),  # a tie is not ahead
        ([1, 1, 1, 0, 0], {}, "does not hold"),
        ([2, 2, 2, 2, 0.5], {"unit": "×"}, "holds"),
        ([0.9, 0.9, 0.9, 0.9, 0.5], {"unit": "×"}, "does not hold"),
        ([1, 1, 1, -1, -1], {"told": False}, "can't be told"),
        ([1, 1, -1, -1, -1], {"told": False}, "can't be told"),
        ([1, 1, 1, 1, -1], {"told": False}, "does not hold"),
        ([1, -1, -1, -1, -1], {"told": False}, "does not hold"),
        ([-1, -1, -1, -1, -1], {"told": False}, "does not hold"),
        ([0.2, 0.3, 0.4, 0.1, 0.6], {"below": 0.5}, "holds"),
        ([0.2, 0.3, 0.4, 0.5, 0.6], {"below": 0.5}, "does not hold"),
        ([0.98, 0.99, 0.99, 0.99, 0.97], {"above": 0.975, "unit": "%"}, "holds"),
        ([3, 3, 3, 1.5, 1.5], {"above": 2, "unit": "×"}, "does not hold"),
    ],
)
def test_verdict(capsys, margins, settings, expected):
    assert verdict(capsys, margins, **settings) == expected


@given(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=20))
def test_shares_are_shown_in_points(margins):
    assert [float(shown) for shown in evidence._in_words(margins, "points", True)] == pytest.approx(
        [100 * margin for margin in margins], abs=0.051
    )


@pytest.mark.parametrize("margins", [[1, 2, 3, 4], [[1, 2, 3, 4, 5]], [1, 2, 3, 4, np.nan], 1])
def test_too_few_runs_or_none_that_ended_well(margins):
    with pytest.raises(DataError, match="name"):
        evidence.finding("name", margins)


def test_is_recorded_where_it_is_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(evidence.RECORD, str(tmp_path / "record"))
    evidence.finding("first", [0.01, 0.02, 0.03, 0.04, 0.05], unit="points")
    evidence.finding("second", [1, 2, 3, 4, 5], unit="ms")
    first, second = map(json.loads, (tmp_path / "record").read_text("utf-8").splitlines())
    assert first == {
        "name": "first",
        "runs": "5 of 5",
        "spread": "by +1.0 to +5.0 points",
        "figures": "+1.0 +2.0 +3.0 +4.0 +5.0",
        "verdict": "holds",
    }
    assert (second["name"], second["spread"]) == ("second", "by +1 to +5 ms")


def test_a_limit_and_a_clock_are_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(evidence.RECORD, str(tmp_path / "record"))
    evidence.finding("wide", [0.01, 0.02, 0.03, 0.04, 0.05], unit="%", below=0.045, timed=True)
    row = json.loads((tmp_path / "record").read_text("utf-8"))
    assert (row["runs"], row["figures"]) == ("4 of 5, timed", "1.0 2.0 3.0 4.0 5.0")
    assert row["spread"] == "1.0 to 5.0 % where less than 4.5 is claimed"


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    monkeypatch.setattr(evidence, "folder", lambda name: tmp_path)
    return tmp_path


def squares(seed):
    return [seed, seed**2]


def test_outcome_is_computed_once_and_then_loaded(lessons, monkeypatch, capsys):
    with monkeypatch.context() as recording:
        recording.setenv(evidence.RECORD, str(lessons / "record"))
        computed = evidence.outcome("squares", squares)
    assert computed.tolist() == [squares(seed) for seed in range(5)]
    calls = []
    loaded = evidence.outcome("squares", lambda seed: calls.append(seed) or [seed, 0.25])
    assert calls == [0]
    assert loaded.tolist() == [[0, 0.25], *(squares(seed) for seed in range(1, 5))]
    assert "Seed 0 was run again just now; largest difference 0.25." in capsys.readouterr().out


def test_outcome_of_other_seeds_or_none_says_what_to_do(lessons, monkeypatch):
    with pytest.raises(DataError, match=r"squares\.npz are missing.*evidence\.py"):
        evidence.outcome("squares", squares)
    with monkeypatch.context() as recording:
        recording.setenv(evidence.RECORD, str(lessons / "record"))
        evidence.outcome("squares", squares, seeds=range(5, 10))
    with pytest.raises(DataError, match=r"seeds \[5, 6, 7, 8, 9\]"):
        evidence.outcome("squares", squares)


def test_an_outcome_of_other_code_is_told(lessons, monkeypatch, capsys):
    with monkeypatch.context() as recording:
        recording.setenv(evidence.RECORD, str(lessons / "record"))
        evidence.outcome("squares", squares)
    evidence.outcome("squares", lambda seed: [1000, 1000])
    assert "are they of other code?" in capsys.readouterr().out
    with pytest.raises(DataError, match="are of other code"):
        evidence.outcome("squares", lambda seed: [1, 2, 3])
    (lessons / "outcomes" / "squares.npz").write_bytes(b"no such file")
    with pytest.raises(DataError, match="can't be read"):
        evidence.outcome("squares", squares)


def test_two_limits_are_one_too_many():
    with pytest.raises(DataError, match="two limits"):
        evidence.finding("wide", [1, 2, 3, 4, 5], above=0, below=6)
