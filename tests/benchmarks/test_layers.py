"""benchmarks/layers.py: its page is read back as written, what got worse is named, wrong cells are seen."""

import importlib
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="module")
def layers():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).resolve().parents[2] / "benchmarks")
        yield importlib.import_module("layers")


@pytest.fixture(scope="module")
def zoo(layers):
    return layers.load_zoo()  # while that fixture's folder is on the path


def whole(layers, zoo, cell):
    return {name: dict.fromkeys(layers.COLUMNS, cell) for kind in zoo.ZOO.values() for name in kind}


def test_every_layer_of_keras_has_a_row_and_no_two_rows_one_name(layers, zoo):
    assert list(layers.without_a_row(zoo)) == []
    names = [name for kind in zoo.ZOO.values() for name in kind]
    assert len(set(names)) == len(names) > 200


def test_a_page_is_read_as_it_was_written(layers, zoo):
    now = whole(layers, zoo, layers.Cell("ok", "1e-7"))
    first = next(iter(now))
    now[first] = now[first] | {
        "int8": layers.Cell("refused", reason="It takes texts."),
        "PyTorch": layers.Cell("Keras fails"),
    }
    text = layers.page(zoo, now, 60, 2)
    read = layers.parsed(text)
    assert read.keys() == now.keys()
    assert (read[first]["int8"].mark, read[first]["int8"].reason) == ("refused", "1")
    assert read[first]["PyTorch"].mark == "Keras fails"
    assert all(row["float32"] == layers.Cell("ok", "1e-7") for row in read.values())
    assert "1. It takes texts. *Ours, and right" in text
    assert list(layers.worse(read, now)) == []


def test_what_got_worse_is_named_with_its_reason(layers):
    was = {"Dense": {"int8": layers.Cell("ok", "0.4%"), "compiled": layers.Cell("refused")}}
    now = {"Dense": {"int8": layers.Cell("wrong", "31%", "It jumps."), "compiled": layers.Cell("ok", "0")}}
    assert list(layers.worse(was, now)) == ["Dense, int8: was ok 0.4%, and is wrong 31%: It jumps."]
    assert list(layers.worse(was, {"Dense": {"int8": layers.Cell(layers.UNMEASURED)}})) == []


@pytest.mark.parametrize(
    ("got", "share", "correlation"),
    [
        ([0.0, 1.0, 2.0], 0, 1),
        ([0.0, 1.0, 2.2], 0.1, 0.99),
        ([0.0, 1.0, np.nan], np.inf, 0),
        ([[0.0]], np.inf, 0),
    ],
)
def test_outputs_are_compared_by_their_range(layers, got, share, correlation):
    found = layers.compared(np.array([0.0, 1.0, 2.0]), np.array(got))
    assert found == pytest.approx((share, correlation), abs=0.01)


def test_a_wrong_twin_is_marked_wrong(layers):
    assert layers.verdict("PyTorch", 0.0).mark == "ok"
    assert layers.verdict("PyTorch", 0.5).mark == "wrong"
    assert layers.verdict("int8", 0.5, correlation=0.2).mark == "wrong"


def test_a_row_is_measured_in_a_process_of_its_own_and_kept(layers, tmp_path, monkeypatch):
    kept = layers.Kept(tmp_path / "rows.json")
    assert kept.lacks("Dense", ["compiled"])
    layers.measure(["Dense"], ["compiled"], 1, kept)
    again = layers.Kept(tmp_path / "rows.json")
    assert again.rows["Dense"]["compiled"].mark == "ok"
    assert again.minutes > 0
    assert again.lacks("Dense", ["compiled", "int8"]) and not again.lacks("Dense", ["compiled"])
    monkeypatch.setattr(layers, "build", lambda: "another")
    assert layers.Kept(tmp_path / "rows.json").rows == {}
