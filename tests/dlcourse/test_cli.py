import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from dlcourse import content

LESSONS = sorted(lesson.name for lesson in content.folder("lessons").glob("*.ipynb"))


def dlcourse(*arguments, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "dlcourse.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, **options)


def loaded(statement: str) -> set[str]:
    """The heavy packages that a statement imports."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return {"tensorflow", "keras", "pandas", "matplotlib", "numpy", "jupyterlab"} & set(modules.split())


def test_import_is_light():
    assert loaded("import dlcourse") == set()
    assert loaded("from dlcourse import cli") == set()
    assert loaded("from dlcourse import datasets; datasets.load('digits').split()") == {"numpy"}


def test_import_sets_tensorflow_quiet_and_repeatable_but_overrules_nobody():
    code = (
        "import dlcourse, os; print(os.environ['TF_CPP_MIN_LOG_LEVEL'], os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    )
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    for environment, expected in [(plain, "3 0\n"), ({**plain, "TF_ENABLE_ONEDNN_OPTS": "1"}, "3 1\n")]:
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        assert done.stdout == expected


def test_lazy_attributes():
    import dlcourse

    assert dlcourse.datasets.names()
    assert re.match(r"\d+[.+]", dlcourse.__version__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = dlcourse.nothing


def test_help():
    done = dlcourse("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("start", "lab", "doctor"))


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["start", "--nothing"], ["start", "a", "b"]])
def test_wrong_usage(arguments):
    done = dlcourse(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_start(tmp_path):
    done = dlcourse("start", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(tmp_path / "course")) == LESSONS
    assert all(lesson in done.stdout for lesson in LESSONS)
    assert "Next: dlcourse lab course" in done.stdout
    assert "\x1b" not in done.stdout
    mine = tmp_path / "course" / LESSONS[0]
    mine.write_text("my work")
    again = dlcourse("start", cwd=tmp_path)
    assert f"Kept as they are: {LESSONS[0]}" in again.stdout
    assert mine.read_text() == "my work"


def test_start_where_it_cannot(tmp_path):
    (tmp_path / "file").touch()
    for place in ("file", "file/below", "x" * 300):
        done = dlcourse("start", place, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stdout == ""
        assert re.fullmatch(r"dlcourse: No workspace at .*\n", done.stderr)


def test_doctor():
    done = dlcourse("doctor", "--json")
    report = json.loads(done.stdout)
    findings = {finding["name"]: finding for finding in report["findings"]}
    assert done.returncode == 0, done.stdout
    assert report["ok"] is True
    assert findings["importing tensorflow"]["value"].startswith("works")
    assert findings["data set digits"]["state"] == "fine"
    assert findings["sandbox"]["state"] in ("fine", "limited")


def test_doctor_where_tensorflow_and_the_grader_are_broken(tmp_path):
    for name in ("tensorflow", "grader"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('broken on purpose')")
    path = os.pathsep.join([str(tmp_path), str(content.folder("datasets").parent)])
    done = dlcourse("doctor", env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 1
    assert "failed  importing tensorflow: ImportError: broken on purpose" in done.stdout
    assert "limited sandbox: unknown, asking the grader failed:" in done.stdout
    assert "broken on purpose" in done.stdout.split("limited sandbox")[1].splitlines()[0]
    assert "Traceback" not in done.stdout + done.stderr


def fetch(address: str, token: str) -> dict:
    request = urllib.request.Request(address, headers={"Authorization": f"token {token}"})
    for _ in range(100):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.URLError:  # JupyterLab prints its address before it listens
            time.sleep(0.1)
    raise TimeoutError(address)


@pytest.mark.skipif(os.name != "posix", reason="stops the server by a signal")
def test_lab_headless(tmp_path):
    private = {
        name: str(tmp_path / name)
        for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    }
    environment = {name: value for name, value in os.environ.items() if "DISPLAY" not in name} | private
    command = [sys.executable, "-m", "dlcourse.cli", "lab", "--port", "8899", "--ServerApp.port_retries=99"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            output = ""
            while not (address := re.search(r"(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)", output)):
                line = server.stdout.readline()
                assert line, output
                output += line
            base, token = address.groups()
            files = {file["name"] for file in fetch(f"{base}/api/contents", token)["content"]}
        finally:
            server.terminate()
            server.stdout.read()
    assert files == set(LESSONS)
