"""What is unpacked, and that a hostile archive costs a sentence and nothing more."""

import bz2
import contextlib
import gzip
import io
import lzma
import re
import stat
import struct
import tarfile
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import UnusableInput
from grader.submissions import archives
from grader.submissions.archives import CLASS, LEARNER, BadArchive, Budget, Limits, Store, unpack

MB = 2**20


def zipped(path, *members, method=zipfile.ZIP_DEFLATED):
    """Write a zip of (name or ZipInfo, content) pairs; duplicates are meant."""
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in members:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            if info.filename in file.NameToInfo:
                del file.NameToInfo[info.filename]  # or zipfile warns
            file.writestr(info, content, method)
    return path


def tarred(path, *members):
    """Write a tar of (name or TarInfo, content) pairs."""
    with tarfile.open(path, "w") as file:
        for name, content in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(content) if info.isreg() else 0
            file.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture
def unpacked(tmp_path):
    """Unpack an archive; return its members as (name, content or reason)."""

    def run(archive, limits=LEARNER):
        store = Store(tmp_path / "into")
        members = unpack(archive, store, Budget(limits, archive.stat().st_size))
        return [("/".join(m.parts), m.reason if m.path is None else m.path.read_bytes()) for m in members]

    return run


def left_over(tmp_path):
    return [path for path in (tmp_path / "into").rglob("*") if path.is_file()]


def test_only_what_may_be_a_submission_is_unpacked(tmp_path, unpacked):
    members = [
        ("ada/hw.ipynb", b"{}"),
        ("ada/data.csv", b"1,2"),
        ("ada/helper.PY", b"x = 1"),
        ("ada/inner.zip", b"PK"),
        ("submission_metadata.yml", b"a: b"),
        ("__MACOSX/ada/._hw.ipynb", b"x"),
        ("ada/.ipynb_checkpoints/hw.ipynb", b"x"),
    ]
    expected = [members[0], ("ada/data.csv", ""), *members[2:5]]
    assert unpacked(zipped(tmp_path / "a.zip", *members)) == expected
    assert unpacked(tarred(tmp_path / "a.tar", *members)) == expected
    ours = re.compile(r"\d+(\.ipynb|\.py|\.zip|submission_metadata\.yml)")
    assert all(ours.fullmatch(path.name) for path in left_over(tmp_path))


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [
        (".tar.gz", gzip.compress), (".tgz", gzip.compress),
        (".tar.bz2", bz2.compress), (".tbz2", bz2.compress),
        (".tar.xz", lzma.compress), (".TXZ", lzma.compress),
    ],
)  # fmt: skip
def test_compressed_tars_are_read(tmp_path, unpacked, suffix, compress):
    plain = tarred(tmp_path / "a.tar", ("hw.ipynb", b"{}"))
    (tmp_path / f"b{suffix}").write_bytes(compress(plain.read_bytes()))
    assert unpacked(tmp_path / f"b{suffix}") == [("hw.ipynb", b"{}")]
    assert len(left_over(tmp_path)) == 1  # the tar itself is gone


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/evil.py", "etc/evil.py"),
        ("/etc/evil.py", "etc/evil.py"),
        ("C:\\Windows\\evil.py", "Windows/evil.py"),
        ("a/../../b/./evil.py", "a/b/evil.py"),
        ("CON.py", "CON.py"),
        ("x" * 5000 + ".py", "x" * 200 + "x" * 47 + ".py"),
        ("a/" * 3000 + "x.py", "a/" * 39 + "x.py"),
    ],
    ids=["up", "absolute", "drive", "inside", "reserved", "long", "deep"],
)
def test_no_name_leaves_the_folder(tmp_path, unpacked, name, shown):
    for archive in (zipped(tmp_path / "a.zip", (name, b"x")), tarred(tmp_path / "a.tar", (name, b"x"))):
        assert unpacked(archive) == [(shown, b"x")]
    outside = {p for p in tmp_path.rglob("*") if p.is_file() and tmp_path / "into" not in p.parents}
    assert {path.name for path in outside} == {"a.zip", "a.tar"}


