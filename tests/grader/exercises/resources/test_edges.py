"""Lesson 8: what the cases cover."""

import numpy as np
import pytest
from asking import BY_NAME, cases_of, outcomes_of, whole_cases_of

from grader.child import live
from grader.references import resources as reference

SEEDS = range(3)


@pytest.mark.parametrize("seed", SEEDS)
def test_ways_have_circles_on_the_way_and_beside_it(seed):
    cases = cases_of("study_order", seed)
    raised = [bool(out.raised) for out in outcomes_of("study_order", reference.study_order, seed)]
    assert 4 <= sum(raised) <= len(cases) - 12
    assert any(goal not in needs for needs, goal in cases)
    assert any(len(set(before)) < len(before) for needs, _ in cases for before in needs.values())
    orders = [reference.study_order(*case) for case, error in zip(cases, raised, strict=True) if not error]
    named = [set(needs).union(*needs.values()) for (needs, _), e in zip(cases, raised, strict=True) if not e]
    assert any(len(order) < len(topics) for order, topics in zip(orders, named, strict=True))
    assert any(order != sorted(order) for order in orders)


@pytest.mark.parametrize("seed", SEEDS)
def test_fronts_have_twins_ties_and_models_that_are_beaten(seed):
    cases = [models for (models,) in cases_of("pareto_front", seed)]
    fronts = [reference.pareto_front(models) for models in cases]
    assert [] in cases and any(len(models) == 1 for models in cases)
    assert any(len(front) == len(models) > 2 for front, models in zip(fronts, cases, strict=True))
    assert any(1 < len(front) < len(models) - 2 for front, models in zip(fronts, cases, strict=True))
    keys = ("accuracy", "bytes", "milliseconds")
    twins = 0
    for models, front in zip(cases, fronts, strict=True):
        figures = [tuple(m[key] for key in keys) for m in models if m["name"] in front]
        twins += len(set(figures)) < len(figures)
    assert twins >= 5


@pytest.mark.parametrize("seed", SEEDS)
def test_one_model_is_beyond_doubt_and_no_two_cost_the_same(seed):
    for case in whole_cases_of("cheapest_good_enough", seed):
        costs, right, n, target = case.arguments
        assert len(set(costs.tolist())) == len(costs) == len(right)
        assert right.max() <= n
        assert right.max() / n - target > 3.5 * np.sqrt(target * (1 - target) / n)
        assert (case.secret["truth"] < target).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cheapest_that_reaches_the_target_has_any_rank(seed):
    ranks, from_the_end = set(), set()
    for case in whole_cases_of("cheapest_good_enough", seed):
        costs, truth = case.arguments[0], case.secret["truth"]
        reaching = truth[np.argsort(costs)] >= case.arguments[3]
        ranks.add(int(reaching.argmax()))
        from_the_end.add(len(costs) - int(reaching.argmax()))
    assert len(ranks) >= 7 and len(from_the_end) >= 8


@pytest.mark.parametrize("seed", SEEDS)
def test_a_table_of_rents_has_what_the_statement_says(seed):
    copies, lucky = whole_cases_of("whole_project", seed)
    for case in (copies, lucky):
        check_table(case)
    tables = [live.instantiate(case.arguments[0]) for case in (copies, lucky)]
    assert len(tables[0].drop_duplicates()) <= 1000 and len(tables[1].drop_duplicates()) > 3990
    assert lucky.secret["luck"] > 2 * copies.secret["luck"]


def check_table(case):
    table, served = map(live.instantiate, case.arguments)
    assert 3500 < len(table) < 4500
    in_feet = table.drop_duplicates()["area"] > 180
    assert in_feet.mean() == pytest.approx(0.03, abs=0.001)
    assert table["area"][table["area"] < 180].max() <= 170 and served["area"].max() <= 170
    assert set(served) == set(table) - {"rent"}
    assert list(served)[list(table).index("area")] != "area"
    gaps = ["built", "distance", "condition", "heating"]
    assert table[gaps].isna().any().all() and served[gaps].isna().any().all()
    assert served.shape == (1500, 8) and case.secret["rents"].shape == (1500,)
    assert not served.merge(table.drop(columns="rent"), how="inner").drop_duplicates().shape[0]


def test_another_city_has_other_rents():
    cities = [city for seed in SEEDS for city in whole_cases_of("whole_project", seed)]
    districts = [
        live.instantiate(city.arguments[0]).groupby("district")["rent"].mean().round() for city in cities
    ]
    assert len({tuple(means) for means in districts}) == len(cities)


def test_digits_are_shifted_and_nobody_finds_them_again():
    (one,), (other,) = whole_cases_of("capstone", 0), whole_cases_of("capstone", 1)
    x, y = one.arguments
    assert (x.shape, x.dtype, y.shape) == ((1000, 8, 8, 1), np.float32, (1000,))
    assert one.inputs.shape == (1797, 8, 8, 1) and one.secret.shape == (797,)
    np.testing.assert_array_equal(one.inputs[797:], x)
    hidden = {image.tobytes() for image in one.inputs[:797]}
    assert len(hidden) == 797
    assert not hidden & {image.tobytes() for image in (*x, *other.inputs)}
    assert x.min() >= 0 and x.max() <= 1
    assert set(y.tolist()) == set(one.secret.tolist()) == set(range(10))


def test_the_project_has_a_fault_of_each_of_five_lessons():
    exercise = BY_NAME["whole_project"]
    assert len(exercise.faults) == 5
    for fault in exercise.faults:
        assert fault.right not in exercise.stub
    assert "10.764" not in exercise.stub.partition("import keras")[2]
    assert exercise.stub.count("\n") < 90
