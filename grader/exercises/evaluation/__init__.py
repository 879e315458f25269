"""Lesson 6, evaluation: its exercises, in the order of the lesson."""

EXERCISES = ()
