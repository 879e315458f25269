"""run.py, up to the point where it would install for minutes."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "run.py"


def run(script: Path, *arguments: str, wheels: str | Path = "") -> subprocess.CompletedProcess:
    # No index, and nowhere else to look but in a folder: pip ends at once.
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def load():
    """run.py as a module."""
    spec = importlib.util.spec_from_file_location("run", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["--lab"]])
def test_unknown_command(arguments):
    done = run(SCRIPT, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: python3 run.py lab")


@pytest.mark.parametrize("arguments", [["--help"], ["lab", "--help"], ["test", "-h"]])
def test_help_sets_nothing_up(arguments, tmp_path):
    script = Path(shutil.copy(SCRIPT, tmp_path))
    assert run(script, *arguments).stdout.startswith("usage: ")
    assert [path.name for path in tmp_path.iterdir()] == ["run.py"]


def test_two_at_a_time_set_up_one_after_the_other(tmp_path, monkeypatch, capsys):
    other = load()
    other.LOCK = tmp_path / "lock"
    held = other.one_at_a_time()
    held.__enter__()
    module = load()
    module.LOCK = other.LOCK
    monkeypatch.setattr(module.time, "sleep", lambda _: held.__exit__(None, None, None))
    with module.one_at_a_time():
        assert "waiting for it" in capsys.readouterr().out
        with open(other.LOCK) as file:
            assert not other.locked(file)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signal")
def test_it_ends_quietly_when_nobody_reads_on():
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""


def test_failed_setup_is_explained_and_healed(tmp_path):
    script = Path(shutil.copy(SCRIPT, tmp_path))
    write_lists(tmp_path, dev="no-such-backend==1\n")
    (tmp_path / "pyproject.toml").write_text('[build-system]\nrequires = ["no-such-backend"]\n')
    for _ in range(2):
        done = run(script, "test")
        assert done.returncode == 2
        assert "no-such-backend" in done.stderr
        assert "run the same command again" in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
    assert "Making the environment" not in done.stdout  # the second run goes on where the first ended
    for pip in (tmp_path / ".venv").rglob("pip"):  # as if the first run had been killed while it made it
        shutil.rmtree(pip, ignore_errors=True)
    assert "Making the environment" in run(script, "test").stdout


PROJECT = """
[build-system]
requires = ["backend>=1"]
[project]
name = "Course"
dependencies = ["Num_Py >= 2; python_version > '3'"]
[project.optional-dependencies]
lab = ["jupyter.lab[all]>=4"]
dev = ["course[lab]"]
"""


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        ({"course": None}, "requirements/course.txt is cut off"),
        ({"lab": None}, "requirements/lab.txt is cut off"),
        ({"course": "backend==1 \\\n"}, "requirements/lab.txt has no version of num-py"),
        ({"course": "num-py==2\n"}, "requirements/lab.txt has no version of backend"),
        ({"lab": ""}, "requirements/lab.txt has no version of jupyter-lab"),
    ],
)
def test_lists_that_are_not_whole_are_refused(tmp_path, lists, words):
    script = Path(shutil.copy(SCRIPT, tmp_path))
    whole = {"course": "backend==1 \\\n  --hash=sha256:0\nNum_Py==2\n", "lab": "jupyter-lab==4\n"}
    write_lists(tmp_path, **whole | lists)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    done = run(script, "lab")
    assert done.returncode == 2
    assert done.stderr.startswith(f"run.py: {words}")
    assert not (tmp_path / ".venv").exists()


def write_lists(folder, **lists):
    """Write the lists of what is installed; one that is None has lost its end."""
    (folder / "requirements").mkdir()
    for name in ("course", "lab", "dev", "torch"):
        entries = lists.get(name, "")
        (folder / "requirements" / f"{name}.txt").write_text(
            f"{entries or ''}# The en" + "d.\n" * (entries is not None)
        )


@pytest.mark.parametrize("hashes", ["0" * 64, "the right one"])
def test_a_file_that_was_not_tested_is_not_installed(tmp_path, hashes):
    script, wheels = Path(shutil.copy(SCRIPT, tmp_path)), tmp_path / "wheels"
    wheel = make_wheel(wheels, "backend")
    found = hashlib.sha256(wheel.read_bytes()).hexdigest() if hashes == "the right one" else hashes
    write_lists(
        tmp_path, course=f"--require-hashes\nbackend==1 --hash=sha256:{found}\n", lab="-r course.txt\n"
    )
    (tmp_path / "pyproject.toml").write_text('[build-system]\nrequires = ["backend"]\n')
    done = run(script, "lab", wheels=wheels)
    installed = list((tmp_path / ".venv").rglob("backend.py"))
    if hashes == "the right one":
        assert installed
    else:
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("run.py: A file is not the one that was tested")
        assert not installed


def make_wheel(folder, name):
    """Write a wheel with a module of this name in it."""
    folder.mkdir()
    wheel, info = folder / f"{name}-1-py3-none-any.whl", f"{name}-1.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def test_the_lists_agree_with_each_other_and_the_constraints():
    folder = SCRIPT.parent / "requirements"
    constraints = pinned((SCRIPT.parent / "constraints.txt").read_text())
    listed = {name: (folder / f"{name}.txt").read_text() for name in ("course", "lab", "dev", "torch")}
    for name, text in listed.items():
        assert pinned(text).items() <= constraints.items(), name
        for entry in re.findall(r"^[\w.-]+==.*\n(?:  .*\n)*", text, flags=re.MULTILINE):
            assert ("--hash=sha256:" in entry) == (name != "torch")
        assert "://" not in text
    missing = constraints.keys() - set().union(*map(pinned, listed.values()))
    assert all(name.startswith(("nvidia-", "cuda-", "triton")) for name in missing)


def pinned(text):
    """The versions in a list by name, and, where several are for different Pythons, all of them."""
    versions = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, flags=re.MULTILINE):
        versions[name] = versions.get(name, frozenset()) | {version}
    return versions


SLOW_PIP = """#!{python}
import time
print("Collecting tensorflow", flush=True)
time.sleep(1)
print("Installing collected packages: tensorflow", flush=True)
print("    Successfully uninstalled setuptools", flush=True)
time.sleep(1)
"""


def test_without_an_exec_the_command_s_exit_status_is_handed_on(tmp_path, monkeypatch):
    module = load()
    windows = SimpleNamespace(name="nt", chdir=lambda folder: monkeypatch.chdir(folder))
    monkeypatch.setattr(module, "os", windows)
    command = [sys.executable, "-c", "import pathlib, sys; sys.exit(len(list(pathlib.Path().iterdir())))"]
    for name in "abc":
        (tmp_path / name).touch()
    assert module.become(command, tmp_path) == 3


@pytest.mark.skipif(os.name == "nt", reason="on Windows, a script is no program")
def test_what_is_installed_is_said_while_pip_is_silent(tmp_path, monkeypatch, capsys):
    module = load()
    pip = tmp_path / "pip"
    pip.write_text(SLOW_PIP.format(python=sys.executable))
    pip.chmod(0o755)
    for name, value in {"PYTHON": pip, "TICK": 0.05, "EVERY": 0.2, "ROOT": tmp_path}.items():
        monkeypatch.setattr(module, name, value)
    module.pip(["tensorflow"])
    lines = capsys.readouterr().out.splitlines()
    assert sum("Collecting tensorflow" in line for line in lines) >= 2
    assert sum("Installing collected packages" in line for line in lines) >= 2
