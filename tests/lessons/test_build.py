import ast
import inspect
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from grader import predictions
from grader.exercises import all_exercises, exercises_of
from grader.submissions.cutting import Cutter
from grader.submissions.submission import parse

HEADER = "---\nkernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\n---\n\n"
TEXT = (
    HEADER
    + "# A lesson\n\n```{code-cell} ipython3\n1 + 1\n```\n\nText.\n\n```{exercise} NAME\n```\n\nThe end.\n"
)


def notebook_of(lesson):
    return nbformat.read(lesson.with_suffix(".ipynb"), as_version=4)


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def one_exercise(build, monkeypatch):
    """A lesson whose only exercise is `relu`."""
    monkeypatch.setattr(build.exercises, "LESSONS", {"99_lesson": "lesson"})
    relu = all_exercises()["relu"]
    monkeypatch.setattr(build.exercises, "exercises_of", lambda lesson: (relu,))
    return Path("99_lesson.md")


def test_notebook_is_in_step(build, lesson):
    message = build.out_of_step(lesson)
    assert message is None, message


def test_ids_are_unique_and_valid(lesson):
    notebook = notebook_of(lesson)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_only_stable_text_is_committed(lesson):
    for cell in code_of(notebook_of(lesson)):
        assert (cell.execution_count is not None) == bool(cell.outputs)
        assert not cell.outputs or "nbval-check-output" in cell.metadata.tags
        assert all(output.output_type == "stream" and output.name == "stdout" for output in cell.outputs)


def test_tagged_cells_have_an_output(lesson):
    for cell in code_of(notebook_of(lesson)):
        if "nbval-check-output" in cell.metadata.get("tags", []):
            assert cell.outputs, f"{cell.id} prints nothing"


def test_no_version_of_anything_is_committed(lesson):
    metadata = notebook_of(lesson).metadata
    assert set(metadata) == {"kernelspec", "language_info", "dlcourse"}
    assert "version" not in metadata.language_info


def test_stubs_have_a_statement_and_no_answer(build, lesson):
    for cell in code_of(notebook_of(lesson)):
        if build.role(cell) != "stub":
            continue
        (function,) = ast.parse(cell.source).body
        exercise = all_exercises()[cell.metadata.dlcourse.exercise]
        assert function.name == exercise.name == cell.id
        assert ast.get_docstring(function) == inspect.getdoc(exercise.reference).splitlines()[0]
        if exercise.task == "repair":
            assert exercise.is_as_given(function)
            assert not [fault.name for fault in exercise.faults if fault.right in cell.source]
            continue
        assert [ast.unparse(statement) for statement in function.body[1:]] == ["raise NotImplementedError"]


def test_at_most_five_exercises_before_a_check(build, lesson):
    waiting = 0
    for cell in notebook_of(lesson).cells:
        waiting = {"stub": waiting + 1, "check": 0}.get(build.role(cell), waiting)
        assert waiting <= 5


def test_every_figure_has_a_description(lesson):
    for cell in code_of(notebook_of(lesson)):
        calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
        names = [ast.unparse(call.func) for call in calls]
        assert "plt.show" not in names, cell.source
        shows = [call for call, name in zip(calls, names, strict=True) if name == "plots.show"]
        for show in shows:
            (alt,) = [keyword.value for keyword in show.keywords if keyword.arg == "alt"]
            assert len(ast.literal_eval(alt)) > 20, cell.source
        draws = any(name == "plt.subplots" or name.startswith("plots.") for name in names)
        assert bool(shows) == draws, cell.source


def test_links_lead_to_lessons_that_are_there(lesson):
    for name in re.findall(r"\]\((\d\d\w*)\.md", lesson.read_text("utf-8")):
        assert lesson.with_name(f"{name}.md").exists(), name


def test_no_answer_brings_the_lessons_experiments(build, lesson):
    solved = build.with_solutions(notebook_of(lesson))
    cutter = Cutter(parse(nbformat.writes(solved).encode(), ".ipynb", "solved.ipynb"))
    for exercise in exercises_of(lesson.stem):
        assert len(cutter.cut(exercise.name).statements) < 15, exercise.name


def test_solved_notebook_has_no_stub_left(build, lesson):
    untouched = notebook_of(lesson)
    before = untouched.copy()
    solved = build.with_solutions(untouched)
    assert untouched == before
    assert [cell.id for cell in solved.cells] == [cell.id for cell in untouched.cells]
    assert "stub" not in {build.role(cell) for cell in solved.cells}
    assert not any("NotImplementedError" in cell.source for cell in code_of(solved))


