"""Lesson 7c, transfer learning: its exercises, in the order of the lesson."""

EXERCISES = (
    "trainable_parameters",
    "replace_head",
    "freeze",
    "choose_layer",
    "images_to_label",
    "fine_tune",
    "careful_fine_tune",
)
