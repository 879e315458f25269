"""References and mistakes on many secret seeds: what is tried, and the table that is kept of it."""

import dataclasses

import pytest
from typer.testing import CliRunner

from grader.authoring import seeds
from grader.commands.author import author
from grader.exercise import Mistake
from grader.exercises import all_exercises

EXERCISES = all_exercises()
KEPT = seeds.rows(seeds.TABLE.read_text("utf-8"))


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_was_tried_with_its_mistakes_of_today(name):
    exercise = EXERCISES[name]
    assert name in KEPT, f"run: grader author check --seeds 20 {name}"
    assert int(KEPT[name].seeds) == len(seeds.seeds_of(exercise, 20))
    assert int(KEPT[name].mistakes) == len(exercise.mistakes), f"run: grader author check --seeds 20 {name}"
    assert seeds.holds(KEPT[name])


def test_the_table_has_no_other_exercise():
    assert set(KEPT) <= set(EXERCISES)


def test_a_mistake_that_passes_is_named():
    relu = EXERCISES["relu"]
    right = Mistake("right_after_all", relu.reference, "It is right.")
    row = seeds.tried(dataclasses.replace(relu, mistakes=(*relu.mistakes, right)), ["1", "2"])
    assert (row.reference, row.refused) == ("2 of 2", "`right_after_all` passes on 2")
    assert not seeds.holds(row)
    assert seeds.holds(seeds.tried(relu, ["1", "2"]))


@pytest.mark.parametrize("before", ["", "# Evidence\n\n## 01_introduction\n\n| a |\n"])
def test_rows_are_put_into_the_table_and_the_rest_stays(before, tmp_path, monkeypatch):
    monkeypatch.setattr(seeds, "TABLE", tmp_path / "docs" / "evidence.md")
    seeds.TABLE.parent.mkdir()
    seeds.TABLE.write_text(before)
    first, second = (CliRunner().invoke(author, ["check", "--seeds", "2", name]) for name in ("tanh", "relu"))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "1 tried, none odd; the table is in docs/evidence.md." in second.stdout
    text = seeds.TABLE.read_text()
    assert text.startswith(before)
    assert list(seeds.rows(text)) == ["relu", "tanh"]
    seeds.write([])
    assert seeds.TABLE.read_text() == text
