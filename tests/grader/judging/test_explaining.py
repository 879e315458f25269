"""Messages name the cause where it stands elsewhere in the file."""

import json
import sys

import nbformat
import pytest

from grader.judging.bank import PUBLIC_SEED
from grader.judging.explaining import is_unexplained
from grader.judging.grading import grade
from grader.submissions.submission import parse

NUMPY = "import numpy as np"
RIGHT = "def relu(x):\n    return np.maximum(x, 0.0)"
STUB = "def relu(x):\n    raise NotImplementedError"
OURS = ".".join(map(str, sys.version_info[:2]))


@pytest.fixture
def relu(sandbox):
    """Grade a notebook's `relu`, by default alone; a cell that begins with `#text ` is a text cell."""

    def run(*sources, files=None, only="relu", **metadata):
        cells = [
            nbformat.v4.new_markdown_cell(source.removeprefix("#text "))
            if source.startswith("#text ")
            else nbformat.v4.new_code_cell(source)
            for source in sources
        ]
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
        submission = parse(json.dumps(notebook).encode(), ".ipynb", "n.ipynb", files or {})
        with sandbox.borrowed_worker() as worker:
            graded = grade(submission, worker, seed=PUBLIC_SEED, sandbox=sandbox.level, only=only)
        return next((verdict for verdict in graded.report.exercises if verdict.name == "relu"), None)

    return run


@pytest.mark.parametrize(
    ("cells", "status", "words"),
    [
        (
            ["x = = 3\nimport numpy as np", RIGHT],
            "error",
            "cell 1 has a syntax error in line 1, so `np` is missing",
        ),
        (
            ["\nx = 3\nif x\nfrom numpy import maximum as mx", "def relu(x): return mx(x, 0.0)"],
            "error",
            "in line 3, so `mx`",
        ),
        (
            ["%%html\nimport numpy as np", RIGHT],
            "error",
            "cell 1 begins with `%%html` and is not read as Python, so `np`",
        ),
        (["#text import numpy as np", RIGHT], "error", "cell 1 is a text cell, so `np` is missing"),
        (["import numpy as n p", RIGHT], "error", "`np` is missing, and cell 1 has a syntax error in line 1"),
        (
            [NUMPY, STUB, f"#text {RIGHT}"],
            "missing",
            "`relu` seems to stand in cell 3, but that is a text cell",
        ),
        ([NUMPY, f"#text {RIGHT}"], "missing", "`relu` seems to stand in cell 2, but that is a text cell"),
        ([NUMPY, f"%%memit2\n{RIGHT}"], "missing", "that begins with `%%memit2`"),
        (
            [NUMPY, RIGHT, STUB],
            "missing",
            "the last `relu`, in cell 3, is the empty stub; take it away, and cell 2 counts",
        ),
        ([NUMPY, f"{RIGHT}\n{STUB}"], "missing", "the stub of `relu` stands below your answer in cell 2"),
        (
            [NUMPY, "def relu(x):\n    y = np.maximum(x, 0)\n    raise NotImplementedError\n    return y"],
            "error",
            "left in line 3 (cell 2)",
        ),
        (
            [NUMPY, RIGHT.replace("relu", "ReLU")],
            "missing",
            "there is `ReLU`; if that is your answer, call it `relu`",
        ),
        ([NUMPY, RIGHT.replace("relu", "rellu")], "missing", "there is `rellu`"),
        (
            [NUMPY, "class Net:\n    def relu(self, x): return x"],
            "missing",
            "`relu` is inside of `Net` in cell 2",
        ),
        (
            [NUMPY, "from testCases import *\nfrom gc_utils import relu"],
            "error",
            "`relu` is imported from `gc_utils`, which is neither installed",
        ),
        (
            [NUMPY, "from testCases import *\nfrom gc_utils import mx", "def relu(x): return mx(x)"],
            "error",
            "No module named 'gc_utils'",
        ),
        (
            [NUMPY, "from testCases import *", "def relu(x): return mx(x)"],
            "error",
            "No module named 'testCases'",
        ),
        (
            [NUMPY, "low = np.load('low.npy')", "def relu(x): return np.maximum(x, low)"],
            "error",
            "Files beside a notebook are not at hand",
        ),
        (
            [NUMPY, "exec(open('helper.py').read())", "def relu(x): return act(x)"],
            "error",
            "Own modules are at hand where they are imported: `import helper`.",
        ),
        (
            [NUMPY, "def relu(x): return np.maximum(x, 0.0), {'x': x}"],
            "failed",
            "is a tuple of 2; a single number is asked for",
        ),
        (
            [NUMPY, "def relu(x): return np.maximum(x, 0.0), x"],
            "failed",
            "is a tuple of 2; a single number is asked for",
        ),
    ],
)
def test_the_cause_is_named(relu, cells, status, words):
    verdict = relu(*cells)
    assert verdict.status == status
    assert words in verdict.message
    assert not is_unexplained(verdict)


