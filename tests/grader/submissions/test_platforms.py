"""Whose a file is, in the layouts that the platforms give out."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.submissions.intake import collect


def test_canvas(read):
    assert read(
        "lovelaceada_12345_67890_02_neural_networks.ipynb",
        "hoppergrace_LATE_12346_67891_hw_1.py",
        "smithjones_2_12347_67892_hw.ipynb",
        "œuvreélise_12348_67893_hw.ipynb",
    ) == {
        "lovelaceada_12345_67890_02_neural_networks.ipynb": ("lovelaceada", "12345"),
        "hoppergrace_LATE_12346_67891_hw_1.py": ("hoppergrace", "12346"),
        "smithjones_2_12347_67892_hw.ipynb": ("smithjones", "2"),
        "œuvreélise_12348_67893_hw.ipynb": ("œuvreélise", "12348"),
    }
    assert [h.learner for h in read.intake.handed if h.late] == ["hoppergrace"]
    assert {h.platform for h in read.intake.handed} == {"canvas"}


def test_canvas_names_in_scripts_with_combining_marks(read):
    assert read("शर्माप्रिया_LATE_12399_678999_02.ipynb", "गुप्ता_12400_679000_02.ipynb") == {
        "शर्माप्रिया_LATE_12399_678999_02.ipynb": ("शर्माप्रिया", "12399"),
        "गुप्ता_12400_679000_02.ipynb": ("गुप्ता", "12400"),
    }
    assert [h.learner for h in read.intake.handed if h.late] == ["शर्माप्रिया"]


def test_canvas_without_names(read):
    assert read(
        "anon_aB3xZ_67890_hw.ipynb", "LATE_anon_99999_67891_hw.ipynb", "anon_12345_67892_hw.ipynb"
    ) == {
        "anon_aB3xZ_67890_hw.ipynb": ("anon_aB3xZ", "aB3xZ"),
        "LATE_anon_99999_67891_hw.ipynb": ("anon_99999", "99999"),
        "anon_12345_67892_hw.ipynb": ("anon_12345", "12345"),
    }


def test_two_of_one_name_are_told_apart_by_the_id(read):
    assert read("adalee_1_10_hw.py", "adalee_2_20_hw.py", "bob_3_30_hw.py") == {
        "adalee_1_10_hw.py": ("adalee (1)", "1"),
        "adalee_2_20_hw.py": ("adalee (2)", "2"),
        "bob_3_30_hw.py": ("bob", "3"),
    }


@pytest.mark.parametrize(
    "names",
    [
        ("hw_1_12_ada.py", "hw_1_12_bob.py"),
        ("ada_2026_1101_hw.py", "bob_2026_1102_hw.py"),
        ("HW_1_20_ada.py", "HW_1_21_bob.py"),
        ("hw_01_02_ada.py", "hw_01_03_bob.py"),
        ("12_34_ada.py", "12_34_bob.py"),
        ("my hw_1_12_ada.py", "my hw_1_13_bob.py"),
        ("hw-3_1_12_ada.py", "hw-3_1_13_bob.py"),
    ],
)
def test_numbers_in_plain_names_are_not_canvas(tmp_path, names):
    (tmp_path / "class").mkdir()
    for name in names:
        (tmp_path / "class" / name).touch()
    handed = collect([tmp_path / "class"], tmp_path / "into").handed
    assert [(h.learner, h.key) for h in handed] == [(name[:-3], name[:-3]) for name in names]


def test_moodle(read):
    assert read(
        "Ada Lovelace_1234567_assignsubmission_file_/hw.ipynb",
        "Grace Hopper_1234568_assignsubmission_file/part/hw.ipynb",
        "Alan Turing_1234569_assignsubmission_file_hw.ipynb",
        "Emmy_Noether_1234570_assignsubmission_file_my_hw.ipynb",
        "Participant_1234571_assignsubmission_file_/hw.ipynb",
        "Participant_1234572_assignsubmission_file_/hw.ipynb",
        "Default group_assignsubmission_file_/hw.ipynb",
        "Ada Lovelace_1234567_assignsubmission_onlinetext_/snippet.py",
    ) == {
        "Ada Lovelace_1234567_assignsubmission_file_/hw.ipynb": ("Ada Lovelace", "1234567"),
        "Grace Hopper_1234568_assignsubmission_file/part/hw.ipynb": ("Grace Hopper", "1234568"),
        "Alan Turing_1234569_assignsubmission_file_hw.ipynb": ("Alan Turing", "1234569"),
        "Emmy_Noether_1234570_assignsubmission_file_my_hw.ipynb": ("Emmy_Noether", "1234570"),
        "Participant_1234571_assignsubmission_file_/hw.ipynb": ("Participant (1234571)", "1234571"),
        "Participant_1234572_assignsubmission_file_/hw.ipynb": ("Participant (1234572)", "1234572"),
        "Default group_assignsubmission_file_/hw.ipynb": ("Default group", "Default group"),
    }
    by_name = [h.learner for h in read.intake.handed if h.platform != "moodle"]
    assert by_name == ["Default group"]


METADATA = """\
---
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0042'
    :email: ada@example.org
  :created_at: 2026-09-21 18:03:12.123456000 Z
  :score: 1.0
  :history:
  - :id: 7
    :created_at: 2026-09-20 18:03:12.000000000 Z
  :results:
    tests: [{name: ":submitters", output: "submission_2:\\n  :submitters: none"}]
submission_2:
  :submitters:
  - :name: Grace Hopper
    :sid:
    :email: grace@example.org
  - :name: Alan Turing
    :sid: '43'
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-09-22 01:00:00 Z
    zone: !ruby/object:ActiveSupport::TimeZone {name: UTC}
