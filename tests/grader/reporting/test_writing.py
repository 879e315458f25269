"""`write`: real answers graded and reported, the same bytes every time, and what is in nobody's report."""

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from grader.classes.results import Asked, ClassResults, Learner, Result
from grader.errors import UnusableInput
from grader.exercises import all_exercises
from grader.judging.report import Report
from grader.reporting import tables
from grader.reporting.file_names import OWN_FILE, file_stem
from grader.reporting.writing import write
from grader.submissions.platforms import gradescope as platform

SEED = "a-secret-seed-of-the-class"
SOURCES = {
    "Ada": "import numpy as np\ndef relu(x): return np.where(x > 0, x, 0.0)\n",
    "Ben": "import numpy as np\ndef relu(x): return np.where(x > 0, x, 0.01 * x)\n",
    "Cy": "def relu(x): raise KeyError('<script>alert(1)</script>')\n",
    "Dee": "def relu(x):\n    while True: pass\n",
}
ASKED = ("relu", "softmax")


@pytest.fixture
def graded_class(graded) -> ClassResults:
    """Four learners, graded in the sandbox."""
    learners = []
    for name, source in SOURCES.items():
        verdicts = graded(source, SEED)
        results = {e: Result(verdicts[e], source if e == "relu" else "") for e in ASKED}
        learners.append(Learner(name, name, (f"{name.lower()}.py",), None, 0, results))
    asked = tuple(Asked(e, "02_neural_networks", 1.0) for e in ASKED)
    return ClassResults("The course", "landlock+seccomp", asked, tuple(learners))


def contents(folder: Path) -> dict[str, bytes]:
    """All but the times, which no two runs share."""
    files = (p for p in folder.rglob("*") if p.is_file() and p.name != "times.csv")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def test_graded_answers_are_reported_without_seed_solution_hint_or_path(graded_class, tmp_path):
    written = write(graded_class, tmp_path / "out")
    found = contents(tmp_path / "out")
    names = [path.relative_to(tmp_path / "out").as_posix() for path in written]
    assert sorted([*found, "times.csv"]) == sorted(names)
    assert len(found) + 1 == len(set(written)) == 2 * len(SOURCES) + 6
    assert written[-1].name == "index.html"
    for name, data in found.items():
        text = data.decode()
        assert SEED not in text, name
        assert str(tmp_path) not in text, name
        assert "<script>alert" not in text, name
        for exercise in (all_exercises()[e] for e in ASKED):
            body = inspect.getsource(exercise.reference).rpartition('"""')[2].strip()
            assert body not in text, name
            assert not [hint for hint in exercise.hints if hint in text], name
    page = found["index.html"].decode()
    assert "<code>leaky</code>" in page
    assert "too slow" in page
    report = json.loads(found["reports.jsonl"].splitlines()[1])
    assert report["exercises"][0]["mistake"] == "leaky"
    ben = graded_class.learners[1]
    grades = tables.grades(graded_class)
    gradescope = json.loads(found[f"gradescope/{file_stem('Ben', 'Ben')}.json"])
    assert gradescope == platform.results(grades.learners[graded_class.learners.index(ben)], grades)
    assert gradescope["tests"][0]["status"] == "failed"


def test_equal_results_give_equal_bytes_however_long_the_answers_ran(class_of, verdict, tmp_path):
    table = {"Ada": ["passed", "leaky"], "Ben": ["error", "missing"], "Cy": ["timeout", "refused"]}
    results = class_of(table)
    data = msgspec.json.encode(results)
    program = (
        "import sys, msgspec\nfrom pathlib import Path\nfrom grader.reporting.writing import write\n"
        "from grader.classes.results import ClassResults\n"
        "write(msgspec.json.decode(sys.stdin.buffer.read(), type=ClassResults), Path(sys.argv[1]))"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / seed)],
            input=data,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            timeout=60,
        )
    slower = {
        name: [
            msgspec.structs.replace(result, report=msgspec.structs.replace(result.report, seconds=0.9))
            for result in learner.results.values()
        ]
        for name, learner in zip(table, results.learners, strict=True)
    }
    write(class_of(slower), tmp_path / "slower")
    assert contents(tmp_path / "1") == contents(tmp_path / "2") == contents(tmp_path / "slower")


def test_what_is_left_of_other_learners_is_removed_and_nothing_else(class_of, tmp_path):
    write(class_of({"Ada": ["passed"], "Ben": ["failed"]}), tmp_path)
    (tmp_path / "learners" / "notes.html").write_text("mine")
    (tmp_path / "mine.csv").write_text("mine")
    write(class_of({"Ada": ["passed"]}), tmp_path)
    assert {p.name for p in (tmp_path / "learners").iterdir()} == {
        f"{file_stem('Ada', 'Ada')}.html",
        "notes.html",
    }
    assert [p.stem for p in (tmp_path / "gradescope").iterdir()] == [file_stem("Ada", "Ada")]
    assert (tmp_path / "mine.csv").read_text() == "mine"


def test_namesakes_have_a_page_each(class_of, tmp_path):
    results = class_of({"Ada": ["passed"], "Ben": ["failed"]})
    ada, ben = results.learners
    both = (ada, msgspec.structs.replace(ben, name="Ada", key="4711"))
    write(msgspec.structs.replace(results, learners=both), tmp_path)
    assert len(list((tmp_path / "learners").iterdir())) == 2


@pytest.mark.parametrize("name", ["../../../escaped", "/etc/passwd", "a/b", "..", "C:\\x", "\ud800", "\x00"])
def test_no_name_leads_out_of_the_folder(class_of, tmp_path, name):
    out = tmp_path / "a" / "b" / "out"
    write(class_of({name: ["passed"]}), out)
    assert all(path.is_relative_to(out) for path in tmp_path.rglob("*") if path.is_file())
    [page] = (out / "learners").iterdir()
    assert OWN_FILE.fullmatch(page.stem)


def test_a_class_nobody_of_which_is_graded_yet_is_not_reported(class_of, tmp_path):
    ada, ben = class_of({"Ada": ["missing"], "Ben": ["missing"]}).learners
    ada, waiting = (msgspec.structs.replace(learner, unfinished=True) for learner in (ada, ben))
    for learners in ((), (ada, waiting)):
        with pytest.raises(UnusableInput, match="Nothing is graded yet"):
            write(class_of({}, learners=learners, unfinished=2), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert write(class_of({"Ada": ["missing"]}, learners=(ada, ben), unfinished=1), tmp_path / "out")


def test_a_folder_that_cannot_be_written_is_one_sentence(class_of, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnusableInput, match=r"file.* can't be written: "):
        write(class_of({"Ada": ["passed"]}), tmp_path / "file")


def test_the_reports_know_no_seed():
    # `Report` holds one; what reaches the reports must not.
    assert "seed" in Report.__struct_fields__
    for struct in (ClassResults, Learner, Result):
        assert "seed" not in struct.__struct_fields__
