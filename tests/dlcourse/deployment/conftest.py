import sys
from pathlib import Path

import keras
import pytest

from dlcourse import models
from dlcourse.datasets import load
from dlcourse.deployment import to_tflite

sys.path.insert(0, str(Path(__file__).parent))  # for `converted_models`

from converted_models import QUANTIZATIONS


@pytest.fixture(scope="session")
def digits() -> tuple:
    """A digits CNN, its test part, and what was converted from it."""
    keras.utils.set_random_seed(0)
    split = load("digits").split()
    train, test = ((part.x / 16, part.y) for part in (split.train, split.test))
    model = models.cnn((8, 8), "multiclass", 10, filters=(16, 32), padding="same")
    model.fit(*train, epochs=8, verbose=0)
    lites = {name or "float": to_tflite(model, name, train[0]) for name in QUANTIZATIONS}
    return model, test, lites
