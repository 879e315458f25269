"""What the author of a course of one's own is told: what was wrong, where, and what to do."""

import pytest
from own_course import ROOT, replaced

BUILD = ROOT / "lessons" / "build.py"
CHECK = "from grader import check\ndef unit_vector(v): return v\ncheck(unit_vector)\n"


@pytest.mark.parametrize(
    ("directive", "said"),
    [
        ("{exercize} unit_vector\n", "01_vectors: there is no directive 'exercize'; do you mean 'exercise'?"),
        ("{note}\nText.\n", "01_vectors: there is no directive 'note'; there are code-cell, exercise,"),
        ("{code-cel} python\n1\n", "there is no directive 'code-cel'; do you mean 'code-cell'?"),
        ("{predict} one\n", "there is no question 'one': write it to predictions/01_vectors.toml."),
        ("{finding} one\nIt holds.\n", "a course of one's own has no findings: write 'one' as text."),
    ],
)
def test_a_directive_that_is_none_is_not_built(directive, said, run, course):
    text = course / "lessons" / "01_vectors.md"
    text.write_text(f"{text.read_text('utf-8')}\n```{directive}```\n", "utf-8")
    done = run(BUILD, "--course", course, "--check", module=None)
    assert done.returncode == 1
    assert said in done.stdout + done.stderr


def test_blocks_of_code_to_read_are_no_directives(run, course):
    text = course / "lessons" / "01_vectors.md"
    text.write_text(f"{text.read_text('utf-8')}\n```python\nset()\n```\n\n```\n{{note}}\n```\n", "utf-8")
    done = run(BUILD, "--course", course, "--check", module=None)
    assert "out of step" in done.stdout


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('lesons = ["01_vectors"]', "there is no setting 'lesons'; do you mean lessons?"),
        ('lessons = ["nonsense"]', "there is no lesson 'nonsense'"),
        ('lessons = "01_vectors"', "lessons is to be a list of lessons"),
    ],
)
def test_settings_are_read_wherever_a_course_is_checked(settings, said, run, course):
    (course / "course.toml").write_text(settings)
    for done in (
        run("author", "check", "unit_vector", "--course", course),
        run(BUILD, "--course", course, "--check", module=None),
    ):
        assert done.returncode
        assert done.stderr.count("\n") == 1
        assert said in done.stderr


@pytest.mark.parametrize("gone", [False, True])
def test_a_check_says_why_no_exercise_of_ones_own_is_known(gone, run, tmp_path):
    there = {"DLCOURSE_COURSE": str(tmp_path / "gone")} if gone else {}
    done = run("-c", CHECK, module=None, **there)
    assert "There is no exercise called unit_vector" in done.stdout
    said = " ".join(done.stdout.split())
    names = f"DLCOURSE_COURSE names {tmp_path / 'gone'}, where no course is."
    assert (names if gone else "are known where DLCOURSE_COURSE names its folder.") in said


def test_a_reference_that_raises_is_said_with_its_file(run, course):
    replaced(course / "solutions" / "vectors.py", "    axis = ", "    axis = v[17]\n    axis = ")
    checked = run("author", "check", "orthogonal_to", "--course", course, COLUMNS="1000")
    assert "Your function raises IndexError (solutions/vectors.py, line 68)" in checked.stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "EXERCISE = ",
            "EXERCISE == ",
            "line 38: NameError: name 'EXERCISE' is not defined; mend that first.",
        ),
        ("EXERCISE = ", "EXERCISE = = ", "line 38: SyntaxError: invalid syntax; mend that first."),
        (
            '    kind="property",\n',
            "",
            'orthogonal_to: kind="value" takes no verify=: what is verified has kind="property" or another',
        ),
        (
            "    verify=is_orthogonal,\n",
            "",
            'orthogonal_to: kind="property" needs verify=, or kind="value": what is verified has',
        ),
    ],
)
def test_a_fault_in_an_exercise_is_said_once_with_its_line(old, new, said, run, course):
    replaced(course / "exercises" / "vectors" / "orthogonal_to.py", old, new)
    done = run("list", "--course", course)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr
