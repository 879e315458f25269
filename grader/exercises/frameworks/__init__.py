"""Lesson 4, frameworks: its exercises, in the order of the lesson.

Most answers are verified by what they are and do (`grader.exercises.verifying.frameworks`). The seed turns,
changes and renames the digits, so that nobody finds the hidden ones on the disk. A network to convert is made
of random features and least squares, in milliseconds.
"""

EXERCISES = (
    "train_step",
    "count_traces",
    "scale_images",
    "make_dataset",
    "build_and_train",
    "custom_step",
    "save_and_restore",
    "to_tflite",
    "to_tflite_int8",
    "affine_quantisation",
    "clip_range",
    "tflite_predict",
    "dense_to_torch",
    "conv_to_torch",
)
