"""Folds of unequal size train side by side in threads, each stack by a graph of its own of the same model."""

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

from dlcourse import models, validation


def test_penalties_of_one_graph_do_not_get_into_another():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(57, 30)).astype("float32"), np.arange(57) % 2  # folds of 11 and of 12
    for _ in range(2):
        network = models.mlp((30,), "binary", hidden=(8,), l2=0.03)
        found = validation.cross_validate(network, (x, y), k=StratifiedKFold(5), epochs=1)
        assert found.scores["accuracy"].to_numpy() == pytest.approx(0.5, abs=0.5)
