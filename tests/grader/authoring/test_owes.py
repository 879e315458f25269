"""Planted faults: each kind of debt is found, and said in a sentence that tells what to do."""

import dataclasses

import numpy as np
import pytest

from grader.authoring import belonging, owes, running, writing
from grader.authoring.places import Places
from grader.child import plaindata
from grader.child.forbidding import ForbiddenFunction
from grader.exercise import Exercise, Finding, Mistake
from grader.exercises import all_exercises
from grader.judging.bank import PUBLIC_SEED, build

RELU = all_exercises()["relu"]
LESSON = "02_neural_networks"


def planted(**changes) -> Exercise:
    return dataclasses.replace(RELU, **changes)


def answering(function, documentation=RELU.reference.__doc__):
    """The function as if it were the reference of `relu`."""
    function.__name__, function.__module__, function.__doc__ = (
        "relu",
        RELU.reference.__module__,
        documentation,
    )
    return function


def with_mistake(answer, name="planted", **changes):
    return planted(mistakes=(*RELU.mistakes, Mistake(name, answer, "This one is planted.")), **changes)


def said(check, exercise):
    """The one debt that the check finds."""
    [sentence] = check(exercise)
    assert sentence[0].isupper() or sentence.startswith(("lessons/", "tests/", "grader/", "solutions/"))
    assert sentence.endswith((".", "?"))
    return sentence


@pytest.mark.parametrize("check", [*writing.CHECKS, *belonging.CHECKS, *running.FIRST, *running.CHECKS])
def test_a_whole_exercise_owes_nothing(check):
    assert list(check(RELU)) == []


# What is written.


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Returns:", "Gives:", "lacks `Returns:`"),
        (">>> ", "    ", "lacks `>>>`"),
        ("Args:", "Takes:", "section `Args:`"),
        ("        x: ", "        y: ", "doesn't describe `x`"),
    ],
)
def test_a_statement_that_lacks_a_part(old, new, words):
    reference = answering(lambda x: x, RELU.reference.__doc__.replace(old, new))
    assert words in said(writing.statement_is_whole, planted(reference=reference))


def test_no_statement_at_all():
    assert "no docstring" in said(writing.statement_is_whole, planted(reference=answering(lambda x: x, None)))


def test_two_mistakes():
    assert "2 known mistakes" in said(writing.three_mistakes_have_names, planted(mistakes=RELU.mistakes[:2]))


@pytest.mark.parametrize("name", ["Leaky", "leaky relu", "1st", ""])
def test_a_mistake_without_a_plain_name(name):
    assert f"`{name}`" in said(writing.three_mistakes_have_names, with_mistake(np.abs, name))


def test_two_mistakes_of_one_name():
    assert "`leaky`" in said(writing.three_mistakes_have_names, with_mistake(np.abs, "leaky"))


def test_hints_that_are_alike():
    hints = (*RELU.hints[:2], RELU.hints[1])
    assert "three hints that differ" in said(writing.hints_and_messages_say_something, planted(hints=hints))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "says nothing"),
        ("One.", "says nothing"),
        ("Two words.", "says nothing"),
        ("It does not end", "full stop"),
        (f"It is long{', and longer' * 30}.", "characters"),
        ("Just write np.maximum( x,0 ) and be done.", "solution's code"),
    ],
)
def test_a_hint_or_message_that_will_not_do(text, words):
    hinted = said(writing.hints_and_messages_say_something, planted(hints=(*RELU.hints[:2], text)))
    assert hinted.startswith("Hint 3 ")
    assert words in hinted
    wrong = planted(mistakes=(*RELU.mistakes, Mistake("planted", np.abs, text)))
    assert said(writing.hints_and_messages_say_something, wrong).startswith("The message of `planted` ")


@pytest.mark.parametrize(("name", "number"), [("difficulty", 0), ("importance", 6), ("minutes", 31)])
def test_a_number_out_of_range(name, number):
    assert f"{name} is {number}" in said(writing.numbers_are_in_range, planted(**{name: number}))


def test_a_todo(checked_clone):
    file = Places(LESSON, checked_clone).exercise("relu")
    file.write_text(file.read_text("utf-8") + "\n# TODO: hints\n", "utf-8")
    assert "neural_networks/relu.py still says TODO" in said(writing.todos_are_done, RELU)


# What runs.


