"""Lesson 1, introduction: its exercises, in the order of the lesson.

Case values are rounded, so that a counterexample can be followed by hand.
"""

EXERCISES = (
    "first_fit",
    "majority_baseline",
    "nearest_centroid_predict",
    "dense_parameter_count",
    "linear_collapse",
    "first_model",
    "holdout_accuracy",
    "pick_model",
    "zone_features",
    "multiplication_count",
)