"""
EXPORT = [f"assignment_9_export/submission_{i}/hw.ipynb" for i in (1, 2, 3)]
LISTED = "assignment_9_export/submission_metadata.yml"


def test_gradescope(read):
    one, two, three = EXPORT
    assert read(*EXPORT, files={LISTED: METADATA}) == {
        one: ("Ada Lovelace", "0042"),
        f"{two} (Alan Turing)": ("Alan Turing", "43"),
        f"{two} (Grace Hopper)": ("Grace Hopper", "grace@example.org"),
        three: ("submission_3", "submission_3"),
    }
    times = {h.learner: h.submitted for h in read.intake.handed}
    assert times["Ada Lovelace"] == datetime(2026, 9, 21, 18, 3, 12, 123456, UTC)
    assert times["Alan Turing"] == times["Grace Hopper"] == datetime(2026, 9, 22, 1, tzinfo=UTC)
    assert times["submission_3"] is None
    platforms = {h.learner: h.platform for h in read.intake.handed}
    assert platforms == dict.fromkeys(times, "gradescope") | {"submission_3": ""}


@pytest.mark.parametrize("order", [(0, 1, 4), (4, 1, 0)])
def test_a_display_name_like_a_made_up_one_ends_no_run(read, order):
    called = {0: "Ada", 1: "Ada", 4: "Ada (s0)"}
    listed = "".join(
        f"submission_{place}:\n  :submitters:\n  - :name: {called[i]}\n    :sid: s{i}\n"
        for place, i in enumerate(order)
    )
    names = [f"assignment_9_export/submission_{i}/hw.ipynb" for i in range(3)]
    found = dict(read(*names, files={LISTED: listed}).values())
    assert len(found) == 3
    assert {key: name.startswith("Ada (s") for name, key in found.items()} == dict.fromkeys(
        ["s0", "s1", "s4"], True
    )


def test_gradescope_without_its_metadata(read):
    names = ["submission_1", "submission_2", "submission_3"]
    assert list(read(*EXPORT).values()) == [(name, name) for name in names]


def export(tmp_path: Path, metadata: bytes):
    for name in EXPORT:
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("{}")
    (tmp_path / LISTED).write_bytes(metadata)
    return collect([tmp_path / "assignment_9_export"], tmp_path / "into")


@pytest.mark.parametrize(
    "tail",
    [
        b"  :x: [",
        b"\xff\xfe\xff",
        b"\x00",
        b"? [a]\n: b",
        b"x: " + b"[" * 100_000,
        b"x: " + b"{a: " * 1000,
        b"*",
    ],
)
def test_damaged_metadata_still_name_those_before_the_damage(tmp_path, tail):
    intake = export(tmp_path, METADATA.encode() + tail)
    learners = {h.learner for h in intake.handed}
    if tail != b"\xff\xfe\xff" and tail != b"\x00":  # these are found when the first bytes are decoded
        assert learners == {"Ada Lovelace", "Grace Hopper", "Alan Turing", "submission_3"}
    (problem,) = intake.problems
    assert problem[:3] == ("submission_metadata.yml", None, None)
    assert problem.reason.startswith("submission_metadata.yml can't be read to its end")
    assert len(learners) >= 3


def test_aliases_are_not_followed(tmp_path):
    laughs = "a0: &a0 [x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 40)
    )
    intake = export(tmp_path, (laughs + METADATA.removeprefix("---\n")).encode())
    assert "Ada Lovelace" in {h.learner for h in intake.handed}
    assert intake.problems == []


@pytest.mark.parametrize(
    "metadata",
    [
        b"", b"[]", b"a", b"submission_1:", b"submission_1: {':submitters': 3}", b"- :submitters: []",
        b"submission_1: {':submitters': []}", b"submission_1: {':submitters': [3, [], {}, {':name': {}}]}",
        b"submission_1: {':submitters': {':name': x}, ':created_at': []}",
    ],
)  # fmt: skip
def test_metadata_of_another_shape_name_nobody(tmp_path, metadata):
    intake = export(tmp_path, metadata)
    assert {h.learner for h in intake.handed} == {"submission_1", "submission_2", "submission_3"}
    assert intake.problems == []


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        ("2026-09-21 18:03:12 -07:00", datetime(2026, 9, 22, 1, 3, 12, tzinfo=UTC)),
        ("2026-09-21T18:03:12Z", datetime(2026, 9, 21, 18, 3, 12, tzinfo=UTC)),
        ("2026-09-21 18:03:12", None),
        ("0001-01-01 00:00:00 +23:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_time_counts_only_with_its_zone(tmp_path, created, expected):
    metadata = f"submission_1:\n  :submitters:\n  - :name: Ada\n  :created_at: {created}\n"
    assert {h.submitted for h in export(tmp_path, metadata.encode()).handed if h.learner == "Ada"} == {
        expected
    }


def test_what_a_learner_named_like_another_is_not_asked(tmp_path):
    for name in (
        "ada/grace_1_10_hw.py",
        "ada/Grace_2_assignsubmission_file_/hw.py",
        "ada/submission_3/hw.py",
        "ada/submission_metadata.yml",
        "grace/hw.py",
    ):
        (tmp_path / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / name).write_text("submission_3: {':submitters': [{':name': grace}]}")
    handed = collect([tmp_path / "class"], tmp_path / "into").handed
    assert {h.name.partition("/")[0]: h.learner for h in handed} == {"ada": "ada", "grace": "grace"}
    assert len(handed) == 4
