"""Moodle's own worksheet, filled in: what is found in it in any language, and what is left as it is."""

import csv
import io

import pytest

from grader.errors import UnusableInput
from grader.submissions.platforms import canvas, moodle
from grader.submissions.platforms.grades import ExerciseGrade, Grade, Grades, Worksheet

ENGLISH = """\
\ufeffIdentifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 11","Ada King",ada@x.org,"Submitted for grading",,100.00,Yes,"Monday, 5 October 2026, 9:00 AM",-,
"Participant 12","Ben B",ben@x.org,"Submitted for grading",50.00,100.00,Yes,-,"5 October 2026, 9:05 AM",old
"Participant 13",=1+1,zoe@x.org,"No submission",,100.00,Yes,-,-,"as it, was"
"""
GERMAN = """\
ID,"Vollständiger Name",Status,Bewertung,Bestwertung,"Bewertung kann geändert werden",\
"Zuletzt geändert (Bewertung)","Feedback als Kommentar"
"Teilnehmer/in11","Ada King",abgegeben,"12,50","100,00",Ja,"Montag, 5. Oktober 2026, 09:00",
"Teilnehmer/in12","Ben B",abgegeben,,"100,00",Ja,-,
"""


def learner(name, key="", points=1.5, platform="moodle", unfinished=False):
    exercise = ExerciseGrade("relu", points, 2.0, False, "=Too <b>large</b>.", "", ())
    return Grade(name, key or name, platform, points, unfinished, (), (exercise,))


def filled(text, *learners, out_of=2.0):
    data = text if isinstance(text, bytes) else text.encode()
    grades = Grades("HW", out_of, True, learners, Worksheet("sheet.csv", data))
    written = moodle.grades_csv(grades)
    return list(csv.reader(io.StringIO(written.text, newline=""))), written.remarks


def test_grades_go_into_moodles_own_table_and_nothing_else_changes():
    rows, remarks = filled(ENGLISH, learner("Ada King", "11"), learner("Ben", "12"))
    before = list(csv.reader(io.StringIO(ENGLISH.removeprefix("\ufeff"), newline="")))
    assert rows[0] == before[0]
    assert rows[3] == before[3]
    comment = "relu: =Too &lt;b&gt;large&lt;/b&gt;."
    assert rows[1] == [*before[1][:4], "1.5", *before[1][5:9], comment]
    assert rows[2] == [*before[2][:4], "1.5", *before[2][5:9], comment]
    assert remarks == ("In Moodle, the assignment's maximum grade must be 2, or grades are refused.",)


def test_the_language_and_its_decimal_sign_are_moodles():
    rows, _ = filled(GERMAN, learner("Ada King", "11"), learner("Ben", "12", 2.0))
    assert [row[3] for row in rows] == ["Bewertung", "1,5", "2"]
    assert [row[7][:5] for row in rows] == ["Feedb", "relu:", "relu:"]


def test_a_sheet_without_comments_is_said():
    text = "\n".join(line.rpartition(",")[0] for line in GERMAN.splitlines())
    rows, remarks = filled(text, learner("Ada King", "11"))
    assert rows[1][3] == "1,5"
    assert rows[1][-1] == "Montag, 5. Oktober 2026, 09:00"
    assert remarks[0] == "sheet.csv has no column for comments."


def test_who_has_no_number_of_moodles_is_found_by_name_or_address():
    ada, ben = learner("ada king", platform=""), learner("B", "ben@x.org", platform="gradescope")
    rows, _ = filled(ENGLISH, ada, ben)
    assert [row[4] for row in rows[1:]] == ["1.5", "1.5", ""]


def test_who_is_not_in_it_or_not_graded_is_said():
    gone = [learner(f"G{i}", f"9{i}") for i in range(5)]
    rows, remarks = filled(ENGLISH, *gone, learner("Ben", "12", unfinished=True))
    assert rows[2][4] == "50.00"
    assert rows[2][-1] == "old"
    assert remarks[:2] == (
        "G0, G1, G2 and 2 more can't be told in sheet.csv, and get no grade in it.",
        "Not graded yet, and left as they were: Ben.",
    )


def test_namesakes_are_not_guessed():
    twice = ENGLISH.replace("Ben B", "Ada King")
    rows, remarks = filled(twice, learner("Ada King", platform=""))
    assert [row[4] for row in rows[1:]] == ["", "50.00", ""]
    assert remarks[0].startswith("Ada King can't be told")
    rows, remarks = filled(ENGLISH, learner("Ada King", platform=""), learner("Ada", "11", 2.0))
    assert rows[1][4] == "2"
    assert remarks[0].startswith("Ada King can't be told")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is no grading worksheet of Moodle"),
        (b"\xff\xfe\x00", "is no UTF-8 text"),
        (b"PK\x03\x04", "is no grading worksheet of Moodle"),
        (b"a,b,c,d\n", "is no grading worksheet of Moodle"),
        (b"a;b;c;d\n1;2;3;4\n", "is no grading worksheet of Moodle"),
        (b'a,b,c,d\n"x', "is no table of comma-separated values"),
        (b'a,b,c,d\n"x"y,1,2,3', "is no table of comma-separated values"),
        (b"a,b,c,d\n" + b"x" * 200_000, "is no table of comma-separated values"),
        (b"a,b,c,d\n1,2,3\n", "Row 2 of sheet.csv has 3 cells, and its head 4"),
        (b"a,b,c,d\nAda,,1,100\n", "The first column of sheet.csv holds no identifiers"),
        (b"a,b,c,d\nP 1,x,,100\nQ 2,x,,100\n", "The first column of sheet.csv holds no identifiers"),
        (b"a,b,c,d\nP 1,x,y,z\n", "has no column of grades"),
        (b"a,b,c,d\nP 1,x,y,0\n", "has no column of grades"),
        (b"a,b,c,d\nP 1,x,,100\nP 2,x,,50\n", "has no column of grades"),
        (b"a,b,c,d\nP 1,x,,1e9\n", "has no column of grades"),
    ],
)
def test_whatever_is_no_worksheet_is_one_sentence(data, words):
    with pytest.raises(UnusableInput) as caught:
        filled(data, learner("Ada", "1"))
    assert words in str(caught.value)
    assert "sheet.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_it_moodle_is_told_the_maximum():
    assert moodle.grades_csv(Grades("HW", 12.0, True, ())).remarks == (
        "In Moodle, the assignment's maximum grade must be 12, or grades are refused.",
    )


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Week 2", "Week 2"),
        ("Week (2) b", "Week (2) b"),
        ("Week (2)", "Week 2"),
        ("Final Grade", "Final-Grade"),
        ("Unposted Current Score of 7", "Unposted Current-Score of 7"),
        ("Override Status (3)", "Override-Status 3"),
        ("final grades", "final grades"),
        ("=1+1", "'=1+1"),
    ],
)
def test_canvas_gets_no_title_that_it_reads_otherwise(title, expected):
    written = canvas.grades_csv(Grades(title, 2.0, True, (learner("Ada"),)))
    assert written.text.splitlines()[0].split(",")[-1] == expected
    said = f'The column is called "{expected}": Canvas would take "{title}" for something else.'
    assert written.remarks == (() if title == expected else (said,))


def test_canvas_leaves_out_whoever_is_not_graded_yet():
    ben = learner("Ben", unfinished=True)
    written = canvas.grades_csv(Grades("HW", 2.0, True, (learner("Ada"), ben)))
    assert [row.split(",")[0] for row in written.text.splitlines()[2:]] == ["Ada"]
    assert written.remarks == ("Not graded yet, and left out, since a blank would take a grade away: Ben.",)
