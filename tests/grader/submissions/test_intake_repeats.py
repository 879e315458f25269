"""Intake of what is handed in again: of copies the last counts, and what is passed over is said."""

import json
import os

import pytest
from packed import written, zip_of

from grader.submissions.works import place


@pytest.mark.parametrize(
    ("names", "counting"),
    [
        (["hw.ipynb", "hw-1.ipynb", "hw-2.ipynb"], ["hw-2.ipynb"]),
        (["hw.ipynb", "hw_2.ipynb"], ["hw_2.ipynb"]),
        (["hw (1).ipynb", "hw (10).ipynb", "hw (9).ipynb"], ["hw (10).ipynb"]),
        (["hw.ipynb", "hw-Copy1.ipynb"], ["hw-Copy1.ipynb"]),
        (["hw-1.ipynb", "hw-1 (1).ipynb"], ["hw-1 (1).ipynb"]),
        (["hw (1).ipynb", "hw (1)-1.ipynb"], ["hw (1)-1.ipynb"]),
        (["HW.ipynb", "hw-1.ipynb"], ["hw-1.ipynb"]),
        (["hw-1.ipynb", "hw-2.ipynb"], ["hw-1.ipynb", "hw-2.ipynb"]),
        (["02_nets.ipynb", "03_nets.ipynb"], ["02_nets.ipynb", "03_nets.ipynb"]),
        (["lesson_01.ipynb", "lesson_02.ipynb"], ["lesson_01.ipynb", "lesson_02.ipynb"]),
        (["hw.ipynb", "hw.py"], ["hw.ipynb"]),
        (["hw.ipynb", "hw-1.py"], ["hw-1.py"]),
        (["week1/hw.py", "week2/hw.py"], ["week1/hw.py", "week2/hw.py"]),
        (["hw.ipynb", "old/hw.ipynb"], ["hw.ipynb", "old/hw.ipynb"]),
    ],
)
def test_of_copies_the_last_counts(learners, folder, names, counting):
    found = learners(folder(*(f"ada/{name}" for name in names), "bob/hw.ipynb"))
    assert sorted(found) == sorted([*(f"ada/{name}" for name in counting), "bob/hw.ipynb"])
    gone = sorted(f"ada/{name}" for name in set(names) - set(counting))
    assert sorted(handed.name for handed in learners.intake.repeats) == gone


def test_copies_in_a_flat_folder_are_one_learners(learners, folder):
    assert learners(folder("ada.py", "ada (1).py", "bob-1.py", "bob-2.py")) == {
        "ada (1).py": "ada",
        "bob-1.py": "bob-1",
        "bob-2.py": "bob-2",
    }


@pytest.mark.parametrize("packed", [True, False])
def test_many_repeats_in_a_flat_folder_are_remarked(tmp_path, learners, folder, packed):
    names = ["hw.ipynb", *(f"hw ({i}).ipynb" for i in range(1, 6))]
    place = folder(*names, "ada.py", "ada (1).py", "bob/x.py", "bob/x (1).py", "bob/x (2).py")
    if packed:
        files = sorted(path.relative_to(place).as_posix() for path in place.rglob("*.*"))
        place = written(tmp_path / "c.zip", zip_of(*files))
    assert "hw (5).ipynb" in learners(place)
    careful = [sentence for sentence in learners.intake.remarks if sentence.startswith("Careful:")]
    assert careful == [
        "Careful: 6 files of the name hw were taken for repeats of one learner's work; "
        "if several people handed them in, name each file after its learner."
    ]
    assert learners.intake.remarks[0] == careful[0]


def test_platforms_repeats_are_not_remarked(tmp_path, learners):
    names = ["ada_1_100_hw.py", "ada_1_101_hw-1.py", "ada_1_102_hw-2.py", "bob_2_103_hw.py"]
    learners(written(tmp_path / "c.zip", zip_of(*names)))
    assert learners.intake.remarks == []


def ranked(intake):
    return [h.name for h in sorted(intake.handed, key=standing)]


def standing(handed):
    return place(handed.work, handed.order, handed.name)


def ranks(intake):
    """How many of its learner's files each file goes before."""
    return [
        sum(other.learner == h.learner and standing(other) < standing(h) for other in intake.handed)
        for h in intake.handed
    ]


def test_a_notebook_goes_before_a_module_that_nothing_places(learners, folder):
    place = folder("ada/02_neural_networks.ipynb", "ada/first_try.py", "bob.py")
    os.utime(place / "ada" / "02_neural_networks.ipynb", (10**9, 10**9))
    learners(place)
    assert ranked(learners.intake)[-1] == "ada/02_neural_networks.ipynb"
    assert ranks(learners.intake) == [1, 0, 0]