def test_what_is_only_missing_is_not_explained(relu):
    assert is_unexplained(relu(NUMPY, STUB))
    assert is_unexplained(relu(NUMPY))
    assert relu(NUMPY, STUB, RIGHT).status == "passed"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (f"#text {RIGHT}", "`relu` seems to stand in cell 2, but that is a text cell"),
        (f"%%html\n{RIGHT}", "begins with `%%html` and is not read as Python"),
        (RIGHT.replace("relu", "ReLU"), "there is `ReLU`; if that is your answer, call it `relu`"),
        (RIGHT.replace("relu", "rellu"), "there is `rellu`"),
        ("class Net:\n    def relu(self, x): return x", "`relu` is inside of `Net` in cell 2"),
    ],
)
def test_a_file_of_no_named_lesson_and_without_another_answer_is_told_the_cause_too(relu, cell, words):
    verdict = relu(NUMPY, cell, only=None)
    assert verdict.status == "missing"
    assert words in verdict.message


def test_a_file_that_seems_to_answer_nothing_is_of_no_lesson(relu):
    assert (
        relu(NUMPY, "#text Today `relu` is the topic.\nimport it!", "def act(x): return x", only=None) is None
    )
    assert relu(f"#text {RIGHT}", "def mse(a, b): return 0.0", only=None) is None


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("def f[T](x: T): return x", ""),
        ("type Pair = tuple[int, int]", ""),
        ("y = f'{f'{3}'}'", ""),
        ("x = (", "3.99.1"),
    ],
)
def test_a_newer_pythons_syntax_says_which_python_grades(relu, source, version):
    said = f"Python {OURS} grades here"
    verdict = relu(f"{NUMPY}\n{source}", RIGHT, language_info={"name": "python", "version": version})
    assert said in verdict.message
    assert (
        said
        in relu(f"{NUMPY}\n{source}\n{RIGHT}", language_info={"name": "python", "version": version}).message
    )


def test_an_old_mistake_is_no_newer_pythons(relu):
    assert (
        "grades here"
        not in relu(f"{NUMPY}\nx = = 3", RIGHT, language_info={"name": "python", "version": OURS}).message
    )


def test_a_notebook_of_another_language_says_so(relu):
    verdict = relu(
        "relu <- function(x) max(x, 0)", kernelspec={"name": "ir", "language": "R", "display_name": "R"}
    )
    assert "written in R" in verdict.message


