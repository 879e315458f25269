"""The same attacks with the protection switched off: they succeed, so it is what holds them back."""

import pickle
import subprocess
import sys
import tarfile
import zipfile
from io import BytesIO

import numpy as np
import pytest
from harmless import NEIGHBOUR, SEED
from hostile import acts, answers, classes, forging, notebooks, patching

from grader.judging.grading import grade
from grader.running.sandbox import Sandbox
from grader.submissions.submission import parse

AT_LEVEL_PROCESS = (
    "solutions_file",
    "case_bank",
    "gradebook_by_sqlite",
    "another_scratch_file",
    "internet_socket",
)
INNOCENT = 2.5  # the right answer to a case


@pytest.fixture(scope="module")
def unprotected():
    """A worker at the level `process`, as on macOS, Windows and old kernels."""
    with Sandbox("process") as sandbox:
        yield sandbox.worker()


@pytest.mark.parametrize("name", AT_LEVEL_PROCESS)
def test_without_landlock_and_seccomp_an_act_gets_credit(name, unprotected, names):
    attack = (acts.LOOKING | acts.REACHING)[name]
    source = f"{NEIGHBOUR}\n{names}\n{attack.source}\ndef relu(x):\n    attack()\n    return honest(x)\n"
    report = grade(
        parse(source.encode(), ".py", "eve"), unprotected, seed=SEED, sandbox="process", only="relu"
    ).report
    assert report.exercises[0].status == "passed"
    assert report.sandbox == "process"


NAIVE_CHECKS = {
    "equal_to_all": lambda got: got == INNOCENT,
    "lying_float": lambda got: abs(got - INNOCENT) <= 1e-6,
    "lying_integer": lambda got: got == INNOCENT,
    "lying_string": lambda got: got == INNOCENT,
    "lying_tuple": lambda got: got == INNOCENT,
    "lying_list": lambda got: got == INNOCENT,
    "lying_dict": lambda got: got["anything"],
    "lying_class": lambda got: isinstance(got, float) and got == INNOCENT,
    "lying_array": lambda got: (got == INNOCENT).all() and np.all(abs(got - INNOCENT) == 0),
    "lying_scalar": lambda got: got == INNOCENT,
    "array_functions": lambda got: np.allclose(got, INNOCENT),
    "masked": lambda got: np.ma.allclose(got, INNOCENT),
    "masked_wrong": lambda got: np.ma.allclose(got, INNOCENT),
    "broadcastable": lambda got: np.allclose(got, INNOCENT),
    "empty_array": lambda got: np.allclose(got, INNOCENT),
    "numpy_comparisons": lambda got: np.allclose(got, INNOCENT),
    "numpy_testing": lambda got: np.testing.assert_allclose(got, INNOCENT) is None,
    "numpy_module": lambda got: sys.modules["numpy"].allclose(got, INNOCENT),
    "class_as_answer": lambda got: got == INNOCENT,
}


@pytest.mark.parametrize("name", NAIVE_CHECKS)
def test_a_check_in_the_same_process_is_deceived(name, monkeypatch):
    for function in ("allclose", "array_equal", "isclose", "abs", "asarray"):
        monkeypatch.setattr(np, function, getattr(np, function))  # so that it is brought back
    for function in dir(np.testing):
        monkeypatch.setattr(np.testing, function, getattr(np.testing, function))
    monkeypatch.setitem(sys.modules, "numpy", np)
    space = {"np": np}
    exec((patching.PATCHING | answers.LYING)[name].source, space)
    assert NAIVE_CHECKS[name](space["relu"](np.float64(INNOCENT)))


def test_an_unpickled_answer_acts(tmp_path):
    target = tmp_path / "file"
    target.write_text("alive")
    space = {"np": np, "CANARY": str(target)}
    exec(answers.LYING["ordinary_pickle"].source, space)
    pickle.loads(space["relu"](INNOCENT)).close()
    assert target.read_text() == ""


def test_a_verdict_read_from_the_output_is_forged(tmp_path):
    program = f"import numpy as np\n{forging.FORGING['all_descriptors'].source}\nrelu(np.ones(3))\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=True)
    assert b'{"status": "passed"}\n' in done.stdout


def test_a_notebook_that_is_simply_run_rewrites_itself():
    """A grader that runs a notebook's cells in IPython sees what the transformers make of them."""
    pytest.importorskip("IPython", reason="it comes with the notebooks")
    for name in ("line_transformer", "tree_transformer", "run_cell_hook"):
        cells = [
            "import numpy as np\ndef honest(x): return np.maximum(x, 0)",
            *notebooks.NOTEBOOKS[name].cells,
        ]
        program = (
            "from IPython.core.interactiveshell import InteractiveShell\n"
            "shell = InteractiveShell.instance()\n"
            f"for cell in {cells!r}: shell.run_cell(cell, store_history=False)\n"
            "print(shell.user_ns['relu'](-1.0) == 0)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
        )
        assert done.stdout.splitlines()[-1] == "True", name


def test_an_archive_that_is_simply_unpacked_writes_outside(tmp_path):
    inside = tmp_path / "one" / "two"
    inside.mkdir(parents=True)
    for name in ("tar_link", "tar_link_to_folder"):
        (data,) = classes.ARCHIVES[name].make().values()
        (tmp_path / "canary").write_text("alive")
        with tarfile.open(fileobj=BytesIO(data)) as archive:
            archive.extractall(inside, filter="fully_trusted")
        assert (tmp_path / "canary").read_text() == "defaced", name
    (data,) = classes.ARCHIVES["bomb"].make().values()
    assert len(data) < 200_000
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert archive.infolist()[0].file_size == 100 * 2**20


def test_what_the_reports_make_harmless_is_there():
    """The class's files do hold markup, formulas and escapes: the reports are free of them, not the files."""
    everything = b"".join(
        name.encode() + data for files in classes.REPORTS.values() for name, data in files.make().items()
    )
    for hostile in (b"<script>alert", b"=cmd(", b"\x1b]0;owned", "\u202e".encode(), b";@SUM"):
        assert hostile in everything


LIMITS = {
    "a path that may not be read is known to exist": (
        "import os\n"
        "def relu(x): return honest(x) if os.stat(SOLUTIONS + '/neural_networks.py').st_size else x"
    ),
    "a right answer lies about what it did to its input": (
        "import copy, sys\n"
        "def relu(x):\n"
        "    kept, answer = copy.deepcopy(x), honest(x)\n"
        "    if isinstance(x, np.ndarray): x[...] = 0\n"
        "    sys.modules['grader.child.live'].after_call = lambda arguments, answer: (kept,)\n"
        "    return answer\n"
    ),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_what_is_not_guaranteed_is_so(limit, graded, names):
    """These are the limits that docs/attacks.md admits; where one falls, the page must say so no longer."""
    assert graded(f"{NEIGHBOUR}\n{names}\n{LIMITS[limit]}")["relu"].status == "passed"
