import numpy as np
import pytest
from asking import BY_NAME, cases_of

from grader.child import plaindata
from grader.child.calling import call
from grader.judging import steps
from grader.judging.steps import steps_of


def values(name, number=0):
    case = plaindata.encode(cases_of(name)[number])
    return {
        place: [plaindata.decode(value) for value in seen]
        for place, seen in steps_of(BY_NAME[name], case).items()
    }


def test_a_references_steps_and_arguments_are_there():
    theta, grad, velocity, rate, momentum = cases_of("momentum_step")[0]
    found = values("momentum_step")
    assert np.array_equal(found["theta"][0], theta)
    numbers = [seen[-1] for place, seen in found.items() if isinstance(place, int) and seen]
    assert any(np.allclose(one, momentum * velocity) for one in numbers if np.shape(one) == theta.shape)
    assert any(np.allclose(one, rate * grad) for one in numbers if np.shape(one) == theta.shape)


def test_so_are_those_of_the_solutions_that_it_calls():
    """A layer of a network is computed in another solution than the network."""
    X, layers = next(case for case in cases_of("mlp_forward") if len(case[1]) > 1)
    weights, bias, _ = layers[0]
    case = plaindata.encode((X, layers))
    seen = steps_of(BY_NAME["mlp_forward"], case).values()
    found = [plaindata.decode(value) for values in seen for value in values]
    wanted = X @ weights + bias
    assert any(
        np.shape(one) == wanted.shape and np.allclose(one, wanted) for one in found if np.ndim(one) == 2
    )


@pytest.mark.parametrize(
    "name", [name for name, e in BY_NAME.items() if e.kind == "value" and not e.heavy and not e.objects]
)
def test_watching_changes_no_reference(name):
    """Else its steps would be another function's."""
    watch, watched = steps._watched_reference(BY_NAME[name])
    watch.begin()
    for case in cases_of(name)[:5]:
        encoded = plaindata.encode(case)
        theirs = call(BY_NAME[name].reference, encoded)
        ours = call(watched, encoded) if watched is not None else theirs
        assert (theirs.raised and theirs.raised.type) == (ours.raised and ours.raised.type)
        assert theirs.answer == ours.answer


def test_of_what_is_heavy_there_is_none_but_the_arguments():
    heavy = next(e for e in BY_NAME.values() if e.heavy and e.kind == "value")
    assert not any(isinstance(place, int) for place in steps_of(heavy, plaindata.encode(())))
