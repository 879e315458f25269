"""Lesson 1, introduction: its exercises, in the order of the lesson.

Case values are rounded, so that a counterexample can be followed by hand.
"""

EXERCISES = (
    "dense_parameter_count",
    "zone_features",
    "majority_baseline",
    "nearest_centroid_predict",
    "linear_collapse",
    "first_model",
)