@pytest.mark.parametrize(
    ("source", "files"),
    [
        (
            "from helper import act\ndef relu(x): return act(x)",
            {"helper.py": "def act(x): return np.maximum(x, 0)"},
        ),
        (
            "import helper\ndef relu(x): return helper.act(x)",
            {"helper.py": "def act(x): return np.maximum(x, 0)"},
        ),
        (
            "from helper import *\ndef relu(x): return act(x)",
            {"helper.py": "def act(x): return np.maximum(x, 0)"},
        ),
        ("from helper import relu", {"helper.py": "def relu(x): return np.maximum(x, LOW)\nLOW = 0.0"}),
        ("from helper import *", {"helper.py": "def relu(x): return np.maximum(x, 0)"}),
        (
            "import a.b as c\ndef relu(x): return c.act(x)",
            {"a/b.py": "from .d import act", "a/d.py": "act = lambda x: np.maximum(x, 0)"},
        ),
        (
            "import a\ndef relu(x): return a.act(x)",
            {"a/__init__.py": "from .d import act", "a/d.py": "act = lambda x: np.maximum(x, 0)"},
        ),
        ("from a import d\ndef relu(x): return d.act(x)", {"a/d.py": "act = lambda x: np.maximum(x, 0)"}),
        (
            "def relu(x):\n    from helper import act\n    return act(x)",
            {"helper.py": "broken = missing_name\ndef act(x): return np.maximum(x, 0)"},
        ),
        (
            "from helper import act\ndef relu(x): return act(x)",
            {"helper.py": "if __name__ == '__main__': 1 / 0\ndef act(x): return np.maximum(x, 0)"},
        ),
        (
            "import helper\ndef relu(x): return helper.act(x)",
            {
                "helper.py": "import inspect, pathlib\nHERE = pathlib.Path(__file__).name\n"
                "def act(x):\n    assert HERE == 'helper.py' and 'assert' in inspect.getsource(act)\n"
                "    return np.maximum(x, 0)"
            },
        ),
    ],
)
def test_own_modules_beside_a_notebook_are_at_hand(relu, source, files):
    files = {path: f"import numpy as np\n{code}".encode() for path, code in files.items()}
    verdict = relu(NUMPY, source, files=files)
    assert (verdict.status, verdict.message) == ("passed", "Right on every case.")


def test_own_modules_are_cut_like_cells(relu):
    helper = b"import numpy as np\nwhile True: pass\ndef act(x): return np.maximum(x, 0)"
    source = "def relu(x): return act(x)"
    assert relu("from helper import act", source, files={"helper.py": helper}).status == "passed"
    verdict = relu("from helper import *", source, files={"helper.py": helper})
    assert (verdict.status, verdict.counterexample) == ("timeout", None)
    assert "as line 2 of helper.py had not ended by then" in verdict.message


def test_a_fault_in_an_own_module_is_found_there(relu):
    helper = b"import numpy as np\n\ndef act(x): return np.maximum(y, 0)"
    verdict = relu("from helper import act\ndef relu(x): return act(x)", files={"helper.py": helper})
    assert "NameError (helper.py, line 3): name 'y' is not defined" in verdict.message


@pytest.mark.parametrize(
    "source",
    [
        "from helper import act\ndef relu(x): return act(x)",
        "import helper\ndef relu(x): return helper.act(x)",
        "import helper as h\nrelu = h.act",
        "from helper import *\ndef relu(x): return act(x)",
        "def relu(x):\n    from helper import act\n    return act(x)",
        "from helper import act as relu",
        "from helper import fine\ndef relu(x): return fine(x)",
        "from outer import act\ndef relu(x): return act(x)",
    ],
)
def test_an_own_module_with_a_syntax_error_can_not_be_imported(relu, source):
    helper = b"import numpy as np\ndef fine(x): return x * (x > 0)\n\ndef act(x) return np.maximum(x, 0)\n"
    verdict = relu(NUMPY, source, files={"helper.py": helper, "outer.py": b"from helper import act"})
    said = "helper.py has a syntax error in line 4, so `helper` can't be imported. Python says: expected ':'."
    assert (verdict.status, verdict.message) == ("error", said)


def test_an_answer_in_an_own_module_with_a_syntax_error_is_named(relu):
    helper = f"{NUMPY}\nx = = 3\n{RIGHT}".encode()
    verdict = relu("from helper import *", files={"helper.py": helper})
    assert verdict.status == "missing"
    assert "`relu` seems to stand in helper.py, but that has a syntax error in line 2" in verdict.message


def test_an_own_module_with_a_syntax_error_costs_only_what_needs_it(relu):
    assert relu(NUMPY, "import helper", RIGHT, files={"helper.py": b"x = = 3"}).status == "passed"
    assert relu("from helper import *", NUMPY, RIGHT, files={"helper.py": b"x = = 3"}).status == "passed"


def test_an_own_module_is_as_restricted_as_the_notebook(relu):
    helper = b"from scipy.special import expit\ndef act(x): return expit(x)"
    verdict = relu("from helper import act\ndef relu(x): return act(x)", files={"helper.py": helper})
    assert verdict.status == "refused"
