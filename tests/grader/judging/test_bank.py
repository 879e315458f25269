import os
from pathlib import Path

import msgspec
import numpy as np
import pytest

from grader.child.calling import call
from grader.exercises import all_exercises
from grader.judging import bank
from grader.judging.bank import PUBLIC_SEED, bank_of, build
from grader.judging.judge import Attempt, judge

RELU = all_exercises()["relu"]


@pytest.fixture
def own_home(own_home: Path):
    """A home of the test's own, of which this process remembers nothing."""
    bank_of.cache_clear()
    yield own_home
    bank_of.cache_clear()


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seeds = []

    def counted(exercise, seed):
        seeds.append(seed)
        return build(exercise, seed)

    monkeypatch.setattr(bank, "build", counted)
    return seeds


def as_bytes(found):
    return msgspec.msgpack.encode(found)


def test_a_bank_is_built_once_and_then_read(own_home, builds):
    built = as_bytes(bank_of(RELU))
    bank_of.cache_clear()
    assert as_bytes(bank_of(RELU)) == built
    assert builds == [PUBLIC_SEED]


def test_a_damaged_bank_is_built_again(own_home, builds):
    expected = as_bytes(bank_of(RELU))
    (file,) = (own_home / "cache" / "banks").iterdir()
    for damaged in (file.read_bytes()[:-1], b"", file.read_bytes()[:32] + b"\xc0", os.urandom(500)):
        file.write_bytes(damaged)
        bank_of.cache_clear()
        assert as_bytes(bank_of(RELU)) == expected
    assert len(builds) == 5


def test_every_seed_has_a_bank_of_its_own(own_home):
    cases = {bank_of(RELU, seed).cases for seed in (PUBLIC_SEED, "1", "2", "")}
    assert len(cases) == 4
    assert len(list((own_home / "cache" / "banks").iterdir())) == 4


def test_changed_sources_make_a_new_bank(own_home, builds, monkeypatch):
    bank_of(RELU)
    bank_of.cache_clear()
    monkeypatch.setattr(bank, "version", lambda module: b"changed")
    bank_of(RELU)
    assert len(builds) == 2


def test_a_cache_that_can_not_be_written_is_no_error(own_home, builds):
    (own_home / "cache").write_text("a file where a folder should be")
    assert bank_of(RELU).cases
    assert builds == [PUBLIC_SEED]


def test_others_can_not_read_the_cache(own_home):
    bank_of(RELU, "secret")
    folder = own_home / "cache" / "banks"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())


def test_cases_that_anybody_gets_right_are_worth_nothing():
    """Neither zeros nor the input come near the right answers, whatever share of the cases they get."""
    cases = bank_of(RELU, "s")
    for trivial in (np.zeros_like, np.copy):
        outcomes = tuple(call(trivial, case) for case in cases.cases)
        verdict = judge(RELU, cases, Attempt(outcomes))
        assert 0 < verdict.passed < verdict.cases
        assert verdict.credit == 0
