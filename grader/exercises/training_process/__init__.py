"""Lesson 5c, training process: its exercises, in the order of the lesson."""

EXERCISES = ()
