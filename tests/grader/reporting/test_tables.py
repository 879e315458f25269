"""The files for machines: what each platform reads in them, and that no text of a learner's acts in them."""

import csv
import html
import io
import json
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classes.results import Mark, Result
from grader.reporting import tables
from grader.reporting.pages import class_page, learner_page
from grader.reporting.tables import grades_csv, reports_jsonl, times_csv
from grader.submissions.platforms import canvas, gradescope, moodle
from grader.text import json_text

PAYLOADS = [
    "=cmd|' /C calc'!A0",
    '@SUM(1+1)*cmd|"/C calc"!A0',
    '"\n=1+1,"',
    "x;=1+1",
    "<=cmd;==1",
    "</script><script>window.pwned=1</script>",
    "[link](javascript:alert(1)) **bold** <b>bold</b>",
    "\x1b[2J\x1b]0;title\x07 \x9b31m",
    "\u202etxt.exe\u2066",
    "\ud800\udfff\x00",
    "\ufeff＝1",
    "&lt;=1&#59;=2",
]
TEXT = st.one_of(st.sampled_from(PAYLOADS), st.text(st.characters(), min_size=1, max_size=40))


def canvas_csv(results):
    return canvas.grades_csv(tables.grades(results)).text


def moodle_csv(results):
    return moodle.grades_csv(tables.grades(results)).text


def gradescope_results(learner, results):
    grades = tables.grades(results)
    return gradescope.results(grades.learners[results.learners.index(learner)], grades)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.fixture
def results(class_of, verdict):
    """Ada in time; Ben late, and marked by hand; Cy, on no platform, with a file that nobody could read."""
    ben = Result(verdict("relu", "passed"), "def relu(x): return x\n", 0.8)
    mark = Result(verdict("sigmoid", "failed"), "", 0.8, Mark(0.5, "Half of it is right."))
    results = class_of(
        {"Ada King": ["passed", "passed"], "Ben, Jr": [ben, mark], "Cy": ["missing", "missing"]}
    )
    ada, ben, cy = results.learners
    replace = msgspec.structs.replace
    learners = (
        replace(ada, key="4711", platform="canvas"),
        replace(
            ben,
            key="ben@example.org",
            platform="gradescope",
            late_days=2,
            submitted="2026-03-01",
            comment="See me.",
        ),
        replace(cy, errors=("cy.ipynb is not a notebook: its content is no JSON.",)),
    )
    return replace(results, title="Homework 1", learners=learners)


def test_grades_are_a_row_a_learner_and_excel_knows_they_are_utf8(results):
    assert grades_csv(results).startswith("\ufeff")
    assert rows(grades_csv(results)) == [
        ["name", "key", "submissions", "late days", "unfinished", "total", "out of", "relu", "sigmoid"],
        ["Ada King", "4711", "0.py", "0", "", "2", "2", "1", "1"],
        ["Ben, Jr", "ben@example.org", "1.py", "2", "", "1.3", "2", "0.8", "0.5"],
        ["Cy", "Cy", "2.py", "0", "", "0", "2", "0", "0"],
    ]


def test_canvas_finds_learners_by_number_login_or_name(results):
    assert rows(canvas_csv(results)) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Homework 1"],
        ["Points Possible", "", "", "", "", "2"],
        ["Ada King", "4711", "", "", "", "2"],
        ["Ben, Jr", "", "", "ben@example.org", "", "1.3"],
        ["Cy", "", "", "", "", "0"],
    ]


def test_moodle_finds_what_its_importer_asks_for(results):
    header, *lines = rows(moodle_csv(results))
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(header)
    assert header.index("Feedback comments") > 0  # Moodle takes the first column for none
    table = [dict(zip(header, line, strict=True)) for line in lines]
    assert [row["Full name"] for row in table] == ["Ada King", "Ben, Jr", "Cy"]
    assert [(row["Grade"], row["Maximum Grade"]) for row in table] == [("2", "2"), ("1.3", "2"), ("0", "2")]
    comments = [row["Feedback comments"].split("<br>") for row in table]
    assert comments[0][0] == "relu: The message of relu, passed."
    assert comments[1] == [
        "See me.",
        "relu: The message of relu, passed. Late: 0.8 of the points count.",
        "sigmoid: The message of sigmoid, failed. "
        "Marked by the instructor: 0.5 of 1 points. Half of it is right.",
    ]
    assert comments[2][0] == "cy.ipynb is not a notebook: its content is no JSON."


