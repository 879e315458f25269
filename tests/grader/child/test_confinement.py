"""What the sandbox is made of; what it holds back is in tests/grader/attacks."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import grader
from grader import references
from grader.child import confinement
from grader.child.confinement import level, readable_paths


def test_nothing_of_ours_is_readable():
    root = Path(grader.__file__).resolve().parent.parent
    for ours in (references.FOLDER, *(root / name for name in confinement.OURS)):
        for path in map(Path, readable_paths()):
            assert path != ours and path not in ours.parents and ours not in path.parents


def test_copies_of_ours_among_the_packages_are_not_readable(tmp_path, monkeypatch):
    for name in ("dlcourse/_content", "grader/_solutions", "numpy", "datasets"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setattr(confinement.site, "getsitepackages", lambda: [str(tmp_path)])
    readable = {Path(path).name for path in readable_paths() if Path(path).parent == tmp_path.resolve()}
    assert readable == {"numpy", "datasets"}  # the last is somebody else's


def test_paths_that_hold_ours_are_taken_apart(tmp_path):
    for name in ("site-packages/solutions", "site-packages/numpy", "site-packages/lib/deep"):
        (tmp_path / name).mkdir(parents=True)
    packages, elsewhere = tmp_path / "site-packages", tmp_path / "elsewhere"
    ours = packages / "solutions"
    above = set(ours.parents)
    assert set(confinement._without(tmp_path, {ours}, above)) == {packages / "numpy", packages / "lib"}
    assert confinement._without(elsewhere, {ours}, above) == [elsewhere]


def test_the_level_is_tried_and_told():
    done = subprocess.run(
        [sys.executable, "-m", "grader.child.confinement"], capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    assert told["sandbox"] == level()
    if level() != "process":
        assert told["detail"].startswith("tried; Landlock ABI")


@pytest.mark.parametrize("package", ["sandlock", "pyseccomp"])
def test_a_missing_package_is_named(monkeypatch, package):
    found = confinement.importlib.util.find_spec
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(
        confinement.importlib.util, "find_spec", lambda name: None if name == package else found(name)
    )
    assert confinement.what_is_missing() == f"the package {package} is not installed"
    assert level() == "process"


def test_another_system_is_named(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    assert confinement.what_is_missing() == "the sandbox needs Linux"


@pytest.fixture
def tried_anew():
    """Let the sandbox be tried again, in this test and after it."""
    if level() == "process":
        pytest.skip("there is no sandbox here to take something from")
    confinement._trial.cache_clear()
    yield
    confinement._trial.cache_clear()


def test_a_path_that_the_machine_lacks_is_left_out(monkeypatch, tried_anew):
    monkeypatch.setattr(confinement, "FACTS", (*confinement.FACTS, "/sys/of_another_system"))
    assert confinement.what_is_missing() is None


def refuse(*arguments):
    raise OSError(22, "Invalid argument")


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("confine_files", "tried, and Landlock refused the rules"),
        (
            "system_call_filter",
            "tried, and system calls can't be filtered here ([Errno 22] Invalid argument)",
        ),
    ],
)
def test_what_cannot_be_set_up_is_found_when_the_level_is_told(what, reason, monkeypatch, tried_anew):
    monkeypatch.setattr(confinement, what, refuse)
    assert (level(), confinement.what_is_missing()) == ("process", reason)


def test_an_old_libseccomp_is_named(monkeypatch, tried_anew):
    import pyseccomp

    known = pyseccomp.resolve_syscall
    monkeypatch.setattr(
        pyseccomp, "resolve_syscall", lambda arch, call: -1 if call == "clone3" else known(arch, call)
    )
    assert confinement.what_is_missing().startswith("tried, and system calls can't be filtered here")


def test_a_filter_that_is_refused_or_lets_something_through_is_found(monkeypatch, tried_anew):
    for load, reason in ((refuse, "the filter of system calls was refused"), (id, "a socket was opened")):
        monkeypatch.setattr(
            confinement, "system_call_filter", lambda load=load: SimpleNamespace(load=lambda: load(0))
        )
        confinement._trial.cache_clear()
        assert confinement.what_is_missing() == f"tried, and {reason}"
