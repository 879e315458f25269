"""The edges that the cases of `softmax` reach."""

import numpy as np
from asking import arrays_of, has


def test_edges_of_softmax():
    assert {z.ndim for z in arrays_of("softmax")} == {1, 2, 3}
    assert has("softmax", lambda z: z.shape[-1] == 1)
    assert has("softmax", lambda z: z.ndim == 2 and z.shape[0] == z.shape[1])
    assert has("softmax", lambda z: np.all(z == 1e4))
    assert has("softmax", lambda z: np.all(z == -1e4))
    assert has("softmax", lambda z: z.ndim > 1 and np.ptp(z.max(axis=-1)) > 1000)
    shifted = [z for z in arrays_of("softmax") if z.ndim == 1]
    assert any(a.shape == b.shape and np.all(a - b == 1000) for a in shifted for b in shifted)
