"""How good a model will be on new data, and which model is best: cross-validation and search.

    found = cross_validate(model, data, k=10, epochs=20)
    found.summary()

Every fold trains a model of its own, with a preprocessing of its own. Folds and configurations of equal shape
train together, stacked into one TensorFlow graph; others side by side, through joblib.

file                what it has
`cross_validation`  `cross_validate`
`search`            `grid_search` and `random_search`
`sample_sizes`      `learning_curve`
`estimators`        `KerasClassifier` and `KerasRegressor`, for scikit-learn
`folds`             which samples train, and which are held out
`fitting`           many trainings at once
`kept_weights`      what of a model they begin with
`sharing`           which of them may be of one network
`inputs`            what each of them sees, after a preprocessing of its own
`scoring`           the scores of each fold
"""

from dlcourse.validation.cross_validation import CrossValidation, cross_validate
from dlcourse.validation.estimators import KerasClassifier, KerasRegressor
from dlcourse.validation.folds import folds
from dlcourse.validation.sample_sizes import LearningCurve, learning_curve
from dlcourse.validation.search import Search, grid_search, random_search

__all__ = [
    "CrossValidation",
    "KerasClassifier",
    "KerasRegressor",
    "LearningCurve",
    "Search",
    "cross_validate",
    "folds",
    "grid_search",
    "learning_curve",
    "random_search",
]
