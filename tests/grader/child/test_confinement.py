"""What the sandbox is made of; what it holds back is in tests/grader/attacks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import grader
from grader.child import confinement
from grader.child.confinement import level, readable_paths


def test_nothing_of_ours_is_readable():
    root = Path(grader.__file__).resolve().parent.parent
    for name in confinement.OURS:
        ours = root / name
        for path in map(Path, readable_paths()):
            assert path != ours and path not in ours.parents and ours not in path.parents


def test_paths_that_hold_ours_are_taken_apart(tmp_path):
    for name in ("site-packages/solutions", "site-packages/numpy", "site-packages/lib/deep"):
        (tmp_path / name).mkdir(parents=True)
    ours = {tmp_path / "site-packages" / "solutions"}
    packages = tmp_path / "site-packages"
    assert set(confinement._without(tmp_path, ours)) == {packages / "numpy", packages / "lib"}
    assert confinement._without(tmp_path / "elsewhere", ours) == [tmp_path / "elsewhere"]


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
