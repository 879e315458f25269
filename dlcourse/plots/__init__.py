"""Pictures of data, models and training: one function a picture; axes in, axes out; legible in grey.

    ax = plots.learning_curves(history)
    plots.show(ax, alt="The validation loss is lowest after 7 epochs and then rises again.")

Every function draws on `ax`, or on new axes if none is given, and returns the axes. Lines differ by style and
marker, areas by shade and hatching: colour never carries the meaning alone. `show` displays a finished
figure together with its description for people who can't see it.

file          what it has
`data`        `images` and `decision_regions`
`training`    learning curves, live ones too, and the learning rate finder's curve
`evaluation`  `confusion_matrix`; ROC, precision-recall and calibration curves
`inside`      activations, gradients and weights, layer by layer
`features`    `filters`, `feature_maps` and `attention`
`diagrams`    `network` and `architecture`
`drawing`     what all pictures share, and `show`
"""

from dlcourse.plots.data import decision_regions, images
from dlcourse.plots.diagrams import architecture, network
from dlcourse.plots.drawing import show
from dlcourse.plots.evaluation import (
    calibration_curve,
    confusion_matrix,
    precision_recall_curve,
    roc_curve,
)
from dlcourse.plots.features import attention, feature_maps, filters
from dlcourse.plots.inside import activation, activations, gradient_norms, gradients, weights
from dlcourse.plots.training import LiveCurves, learning_curve, learning_curves, learning_rate_finder

__all__ = [
    "LiveCurves",
    "activation",
    "activations",
    "architecture",
    "attention",
    "calibration_curve",
    "confusion_matrix",
    "decision_regions",
    "feature_maps",
    "filters",
    "gradient_norms",
    "gradients",
    "images",
    "learning_curve",
    "learning_curves",
    "learning_rate_finder",
    "network",
    "precision_recall_curve",
    "roc_curve",
    "show",
    "weights",
]
