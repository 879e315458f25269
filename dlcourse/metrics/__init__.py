"""How good a model is, with a baseline and an interval beside it: `report(model, data)`.

Every score is NumPy in, a number out, under the name and with the conventions of scikit-learn; where one is
0/0, it is 0.0. A score takes one weight a sample, or many sets of weights at once, `(resamples, n)`: it then
returns one value a set. Drawing samples with replacement is weighting them by how often they were drawn, so
that a thousand bootstrap resamples (`bootstrap_interval`) are a single call.

file              what it has
`classification`  scores of decisions: `accuracy`, `f1_score`, …
`ranking`         scores of an order, and thresholds on it: `roc_auc`, `choose_threshold`, …
`probabilities`   scores of probabilities: `log_loss`, `calibration_curve`, …
`regression`      scores of predicted numbers: `mean_absolute_error`, …
`bootstrap`       `bootstrap_interval`
`reporting`       `report`, and the `baseline` in it
`arguments`       what the scores check and share
"""

from dlcourse.metrics.bootstrap import Interval, bootstrap_interval
from dlcourse.metrics.classification import accuracy, confusion_matrix, f1_score, precision, recall
from dlcourse.metrics.probabilities import (
    CalibrationCurve,
    brier_score,
    calibration_curve,
    expected_calibration_error,
    log_loss,
)
from dlcourse.metrics.ranking import (
    PrecisionRecallCurve,
    RocCurve,
    Threshold,
    average_precision,
    choose_threshold,
    precision_recall_curve,
    roc_auc,
    roc_curve,
)
from dlcourse.metrics.regression import (
    mean_absolute_error,
    mean_squared_error,
    r2_score,
    root_mean_squared_error,
)
from dlcourse.metrics.reporting import Report, baseline, report

__all__ = [
    "CalibrationCurve",
    "Interval",
    "PrecisionRecallCurve",
    "Report",
    "RocCurve",
    "Threshold",
    "accuracy",
    "average_precision",
    "baseline",
    "bootstrap_interval",
    "brier_score",
    "calibration_curve",
    "choose_threshold",
    "confusion_matrix",
    "expected_calibration_error",
    "f1_score",
    "log_loss",
    "mean_absolute_error",
    "mean_squared_error",
    "precision",
    "precision_recall_curve",
    "r2_score",
    "recall",
    "report",
    "roc_auc",
    "roc_curve",
    "root_mean_squared_error",
]
