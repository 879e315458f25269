"""Targets, predictions and weights drawn by Hypothesis, and what equal scores are."""

import numpy as np
from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

EXACT = {"rtol": 1e-12, "atol": 1e-12}
few = settings(max_examples=60)


def equal(ours, theirs):
    np.testing.assert_allclose(ours, theirs, **EXACT)


@st.composite
def decisions(draw, classes=5):
    """Targets, predictions and weights; classes may be absent, and all samples may be of one."""
    n = draw(st.integers(1, 40))
    label = st.integers(0, draw(st.integers(0, classes - 1)))
    y_true, y_pred = (np.array(draw(st.lists(label, min_size=n, max_size=n))) for _ in range(2))
    return y_true, y_pred, draw(hnp.arrays(float, n, elements=st.floats(0.1, 10)))


@st.composite
def labels(draw):
    n, k = draw(st.integers(1, 20)), draw(st.integers(2, 4))
    y_true, y_pred = (draw(hnp.arrays(int, (n, k), elements=st.integers(0, 1))) for _ in range(2))
    return y_true, y_pred, draw(hnp.arrays(float, n, elements=st.floats(0.1, 10)))


@st.composite
def ranked(draw, columns=1):
    """Targets of both kinds in each column, scores with ties, weights."""
    n = draw(st.integers(max(2, columns), 40))
    scores = draw(hnp.arrays(float, (n, columns), elements=st.sampled_from(np.linspace(0, 1, 9))))
    weight = draw(hnp.arrays(float, n, elements=st.floats(0.1, 10)))
    if columns > 1:
        y_true = np.append(np.arange(columns), draw(hnp.arrays(int, n - columns, elements=st.integers(0, 2))))
        total = scores.sum(axis=1, keepdims=True)
        return y_true, np.where(total > 0, scores / np.maximum(total, 1e-9), 1 / columns), weight
    y_true = draw(hnp.arrays(int, n, elements=st.integers(0, 1)))
    assume(0 < y_true.sum() < n)
    return y_true, scores[:, 0], weight
