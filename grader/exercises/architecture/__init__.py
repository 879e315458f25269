"""Lesson 5b, architecture: its exercises, in the order of the lesson."""

EXERCISES: tuple[str, ...] = ()
