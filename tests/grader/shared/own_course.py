"""A course of one's own for tests: the example, answers to it, and what is done with files."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs" / "example_course"
RIGHT = """
import numpy as np

def unit_vector(v):
    length = np.linalg.norm(v)
    return v / length if length else 0.0 * v

def cosine_similarity(A, B):
    return np.array([[unit_vector(a) @ unit_vector(b) for b in B] for a in A])

def orthogonal_to(v):
    u = np.random.default_rng(0).normal(size=len(v))
    return unit_vector(u - (u @ v) / (v @ v) * v)
"""
WRONG = """
import numpy as np

def unit_vector(v):
    return v / np.sum(np.abs(v)) if v.any() else v

def cosine_similarity(A, B):
    return A @ B.T

def orthogonal_to(v):
    import grader.references.vectors
    return grader.references.vectors.orthogonal_to(v)
"""


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def replaced(file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
