"""Modules that lie flat among learners' files: whose they are, and that nobody is lost by it."""

import json

import pytest
from packed import written, zip_of

from grader.submissions.intake import collect

HELPER = b"def act(x):\n    return x\n"
ANSWER = b"def relu(x):\n    return x\n"
USER = b"from helper import act\n"
NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": USER.decode()}]}).encode()


@pytest.fixture(params=["folder", "zip", "files"])
def taken(request, tmp_path, folder):
    """Collect flat files; return {name: modules beside it} of what counts, and the remarks."""

    def run(**contents):
        files = {name.replace("_", ".", 1): content for name, content in contents.items()}
        place = folder(**files)
        paths = [place]
        if request.param == "zip":
            paths = [written(tmp_path / "class.zip", zip_of(*files.items()))]
        elif request.param == "files":
            paths = sorted(place.iterdir())
        intake = collect(paths, tmp_path / "into", {"relu"})
        assert len({handed.learner for handed in intake.handed}) == len(intake.handed)
        return {h.name: [path for path, _ in h.beside] for h in intake.handed}, intake.remarks

    return run


def test_a_module_without_an_answer_is_of_whoever_imports_it(taken):
    assert taken(hw_ipynb=NOTEBOOK, helper_py=b"import more\n" + HELPER, more_py=b"import helper\n") == (
        {"hw.ipynb": ["helper.py", "more.py"]},
        [
            f"{name} was taken for a module of hw.ipynb, where it is imported; if it is somebody's own work, "
            "put it into a folder of that name."
            for name in ("helper.py", "more.py")
        ],
    )


def test_of_several_learners_each_has_what_all_import(taken):
    found, (remark,) = taken(alice_ipynb=NOTEBOOK, bob_py=USER + ANSWER, eve_py=ANSWER, helper_py=HELPER)
    assert found == {"alice.ipynb": ["helper.py"], "bob.py": ["helper.py"], "eve.py": []}
    assert remark.startswith(
        "helper.py was taken for a module of alice.ipynb, bob.py, where it is imported; "
    )


def test_what_has_an_answer_is_another_learners_and_that_is_said(taken):
    assert taken(bob_ipynb=NOTEBOOK, helper_py=ANSWER + HELPER) == (
        {"bob.ipynb": [], "helper.py": []},
        [
            "helper.py was taken for its own learner's work, and is not there where it is imported, in "
            "bob.ipynb; files of one learner belong into a folder of that name."
        ],
    )


@pytest.mark.parametrize(
    "contents",
    [
        {"ada_py": b"# from helper: thanks\n" + ANSWER, "helper_py": HELPER},
        {"ada_py": ANSWER, "helper_py": b"# no time, sorry\n"},
        {"ada_py": ANSWER, "helper_py": b"import helper\n"},
        {"more_py": b"import helper\n", "helper_py": b"import more\n"},
        {"ada_py": USER, "helper_py": b"\0"},
    ],
)
def test_nobody_is_lost_for_a_name_alone(taken, contents):
    found, _ = taken(**contents)
    assert set(found) == {name.replace("_", ".") for name in contents}


@pytest.mark.parametrize("name", ["statistics", "numpy", "dlcourse"])
def test_a_file_called_like_an_installed_module_is_its_learners_alone(taken, name):
    user = f"import {name}\n".encode() + ANSWER
    found, remarks = taken(ada_py=user, bob_py=user, **{f"{name}_py": b"def fmean(x):\n    return 7.0\n"})
    assert found == {"ada.py": [], "bob.py": [], f"{name}.py": []}
    assert remarks == [
        f"{name}.py was taken for its own learner's work, and is not there where it is imported, in ada.py, "
        "bob.py; files of one learner belong into a folder of that name."
    ]


def test_learners_folders_are_left_as_they_are(learners, folder):
    place = folder("ada/hw.ipynb", "ada/helper.py", "bob.py")
    (place / "bob.py").write_bytes(b"import ada, helper\n")
    assert set(learners(place)) == {"ada/hw.ipynb", "ada/helper.py", "bob.py"}
    assert learners.intake.remarks == []
