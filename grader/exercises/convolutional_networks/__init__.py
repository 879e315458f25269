"""Lesson 7a, convolutional networks: its exercises, in the order of the lesson."""

EXERCISES = (
    "conv2d",
    "recover_kernel",
    "convolution_parameters",
    "max_pool2d",
    "average_pool2d",
    "receptive_field",
    "stack_for_field",
    "augment",
    "choose_augmentations",
)
