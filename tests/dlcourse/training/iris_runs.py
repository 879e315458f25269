"""A small classifier of irises, and its training and validation data."""

import keras
import numpy as np

from dlcourse import models
from dlcourse.datasets import load

ENGINES = ("keras", "compiled")
IRIS = load("iris").split(validation=0.2, test=0.2)
TRAIN = ((IRIS.train.x - IRIS.train.x.mean(0)) / IRIS.train.x.std(0), IRIS.train.y)
VALIDATION = ((IRIS.validation.x - IRIS.train.x.mean(0)) / IRIS.train.x.std(0), IRIS.validation.y)


def classifier(**settings):
    keras.utils.set_random_seed(1)
    settings = {"hidden": (12,), "dropout": 0.2, "learning_rate": 0.02} | settings
    return models.mlp((4,), "multiclass", 3, **settings)


def weights(model):
    return np.concatenate([w.ravel() for w in model.get_weights()])
