"""The edges that the cases of `scale_images` reach."""

import numpy as np
from asking import cases_of


def test_edges_of_scale_images():
    batches = [images for (images,) in cases_of("scale_images")]
    assert all(images.dtype == np.uint8 and images.ndim == 3 for images in batches)
    assert any(len(images) == 1 for images in batches)
    assert any(images.shape[1] != images.shape[2] for images in batches)
    assert any(len(set(images.shape)) == 1 and images.size > 1 for images in batches)
    assert any(np.all(images == 0) for images in batches)
    assert any(images.max() < 255 and images.min() > 0 for images in batches)
