"""What the tests of submissions share: a class's folder, its intake, and a cut that is run."""

import contextlib

import pytest

from grader.child.defining import defined
from grader.submissions.cutting import Cutter
from grader.submissions.intake import collect
from grader.submissions.submission import read


@pytest.fixture
def folder(tmp_path):
    """Make a class's folder; a name ending in `/` is an empty folder, bytes are content."""

    def make(*names, name="class", **contents):
        place = tmp_path / name
        place.mkdir(exist_ok=True)
        for file in names:
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            (place / file).mkdir() if file.endswith("/") else (place / file).write_bytes(b"{}")
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


@pytest.fixture
def cut(tmp_path):
    """Cut `answer` out of a source, define it, and return it with the first exception and the cut."""
    with contextlib.ExitStack() as lent:

        def run(source, name="answer"):
            (tmp_path / "module.py").write_text(source)
            cut = Cutter(read(tmp_path / "module.py")).cut(name)
            request = [(p.place, p.source, p.statements) for p in cut.pieces]
            found = lent.enter_context(defined(name, request))
            return found.function, next(iter(found.failed.values()), None), cut

        yield run
