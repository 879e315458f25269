"""Lesson 5a, preprocessing: its exercises, in the order of the lesson."""

EXERCISES = (
    "drop_duplicates_and_outliers",
    "fill_missing",
    "standardise",
    "one_hot",
    "clean_table",
)