def test_exercise_becomes_header_stub_and_check(build, one_exercise):
    notebook = build.build(one_exercise, TEXT.replace("NAME", "relu"))
    assert [build.role(cell) for cell in notebook.cells] == [
        None,
        None,
        None,
        "header",
        "stub",
        "check",
        None,
    ]
    header, stub, check = notebook.cells[3:6]
    assert re.search(r"`relu`.*[●○]{5}.*[●○]{5}.*\d+ min", header.source)
    assert stub.metadata.dlcourse == {"exercise": "relu", "role": "stub"}
    assert check.source == "check(relu)"
    assert notebook.metadata.dlcourse == {"lesson": "99_lesson"}


def test_stub_raises(build, one_exercise):
    import numpy as np

    names = {"np": np}
    exec(build.stub(all_exercises()["relu"]), names)
    with pytest.raises(NotImplementedError):
        names["relu"](0)


def test_ids_stay_when_another_paragraph_is_edited(build, one_exercise):
    text = TEXT.replace("NAME", "relu")
    before, after = (build.build(one_exercise, t).cells for t in (text, text.replace("The end", "An end")))
    assert [cell.id for cell in before[:-1]] == [cell.id for cell in after[:-1]]
    assert before[-1].id != after[-1].id


def test_equal_cells_get_ids_of_their_own(build, one_exercise):
    text = TEXT.replace("NAME", "relu").replace("Text.", "```{code-cell} ipython3\n1 + 1\n```")
    notebook = build.build(one_exercise, text)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    build.to_text(notebook)


def test_links_to_lessons_lead_to_notebooks(build, one_exercise):
    text = TEXT.replace("NAME", "relu").replace("Text.", "[one](01_one.md#part) [two](notes.md)")
    source = "\n".join(cell.source for cell in build.build(one_exercise, text).cells)
    assert "(01_one.ipynb#part)" in source
    assert "(notes.md)" in source


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        ("```{exercise} rleu\n```", r"^99_lesson: there is no exercise 'rleu'; the nearest is 'relu'\.$"),
        ("```{exercise}\n```", "there is no exercise ''"),
        ("```{exercise} relu\nsome text\n```", "its body stays empty"),
        ("```{exercise} softmax\n```", "'softmax' belongs to another lesson"),
        ("```{exercise} relu\n```\n\n```{exercise} relu\n```", "asked for twice"),
        ("", "no directive asks for relu"),
    ],
)
def test_wrong_directive_is_refused(build, one_exercise, directive, message):
    with pytest.raises(build.BuildError, match=message):
        build.build(one_exercise, TEXT.replace("```{exercise} NAME\n```", directive))


def test_only_stable_outputs_are_kept(build, one_exercise, monkeypatch):
    monkeypatch.setattr(build, "NotebookClient", FakeClient)
    notebook = build.build(
        one_exercise, TEXT.replace("NAME", "relu").replace("1 + 1", ":tags: [nbval-check-output]\n\n1 + 1")
    )
    build.execute(notebook, "99_lesson")
    outputs = [cell.outputs for cell in code_of(notebook)]
    assert outputs == [[{"output_type": "stream", "name": "stdout", "text": "first\nsecond\n"}], [], []]
    assert "language_version" not in notebook.metadata


class FakeClient:
    """A kernel whose every cell prints, warns and draws."""

    def __init__(self, notebook, **options):
        self.notebook = notebook

    def execute(self, env):
        self.notebook.metadata["language_version"] = "3"
        for cell in code_of(self.notebook):
            cell.execution_count = 7
            cell.outputs = [
                nbformat.v4.new_output("stream", name="stdout", text="first\n"),
                nbformat.v4.new_output("stream", name="stderr", text="a warning\n"),
                nbformat.v4.new_output("display_data", data={"image/png": ""}),
                nbformat.v4.new_output("stream", name="stdout", text="second\n"),
            ]


@pytest.fixture
def folder(build, one_exercise, monkeypatch, tmp_path):
    monkeypatch.setattr(build, "LESSONS", tmp_path)
    monkeypatch.setattr(build, "execute", lambda notebook, name, folder: None)
    (tmp_path / "99_lesson.md").write_text(TEXT.replace("NAME", "relu"))
    return tmp_path


def test_check_names_the_lesson_and_the_command_that_mends_it(build, folder, capsys):
    mend = "run: python lessons/build.py 99_lesson\n"
    assert build.main(["--check"]) == 1
    assert capsys.readouterr().out == f"99_lesson: the notebook is missing; {mend}"
    assert build.main(["99_lesson"]) == 0
    assert build.main(["--check"]) == 0
    (folder / "99_lesson.md").write_text(TEXT.replace("NAME", "relu").replace("end", "END"))
    capsys.readouterr()
    assert build.main(["--check"]) == 1
    assert capsys.readouterr().out == f"99_lesson: the notebook is out of step with its text; {mend}"


