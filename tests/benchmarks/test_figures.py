"""benchmarks/figures.py: claims.toml says what the texts say, a script that fails costs its rows."""

import argparse
import dataclasses
import doctest
import importlib
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "benchmarks" / "figures.py"
CLAIMS = """
[good]
full = "good.py --size 9"
small = "good.py"

[[good.claims]]
what = "a class"
quote = ""
beside = "a | peer"
at = "rows / MLP, 20 epochs"
figure = "times"
bound = ">= 4"

[bad]
full = "bad.py"
small = "missing.py"

[[bad.claims]]
what = "nothing"
quote = ""
bound = "<= 1"
"""
GOOD = """
import argparse, json, pathlib, sys
parser = argparse.ArgumentParser()
parser.add_argument("--size", default="2")
parser.add_argument("--json", type=pathlib.Path)
options = parser.parse_args()
row = {"what": f"MLP, {options.size}0 epochs", "theirs": 8, "ours": 2}
options.json.write_text(json.dumps({"rows": [row]}).replace("90", "20"))
sys.exit(1)  # a target was missed
"""
BAD = "raise SystemExit('There is no disk.')"


@pytest.fixture(scope="module")
def figures():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PROGRAM.parent)
        yield importlib.import_module("figures")


@pytest.fixture(scope="module")
def runs(figures):
    return figures.read(PROGRAM.with_name("claims.toml"))


@pytest.fixture
def elsewhere(tmp_path):
    """A copy of the program, in a folder with claims and scripts of its own."""
    for name in ("figures.py", "library.py", "peers.py"):
        shutil.copy(PROGRAM.with_name(name), tmp_path)
    for name, text in (("claims.toml", CLAIMS), ("good.py", GOOD), ("bad.py", BAD)):
        (tmp_path / name).write_text(text)

    def start(*options):
        command = [sys.executable, str(tmp_path / "figures.py"), *options]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=tmp_path, env=environment, **pipes)

    return start


def test_each_claim_is_said_where_it_says(runs):
    for claim in (claim for run in runs.values() for claim in run.claims):
        text = (ROOT / claim.where).read_text(encoding="utf-8")
        assert claim.quote
        assert claim.quote in " ".join(text.split()), claim


def test_each_claim_can_be_judged(figures, runs):
    known = {"times", "share", "more", "ours", "result"}
    for claim in (claim for run in runs.values() for claim in run.claims):
        assert claim.figure in known
        assert claim.beside or claim.figure == "ours"
        assert isinstance(figures.holds(1.0, claim.bound), bool)
        assert all(isinstance(value, str | None) for value in dataclasses.asdict(claim).values())


def test_each_script_takes_its_arguments(runs, monkeypatch):
    class Parsed(Exception):
        pass

    real = argparse.ArgumentParser.parse_args

    def parse_args(parser, *arguments):
        raise Parsed(real(parser, *arguments))

    monkeypatch.syspath_prepend(PROGRAM.parent)
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_args)
    for run in runs.values():
        for small in (False, True):
            script, *arguments = run.command(small)
            monkeypatch.setattr(sys, "argv", [script, *arguments, "--json", "found.json"])
            with pytest.raises(Parsed) as parsed:
                importlib.import_module(script.removesuffix(".py")).main()
            assert parsed.value.args[0].json == Path("found.json")


SAMPLE = {
    "cv": [
        {"what": "MLP, 10 folds of 20 epochs", "theirs": 16.5, "ours": 0.95},
        {"what": "MLP, 10 folds of 100 epochs", "theirs": 65.4, "ours": 2.41},
        {"what": "int8: one row", "against": "model.predict", "ours": 1},
        {"what": "int8: one row", "against": "tf.function", "ours": 2},
    ],
    "runs": {"250": {"seconds": 5}, "1000": {"seconds": 19.3, "megabytes": None}},
    "faults": ["one", "two"],
}


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("cv / MLP, 10 folds of 100 epochs / theirs", 65.4),
        ("cv / int8: one row / tf.function / ours", 2),
        ("runs / 1000 / seconds", 19.3),
        ("runs / 1000 / megabytes", math.nan),
        ("faults", 2),
    ],
)
def test_numbers_are_found(figures, path, number):
    assert figures.look_up(SAMPLE, path) == pytest.approx(number, nan_ok=True)


@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("cv / MLP, 10 folds of 30 epochs / ours", "MLP, 10 folds of 30 epochs"),
        ("cv / int8: one row / ours", "ours"),  # of two
        ("runs / 40 / seconds", "40"),
        ("faults / ours", "ours"),
        ("runs / 250 / seconds / ours", "ours"),
        ("runs / 250", "250"),  # no number
    ],
)
def test_a_path_that_leads_nowhere_is_told(figures, path, step):
    with pytest.raises(LookupError) as error:
        figures.look_up(SAMPLE, path)
    assert error.value.args == (step,)