def test_names_in_any_encoding_survive(tmp_path, unpacked):
    utf8 = zipped(tmp_path / "flag.zip", ("Zoë.py", b"x"))
    unflagged = tmp_path / "plain.zip"
    unflagged.write_bytes(utf8.read_bytes().replace(b"\x14\x00\x00\x08", b"\x14\x00\x00\x00"))
    assert unpacked(utf8) == unpacked(unflagged) == [("Zoë.py", b"x")]
    zipped(tmp_path / "a.zip", ("Zo_.py", b"x"))
    dos = tmp_path / "dos.zip"
    dos.write_bytes((tmp_path / "a.zip").read_bytes().replace(b"Zo_.py", "Zoë.py".encode("cp437")))
    assert unpacked(dos) == [("Zoë.py", b"x")]


def test_a_nul_in_a_name_is_part_of_it(tmp_path, unpacked):
    archive = zipped(tmp_path / "a.zip", ("aX.py", b"x"))
    archive.write_bytes(archive.read_bytes().replace(b"aX.py", b"a\0.py"))
    assert unpacked(archive) == [("a\0.py", b"x")]


def test_links_and_devices_are_neither_made_nor_followed(tmp_path, unpacked):
    link = zipfile.ZipInfo("hw.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    reason = "is a link or a device, not a file"
    assert unpacked(zipped(tmp_path / "a.zip", (link, b"/etc/passwd"))) == [("hw.ipynb", reason)]
    members = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
        info = tarfile.TarInfo(f"{kind.decode()}.py")
        info.type, info.linkname = kind, "/etc/passwd"
        members.append((info, b""))
    found = unpacked(tarred(tmp_path / "a.tar", *members))
    assert found == [(f"{kind}.py", reason) for kind in (2, 1, 3, 6)]
    assert left_over(tmp_path) == []


def test_of_two_members_of_one_name_both_are_there(tmp_path, unpacked):
    members = [("hw.py", b"1"), ("hw.py", b"2")]
    assert unpacked(zipped(tmp_path / "a.zip", *members)) == members
    assert unpacked(tarred(tmp_path / "a.tar", *members)) == members


def test_a_bad_member_costs_itself_only(tmp_path, unpacked):
    archive = zipped(tmp_path / "a.zip", ("bad.py", b"text" * 99), ("good.py", b"x"), method=0)
    archive.write_bytes(archive.read_bytes().replace(b"texttext", b"TEXTtext", 1))
    assert unpacked(archive) == [("bad.py", "is damaged"), ("good.py", b"x")]
    assert len(left_over(tmp_path)) == 1


def test_what_is_not_read_is_said(tmp_path, unpacked):
    archive = zipped(tmp_path / "a.zip", ("hw.ipynb", b"{}"))
    data = bytearray(archive.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    assert unpacked(archive) == [("hw.ipynb", "is encrypted")]
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        ((_, reason),) = unpacked(zipped(tmp_path / "a.zip", ("hw.ipynb", b"{}"), method=method))
        assert "unusual way" in reason
    ((_, reason),) = unpacked(zipped(tmp_path / "a.zip", ("hw.rar", b"Rar!")))
    assert reason == "is a .rar archive, which is not read here; a .zip is"


@pytest.mark.parametrize("megabytes", [7, 9])
def test_a_member_may_be_highly_compressible_while_it_is_small(tmp_path, unpacked, megabytes):
    archive = zipped(tmp_path / "a.zip", ("hw.ipynb", bytes(megabytes * MB)), ("b.py", b"x"))
    (_, content), other = unpacked(archive)
    assert other == ("b.py", b"x")
    assert content == (bytes(7 * MB) if megabytes == 7 else "unpacks to more than 8 MB")


def test_a_member_can_not_lie_about_its_size(tmp_path, unpacked):
    archive = zipped(tmp_path / "a.zip", ("hw.ipynb", bytes(30 * MB)))
    data = archive.read_bytes().replace(struct.pack("<L", 30 * MB), struct.pack("<L", 10))
    archive.write_bytes(data)
    ((_, content),) = unpacked(archive)
    assert content == "is damaged" or len(content) == 10


def test_a_stored_member_is_held_to_the_size_of_a_notebook(tmp_path, unpacked, monkeypatch):
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", MB)
    content = bytes(MB + 1)
    assert unpacked(zipped(tmp_path / "a.zip", ("a.py", content), method=0)) == [
        ("a.py", "unpacks to more than 1 MB")
    ]
    assert unpacked(tarred(tmp_path / "a.tar", ("a.py", content))) == [("a.py", "is larger than 1 MB")]


SMALL = Limits(10, MB, 4 * MB)


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.xz", "tar.bz2"])
def test_bombs_end_at_the_limit_and_nothing_is_left(tmp_path, unpacked, kind):
    members = [(f"{i}.py", bytes(MB)) for i in range(9)]
    archive = tmp_path / f"a.{kind}"
    if kind == "zip":
        zipped(archive, *members)
    else:
        data = tarred(tmp_path / "plain.tar", *members).read_bytes()
        compress = {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}.get(kind[4:], bytes)
        archive.write_bytes(compress(data))
    with pytest.raises(BadArchive, match="unpacks to far more"):
        unpacked(archive, SMALL)
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("make", [zipped, tarred])
def test_the_number_of_members_is_limited(tmp_path, unpacked, make):
    members = [(f"{i}.csv", b"") for i in range(11)]
    archive = make(tmp_path / f"a.{'zip' if make is zipped else 'tar'}", *members)
    assert unpacked(archive, LEARNER) == [(name, "") for name, _ in members]
    assert left_over(tmp_path) == []
    with pytest.raises(BadArchive, match="more than 10 files"):
        unpacked(archive, SMALL)


def test_members_that_overlap_are_refused(tmp_path, unpacked):
    """Many entries of one piece of data: the way to a bomb without nesting."""
    archive = zipped(tmp_path / "a.zip", ("a.py", b"\0" * 200_000), method=zipfile.ZIP_STORED)
    data = archive.read_bytes()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entries = data[start:end] * 5
    record = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 5, 5, len(entries), start, 0)
    archive.write_bytes(data[:start] + entries + record)
    with pytest.raises(BadArchive, match="overlap"):
        unpacked(archive)


@pytest.mark.parametrize(("entries", "size"), [(0xFFFF, 0xFFFFFFF0), (1, 0x7FFFFFFF)])
def test_a_directory_that_claims_too_much_is_not_believed(tmp_path, unpacked, entries, size):
    archive = tmp_path / "a.zip"
    archive.write_bytes(
        b"\0" * 99 + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, size, 0, 0)
    )
    with pytest.raises(BadArchive):
        unpacked(archive)


