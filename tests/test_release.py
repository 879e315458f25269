"""What a release has beside the code: papers that agree, forms with questions, workflows that only read."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import dlcourse

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
VERSION = PROJECT["version"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GIVEN_OUT = ROOT / "grader" / "releasing" / "templates" / "classroom.yml"
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[0-9]*.yml"))
READING = {"contents": "read"}


def read(file: Path) -> dict:
    return yaml.safe_load(file.read_text("utf-8"))


def name_of(file: Path) -> str:
    return file.name


def test_the_newest_entry_of_the_changelog_is_the_version():
    entries = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert next(entry for entry in entries if entry != "Unreleased") == VERSION


def test_the_version_is_written_once_in_the_code():
    assert dlcourse.__version__ in (VERSION, "0+source")  # in a clone that isn't installed
    for package in ("dlcourse", "grader"):
        for file in (ROOT / package).rglob("*.py"):
            assert not re.search(r"""^__version__ *[:=].*["']""", file.read_text("utf-8"), re.MULTILINE), file


def test_the_citation_agrees_with_the_package():
    citation = read(ROOT / "CITATION.cff")
    assert citation.keys() >= {"cff-version", "message", "title", "authors", "abstract"}
    assert (citation["cff-version"], citation["type"]) == ("1.2.0", "software")
    assert citation["title"] == PROJECT["name"]
    assert citation["version"] == VERSION
    assert citation["authors"] == PROJECT["authors"]
    assert citation["keywords"] == PROJECT["keywords"]
    assert citation["license"] in PROJECT["license"].split(" AND ")


@pytest.mark.parametrize("file", WORKFLOWS, ids=name_of)
def test_a_workflow_may_only_read_and_ends(file):
    workflow = read(file)
    assert workflow["permissions"] == READING
    assert workflow["concurrency"]["group"]
    assert "pull_request_target" not in workflow[True]  # `on` is a truth value in YAML 1.1
    for job in workflow["jobs"].values():
        assert job.get("permissions", READING) == READING
        assert job["timeout-minutes"] <= 120


@pytest.mark.parametrize("file", [*WORKFLOWS, GIVEN_OUT], ids=name_of)
def test_every_action_is_pinned_by_its_commit(file):
    uses = [line.strip("- ") for line in file.read_text("utf-8").splitlines() if "uses:" in line]
    assert uses
    for line in uses:
        assert re.fullmatch(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@pytest.mark.parametrize("file", WORKFLOWS, ids=name_of)
def test_a_workflow_keeps_no_credentials(file):
    steps = [step for job in read(file)["jobs"].values() for step in job["steps"]]
    for step in steps:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_the_workflow_runs_the_readme_s_command_and_files_that_are_there():
    jobs = read(ROOT / ".github" / "workflows" / "tests.yml")["jobs"]
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert "python3 run.py test" in commands
    named = [word for command in commands for word in command.split() if word.startswith("tests/")]
    assert named
    assert [word for word in named if not (ROOT / word).is_file()] == []


@pytest.mark.parametrize("file", FORMS, ids=name_of)
def test_a_form_asks_and_each_question_has_a_name(file):
    form = read(file)
    assert form.keys() >= {"name", "description", "body"}
    questions = [part for part in form["body"] if part["type"] != "markdown"]
    assert {part["type"] for part in questions} <= {"input", "textarea", "dropdown", "checkboxes"}
    assert all(part["attributes"]["label"] for part in questions)
    ids = [part["id"] for part in questions]
    assert len(set(ids)) == len(ids)
    assert any(part.get("validations", {}).get("required") for part in questions)


def test_there_is_a_form_for_each_kind_and_one_for_the_rest():
    assert [file.stem[2:] for file in FORMS] == ["wrong_verdict", "lesson", "program", "wish"]
    assert read(ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml") == {"blank_issues_enabled": True}


def test_what_runs_before_a_commit_needs_no_network():
    repositories = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert {repository["repo"] for repository in repositories} == {"local"}
    hooks = [hook for repository in repositories for hook in repository["hooks"]]
    assert {hook["language"] for hook in hooks} == {"system"}
    assert {"ruff-check", "ruff-format", "lessons"} <= {hook["id"] for hook in hooks}
    for hook in hooks:
        if (program := hook["entry"].split())[0] == "python":
            assert (ROOT / program[1]).is_file()