@pytest.mark.parametrize("packed", [True, False])
def test_of_equals_the_later_by_date_goes_first(tmp_path, learners, folder, packed):
    names = ["ada/a.py", "ada/b.py", "ada/c.py", "ada/d.py", "ada/e.py", "bob/x.py"]
    if packed:
        place = written(tmp_path / "c.zip", zip_of(*names, dates={1: 9, 3: 5}))
    else:
        place = folder(*names)
        for name in names:
            day = {"ada/b.py": 9, "ada/d.py": 5}.get(name, 1)
            os.utime(place / name, (10**9 + day * 86_400,) * 2)
    learners(place)
    assert ranked(learners.intake)[-2:] == ["ada/d.py", "ada/b.py"]


def test_canvas_numbers_whatever_is_handed_in_again(tmp_path, learners):
    uuid = "8e03978e-40d5-43e8-bc93-6894a57f9324"
    names = [
        "ada_1_101_hw-1.ipynb", "ada_1_100_hw-2.ipynb",
        "bob_2_102_hw.ipynb", "bob_2_103_hw.ipynb",
        "eve_3_104_hw-7.ipynb", f"eve_3_105_hw-{uuid}.ipynb",
        "zoe_4_106_hw.zip", "zoe_4_107_hw-1.zip",
    ]  # fmt: skip
    members = [(name, zip_of("nets.ipynb")) if name.endswith("zip") else name for name in names]
    assert set(learners(written(tmp_path / "c.zip", zip_of(*members)))) == {
        "ada_1_100_hw-2.ipynb",
        "bob_2_103_hw.ipynb",
        f"eve_3_105_hw-{uuid}.ipynb",
        "zoe_4_107_hw-1.zip/nets.ipynb",
    }


def test_of_the_same_name_twice_in_an_archive_the_later_counts(tmp_path, learners):
    members = [("ada/hw.py", b"old"), ("ada/hw.py", b"new"), ("bob/hw.py", b"new"), ("bob/hw.py", b"old")]
    path = written(tmp_path / "c.zip", zip_of(*members, dates={2: 5}))
    assert set(learners(path).values()) == {"ada", "bob"}
    assert [h.path.read_bytes() for h in learners.intake.handed] == [b"new", b"new"]
    assert len(learners.intake.repeats) == 2


def test_the_later_of_two_downloads_counts(tmp_path, learners):
    name = "Ada_12_assignsubmission_file_/hw.py"
    one, two = (tmp_path / "1.zip", tmp_path / "2.zip")
    one.write_bytes(zip_of((name, b"1"), "Bob_1_assignsubmission_file_/x.py"))
    two.write_bytes(zip_of((name, b"2"), "Bob_2_assignsubmission_file_/x.py"))
    found = learners(one, two)
    assert sorted(found.values()) == ["Ada", "Bob (1)", "Bob (2)"]
    assert learners.intake.handed[0].path.read_bytes() == b"2"


def test_gradescopes_time_decides_between_submissions(tmp_path, learners):
    metadata = "".join(
        f"submission_{i}:\n  :submitters:\n  - :name: Ada\n    :sid: 7\n"
        f"  :created_at: 2026-09-0{9 - i} 00:00:00 Z\n"
        for i in (1, 2)
    )
    names = ["e/submission_1/hw.py", "e/submission_2/hw-1.py", "e/submission_2/hw.py"]
    members = [("e/submission_metadata.yml", metadata.encode()), *((name, name.encode()) for name in names)]
    assert learners(written(tmp_path / "e.zip", zip_of(*members))) == {"e/submission_1/hw.py": "Ada"}


def test_what_was_handed_in_again_makes_a_problem_good(tmp_path, learners):
    good, bad = zip_of("hw.py"), b"broken"
    members = [
        ("ada_1_100_hw.zip", bad), ("ada_1_101_hw-1.zip", good),
        ("bob_2_102_hw.zip", good), ("bob_2_103_hw-1.zip", bad),
    ]  # fmt: skip
    found = learners(written(tmp_path / "c.zip", zip_of(*members)))
    assert found == {"ada_1_101_hw-1.zip/hw.py": "ada", "bob_2_102_hw.zip/hw.py": "bob"}
    assert [problem.name for problem in learners.intake.problems] == ["bob_2_103_hw-1.zip"]


def test_attempts_of_two_runs_can_be_put_in_order(tmp_path, learners):
    works = []
    for i, (file, title) in enumerate([(5009, "HW-2"), (5001, "hw"), (5003, "hw")]):
        learners(written(tmp_path / f"{i}.zip", zip_of(f"ada_1_{file}_{title}.ipynb")))
        works += learners.intake.handed
    assert {handed.work for handed in works} == {("hw",)}
    late, first, second = (json.loads(json.dumps(handed.order)) for handed in works)
    assert first < second < late
    learners(written(tmp_path / "bad.zip", zip_of(("ada_1_5004_hw.zip", b"broken"))))
    (problem,) = learners.intake.problems
    assert problem.work == ("hw",)
    assert (5004,) in problem.order