def test_a_directory_of_very_many_entries_is_counted_before_it_is_read(tmp_path, unpacked):
    entries = b"PK\x01\x02" + bytes(42) + b""
    archive = tmp_path / "a.zip"
    directory = entries * 5_000
    record = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), 0, 0)
    archive.write_bytes(directory + record)
    with pytest.raises(BadArchive, match=r"more than 2,000 files"):
        unpacked(archive)


def header(name, size=0, kind=b"0"):
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def with_size(block, field):
    """Return a tar header with another size field, and its checksum right."""
    block = block[:124] + field + block[136:148] + b" " * 8 + block[156:]
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


PAX = b"x"
NEGATIVE = b"\xff" * 8 + struct.pack(">i", -1024)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (header("pax", 8 * 2**30, PAX) + bytes(4096), "larger than any"),
        (header("pax", 2 * MB, PAX) + b"1" * 2 * MB, "larger than any"),
        (header("././@LongLink", MB, b"L") + b"x" * MB, "larger than any"),
        ((header("pax", 16384, PAX) + b"1" * 16384 + header("a.py")) * 40, "damaged|larger headers"),
        (header("pax", 512, PAX) * 3000, "damaged"),
        (header("a.py", 10**9) + b"short", "damaged"),
        (with_size(header("a.py"), NEGATIVE) + bytes(1024), "damaged|more than"),
        (with_size(header("a.csv"), NEGATIVE) + bytes(1024), "damaged|more than"),
        (header("a.py", 3) + b"abc".ljust(512, b"\0") + b"garbage" * 200, "damaged"),
        (header("a.py", 3) + b"abc".ljust(512, b"\0") + header("b.py")[:300], "damaged"),
        (b"", "damaged"),
        (b"no archive" * 99, "damaged"),
    ],
    ids=[
        "claimed-pax", "pax", "long-name", "slow-pax", "pax-chain", "truncated", "negative-size",
        "negative-skipped", "garbage", "half-header", "empty", "text",
    ],
)  # fmt: skip
def test_hostile_tars_are_refused_in_a_sentence(tmp_path, unpacked, data, words):
    archive = tmp_path / "a.tar"
    archive.write_bytes(data)
    with pytest.raises(BadArchive, match=words):
        unpacked(archive)
    assert left_over(tmp_path) == []


