"""The rules of cutting, each shown by running the cut."""

import ast
import subprocess
import sys

import pytest

from grader.submissions.cutting import Cutter
from grader.submissions.submission import read


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("def answer(): return 1", 1),
        ("def answer(): return 1\ndef answer(): return 2", 2),
        ("def answer(): return 1\nanswer = lambda: 3", 3),
        ("def helper(): return K\nK = 4\ndef answer(): return helper()", 4),
        ("K = 1\ndef answer(): return K\nK = 5", 5),
        ("import math as m\ndef answer(): return m.floor(6.5)", 6),
        ("from math import floor\ndef answer(): return floor(7.5)", 7),
        ("from math import *\ndef answer(): return floor(8.5)", 8),
        ("def twice(f): return lambda: 2 * f()\n@twice\ndef answer(): return 4.5", 9),
        ("D = 10\ndef answer(x=D): return x", 10),
        ("T = int\ndef answer(x: T = 11) -> T: return x", 11),
        ("L = []\nL.append(12)\ndef answer(): return L[0]", 12),
        ("L = [0]\nL[0] = 13\ndef answer(): return L[0]", 13),
        ("N = 7\nN += 7\ndef answer(): return N", 14),
        ("class C: pass\nC.k = 15\ndef answer(): return C.k", 15),
        ("if True:\n    def answer(): return 16", 16),
        ("try:\n    import nowhere\nexcept ImportError:\n    K = 17\ndef answer(): return K", 17),
        ("for K in range(19): pass\ndef answer(): return K", 18),
        ("a, (b, *c) = 1, (2, 19)\ndef answer(): return c[0]", 19),
        ("def set_up():\n    global K\n    K = 20\nset_up()\ndef answer(): return K", 20),
        ("globals()['K'] = 21\ndef answer(): return K", 21),
        ("exec('K = 22')\ndef answer(): return K", 22),
        ("K = 23\ndef answer(): return globals()['K']", 23),
        ("K = 24\ndef answer(): return eval('K')", 24),
        ("def answer():\n    def inner(): return K\n    return inner()\nK = 25", 25),
        ("K = 26\ndef answer(): return [K for _ in range(1)][0]", 26),
        ("K = 1\ndel K\nK = 27\ndef answer(): return K", 27),
        ("from __future__ import annotations\ndef answer(x: Unknown = 28): return x", 28),
        ("class Base: k = 29\nclass C(Base): pass\ndef answer(): return C.k", 29),
        ("with open(__import__('os').devnull) as f: K = 30\ndef answer(): return K", 30),
        ("K = undefined_name\nK = 31\ndef answer(): return K", 31),
        ("(K := 32)\ndef answer(): return K", 32),
        ("def helper(): return 1\nanswer = helper\ndef helper(): return 33\nanswer = helper", 33),
        ("x = 1; K = 34; y = 2\ndef answer(): return K", 34),
        ("answer: object = lambda: 35", 35),
        ("def even(n): return 36 if n == 0 else odd(n - 1)\ndef odd(n): return even(n - 1)\n"
         "def answer(): return even(2)", 36),
        ("match [37]:\n    case [K]: pass\ndef answer(): return K", 37),
    ],
)  # fmt: skip
def test_what_is_needed_is_run(cut, source, result):
    assert cut(source)[0]() == result


@pytest.mark.parametrize(
    "other",
    [
        "print(1 / 0)",
        "plot = expensive()",
        "x = 1 / 0",
        "for x in endless(): pass",
        "import nowhere",
        "def broken(): return nowhere",
        "check(answer)",
    ],
)
def test_what_is_not_needed_is_left_out(cut, other):
    function, error, found = cut(f"{other}\ndef answer(x=1):\n    plot = x\n    return plot\n{other}")
    assert function() == 1
    assert error is None
    assert sum(len(piece.statements) for piece in found.pieces) == 1


def test_a_failing_statement_is_reported_where_the_answer_needs_it(cut):
    function, error, _ = cut("\n\nanswer = 1 / 0\n")
    assert function is None
    assert (error.type, error.line) == ("ZeroDivisionError", 3)


def test_line_numbers_are_those_of_the_file(cut):
    function, _, _ = cut("import os\n\n\n@property\ndef other(): pass\n\ndef answer(): return 1\n")
    assert function.__code__.co_firstlineno == 7


def test_imports_tell_what_must_be_at_hand(cut):
    source = "import tensorflow as tf\nimport numpy as np\ndef helper(): return tf\ndef answer(): return np\n"
    assert cut(source)[2].imports == {"numpy"}
    assert cut(source.replace("return np", "return helper()"))[2].imports == {"tensorflow"}
    assert cut("def answer():\n    import keras.ops\n    return keras")[2].imports == {"keras"}