def test_check_ignores_outputs(build, folder):
    build.main([])
    file = folder / "99_lesson.ipynb"
    notebook = nbformat.read(file, as_version=4)
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="2")]
    nbformat.write(notebook, file)
    assert build.main(["--check"]) == 0


def test_check_names_a_notebook_without_text(build, folder, capsys):
    build.main([])
    shutil.move(folder / "99_lesson.ipynb", folder / "98_lost.ipynb")
    assert build.main(["--check"]) == 1
    assert "98_lost.ipynb has no text beside it" in capsys.readouterr().out


def test_unknown_lesson_is_refused_in_one_line(build, folder, capsys):
    assert build.main(["97_none"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_built_twice_is_the_same_file(build, folder):
    build.main([])
    first = (folder / "99_lesson.ipynb").read_bytes()
    build.main([])
    assert (folder / "99_lesson.ipynb").read_bytes() == first


def test_a_cell_that_only_measures_is_folded(build, one_exercise):
    tagged = TEXT.replace("1 + 1", ":tags: [measuring]\n\n1 + 1").replace("NAME", "relu")
    notebook = build.build(one_exercise, tagged)
    assert notebook.cells[1].metadata.jupyter == {"source_hidden": True}
    nbformat.validate(notebook)


TIMED = TEXT.replace("# A lesson", "# A lesson\n\n```{time}\n```").replace("NAME", "relu")


def minutes(text):
    times = re.search(r"\*\*Time:\*\* (.+) to read .*, and (.+) to (.+) for the exercises", text).groups()
    return [
        60 * int((re.search(r"(\d+) h", t) or [0, 0])[1]) + int((re.search(r"(\d+) min", t) or [0, 0])[1])
        for t in times
    ]


def test_time_is_reckoned_from_words_code_and_exercises(build, one_exercise):
    asked = all_exercises()["relu"].minutes
    read, low, high = minutes(build.build(one_exercise, TIMED).cells[0].source)
    assert (read, low) == (15, 15)
    assert high == 15 >= 2 * asked
    long = build.build(one_exercise, TIMED.replace("Text.", "word " * 1300)).cells[0].source
    assert minutes(long)[0] == 15  # ten minutes, and a little
    code = TIMED.replace("1 + 1", "\n".join(["1 + 1"] * 270))
    assert minutes(build.build(one_exercise, code).cells[0].source)[0] == 45
    folded = code.replace("1 + 1", ":tags: [measuring]\n\n1 + 1", 1)
    assert minutes(build.build(one_exercise, folded).cells[0].source)[0] == 15


QUESTION = TEXT.replace(
    "Text.",
    "```{predict} drawn_labels\n```\n\n"
    '```{code-cell} ipython3\n# Before.\npredict.outcome("drawn_labels", RESULT)\n```',
).replace("NAME", "relu")


def test_a_question_is_asked_before_its_outcome(build, one_exercise, one_question):
    cells = build.build(one_exercise, QUESTION.replace("RESULT", "1.0")).cells
    (at,) = [i for i, cell in enumerate(cells) if build.role(cell) == "predict"]
    assert cells[at].source == 'predict("drawn_labels", choice=None)'
    assert "How right?\n\n- a) 10 %\n- b) 50 %\n- c) 100 %" in cells[at - 1].source


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (QUESTION.replace("predict} drawn_labels", "predict} drawn_lables"), "nearest is 'drawn_labels'"),
        (QUESTION.replace("```{predict} drawn_labels\n```", ""), "asked 0 times"),
        (QUESTION.replace("predict.outcome(", "print("), "no cell below the question"),
        (QUESTION.replace("drawn_labels\n```", "drawn_labels\nText\n```"), "its body stays empty"),
    ],
)
def test_a_question_that_is_not_asked_as_it_must_be_is_refused(
    build, one_exercise, one_question, text, message
):
    with pytest.raises(build.BuildError, match=message):
        build.build(one_exercise, text)


def test_an_outcome_that_is_not_the_files_stops_the_build(build, one_exercise, one_question):
    before = (
        "from pathlib import Path\nimport numpy as np\nfrom grader import check, predict, predictions\n"
        f"predictions.TABLES = Path({str(predictions.TABLES)!r})"
    )
    text = QUESTION.replace("1 + 1", before)
    build.execute(build.build(one_exercise, text.replace("RESULT", "[1.0, 0.9]")), "99_lesson")
    with pytest.raises(build.BuildError, match="didn't come to 'c'"):
        build.execute(build.build(one_exercise, text.replace("RESULT", "0.5")), "99_lesson")
