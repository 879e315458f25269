"""What benchmarks/library.py compares: trainings of the length asked for, real files, stated targets."""

import importlib
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sklearn.model_selection

from dlcourse import deployment, training, validation

PROGRAM = Path(__file__).resolve().parents[2] / "benchmarks" / "library.py"


@pytest.fixture(scope="module")
def library():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PROGRAM.parent)
        yield importlib.import_module("library")


def test_both_cross_validations_train_what_was_asked(library):
    for run in (library.cross_val_score("MLP", 3, 2), library.cross_validate("MLP", 3, 2)):
        assert run.epochs == [2, 2, 2]
        assert len(run.accuracies) == 3 and all(0.2 < score < 1 for score in run.accuracies)
        assert run.seconds > 0


def test_both_get_the_same_folds_and_network(library):
    x, y = library.digits()
    pairs = zip(library.splitter(3).split(x, y), library.splitter(3).split(x, y), strict=True)
    assert all(np.array_equal(a[0], b[0]) and np.array_equal(a[1], b[1]) for a, b in pairs)
    for name, _, _ in library.NETWORKS:
        ours, theirs = (library.network(name, f"{loss}categorical_crossentropy") for loss in ("sparse_", ""))
        assert ours.to_json().count('"units"') == theirs.to_json().count('"units"')
        assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]
        assert ours(x[:2]).shape == (2, 10)


def test_the_peers_forgotten_epochs_are_noticed(library, monkeypatch):
    real = sklearn.model_selection.cross_val_score

    def forgetful(*arguments, params, **options):
        return real(*arguments, params=params | {"epochs": 1}, **options)

    monkeypatch.setattr(sklearn.model_selection, "cross_val_score", forgetful)
    with pytest.raises(library.NotAsAsked, match=r"\(2, \d+\).* were .*\(1, \d+\)"):
        library.cross_val_score("MLP", 2, 2)


def test_our_forgotten_epochs_are_noticed(library, monkeypatch):
    cross_validate, train = validation.cross_validate, training.train
    monkeypatch.setattr(
        validation, "cross_validate", lambda *a, epochs, **o: cross_validate(*a, epochs=1, **o)
    )
    with pytest.raises(library.NotAsAsked, match="2 folds of 2 epochs"):
        library.cross_validate("MLP", 2, 2)
    monkeypatch.setattr(training, "train", lambda *a, epochs, **o: train(*a, epochs=epochs - 1, **o))
    with pytest.raises(library.NotAsAsked, match="3 epochs"):
        library.pairs("iris MLP", 3, 1, "compiled")


def test_engines_take_turns(library, monkeypatch):
    order, real = [], training.train

    def noted(*arguments, **options):
        order.append((options["engine"], options["epochs"], options["batch_size"]))
        return real(*arguments, **options)

    monkeypatch.setattr(training, "train", noted)
    fits, trains = library.pairs("iris MLP", 3, 1, "compiled")
    assert order == [("compiled", 3, library.BATCH_SIZE)] * 2  # the first one warms up
    for [timed] in (fits, trains):
        assert 0 < timed.epoch / 1000 < timed.seconds


def test_engines_are_compared_by_medians(library, monkeypatch):
    def pairs(name, epochs, repeats, engine):
        fits = [library.Timed(seconds, 50) for seconds in (9, 10, 20)]
        return fits, [library.Timed(seconds, 5) for seconds in (2, 1, 2)]

    monkeypatch.setattr(library, "pairs", pairs)
    whole, epoch = library.compiled("iris MLP", quick=False)
    assert (whole.theirs, whole.ours, whole.result, whole.target) == (10, 2, 5, 5) and whole.met
    assert (epoch.theirs, epoch.ours, epoch.result, epoch.target) == (50, 5, 10, 5) and epoch.met
    [same] = library.default("iris MLP", quick=False)
    assert (same.result, same.target, same.at_most) == (0.1, 1.05, True)  # of 2/9, 1/10 and 2/20


def test_a_run_has_a_process_of_its_own(library):
    assert library.apart(os.getpid) != os.getpid()


def test_sizes_are_those_of_the_files(library, monkeypatch):
    made, real = {}, deployment.to_tflite

    def noted(model, quantization, samples):
        made[quantization or "float32"] = lite = real(model, quantization, samples)
        return lite

    monkeypatch.setattr(deployment, "to_tflite", noted)
    monkeypatch.setattr(library, "FILES", {"float32": None, "int8": "int8"})  # the others would take long
    rows = library.files(quick=True)
    sizes = {row.what: row for row in rows if "size" in row.what}
    assert {name: len(lite.content) for name, lite in made.items()} == {
        what.partition(":")[0]: row.ours for what, row in sizes.items()
    }
    assert all(row.result == row.ours / sizes["float32: size"].ours for row in sizes.values())
    assert sizes["int8: size"].met
    kept = {row.what: row for row in rows if "accuracy" in row.what}
    assert kept["float32: accuracy"].result == pytest.approx(0, abs=0.5)  # points
    assert kept["int8: accuracy"].target == 1 and kept["int8: accuracy"].at_most
    speeds = [row for row in rows if "one row" in row.what]
    assert {(row.against, row.target) for row in speeds} == {
        ("model.predict", 500),
        ("model(x)", None),
        ("tf.function", 15),
    }
    assert len(speeds) == 3 * len(made)
    assert all(row.result == row.theirs / row.ours for row in speeds)


@pytest.mark.parametrize(
    ("result", "target", "at_most", "met"),
    [
        (20, 20, False, True),
        (19.9, 20, False, False),
        (1.05, 1.05, True, True),
        (1.06, 1.05, True, False),
        (math.nan, 1, True, False),
        (math.nan, 1, False, False),
        (3, None, False, None),
    ],
)
def test_targets(library, result, target, at_most, met):
    assert library.Row("a", "b", 1, 1, "s", result, target=target, at_most=at_most).met is met


def test_agreement_is_in_standard_errors(library):
    row = library.agreement("MLP", "peer", [0.8, 0.9, 1.0], [0.7, 0.8, 0.9])
    assert (row.theirs, row.ours) == pytest.approx((0.9, 0.8))
    assert row.result == pytest.approx(0.1 / math.hypot(0.1 / math.sqrt(3), 0.1 / math.sqrt(3)))
    assert row.met is False
    assert library.agreement("MLP", "peer", [0.8, 0.9], [0.9, 0.8]).met is True


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process's memory")
def test_memory_is_the_growth_at_the_peak(library):
    _, _, small = library.measured(lambda: None)
    _, _, large = library.measured(lambda: np.ones(25_000_000).sum())  # freed before the end
    assert small < 20
    assert large == pytest.approx(200 / 1.048576, rel=0.1)


def test_command_tells_numbers_targets_and_status(tmp_path):
    command = [sys.executable, PROGRAM, "--quick", "--only", "import", "--json", tmp_path / "found.json"]
    done = subprocess.run(command, capture_output=True, text=True)
    found = json.loads((tmp_path / "found.json").read_text())
    [row] = found["import"]
    assert done.returncode == found["missed"] == (not row["met"]), done.stderr
    assert "≤ 100" in done.stdout and ("met" if row["met"] else "MISSED") in done.stdout
    assert row["result"] == row["ours"] - row["theirs"] > 0
    refused = subprocess.run([sys.executable, PROGRAM, "--only", "speed"], capture_output=True, text=True)
    assert refused.returncode == 2 and "cv, engine, tflite, import" in refused.stderr
