"""`grader mark` as a process: marks for learners and exercises that there are."""

from saying import one_sentence
from sources import RIGHT

from grader.classes.gradebook import Gradebook
from grader.classes.results import Mark


def test_marks_are_for_learners_and_exercises_that_there_are(grader, tmp_path):
    (tmp_path / "class").mkdir()
    for name in ("ada", "ben"):
        (tmp_path / "class" / f"{name}.py").write_text(RIGHT)
    grader("grade", "class", "--seed", "s", "--out", "out")
    for arguments, words in {
        ("adda", "relu", "--score", "1"): "do you mean 'ada'?",
        ("ada", "rleu", "--score", "1"): "do you mean 'relu'?",
        ("ada", "relu"): "Say what the mark is",
        ("ada", "--score", "1"): "A score is for one exercise",
        ("ada", "relu", "--score", "nan"): "number of points",
        ("ada", "relu", "--score", "1", "--clear"): "--clear",
    }.items():
        assert words in one_sentence(grader("mark", "out", *arguments))
    assert "0.5 points" in grader("mark", "out", "ADA", "relu", "--score", "0.5").stdout
    assert "a comment" in grader("mark", "out", "ada", "relu", "--comment", "Nearly.").stdout
    with Gradebook.open(tmp_path / "out") as book:
        assert book.marks() == {("ada", "relu"): Mark(0.5, "Nearly.")}, "a comment leaves the score"
    assert "is worth 1" in grader("mark", "out", "ben", "relu", "--score", "50").stderr
    assert "taken back" in grader("mark", "out", "ada", "relu", "--clear").stdout
