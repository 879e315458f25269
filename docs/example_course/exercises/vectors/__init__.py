"""Lesson 1, vectors: its exercises, in the order of the lesson."""

EXERCISES = (
    "unit_vector",
    "cosine_similarity",
    "orthogonal_to",
)
