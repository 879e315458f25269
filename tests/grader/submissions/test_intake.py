"""From paths to what counts: plain names, archives in archives, repeats, namesakes and hostile names."""

import io
import os
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import UnusableInput
from grader.submissions import archives
from grader.submissions.intake import collect
from grader.submissions.submission import find
from grader.text import MAX_NAME, UNPRINTABLE


@pytest.fixture
def folder(tmp_path):
    """Make a class's folder; a name ending in `/` is an empty folder, bytes are content."""

    def make(*names, name="class", **contents):
        place = tmp_path / name
        place.mkdir(exist_ok=True)
        for file in names:
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            (place / file).mkdir() if file.endswith("/") else (place / file).write_bytes(b"{}")
        for file, content in contents.items():
            (place / file).write_bytes(content)
        return place

    return make


@pytest.fixture
def learners(tmp_path):
    """Collect paths; return {name: learner} and keep the whole intake."""

    def run(*paths):
        run.intake = collect(paths, tmp_path / "into")
        return {h.name: h.learner for h in run.intake.handed}

    return run


def zip_of(*members, dates=None):
    """Return the bytes of a zip of names, or of (name, content) pairs."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for i, member in enumerate(members):
            name, content = member if isinstance(member, tuple) else (member, b"{}")
            info = zipfile.ZipInfo(name, (2026, 9, (dates or {}).get(i, 1), 0, 0, 0))
            archive.NameToInfo.pop(info.filename, None)  # or zipfile warns of a duplicate
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def written(path, content):
    path.write_bytes(content)
    return path


def refused(*paths, into):
    with pytest.raises(UnusableInput) as caught:
        collect(paths, into)
    assert "\n" not in str(caught.value)
    return str(caught.value)


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
    careful, *_ = learners.intake.superseded
    assert careful.startswith("Careful: all 2 files were taken for one learner's, submissions; ")
    learners(folder("ada.py", "bob.py", name="two"))
    assert learners.intake.superseded == []
    names = [f"Ada_1_assignsubmission_file_/{i}.py" for i in (1, 2)]
    learners(written(tmp_path / "moodle.zip", zip_of(*names)))
    assert learners.intake.superseded == []


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
    assert problem == (
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
    sentences = [s.partition(" does not count") for s in learners.intake.superseded]
    assert [name for name, words, _ in sentences if words] == gone


def test_what_is_superseded_is_said_with_the_reason(learners, folder):
    learners(folder("ada/1.ipynb", "ada/1.py", "ada/1-1.ipynb", "ada/2.ipynb", "ada/2.py", "bob.py"))
    assert learners.intake.superseded == [
        "ada/1.ipynb does not count: ada/1-1.ipynb, of ada too, is later.",
        "ada/1.py does not count: ada/1-1.ipynb, of ada too, is later.",
        "ada/2.py does not count: ada/2.ipynb, of ada too, goes before it.",
    ]


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
    careful = [sentence for sentence in learners.intake.superseded if sentence.startswith("Careful:")]
    assert careful == [
        "Careful: 6 files of the name hw were taken for repeats of one learner's work; "
        "if several people handed them in, name each file after its learner."
    ]
    assert learners.intake.superseded[0] == careful[0]


def test_platforms_repeats_are_not_remarked(tmp_path, learners):
    names = ["ada_1_100_hw.py", "ada_1_101_hw-1.py", "ada_1_102_hw-2.py", "bob_2_103_hw.py"]
    learners(written(tmp_path / "c.zip", zip_of(*names)))
    assert all(" does not count: " in sentence for sentence in learners.intake.superseded)


def ranked(intake):
    return [h.name for h in sorted(intake.handed, key=lambda h: (h.submitted or 0, h.rank, h.name))]


def test_a_notebook_goes_before_a_module_that_nothing_places(learners, folder):
    place = folder("ada/02_neural_networks.ipynb", "ada/first_try.py", "bob.py")
    os.utime(place / "ada" / "02_neural_networks.ipynb", (10**9, 10**9))
    learners(place)
    assert ranked(learners.intake)[-1] == "ada/02_neural_networks.ipynb"
    assert [h.rank for h in learners.intake.handed] == [1, 0, 0]
    assert learners.intake.superseded == [
        "ada handed in 2 files that may answer the same exercises: both are graded, and "
        "ada/02_neural_networks.ipynb goes before ada/first_try.py."
    ]


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
    assert learners.intake.superseded == [
        "ada handed in 5 files that may answer the same exercises: all are graded, and "
        "ada/b.py goes before ada/d.py, ada/e.py, ada/c.py and 1 more."
    ]


@pytest.mark.parametrize(
    ("names", "is_unclear"),
    [
        (["02_nets.ipynb", "03_training.ipynb"], False),
        (["week1/hw.py", "week2/hw.py"], False),
        (["hw1/02.py", "hw1/03.py"], False),
        (["hw1/02.py", "hw1/try.py"], True),
        (["02_nets.ipynb", "02_try.ipynb"], True),
        (["hw_v1.py", "hw_v2.py"], True),
        (["hw.py", "old/hw.py"], True),
    ],
)
def test_files_of_different_lessons_are_not_remarked(learners, folder, names, is_unclear):
    learners(folder(*(f"ada/{name}" for name in names), "bob.py"))
    assert any("may answer the same" in sentence for sentence in learners.intake.superseded) == is_unclear


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
    assert len(learners.intake.superseded) == 2


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
    members = [("e/submission_metadata.yml", metadata.encode()), *names]
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


def test_two_paths_may_hold_parts_of_a_class(learners, folder):
    found = learners(folder("ada/hw.py", name="one"), folder("bob/hw.py", name="two"))
    assert found == {"ada/hw.py": "ada", "bob/hw.py": "bob"}


def test_a_path_that_is_given_twice_is_taken_once(tmp_path, learners, folder, monkeypatch):
    place = folder("ada/hw.py", "bob.py")
    monkeypatch.chdir(tmp_path)
    once = learners(place)
    assert learners(place, place, Path("class"), f"{place}/", place / ".." / "class") == once
    assert learners(place / "bob.py", Path("class/bob.py")) == {"bob.py": "bob"}


def test_files_named_alike_in_several_folders_are_refused(tmp_path, folder):
    place = folder("ada/hw.ipynb", "bob/hw.ipynb")
    message = refused(*sorted(place.glob("*/hw.ipynb")), into=tmp_path / "into")
    assert "both seem to be hw's" in message


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("ada.ipynb", "ada.ipynb"),
        ("ada/x.ipynb", "ada.py"),
        ("Ada.ipynb", "ada.ipynb"),
        ("Zoë.ipynb", unicodedata.normalize("NFD", "Zoë.ipynb")),
        ("ada .ipynb", "ada.ipynb"),
        ("ada_12_345_hw.py", "ada.py"),
    ],
    ids=["same", "folder", "case", "form", "blank", "id"],
)
def test_learners_who_can_not_be_told_apart_are_refused(tmp_path, folder, one, two):
    first, second = folder(one, name="one"), folder(two, name="two")
    message = refused(first, second, into=tmp_path / "into")
    assert f"{tmp_path}/one/" in message
    assert f"{tmp_path}/two/" in message
    assert "rename one" in message
    if one != two and "/" not in one and "_12" not in one:
        assert "rename one" in refused(folder(one, two), into=tmp_path / "into")


def test_a_made_up_name_does_not_pass_for_one_with_an_id(tmp_path, folder):
    place = folder("ada_1_10_hw.py", "ada_2_20_hw.py", "ada (1)/hw.py")
    assert "rename one" in refused(place, into=tmp_path / "into")


@pytest.mark.parametrize("other", ["12345.py", "Bob_12345_assignsubmission_file_/hw.py"])
def test_two_learners_never_have_one_key(tmp_path, folder, other):
    place = folder("ada_12345_67890_hw.py", other)
    assert "rename one" in refused(place, into=tmp_path / "into")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing", None, "does not exist"),
        ("a\0b", None, "does not exist"),
        ("a\ud800b", None, "does not exist"),
        ("a" * 300, None, "can't be read: File name too long."),
        ("a/" * 3000, None, "can't be read: File name too long."),
        ("notes.txt", b"x", "neither a notebook"),
        ("class.rar", b"Rar!", "is a .rar archive, which is not read here; a .zip is."),
        ("class.zip", b"no zip", "is damaged"),
        ("class.tar.gz", b"no tar", "is damaged"),
        ("class.zip", zip_of("a.txt"), "holds no notebook"),
        ("class.zip", zip_of("Ada_1_assignsubmission_onlinetext_/x.py"), "holds no notebook"),
        ("class.zip", zip_of(("submission_metadata.yml", b"a: b")), "holds no notebook"),
    ],
)
def test_a_path_without_submissions_is_refused(tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert words in refused(tmp_path / name, into=tmp_path / "into")


def test_an_empty_path_is_refused(tmp_path):
    assert refused("", into=tmp_path / "into") == "A path is empty; name a file, a folder or an archive."


def test_a_path_in_an_unreadable_folder_is_refused(tmp_path, folder, monkeypatch):
    place = folder("ada.py")

    def stat(self, **_):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "stat", stat)  # the administrator may read every folder
    words = f"{place / 'ada.py'} can't be read: Permission denied."
    assert refused(place / "ada.py", into=tmp_path / "into") == words
    with pytest.raises(UnusableInput, match="Permission denied"):
        list(find([place / "ada.py"]))


def test_an_empty_folder_and_a_pipe_are_refused(tmp_path, folder):
    assert "holds no notebook" in refused(folder(), into=tmp_path / "into")
    os.mkfifo(tmp_path / "hw.py")
    assert "neither a notebook" in refused(tmp_path / "hw.py", into=tmp_path / "into")


def test_a_class_that_is_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("grader.submissions.walking.CLASS", archives.Limits(10, 2**20, 2**20))
    bomb = written(tmp_path / "c.zip", zip_of(*((f"{i}.py", bytes(2**19)) for i in range(9))))
    message = refused(bomb, into=tmp_path / "into")
    assert message == f"{bomb} unpacks to far more than a submission needs."
    assert [path for path in (tmp_path / "into").rglob("*") if path.is_file()] == []


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
    assert [problem[1:] for problem in learners.intake.problems] == [
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


# Pieces that mean something to a file system, a platform, a terminal or a spreadsheet, and anything else.
PIECES = st.one_of(
    st.sampled_from(
        [
            "..",
            ".",
            "/",
            "\\",
            "C:",
            "\0",
            "~",
            "CON",
            "\x1b[31m",
            "\u202e",
            "\ud800",
            "e\u0301",
            "é",
            " ",
            "ada",
            "ADA",
            "_1_22_",
            "_LATE",
            "anon_",
            "_9_assignsubmission_file_",
            "submission_3",
            "-1",
            " (1)",
            "__MACOSX",
            ".ipynb",
            ".py",
            ".zip",
            ".tar",
            ".rar",
            "submission_metadata.yml",
            "=1+1",
            "x" * 300,
        ]
    ),
    st.text(max_size=4),
)
NAMES = st.lists(PIECES, min_size=1, max_size=6).map("".join)


def check(intake, tmp_path, before):
    assert set(tmp_path.iterdir()) - before <= {tmp_path / "into"}
    names = [entry.name for entry in (*intake.handed, *intake.problems)]
    known = {(entry.learner, entry.key) for entry in (*intake.handed, *intake.problems)}
    assert len({learner for learner, _ in known}) == len({key for _, key in known}) == len(known)
    assert len(set(names)) == len(names)
    assert [h.name for h in intake.handed] == sorted(h.name for h in intake.handed)
    for handed in intake.handed:
        assert handed.path.is_file()
        assert not handed.path.is_symlink()
    for text in (*names, *(h.learner for h in intake.handed), *(h.key for h in intake.handed)):
        assert text.strip()
        assert len(text) <= 2 * MAX_NAME
        assert not text.startswith("/")
        assert ".." not in text.split("/")
        assert not {unicodedata.category(c) for c in text} & UNPRINTABLE
        text.encode()
    for sentence in (*intake.superseded, *(problem.reason for problem in intake.problems)):
        assert sentence.endswith(".")
        assert "\n" not in sentence


hostile = settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@hostile
@given(st.lists(st.tuples(NAMES, st.sampled_from([".ipynb", ".py", ".zip", ""])), max_size=6))
def test_whatever_the_names_in_archives_are(tmp_path, names):
    names = [name + suffix for name, suffix in names]
    inner = zip_of(*(name for name in names if name.isascii()))
    path, tar = tmp_path / "c.zip", tmp_path / "c.tar"
    path.write_bytes(zip_of(*((n.encode("utf-8", "replace").decode(), inner) for n in names)))
    with tarfile.open(tar, "w", format=tarfile.PAX_FORMAT, errors="surrogatepass") as archive:
        for name in names:
            info = tarfile.TarInfo(name.replace("\0", "").encode("utf-8", "replace").decode())
            info.size = len(inner)
            archive.addfile(info, io.BytesIO(inner))
    before = set(tmp_path.iterdir())
    for paths in ([path], [tar], [path, tar]):
        try:
            intake = collect(paths, tmp_path / "into")
        except UnusableInput as error:
            assert "\n" not in str(error)
        else:
            check(intake, tmp_path, before)


@hostile
@given(st.lists(NAMES, max_size=6))
def test_whatever_the_names_in_folders_are(tmp_path_factory, names):
    tmp_path = tmp_path_factory.mktemp("names")
    (tmp_path / "class").mkdir()
    for name in names:
        name = os.fsencode(name.replace("\ud800", "\udcff").encode("utf-8", "surrogateescape"))
        parts = [part[:200] for part in name.replace(b"\0", b"").split(b"/") if part.strip(b".")]
        place = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path / "class"), *parts, b"hw.py")))
        if len(os.fsencode(place)) < 3000:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
    before = set(tmp_path.iterdir())
    try:
        intake = collect([tmp_path / "class"], tmp_path / "into")
    except UnusableInput as error:
        assert "\n" not in str(error)
    else:
        check(intake, tmp_path, before)
