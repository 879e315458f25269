"""What learners forget: the right code is among the changes of the wrong one, with the words for it."""

import ast

import pytest

from grader.judging.aspects import place_of
from grader.judging.changes import changed

FORGOTTEN = [
    # wrong, right, what is said
    ("    seen.append(x)", "    seen.append(x.copy())", "what is kept in line 2"),
    ("    best = x", "    best = x.copy()", "what is kept in line 2"),
    ("    s = x.sum()", "    s = x.sum(axis=0)", "`sum` in line 2"),
    ("    s = np.mean(x)", "    s = np.mean(x, axis=-1, keepdims=True)", "`mean` in line 2"),
    ("    s = x.max(axis=1)", "    s = x.max(axis=1, keepdims=True)", "`max` in line 2"),
    ("    s = np.clip(x, -5, 5)", "    s = np.clip(x, 100 * -5, 100 * 5)", "`clip` in line 2"),
    ("    s = 1 / (1 + np.exp(-x))", "    s = np.tanh(x)", "the arithmetic in line 2"),
    ("    s = np.tanh(x + n)", "    s = 1 / (1 + np.exp(-(x + n)))", "the function that is called in line 2"),
    ("    s = 1000 * (x / n)", "    s = 1000 ** (x / n)", "the arithmetic in line 2"),
    ("    s = x * n", "    s = x @ n", "the arithmetic in line 2"),
    ("    s = x - n", "    s = x / n", "the arithmetic in line 2"),
    ("    s = n / 2", "    s = n // 2", "the arithmetic in line 2"),
    ("    s = x > 0.5", "    s = x > 5.0", "the number in line 2"),
    ("    k = 1\n    s = x[n - 1]", "    k = 1\n    s = x[k]", "the arithmetic in line 3"),
    (
        "    for i in range(0, len(x)):\n        y(x[i:i + n])",
        "    for i in range(0, len(x), n):\n        y(x[i:i + n])",
        "the bounds of the loop in line 2",
    ),
    (
        "    for i in range(3):\n        y(x[i:i + 2])",
        "    for i in range(3):\n        y(x[i * 2:i * 2 + 2])",
        "where the part begins in line 3",
    ),
    (
        "    for i in x:\n        s[0] = i\n        s[1] = i",
        "    for i in x:\n        s[0] += i\n        s[1] += i",
        "what is assigned in lines 3 and 4",
    ),
    (
        "    for i in x:\n        if i > 1:\n            s += 1\n            break",
        "    for i in x:\n        if i > 1:\n            s += 1\n            pass",
        "the `break` in line 5",
    ),
    (
        "    if x > 1 and n == 0:\n        s = 1\n    if n > 3:\n        s = 2",
        "    if x > 1 and n == 0:\n        s = 1\n    if n > 3 and x > 1:\n        s = 2",
        "the comparison in line 4",
    ),
    (
        "    s = n * s\n    x = x - s",
        "    x = x - s\n    s = n * s",
        "the order of what is done in lines 2 and 3",
    ),
    (
        "    s = 0\n    for i in x:\n        for j in n:\n            s += i * j",
        "    s = 0\n    for i in x:\n        s = 0\n        for j in n:\n            s += i * j",
        "what begins anew in each round of the loop in line 3",
    ),
    (
        "    for i in x:\n        s = 0\n        s += i",
        "    if True:\n        s = 0\n        for i in x:\n            s += i",
        "what begins anew in each round of the loop in line 2",
    ),
    (
        "    n = np.log(n)\n    s = x * n",
        "    x = np.log(x)\n    s = n * x",
        "the variable in lines 2 and 3",
    ),
]


def function(body):
    (tree,) = ast.parse(f"def answer(x, n):\n{body}\n    return s\n").body
    return tree


@pytest.mark.parametrize(("wrong", "right", "said"), FORGOTTEN)
def test_what_is_forgotten_is_put_in_and_said_by_its_place(wrong, right, said):
    tree, wanted = function(wrong), ast.unparse(function(right))
    before = ast.unparse(tree)
    found = [changes for changes in changed(tree, is_learners=True) if ast.unparse(tree) == wanted]
    assert f"Look at {said}: " in place_of(found[0], 1)
    assert ast.unparse(tree) == before


def test_nothing_is_put_in_for_the_reference_that_only_a_learners_code_may_lack():
    tree = function("    best = x\n    s = np.mean(best)")
    versions = {ast.unparse(tree) for _ in changed(tree)}
    assert not any(".copy()" in version or "axis" in version for version in versions)


def test_a_loop_without_a_known_end_is_changed_only_where_what_runs_it_ends_it():
    tree = function("    s = 0\n    while s <= n:\n        s += x")
    assert not [*changed(tree, is_learners=True)]
    versions = {ast.unparse(tree) for _ in changed(tree, is_learners=True, endless=True)}
    assert any("while s < n:" in version for version in versions)
    tree = function(
        "    s = 0\n    while s <= n:\n        try:\n            s += x\n        except E:\n            pass"
    )
    assert not [*changed(tree, is_learners=True, endless=True)]


def test_each_change_of_a_large_definition_is_python():
    body = "\n".join(wrong.replace("s =", f"s{i} =") for i, (wrong, _, _) in enumerate(FORGOTTEN))
    tree = function(body)
    kinds = set()
    for changes in changed(tree, is_learners=True):
        compile(ast.unparse(tree), "<version>", "exec")
        kinds.add(changes[0].words)
    assert len(kinds) > 40
