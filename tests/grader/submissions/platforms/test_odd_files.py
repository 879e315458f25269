"""One learner's odd files and folders: whose the others' files are does not change, and nobody is lost."""

from collections import defaultdict

import pytest
from packed import NOTEBOOK, written, zip_of

from grader.submissions.intake import collect

NAMES = ["ada", "bob", "cleo", "dan", "eve"]
FOLDERS = {  # a learner's folder in each platform's layout, of the learner's number and name
    "plain": "{name}",
    "plain, in a folder": "class/{name}",
    "plain, with hyphens": "hw1-{name}",
    "plain, with brackets": "{name} ({i})",
    "canvas": "{name}_{i}_9{i}_hw.zip",
    "moodle": "{name}_1{i}_assignsubmission_file_",
    "moodle, in a folder": "hw 1/{name}_1{i}_assignsubmission_file_",
    "gradescope": "assignment_1_export/submission_{i}",
    "blackboard": "HW_{name}_attempt_2026-10-01-12-30-4{i}_hw.zip",
    "brightspace": "{i}1-9 - {name} - Oct 1, 2026 1130 PM",
    "nbgrader, exchange": "{name}+ps1+2026-10-01 12:00:0{i} UTC",
    "nbgrader": "submitted/{name}/ps1",
    "nbgrader, its folder alone": "{name}/ps1",
    "sakai": "HW 1/Last, {name}({name}{i})/Submission attachment(s)",
    "ilias": "Abgaben/Last_{name}_{name}{i}_123{i}",
    "github": "hw1-{name}",
    "teams": "Submitted files/{name}/Homework 1/Version 1",
    "teams, with drafts": "Submitted files/{name}/Homework 1/Version 1",
}
BESIDE = {  # what a platform writes beside that
    "gradescope": {
        "assignment_1_export/submission_metadata.yml": "".join(
            f"submission_{i}:\n  :submitters:\n  - :name: {name}\n    :sid: s{i}\n"
            for i, name in enumerate(NAMES, 1)
        )
    },
    "nbgrader": {f"submitted/{name}/ps1/timestamp.txt": "2026-10-01 12:00:00 UTC" for name in NAMES},
    "nbgrader, its folder alone": {f"{name}/ps1/timestamp.txt": "2026-10-01 12:00:00 UTC" for name in NAMES},
    "sakai": {
        f"HW 1/Last, {name}({name}{i})/timestamp.txt": "20261001123000000" for i, name in enumerate(NAMES, 1)
    },
    "github": {f"hw1-{name}/tests/test_hw.py": "" for name in NAMES},
    "teams, with drafts": {f"Working files/{name}/Homework 1/hw.py": "{}" for name in NAMES},
}
ODD = [
    ["timestamp.txt"],
    ["x/timestamp.txt"],
    ["x/y/timestamp.txt", "x/y/hw.py"],
    ["x/y/z/timestamp.txt"],
    ["submission_metadata.yml", "submission_0/hw.py"],
    ["Version 2/hw.py"],
    ["x/Version 2/hw.py"],
    ["x/y/Version 2/hw.py", "z/y/Version 3/hw.py"],
    ["a/b/c/d/e/f/hw.py"],
    ["ada_0_90_hw.py"],
    ["ada_10_assignsubmission_file_/hw.py"],
    ["x_attempt_2026-10-01-12-30-45_y.py"],
    ["01-9 - ada - Oct 1, 2026 1130 PM/hw.py"],
    ["ada+ps1+2026-10-01 12:00:00 UTC/hw.py"],
    ["Last, ada(ada0)/Submission attachment(s)/hw.py"],
    ["Submission attachment(s)/hw.py"],
    ["ada_submissionText.html"],
    ["Last_ada_ada0_1230/hw.py"],
    ["hw1-ada/tests/hw.py"],
    ["tests/hw.py"],
    ["ada - hw.py"],
    ["Submitted files/ada/Homework 1/Version 2/hw.py"],
    ["class.zip", "eve.pdf"],
    ["../ada/hw.py"],
]