def test_a_reference_that_is_not_written():
    def stub(x):
        raise NotImplementedError

    exercise = planted(reference=answering(stub))
    assert "raises NotImplementedError" in said(running.reference_is_written, exercise)


def test_a_reference_that_does_not_pass(built):
    calls = iter(range(10**6))
    exercise = planted(reference=answering(lambda x: x + next(calls)))
    assert len(sentences := list(running.solution_passes(exercise))) == 2
    assert all("doesn't pass" in sentence for sentence in sentences)


def test_a_stub_that_is_taken_for_an_answer(built):
    def raising(x):
        raise NotImplementedError

    assert "A stub counts" in said(running.stub_is_missing, planted(reference=answering(raising)))


def test_a_mistake_that_is_right(built):
    exercise = with_mistake(lambda x: np.where(x > 0, x, 0.0))
    assert "is right on" in said(running.mistakes_are_refused_and_named, exercise)


def test_a_mistake_that_is_like_another(built):
    exercise = with_mistake(lambda x: abs(x))
    assert "is like `absolute`" in said(running.mistakes_are_refused_and_named, exercise)


def test_a_mistake_that_is_never_the_same(built):
    calls = iter(range(1, 10**6))
    exercise = with_mistake(lambda x: x - next(calls))
    assert "isn't recognised" in said(running.mistakes_are_refused_and_named, exercise)


def test_a_mistake_that_is_no_answer(built):
    def refusing(x):
        raise ForbiddenFunction("`tanh`")

    exercise = with_mistake(refusing, forbidden=("tanh",))
    assert "'refused'" in said(running.mistakes_are_refused_and_named, exercise)


def test_a_mistake_that_is_right_only_where_it_is_public(built):
    public = set(running.bank_of(RELU, PUBLIC_SEED).cases)

    def lucky(x):
        return np.maximum(x, 0) if plaindata.encode((x,)) in public else x - 1

    assert "public cases" in said(running.mistakes_are_refused_and_named, with_mistake(lucky))


@pytest.mark.parametrize(
    ("name", "returns"), [("relu", ("a", "b")), ("momentum_step", ()), ("momentum_step", ("theta",))]
)
def test_a_tuple_whose_items_have_no_names(name, returns):
    exercise = dataclasses.replace(all_exercises()[name], returns=returns)
    assert "set `returns`" in said(running.items_have_names, exercise)


def test_a_goal_s_mistake_is_refused_with_a_word(built):
    exercise = planted(kind="goal", verify=lambda given, answer: Finding(False))
    assert "without a word" in next(iter(running.mistakes_are_refused_and_named(exercise)))


def test_values_that_float32_cannot_hold(built):
    exercise = planted(reference=answering(lambda x: np.maximum(x, 0) + 1e300))
    sentences = [s for s in running.other_types_make_no_difference(exercise) if s.startswith("The reference")]
    assert len(sentences) == 2
    assert all("float32" in sentence for sentence in sentences)


def test_a_mistake_that_is_known_only_by_its_type(built):
    exercise = with_mistake(lambda x: np.where(x > 0, x, -3e38 * 10))
    sentences = list(running.other_types_make_no_difference(exercise))
    assert sentences
    assert all("`planted`" in s and "float32" in s for s in sentences)


def test_a_mistake_within_the_rounding_of_float32_need_not_be_known(built):
    exercise = with_mistake(lambda x: np.maximum(x, 0) * (1 + 5e-5) + 1e-6 * (x > 0))
    assert list(running.mistakes_are_refused_and_named(exercise)) == []
    assert list(running.other_types_make_no_difference(exercise)) == []


@pytest.mark.parametrize("count", [14, 36])
def test_too_few_cases_or_too_many(count, built):
    exercise = planted(cases=lambda rng: [(x,) for x in rng.normal(size=(count, 3))])
    assert f"It has {count} cases" in said(running.value_has_enough_cases, exercise)


def test_cases_that_are_always_the_same(built):
    exercise = planted(cases=lambda rng: [(np.arange(i),) for i in range(1, 20)])
    assert "0 new cases" in said(running.seed_decides_the_cases, exercise)


def test_a_reference_that_warns_changes_its_input_or_raises_unannounced(built):
    def loud(x):
        return np.log(np.zeros_like(x))

    def greedy(x):
        x[...] = 1
        return x

    def failing(x):
        raise OverflowError

    for function, words in ((loud, "warn"), (greedy, "copy"), (failing, "OverflowError")):
        exercise = planted(reference=answering(function))
        assert words in said(running.reference_is_clean, exercise)


