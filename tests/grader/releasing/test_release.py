"""A release of this very course: no answer is in the student edition, and every exercise checks there."""

import ast
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile
from functools import cache
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from grader.commands.release import release as command
from grader.errors import UnusableInput
from grader.exercises import LESSONS, all_exercises, exercises_of
from grader.judging.bank import NO_SECRETS, bank_of
from grader.releasing import release

EXERCISES = all_exercises()
SEED = "a secret that is nowhere in the student edition"
LONG = 25  # characters that are nobody's by chance
QUOTED = 'keras.layers.Dense(10, activation="softmax"),'
ROOT = release.ROOT
# Python without whatever is installed of the course or named by PYTHONPATH: the student edition alone.
ALONE = """
import sys
edition, program, *sys.argv[1:] = sys.argv[1:]
sys.path.insert(0, edition)
sys.modules["solutions"] = None
exec(program, {"__name__": "__main__"})
"""
GRADER = "from grader.cli import main; main()"


@pytest.fixture(scope="module")
def released(home, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "course"
    release.release(folder, seed=SEED)
    return folder


@pytest.fixture(scope="module")
def student(released, tmp_path_factory) -> Path:
    """A learner's copy, in which Python leaves its caches."""
    return Path(shutil.copytree(released / "student", tmp_path_factory.mktemp("learner") / "course"))


@pytest.fixture
def run(student, tmp_path):
    """Run a program, by default the command `grader`, in an empty folder with the student edition alone."""

    def run_alone(*arguments, program=GRADER, edition=student):
        return alone(edition, program, *arguments, folder=tmp_path)

    return run_alone


def alone(edition: Path, program: str, *arguments, folder: Path):
    return subprocess.run(
        [sys.executable, "-P", "-E", "-s", "-B", "-W", "ignore", "-c", ALONE, edition, program, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "DLCOURSE_HOME": str(folder / "home")},
        timeout=120,
        check=False,
    )


def one_line(done) -> str:
    assert (done.returncode, done.stdout) == (2, ""), done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def squeezed(text: str) -> str:
    """The text without what a formatter may change."""
    return re.sub(r"[\s'\"\\]+", "", text)


@cache
def answers() -> dict[str, list[str]]:
    """What must not get out: by exercise, the lines that answer it; by lesson, what its mistakes are made of.

    What is short could be anybody's, what stands in a docstring is part of the statement, and what the other
    code says itself, or the guide that a lesson quotes, is no secret.
    """
    found: dict[str, list[str]] = {}
    for name, exercise in EXERCISES.items():
        source = textwrap.dedent(inspect.getsource(exercise.reference))
        body = ast.parse(source).body[0].body[1:]
        lines = [line.partition("  #")[0] for s in body for line in segment(source, s).splitlines()]
        found[name] = [*lines, "\n".join(ast.unparse(statement) for statement in body)]
    for lesson, module in LESSONS.items():
        text = (ROOT / "grader" / "exercises" / f"{module}.py").read_text("utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Lambda):
                found.setdefault(lesson, []).append(segment(text, node.body))
            elif isinstance(node, ast.FunctionDef):
                found.setdefault(lesson, []).extend(segment(text, statement) for statement in node.body)
    shipped = [*(ROOT / "dlcourse").rglob("*.py"), *(ROOT / "grader").glob("*.py")]
    library = "".join(file.read_text("utf-8") for file in shipped)
    asked = "".join(exercise.reference.__doc__ for exercise in EXERCISES.values())
    asked = squeezed(asked + library + QUOTED)
    return {
        name: [text for text in map(squeezed, texts) if len(text) > LONG and text not in asked]
        for name, texts in found.items()
    }


def segment(source: str, node: ast.AST) -> str:
    return ast.get_source_segment(source, node)


def texts_in(folder: Path) -> dict[str, str]:
    """Everything that can be read in a tree, archives unpacked, by the file's name."""
    texts = {}
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            if zipfile.is_zipfile(file):
                with zipfile.ZipFile(file) as archive:
                    content = b"\n".join(archive.read(member) for member in archive.namelist())
            texts[file.relative_to(folder).as_posix()] = content.decode("utf-8", "replace")
    return texts


def leaks(folder: Path) -> set[tuple[str, str]]:
    """Which files of a tree hold which answer."""
    texts = {name: squeezed(text.replace("\\n", "")) for name, text in texts_in(folder).items()}
    wanted = {answer for texts in answers().values() for answer in texts}
    return {(name, answer) for name, text in texts.items() for answer in wanted if answer in text}


def test_no_answer_is_in_the_student_edition(released):
    assert leaks(released / "student") == set()


def test_the_search_for_answers_finds_each_of_them_where_they_are(released, tmp_path):
    with zipfile.ZipFile(released / "gradescope_autograder.zip") as archive:
        archive.extractall(tmp_path)
    found = {answer for _, answer in leaks(tmp_path)}
    searched = {name: set(texts) for name, texts in answers().items() if texts}
    assert searched.keys() >= LESSONS.keys()
    assert [name for name, texts in searched.items() if not found & texts] == []


def test_no_function_of_the_student_edition_is_an_answer(released):
    """By syntax trees, so that neither names of arguments in a comment nor the layout hide it."""
    bodies = set()
    for exercise in EXERCISES.values():
        functions = [exercise.reference, *(mistake.answer for mistake in exercise.mistakes)]
        sources = (textwrap.dedent(inspect.getsource(function)) for function in functions if named(function))
        bodies |= {body_of(ast.parse(source).body[0]) for source in sources}
    assert len(bodies) > len(EXERCISES)
    for name, text in texts_in(released / "student").items():
        sources = [text] if name.endswith(".py") else []
        if name.endswith(".ipynb"):
            cells = json.loads(text)["cells"]
            sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        for source in sources:
            shipped = {body_of(n) for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)}
            assert not shipped & bodies, name


def named(function) -> bool:
    return function.__name__ != "<lambda>" and function.__closure__ is None


def body_of(function: ast.FunctionDef) -> str:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return "\n".join(map(ast.dump, body))


def test_no_case_of_a_secret_seed_is_in_the_student_edition(released):
    data = b"".join(file.read_bytes() for file in (released / "student").rglob("*") if file.is_file())
    assert SEED.encode() not in data
    for exercise in EXERCISES.values():
        public, secret = bank_of(exercise), bank_of(exercise, SEED)
        assert any(case in data for case in public.cases)
        shown, hidden = ({*bank.cases, *bank.inputs, *bank.secrets} for bank in (public, secret))
        hidden -= shown
        assert hidden
        assert not [case for case in hidden if len(case) > LONG and case in data]


def test_only_what_learners_need_is_there(released):
    names = set(texts_in(released / "student"))
    assert {"README.md", "LICENSE", "LICENSE-lessons", "run.py", "pyproject.toml", "constraints.txt"} <= names
    assert {name for name in names if name.startswith("lessons/")} == {f"lessons/{n}.ipynb" for n in LESSONS}
    beginnings = {name.partition("/")[0] for name in names}
    assert not beginnings & {"solutions", "tests", "benchmarks", "docs"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".md~"))]
    for module in LESSONS.values():
        assert f"grader/exercises/{module}.py" not in names
    for name in names:
        if name.endswith(".py"):
            tree = ast.parse((released / "student" / name).read_text("utf-8"))
            modules = {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
            modules |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
            assert "solutions" not in {str(module).partition(".")[0] for module in modules}, name


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
assert "solutions" not in sys.modules or sys.modules["solutions"] is None
sys.path.append(answers)
names, found = globals(), {}
def shown(function, **options):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        check(function, **options)
    return out.getvalue()
def judged(exercise, function):
    report = judge(exercise, bank_of(exercise), kernel.attempt(exercise, bank_of(exercise), function))
    return [report.status, report.mistake, report.message, report.cases]
for lesson, module in LESSONS.items():
    for known in import_module("answers_" + module).EXERCISES:
        exercise = all_exercises()[known.name]
        found[known.name] = {
            "stub": shown(exercise.reference),
            "solution": shown(known.reference, solution=True),
            "right": judged(exercise, known.reference),
            "mistakes": {m.name: judged(exercise, m.answer) for m in known.mistakes},
        }
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def checked(student, tmp_path_factory):
    """What the student edition, alone, says of every stub, solution and mistake."""
    folder = tmp_path_factory.mktemp("answers")
    for module in LESSONS.values():
        shutil.copy(ROOT / "solutions" / f"{module}.py", folder / f"solved_{module}.py")
        text = (ROOT / "grader" / "exercises" / f"{module}.py").read_text("utf-8")
        ours = f"from solutions import {module} as reference"
        assert ours in text
        (folder / f"answers_{module}.py").write_text(
            text.replace(ours, f"import solved_{module} as reference"), encoding="utf-8"
        )
    done = alone(student, CHECK_ALL, student, folder, folder=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_checks_in_a_notebook(name, checked):
    exercise, found = EXERCISES[name], checked[name]
    assert found["stub"].startswith(f"{name}: not answered yet")
    assert found["solution"].startswith(f"{name}: passed ✓\n")
    assert "Solutions are no part of the student edition" in found["solution"]
    status, mistake, _, cases = found["right"]
    assert (status, mistake, cases) == ("passed", None, len(bank_of(exercise).cases))
    assert found["mistakes"].keys() == {mistake.name for mistake in exercise.mistakes}
    for mistake in exercise.mistakes:
        status, recognised, message, _ = found["mistakes"][mistake.name]
        assert status in ("failed", "error")
        if exercise.kind != "goal":  # a training is not recognised by its outcome
            assert (recognised, message) == (mistake.name, mistake.message)


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


def test_the_command_checks_in_the_sandbox(run, tmp_path):
    (tmp_path / "right.py").write_text(without_tensorflow(), encoding="utf-8")
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


def without_tensorflow() -> str:
    """The solutions of lesson 2 that need NumPy only."""
    source = (ROOT / "solutions" / "neural_networks.py").read_text("utf-8")
    return source.partition("def forward_propagation")[0]


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
    done = run(
        program="from pathlib import Path\nfrom grader.releasing.release import release\nrelease(Path('x'))"
    )
    assert done.stderr.splitlines()[-1].endswith("it has no solutions, so nothing can be made of it.")
    program = "from grader.judging.bank import bank_of\nfrom grader.exercises import all_exercises\n"
    done = run(program=f"{program}bank_of(all_exercises()['relu'], 'secret')")
    assert done.stderr.splitlines()[-1].endswith(NO_SECRETS)


@pytest.mark.parametrize("where", [0, 40, -1])
def test_tampered_cases_are_refused_in_a_sentence(where, run, student, tmp_path):
    edition = tmp_path / "edition"
    shutil.copytree(student, edition)
    bank = edition / "grader" / "exercises" / "neural_networks.bank"
    data = bytearray(bank.read_bytes())
    data[where] ^= 1
    bank.write_bytes(data)
    assert "neural_networks.bank are not as they were released" in one_line(run("list", edition=edition))
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


# GitHub Classroom


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
    programs = {"grader": f" -P -E -s -B -c '{ALONE}' {repository} '{GRADER}'", "python": ""}
    (tmp_path / "bin").mkdir()
    for name, code in programs.items():
        (tmp_path / "bin" / name).write_text(f'#!/bin/sh\nexec {sys.executable}{code} "$@"\n')
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


# Where it goes


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


def test_two_releases_of_one_seed_are_equal(quick, tmp_path):
    for name in ("first", "second"):
        release.release(tmp_path / name, seed=SEED)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def test_a_random_seed_by_default(quick, tmp_path):
    seeds = set()
    for _ in range(2):
        release.release(tmp_path / "course")
        with zipfile.ZipFile(tmp_path / "course" / "gradescope_autograder.zip") as archive:
            seeds.add(archive.read("seed"))
    assert len(seeds) == 2
    assert min(map(len, seeds)) >= 16


def invoked(*arguments):
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_command_says_what_goes_to_whom(quick, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("course.toml").write_text('title = "Deep nets"\n[points]\nrelu = 3\n')
    done = invoked("out")
    assert done.exit_code == 0, done.exception
    assert re.search(r"out/student: for learners", done.stdout)
    assert re.search(r"out/gradescope_autograder.zip: for you alone", done.stdout)
    assert (tmp_path / "out" / "student" / "README.md").read_text("utf-8").startswith("# Deep nets\n")
    program = (
        "from grader.exercises import all_exercises as a; print({e.name: e.points for e in a().values()})"
    )
    rows = alone(tmp_path / "out" / "student", program, folder=tmp_path)
    assert ast.literal_eval(rows.stdout) == {name: 3 if name == "relu" else 1 for name in EXERCISES}


@pytest.mark.parametrize("arguments", [("--lesson", "03_nowhere"), ("--seed", "public"), ("--seed", "")])
def test_what_the_command_refuses(arguments, quick, tmp_path):
    done = invoked(tmp_path / "out", *arguments)
    assert isinstance(done.exception, UnusableInput)
    assert not (tmp_path / "out").exists()
