"""Paths that are lent to an answer, and what is left of them."""

import os

from grader.child import live, plaindata
from grader.child.calling import call
from grader.child.plaindata import Live


def test_nothing_of_a_path_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(live.tempfile, "tempdir", str(tmp_path))
    seen = []

    def deep(path):
        seen.append(path)
        assert type(path + "") is str
        folder = os.path.dirname(path)
        assert os.listdir(folder) == []
        os.makedirs(os.path.join(folder, *["a"] * 300))
        with open(path, "w") as file:
            file.write("PK")
        raise ValueError("after that")

    outcome = call(deep, plaindata.encode((Live("path", "model.keras"),)))
    assert outcome.raised.type == "ValueError"
    assert plaindata.decode(outcome.arguments)[0].value["form"] == "other"
    assert os.path.basename(seen[0]) == "model.keras"
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setattr(live.tempfile, "tempdir", str(tmp_path))
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work")

    def exchange(path):
        os.rmdir(os.path.dirname(path))
        os.symlink(precious, os.path.dirname(path))

    call(exchange, plaindata.encode((Live("path", "model.keras"),)))
    assert (precious / "thesis.txt").read_text() == "years of work"
