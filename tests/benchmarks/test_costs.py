"""benchmarks/costs.py: what a class of a lesson costs, and whose time it is."""

import importlib
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def costs():
    if sys.platform != "linux":
        pytest.skip("only Linux tells how busy it is")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield importlib.import_module("costs")


def test_a_machine_that_computes_is_busy(costs):
    before = costs.busy()
    while costs.busy() < before + 0.05:
        sum(range(1000))


def test_a_submissions_cost_is_the_learners_and_ours(costs, tmp_path):
    row = costs.cost("03a_backpropagation", 4, tmp_path)
    assert row["seconds"] > 0
    assert 0 < row["own"] < row["processor"]
    assert row["ours"] == pytest.approx(row["processor"] - row["own"])
