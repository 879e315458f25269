import numpy as np
import pytest

from grader.child import plaindata
from grader.judging.computed import Exhausted, Watch, watched


def mean_of_squares(x, scale=1.0):
    total = 0.0
    for one in x:
        square = one**2
        total += square
    return scale * total / len(x)


def nested(x):
    doubled = [2 * one for one in x]
    return {"largest": max(doubled), "text": f"{len(x)}"}


def seen_in(function, *arguments):
    """By the code of each point, the last one with that code, what was computed there."""
    watch = Watch()
    made = watched(function, watch)
    answer = made(*arguments)
    found = {watch.points[n].code: [plaindata.decode(v) for v in values] for n, values in watch.seen.items()}
    return answer, found, watch, made


def number_of(watch, code):
    return next(number for number, point in enumerate(watch.points) if point.code == code)


def test_all_that_is_computed_is_seen_and_nothing_is_changed():
    answer, found, watch, _ = seen_in(mean_of_squares, [1.0, 2.0, 3.0])
    assert answer == mean_of_squares([1.0, 2.0, 3.0])
    assert found["square"] == [1.0, 4.0, 9.0]
    assert found["scale * total / len(x)"] == [14 / 3]
    totals = {point.line: number for number, point in enumerate(watch.points) if point.code == "total"}
    assert [plaindata.decode(value) for value in watch.seen[totals[2]]] == [0.0]
    assert [plaindata.decode(value) for value in watch.seen[totals[5]]] == [14.0]  # as it is after the loop
    assert watch.points[number_of(watch, "square")].line == 4


def test_comprehensions_and_dicts_are_seen():
    answer, found, _, _ = seen_in(nested, [1, 5])
    assert answer == {"largest": 10, "text": "2"} == found["{'largest': max(doubled), 'text': f'{len…"][0]
    assert found["2 * one"] == [2, 10]
    assert found["doubled"] == [[2, 10]]


def test_something_else_can_be_put_at_a_point_each_time_anew():
    _, _, watch, made = seen_in(mean_of_squares, [1.0, 2.0])
    number = number_of(watch, "square")
    for _ in range(2):
        watch.begin({number: [plaindata.encode(value) for value in (10.0, 20.0)]})
        assert made([1.0, 2.0]) == 15.0
    watch.begin({number: [plaindata.encode(1.0)]})
    with pytest.raises(Exhausted):
        made([1.0, 2.0])
    assert not issubclass(Exhausted, Exception)  # a learner's `except Exception` doesn't hide it


def test_what_is_put_is_a_copy():
    def plus(x):
        total = np.zeros(2)
        total += x
        return total

    _, _, watch, made = seen_in(plus, np.ones(2))
    values = {number_of(watch, "total"): [plaindata.encode(np.ones(2))]}
    for _ in range(2):
        watch.begin(values)
        assert made(np.ones(2)).tolist() == [2.0, 2.0]


def test_what_is_no_data_or_too_much_is_not_kept():
    def odd(x):
        both = zip(x, x, strict=True)
        large = np.zeros(100_000)
        return sum(a * b for a, b in both) + large[0]

    answer, found, _, _ = seen_in(odd, [1.0, 2.0])
    assert answer == 5.0
    assert found["both"] == found["large"] == []


def a_generator(x):
    yield x


class Something:
    pass


@pytest.mark.parametrize("function", [a_generator, len, Something, lambda x: x])
def test_of_what_has_no_plain_definition_there_is_no_watched_one(function):
    assert watched(function, Watch()) is None
