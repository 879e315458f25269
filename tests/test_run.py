"""run.py, up to the point where it would install for minutes."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "run.py"


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess:
    # No index and nowhere else to look: pip fails at once.
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["--lab"]])
def test_unknown_command(arguments):
    done = run(SCRIPT, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: python3 run.py lab")


def test_help():
    assert run(SCRIPT, "--help").stdout.startswith("usage: ")


def test_failed_setup_is_explained_and_healed(tmp_path):
    script = Path(shutil.copy(SCRIPT, tmp_path))
    (tmp_path / "constraints.txt").write_text("no-such-backend==1\n# The end.\n")
    (tmp_path / "pyproject.toml").write_text('[build-system]\nrequires = ["no-such-backend"]\n')
    for _ in range(2):
        done = run(script, "test")
        assert done.returncode == 2
        assert "ResolutionImpossible" in done.stderr
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
    ("constraints", "words"),
    [
        ("", "cut off"),
        ("backend==1\nnum-py==2\njupyter-lab==4\n# The en", "cut off"),
        ("backend==1\nnum-py==2\njupyter-lab==4\n", "cut off"),
        ("backend==1\njupyter-lab==4\n# The end.\n", "no version of num-py"),
        ("num-py==2\njupyter-lab==4\n# The end.\n", "no version of backend"),
        ("backend==1\nnum-py==2\n# The end.\n", "no version of jupyter-lab"),
    ],
)
def test_constraints_that_are_not_whole_are_refused(tmp_path, constraints, words):
    script = Path(shutil.copy(SCRIPT, tmp_path))
    (tmp_path / "constraints.txt").write_text(constraints)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    done = run(script, "lab")
    assert done.returncode == 2
    assert done.stderr.startswith("run.py: constraints.txt")
    assert words in done.stderr
    assert not (tmp_path / ".venv").exists()


SLOW_PIP = """#!{python}
import time
print("Collecting tensorflow", flush=True)
time.sleep(1)
print("Installing collected packages: tensorflow", flush=True)
print("    Successfully uninstalled setuptools", flush=True)
time.sleep(1)
"""


@pytest.mark.skipif(os.name == "nt", reason="on Windows, a script is no program")
def test_what_is_installed_is_said_while_pip_is_silent(tmp_path, monkeypatch, capsys):
    spec = importlib.util.spec_from_file_location("run", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pip = tmp_path / "pip"
    pip.write_text(SLOW_PIP.format(python=sys.executable))
    pip.chmod(0o755)
    for name, value in {"PYTHON": pip, "TICK": 0.05, "EVERY": 0.2, "ROOT": tmp_path}.items():
        monkeypatch.setattr(module, name, value)
    module.install("lab")
    lines = capsys.readouterr().out.splitlines()
    assert sum("Collecting tensorflow" in line for line in lines) >= 2
    assert sum("Installing collected packages" in line for line in lines) >= 2
