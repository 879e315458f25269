"""Lesson 7c, transfer learning: its exercises, in the order of the lesson."""

EXERCISES = (
    "replace_head",
    "trainable_parameters",
    "freeze",
    "fine_tune",
    "careful_fine_tune",
    "choose_layer",
    "images_to_label",
)
