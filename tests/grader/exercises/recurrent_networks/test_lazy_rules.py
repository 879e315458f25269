"""Lesson 7b: designs and loops that hold for most of what comes, and were once enough."""

import numpy as np
import pytest
from asking import verdict

from grader.exercises.recurrent_networks.flip_flop import with_gates

SEEDS = ("one", "two", "three")
WEAK = {  # (slope, bias) of the gates
    "flat slopes": with_gates(write=(14.0, -9.1), keep=(14.0, 9.1)),
    "written at 0.4": with_gates(write=(60.0, -24.0)),
    "kept from -0.35 on": with_gates(keep=(60.0, 21.0)),
    "kept from -0.95 on": with_gates(keep=(60.0, 57.0)),
    "hardly kept": with_gates(keep=(10.0, 7.0)),
    "one slope for both": with_gates(write=(15.0, -9.0), keep=(15.0, 9.0)),
}
SOUND = {
    "steeper": with_gates(write=(100.0, -65.0), keep=(100.0, 65.0)),
    "as flat as can be": with_gates(write=(26.0, -16.9), keep=(26.0, 16.9)),
    "written at 0.5": with_gates(write=(60.0, -30.0)),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("gates", WEAK)
def test_a_switch_that_fails_under_steady_noise_is_refused(gates, seed):
    found = verdict("flip_flop", WEAK[gates], seed)
    assert found.status == "failed" and "There c is" in found.message


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("gates", SOUND)
def test_a_sound_switch_passes(gates, seed):
    assert verdict("flip_flop", SOUND[gates], seed).status == "passed"


OTHER_FAULTS = {
    "a cell of zeros": lambda: (np.zeros((1, 4)), np.zeros((1, 4)), np.zeros(4)),
    "the forget gate shut": with_gates(keep=(0.0, -20.0)),
    "shown at a set alone": with_gates(show=(60.0, -39.0)),
}


@pytest.mark.parametrize("fault", OTHER_FAULTS)
def test_another_fault_is_not_given_the_reason_of_a_known_one(fault):
    found = verdict("flip_flop", OTHER_FAULTS[fault], SEEDS[0])
    assert (found.status, found.mistake) == ("failed", None)


def norms(Wh, count):
    power = np.eye(len(Wh))
    for t in range(1, count + 1):
        power = power @ Wh
        yield t, np.linalg.norm(power, 2)


LOOPS = {
    "smaller, and not equal": lambda Wh, fraction: next(t for t, n in norms(Wh, 999) if n < fraction),
    "small from there on": lambda Wh, fraction: 1 + max([0] + [t for t, n in norms(Wh, 999) if n > fraction]),
    "a hundred at most": lambda Wh, fraction: next((t for t, n in norms(Wh, 100) if n <= fraction), 100),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_that_stops_elsewhere_is_refused(loop, seed):
    assert verdict("steps_until_vanished", LOOPS[loop], seed).status == "failed"


@pytest.mark.parametrize("length", [1, 5, 12, 24, 27, 31, 36, 40])
def test_one_window_for_all_series_is_refused(length):
    assert verdict("choose_window", lambda series, longest: length, SEEDS[0]).status == "failed"


def test_a_window_may_be_a_whole_float():
    found = verdict("choose_window", lambda series, longest: 12.0, SEEDS[0])
    assert "whole number" not in found.message
