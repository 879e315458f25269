"""What benchmarks/scale.py makes of its measurements, and that both sides do what they are compared for."""

import importlib
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="module")
def scale():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).resolve().parents[2] / "benchmarks")
        yield importlib.import_module("scale")


@pytest.mark.parametrize(("theirs", "met"), [([3.0, 2.0, 9.0], True), ([1.0, 1.5, 9.0], False)])
def test_pairs_are_compared_and_not_sums(scale, theirs, met):
    row = scale.by_turns("training", (theirs, [2.0, 2.0, 2.0]), 1.0)
    assert row.result == np.median(theirs) / 2
    assert row.met is met


def test_both_engines_train(scale, monkeypatch):
    monkeypatch.setattr(scale, "SAMPLES", 256)
    monkeypatch.setattr(scale, "PAIRS", 1)
    theirs, ours = scale.trained("keras", "table", 128)
    assert len(theirs) == len(ours) == 1
    assert min(*theirs, *ours) > 0


def test_the_target_depends_on_the_table(scale, monkeypatch):
    monkeypatch.setattr(scale, "SAMPLES", 2000)
    x, y = scale.rows_of(np.random.default_rng(0))
    assert x.shape == (2000, scale.COLUMNS)
    assert 0.7 < np.mean((x[:, 0] > 0) == y) < 0.8
