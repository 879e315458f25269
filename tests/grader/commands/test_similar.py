"""`grader similar`: pairs, their page, and what is no pair."""

import json
import re

import pytest
from variants import nth, renamed

from grader.commands.similar import similar as command
from grader.errors import UnusableInput
from grader.exercises import all_exercises


@pytest.fixture
def run(invoked):
    """Run the command; by default there are pairs, which is status 1."""
    return lambda *arguments, status=1: invoked(command, *arguments, status=status)


@pytest.fixture
def classroom(tmp_path):
    sources = {"ada.py": nth(1), "b<i>b\x1b[2J.py": renamed(nth(1)), "cyd.py": nth(2)}
    for name, source in sources.items():
        (tmp_path / "class" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "class" / name).write_text(source)
    return tmp_path / "class"


def test_the_command_shows_the_pairs(run, classroom):
    done = run(classroom)
    assert re.search(r"1\.00  ada\.py +b<i>b\[2J\.py +.*dense 1\.00", done.stdout)
    assert "not a proof" in done.stdout
    assert "\x1b" not in done.stdout
    assert "cheat" not in done.stdout.lower()


def test_the_command_prints_data(run, classroom):
    row = json.loads(run(classroom, "--json").stdout)
    assert list(row) == ["first", "second", "score", "exercises"]
    assert {e["exercise"] for e in row["exercises"]} <= set(all_exercises())
    assert set(row["exercises"][0]["first"]) == {"lines", "marked"}


@pytest.fixture
def ring(classroom):
    answer = "import numpy as np\n\ndef softmax(z):\n    parts = []\n    for row in np.atleast_2d(z):\n"
    answer += "".join(f"        row = row + np.log({i} + row.max() ** {i})\n" for i in range(2, 9))
    answer += "        parts.append(np.exp(row) / sum(map(np.exp, row)))\n    return np.array(parts), '<b>'\n"
    for name in ("eve", "fay", "guy"):
        (classroom / f"{name}.py").write_text(answer.replace("parts", f"of_{name}"))
    return classroom


def test_a_ring_is_one_line_one_object_and_one_section(run, ring, tmp_path):
    done = run(ring, "--html", tmp_path / "page.html")
    assert "3 have the same answer to softmax: eve.py, fay.py, guy.py\n" in done.stdout
    group, pair = map(json.loads, run(ring, "--json").stdout.splitlines())
    assert (group["group"], list(group)) == (["eve.py", "fay.py", "guy.py"], ["group", "exercises"])
    assert [shared["exercise"] for shared in group["exercises"]] == ["softmax"]
    assert group["exercises"][0]["lines"][0] == "def softmax(z):"
    assert pair["first"] == "ada.py"
    page = (tmp_path / "page.html").read_text()
    assert page.count("    of_eve = []\n") == 1
    assert "of_fay" not in page and "of_guy" not in page
    assert "&lt;b&gt;" in page or "&#39;&lt;b&gt;" in page
    assert "<b>" not in page


def test_the_page_holds_both_sides_and_runs_nothing(run, classroom, tmp_path):
    (classroom / "ada.py").write_text(nth(1) + "X = '<script>alert(1)</script>\u202e'\n")
    (classroom / "ada.py").write_text(
        (classroom / "ada.py")
        .read_text()
        .replace("Z = np.dot", "Z = '<script>alert(1)</script>\u202e' and np.dot")
    )
    run(classroom, "--html", tmp_path / "page.html", "--threshold", "0.5")
    page = (tmp_path / "page.html").read_text()
    assert "default-src &#39;none&#39;" in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "b&lt;i&gt;b" in page
    assert "\u202e" not in page
    assert page.count("<pre") >= 2 * page.count("<h3>") > 0
    assert "▌ " in page
    assert "cheat" not in page.lower()


def test_nothing_alike_is_status_0(run, classroom, tmp_path):
    (classroom / "ada.py").unlink()
    done = run(classroom, "--html", tmp_path / "page.html", status=0)
    assert "No two of 2 submissions are alike" in done.stdout
    assert "none" in (tmp_path / "page.html").read_text()


def test_an_unreadable_file_costs_only_itself(run, classroom):
    (classroom / "bad.ipynb").write_text("{")
    done = run(classroom)
    assert done.stderr == "bad.ipynb is not a notebook: its content is no JSON.\n"


def test_a_file_that_is_given_twice_is_not_alike_with_itself(run, classroom):
    done = run(
        classroom / "ada.py", classroom / "cyd.py", classroom, classroom / ".." / "class" / "ada.py", "--json"
    )
    assert len(done.stdout.splitlines()) == 1


def test_names_that_occur_twice_are_told_apart(run, classroom, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "ada.py").write_text(nth(1))
    names = {
        json.loads(line)["second"]
        for line in run(classroom, tmp_path / "other", "--json").stdout.splitlines()
    }
    assert any(name.endswith("ada.py") and name != "ada.py" for name in names)


def test_what_can_not_be_compared_is_one_sentence(run, classroom, tmp_path):
    with pytest.raises(UnusableInput, match="does not exist"):
        run(tmp_path / "nowhere")
    with pytest.raises(UnusableInput, match="no two submissions"):
        run(classroom / "ada.py")
    with pytest.raises(UnusableInput, match="can't be written"):
        run(classroom, "--html", classroom / "ada.py" / "page.html")
    run(classroom, "--threshold", "0", status=2)
