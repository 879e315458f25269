"""The edges that the cases of `affine_quantisation` reach."""

import numpy as np
import pytest
from asking import arrays_of, has, verdict


def test_edges_of_affine_quantisation():
    assert has("affine_quantisation", lambda x: not x.any())
    assert has("affine_quantisation", lambda x: x.size == 1 and x.any())
    assert has("affine_quantisation", lambda x: x.min() > 0)
    assert has("affine_quantisation", lambda x: x.max() < 0)
    assert has("affine_quantisation", lambda x: x.min() < 0 < x.max() and x.ndim > 1)
    assert has("affine_quantisation", lambda x: x.dtype == np.float32)
    sizes = [np.abs(x).max() for x in arrays_of("affine_quantisation")]
    assert max(sizes) > 1e3
    assert min(size for size in sizes if size) < 1e-3


def best_of_all(values):
    """The finest grid there is: outer levels may serve values half a step beyond them."""
    if not values.any():
        return 1, 0
    zero_points = np.arange(-128, 128)
    scales = np.maximum(-values.min() / (zero_points + 128.5), values.max() / (127.5 - zero_points))
    return float(scales.min()), int(zero_points[scales.argmin()])


@pytest.mark.parametrize("seed", "abc")
def test_a_grid_finer_than_the_references_passes_too(seed):
    found = verdict("affine_quantisation", best_of_all, seed)
    assert found.status == "passed", found.message
