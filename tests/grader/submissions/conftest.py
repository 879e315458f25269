"""What the tests of submissions share: a class's folder, its intake, and a cut that is run."""

import contextlib
import zipfile

import numpy as np
import pytest
from packed import NOTEBOOK

from grader.child.defining import defined
from grader.submissions import submission
from grader.submissions.cutting import Cutter
from grader.submissions.intake import collect


@pytest.fixture
def folder(tmp_path):
    """Make a class's folder; a name ending in `/` is an empty folder, bytes are content."""

    def make(*names, name="class", **contents):
        place = tmp_path / name
        place.mkdir(exist_ok=True)
        for file in names:
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            (place / file).mkdir() if file.endswith("/") else (place / file).write_bytes(NOTEBOOK)
        for file, content in contents.items():
            (place / file).write_bytes(content)
        return place

    return make


@pytest.fixture
def learners(tmp_path):
    """Collect paths; return {name: learner} and keep the whole intake."""

    def run(*paths):
        run.intake = collect(paths, tmp_path / "into")
        return {h.name: h.learner for h in run.intake.handed}

    return run


@pytest.fixture(params=["zip", "folder", "zip in a folder", "folder in a zip"])
def read(request, tmp_path):
    """Take names in as an archive or unpacked, and return (learner, key) for each name."""

    def run(*names, files=None):
        files = dict.fromkeys(names, NOTEBOOK.decode()) | (files or {})
        path = tmp_path / "class" / "submissions.zip"
        path.parent.mkdir(exist_ok=True)
        if "zip" in request.param:
            around = "download/" if request.param == "folder in a zip" else ""
            with zipfile.ZipFile(path, "w") as file:
                for name, content in files.items():
                    file.writestr(around + name, content)
        else:
            for name, content in files.items():
                place = path.parent / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(content)
        given = path if request.param in ("zip", "folder in a zip") else path.parent
        intake = collect([given], tmp_path / "into")
        run.intake = intake
        assert intake.problems == []
        return {
            h.name.removeprefix("submissions.zip/").removeprefix("download/"): h[1:3] for h in intake.handed
        }

    return run


@pytest.fixture
def cut(tmp_path):
    """Cut `answer` out of a source, define it, and return it with the first exception and the cut."""
    with np.errstate(), contextlib.ExitStack() as lent:  # it may set what NumPy warns of

        def run(source, name="answer"):
            (tmp_path / "module.py").write_text(source)
            cut = Cutter(submission.read(tmp_path / "module.py")).cut(name)
            request = [(p.place, p.source, p.statements) for p in cut.pieces]
            found = lent.enter_context(defined(name, request))
            return found.function, next(iter(found.failed.values()), None), cut

        yield run
