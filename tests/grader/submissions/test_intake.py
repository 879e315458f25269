"""From paths to what counts: plain names, archives in archives, and links."""

import os
import tarfile
from pathlib import Path

import pytest
from packed import written, zip_of

from grader.submissions import archives
from grader.submissions.submission import find


def test_a_file_is_one_submission(tmp_path, learners, folder):
    place = folder("ada.ipynb", "bob.py")
    assert learners(place / "ada.ipynb", place / "bob.py") == {"ada.ipynb": "ada", "bob.py": "bob"}
    assert [h.path for h in learners.intake.handed] == [place / "ada.ipynb", place / "bob.py"]
    assert not (tmp_path / "into").exists()  # nothing was unpacked


def test_a_folder_holds_a_file_or_a_folder_for_each_learner(learners, folder):
    place = folder(
        "ada.ipynb", "bob/02_neural_networks.ipynb", "bob/deep/er/03_training.ipynb", "eve/hw.py",
        "notes.txt", ".git/x.py", "__MACOSX/x.py", "bob/.ipynb_checkpoints/02.ipynb", "empty/",
    )  # fmt: skip
    found = learners(place)
    assert found == {
        "ada.ipynb": "ada",
        "bob/02_neural_networks.ipynb": "bob",
        "bob/deep/er/03_training.ipynb": "bob",
        "eve/hw.py": "eve",
    }
    assert list(found) == [name for _, name in find([place])]
    assert all(h.key == h.learner and not h.late and h.submitted is None for h in learners.intake.handed)


@pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz", "tar.xz"])
@pytest.mark.parametrize("around", ["", "class/", "week 1/class/"])
def test_a_plain_folder_may_be_packed(tmp_path, learners, suffix, around):
    names = [f"{around}{name}" for name in ("ada/hw.ipynb", "bob/hw.ipynb", "eve.py")]
    path = tmp_path / f"class.{suffix}"
    if suffix == "zip":
        path.write_bytes(zip_of(*names))
    else:
        with tarfile.open(path, f"w:{suffix[4:]}") as archive:
            for name in names:
                archive.addfile(tarfile.TarInfo(name))
    assert learners(path) == dict(zip(names, ["ada", "bob", "eve"], strict=True))
    assert {h.path.suffix for h in learners.intake.handed} == {".ipynb", ".py"}


def test_an_archive_of_one_file(tmp_path, learners):
    assert learners(written(tmp_path / "hw1.zip", zip_of("ada/hw.py"))) == {"ada/hw.py": "ada"}
    assert learners(written(tmp_path / "hw1.zip", zip_of("hw1/ada.py"))) == {"hw1/ada.py": "ada"}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["submissions/ada/hw.py", "submissions/bob/hw.py", "submissions/eve/hw.py"], {"ada", "bob", "eve"}),
        (["a/b/ada/hw.py", "a/b/bob/x/hw.py", "a/b/eve.py"], {"ada", "bob", "eve"}),
        (["ada/hw.py"], {"ada"}),
        (["ada/02.py", "ada/03.py"], {"ada"}),
        (["ada/02.py", "ada/old/02.py"], {"ada"}),
    ],
)
def test_folders_around_a_class_are_no_learner(learners, folder, names, expected):
    assert set(learners(folder(*names)).values()) == expected


def test_a_folder_around_archives_is_no_learner(tmp_path, learners, folder):
    packed = zip_of("homework/ada/hw.ipynb", "homework/bob/hw.ipynb", "homework/eve/hw.ipynb")
    assert set(learners(folder(**{"class.zip": packed})).values()) == {"ada", "bob", "eve"}
    inner = zip_of("hw.py")
    place = folder("handed in/", name="other")
    for name in ("ada.zip", "bob.zip"):
        written(place / "handed in" / name, inner)
    assert set(learners(place).values()) == {"ada", "bob"}
    one = written(tmp_path / "c.zip", zip_of("homework/ada/hw.ipynb"))
    assert learners(one) == {"homework/ada/hw.ipynb": "ada"}


