"""Lesson 6, evaluation: its exercises, in the order of the lesson."""

EXERCISES = (
    "confusion_matrix",
    "accuracy",
    "precision",
    "recall",
    "f1_score",
    "macro_f1",
    "choose_threshold",
    "roc_auc",
    "recalibrate",
    "kfold",
    "stratified_kfold",
    "cross_validate",
    "nested_estimate",
    "diagnose_fit",
    "accuracy_interval",
    "better_or_luck",
)
