"""A class with every kind of hostile file in it, graded and reported as an instructor does."""

import csv
import json
import os
import re
import symtable
import time
from pathlib import Path

import pytest
from hostile import classes, points

from grader.classes.gradebook import Gradebook
from grader.submissions.cutting import Cutter
from grader.submissions.submission import parse

HONEST = "import re\nimport numpy as np\ndef relu(x): return np.maximum(x, 0 * len(re.__name__))\n"
HONEST_NAMES = ("aaa honest", "mmm honest", "zzz honest")  # graded before, among and after the others
IN_FOLDERS = classes.READING | classes.ARCHIVES | classes.WAITING | points.POINTS | classes.POISON
UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture(scope="module")
def place(tmp_path_factory, sandbox, started):
    """A folder with the class graded and reported in it: `out`, `stdout` and `stderr` of each command."""
    place = tmp_path_factory.mktemp("class")
    (place / "canary").write_text("alive")
    (place / "tmp").mkdir()
    write_class(place / "class")
    environment = {**os.environ, "TMPDIR": str(place / "tmp")}

    def run(*arguments, into, status=1):
        process = started(place, *arguments, env=environment, start_new_session=True, text=False)
        stdout, stderr = process.communicate(timeout=300)
        assert process.returncode == status, stderr.decode()
        assert not _left_of(process.pid), "a process was left behind"
        (place / f"{into}.out").write_bytes(stdout)
        (place / f"{into}.err").write_bytes(stderr)

    run("grade", "class", "--seed", "s", "--out", "out", "--json", "--jobs", "2", into="json")
    run("grade", "class", "--seed", "s", "--out", "out", into="plain")
    run("report", "out", into="report", status=0)
    return place


def write_class(folder):
    folder.mkdir()
    for name in HONEST_NAMES:
        (folder / f"{name}.py").write_text(HONEST)
    for attack, files in IN_FOLDERS.items():
        for name, data in files.make().items():
            path = folder / attack / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    for attack, files in classes.REPORTS.items():
        for name, data in files.make().items():
            (folder / name.replace("eve", attack)).write_bytes(data)


def _left_of(session):
    """Return the processes of a session that has ended, once those that were killed are gone."""
    for _ in range(100):
        left = [path for path in Path("/proc").glob("[0-9]*/stat") if _session(path) == session]
        if not left:
            break
        time.sleep(0.05)
    return left


def _session(stat):
    try:
        state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
    except OSError:
        return None
    return int(session) if state != "Z" else None


@pytest.fixture(scope="module")
def learners(place):
    with Gradebook.open(place / "out") as book:
        return {learner.name: learner for learner in book.results().learners}


@pytest.mark.parametrize("name", HONEST_NAMES)
def test_the_honest_have_their_points(name, learners):
    assert learners[name].points == 1


@pytest.mark.parametrize("attack", IN_FOLDERS)
def test_nobody_else_has_any(attack, learners):
    learner = learners[attack]
    assert learner.points == 0
    assert not any("grader itself failed" in error for error in learner.errors)


def test_hostile_names_are_names(learners):
    others = set(learners) - set(HONEST_NAMES) - set(IN_FOLDERS)
    assert len(others) == len(classes.REPORTS)
    assert all(learners[name].points == 0 for name in others)
    assert not any(UNSEEN.search(name) for name in learners)


def test_nothing_outside_was_touched(place):
    assert (place / "canary").read_text() == "alive"
    assert os.listdir(place / "tmp") == []
    assert not Path("/tmp/grader-attack").exists()
    expected = {"canary", "class", "out", "tmp"} | {
        f"{c}.{s}" for c in ("json", "plain", "report") for s in ("out", "err")
    }
    assert set(os.listdir(place)) == expected


def test_the_terminal_is_shown_plain_lines(place, learners):
    for command in ("plain", "report"):
        for stream in ("out", "err"):
            text = (place / f"{command}.{stream}").read_text(encoding="utf-8")
            assert not UNSEEN.search(text)
    lines = (place / "plain.out").read_text(encoding="utf-8").splitlines()
    submissions = sum(len(learner.submissions) for learner in learners.values())
    assert len(lines) == submissions + 2, "a line for each, the sandbox with the seed, and what is next"


def test_the_json_is_one_object_a_line_in_plain_characters(place, learners):
    data = (place / "json.out").read_bytes()
    reports = [json.loads(line) for line in data.splitlines()]
    assert [report["submission"] for report in reports] == sorted(report["submission"] for report in reports)
    assert len(reports) == sum(len(learner.submissions) for learner in learners.values())
    assert max(map(len, data.splitlines())) < 100_000


def test_pages_run_nothing_of_a_learner_s(place):
    pages = [*(place / "out" / "report").rglob("*.html")]
    assert len(pages) > len(classes.REPORTS)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script>alert" not in text
        assert "<img" not in text
        assert not UNSEEN.search(text)
    assert any("{{ 7 * 7 }}" in page.read_text(encoding="utf-8") for page in pages)


def test_tables_hold_no_formula(place):
    for name in ("grades.csv", "canvas.csv", "moodle.csv"):
        text = (place / "out" / "report" / name).read_text(encoding="utf-8-sig")
        for row in csv.reader(text.splitlines()):
            for cell in row:
                for part in cell.split(";"):  # some programs take it for the end of a cell
                    assert not re.match(r"\s*[=+@|-]", part), cell


def test_data_for_machines_is_harmless_in_a_page(place):
    for path in (place / "out" / "report").rglob("*.json*"):
        text = path.read_text(encoding="ascii")
        assert "<" not in text
        for line in text.splitlines():
            json.loads(line)


@pytest.mark.parametrize("attack", classes.POISON)
def test_a_remembered_verdict_is_of_the_very_same_code(attack, graded):
    """A verdict is kept by the code that came to it; whatever was graded before changes no other."""
    for data in classes.POISON[attack].make().values():
        graded(data.decode(), seed="poison")
        assert graded(HONEST, seed="poison")["relu"].status == "passed"
        assert graded(data.decode(), seed="poison")["relu"].status != "passed"


def test_an_answer_that_looks_at_its_line_is_judged_on_each(graded):
    looking = "def relu(x): return np.maximum(x, 0) if relu.__code__.co_firstlineno == 2 else x\n"
    assert graded(f"import numpy as np\n{looking}", seed="lines")["relu"].status == "passed"
    assert graded(f"import numpy as np\n\n{looking}", seed="lines")["relu"].status == "failed"


def test_statements_on_one_line_are_analysed_once(monkeypatch):
    """Otherwise a file of a hundred kilobytes holds a worker for an hour."""
    analysed = []
    table = symtable.symtable

    def counted(text, *arguments):
        analysed.append(len(text))
        return table(text, *arguments)

    monkeypatch.setattr(symtable, "symtable", counted)
    source = "relu=1" + ";relu=1" * 300
    cut = Cutter(parse(source.encode(), ".py", "eve")).cut("relu")
    assert sum(analysed) < 10 * len(source)
    assert len(cut.text) < 10 * len(source)


def test_a_module_in_pieces_takes_no_more_room_than_it_did():
    """Otherwise a file of two megabytes takes many gigabytes of the grader's memory."""
    source = "\n" * 20_000 + "".join(f"def f{i}(): pass\n" for i in range(300)) + "def relu(x: return\n"
    cells = parse(source.encode(), ".py", "eve").cells
    assert sum(len(cell.source) for cell in cells) < 10 * len(source)
