"""What an answer uses, and may not use, is read from its code."""

import pytest

from grader.submissions.rules import disallowed_package, forbidden_call


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import numpy as np\ndef answer(x): return np.tanh(x)", "np.tanh"),
        ("import tensorflow as tf\ndef answer(x): return tf.math.tanh(x)", "tf.math.tanh"),
        ("from numpy import tanh as t\ndef answer(x): return t(x)", "numpy.tanh"),
        ("import numpy as np\ndef helper(x): return np.tanh(x)\ndef answer(x): return helper(x)", "np.tanh"),
        ("def tanh(x): return 1\ndef answer(x): return tanh(x)", None),
        ("import numpy as np\ndef other(x): return np.tanh(x)\ndef answer(x): return 1", None),
        ("import numpy as np\ndef answer(x): return np.tanh(x)\ndef answer(x): return 1", None),
        ('def answer(x):\n    """Not np.tanh."""\n    return 1', None),
    ],
)
def test_forbidden_calls_are_read_from_the_code(cut, source, found):
    assert forbidden_call(cut(source)[2].statements, ("tanh",)) == found


@pytest.mark.parametrize(
    ("source", "packages"),
    [
        ("import numpy as np, scipy\ndef answer(x): return np.sum(x)", {"numpy"}),
        ("import numpy as np, scipy\ndef answer(x): return scipy.special.expit(x)", {"scipy"}),
        ("from scipy.special import expit as e, erf\ndef answer(x): return e(x)", {"scipy"}),
        (
            "import sklearn.metrics\ndef helper(x): return sklearn.metrics\ndef answer(x): return helper(x)",
            {"sklearn"},
        ),
        ("def answer(x):\n    import scipy.special\n    return x", {"scipy"}),
        (
            "def answer(x):\n    import importlib\n    return importlib.import_module('scipy.special')",
            {"importlib", "scipy"},
        ),
        ("def answer(x): return __import__('scipy').special.expit(x)", {"scipy"}),
        ("from tensorflow import *\nimport numpy as np\ndef answer(x): return np.sum(abs(x))", {"numpy"}),
        ("from tensorflow import *\ndef answer(x): return reduce_sum(x)", {"tensorflow"}),
        (
            "import dlcourse\nwith dlcourse.quiet():\n    import tensorflow as tf\n"
            "def answer(x): return tf.nn.relu(x)",
            {"tensorflow"},
        ),
        (
            "from dlcourse import quiet\nwith quiet():\n    import keras\n"
            "def answer(x): return keras.ops.relu(x)",
            {"keras"},
        ),
        (
            "import dlcourse\nfrom dlcourse import metrics\ndef answer(x): return metrics.f1_score(x, x)",
            {"dlcourse"},
        ),
        ("import dlcourse.metrics as m\ndef answer(x): return m.f1_score(x, x)", {"dlcourse"}),
        ("import dlcourse\ndef answer(x): return getattr(dlcourse, 'metrics')", {"dlcourse"}),
    ],
)
def test_packages_count_where_they_are_used(cut, source, packages):
    assert cut(source)[2].packages == packages


@pytest.mark.parametrize(
    ("used", "allowed", "found"),
    [
        ({"numpy", "math", "importlib"}, ("numpy",), None),
        ({"numpy", "scipy"}, ("numpy",), "scipy"),
        ({"scipy"}, (), None),  # anything may be used
        ({"nunpy", "helper_of_mine"}, ("numpy",), None),  # no library: the import says what is wrong
        ({"dlcourse"}, ("numpy",), "dlcourse"),
        ({"solutions"}, ("numpy",), "solutions"),
    ],
)
def test_only_a_library_that_is_installed_is_disallowed(used, allowed, found):
    assert disallowed_package(used, allowed) == found
