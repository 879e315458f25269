"""What the processes that run answers have loaded: the course's library, without its data and its folder."""

import numpy as np
import pytest

from grader.child import plaindata
from grader.child.calling import Outcome
from grader.exercise import Exercise, Finding
from grader.running.sandbox import Job
from grader.submissions.cutting import Cutter
from grader.submissions.submission import read

X = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)


def answer(x, y):
    """Whatever the library makes of samples and their labels."""


ASKED = Exercise(
    reference=answer,
    kind="property",
    verify=lambda given, answer: Finding(True),
    cases=lambda rng: [(X, Y)],
    mistakes=(),
    hints=("", "", ""),
    difficulty=1,
    importance=1,
    minutes=1,
    seconds=60,
    megabytes=2048,
)


@pytest.fixture
def run(sandbox, tmp_path):
    """A learner's file → the outcome of its function `answer`, in the sandbox."""

    def run(source: str) -> Outcome:
        (tmp_path / "m.py").write_text(source)
        cut = Cutter(read(tmp_path / "m.py")).cut(ASKED.name)
        with sandbox.borrowed_worker() as worker:
            (attempt,) = worker.run([Job(ASKED, cut, (plaindata.encode((X, Y)),), ())])
        assert attempt.end == "complete", attempt
        return attempt.outcomes[0]

    return run


USES = {
    "preprocessing": """
import pandas as pd
from dlcourse import preprocessing
def answer(x, y):
    table = pd.DataFrame({"a": x[:, 0], "town": ["Ulm", "Bonn"] * 30})
    cleaned = preprocessing.drop_outliers(preprocessing.drop_duplicates(table))
    fitted = preprocessing.Preprocessor().fit_rows(cleaned)
    inside = fitted.to_keras()(fitted.raw_inputs(table)).numpy()
    return bool(abs(inside - fitted.transform(table)).max() < 1e-5)
""",
    "models": """
from dlcourse.models import cnn, mlp, rnn, transformer
def answer(x, y):
    built = mlp((4,), "binary"), cnn((28, 28, 1), "multiclass", 3), rnn((5, 2), "regression")
    return all(model.count_params() for model in (*built, transformer(20, 8, "binary")))
""",
    "training": """
import dlcourse
def answer(x, y):
    model = dlcourse.models.mlp((4,), "binary", hidden=(8,), learning_rate=0.05)
    losses = dlcourse.training.train(model, (x, y), epochs=10, engine="compiled").frame()["loss"]
    return bool(losses.iloc[0] > model.evaluate(x, y, verbose=0)[0])
""",
    "training by fit": """
from dlcourse import models, training
def answer(x, y):
    model = models.mlp((4,), "binary")
    return training.train(model, (x, y), epochs=3, validation=(x, y), engine="keras").epochs == 3
""",
    "cross-validation": """
from sklearn.preprocessing import StandardScaler
from dlcourse import models, validation
def answer(x, y):
    model, scaler = models.mlp((4,), "binary"), StandardScaler()
    return len(validation.cross_validate(model, (x, y), k=3, epochs=2, preprocessing=scaler).summary()) > 0
""",
    "a search": """
from dlcourse import models, validation
def build(units):
    return models.mlp((4,), "binary", hidden=(units,))
def answer(x, y):
    found = validation.random_search(build, {"units": [2, 4], "epochs": [2]}, (x, y), n=2, k=2)
    return found.best["units"] in (2, 4)
""",
    "metrics": """
from dlcourse import metrics, models
def answer(x, y):
    figures = metrics.accuracy(y, y), metrics.bootstrap_interval(metrics.accuracy, y, y).low
    report = metrics.report(models.mlp((4,), "binary"), (x, y), resamples=50)
    return figures == (1.0, 1.0) and metrics.roc_auc(y, x[:, 0]) == 1.0 and "accuracy" in str(report)
""",
}

SHUT = {
    "its data": """
from dlcourse import datasets
def answer(x, y):
    return datasets.load("digits").y
""",
    "its source": """
import dlcourse
def answer(x, y):
    return open(dlcourse.__file__).read()
""",
    "what is not loaded": """
import dlcourse
def answer(x, y):
    return dlcourse.workspace.__doc__ or __import__("dlcourse.workspace").workspace.__doc__
""",
}


@pytest.mark.parametrize("part", USES)
def test_a_part_of_the_library_works(run, part):
    outcome = run(USES[part])
    assert not outcome.raised, outcome.raised
    assert outcome.value() is True


@pytest.mark.parametrize("what", SHUT)
def test_what_lies_beside_the_library_stays_shut(run, what):
    assert run(SHUT[what]).raised


def test_no_answer_is_loaded_with_it(run):
    loaded = run("import dlcourse, sys\ndef answer(x, y): return sorted(sys.modules)").value()
    ours = {name for name in loaded if name.partition(".")[0] in ("grader", "solutions", "lessons")}
    assert {name for name in ours if not name.startswith("grader.child")} == {"grader"}
