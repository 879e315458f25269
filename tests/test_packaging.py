"""The wheel, built and used far from the source."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
QUESTION = """
import json, dlcourse, grader
from dlcourse import content, datasets
from grader.references import neural_networks
print(json.dumps({
    "modules": [module.__file__ for module in (dlcourse, grader, neural_networks)],
    "folders": [str(content.folder(name)) for name in ("lessons", "datasets")],
    "samples": len(datasets.load("digits").target),
    "lessons": sorted(path.name for path in content.folder("lessons").glob("*.ipynb")),
}))
"""


def run(*command, **options) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT)
    [wheel] = out.glob("*.whl")
    return wheel


def test_wheel_works_elsewhere(wheel, tmp_path):
    site = tmp_path / "site"
    run(sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", site, wheel)
    environment = {**os.environ, "PYTHONPATH": str(site)}
    found = json.loads(run(sys.executable, "-c", QUESTION, cwd=tmp_path, env=environment))
    assert all(Path(path).is_relative_to(site) for path in found["modules"] + found["folders"])
    assert found["samples"] == 1797
    assert found["lessons"] == sorted(path.name for path in (ROOT / "lessons").glob("*.ipynb"))
    run(sys.executable, "-m", "dlcourse.cli", "start", cwd=tmp_path, env=environment)
    assert sorted(os.listdir(tmp_path / "course")) == found["lessons"]


def test_wheel_carries_licences_commands_types_and_metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [commands] = [name for name in names if name.endswith("entry_points.txt")]
        assert "dlcourse = dlcourse.cli:main" in archive.read(commands).decode()
        [metadata] = [name for name in names if name.endswith("dist-info/METADATA")]
        facts = archive.read(metadata).decode()
    assert {"dlcourse/py.typed", "grader/py.typed"} <= set(names)  # the types are for users, too
    for fact in ("Keywords: ", "Project-URL: ", "Classifier: Intended Audience :: Education"):
        assert f"\n{fact}" in facts
    for licence in ("LICENSE", "LICENSE-lessons"):
        assert any(name.endswith(f"licenses/{licence}") for name in names)
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]


def test_the_references_are_inside_the_grader_and_a_learner_s_own_files_hide_none(wheel, tmp_path):
    site, folder = tmp_path / "site", tmp_path / "folder"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    assert sorted(path.name for path in site.iterdir() if path.suffix != ".dist-info") == [
        "dlcourse",
        "grader",
    ]
    folder.mkdir()
    for name in ("solutions", "grader", "numpy"):
        (folder / f"{name}.py").write_text("x = 1\n")
    (folder / "answer.py").write_text("def relu(x):\n    return (x > 0) * x\n")
    command = "import sys; sys.path.pop(0); from grader.cli import main; main()"  # as the installed script
    environment = {**os.environ, "PYTHONPATH": str(site), "DLCOURSE_HOME": str(tmp_path / "home")}
    arguments = ("check", "answer.py", "--only", "relu")
    done = run(sys.executable, "-c", command, *arguments, cwd=folder, env=environment)
    assert "relu: passed ✓" in done
