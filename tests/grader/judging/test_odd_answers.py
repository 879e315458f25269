"""Answers of every kind are refused, and none is a fault of whoever looks for its cause."""

import datetime

import numpy as np
import pytest
from asking import verdict

ODD = {
    "huge": 10**400,
    "huger": -(10**6000),
    "huge beside small": [1.0, 10**400],
    "array of huge": np.array([10**400, 1], dtype=object),
    "complex": 1 + 2j,
    "bytes": b"abc",
    "text": "a" * 10_000,
    "set": {1, 2},
    "keys of two kinds": {1: 2.0, "a": [1, 2]},
    "nested": [[[[[]]]], {"a": {"b": (1, None)}}],
    "uneven": [[1.0], [1.0, 2.0]],
    "nothing in it": [],
    "a date": datetime.date(2026, 1, 1),
    "dates": np.array(["2026-01-01"], dtype="datetime64[D]"),
    "wide": np.ones(3, dtype=np.longdouble),
    "half": np.float16(65_504),
    "infinite": np.array([np.inf, -np.inf, np.nan]),
    "largest": np.full(4, np.finfo(float).max),
    "true": True,
    "a function": len,
    "a class": int,
    "itself": ...,
}


@pytest.mark.parametrize("name", ["weighted_sum", "softmax", "momentum_step", "minibatches", "output_head"])
@pytest.mark.parametrize("odd", ODD)
def test_no_answer_is_too_odd_to_be_judged(name, odd):
    found = verdict(name, lambda *_: ODD[odd])
    assert found.status in ("failed", "error")
    assert not found.fault
    assert found.message