@pytest.mark.parametrize(
    ("platform", "key", "canvas", "moodle"),
    [
        ("canvas", "4711", ["4711", "", ""], ""),
        ("canvas", "Xk3p9", ["", "", ""], ""),  # an anonymous learner
        ("moodle", "4711", ["", "", ""], "Participant 4711"),
        ("moodle", "Ada King", ["", "", ""], ""),
        ("gradescope", "4711", ["", "4711", ""], ""),
        ("gradescope", "s-17", ["", "s-17", ""], ""),
        ("gradescope", "ada@example.org", ["", "", "ada@example.org"], ""),
        ("gradescope", "Ada King", ["", "", ""], ""),
        ("", "4711", ["", "", ""], ""),
        ("", "Ada King", ["", "", ""], ""),
        ("moodle", "٤٧", ["", "", ""], ""),
    ],
)
def test_an_id_is_only_given_to_whom_it_belongs(class_of, platform, key, canvas, moodle):
    results = class_of({"Ada King": ["passed"]})
    [ada] = results.learners
    ada = msgspec.structs.replace(ada, platform=platform, key=key)
    results = msgspec.structs.replace(results, learners=(ada,))
    assert rows(canvas_csv(results))[-1] == ["Ada King", *canvas, "", "1"]
    assert rows(moodle_csv(results))[-1][:3] == [moodle, "Ada King", "1"]


def test_what_is_not_graded_yet_has_no_grade_and_says_so(results):
    ada, *others = results.learners
    waiting = msgspec.structs.replace(ada, platform="moodle", unfinished=True)
    results = msgspec.structs.replace(results, learners=(waiting, *others))
    assert [row[-1] for row in rows(canvas_csv(results))[2:]] == ["1.3", "0"]  # a blank would take one away
    assert rows(moodle_csv(results))[1] == ["Participant 4711", "Ada King", "", "2", "", "Not graded yet."]
    assert [row[2] for row in rows(moodle_csv(results))[2:]] == ["1.3", "0"]
    assert [row[4] for row in rows(grades_csv(results))] == ["unfinished", "yes", "", ""]
    reports = [json.loads(line) for line in reports_jsonl(results).splitlines()]
    assert [report.get("unfinished") for report in reports] == [True, None, None]
    assert "Not graded yet" in gradescope_results(waiting, results)["output"]


def test_a_mark_that_was_cleared_is_none(class_of, verdict):
    cleared = Result(verdict("relu", "passed"), "", 1.0, Mark(None, " "))
    assert cleared == Result(verdict("relu", "passed"), "")
    assert msgspec.json.decode(msgspec.json.encode(cleared), type=Result).mark is None
    results = class_of({"Ada": [cleared]})
    [ada] = results.learners
    assert "instructor" not in moodle_csv(results) + json_text(gradescope_results(ada, results))
    for kept in (Mark(0.0, ""), Mark(None, "Look at the sign.")):
        assert msgspec.structs.replace(cleared, mark=kept).mark == kept
        assert (
            msgspec.structs.replace(
                Result(verdict("relu", "passed"), "", 1.0, kept), mark=Mark(None, "")
            ).mark
            is None
        )


def test_a_report_is_the_contract_without_the_seed(results, class_of, verdict):
    reports = [json.loads(line) for line in reports_jsonl(results).splitlines()]
    ada, ben, cy = reports
    assert list(ada) == [
        "schema", "learner", "key", "submissions", "submitted", "late_days", "score", "out_of", "exercises",
    ]  # fmt: skip
    assert (ada["schema"], ada["learner"], ada["key"], ada["submissions"]) == (
        1,
        "Ada King",
        "4711",
        ["0.py"],
    )
    assert (ben["score"], ben["out_of"], ben["late_days"], ben["submitted"]) == (1.3, 2, 2, "2026-03-01")
    assert list(ada["exercises"][0]) == [
        "name", "lesson", "status", "score", "out_of", "cases", "passed", "seconds", "mistake", "message",
        "counterexample", "error", "points", "mark",
    ]  # fmt: skip
    assert ben["exercises"][1]["mark"] == {"score": 0.5, "comment": "Half of it is right."}
    assert ben["exercises"][1]["counterexample"] == {
        "arguments": {"x": [1.0, -2.0]},
        "expected": [1.0, 0.0],
        "got": [1.0, -0.02],
    }
    assert cy["errors"] == ["cy.ipynb is not a notebook: its content is no JSON."]
    slow = class_of({"a": [Result(verdict("relu", "passed", seconds=3.97), "")]})
    [line] = reports_jsonl(slow).splitlines()
    assert json.loads(line)["exercises"][0]["seconds"] == 0


def test_times_are_of_what_ran(class_of, verdict):
    def ran(seconds, word="passed", **changes):
        return [Result(verdict("relu", word, seconds=seconds, **changes), "")]

    table = {"a": ran(1.9), "b": ran(3.7, "failed"), "c": ran(90.0), "d": ran(0.0, "missing")}
    table["e"] = ran(0.0, "error", cases=0)  # a syntax error: nothing ran
    assert times_csv(class_of(table)).splitlines()[1:] == ["relu,3,3.7,90"]
    assert times_csv(class_of({"a": ["missing"]})).splitlines()[1:] == []