def test_a_class_that_falls_to_one_learner_is_remarked(tmp_path, learners, folder):
    learners(folder("submissions/ada.py", "submissions/bob.py"))
    careful, *_ = learners.intake.remarks
    assert careful.startswith("Careful: all 2 files were taken for one learner's, submissions; ")
    learners(folder("ada.py", "bob.py", name="two"))
    assert learners.intake.remarks == []
    names = [f"Ada_1_assignsubmission_file_/{i}.py" for i in (1, 2)]
    learners(written(tmp_path / "moodle.zip", zip_of(*names)))
    assert learners.intake.remarks == []


def test_learners_hand_in_archives(tmp_path, learners, folder):
    inner = zip_of("hw/02.ipynb", "hw/03.ipynb", "hw/data.csv")
    place = folder(**{"ada.zip": inner, "bob.tgz": b""})
    with tarfile.open(place / "bob.tgz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("02.ipynb"))
    expected = {"ada.zip/hw/02.ipynb": "ada", "ada.zip/hw/03.ipynb": "ada", "bob.tgz/02.ipynb": "bob"}
    assert learners(place) == expected
    packed = zip_of(*((path.name, path.read_bytes()) for path in place.iterdir()))
    assert learners(written(tmp_path / "class.zip", packed)) == expected
    unpacked = [path for path in (tmp_path / "into").rglob("*") if path.is_file()]
    assert {path.suffix for path in unpacked} == {".ipynb"}


def test_archives_go_three_deep(tmp_path, learners, folder):
    three = zip_of(("2.zip", zip_of(("3.zip", zip_of("hw.py")))))
    four = zip_of(("2.zip", zip_of(("3.zip", zip_of(("4.zip", zip_of("hw.py")))))))
    place = folder(**{"ada.zip": three, "bob.zip": four})
    assert learners(place) == {"ada.zip/2.zip/3.zip/hw.py": "ada"}
    (problem,) = learners.intake.problems
    assert problem[:5] == (
        "bob.zip/2.zip/3.zip/4.zip", "bob", "bob",
        "bob.zip/2.zip/3.zip/4.zip is an archive more than 3 deep in archives.", "",
    )  # fmt: skip


@pytest.mark.parametrize("packed", [True, False])
def test_a_bad_archive_costs_its_learner_only(tmp_path, learners, folder, packed, monkeypatch):
    monkeypatch.setattr(archives, "LEARNER", archives.Limits(20, 2**20, 2**20))
    monkeypatch.setattr("grader.submissions.walking.LEARNER", archives.LEARNER)
    contents = {
        "ada.ipynb": b"{}",
        "bomb.zip": zip_of(*((f"{i}.py", bytes(2**19)) for i in range(9))),
        "deep.zip": zip_of(*((f"{i}.zip", zip_of(("a.py", bytes(2**19)))) for i in range(9))),
        "empty.zip": zip_of("report.pdf"),
        "foreign.rar": b"Rar!",
        "many.zip": zip_of(*(f"{i}.txt" for i in range(21))),
        "text.zip": b"I could not finish",
        "zoe.zip": zip_of("hw.py"),
    }
    place = folder(**contents)
    if packed:
        place = written(tmp_path / "class.zip", zip_of(*contents.items()))
    found = learners(place)
    assert found.items() >= {"ada.ipynb": "ada", "zoe.zip/hw.py": "zoe"}.items()
    reasons = {problem.learner: problem.reason for problem in learners.intake.problems}
    assert reasons == {
        "bomb": "bomb.zip unpacks to far more than a submission needs.",
        "deep": "deep.zip/8.zip unpacks to far more than a submission needs.",
        "empty": "empty.zip holds no notebook (.ipynb) and no Python file (.py).",
        "foreign": "foreign.rar is a .rar archive, which is not read here; a .zip is.",
        "many": "many.zip holds more than 20 files.",
        "text": "text.zip is damaged.",
    }


def test_two_paths_may_hold_parts_of_a_class(learners, folder):
    found = learners(folder("ada/hw.py", name="one"), folder("bob/hw.py", name="two"))
    assert found == {"ada/hw.py": "ada", "bob/hw.py": "bob"}


def test_a_path_that_is_given_twice_is_taken_once(tmp_path, learners, folder, monkeypatch):
    place = folder("ada/hw.py", "bob.py")
    monkeypatch.chdir(tmp_path)
    once = learners(place)
    assert learners(place, place, Path("class"), f"{place}/", place / ".." / "class") == once
    assert learners(place / "bob.py", Path("class/bob.py")) == {"bob.py": "bob"}


def test_links_in_a_folder_are_not_followed(tmp_path, learners, folder):
    secret = folder("bob.ipynb", name="secret")
    place = folder("ada/real.ipynb", "ada/sub/", "bob.ipynb")
    (place / "ada" / "hw.ipynb").symlink_to("/etc/passwd")
    (place / "ada" / "neighbour.ipynb").symlink_to(place / "bob.ipynb")
    (place / "ada" / "gone.zip").symlink_to("nowhere")
    (place / "ada" / "folder").symlink_to(secret)
    (place / "ada" / "folder.ipynb").symlink_to(place)
    os.mkfifo(place / "ada" / "pipe.py")
    assert learners(place) == {"ada/real.ipynb": "ada", "bob.ipynb": "bob"}
    assert [(p.name, p.learner) for p in learners.intake.problems] == [
        ("ada/folder", "ada"),
        ("ada/folder.ipynb", "ada"),
        ("ada/gone.zip", "ada"),
        ("ada/hw.ipynb", "ada"),
        ("ada/neighbour.ipynb", "ada"),
        ("ada/pipe.py", "ada"),
    ]
    assert {p.reason.partition(" ")[2] for p in learners.intake.problems} == {
        "is a link or a device, not a file.",
        "is a link to a folder, and links are not followed.",
    }
    linked = tmp_path / "linked"
    linked.symlink_to(secret)
    assert learners(linked) == {"bob.ipynb": "bob"}  # the instructor's own


def test_a_learners_folder_that_is_a_link_is_a_problem(tmp_path, learners, folder):
    elsewhere = folder("hw.ipynb", name="elsewhere")
    place = folder("submissions/ada/hw.ipynb", "submissions/ada-1/hw.ipynb")
    (place / "submissions" / "bob-1").symlink_to(elsewhere)
    (place / "submissions" / "loop.ipynb").symlink_to("loop.ipynb")
    (place / "submissions" / "readme").symlink_to("nowhere")
    assert set(learners(place).values()) == {"ada", "ada-1"}
    assert [problem[1:5] for problem in learners.intake.problems] == [
        ("bob-1", "bob-1", "submissions/bob-1 is a link to a folder, and links are not followed.", ""),
        ("loop", "loop", "submissions/loop.ipynb is a link or a device, not a file.", ""),
    ]


def test_an_ending_in_capitals_is_read_too(learners, folder):
    assert learners(folder("ada.IPYNB", "bob/HW.Py")) == {"ada.IPYNB": "ada", "bob/HW.Py": "bob"}
    assert [h.path.suffix for h in learners.intake.handed] == [".ipynb", ".py"]


def test_blanks_after_a_name_do_not_hide_it(tmp_path, learners, folder):
    assert learners(folder("ada/hw.ipynb ")) == {"ada/hw.ipynb": "ada"}
    assert learners.intake.handed[0].path.suffix == ".ipynb"
    packed = zip_of("ada/hw.ipynb ", ("bob.zip ", zip_of("hw.py ")))
    assert learners(written(tmp_path / "c.zip", packed)) == {"ada/hw.ipynb": "ada", "bob.zip/hw.py": "bob"}


def test_names_that_look_the_same_are_numbered(tmp_path, learners):
    members = [("ada/h\u200bw.py", b"1"), ("ada/hw.py", b"2"), ("ada/hw (2).py", b"3"), ("bob/x.py", b"4")]
    found = learners(written(tmp_path / "c.zip", zip_of(*members)))
    assert set(found) >= {"bob/x.py"}
    assert len({h.name for h in learners.intake.handed}) == len(learners.intake.handed)


def test_left_overs_of_an_earlier_run_do_not_matter(tmp_path, learners):
    path = written(tmp_path / "c.zip", zip_of("ada.py", "bob.py"))
    assert learners(path) == learners(path) == {"ada.py": "ada", "bob.py": "bob"}


def test_nobody_is_lost_in_a_large_class(tmp_path, learners):
    members = [f"n{i}_{i}_{1000 + i}_hw.ipynb" for i in range(1, 1001)]
    assert len(learners(written(tmp_path / "c.zip", zip_of(*members)))) == 1000
