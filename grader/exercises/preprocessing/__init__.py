"""Lesson 5a, preprocessing: its exercises, in the order of the lesson."""

EXERCISES: tuple[str, ...] = ()
