"""The edges that the cases of `zone_features` reach, and an answer that changes them."""

import numpy as np
import pytest
from asking import cases_of, verdict

from grader.references import introduction as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def test_edges_of_zone_features():
    batches = [images for (images,) in cases_of("zone_features")]
    assert all(images.shape[1:] == (8, 8) for images in batches)
    assert {1, 2, 3} <= {len(images) for images in batches}
    assert any(np.count_nonzero(images) == 1 for images in batches)
    assert any(not np.allclose(images, images.transpose(0, 2, 1)) for images in batches)


def test_changing_the_images_is_refused():
    def halved(images):
        features = reference.zone_features(images)
        images /= 2
        return features

    assert "changed its input" in verdict("zone_features", halved).message