def test_a_syntax_error_costs_only_what_is_near(cut):
    source = "def other(:\n    return 1\n\ndef answer():\n    return 2\n"
    assert cut(source)[0]() == 2
    assert cut(source)[0].__code__.co_firstlineno == 4
    broken = cut(source, "other")[2]
    assert (broken.definitions, broken.error.lineno) == ([], 1)


def test_an_unclosed_bracket_costs_only_what_is_near(cut):
    source = "def answer():\n    return 1\n\ndef other():\n    return (1,\n\ndef third(): return 3\n"
    assert cut(source)[0]() == 1
    assert cut(source, "third")[0]() == 3
    assert cut(source, "other")[2].error is not None


SETTINGS = {
    "np.random.seed(0)": True,
    "np.random.seed(SEED)": True,
    "np.seterr(all='ignore')": True,
    "np.save(PATH, losses)": False,
    "for i in range(3):\n    np.random.seed(i)": False,
    "np.random.seed(len(losses))": False,
    "with np.errstate(all='ignore'):\n    np.save(PATH, losses)": False,
}


@pytest.mark.parametrize("line", SETTINGS)
def test_settings_of_a_package_are_cut_and_its_other_calls_are_not(cut, line):
    source = f"import numpy as np\nSEED = 3\nPATH = 'x'\nlosses = list(range(3))\n{line}\n"
    _, _, found = cut(f"{source}def answer(): return np.zeros(1)")
    texts = {ast.unparse(node) for node in found.statements}
    assert (ast.unparse(ast.parse(line).body[0]) in texts) == SETTINGS[line]
    assert SETTINGS[line] or len(texts) == 2


def test_functions_are_told_from_other_names(tmp_path):
    source = (
        "relu = 1\ndense = lambda x: x\nasync def softmax(): pass\nfrom math import tanh\ndef answer(): pass"
    )
    (tmp_path / "module.py").write_text(source)
    assert Cutter(read(tmp_path / "module.py")).functions() == {"dense", "softmax", "answer"}


@pytest.mark.parametrize("chained", [True, False])
def test_twenty_thousand_helpers_are_no_problem(cut, chained):
    last = 20_000
    helpers = "".join(
        f"def h{i}(x): return {f'h{i - 1}(x)' if chained and i else 'x'}\n" for i in range(last)
    )
    function, _, found = cut(f"{helpers}def answer(x): return h{last - 1}(x)")
    assert function is not None
    assert sum(len(piece.statements) for piece in found.pieces) == (last + 1 if chained else 2)


def test_fifty_thousand_cells_are_no_problem(tmp_path):
    import json

    cells = [{"cell_type": "code", "source": f"x{i} = {i}"} for i in range(50_000)]
    cells.append({"cell_type": "code", "source": "def answer(): return x3"})
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}))
    found = Cutter(read(tmp_path / "n.ipynb")).cut("answer")
    assert [piece.place for piece in found.pieces] == ["cell 4", "cell 50001"]


def test_deeply_nested_code_is_no_problem(cut):
    deep = "(" * 150 + "1" + ")" * 150
    assert cut(f"def answer(): return {deep}")[0]() == 1
    nested = "not " * sys.getrecursionlimit() * 3
    assert cut(f"K = {nested}1\ndef answer(): return 1")[0]() == 1


def looking_up(n):
    return "def answer(): return f0()\n" + "".join(
        f"def f{i}(): return eval('x') or f{i + 1}\n" for i in range(n)
    )


def changing_everything(n):
    names = [f"v{i}" for i in range(n)]
    body = f"    global {', '.join(names)}\n" + "".join(f"    {name} = 1\n" for name in names)
    return f"def put():\n{body}" + "put()\n" * n + "def answer(): return v0\n"


def settings(n):
    return "import numpy as np\n" + "v = 2\n" * n + "np.seterr(all=v)\n" * n + "def answer(): return np.e\n"


def modules(n):
    return "".join(f"import m{i} as n{i}\nn{i}.x()\n" for i in range(n)) + "def answer(): return n0\n"


def aliases(n):
    return "a0 = []\n" + "".join(f"a{i + 1} = a{i}\n" for i in range(n)) + "def answer(): return a0\n"


@pytest.mark.parametrize("made", [looking_up, changing_everything, settings, modules, aliases])
def test_twice_the_code_is_twice_the_work(made):
    few, many = (work(made(n)) for n in (400, 1600))
    assert many < 6 * few


COUNTING = """
import sys
from grader.submissions.cutting import Cutter
from grader.submissions.submission import parse
submission, calls = parse(sys.stdin.buffer.read(), ".py", "m.py"), 0
def count(frame, event, argument):
    global calls
    calls += event in ("call", "c_call")
sys.setprofile(count)
Cutter(submission).cut("answer")
sys.setprofile(None)
print(calls)
"""


def work(source):
    """How many calls cutting takes, Python's own functions among them, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", COUNTING], input=source.encode(), capture_output=True, timeout=100, check=True
    )
    return int(done.stdout)
