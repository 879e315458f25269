"""Lesson 7b: the edges that the cases reach."""

from itertools import pairwise

import numpy as np
import pytest
from asking import cases_of, whole_cases_of

from grader.references import recurrent_networks as reference

SEEDS = range(3)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_seasonal_naive(seed):
    cases = cases_of("seasonal_naive", seed)
    assert all(len(series) >= period for series, period, _ in cases)
    assert any(steps == 0 for *_, steps in cases) and any(period == 1 < steps for _, period, steps in cases)
    assert any(steps > 2 * period > 2 for _, period, steps in cases)
    assert any(0 < steps < period for _, period, steps in cases)
    assert any(len(series) == period for series, period, _ in cases)
    assert any(len(series) > period and len(series) % period for series, period, _ in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_sliding_windows(seed):
    cases = cases_of("sliding_windows", seed)
    assert {len(case) for case in cases} == {2, 3}
    horizons = [case[2] if len(case) == 3 else 1 for case in cases]
    windows = [len(case[0]) - case[1] - h + 1 for case, h in zip(cases, horizons, strict=True)]
    assert min(windows) == 1 and max(windows) > 4 and max(horizons) > 2
    assert any(case[1] == 1 for case in cases) and any(case[1] > 3 for case in cases)
    assert any(h > case[1] for case, h in zip(cases, horizons, strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_make_forecast_data(seed):
    cases = cases_of("make_forecast_data", seed)
    assert all(len(series) > length + steps + 1 for series, length, steps in cases)
    assert any(length < steps for _, length, steps in cases) and any(s <= n for _, n, s in cases)
    assert any(steps == 1 for *_, steps in cases) and any(length == 1 for _, length, _ in cases)
    for series, _, steps in cases:  # with other scales there are other numbers
        known = series[:-steps]
        assert known.std() > 0.1
        assert abs(known.mean() - series.mean()) > 1e-3 or abs(known.std() - series.std()) > 1e-3


def test_edges_of_choose_window():
    cases = whole_cases_of("choose_window")
    assert {(case.group, case.secret["kind"]) for case in cases} == {
        (kind, kind) for kind in ("without a season", "with a short season", "with a long season")
    }
    best = {}
    for case in cases:
        series, longest = case.arguments
        errors = case.secret["errors"]
        assert (len(series), longest, len(errors)) == (140, 40, 40)
        assert np.isfinite(errors).all() and min(errors) > 0.5
        best.setdefault(case.group, []).append(1 + int(np.argmin(errors)))
    medians = {kind: np.median(lengths) for kind, lengths in best.items()}
    assert medians["without a season"] < 4 <= medians["with a short season"]
    assert medians["with a long season"] >= 14


@pytest.mark.parametrize(
    ("name", "gates"), [("rnn_step", 1), ("rnn_forward", 1), ("lstm_step", 4), ("gru_step", 3)]
)
@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_the_cells(name, gates, seed):
    cases = cases_of(name, seed)
    sizes = set()
    for case in cases:
        x, (Wx, Wh, b) = case[0], case[-3:]
        units = Wh.shape[0]
        assert (Wx.shape, Wh.shape) == ((x.shape[-1], gates * units), (units, gates * units))
        assert b.shape == ((2, 3 * units) if name == "gru_step" else (gates * units,))
        sizes.add((len(x), x.shape[-1], units))
    assert any(n == d == u > 1 or d == u > 1 for n, d, u in sizes) and any(d != u for _, d, u in sizes)
    assert any(n == 1 < u for n, _, u in sizes) and any(n > 1 < d for n, d, _ in sizes)
    assert {case[0].dtype for case in cases} == {np.dtype("float32"), np.dtype("float64")}
    if name == "rnn_forward":
        steps = {case[0].shape[1] for case in cases}
        assert (
            1 in steps and max(steps) >= 5 and any(case[0].shape[0] == case[0].shape[1] > 1 for case in cases)
        )
    else:
        assert any(case[1].any() and len(case[1]) > 1 for case in cases)
    if name in ("rnn_step", "lstm_step"):
        assert any(not case[1].any() for case in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_steps_until_vanished(seed):
    cases = cases_of("steps_until_vanished", seed)
    assert all(np.abs(np.linalg.eigvals(Wh)).max() < 1 and 0 < fraction < 1 for Wh, fraction in cases)
    norms = [np.linalg.norm(Wh, 2) for Wh, _ in cases]
    assert sum(norm > 1 for norm in norms) >= 5 and sum(norm < 1 for norm in norms) >= 3
    grown = [np.linalg.norm(Wh @ Wh, 2) > np.linalg.norm(Wh, 2) for Wh, _ in cases]
    assert any(grown) and not all(grown)
    assert any(np.iscomplexobj(np.linalg.eigvals(Wh)) for Wh, _ in cases)
    steps = [reference.steps_until_vanished(*case) for case in cases]
    assert min(steps) == 1 and max(steps) > 15


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_flip_flop(seed):
    (case,) = whole_cases_of("flip_flop", seed)
    inputs = case.secret
    events = np.abs(inputs) == 1
    assert (np.abs(inputs[~events]) <= 0.3).all() and np.abs(inputs[~events]).max() > 0.299
    assert inputs.shape == (72, 300) and not events[0].any()
    quiet = [np.diff(np.flatnonzero(row)) for row in events if row.any()]
    assert max(map(max, filter(len, quiet))) > 60 and min(map(min, filter(len, quiet))) == 1
    after = [row[row != 0] for row in np.where(events, inputs, 0)]
    pairs = {(a, b) for row in after for a, b in pairwise(row)}
    assert pairs == {(1, 1), (1, -1), (-1, 1), (-1, -1)}
    assert {row[0] for row in after if len(row)} == {1, -1}
