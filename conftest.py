"""What all tests share, doctests included."""

import sys

import pytest
from hypothesis import settings

settings.register_profile("without a clock", deadline=None)  # on a busy machine any example may take long
settings.load_profile("without a clock")

SLOW_FILES = ("test_notebooks.py", "test_student_edition.py", "test_secrets.py", "test_exercises.py")


def pytest_collection_modifyitems(items):
    """Begin with the few files that take minutes: begun last, one keeps a single core busy at the end."""
    items.sort(key=lambda item: item.path.name not in SLOW_FILES)


@pytest.fixture(autouse=True)
def _close_figures():
    """Matplotlib keeps every figure until it is closed, and warns of the twenty-first."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(autouse=True)
def _numpy_warns_as_before():
    """What NumPy warns of is part of a verdict, and a test that changes it decides over the next ones."""
    before = sys.modules["numpy"].geterr() if "numpy" in sys.modules else None
    yield
    if before is not None:
        assert sys.modules["numpy"].geterr() == before, "this test has changed what NumPy warns of"


@pytest.fixture
def one_question(tmp_path, monkeypatch):
    """The course has one question, `drawn_labels`, of a lesson `99_lesson`."""
    from grader import predictions

    tables = tmp_path / "predictions"
    tables.mkdir()
    (tables / "99_lesson.toml").write_text(
        'drawn_labels = {question = "How right?", options = ["10 %", "50 %", "100 %"], limits = [0.2, 0.8], '
        'shown = "{:.0%}", answer = "c", why = "Noise can be learnt."}'
    )
    monkeypatch.setattr(predictions, "TABLES", tables)
    cached = (predictions.questions, predictions.questions_of)
    for function in cached:
        function.cache_clear()
    yield "drawn_labels"
    for function in cached:
        function.cache_clear()


def pytest_terminal_summary(terminalreporter):
    """Print how long each lesson ran: here, since xdist's controller loads no other conftest."""
    ran = [dict(report.user_properties) for report in terminalreporter.stats.get("passed", ())]
    rows = sorted((row for row in ran if "lesson" in row), key=lambda row: row["lesson"])
    if rows:
        terminalreporter.section("lessons, all exercises solved, run from top to bottom")
        terminalreporter.line(f"{'lesson':24}{'cells':>6}{'seconds':>9}   slowest cell")
    for row in rows:
        slowest = f"{row['slowest_seconds']:.1f} s, {row['slowest']}"
        terminalreporter.line(f"{row['lesson']:24}{row['cells']:6}{row['seconds']:9.1f}   {slowest}")
