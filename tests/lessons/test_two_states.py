"""The two states of a kernel's variables."""

import pytest
from two_states import States


def test_an_answer_is_a_stub_where_nothing_is_solved():
    names = {}
    states = States(names)
    run(states, names, "answer = 'stub'", solved="answer = 'solution'")
    assert seen(states, names, "answer") == ("stub", "solution")


def test_what_only_an_answer_brings_is_not_there_without():
    names = {}
    states = States(names)
    run(states, names, "answer = None", solved="answer = 1")
    run(states, names, "if answer: brought = answer", again=True)
    with pytest.raises(NameError):
        run(states, names, "brought")
    assert seen(states, names, "answer") == (None, 1)


def test_what_a_later_cell_binds_is_so_in_both():
    names = {}
    states = States(names)
    run(states, names, "answer = None", solved="answer = 1")
    run(states, names, "if answer: value = 'brought'", again=True)
    run(states, names, "value = 'bound'")
    assert seen(states, names, "value") == ("bound", "bound")


def run(states, names, code, *, solved=None, again=False):
    states.to_untouched()
    exec(code, names)
    states.end_untouched()
    if solved or again:
        states.to_solved()
        exec(solved or code, names)
        states.end_solved()


def seen(states, names, name):
    states.to_untouched()
    untouched = names[name]
    states.end_untouched()
    states.to_solved()
    return untouched, names[name]
