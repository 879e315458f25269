"""What an answer may not use is read from its code."""

import pytest

from grader.submissions.rules import forbidden_call


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
