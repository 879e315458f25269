import sys

import pytest


@pytest.fixture(autouse=True)
def _close_figures():
    """Matplotlib keeps every figure until it is closed, and warns of the twenty-first."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
