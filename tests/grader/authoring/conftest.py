import shutil
from functools import cache, partial

import pytest

from grader.authoring import belonging, places, running, writing
from grader.judging.bank import PUBLIC_SEED, build

NEEDED = ("solutions", "tests/solutions", "tests/grader/catalogue.txt", "grader/exercises/neural_networks")


@pytest.fixture
def clone(tmp_path):
    """A copy of what makes an exercise, for tests that write into it."""
    for name in NEEDED:
        there, here = places.ROOT / name, tmp_path / name
        here.parent.mkdir(parents=True, exist_ok=True)
        if there.is_dir():
            shutil.copytree(there, here, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(there, here)
    (tmp_path / "lessons").mkdir()
    for file in places.ROOT.joinpath("lessons").glob("[0-9c]*.*"):
        shutil.copyfile(file, tmp_path / "lessons" / file.name)
    return tmp_path


@pytest.fixture
def checked_clone(clone, monkeypatch):
    """The copy, which the checks take for the clone that they run in."""
    for module in (belonging, writing):
        monkeypatch.setattr(module, "Places", partial(places.Places, root=clone))
    return clone


@pytest.fixture
def built(monkeypatch):
    """Build banks anew and keep them off the disk: an exercise with a fault planted has a real one's name."""
    monkeypatch.setattr(running, "bank_of", cache(lambda exercise, seed=PUBLIC_SEED: build(exercise, seed)))
