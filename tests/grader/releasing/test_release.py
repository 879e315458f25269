"""Where a release goes: what was there is replaced or left alone, and equal seeds give equal files."""

import zipfile
from pathlib import Path

import pytest

from grader.errors import UnusableInput
from grader.releasing import release


@pytest.fixture
def quick(monkeypatch):
    """Releases that need no other process."""
    monkeypatch.setattr(release, "_require_that_it_works", lambda student: None)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def test_an_earlier_release_is_replaced_and_its_history_stays(quick, tmp_path):
    folder = tmp_path / "new" / "course"
    release.release(folder, seed="1")
    (folder / "student" / ".git").mkdir()
    (folder / "student" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "student" / "stale.py").write_text("")
    release.release(folder, seed="2")
    assert not (folder / "student" / "stale.py").exists()
    assert (folder / "student" / ".git" / "HEAD").read_text() == "ref: refs/heads/main\n"
    assert [entry.name for entry in folder.parent.iterdir()] == ["course"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_what_was_there(error, quick, tmp_path, monkeypatch):
    folder = tmp_path / "course"
    release.release(folder, seed="1")
    before = contents(tmp_path)

    def fail(*arguments):
        raise error

    monkeypatch.setattr(release, "write_autograder", fail)
    with pytest.raises((UnusableInput, KeyboardInterrupt)):
        release.release(folder, seed="2")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("kind", ["file", "other folder", "link", "repository"])
def test_nothing_else_is_ever_overwritten(kind, quick, tmp_path):
    folder = tmp_path / "there"
    if kind == "file":
        folder.write_text("mine")
    elif kind == "link":
        (tmp_path / "target").mkdir()
        folder.symlink_to(tmp_path / "target")
    else:
        (folder / "student").mkdir(parents=True)
        (folder / "student" / "mine.txt").write_text("mine")
        if kind == "repository":
            (folder / "gradescope_autograder.zip").write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(UnusableInput, match="there"):
        release.release(folder)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["/proc/course", "/proc/new/course", "/dev/null/course"])
def test_a_folder_that_cannot_be_written_is_named_as_it_was_typed(name, quick):
    with pytest.raises(UnusableInput) as caught:
        release.release(Path(name))
    assert name.startswith(str(caught.value).split(" can't be written: ")[0])


def test_a_disk_that_is_full_is_said_of_the_folder(quick, monkeypatch, tmp_path):
    def fail(path, content, **options):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(release.files, "write", fail)
    with pytest.raises(UnusableInput, match=f"^{tmp_path}/course can't be written: No space"):
        release.release(tmp_path / "course")


def test_two_releases_of_one_seed_are_equal(quick, seed, tmp_path):
    for name in ("first", "second"):
        release.release(tmp_path / name, seed=seed)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def test_a_random_seed_by_default(quick, tmp_path):
    seeds = set()
    for _ in range(2):
        release.release(tmp_path / "course")
        with zipfile.ZipFile(tmp_path / "course" / "gradescope_autograder.zip") as archive:
            seeds.add(archive.read("seed"))
    assert len(seeds) == 2
    assert min(map(len, seeds)) >= 16


def test_what_cases_are_drawn_from_goes_to_the_grader_and_not_to_learners():
    data = [name for name, _ in release._packages("dlcourse", "grader") if name.endswith(".npz")]
    assert data == ["grader/exercises/training_process/sick_runs.npz"]
    assert not any(name.startswith(release.FOR_LEARNERS) for name in data)
    assert all(name.startswith(release.NOT_FOR_LEARNERS) for name in data)
