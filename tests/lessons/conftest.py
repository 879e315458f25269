import importlib.util
import sys
from pathlib import Path

import pytest

LESSONS = Path(__file__).parents[2] / "lessons"
sys.path.append(str(Path(__file__).with_name("shared")))


def pytest_generate_tests(metafunc):
    if "lesson" in metafunc.fixturenames:
        sources = sorted(LESSONS.glob("[0-9]*.md"))
        metafunc.parametrize("lesson", sources, ids=[source.stem for source in sources])


@pytest.fixture(scope="session")
def build():
    """The module `lessons/build.py`, which is a script and in no package."""
    spec = importlib.util.spec_from_file_location("lessons_build", LESSONS / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
