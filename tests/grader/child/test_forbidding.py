"""Functions that an exercise asks to do without: they raise under every name, and come back."""

import importlib
import math
import sys

import numpy as np
import pytest

from grader import check
from grader.child.forbidding import ForbiddenFunction, without

REACHED = {
    "as always": lambda: np.tanh(0.5),
    "getattr": lambda: getattr(np, "ta" + "nh")(0.5),
    "vars": lambda: vars(np)["tanh"](0.5),
    "from NumPy's inside": lambda: np._core.umath.tanh(0.5),
    "another import": lambda: importlib.import_module("numpy").tanh(0.5),
    "import from": lambda: __import__("numpy", fromlist=["tanh"]).tanh(0.5),
    "sys.modules": lambda: sys.modules["numpy"].tanh(0.5),
    "math": lambda: math.tanh(0.5),
}


@pytest.mark.parametrize("way", REACHED)
def test_it_raises_by_whatever_name_and_is_back_afterwards(way):
    with without(("tanh",)), pytest.raises(ForbiddenFunction, match="do without `tanh`"):
        REACHED[way]()
    assert REACHED[way]() == pytest.approx(math.tanh(0.5))


def test_an_alias_in_a_namespace_of_the_learners_raises_too():
    names = {"t": np.tanh, "other": np.sinh}
    with without(("tanh",), names):
        assert names["other"](0.0) == 0.0
        with pytest.raises(ForbiddenFunction):
            names["t"](0.5)
    assert names == {"t": np.tanh, "other": np.sinh}


def test_everything_is_back_after_an_error():
    before, names = np.tanh, {"t": np.tanh}
    with pytest.raises(KeyError), without(("tanh",), names, packages=("scipy",)):
        raise KeyError
    assert np.tanh is names["t"] is before
    assert math.tanh(0.0) == 0.0
    assert importlib.import_module("scipy").__name__ == "scipy"


@pytest.mark.parametrize("loaded", [True, False])
def test_a_package_that_may_not_be_used_can_not_be_imported(loaded, monkeypatch):
    import scipy

    if not loaded:
        for name in [name for name in sys.modules if name.partition(".")[0] == "scipy"]:
            monkeypatch.delitem(sys.modules, name)
    with without((), packages=("scipy",)):
        with pytest.raises(ImportError):
            exec("import scipy", {})
        with pytest.raises(ImportError):
            exec("import scipy.optimize", {})
        with pytest.raises(ImportError):
            exec("from scipy import optimize", {})
    exec("import scipy", names := {})
    assert names["scipy"].__version__ == scipy.__version__


TRICKS = {
    "getattr": "def tanh(x):\n    return getattr(np, 'ta' + 'nh')(x)\n",
    "vars": "def tanh(x):\n    return vars(np)['tanh'](x)\n",
    "import inside": "def tanh(x):\n    from numpy import tanh as t\n    return t(x)\n",
    "default of a helper": "def helper(x, f=np.tanh):\n    return f(x)\ndef tanh(x):\n    return helper(x)\n",
}
DENSE = """
def dense(X, W, b, activation=None):
    functions = {
        None: lambda z: z,
        "relu": lambda z: np.maximum(z, 0),
        "sigmoid": lambda z: 0.5 * (1 + np.tanh(z / 2)),
        "tanh": np.tanh,
        "softmax": lambda z: np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True)),
    }
    if activation not in functions:
        raise ValueError(activation)
    return functions[activation](X @ W + b)
"""


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_passes_for_an_answer_and_the_next_exercise_has_its_function(trick, graded):
    verdicts = graded(f"import numpy as np\n{TRICKS[trick]}{DENSE}")
    assert verdicts["tanh"].status == "refused", verdicts["tanh"].message
    assert "tanh" in verdicts["tanh"].message
    assert verdicts["dense"].status == "passed", verdicts["dense"].message


@pytest.mark.parametrize("trick", TRICKS)
def test_a_notebook_refuses_the_same(trick, capsys):
    variables = {"np": np}
    exec(f"{TRICKS[trick]}{DENSE}", variables)
    check(variables["tanh"])
    assert capsys.readouterr().out.startswith("tanh: not allowed")
    check(variables["dense"])
    assert capsys.readouterr().out.startswith("dense: passed")
