import pytest

from dlcourse.datasets import Split, load
from dlcourse.preprocessing import Preprocessor


@pytest.fixture(scope="module")
def rents() -> Split:
    return load("rents").split(validation=0.2)


@pytest.fixture(scope="module")
def fitted(rents) -> Preprocessor:
    return Preprocessor().fit(rents)
