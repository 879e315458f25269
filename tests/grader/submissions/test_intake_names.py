"""Intake of whatever the names are: no file leaves its folder, and no name acts."""

import io
import os
import tarfile
import unicodedata
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packed import zip_of

from grader.errors import UnusableInput
from grader.submissions.intake import collect
from grader.text import MAX_NAME, UNPRINTABLE

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
            "timestamp.txt",
            "HW_ada_attempt_2026-10-01-12-30-45_",
            "1-9 - Ada - Oct 1, 2026 100 AM",
            "ada+ps1+2026-10-01 12:00:00 UTC",
            "L, A(al)",
            "Submission attachment(s)",
            "Lovelace_Ada_al_1234",
            "Version 2",
            "tests",
            "hw1-",
            " - ",
            "Copy of ",
            ".ipynb.txt",
            ".pdf",
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
    for sentence in (*intake.remarks, *(problem.reason for problem in intake.problems)):
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
