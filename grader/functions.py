"""Functions that exercises are given as arguments. Their globals lead to NumPy and nowhere else.

Each takes its settings by keyword, so that a case can name it and its settings as plain data.
"""

import numpy as np


def quadratic(theta: np.ndarray, *, A: np.ndarray, b: np.ndarray) -> float:
    """`½ θᵀAθ − bᵀθ`, for theta of any shape."""
    flat = np.ravel(theta)
    return float(0.5 * flat @ A @ flat - b @ flat)


def quadratic_gradient(theta: np.ndarray, *, A: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`Aθ − b`, the gradient of `quadratic` for a symmetric A."""
    return A @ theta - b
