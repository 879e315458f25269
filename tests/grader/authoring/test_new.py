"""`grader author new`: everything an exercise needs is begun, or nothing is; and the commands' own words."""

import ast
import shutil
import subprocess
import sys

import pytest

from dlcourse import files
from grader.authoring import new, places
from grader.authoring.places import Places
from grader.errors import UnusableInput
from grader.exercises import COURSE

LESSON = "02_neural_networks"
SIGNATURE = "swish(x: np.ndarray, beta: float = 1.0) -> np.ndarray"


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("lesson", COURSE)
def test_it_begins_in_every_lesson(clone, lesson):
    there = Places(lesson, clone)
    if not there.folder.exists():
        shutil.copytree(Places(lesson).folder, there.folder)
    before = contents(clone)
    lines = new.begin(COURSE[lesson], SIGNATURE, root=clone)
    after = contents(clone)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {
        *(there.exercise("swish"), there.listing, there.solutions, there.tests, there.text),
        *(there.coverage, there.catalogue),
    }
    assert {line.partition(":")[0] for line in lines} == {there.shown(path) for path in changed}
    assert set(before) | changed == set(after), "no file is lost, and none left over"
    for path in changed:
        if path.suffix == ".py":
            ast.parse(path.read_text("utf-8"))


def test_what_is_begun_is_in_its_place(clone):
    there = Places(LESSON, clone)
    new.begin(LESSON, SIGNATURE, "B2.23", root=clone)
    assert there.listing.read_text("utf-8").endswith('    "forward_propagation",\n    "swish",\n)\n')
    assert f"\n\n\ndef {SIGNATURE}:\n" in there.solutions.read_text("utf-8")
    assert "        beta: TODO" in there.solutions.read_text("utf-8")
    assert "```{exercise} swish\n```\n\n## All your answers\n" in there.text.read_text("utf-8")
    [point] = [p for p in places.points(there.coverage) if "swish" in p.get("exercises", ())]
    assert (point["number"], point["exercises"]) == ("B2.23", ["dead_fraction", "wake_units", "swish"])
    assert places.catalogue(there.catalogue)[LESSON][-1] == "swish(x, beta=1.0)"
    assert places.catalogue(there.catalogue).keys() == places.catalogue(Places(LESSON).catalogue).keys()
    source = there.exercise("swish").read_text("utf-8")
    assert source.count("Mistake(") == 3
    assert source.count('"TODO') == 6 + 1  # three messages, three hints, the cases' docstring
    assert [node for node in ast.parse(source).body if isinstance(node, ast.Assign)][-1].targets[0].id == (
        "EXERCISE"
    )


def test_a_bare_name_gets_a_signature_and_a_point_of_its_neighbour(clone):
    lines = new.begin(LESSON, "relu_squared", root=clone)
    there = Places(LESSON, clone)
    assert places.catalogue(there.catalogue)[LESSON][-1] == "relu_squared(x)"
    [point] = [p for p in places.points(there.coverage) if "relu_squared" in p.get("exercises", ())]
    assert point["lesson"] == LESSON
    assert any(point["number"] in line and point["says"] in line for line in lines)


def test_a_function_without_parameters(clone):
    new.begin(LESSON, "build_it()", root=clone)
    assert "    yield ()\n" in Places(LESSON, clone).exercise("build_it").read_text("utf-8")
    assert "Args:" not in Places(LESSON, clone).solutions.read_text("utf-8").partition("def build_it")[2]


def test_a_lesson_without_closing_sections(clone):
    there = Places(LESSON, clone)
    there.text.write_text("# A lesson\n\nText.\n", "utf-8")
    new.begin(LESSON, "swish", root=clone)
    assert there.text.read_text("utf-8") == "# A lesson\n\nText.\n\n```{exercise} swish\n```\n"


@pytest.mark.parametrize(
    ("lesson", "name", "point", "words"),
    [
        ("02_neural_network", "swish", None, "do you mean '02_neural_networks'?"),
        ("neural_nets", "swish", None, "do you mean '02_neural_networks'?"),
        ("zzz", "swish", None, "there are 01_introduction, 02_"),
        (LESSON, "2swish", None, "can't be the name"),
        (LESSON, "Swish", None, "can't be the name"),
        (LESSON, "lambda", None, "can't be the name"),
        (LESSON, "../swish", None, "can't be the name"),
        (LESSON, "", None, "can't be the name"),
        (LESSON, "swish(x", None, "no signature"),
        (LESSON, "swish(x): pass\ndef g()", None, "no signature"),
        (LESSON, "swish(*x)", None, "plain parameters"),
        (LESSON, "swish(x, *, beta)", None, "plain parameters"),
        (LESSON, "relu", None, "already"),
        (LESSON, "mse", None, "already"),
        (LESSON, "cases", None, "already"),
        (LESSON, "swish", "B2.2333", "the nearest is 'B2."),
        (LESSON, "swish", "B8.99", "No lesson that is written"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(clone, lesson, name, point, words):
    before = contents(clone)
    with pytest.raises(UnusableInput) as error:
        new.begin(lesson, name, point, root=clone)
    assert words in str(error.value)
    assert str(error.value).endswith((".", "?"))
    assert contents(clone) == before


@pytest.mark.parametrize("failing", range(7))
def test_a_disk_that_fails_leaves_nothing_half_written(clone, failing, monkeypatch):
    before, calls = contents(clone), iter(range(100))

    def write(path, content):
        if next(calls) == failing:
            raise OSError(28, "No space left on device", str(path))
        return path.write_bytes(content)

    monkeypatch.setattr(files, "write", write)
    with pytest.raises(UnusableInput, match="can't be written: No space left"):
        new.begin(LESSON, "swish", root=clone)
    assert contents(clone) == before


def test_a_list_of_another_form_is_not_guessed_at(clone):
    Places(LESSON, clone).listing.write_text('"""A lesson."""\n\nEXERCISES = ("relu",)\n', "utf-8")
    with pytest.raises(UnusableInput, match="EXERCISES"):
        new.begin(LESSON, "swish", root=clone)


def test_only_a_clone_has_exercises_to_make(tmp_path):
    with pytest.raises(UnusableInput, match="this is none"):
        new.begin(LESSON, "swish", root=tmp_path)


def grader(*arguments):
    return subprocess.run(
        [sys.executable, "-c", "from grader.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("author", "new", LESSON, "relu"), "already"),
        (("author", "new", "neural_nets", "swish"), "02_neural_networks"),
        (("author", "check", "relo"), "do you mean 'relu'?"),
    ],
)
def test_the_command_refuses_in_one_line(arguments, words):
    done = grader(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_check_of_a_whole_exercise():
    done = grader("author", "check", "relu", "sigmoid")
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 checked: nothing owed.\n", "")


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        ("swish(x, x)", "no signature"),
        ("swish(x: nd.array)", "doesn't know 'nd'"),
        ("swish(x) -> Tensor", "doesn't know 'Tensor'"),
        ("swish(x, slope=SLOPE)", "doesn't know 'SLOPE'"),
        ("np(x)", "is in .* already"),
        ("print(x)", "or Python.s own"),
        ("_relu(x)", "can't be the name"),
    ],
)
def test_what_would_break_the_references_is_refused(clone, signature, words):
    before = contents(clone)
    with pytest.raises(UnusableInput, match=words):
        new.begin(LESSON, signature, root=clone)
    assert contents(clone) == before
