"""Modules that are imported when they are first used, and large packages that come briskly."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from grader.child import later

USER = """
import {name}.inner as inner
from {name} import inner as again, other
import {name}

def used():
    return inner.VALUE, other.VALUE, {name}.inner.VALUE
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two modules, and a module that uses both."""
    name = f"heavy_{tmp_path.name}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "inner.py").write_text("VALUE = 1\n")
    (folder / "other.py").write_text("VALUE = 2\n")
    (tmp_path / f"user_of_{name}.py").write_text(USER.format(name=name))
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    for module in [module for module in sys.modules if name in module]:
        del sys.modules[module]


def test_a_module_is_there_when_something_of_it_is_asked_for(package):
    with later.imported(package):
        user = __import__(f"user_of_{package}")
    assert not [module for module in sys.modules if module.startswith(package)]
    assert user.used() == (1, 2, 1)
    assert sys.modules[f"{package}.inner"].VALUE == 1
    with pytest.raises(AttributeError, match="no_such"):
        user.inner.no_such  # noqa: B018


def test_what_is_imported_already_stays(package):
    first = __import__(package)
    with later.imported(package):
        assert __import__(package) is first
    assert sys.modules[package] is first


def test_keras_draws_with_matplotlib_that_was_imported_later(tmp_path):
    picture = tmp_path / "gallery.png"
    program = (
        f"import sys; sys.path.append({str(Path(later.__file__).parents[2])!r})\n"
        "from grader.child import later\n"
        "with later.imported('matplotlib', 'mpl_toolkits'):\n    import keras\n"
        "assert not [name for name in sys.modules if name.startswith('matplotlib')]\n"
        "import numpy as np, matplotlib\nmatplotlib.use('agg')\n"
        f"keras.visualization.plot_image_gallery(np.zeros((4, 8, 8, 3)), rows=2, path={str(picture)!r})"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_garbage_is_looked_for_again_where_it_was_before():
    assert gc.isenabled()
    with later.brisk():
        assert not gc.isenabled()
        with later.brisk():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
