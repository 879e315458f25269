"""Lesson 1, vectors: length, direction, and the angle between two.

    unit_vector → cosine_similarity → orthogonal_to

Shapes in comments: n and m vectors of d numbers each.
"""

import numpy as np


def unit_vector(v: np.ndarray) -> np.ndarray:
    """Give a vector the length 1, and leave its direction.

    `v / ‖v‖`, with `‖v‖ = √(v₁² + … + v_d²)`

    Args:
        v: shape (d,). It is not changed in place.

    Returns:
        Floats of shape (d,). A vector of zeros has no direction and stays as it is.

    Source: Gilbert Strang (2023), "Introduction to Linear Algebra", chapter 1.

    >>> unit_vector(np.array([3.0, 4.0]))
    array([0.6, 0.8])
    """
    length = np.sqrt(np.sum(v**2))
    return v / length if length > 0 else np.zeros(len(v))


def cosine_similarity(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Compare each row of A with each row of B by the cosine of the angle between them.

    `cos(a, b) = a · b / (‖a‖ ‖b‖)`

    Args:
        A: shape (n, d).
        B: shape (m, d).

    Returns:
        Shape (n, m), numbers from −1 to 1. Beside a row of zeros the similarity is 0.

    Source: Manning, Raghavan & Schütze (2008), "Introduction to Information Retrieval", section 6.3.

    >>> cosine_similarity(np.array([[2.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 3.0], [-5.0, 0.0]]))
    array([[ 1.,  0., -1.]])
    """
    units_a = np.array([unit_vector(a) for a in A])
    units_b = np.array([unit_vector(b) for b in B])
    return units_a @ units_b.T  # (n, m)


def orthogonal_to(v: np.ndarray) -> np.ndarray:
    """Find a vector of length 1 at a right angle to another one. Any will do.

    Args:
        v: shape (d,), with d from 2 on; not all of it is 0.

    Returns:
        `u` of shape (d,), with `u · v = 0` and `‖u‖ = 1`, up to rounding.

    Source: Gilbert Strang (2023), "Introduction to Linear Algebra", section 4.4.

    >>> u = orthogonal_to(np.array([3.0, 4.0]))
    >>> round(abs(float(u @ np.array([3.0, 4.0]))), 6), round(float(u @ u), 6)
    (0.0, 1.0)
    """
    axis = np.zeros(len(v))
    axis[np.argmin(np.abs(v))] = 1.0  # the axis that v points along least
    direction = unit_vector(v)
    return unit_vector(axis - (axis @ direction) * direction)
