"""`grader report` as a process: from a platform's archive to tables and pages."""

import csv
import zipfile

from sources import RIGHT, WRONG


def moodle_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Ada Lovelace_1_assignsubmission_file_/hw.py", RIGHT)
        archive.writestr("Ada Lovelace_2_assignsubmission_file_/hw.py", WRONG)
        archive.writestr("=cmd|'calc'!A0_3_assignsubmission_file_/hw.py", "def relu(x): return '<b>'")
        archive.writestr("Ben_4_assignsubmission_file_/hw.ipynb", "{")


def test_a_platforms_zip_goes_through_to_the_reports(grader, tmp_path):
    moodle_zip(tmp_path / "class.zip")
    done = grader("grade", "class.zip", "--seed", "s", "--out", "out")
    assert done.returncode == 1, done.stderr
    assert "not graded" in done.stdout
    assert "Next: grader report out" in done.stdout
    assert grader("mark", "out", "2", "relu", "--score", "0.5", "--comment", "<i>Nearly</i>").returncode == 0
    done = grader("report", "out")
    assert done.returncode == 0, done.stderr
    assert "index.html" in done.stdout
    with open(tmp_path / "out/report/grades.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    head, *rows = rows
    relu = head.index("relu")
    by_key = {row[1]: row for row in rows}
    assert {key: float(by_key[key][relu]) for key in "1234"} == {"1": 1.0, "2": 0.5, "3": 0.0, "4": 0.0}
    assert not any(cell[:1] in ("=", "+", "-", "@") for row in rows for cell in row)
    pages = [file.read_text() for file in (tmp_path / "out/report/learners").glob("*.html")]
    assert len(pages) == 4
    assert any("&lt;i&gt;Nearly" in page for page in pages)
    assert not any("<i>Nearly" in page or "seed" in page.lower() for page in pages)
