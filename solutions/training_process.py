"""Lesson 5c, the training process: from a compiled model to one that may be shipped."""
