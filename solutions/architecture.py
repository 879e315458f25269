"""Lesson 5b, architecture: how the problem decides a network, and what its layers do."""
