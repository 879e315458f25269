"""Functions that an exercise asks to do without: they raise under every name, and come back."""

import importlib
import math
import sys
from types import ModuleType

import numpy as np
import pytest

from grader import check
from grader.child import forbidding
from grader.child.forbidding import ForbiddenFunction, ForbiddenPackage, without

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


@pytest.fixture(autouse=True)
def _as_in_a_fork():
    """There, as many modules as before are the same modules."""
    forbidding._loaded_of.cache_clear()


def run(source, packages=("numpy",)):
    """Run code as in a process of its own, where those packages alone may be used; return its names."""
    names = {}
    with without((), packages=packages):
        exec(source, names)
        if "answer" in names:
            names["result"] = names["answer"](np.array([-1.0, 2.0]))
    return names


@pytest.mark.parametrize(
    "source",
    [
        "import scipy.special",
        "import numpy as np, sklearn.neighbors, matplotlib.pyplot as plt",
        "from tensorflow.keras import layers",
        "from tensorflow import *\nfrom scipy.special import *",
        "import pandas as pd, tensorflow as tf\ndef answer(x: pd.DataFrame | None) -> tf.Tensor: return x",
        "import tensorflow as tf, typing\nA = typing.Union[tf.Tensor, int]\ndef answer(x: A): return x",
        "import tensorflow as tf\ndef answer(x): return tf.abs(x) if isinstance(x, tf.Tensor) else abs(x)",
        "import keras\nclass Mine(keras.layers.Layer): pass\ndef answer(x): return x",
        "from scipy.special import softmax\ndef softmax(x): return x\ndef answer(x): return softmax(x)",
        "import dlcourse\nwith dlcourse.quiet():\n    import keras, math\ndef answer(x): return abs(x)",
        "from dlcourse import quiet, plots\nwith quiet():\n    import math\ndef answer(x): return abs(x)",
        "import dlcourse as dl, dlcourse.plots\nwith dl.quiet():\n    pass",
        "try:\n    import sympy\nexcept ImportError:\n    sympy = None",
    ],
)
def test_what_is_not_called_costs_nothing(source):
    run(source)


@pytest.mark.parametrize(
    ("source", "package"),
    [
        ("import scipy.special\ndef answer(x): return scipy.special.expit(x)", "scipy"),
        ("from scipy.special import expit as e\ndef answer(x): return e(x)", "scipy"),
        ("import scipy.special\ndef answer(x): return eval('scipy.special.expit(x)')", "scipy"),
        ("import scipy.special\ndef answer(x): return globals()['scipy'].special.expit(x)", "scipy"),
        ("import scipy.special, sys\ndef answer(x): return sys.modules['scipy.special'].expit(x)", "scipy"),
        (
            "import importlib as i\ndef answer(x): return i.import_module('sci' + 'py.special').expit(x)",
            "scipy",
        ),
        ("def answer(x):\n    from sklearn.metrics import f1_score\n    return f1_score(x, x)", "sklearn"),
        ("from dlcourse import metrics\ndef answer(x): return metrics.accuracy(x, x)", "dlcourse"),
        ("import tensorflow as tf\n@tf.function\ndef answer(x): return x", "tensorflow"),
        ("import torch\ndef answer(x): return x * torch.pi", "torch"),
        ("import pandas\nimport numpy as np\ndef answer(x): return np.sum(pandas.NA)", "pandas"),
        ("import keras\nclass Mine(keras.Layer): pass\ndef answer(x): return Mine()", "keras"),
        ("import matplotlib.pyplot as plt\ndef answer(x): return plt.plot(x)", "matplotlib"),
    ],
)
def test_who_calls_what_may_not_be_used_is_told_so(source, package):
    with pytest.raises(ForbiddenPackage, match=f"do without `{package}`"):
        run(source)


def test_a_framework_keeps_what_it_needs_itself(monkeypatch):
    packages = ("numpy", "framework")
    assert run("import scipy.special\ny = scipy.special.expit(0)", packages)["y"] == 0.5  # not loaded yet
    monkeypatch.setitem(sys.modules, "framework", ModuleType("framework"))
    names = run("import h5py, scipy\nfile = h5py.File", packages)
    assert names["file"].__module__.startswith("h5py")
    with pytest.raises(ForbiddenPackage):
        run("import scipy\nscipy.special.expit(0)", packages)