def test_a_pax_header_that_leads_backwards_comes_to_an_end(tmp_path, unpacked):
    record = b"22 size=-000000000001024"[:21] + b"\n"
    data = header("pax", len(record), PAX) + record.ljust(512, b"\0") + header("a.csv") + bytes(1024)
    (tmp_path / "a.tar").write_bytes(data)
    with pytest.raises(BadArchive):
        unpacked(tmp_path / "a.tar")


def test_a_sparse_member_is_not_blown_up(tmp_path, unpacked):
    info = tarfile.TarInfo("a.py")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(10**15)}
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as file:
        content = b"0\n".ljust(512, b"\0")
        info.size = len(content)
        file.addfile(info, io.BytesIO(content))
    assert unpacked(tmp_path / "a.tar") == [("a.py", "is a link or a device, not a file")]


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2"])
@pytest.mark.parametrize("content", [b"", b"PK", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0", bytes(2000)])
def test_what_is_no_archive_is_damaged_or_empty(tmp_path, unpacked, suffix, content):
    archive = tmp_path / f"a{suffix}"
    archive.write_bytes(content)
    try:
        assert unpacked(archive) == []
    except BadArchive as error:
        assert str(error) == "is damaged"


def test_a_truncated_archive_is_refused(tmp_path, unpacked):
    data = tarred(tmp_path / "a.tar", ("a.py", bytes(5000)), ("b.py", b"x")).read_bytes()
    for name, whole in (
        ("a.tar", data[:6000]),
        ("a.tar.gz", gzip.compress(data)),
        ("a.tar.xz", lzma.compress(data)),
    ):
        (tmp_path / name).write_bytes(whole if name == "a.tar" else whole[:-20])
        with pytest.raises(BadArchive, match="damaged"):
            unpacked(tmp_path / name)


def test_a_store_that_can_not_be_written_is_not_the_archives_fault(tmp_path, unpacked, monkeypatch):
    archive = zipped(tmp_path / "a.zip", ("a.py", b"x"))
    (tmp_path / "into").write_text("in the way")
    with pytest.raises(UnusableInput, match="can't be written"):
        unpacked(archive)


def test_what_is_nested_pays_from_the_class(tmp_path):
    outer = Budget(CLASS, 0)
    outer.bytes = 100
    inner = Budget(LEARNER, 0, outer)
    inner.take_bytes(60)
    with pytest.raises(BadArchive):
        inner.take_bytes(60)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["zip", "tar", "tar.gz", "tar.xz"]), st.data())
def test_no_damage_ends_in_anything_but_a_refusal(tmp_path, kind, data):
    archive = tmp_path / f"a.{kind}"
    members = [("ada/hw.ipynb", b"{}" * 50), ("ada/Zoë.py", b"x" * 700), ("n" * 150 + ".py", b"")]
    if kind == "zip":
        content = bytearray(zipped(archive, *members).read_bytes())
    else:
        plain = tarred(tmp_path / "plain.tar", *members).read_bytes()
        content = bytearray({"gz": gzip.compress, "xz": lzma.compress}.get(kind[4:], bytes)(plain))
    places = st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=8)
    for place, value in data.draw(places):
        content[place] = value
    archive.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    before = set(tmp_path.iterdir())
    with contextlib.suppress(BadArchive):
        unpack(archive, Store(tmp_path / "into"), Budget(LEARNER, len(content)))
    assert set(tmp_path.iterdir()) - before <= {tmp_path / "into"}
