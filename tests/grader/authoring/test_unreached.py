import inspect

from asking import BY_NAME

from grader.authoring.unreached import found_anyway, unreached


def line_of(name, text):
    lines, first = inspect.getsourcelines(BY_NAME[name].reference)
    return first + next(i for i, line in enumerate(lines) if text in line)


def test_what_is_the_same_function_written_otherwise_is_listed_with_its_line():
    """A square doesn't tell a difference from the one taken the other way round."""
    found = unreached(BY_NAME["mse"])
    assert [(one.line, one.words) for one in found] == [
        (line_of("mse", "** 2"), "a difference taken the other way round")
    ]


def test_what_a_case_tells_is_not_listed():
    for name in ("relu", "sgd_step", "majority_baseline"):
        assert unreached(BY_NAME[name]) == []


def test_known_mistakes_that_are_a_change_by_a_rule_are_listed():
    found = found_anyway(BY_NAME["mse"])
    assert found["sum"] == "`sum` in the place of another function"
    assert found["square_of_mean"] == "brackets in another place"
    assert "rows_only" not in found
    assert set(found) < {mistake.name for mistake in BY_NAME["mse"].mistakes}


def test_what_is_verified_or_heavy_has_neither():
    for name in ("smallest_flip", "forward_propagation"):
        assert unreached(BY_NAME[name]) == []
        assert found_anyway(BY_NAME[name]) == {}
