"""Which attempt counts where the last can't be read, or holds nothing new; and that nobody is lost."""

import json

import pytest
from packed import NOTEBOOK, written, zip_of

from grader.submissions import attempts
from grader.submissions.intake import collect

OTHER = b'{"cells": [{"cell_type": "code", "source": "x = 1"}]}'


@pytest.fixture
def taken(tmp_path, learners):
    """Collect a zip of members; return the names that count, the remarks, and {learner: reason}."""

    def run(*members):
        found = learners(written(tmp_path / "class.zip", zip_of(*members)))
        problems = {problem.learner: problem.reason for problem in learners.intake.problems}
        assert len(problems) == len(learners.intake.problems)
        return sorted(found), learners.intake.remarks, problems

    return run


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"{", "is not a notebook: its content is no JSON"),
        (b"[1]", "is JSON, but no Jupyter notebook: it has no list of cells"),
        (b"<!doctype html>", "is a web page that was saved as a notebook; download the file itself"),
        (
            json.dumps({"doc_id": "x"}).encode(),
            "is a link to a file in Google Drive; download the file itself",
        ),
    ],
)
def test_a_later_file_that_can_not_be_read_leaves_the_earlier_in_force(taken, content, why):
    counting, remarks, problems = taken("ada_1_101_hw.ipynb", ("ada_1_102_hw-1.ipynb", content))
    assert counting == ["ada_1_101_hw.ipynb"]
    assert remarks == []
    assert problems == {"ada": f"ada_1_102_hw-1.ipynb {why}; another file counts in its place."}


def test_a_later_broken_archive_leaves_the_earlier_in_force(taken):
    good = zip_of("x.ipynb")
    counting, _, problems = taken(("ada_1_101_hw.zip", good), ("ada_1_102_hw-1.zip", b"no zip"))
    assert counting == ["ada_1_101_hw.zip/x.ipynb"]
    assert problems == {"ada": "ada_1_102_hw-1.zip is damaged; another file counts in its place."}


def test_where_none_can_be_read_the_last_counts(taken):
    counting, _, problems = taken(("ada_1_101_hw.ipynb", b""), ("ada_1_102_hw-1.ipynb", b"{"))
    assert counting == ["ada_1_102_hw-1.ipynb"]
    assert problems == {}


def test_only_what_competes_is_read(taken, monkeypatch):
    read = []
    monkeypatch.setattr(attempts, "parse", lambda data, suffix, name: read.append(name))
    taken("ada_1_101_hw.ipynb", "ada_1_102_hw-1.ipynb", "bob_2_103_hw.ipynb", "eve_3_104_hw.ipynb")
    assert read == ["ada_1_102_hw-1.ipynb"]


def test_the_same_again_but_late_keeps_the_earlier_time(taken, learners):
    counting, _, _ = taken("ada_1_101_hw.ipynb", "ada_LATE_1_102_hw-1.ipynb")
    assert counting == ["ada_1_101_hw.ipynb"]
    assert [handed.name for handed in learners.intake.repeats] == ["ada_LATE_1_102_hw-1.ipynb"]
    assert not learners.intake.handed[0].late
    title = "HW_ada_attempt_2026-10-0{}-00-00-00_hw.ipynb"
    one, two, three = map(title.format, (1, 2, 3))
    assert taken(one, two, three)[0] == [one]
    assert taken((one, OTHER), two, three)[0] == [two]
    assert taken(one, (two, OTHER), three)[0] == [three]


SOMEBODY = "hoppergrace_102_5002_hw.ipynb"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lovelaceada_101_5001_hw.pdf", b"%PDF"),
        ("lovelaceada_101_5001_hw.docx", b""),
        ("lovelaceada_101_5001_hw.html", b"<p>"),
        ("lovelaceada_101_5001_data.csv", b"1"),
        ("lovelaceada_101_5001_hw.gdoc", b"{}"),
        ("lovelaceada_101_text.html", b"<p>"),
        ("lovelaceada_LATE_101_link.html", b"<p>"),
    ],
)
def test_who_handed_in_no_notebook_on_canvas_has_a_row(taken, learners, name, content):
    counting, remarks, problems = taken(SOMEBODY, (name, content))
    assert counting == [SOMEBODY]
    assert remarks == []
    assert problems == {"lovelaceada": f"lovelaceada handed in {name}, which is no notebook."}
    assert learners.intake.problems[0].key == "101"
    assert learners.intake.problems[0].platform == "canvas"


@pytest.mark.parametrize(
    ("name", "learner"),
    [
        ("Ada L_1_assignsubmission_file_/hw.pdf", "Ada L"),
        ("Ada L_1_assignsubmission_onlinetext_/onlinetext.html", "Ada L"),
        ("Ada L_1_assignsubmission_onlinetext_/x.py", "Ada L"),
        ("HW_ada_attempt_2026-10-01-00-00-00_hw.pdf", "ada"),
        ("HW_ada_attempt_2026-10-01-00-00-00.txt", "ada"),
        ("1-9 - Ada - Oct 1, 2026 100 AM/notes.md", "Ada"),
        ("L, A(al)/Submission attachment(s)/hw.pdf", "L, A"),
        ("L, A(al)/L, A(al)_submissionText.html", "L, A"),
        ("ada+ps1+2026-10-01 12:00:00 UTC/answers.txt", "ada"),
        ("assignment_1_export/submission_7/hw.pdf", "submission_7"),
    ],
)
def test_who_handed_in_no_notebook_elsewhere_has_a_row(taken, name, learner):
    """Even where nobody handed in any."""
    assert taken(name) == ([], [], {learner: f"{learner} handed in {name}, which is no notebook."})