def test_a_module_that_came_since_is_hidden_too(monkeypatch):
    run("import math")
    monkeypatch.setitem(sys.modules, "statsmodels.own", ModuleType("statsmodels.own"))
    with pytest.raises(ForbiddenPackage):
        run("import statsmodels.own as own\nown.fit()")
    assert "statsmodels" not in sys.modules  # nor is a stand-in left
    assert type(sys.modules["statsmodels.own"]) is ModuleType


def test_modules_are_back_afterwards_and_a_misspelt_one_is_no_stand_in():
    import scipy.special

    before = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "sympy"}
    with pytest.raises(ModuleNotFoundError, match="nunpy"):
        run("import scipy.special, sympy\nimport nunpy")
    assert sys.modules["scipy"] is scipy
    assert sys.modules["scipy.special"].expit(0.0) == 0.5
    after = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "sympy"}
    assert after == before  # none, unless an earlier test imported it


TRICKS = {
    "getattr": "def tanh(x):\n    return getattr(np, 'ta' + 'nh')(x)\n",
    "vars": "def tanh(x):\n    return vars(np)['tanh'](x)\n",
    "import inside": "def tanh(x):\n    from numpy import tanh as t\n    return t(x)\n",
    "complex": "from cmath import tanh as t\ndef tanh(x):\n    return np.vectorize(t, [complex])(x).real\n",
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


HONEST = """
import numpy as np
import tensorflow as tf
import matplotlib.pyplot as plt
from numpy import exp, sign, tanh
class Act:
    @staticmethod
    def tanh(x):
        e = exp(-2 * abs(x))
        return sign(x) * (1 - e) / (1 + e)
def tanh(x):
    return Act.tanh(np.asarray(x))
def relu(x):
    return np.maximum(x, 0)
np.tanh(0.5)
np.round(tf.nn.softmax([1.0, 2.0]), 3)
np.testing.assert_allclose(np.tanh(np.array([1.0])), [0.76159416], rtol=1e-5)
plt.plot(relu(np.linspace(-3, 3)))
"""


def test_what_a_learner_tries_out_beside_an_answer_is_no_part_of_it(graded):
    verdicts = graded(HONEST + DENSE)
    assert {name: verdicts[name].status for name in ("tanh", "relu", "dense")} == {
        "tanh": "passed",
        "relu": "passed",
        "dense": "passed",
    }


def test_a_notebooks_other_variables_are_no_part_of_an_answer(capsys):
    import pandas as pd

    variables = {"np": np, "theta": pd.Series([1.0]), "x": pd.Series([1.0]), "z": pd.DataFrame()}
    exec("def sgd_step(theta, grad, learning_rate): return theta - learning_rate * grad", variables)
    check(variables["sgd_step"])
    assert capsys.readouterr().out.startswith("sgd_step: passed")
    assert variables["theta"].iloc[0] == 1.0


@pytest.mark.parametrize(
    "source",
    [
        "from scipy.special import expit\ndef sigmoid(x): return expit(x)",
        "from scipy.special import expit\ndef sigmoid(x, f=expit): return f(x)",
        "from scipy.special import expit\ndef helper(x): return expit(x)\ndef sigmoid(x): return helper(x)",
        "from scipy import special\ndef sigmoid(x): return special.expit(x)",
        "def sigmoid(x):\n    import scipy.special\n    return scipy.special.expit(x)",
        "from scipy.special import expit as sigmoid",
        "from functools import partial\nfrom scipy.special import expit\nsigmoid = partial(expit)",
    ],
)
def test_scipys_sigmoid_is_refused_in_a_notebook_as_in_a_class(source, capsys, graded):
    variables = {}
    exec(source, variables)
    check(variables["sigmoid"])
    shown = capsys.readouterr().out
    assert "uses `scipy`" in shown or "There is no exercise" in shown  # of another name: no answer at all
    assert graded(source + "\n")["sigmoid"].status in ("refused", "missing")


def test_numpys_own_function_is_no_answer(capsys):
    check(np.tanh)
    assert capsys.readouterr().out.startswith("tanh: not allowed")
