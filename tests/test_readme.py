"""What README and docs/ show: examples run, links lead somewhere, and tables name all there is."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.exercises import LESSONS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
LIBRARY = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
TABLE = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", LIBRARY, re.MULTILINE))


def test_the_library_s_examples_run_in_order(tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", LIBRARY, re.DOTALL)
    assert len(blocks) == 2
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for file in ("learning_curves.png", "digits.tflite", "rents.bundle"):
        assert (tmp_path / file).stat().st_size > 1000
    for shown in ("accuracy", "baseline", "tflite", "POST rows to http://127.0.0.1"):
        assert shown in done.stdout


def test_the_readme_s_example_runs(tmp_path):
    (example,) = re.findall(r"```python\nfrom(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", f"from{example}"], capture_output=True, text=True, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "baseline" in done.stdout and "tflite" in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_are_there(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("module", TABLE)
def test_the_table_names_every_public_function(module):
    named = set(re.findall(r"`(\w+)`", TABLE[module]))
    public = importlib.import_module(f"dlcourse.{module}")
    documented = getattr(public, "__all__", None) or [
        name
        for name, value in vars(public).items()
        if not name.startswith("_") and callable(value) and value.__module__ == public.__name__
    ]
    results = {  # what functions return: nobody makes one, so the table leaves them out
        *("Part", "Split", "Task", "Dataset", "History", "LearningRates", "CrossValidation", "LearningCurve"),
        *(
            "Search",
            "Report",
            "Interval",
            "RocCurve",
            "PrecisionRecallCurve",
            "CalibrationCurve",
            "Threshold",
        ),
    }
    assert set(documented) - results <= named
    assert named - set(documented) - {"Preprocessor"} <= {"model"}


def test_the_table_has_every_module():
    import dlcourse

    assert set(dlcourse.__all__) - {"__version__", "quiet"} == set(TABLE)


def test_the_table_of_lessons_has_them_all():
    table = re.findall(r"^\| (\d[a-z]?) ([A-Z][\w ]+) \| .+ \|$", README, re.MULTILINE)
    written = [f"0{number}_{title.lower().replace(' ', '_')}" for number, title in table]
    assert written == list(LESSONS)