def test_empty_and_foreign_archives_have_a_row(taken):
    _, _, problems = taken(SOMEBODY, ("ada_1_101_hw.zip", zip_of()), ("bob_2_103_hw.rar", b"Rar!"))
    assert problems == {
        "ada": "ada_1_101_hw.zip holds no notebook (.ipynb) and no Python file (.py).",
        "bob": "bob_2_103_hw.rar is a .rar archive, which is not read here; a .zip is.",
    }


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("ending", [".ipynb.txt", ".ipynb.json", ".IPYNB.TXT"])
def test_a_notebook_in_disguise_is_read(tmp_path, learners, folder, ending, packed):
    names = (f"ada{ending}", "bob.ipynb")
    place = written(tmp_path / "c.zip", zip_of(*names)) if packed else folder(*names)
    assert learners(place) == {names[0]: "ada", "bob.ipynb": "bob"}
    assert {handed.path.suffix for handed in learners.intake.handed} == {".ipynb"}
    assert {handed.path.read_bytes() for handed in learners.intake.handed} == {NOTEBOOK}


def test_what_lies_beside_a_notebook_says_nothing(taken):
    pdf = ("ada_1_101_hw.pdf", b"%PDF")
    assert taken(pdf, "ada_1_102_hw.ipynb", "ada_1_text.html")[1:] == ([], {})
    assert taken("ada/hw.ipynb", "ada/report.pdf", "ada/data.csv", "bob/hw.ipynb")[1:] == ([], {})
    archived = ("ada.zip", zip_of("hw.ipynb", "report.pdf", "data.csv"))
    assert taken(archived, "bob.ipynb")[1:] == ([], {})


def test_a_later_upload_without_a_notebook_is_said(taken):
    one, two = "HW_ada_attempt_2026-10-01-00-00-00_hw.ipynb", "HW_ada_attempt_2026-10-02-00-00-00_hw.pdf"
    counting, remarks, problems = taken(one, two)
    assert counting == [one]
    assert remarks == [f"{two}, of ada, is no notebook; another file counts in its place."]
    assert problems == {}


@pytest.mark.parametrize(
    ("names", "lost"),
    [
        (["ada/hw.ipynb", "bob/hw.ipynb", "eve/hw.csv"], {"eve"}),
        (["ada/hw.ipynb", "bob/hw.pdf"], {"bob"}),
        (["ada/hw.ipynb", "bob/hw.ipynb", "README.md", "task.pdf", "data.csv"], set()),
        (["c/ada/hw.ipynb", "c/bob/hw.ipynb", "c/eve/x.md", "notes/hw.pdf"], {"eve"}),
        (["ada.ipynb", "bob.ipynb", "eve.pdf", "zoe.DOCX", "uma.gdoc"], {"eve", "zoe", "uma"}),
        (["ada.ipynb", "bob.ipynb", "README.md", "data.csv", "plot.png", "data/a.npz"], set()),
        (["ada.ipynb", "bob.ipynb", "ada.pdf", "eve/hw.docx"], {"eve"}),
        (["ada_1_100_hw.ipynb", "bob_2_200_hw.ipynb", "index.html", "README/a.pdf"], set()),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_beside_plain_names_documents_and_learners_folders_count(
    tmp_path, learners, folder, names, lost, packed
):
    learners(written(tmp_path / "c.zip", zip_of(*names)) if packed else folder(*names))
    assert {problem.learner for problem in learners.intake.problems} == lost
    assert not {handed.learner for handed in learners.intake.handed} & lost


def test_many_files_that_are_no_notebook_are_one_problem(taken):
    _, _, problems = taken("ada/hw.ipynb", *(f"bob/{i}.txt" for i in range(9)))
    assert problems == {
        "bob": "bob handed in bob/0.txt, bob/1.txt, bob/2.txt and 6 more, and none of them is a notebook."
    }


def test_the_same_notebook_with_another_helper_is_another_attempt(tmp_path):
    metadata = "".join(
        f"submission_{i}:\n  :submitters:\n  - :name: Ada\n    :sid: 7\n  :created_at: 2026-10-0{i} 10:00Z\n"
        for i in (1, 2)
    )
    members = [("a/submission_metadata.yml", metadata.encode())]
    for i in (1, 2):
        members += [(f"a/submission_{i}/hw.ipynb", NOTEBOOK), (f"a/submission_{i}/helper.py", b"k = %d" % i)]
    intake = collect([written(tmp_path / "export.zip", zip_of(*members))], tmp_path / "into")
    assert [handed.name for handed in intake.handed] == [
        "a/submission_2/helper.py",
        "a/submission_2/hw.ipynb",
    ]


def test_of_blackboards_attempts_each_has_its_own_helper(tmp_path):
    attempts = [f"Homework 1_alovelace_attempt_2026-10-0{i}-12-30-45" for i in (1, 2)]
    members = [(f"{attempt}_hw.ipynb", NOTEBOOK) for attempt in attempts]
    members += [(f"{attempt}_helper.py", attempt.encode()) for attempt in attempts]
    intake = collect([written(tmp_path / "bb.zip", zip_of(*members))], tmp_path / "into")
    assert [handed.name for handed in intake.handed] == [
        f"{attempts[1]}_helper.py",
        f"{attempts[1]}_hw.ipynb",
    ]
