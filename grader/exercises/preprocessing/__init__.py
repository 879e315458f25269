"""Lesson 5a, preprocessing: its exercises, in the order of the lesson."""

EXERCISES = (
    "drop_duplicates_and_outliers",
    "honest_split",
    "stratified_split",
    "fill_missing",
    "encode_with_missing",
    "standardise",
    "one_hot",
    "out_of_fold_encoding",
    "columns_to_keep",
    "clean_table",
    "preprocess",
)