def taken(tmp_path, files, kind):
    """Return {a learner's folder: whose its works are} of files, and everybody there is a word about."""
    if kind == "zip":
        tmp_path.mkdir()
        place = written(tmp_path / "class.zip", zip_of(*((n, c.encode()) for n, c in files.items())))
    else:
        place = tmp_path / "class"
        for name, content in files.items():
            inner, _, packed = name.partition(".zip/")
            file = place / (f"{inner}.zip" if packed else name)
            file.parent.mkdir(parents=True, exist_ok=True)
            below = [(n.partition(".zip/")[2], c.encode()) for n, c in files.items() if f"{inner}.zip/" in n]
            file.write_bytes(zip_of(*below) if packed else content.encode())
    intake = collect([place], tmp_path / "into")
    known = defaultdict(set)
    for entry in (*intake.handed, *intake.problems):
        known[entry.name].add((entry.learner, entry.key, entry.platform))
    return known


@pytest.mark.parametrize("kind", ["zip", "folder"])
@pytest.mark.parametrize("layout", FOLDERS)
def test_one_learners_files_cost_nobody_else_anything(tmp_path, layout, kind):
    folders = {name: FOLDERS[layout].format(i=i, name=name) for i, name in enumerate(NAMES, 1)}
    usual = {f"{folder}/hw.py": NOTEBOOK.decode() for folder in folders.values()} | BESIDE.get(layout, {})
    before = taken(tmp_path / "before", usual, kind)
    everybody = set().union(*before.values())
    assert len(everybody) == len(NAMES)
    for number, odd in enumerate(ODD):
        for name in NAMES[number % 5 : number % 5 + 1]:
            own = {f"{folders[name]}/{file}".replace("../", "_"): NOTEBOOK.decode() for file in odd}
            mine = f"{folders[name]}/"
            for what, files in (("more", usual | own), ("alone", _without(usual, f"{mine}hw.py") | own)):
                after = taken(tmp_path / f"{number}{name}{what}", files, kind)
                others = {file: who for file, who in before.items() if not file.startswith(mine)}
                assert others.items() <= after.items(), (odd, what)
                assert set().union(*after.values()) == everybody, (odd, what)


@pytest.mark.parametrize(
    ("names", "others"),
    [
        (["ada.py", "bob.py", "cleo.py", "dan.pdf", "eve_1_22_hw.py"], {"ada", "bob", "cleo", "dan"}),
        (
            ["ada/hw.py", "bob/hw.py", "dan/report.pdf", "eve/a/hw.py", "eve/a/timestamp.txt"],
            {"ada", "bob", "dan"},
        ),
        (["ada/hw.py", "bob/hw.py", "dan/notes.txt", "eve.zip/hw.py"], {"ada", "bob", "dan"}),
        (["ada/hw.py", "bob/hw.py", "dan/timestamp.txt", "eve/hw.py"], {"ada", "bob", "dan"}),
        (
            ["class(1)/ada.py", "class(1)/bob.py", "class(1)/dan.py", "class(1)/eve_submissionText.html"],
            {"ada", "bob", "dan"},
        ),
        (["class/ada/hw.py", "class/bob/hw.py", "class/eve/timestamp.txt"], {"ada", "bob"}),
    ],
)
def test_one_name_of_a_platform_makes_no_class(tmp_path, names, others):
    known = taken(tmp_path / "c", dict.fromkeys(names, NOTEBOOK.decode()), "zip")
    assert {learner for entries in known.values() for learner, *_ in entries} >= others


def test_what_does_not_count_is_said_of_whoever_has_nothing_else(learners, folder):
    drafts = [f"Working files/{name}/HW/hw.py" for name in NAMES]
    submitted = [f"Submitted files/{name}/HW/Version 1/hw.py" for name in NAMES[1:]]
    assert len(learners(folder(*drafts, *submitted, name="teams"))) == 4
    (problem,) = learners.intake.problems
    assert problem.reason == f"ada handed in {drafts[0]}, which is a draft."
    tests = [f"hw1-{name}/tests/test_hw.py" for name in NAMES]
    assert len(learners(folder(*tests, *(f"hw1-{name}/hw.py" for name in NAMES[1:]), name="github"))) == 4
    (problem,) = learners.intake.problems
    assert problem.reason == f"ada handed in {tests[0]}, which is a test."


def _without(files, name):
    return {file: content for file, content in files.items() if file != name}
