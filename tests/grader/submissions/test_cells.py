"""Cells are read as IPython reads them: a corpus of idioms, in blocks, brackets and strings."""

import ast
import json
import re
import subprocess
import sys
import warnings

import nbformat
import pytest
from idioms import CELLS, NAMES, cells
from IPython.core.inputtransformer2 import TransformerManager

from grader.child.defining import defined
from grader.submissions.cells import NotPython, Reader
from grader.submissions.submission import parse

SHELL = re.compile(r"= *(!|%env)")  # what other programs say, no sandbox lets anybody ask
WATCHED = re.compile(r"%(time|prun) |^\s*%%", re.MULTILINE)
# What IPython's shell makes of cells, one after the other, each in a fresh notebook: which names have which
# values, and whether the cell raised.
IN_IPYTHON = """
import contextlib, io, json, sys
from IPython.core.interactiveshell import InteractiveShell

shell, seen = InteractiveShell.instance(), []
for cell in json.load(sys.stdin):
    shell.reset(new_session=True)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        done = shell.run_cell(cell, silent=True)
    values = {name: repr(shell.user_ns.get(name)).partition(" at 0x")[0] for name in NAMES}
    seen.append([values, done.success])
print(json.dumps(seen))
"""


def read_cell(source):
    """The submission of a notebook with one cell."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    return parse(json.dumps(notebook).encode(), ".ipynb", "n.ipynb")


@pytest.fixture(scope="module", autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        yield


def corpus(watched):
    return [cell for cell in dict.fromkeys(cells()) if bool(WATCHED.search(cell)) == watched]


def test_the_code_of_a_cell_is_what_ipython_makes_of_it():
    seen = 0
    for source in corpus(watched=False):
        (cell,) = read_cell(source).cells
        try:
            expected = ast.dump(ast.parse(TransformerManager().transform_cell(source)))
        except SyntaxError:
            expected = None
        assert (cell.tree and ast.dump(cell.tree)) == expected, source
        seen += 1
    assert seen > 700


def test_what_a_magic_watches_is_done_as_ipython_does_it():
    sources = [source for source in corpus(watched=True) if not SHELL.search(source)]
    assert len(sources) > 100
    script = f"NAMES = {NAMES!r}\n{IN_IPYTHON}"
    done = subprocess.run(
        [sys.executable, "-c", script], input=json.dumps(sources), capture_output=True, text=True, check=True
    )
    for source, (theirs, succeeded) in zip(sources, json.loads(done.stdout), strict=True):
        if "prun" in source and ("def g" in source or "class C" in source):
            continue  # there, it binds a notebook's variable from inside; here, what is written there
        ours = values(source)
        if succeeded and "def g" not in source and "class C" not in source:  # see the next tests
            assert ours == theirs, source
        else:  # the rest of a cell that raised is not run there, and its statements are passed over here
            bound = {name: value for name, value in theirs.items() if value != "None"}
            assert bound.items() <= ours.items(), source


def values(source):
    """What the names have for values after a cell, by running it as the grader does."""
    pieces = [(c.place, c.source, list(range(len(c.tree.body)))) for c in read_cell(source).cells if c.tree]
    end = f"def answer():\n    return {{name: repr(globals().get(name)) for name in {NAMES!r}}}\n"
    with defined("answer", [*pieces, ("end", end, [0])]) as found:
        return {name: shown.partition(" at 0x")[0] for name, shown in found.function().items()}


@pytest.mark.parametrize(
    "magic", ["%%time", "%%timeit -n1", "%%capture", "%%prun", "%%memit", "%%debug", "%%wandb"]
)
def test_code_below_a_magic_that_watches_it_counts(magic):
    assert values(f"{magic}\na = 5")["a"] == "5"


def test_code_that_a_line_magic_watches_counts_in_a_function_too():
    assert values("def f():\n    %time y = 5\n    return y\na = f()")["a"] == "5"


def test_every_line_stays_where_it_is():
    source = "%%time\n\n!pip install \\\n  x\na = 5\nfiles = !ls \\\n  -l\nwhat?\nb = 6"
    (cell,) = read_cell(source).cells
    lines = {node.targets[0].id: node.lineno for node in cell.tree.body if isinstance(node, ast.Assign)}
    assert lines == {"a": 5, "files": 6, "b": 9}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("%%html\n<p>", "begins with `%%html`"),
        ("%%writefile notes.txt\nx", "begins with `%%writefile`"),
        ("%%time x = 1\ny = 2", "has code behind `%%time`"),
        ("?\n" * 501, "holds more lines"),
        ("%timeit " + "x" * 50_000, "is more than is read"),
    ],
)
def test_a_cell_that_is_not_read_says_why(source, words):
    with pytest.raises(NotPython, match=words):
        Reader().as_python(source)
    (unread,) = read_cell(source).unread
    assert unread.problem.startswith(words)


def test_what_cells_cost_is_bounded_for_a_whole_file():
    reader = Reader()
    with pytest.raises(NotPython, match="is more than is read"):
        for _ in range(10_000):
            reader.as_python("%timeit x\n" * 50)


@pytest.mark.parametrize("source", CELLS)
def test_no_cell_is_too_strange_to_be_read(source):
    submission = read_cell(source)
    assert len(submission.cells) + len(submission.unread) == 1
