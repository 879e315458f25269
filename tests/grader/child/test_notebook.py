"""What every notebook has is there, and does nothing."""

import ast
import sys

import pytest

from grader.child.defining import OwnModule, defined


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("display(3)\ndef answer(): return display(4, metadata={})", None),
        ("def answer(): return __name__", "__main__"),
        ("if __name__ == '__main__':\n    K = 5\ndef answer(): return K", 5),
        ("import __main__\nK = 6\ndef answer(): return __main__.K", 6),
        ("def answer(): return get_ipython().__class__.__name__", "ZMQInteractiveShell"),
        ("def answer(): return get_ipython().system('ls')", None),
        ("def answer(): return get_ipython().getoutput('ls')", []),
        ("get_ipython().run_line_magic('x', '')\ndef answer(): return 'colab' in str(get_ipython())", 0),
        ("def answer(): return _, In, Out", ("", [""], {})),
        ("import typing as t\nclass C: k: 'int' = 7\ndef answer(): return t.get_type_hints(C)", {"k": int}),
        ("import pickle\ndef act(): return 8\ndef answer(): return pickle.loads(pickle.dumps(act))()", 8),
    ],
)  # fmt: skip
def test_a_notebooks_names(source, value):
    every = list(range(len(ast.parse(source).body)))
    with defined("answer", [("cell 1", source, every)]) as found:
        assert found.function() == value


def test_each_run_has_its_own():
    with defined("answer", [("c", "K = 5\ndef answer(): return K", [0, 1])]):
        pass
    with defined("answer", [("c", "def answer(): return globals().get('K')", [0])]) as found:
        assert found.function() is None


def test_own_modules_are_there_as_long_as_the_function_is():
    module = OwnModule("own_things", False, [("own_things.py", "K = 5", [0])])
    source = "def answer():\n    import own_things\n    return own_things.K"
    with defined("answer", [("c", source, [0])], [module]) as found:
        assert found.function() == 5
    with defined("answer", [("c", "import own_things_of_nobody\n" + source, [0, 1])]) as found:
        assert found.failed["own_things_of_nobody"].type == "ModuleNotFoundError"


def test_code_that_takes_finders_away_harms_nobody(monkeypatch):
    monkeypatch.setattr("sys.meta_path", list(sys.meta_path))
    with defined(
        "answer", [("c", "import sys\nsys.meta_path.clear()\ndef answer(): return 9", [0, 1, 2])]
    ) as found:
        assert found.function() == 9