def test_at_small_sizes_numbers_in_a_path_are_other_ones(figures):
    assert figures.look_up(SAMPLE, "runs / 4000 / seconds", loosely=True) == 19.3
    assert figures.look_up(SAMPLE, "cv / MLP, 3 folds of 2 epochs / ours", loosely=True) == 2.41
    assert figures.look_up(SAMPLE, "runs / 250 / seconds", loosely=True) == 5, "unless they are there"
    with pytest.raises(LookupError):
        figures.look_up(SAMPLE, "cv / MLP, 3 folds of 2 steps / ours", loosely=True)


@pytest.mark.parametrize(
    ("figure", "bound", "verdict", "value"),
    [
        ("times", ">= 4", "holds", 4),
        ("times", ">= 4.1", "does not hold", 4),
        ("share", "<= 0.25", "holds", 0.25),
        ("more", "<= -7", "does not hold", -6),
        ("ours", "<= 2", "holds", 2),
        ("result", "<= 1", "does not hold", 5),
    ],
)
def test_bounds_are_judged(figures, figure, bound, verdict, value):
    claim = figures.Claim("a", "a", bound, beside="b", figure=figure)
    run = figures.Run("r", "r.py", "r.py", [claim])
    numbers = {"theirs": 8, "ours": 2, "result": 5}
    row = figures.judged(claim, run, numbers, small=False)
    assert (row.verdict, row.figure) == (verdict, value)
    assert figures.judged(claim, run, numbers, small=True).verdict == "not judged"


def test_what_is_no_number_is_not_judged(figures):
    claim = figures.Claim("a", "a", "<= 1", beside="b", figure="share")
    run = figures.Run("r", "r.py", "r.py", [claim])
    for numbers, reason in (
        ({"theirs": 8, "ours": None}, "r.py gave no number."),
        ({"theirs": 0, "ours": 1}, "r.py gave no number."),
        ({"ours": 1}, "r.py gave no “theirs”."),
        ("It failed.", "It failed."),
    ):
        assert figures.judged(claim, run, numbers, small=False).verdict == f"not measured: {reason}"
    alone = dataclasses.replace(claim, figure="ours")
    assert figures.judged(alone, run, {"ours": 1}, small=False).verdict == "holds", "without its peer"


def test_a_script_that_fails_costs_its_rows_only(elsewhere, tmp_path):
    done = elsewhere("--into", "kept")
    out, said = done.communicate(timeout=60)
    assert done.returncode == 0, said
    assert "| a class | a \\| peer | 8 s | 2 s | 4 × | ≥ 4 × | holds | docs/speed.md |" in out
    assert "bad.py ended with status 1 and without numbers." in out
    assert "There is no disk." in said and "Traceback" not in said
    assert "Of 2 claims:" in out and "| sizes | full |" in out
    assert str(tmp_path) not in out

    (tmp_path / "good.py").unlink()  # what it gave is kept
    (tmp_path / "claims.toml").write_text(CLAIMS.replace(">= 4", ">= 5"))
    done = elsewhere("--into", "kept", "--write", "page/figures.md")
    _, said = done.communicate(timeout=60)
    assert done.returncode == 1
    assert "good: kept from before" in said
    assert "| **does not hold** |" in (tmp_path / "page" / "figures.md").read_text(encoding="utf-8")


def test_small_sizes_judge_nothing(elsewhere):
    done = elsewhere("--small")
    out, _ = done.communicate(timeout=60)
    assert done.returncode == 0
    assert "**The figures are of small sizes" in out
    assert "| not judged |" in out
    assert "missing.py ended with status 2 and without numbers." in out


def test_what_was_measured_is_kept_when_it_is_stopped(elsewhere, tmp_path):
    (tmp_path / "bad.py").write_text("import time; open('began', 'w').close(); time.sleep(100)")
    started = elsewhere("--into", "kept")
    until = time.monotonic() + 30
    while not (tmp_path / "began").exists():
        assert started.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    out, said = started.communicate(timeout=30)
    assert started.returncode == 130
    assert "the same command goes on with what kept has" in said and "Traceback" not in said
    assert "| holds |" in out and "It was stopped before." in out
    assert json.loads((tmp_path / "kept" / "good.json").read_text())["numbers"]["rows"]


def test_bad_input_is_told_in_a_sentence(elsewhere, tmp_path):
    (tmp_path / "taken").touch()
    for options, sentence in (
        (["--only", "speed"], "the runs are good,bad"),
        (["--into", "taken"], "taken can't be used: File exists."),
    ):
        done = elsewhere(*options)
        _, said = done.communicate(timeout=30)
        assert done.returncode != 0
        assert sentence in said and "Traceback" not in said


def test_examples_are_so(figures):
    found = doctest.testmod(figures)
    assert found.attempted and not found.failed


def test_the_page_names_no_machine(figures):
    assert re.fullmatch(r".+, \d+ cores, \d+ GB, .+", figures.machine())
    assert os.uname().nodename not in figures.machine()
    assert {"Python", "TensorFlow", "otter", "nbgrader"} <= {
        part.split()[0] for part in figures.versions().split(", ")
    }
