"""The student edition of this very course, alone: every exercise checks there, and nothing is graded."""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
import yaml
from edition_alone import alone, for_a_shell

from grader.errors import NO_SECRETS, NO_SOLUTIONS
from grader.exercises import LESSONS, all_exercises, exercises_of
from grader.judging.bank import bank_of
from grader.releasing import release

EXERCISES = all_exercises()
ROOT = release.ROOT


def one_line(done) -> str:
    assert (done.returncode, done.stdout) == (2, ""), done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


CHECK_ALL = """
import contextlib, io, json, sys
from importlib import import_module
import grader
from grader import check
from grader.learning import kernel
from grader.judging.bank import bank_of
from grader.exercises import LESSONS, all_exercises
from grader.judging.judge import judge
edition, answers = sys.argv[1:]
assert grader.__file__.startswith(edition), grader.__file__
assert not [name for name in sys.modules if name.startswith("grader.references.")]
sys.path.append(answers)
names, found = globals(), {}
def shown(function, **options):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        check(function, **options)
    return out.getvalue()
def judged(exercise, function):
    report = judge(exercise, bank_of(exercise), kernel.attempt(exercise, bank_of(exercise), function))
    return [report.status, report.mistake, report.message]
for lesson, module in LESSONS.items():
    for name in import_module("answers_" + module).EXERCISES:
        exercise, known = all_exercises()[name], import_module(f"answers_{module}.{name}").EXERCISE
        found[known.name] = {
            "stub": shown(exercise.reference),
            "solution": shown(known.reference, solution=True),
            "cases": len(bank_of(exercise).units),
            "mistakes": {m.name: judged(exercise, m.answer) for m in known.mistakes if known.kind != "goal"},
        }
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def checked(student, tmp_path_factory):
    """What the student edition, alone, says of every stub, solution and mistake."""
    folder = tmp_path_factory.mktemp("answers")
    shutil.copy(ROOT / "grader" / "exercises" / "models.py", folder / "answers_models.py")
    ours = "|".join(LESSONS.values())
    for module in LESSONS.values():
        shutil.copy(ROOT / "solutions" / f"{module}.py", folder / f"solved_{module}.py")
        copy = folder / f"answers_{module}"
        copy.mkdir()
        for file in (ROOT / "grader" / "exercises" / module).glob("*.py"):
            text = re.sub(rf"grader\.exercises\.({ours}|models)\b", r"answers_\1", file.read_text("utf-8"))
            text = text.replace(
                f"from grader.references import {module} as reference", f"import solved_{module} as reference"
            )
            assert "grader.references" not in text
            (copy / file.name).write_text(text, encoding="utf-8")
    done = alone(student, student, folder, folder=folder, program=CHECK_ALL)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_checks_in_a_notebook(name, checked):
    exercise, found = EXERCISES[name], checked[name]
    assert found["stub"].startswith(f"{name}: not answered yet")
    assert found["solution"].startswith(f"{name}: passed ✓\n")
    assert "Solutions are no part of the student edition" in found["solution"]
    assert found["cases"] == len(bank_of(exercise).units)
    if exercise.kind == "goal":  # a training takes long, and is not recognised by its outcome
        return
    assert found["mistakes"].keys() == {mistake.name for mistake in exercise.mistakes}
    for mistake in exercise.mistakes:
        status, recognised, message = found["mistakes"][mistake.name]
        assert status in ("failed", "error")
        assert recognised == mistake.name
        assert message.endswith(mistake.message)


def test_the_edition_says_of_an_exercise_what_the_course_says(run):
    program = (
        "import dataclasses, inspect, json\nfrom grader.exercises import all_exercises, lesson_of\n"
        "plain = ('hints', 'difficulty', 'importance', 'minutes', 'kind', 'artefact', 'tolerance',\n"
        "         'stable', 'forbidden', 'tensors', 'objects', 'seconds', 'megabytes', 'points', 'module')\n"
        "facts = lambda e: {**{n: getattr(e, n) for n in plain}, 'lesson': lesson_of(e),\n"
        "    'signature': str(inspect.signature(e.reference)), 'statement': inspect.getdoc(e.reference)}\n"
        "shown = json.dumps({n: facts(e) for n, e in all_exercises().items()})\n"
    )
    names: dict = {}
    exec(program, names)
    done = run(program=program + "print(shown)")
    assert json.loads(done.stdout) == json.loads(names["shown"])


def test_the_command_checks_in_the_sandbox(run, tmp_path, numpy_solutions):
    (tmp_path / "right.py").write_text(numpy_solutions, encoding="utf-8")
    wrong = "import numpy as np\ndef relu(x): return np.where(x > 0, x, 0.01 * x)\n"
    (tmp_path / "wrong.py").write_text(wrong)
    done = run("check", "right.py", "--json")
    statuses = {v["name"]: v["status"] for v in json.loads(done.stdout)["exercises"]}
    asked = exercises_of("02_neural_networks")
    assert statuses == {e.name: "missing" if e.tensors else "passed" for e in asked}
    done = run("check", "wrong.py", "--json")
    verdicts = {verdict["name"]: verdict for verdict in json.loads(done.stdout)["exercises"]}
    leaky = next(mistake for mistake in EXERCISES["relu"].mistakes if mistake.name == "leaky")
    assert done.returncode == 1
    assert (verdicts["relu"]["mistake"], verdicts["relu"]["message"]) == ("leaky", leaky.message)
    assert {v["status"] for name, v in verdicts.items() if name != "relu"} == {"missing"}
    states = {row["name"]: row["state"] for row in json.loads(run("list", "--json").stdout)}
    assert states == {name: statuses.get(name, "new").replace("missing", "new") for name in EXERCISES}
    right = sum(status == "passed" for status in statuses.values())
    assert f"{right} of {len(asked)} passed" in run("progress").stdout


def test_an_untouched_lesson_is_missing_and_not_wrong(run, student):
    done = run("check", "--json", student / "lessons")
    assert done.returncode == 1
    verdicts = [v for line in done.stdout.splitlines() for v in json.loads(line)["exercises"]]
    assert [(v["name"], v["status"]) for v in verdicts] == [(name, "missing") for name in EXERCISES]


def test_the_cells_of_an_untouched_lesson_run(run, student):
    """Its imports, stubs and checks; the experiments between them are the lesson's own tests' affair."""
    cells = json.loads((student / "lessons" / "02_neural_networks.ipynb").read_text("utf-8"))["cells"]
    asked = {exercise.name for exercise in exercises_of("02_neural_networks") if not exercise.tensors}
    ours = [c for c in cells if c["metadata"].get("dlcourse", {}).get("role") in ("stub", "check")]
    ours = [c for c in ours if c["metadata"]["dlcourse"]["exercise"] in asked]
    program = "\n\n".join("".join(cell["source"]) for cell in ours)
    done = run(program=f"import numpy as np\nfrom grader import check, solved\n{program}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("not answered yet") == len(asked)


def test_a_blank_file_for_review_is_a_stub(run, tmp_path):
    program = "from grader.learning.review import start; from pathlib import Path; start('relu', Path.cwd())"
    assert run(program=program).returncode == 0
    text = (tmp_path / "review_relu.py").read_text("utf-8")
    assert text.endswith("    raise NotImplementedError\n")
    assert inspect.getdoc(EXERCISES["relu"].reference).splitlines()[0] in text


def test_no_exercise_is_made_there(run, released):
    assert not (released / "student" / "grader" / "authoring").exists()
    assert "author" not in run("--help").stdout
    assert "No such command 'author'" in one_line(run("author", "check"))


def test_no_class_is_graded_there_and_no_release_made(run, tmp_path):
    (tmp_path / "answer.py").write_text("def relu(x): return x\n")
    assert one_line(run("grade", "answer.py", "--seed", "s", "--out", "class")) == f"{NO_SECRETS}\n"
    assert not (tmp_path / "class").exists()
    assert one_line(run("release", "x")) == f"{NO_SOLUTIONS}\n"
    program = "from grader.judging.bank import bank_of\nfrom grader.exercises import all_exercises\n"
    done = run(program=f"{program}bank_of(all_exercises()['relu'], 'secret')")
    assert done.stderr.splitlines()[-1].endswith(NO_SECRETS)


@pytest.mark.parametrize("where", [0, 40, -1])
def test_tampered_cases_are_refused_in_a_sentence(where, run, student, tmp_path):
    edition = tmp_path / "edition"
    shutil.copytree(student, edition)
    bank = edition / "grader" / "exercises" / "02_neural_networks.bank"
    data = bytearray(bank.read_bytes())
    data[where] ^= 1
    bank.write_bytes(data)
    assert "02_neural_networks.bank are not as they were released" in one_line(run("list", edition=edition))
    done = run(
        program="from grader import check\ndef relu(x): return x\ncheck(relu)", edition=edition
    )  # in a notebook it must not end a "Run all"
    assert done.returncode == 0
    assert "get the course again" in done.stdout


def test_the_student_edition_installs_as_a_wheel(student, tmp_path, run):
    source = tmp_path / "source"
    shutil.copytree(student, source)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, source]
    done = subprocess.run([str(part) for part in build], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    assert not [name for name in names if name.startswith(("solutions/", "tests/"))]
    done = run("list", edition=tmp_path / "site")
    assert (done.returncode, done.stdout.split()[0]) == (0, next(iter(LESSONS)))
    program = "from dlcourse import content; print(content.folder('lessons'), content.folder('datasets'))"
    assert "_content" in run(program=program, edition=tmp_path / "site").stdout


@pytest.mark.parametrize("solved", [True, False])
def test_the_workflow_for_github_classroom(solved, student, tmp_path):
    workflow = yaml.safe_load((student / ".github" / "workflows" / "classroom.yml").read_text("utf-8"))
    [job] = workflow["jobs"].values()
    used = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
    assert used == ["actions/checkout", "actions/setup-python"]
    *_, check = [step["run"] for step in job["steps"] if "run" in step]
    repository = tmp_path / "repository"
    shutil.copytree(student, repository)
    if solved:
        shutil.rmtree(repository / "lessons")
        shutil.copytree(ROOT / "solutions", repository / "lessons", ignore=shutil.ignore_patterns("__*"))
    programs = {"grader": for_a_shell(repository), "python": sys.executable}
    (tmp_path / "bin").mkdir()
    for name, code in programs.items():
        (tmp_path / "bin" / name).write_text(f'#!/bin/sh\nexec {code} "$@"\n')
        (tmp_path / "bin" / name).chmod(0o755)
    summary = tmp_path / "summary.md"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", check],
        cwd=repository,
        env={
            **os.environ,
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(tmp_path),
            "GITHUB_STEP_SUMMARY": str(summary),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    right, count = (len(EXERCISES) if solved else 0), len(EXERCISES)
    assert f"::notice title=Autograding complete::Points {right}/{count}\n" in done.stdout, done.stderr
    assert summary.read_text("utf-8").startswith(f"**{right} of {count} points**\n")
    assert done.returncode == (0 if solved else 1)