def test_cases_that_raise_are_a_debt_and_no_traceback(built):
    def broken(rng):
        raise ZeroDivisionError("a fault of the author's")

    assert owes.owes(planted(cases=broken))[-1].endswith(
        "test_owes.py, line 240: ZeroDivisionError: a fault of the author's; mend that first."
    )


def test_an_unwritten_reference_is_not_run_further(built):
    def stub(x):
        raise NotImplementedError

    sentences = owes.owes(planted(reference=answering(stub)))
    assert [s for s in sentences if "cases" in s or "mistake" in s] == []


# Its places.


def edited(file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_no_directive(checked_clone):
    edited(Places(LESSON, checked_clone).text, "```{exercise} relu\n```", "")
    assert "doesn't ask for it" in said(belonging.lesson_asks_for_it, RELU)


def test_a_notebook_that_is_old(checked_clone):
    edited(Places(LESSON, checked_clone).notebook, "Rectified linear unit", "A rectifier")
    assert "python lessons/build.py 02_neural_networks" in said(belonging.notebook_has_its_stub, RELU)


def test_no_notebook(checked_clone):
    Places(LESSON, checked_clone).notebook.unlink()
    assert "run `python lessons/build.py" in said(belonging.notebook_has_its_stub, RELU)


def test_no_point(checked_clone):
    edited(Places(LESSON, checked_clone).coverage, '"relu"', '"other"')
    assert "no point" in said(belonging.a_point_is_practised, RELU)


@pytest.mark.parametrize("line", ["", "    relu(x, limit=6)\n"])
def test_another_signature_or_none_in_the_catalogue(checked_clone, line):
    edited(Places(LESSON, checked_clone).catalogue, "    relu(x)\n", line)
    assert "write `relu(x)` under 02_neural_networks" in said(belonging.catalogue_promises_it, RELU)


@pytest.mark.parametrize("source", ["", "def test_relu(): ...  # TODO: relu\n", "nn.relu_derivative\n"])
def test_no_test(checked_clone, source):
    Places(LESSON, checked_clone).tests.write_text(source, "utf-8")
    assert "no test of it" in said(belonging.a_test_names_the_reference, RELU)


def test_a_file_that_belongs_to_nobody(checked_clone):
    places = Places(LESSON, checked_clone)
    assert list(belonging.files_belong_to_exercises(LESSON)) == []
    places.exercise("stray").write_text("EXERCISE = None\n", "utf-8")
    assert "add 'stray' to `EXERCISES`" in said(belonging.files_belong_to_exercises, LESSON)
    edited(places.exercise("relu"), "import numpy as np", "from .stray import EXERCISE\nimport numpy as np")
    assert list(belonging.files_belong_to_exercises(LESSON)) == []


@pytest.mark.parametrize(
    "program",
    ["print('Lesson 2: out of step.'); exit(1)", "import sys; sys.exit('Lesson 2: out of step.')"],
)
def test_a_notebook_out_of_step(checked_clone, program):
    (checked_clone / "lessons" / "build.py").write_text(program, "utf-8")
    assert said(belonging.notebook_is_in_step, LESSON) == "Lesson 2: out of step."


def test_cases_and_signatures_must_agree_and_nothing_that_follows_is_said(monkeypatch):
    monkeypatch.setattr(running, "bank_of", lambda exercise: build(exercise, "none that is kept"))
    none = planted(cases=lambda rng: iter(()))
    assert "yields no case" in said(running.cases_fit_the_signature, none)
    assert len(owes.owes(none)) == 1
    pairs = planted(cases=lambda rng: ((np.ones(n), n) for n in range(1, 20)))
    sentences = list(running.cases_fit_the_signature(pairs))
    assert sentences[0].startswith("The reference can't take the 2 arguments of a case (too many")
    assert len(sentences) == 1 + len(RELU.mistakes)
    assert "`planted` can't take the 1 argument" in said(
        running.cases_fit_the_signature, with_mistake(lambda x, slope: x)
    )


def test_the_example_must_give_what_it_shows():
    wrong = answering(lambda x: np.maximum(x, 0) + 1)
    assert "gives array([" in said(running.example_is_right, planted(reference=wrong))
