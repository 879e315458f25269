"""Submissions that are alike: disguised copies are found, and independent answers are not."""

import ast
import inspect
import random
import re

import pytest
from variants import VARIANTS, module, nth, renamed

from dlcourse.content import folder
from grader.classes.similar import Alike, alike
from grader.exercises import all_exercises
from grader.submissions.cutting import Cutter
from grader.submissions.submission import Cell, Submission, read


def drawn(rng):
    return module(*(rng.choice(variants) for variants in VARIANTS.values()))


def submission(source):
    return Submission("m.py", (Cell("m.py", source, ast.parse(source)),))


def found(*sources, threshold=0.8):
    named = [(f"s{i:03}", submission(source)) for i, source in enumerate(sources)]
    return {(pair.first, pair.second) for pair in alike(named, threshold).pairs}


def with_hints(source):
    return re.sub(
        r"^(def \w+\((\w+))(.*)\):", r"\1: 'np.ndarray'\3) -> object:\n    '''New.'''", source, flags=re.M
    )


def reformatted(source):
    lines = []
    for line in source.splitlines():
        lines += [line.replace(" = ", "   =   ").replace(", ", ",").replace("'", '"') + "  # done", ""]
    return "\n".join(lines)


def with_another_alias(source):
    return source.replace("import numpy as np", "import numpy as N").replace("np.", "N.")


def with_junk(source):
    helpers = "".join(
        f"def extra_{i}(a, b):\n    c = a ** {i} + b\n    return [c * k for k in range({i})]\n"
        for i in range(40)
    )
    return helpers + source.replace("def relu(x):\n", "def relu(x):\n    [extra_1, extra_2]\n")


def in_another_order(source):
    head, *functions = source.split("\n\ndef ")
    return "\n\ndef ".join([head, *reversed(functions)])


DISGUISES = [renamed, with_hints, reformatted, with_another_alias, with_junk, in_another_order]


@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda disguise: disguise.__name__)
def test_a_disguised_copy_is_found(disguise):
    original, other = nth(1), nth(2)
    assert disguise(original) != original
    assert found(original, other, disguise(original)) == {("s000", "s002")}


def test_a_copy_in_every_disguise_at_once_is_found_in_any_class():
    rng = random.Random(0)
    for size in (2, 3, 10, 40):
        sources = [nth(1), *(nth(0) for _ in range(size > 2)), *(drawn(rng) for _ in range(size - 3))]
        copy = sources[0]
        for disguise in DISGUISES:
            copy = disguise(copy)
        assert ("s000", f"s{len(sources):03}") in found(*sources, copy)


def test_statements_that_swapped_places_hide_nothing():
    one = module(
        "def softmax(z):\n    biggest = np.max(z, axis=-1)[..., None]\n"
        "    scale = np.log(np.abs(z).sum() + 2)\n    shape = list(z.shape[:-1])\n"
        "    top = np.exp(z - biggest)\n    return (top / top.sum(-1, keepdims=True)).reshape(*shape, -1)"
    )
    lines = one.splitlines()
    lines[3], lines[5] = lines[5], lines[3]
    assert found(one, "\n".join(lines)) == {("s000", "s001")}


def test_independent_answers_are_not_alike():
    assert found(*(nth(i) for i in range(3))) == set()


@pytest.mark.parametrize("name", VARIANTS)
def test_no_two_ways_to_solve_an_exercise_are_alike(name):
    assert found(*(module(answer) for answer in VARIANTS[name]), threshold=0.6) == set()


def test_what_a_whole_class_has_is_not_alike():
    assert found(*[nth(1)] * 30) == set()
    assert found(*[nth(1)] * 30, nth(2), renamed(nth(2))) == {("s030", "s031")}


def test_a_pair_stands_out_of_a_class_that_has_the_rest_in_common():
    special = nth(1).replace(VARIANTS["dense"][1], VARIANTS["dense"][2])
    assert special != nth(1)
    assert found(*[nth(1)] * 30, special, renamed(special)) == {("s030", "s031")}


def test_a_short_answer_alone_is_not_alike():
    for source in VARIANTS["relu"]:
        assert found(module(source), renamed(module(source)), nth(0)) == set()


def test_the_lessons_own_code_and_its_stubs_do_not_count():
    lesson = read(folder("lessons") / "02_neural_networks.ipynb")
    assert alike([("a", lesson), ("b", lesson)], 0.05) == Alike([], [])
    answer = "def relu(x):\n    return np.maximum(x, 0 * share_of_dead(x))\n"
    assert "def share_of_dead" in "".join(cell.source for cell in lesson.cells)
    code = Submission("m.ipynb", (*lesson.cells, Cell("cell 999", answer, ast.parse(answer))))
    assert "share_of_dead" in str([piece.source for piece in Cutter(code).cut("relu").pieces])
    assert alike([("a", code), ("b", code)], 0.05) == Alike([], [])


def test_the_evidence_is_both_sources_and_the_lines_they_share():
    answer = VARIANTS["dense"][1]
    changed = renamed(module(answer)).replace("return q_0", "print('here')\n        return q_0", 1)
    (pair,) = alike([("ada", submission(module(answer))), ("bob", submission(changed))], 0.5).pairs
    (likeness,) = pair.exercises
    assert (pair.first, pair.second, likeness.exercise) == ("ada", "bob", "dense")
    assert likeness.first.lines[0] == answer.splitlines()[0]
    assert any("functions[activation](Z)" in likeness.first.lines[i] for i in likeness.first.marked)
    assert 0 not in likeness.first.marked  # the signature is given
    assert pair.score <= 1


def test_scores_do_not_depend_on_the_order():
    rng = random.Random(1)
    named = [(f"s{i:02}", submission(drawn(rng))) for i in range(12)]
    named += [("copy", submission(renamed(nth(1)))), ("original", submission(nth(1)))]
    scores = {frozenset((p.first, p.second)): p.score for p in alike(named).pairs}
    rng.shuffle(named)
    assert {frozenset((p.first, p.second)): p.score for p in alike(named).pairs} == scores
    assert scores[frozenset(("copy", "original"))] == 1


@pytest.mark.parametrize(
    "source",
    [
        "".join(f"def h{i}(x): return h{i + 1}(x) + {i}\n" for i in range(3000))
        + "def relu(x): return h0(x)",
        "def relu(x): return [" + "x + 1, " * 20_000 + "]",
        "def relu(x):\n    '" + "a" * 1_000_000 + "'\n    return x",
        "relu = 3",
        "exec('def relu(x): return x')",
        "",
    ],
    ids=["helpers", "long line", "long string", "no function", "exec", "empty"],
)
def test_hostile_submissions_are_compared_like_any(source):
    assert isinstance(found(source, source, nth(1), renamed(nth(1))), set)
    assert ("s002", "s003") in found(source, source, nth(1), renamed(nth(1)))


def test_two_who_repaired_the_same_program_are_not_alike(kinds):
    repaired = f"import numpy as np\n\n\n{inspect.getsource(kinds.centred)}\n"
    assert all_exercises()["centred"].task == "repair"
    assert alike([(name, submission(repaired)) for name in "abc"], 0.05) == Alike([], [])
