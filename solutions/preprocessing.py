"""Lesson 5a, preprocessing: from a table as it comes to numbers that a network can be trained on and trusted with."""
