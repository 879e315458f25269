"""The references of lesson 1, against something independent."""

import numpy as np
from scipy.spatial.distance import cdist

from grader.references import vectors as reference

RNG = np.random.default_rng(0)


def test_unit_vector():
    for size in (1, 2, 7):
        v = RNG.normal(size=size)
        np.testing.assert_allclose(np.linalg.norm(reference.unit_vector(v)), 1)
        np.testing.assert_allclose(np.linalg.norm(v) * reference.unit_vector(v), v)
    assert not reference.unit_vector(np.zeros(3)).any()


def test_cosine_similarity():
    A, B = RNG.normal(size=(4, 3)), RNG.normal(size=(5, 3))
    np.testing.assert_allclose(reference.cosine_similarity(A, B), 1 - cdist(A, B, "cosine"))


def test_orthogonal_to():
    for size in (2, 3, 8):
        v = RNG.normal(size=size)
        pair = np.stack([v / np.linalg.norm(v), reference.orthogonal_to(v)])
        np.testing.assert_allclose(pair @ pair.T, np.eye(2), atol=1e-12)
