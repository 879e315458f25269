"""Lesson 6, evaluation: a verdict on a model that one can trust."""
