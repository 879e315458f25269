"""What somebody does first with the course, in an environment where only its wheel is installed.

`matrix.py` runs it, in an empty folder; the first thing that goes wrong ends it with a traceback.
"""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import dlcourse

PROGRAMS = Path(sys.executable).parent
QUICK = "03a_backpropagation"
ANSWERS = """
import numpy as np
import tensorflow as tf

def relu(x):
    return np.maximum(x, 0)

def sigmoid(x):
    return 1 / (1 + np.exp(x))

def forward_propagation(X, W, b):
    return tf.nn.relu(tf.matmul(X, W) + b)
"""


def main() -> None:
    assert Path(dlcourse.__file__).is_relative_to(sys.prefix), dlcourse.__file__
    assert dlcourse.__version__ == version("dlcourse")
    for step in (examine, grade_answers, run_a_lesson, train_and_deploy):
        print(step.__name__.replace("_", " "), flush=True)
        step()


def examine() -> None:
    """Nothing that the course needs is broken on this machine."""
    findings = json.loads(command("dlcourse", "doctor", "--json"))["findings"]
    assert [finding for finding in findings if finding["state"] == "failed"] == []


def grade_answers() -> None:
    """Two right answers and a wrong one, of a learner alone and of a class."""
    Path("class").mkdir()
    Path("class", "ada.py").write_text(ANSWERS, encoding="utf-8")
    shown = command("grader", "check", "class/ada.py", status=1)
    assert "relu: passed" in shown
    assert "forward_propagation: passed" in shown
    assert "sigmoid: not yet" in shown
    command("grader", "grade", "class", "--seed", "smoke", "--out", "graded", status=1)
    (line,) = Path("graded", "reports.jsonl").read_text("utf-8").splitlines()
    statuses = {verdict["name"]: verdict["status"] for verdict in json.loads(line)["exercises"]}
    assert (statuses["relu"], statuses["sigmoid"], statuses["forward_propagation"]) == (
        *("passed", "failed", "passed"),
    )
    command("grader", "report", "graded")
    assert Path("graded", "report", "index.html").is_file()


def run_a_lesson() -> None:
    """A lesson from top to bottom, as a learner gets it."""
    command("dlcourse", "start", "course")
    execute = ("nbconvert", "--to", "notebook", "--execute", "--output", "executed.ipynb")
    command("jupyter", *execute, f"course/{QUICK}.ipynb")
    notebook = json.loads(Path("course", "executed.ipynb").read_text("utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert len(outputs) > 20
    assert [output for output in outputs if output["output_type"] == "error"] == []


def train_and_deploy() -> None:
    """The README's example in short: train, judge, convert, compare, carry into another process."""
    with dlcourse.quiet():
        from dlcourse import datasets, deployment, metrics, models, training, validation

    digits = datasets.load("digits")
    train, val, test = [(part.x / 16, part.y) for part in digits.split(validation=0.2, test=0.2)]
    model = models.mlp((8, 8), "multiclass", 10)
    training.train(model, train, validation=val, epochs=10, engine="compiled")
    assert metrics.report(model, test, training_data=train).scores.loc["accuracy", "model"] > 0.9
    lite = deployment.to_tflite(model, "int8", samples=train[0])
    assert deployment.compare(model, lite, test).loc["tflite", "agreement"] > 0.95
    folds = validation.cross_validate(lambda: models.mlp((8, 8), "multiclass", 10), train, k=3, epochs=3)
    assert len(folds.scores["accuracy"]) == 3


def command(name: str, *arguments: str, status: int = 0) -> str:
    done = subprocess.run([str(PROGRAMS / name), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == status, f"{name} {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


if __name__ == "__main__":
    main()
