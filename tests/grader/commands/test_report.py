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


def test_moodles_own_worksheet_is_filled_in(grader, tmp_path):
    moodle_zip(tmp_path / "class.zip")
    assert grader("grade", "class.zip", "--seed", "s", "--out", "out").returncode == 1
    sheet = "Kennung,Name,Bewertung,Maximum,Kommentar\nTeilnehmer 1,Ada,,100,\nTeilnehmer 9,Zoe,7,100,\n"
    (tmp_path / "sheet.csv").write_text(sheet)
    done = grader("report", "out", "--template", "sheet.csv")
    assert done.returncode == 0, done.stderr
    assert "moodle.csv: " in done.stdout
    assert "can't be told in sheet.csv" in done.stdout
    with open(tmp_path / "out/report/moodle.csv", newline="", encoding="utf-8") as file:
        head, ada, zoe = csv.reader(file)
    assert head == ["Kennung", "Name", "Bewertung", "Maximum", "Kommentar"]
    assert ada[:4] == ["Teilnehmer 1", "Ada", "1", "100"]
    assert zoe == ["Teilnehmer 9", "Zoe", "7", "100", ""]
    for bad in ("missing.csv", "class.zip", "."):
        done = grader("report", "out", "--template", bad, "--out", "new")
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert not (tmp_path / "new").exists()


def test_who_handed_in_no_notebook_is_in_every_table(grader, tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("lovelaceada_101_5001_hw.py", RIGHT)
        archive.writestr("hoppergrace_102_5002_hw.pdf", "%PDF")
        archive.writestr("turingalan_103_text.html", "<p>")
    assert grader("grade", "class.zip", "--seed", "s", "--out", "out").returncode == 1
    assert grader("report", "out").returncode == 0
    for name in ("grades.csv", "canvas.csv", "moodle.csv", "reports.jsonl", "index.html"):
        text = (tmp_path / "out/report" / name).read_text("utf-8")
        assert all(learner in text for learner in ("lovelaceada", "hoppergrace", "turingalan")), name
    pages = [file.read_text() for file in (tmp_path / "out/report/learners").glob("*.html")]
    said = "hoppergrace handed in hoppergrace_102_5002_hw.pdf, which is no notebook."
    assert sum(said in page for page in pages) == 1
