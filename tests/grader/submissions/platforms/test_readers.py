"""Each platform's names in their exact form: whose a file is, and that no reader takes another's names."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from packed import NOTEBOOK, written, zip_of

from grader.submissions.endings import suffix_of
from grader.submissions.platforms import READERS
from grader.submissions.platforms.owners import Found, Met
from grader.submissions.works import place

# name → learner, key, and the day and the minute of October 2026
BLACKBOARD = {
    "Homework 1_alovelace_attempt_2026-10-01-12-30-45_hw.ipynb": ("alovelace", "alovelace", (1, 12, 30, 45)),
    "Homework 1_grace_h_attempt_2026-10-02-08-00-00_hw_2.ipynb": ("grace_h", "grace_h", (2, 8, 0, 0)),
}
ZIP_COLLECT = {
    "ps1_hacker_attempt_2026-10-01-20-30-10_problem1.ipynb": ("hacker", "hacker", (1, 20, 30, 10)),
    "ps1_bitdiddle_attempt_2026-10-02-20-30-10_problem1.ipynb": ("bitdiddle", "bitdiddle", (2, 20, 30, 10)),
}
BRIGHTSPACE = {
    "11111-90001 - Ada Lovelace - Oct 1, 2026 1130 PM/hw.ipynb": ("Ada Lovelace", "11111", (1, 23, 30, 0)),
    "22222-90001 - Jean-Luc P - 2 October 2026 310 PM/hw.ipynb": ("Jean-Luc P", "22222", (2, 15, 10, 0)),
    "33333-90001 - Emmy Noether - Oct 3, 2026 1205 AM - my - hw.ipynb": (
        "Emmy Noether",
        "33333",
        (3, 0, 5, 0),
    ),
}
EXCHANGE = {
    "inbound/ada+ps1+2026-10-01 12:00:00 UTC/problem1.ipynb": ("ada", "ada", (1, 12, 0, 0)),
    "inbound/g+h+ps1+2026-10-02 12:00:00.123 UTC+b64xyz/problem1.ipynb": ("g+h", "g+h", (2, 12, 0, 0)),
    "inbound/eve+ps1+2026-10-03 12_00_01 UTC/problem1.ipynb": ("eve", "eve", (3, 12, 0, 1)),
}
SUBMITTED = {
    "submitted/ada/ps1/problem1.ipynb": ("ada", "ada", (1, 12, 0, 0)),
    "submitted/bob/ps1/problem1.ipynb": ("bob", "bob", None),
    "submitted/eve/ps1/problem1.ipynb": ("eve", "eve", (2, 12, 0, 0)),
}
SAKAI = {
    "Lovelace, Ada(alovelace)/Submission attachment(s)/hw.ipynb": (
        "Lovelace, Ada",
        "alovelace",
        (1, 12, 30, 0),
    ),
    "Hopper, Grace(gh)/Submission attachment(s)/hw.ipynb": ("Hopper, Grace", "gh", (2, 12, 30, 0)),
}
SAKAI_FLAT = {
    "Lovelace, Ada(alovelace)_Submission attachment(s)_hw.ipynb": ("Lovelace, Ada", "alovelace", None),
    "Hopper, Grace(gh)_Submission attachment(s)_my_hw.ipynb": ("Hopper, Grace", "gh", None),
}
ILIAS = {
    "Abgaben/Lovelace_Ada_alovelace_12345/20261001123045_hw.ipynb": (
        "Lovelace Ada",
        "12345",
        (1, 12, 30, 45),
    ),
    "Abgaben/van Rossum_Guido_gvr1_12346/hw.ipynb": ("van Rossum Guido", "12346", None),
}
GITHUB = {
    "hw1-octocat/hw.ipynb": ("octocat", "octocat", None),
    "hw1-Ada-L/src/hw.ipynb": ("Ada-L", "Ada-L", None),
}
GOOGLE = {
    "Ada Lovelace - hw.ipynb": ("Ada Lovelace", "Ada Lovelace", None),
    "Grace Hopper - hw (1).ipynb": ("Grace Hopper", "Grace Hopper", None),
    "Copy of Emmy Noether - hw.ipynb": ("Emmy Noether", "Emmy Noether", None),
}
TEAMS = {
    "Submitted files/Ada/Homework 1/Version 9/hw.ipynb": ("Ada", "Ada", None),
    "Submitted files/Grace/Homework 1/Version 1/hw.ipynb": ("Grace", "Grace", None),
}
CANVAS = {
    "lovelaceada_101_5001_hw.ipynb": ("lovelaceada", "101", None),
    "hoppergrace_late_102_5002_hw.ipynb": ("hoppergrace", "102", None),
}
MOODLE = {"Ada Lovelace_11_assignsubmission_file_/hw.ipynb": ("Ada Lovelace", "11", None)}
GRADESCOPE = {"assignment_1_export/submission_7/hw.ipynb": ("submission_7", "submission_7", None)}
SAMPLES = {
    "blackboard": (BLACKBOARD, {"Homework 1_alovelace_attempt_2026-10-01-12-30-45.txt": ""}),
    "blackboard, as nbgrader takes it": (ZIP_COLLECT, {}),
    "brightspace": (BRIGHTSPACE, {"index.html": "<p>"}),
    "nbgrader, exchange": (EXCHANGE, {"inbound/eve+ps1+2026-10-03 12_00_01 UTC/timestamp.txt": "2026"}),
    "nbgrader, submitted": (
        SUBMITTED,
        {
            "submitted/ada/ps1/timestamp.txt": "2026-10-01 12:00:00.000000 UTC",
            "submitted/eve/ps1/timestamp.txt": "2026-10-02 12:00:00 UTC",
            "gradebook.db": "",
        },
    ),
    "sakai": (
        SAKAI,
        {
            "Lovelace, Ada(alovelace)/timestamp.txt": "20261001123000000",
            "Hopper, Grace(gh)/timestamp.txt": "2026-10-02T12:30:00Z\n",
            "Hopper, Grace(gh)/comments.txt": "",
            "Hopper, Grace(gh)/Feedback Attachment(s)/old.ipynb": "{}",
            "grades.csv": "a,b",
        },
    ),
    "sakai, flat": (SAKAI_FLAT, {}),
    "ilias": (ILIAS, {"status.xlsx": ""}),
    "github": (
        GITHUB,
        {
            f"hw1-{name}/{file}": ""
            for name in ("octocat", "Ada-L")
            for file in ("tests/test_hw.py", "README.md")
        },
    ),
    "google": (GOOGLE, {}),
    "teams": (TEAMS, {"Working files/Ada/Homework 1/hw.ipynb": "{}"}),
    "canvas": (CANVAS, {}),
    "moodle": (MOODLE, {}),
    "gradescope": (GRADESCOPE, {}),
}
PLAIN = {
    "folders": ["ada/hw.ipynb", "bob/hw.ipynb", "eve/README.md", "eve/hw.py"],
    "files": ["ada.ipynb", "bob-1.py", "eve (1).py", "README.md"],
    "hyphens": ["hw1-ada/hw.ipynb", "hw1-bob/hw.ipynb"],
    "underscores": ["smith_john/hw_1.ipynb", "smith_jane_2/hw_1.ipynb"],
    "titles": ["hw - ada.ipynb", "hw - bob.ipynb"],
    "brackets": ["ada (1)/hw.ipynb", "ada (2)/hw.ipynb", "bob(x)/hw.ipynb"],
    "weeks": ["ada/hw/week 1/a.ipynb", "bob/hw/week 2/a.ipynb"],
    "teams": ["team-1/tests/a.py", "team-1/hw.ipynb", "team-2/tests/a.py", "team-2/hw.ipynb"],
    "attempts": ["first_attempt_2/hw.ipynb", "ada_attempt.ipynb"],
    "plus": ["ada+bob/hw.ipynb", "eve+zoe+x/hw.ipynb"],
}
PLATFORM_OF = {reader: reader.__module__.rpartition(".")[2] for reader in READERS}


@pytest.mark.parametrize("sample", SAMPLES)
def test_whose_a_file_is(read, sample):
    expected, beside = SAMPLES[sample]
    found = read(*expected, files=beside)
    assert found == {name: (learner, key) for name, (learner, key, _) in expected.items()}
    times = {h.learner: h.submitted and h.submitted.replace(microsecond=0) for h in read.intake.handed}
    assert times == {
        learner: at and datetime(2026, 10, at[0], *at[1:], tzinfo=UTC) for learner, _, at in expected.values()
    }
    platform = {"gradescope": ""}.get(sample, sample.partition(",")[0])
    assert {h.platform for h in read.intake.handed} == {platform}
    assert read.intake.remarks == []


def claims(reader, names):
    found = [
        Found(tuple(name.split("/")), Path(name) if suffix_of(name) else None, other=suffix_of(name) is None)
        for name in names
    ]
    met = Met(Path("class.zip"), found)
    known = reader(met)
    depth = len(met.common) + 1
    return [f.parts for f in met.files for i in range(len(f.parts[:depth])) if known.owners(f, i) is not None]


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("reader", READERS, ids=PLATFORM_OF.get)
def test_no_reader_takes_anothers_names(reader, sample):
    expected, beside = SAMPLES[sample]
    is_own = sample.partition(",")[0] == PLATFORM_OF[reader]
    assert bool(claims(reader, [*expected, *beside])) == is_own


@pytest.mark.parametrize("names", PLAIN.values(), ids=PLAIN)
@pytest.mark.parametrize("reader", READERS, ids=PLATFORM_OF.get)
def test_no_reader_takes_a_plain_class(reader, names):
    assert claims(reader, names) == []


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (
            "Homework 1_ada_attempt_2026-10-01-12-30-45_hw.ipynb",
            "Homework 1_ada_attempt_2026-10-02-12-30-45_hw.ipynb",
        ),
        (
            "1-9 - Ada - Oct 9, 2026 1130 PM/hw.ipynb",
            "1-9 - Ada - Oct 10, 2026 100 AM/hw.ipynb",
        ),
        (  # where the numbers are the submissions'
            "17-5 - Ada - Oct 9, 2026 1130 PM/hw.ipynb",
            "18-6 - Ada - Oct 10, 2026 100 AM/hw.ipynb",
        ),
        ("ada+ps1+2026-10-01 12:00:00 UTC/hw.ipynb", "ada+ps1+2026-10-02 12:00:00 UTC+x/hw.ipynb"),
        ("S/Ada/Homework 1/Version 9/hw.ipynb", "S/Ada/Homework 1/Version 10/hw.ipynb"),
        ("S/Ada/Homework 1/Versión 9/hw.ipynb", "S/Ada/Homework 1/Versión 10/hw.ipynb"),
        ("x_y_ada_1234/20261001123045_hw.ipynb", "x_y_ada_1234/20261002123045_hw.ipynb"),
        ("ada/Version 9/hw.ipynb", "ada/Version 10/hw.ipynb"),
        ("ada/v9/hw.ipynb", "ada/v10/hw.ipynb"),
    ],
)
def test_attempts_are_one_learners_and_the_last_counts(tmp_path, learners, earlier, later):
    other = earlier.replace("Ada", "Bob").replace("ada", "bob").replace("1-9", "2-9").replace("1234", "5678")
    other = other.replace("17-", "19-")
    path = written(tmp_path / "c.zip", zip_of((later, NOTEBOOK + b" "), earlier, other))
    found = learners(path)
    assert set(found) == {later, other}
    assert learners.intake.problems == []
    assert [handed.name for handed in learners.intake.repeats] == [earlier]
    one = written(tmp_path / "1.zip", zip_of(earlier, other))
    two = written(tmp_path / "2.zip", zip_of(later, other))
    orders = []
    for part in (one, two):
        learners(part)
        orders += [h.order for h in learners.intake.handed if h.name in (earlier, later)]
    assert orders == sorted(orders) and orders[0] != orders[1]


def test_versions_in_names_are_numbers(learners, folder):
    learners(folder("ada/hw_v9.py", "ada/hw_v10.py", "bob.py"))
    first = max(learners.intake.handed, key=lambda h: place(h.work, h.order, h.name))
    assert first.name == "ada/hw_v10.py"


def test_a_copy_in_drive_that_has_lost_its_name_is_remarked(learners, folder):
    found = learners(folder("Ada L - hw.ipynb", "Grace H - hw.ipynb", "Copy of hw.ipynb", "hw.ipynb"))
    assert sorted(found.values()) == ["Ada L", "Copy of hw", "Grace H", "hw"]
    assert learners.intake.remarks == [
        "Careful: Copy of hw.ipynb has the name of a copy, which says nobody's; name it after its learner."
    ]


def test_two_namesakes_on_brightspace_are_two(learners, folder):
    place = folder(*(f"{i}-9 - Ada Lee - Oct {i}, 2026 100 AM/hw.ipynb" for i in (1, 2)))
    assert set(learners(place).values()) == {"Ada Lee (1)", "Ada Lee (2)"}


def test_a_time_that_says_nothing_is_none(tmp_path, learners):
    sakai = [
        "L, A(al)/Submission attachment(s)/hw.ipynb",
        ("L, A(al)/timestamp.txt", b"\xff" * 1000),
    ]
    brightspace = "1-9 - B - Okt 41, 2026 9999 PM/hw.ipynb"
    files = [written(tmp_path / f"{i}.zip", zip_of(*names)) for i, names in enumerate([sakai, [brightspace]])]
    assert set(learners(*files).values()) == {"L, A", "B"}
    assert {handed.submitted for handed in learners.intake.handed} == {None}


def test_what_programs_leave_behind_is_nobodys(learners, folder):
    place = folder("ada/hw.ipynb", "ada/~$hw.docx", "bob/hw.ipynb", "eve/Thumbs.db", "eve/.DS_Store")
    assert learners(place) == {"ada/hw.ipynb": "ada", "bob/hw.ipynb": "bob"}
    assert learners.intake.problems == []
    assert learners.intake.handed[0].path.read_bytes() == NOTEBOOK
