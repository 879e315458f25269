import ast
import os
import subprocess
import sys
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classes.fingerprints import (
    KEY_TOKENS,
    MAX_TOKENS,
    WINDOW,
    K,
    Reader,
    Token,
    fingerprints,
    run_hashes,
)

ANSWER = """
import numpy as np

def softmax(z):
    shifted = z - np.max(z, axis=-1, keepdims=True)
    total = 0.0
    for part in shifted:
        total += np.exp(part)
    if total == 0:
        raise ValueError("no scores")
    return np.exp(shifted) / total
"""


def tokens(source):
    tree = ast.parse(source)
    return [t for node in tree.body for t in Reader(tree.body, ["softmax"]).tokens(node)]


def hashes(source):
    return list(run_hashes(tokens(source)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("shifted", "moved"),
        ("z", "scores"),
        ("np", "n"),
        ("import numpy as np", "import numpy"),
        ("import numpy as np", "from numpy import exp as e, max as largest"),
        (
            "def softmax(z):",
            "def softmax(z: 'np.ndarray') -> 'np.ndarray':\n    '''Scores in, shares out.'''",
        ),
        ("total = 0.0", "total: float = 0  # a sum"),
        ("total += np.exp(part)", "total = (total + (np.exp(part)))"),
        ('"no scores"', "'there are no scores at all'"),
        ("    return", "    pass\n    return"),
        ("axis=-1, keepdims=True", "axis = - 1,\n        keepdims=True,"),
    ],
    ids=range(11),
)
def test_what_hides_a_copy_leaves_no_trace(old, new):
    changed = ANSWER.replace(old, new)
    if new == "import numpy":
        changed = changed.replace("np.", "numpy.")
    elif new.startswith("from numpy"):
        changed = changed.replace("np.exp", "e").replace("np.max", "largest")
    assert changed != ANSWER
    assert hashes(changed) == hashes(ANSWER)


@pytest.mark.parametrize(
    ("old", "new"), [("np.exp", "np.log"), ("-1", "0"), ("np.exp(shifted) / total", "shifted / total")]
)
def test_what_is_computed_leaves_one(old, new):
    assert hashes(ANSWER.replace(old, new)) != hashes(ANSWER)


def test_independent_statements_may_swap_places():
    lines = ["    a = np.exp(x)", "    b = np.abs(x) + 2", "    c = [1, 2, x]"]
    found = {
        tuple(t.text for t in tokens("\n".join(["def f(x):", *order, "    return a + b * c"])))
        for order in permutations(lines)
    }
    assert len(found) == 1


def test_statements_that_depend_on_one_another_keep_their_order():
    one = "def f(x):\n    z = x + 1\n    y = np.exp(z)\n    x[0] = y\n    print(y)\n    return y"
    kinds = [t.text for t in tokens(one) if t.text in ("Add", "np", "Subscript", "print", "Return")]
    assert kinds == ["Add", "np", "Subscript", "print", "Return"]


words = st.lists(st.sampled_from("abcdef"), max_size=40)


@given(words, words, words, st.lists(st.sampled_from("abcdef"), min_size=K + WINDOW - 1, max_size=40))
def test_whatever_is_shared_for_long_enough_is_found(before, after, elsewhere, shared):
    def found(texts):
        return {h for h, _ in fingerprints([Token(text, 1) for text in texts])}

    assert found(before + shared + after) & found(elsewhere + shared)


@given(words)
def test_winnowing_keeps_some_of_the_runs_and_their_lines(texts):
    sequence = [Token(text, line) for line, text in enumerate(texts)]
    runs = list(run_hashes(sequence))
    kept = list(fingerprints(sequence))
    assert bool(kept) == bool(texts)
    spans = {(h, frozenset(range(start, min(start + K, len(texts))))) for start, h in enumerate(runs)}
    assert set(kept) <= spans


def test_hashes_are_the_same_in_every_process():
    program = (
        "from grader.classes.fingerprints import *\n"
        "print(list(run_hashes([Token(str(i), 1, i % 2 == 0) for i in range(20)])))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


DEEP = "def f(x):\n" + "".join(f"{' ' * (i + 1)}a{i} = x\n{' ' * (i + 1)}if x > {i}:\n" for i in range(95))


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "+".join("x" * 700),
        "x = [" + "x + 1, " * 30_000 + "]",
        "x = 0x" + "f" * 50_000,
        "x = " + "lambda: " * 500 + "x",
        "x" + ".a" * 2000,
        DEEP + " " * 96 + "return x",
        "if x: pass\n" + "".join(f"elif x == {i}:\n  a = {i}\n  b = a\n" for i in range(800)),
        "def f(x):\n" + "".join(f"    a{i} = x + {i}\n" for i in range(5000)),
        "x = 1e999, -1e999, 1j, b'', ..., None, '\\ud800'",
    ],
    ids=["sum", "list", "integer", "lambdas", "attributes", "nested", "elif", "long", "constants"],
)
def test_hostile_code_costs_little(source):
    (statement,) = ast.parse(source).body
    reader = Reader([statement], [])
    assert 0 < len(reader.tokens(statement)) <= MAX_TOKENS
    assert len(reader.tokens(statement, KEY_TOKENS)) <= KEY_TOKENS
    assert list(fingerprints(reader.tokens(statement)))
