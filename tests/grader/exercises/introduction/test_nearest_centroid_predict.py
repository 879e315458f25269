"""The edges that the cases of `nearest_centroid_predict` reach, ties among them."""

import numpy as np
import pytest
from asking import cases_of


@pytest.mark.parametrize("seed", range(5))
def test_ties_of_nearest_centroid_are_exact_and_others_clear(seed):
    """Whoever computes in float32, or with squares, gets the same answer."""
    ties = 0
    for train_x, train_y, x in cases_of("nearest_centroid_predict", seed):
        labels = np.unique(train_y)
        centroids = np.array([train_x[train_y == label].mean(axis=0) for label in labels])
        nearest = np.sort(np.linalg.norm(x[:, None] - centroids, axis=2), axis=1)
        if len(labels) > 1:
            tied = nearest[:, 0] == nearest[:, 1]
            ties += tied.sum()
            assert np.all(tied | (nearest[:, 1] - nearest[:, 0] > 0.04))
            assert np.all(train_x % 1 == 0) or not tied.any()
    assert ties >= 2


def test_edges_of_nearest_centroid():
    cases = cases_of("nearest_centroid_predict")
    assert any(len(x) == 1 for *_, x in cases)
    assert any(train_x.shape[1] == 1 for train_x, *_ in cases)
    assert any(np.unique(y).tolist() != list(range(len(np.unique(y)))) for _, y, _ in cases)
    assert any(np.ptp(np.unique(y, return_counts=True)[1]) > 1 for _, y, _ in cases)