def test_gradescope_reads_scores_that_add_up(results):
    ada, ben, cy = (gradescope_results(learner, results) for learner in results.learners)
    assert (ada["score"], ben["score"], cy["score"]) == (2, 1.3, 0)
    for report in (ada, ben, cy):
        assert sum(test["score"] for test in report["tests"]) == pytest.approx(report["score"])
        assert {report["output_format"], report["test_output_format"], report["test_name_format"]} == {"text"}
        for test in report["tests"]:
            assert (test["max_score"], test["visibility"], test["output_format"]) == (1, "visible", "text")
            assert test["status"] in ("passed", "failed")
    assert [test["status"] for test in ben["tests"]] == ["passed", "failed"]
    assert "relu(" not in ben["tests"][0]["output"]
    assert "sigmoid(x=[ 1., -2.])" in ben["tests"][1]["output"]
    assert "Half of it is right." in ben["tests"][1]["output"]
    assert ben["output"] == "1.3 of 2 points.\nSee me."
    assert "no JSON" in cy["output"]


def test_a_mark_decides_what_gradescope_shows_as_passed(class_of, verdict):
    results = class_of(
        {
            "a": [
                Result(verdict("relu", "failed"), "", 1.0, Mark(1.0, "")),
                Result(verdict("sigmoid", "passed"), "", 1.0, Mark(0.0, "copied")),
                Result(verdict("tanh", "passed"), "", 1.0, Mark(None, "nice")),
            ]
        }
    )
    tests = gradescope_results(results.learners[0], results)["tests"]
    assert [(test["status"], test["score"]) for test in tests] == [
        ("passed", 1),
        ("failed", 0),
        ("passed", 1),
    ]


def test_a_mark_above_what_an_exercise_is_worth_is_shown_as_that(class_of, verdict):
    results = class_of({"a": [Result(verdict("relu", "passed"), "", 0.5, Mark(3.0, ""))], "b": ["passed"]})
    a, b = (gradescope_results(learner, results) for learner in results.learners)
    assert a["output"] == "3 of 1 points.\n2 of the points are given by hand, above what exercises are worth."
    assert "Marked by the instructor: 3 of 1 points, above what it is worth." in a["tests"][0]["output"]
    assert "above" not in json.dumps(b)
    above = "above what exercises are worth"
    assert f"<strong>3 of 1 point</strong>, 2 of them given by the instructor {above}." in learner_page(
        results.learners[0], results
    )
    assert above not in learner_page(results.learners[1], results)
    assert class_page(results).count(f"2 points by hand {above}") == 1


def test_without_a_sandbox_gradescope_says_so(class_of):
    results = class_of({"a": ["passed"]}, sandbox="process")
    assert "without a sandbox" in gradescope_results(results.learners[0], results)["output"]


@given(TEXT)
def test_no_cell_acts_and_no_text_makes_rows_or_columns(hostile_class, text):
    results = hostile_class(text)
    for table, width, height in (
        (grades_csv(results), 9, 3),
        (canvas_csv(results), 6, 4),
        (moodle_csv(results), 6, 3),
    ):
        found = rows(table)
        assert [len(row) for row in found] == [width] * height
        assert table.count("\n") == height
        table.removeprefix("\ufeff").encode()
        for row in found:
            for part in ";".join(row).split(";"):
                assert not re.match(r"[\s=+\-@|＝＋－＠｜]*[=+\-@|＝＋－＠｜]", part), part
        assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", table)


@given(TEXT)
def test_moodle_comments_hold_no_tag_of_a_learners(hostile_class, text):
    for row in rows(moodle_csv(hostile_class(text)))[1:]:
        comment = row[-1].replace("<br>", "")
        assert "<" not in comment
        assert ">" not in comment
    assert html.unescape(rows(moodle_csv(hostile_class("a<=b")))[2][-1]).startswith("a<=b<br>a<=b<br>")


@given(TEXT)
def test_json_is_ascii_without_anything_that_acts(hostile_class, text):
    results = hostile_class(text)
    line = reports_jsonl(results).splitlines()[1]
    gradescope = json_text(gradescope_results(results.learners[1], results))
    for found in (line, gradescope):
        assert found.isascii() and found.isprintable()
        assert not set("<>&") & set(found)
        decoded = msgspec.json.decode(found)  # strict: it takes no lone surrogate
        for string in strings(decoded):
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", string)
    report = json.loads(gradescope)
    assert {test["output_format"] for test in report["tests"]} == {report["output_format"]} == {"text"}


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from strings(item)
