"""`check` in a notebook and `grader grade` agree: on 300 notebooks, run by IPython and cut by the grader."""

import inspect
import json
import subprocess
import sys

import nbformat
import pytest
from sources import source_of

from grader.exercises import all_exercises
from grader.judging.bank import PUBLIC_SEED
from grader.judging.grading import grade
from grader.submissions.submission import parse

# Each takes an answer's source, and returns the cells of a notebook that holds it.
IDIOMS = {
    "plain": lambda a: [a],
    "magics above": lambda a: ["%matplotlib inline\n%load_ext autoreload\n%autoreload 2", a],
    "in one cell with a shell command": lambda a: [f"!true\n{a}"],
    "in one cell with a help line": lambda a: [f"{a}\nlen?\n"],
    "a modulo at a line's start": lambda a: [f"!true\nzero = (7\n% 7\n)\n{a}"],
    "an answer changed by a modulo": lambda a: [
        f"!true\n{a}",
        f"inner = {name_in(a)}\ndef {name_in(a)}(*args):\n    y = (inner(*args)\n% 0.5\n)\n    return y",
    ],
    "a difference at a line's start": lambda a: [f"!true\nkeep = (3\n!= 4)\n{a}"],
    "a question in a comment": lambda a: [f"!true\n{a.rstrip()}  # is it right?"],
    "a question in a docstring": lambda a: [f"!true\ndef helper():\n    '''Why?\n    Because.'''\n{a}"],
    "a continued command": lambda a: [f"!true \\\n   numpy\nimport numpy as np\n{a}"],
    "a command in a block": lambda a: [f"IN_COLAB = False\nif IN_COLAB:\n    !false\nimport math\n{a}"],
    "a command in an except": lambda a: [f"try:\n    import math\nexcept ImportError:\n    !false\n{a}"],
    "timed": lambda a: [f"%%time\n{a}"],
    "captured": lambda a: [f"%%capture\n{a}"],
    "timed and captured": lambda a: [f"%%time\n%%capture\n{a}"],
    "a timed statement": lambda a: ["%time zero = float(0)", f"{a}\nassert zero == 0"],
    "another language's cell": lambda a: ["%%html\n<p>", a],
    "the answer in another language's cell": lambda a: [f"%%html\n{a}"],
    "output of a command": lambda a: [f"files = !echo a\none, two = !printf 'a\\nb\\n'\n{a}"],
    "indented": lambda a: ["".join(f"    {line}\n" for line in a.splitlines())],
    "prompts": lambda a: [prompted(a)],
    "main": lambda a: [f"if __name__ == '__main__':\n{''.join(f'    {x}' for x in a.splitlines(True))}"],
    "displayed": lambda a: [a, shown(name_in(a))],
    "an error in the cell": lambda a: [f"{a}\nx = = 3"],
    "an error in another cell": lambda a: ["x = = 3", a],
    "twice, the stub last": lambda a: [a, f"def {name_in(a)}(*args):\n    raise NotImplementedError"],
    "a written module": lambda a: [
        f"%%writefile own.py\nimport numpy as np\n{a}",
        f"from own import {name_in(a)}",
    ],
    "a module written in two parts": lambda a: [
        "%%writefile ./own.py\nimport numpy as np",
        f"%%writefile -a 'own.py'\n{a}",
        f"from own import {name_in(a)}",
    ],
    "a module written anew": lambda a: [
        f"%%writefile own.py\nimport numpy as np\n{a}",
        f"from own import {name_in(a)}",
        f"%%writefile own.py\ndef {name_in(a)}(*args): return None",
        f"from own import {name_in(a)}",
    ],
    "a module that is run": lambda a: [f"%%file own.py\nimport numpy as np\n{a}", "%run own.py"],
    "a module by its name": lambda a: [
        f"%%writefile own.py\nimport numpy as np\n{a}",
        f"import importlib\n{name_in(a)} = importlib.import_module('own').{name_in(a)}",
    ],
    "a module in a folder of sys.path": lambda a: [
        "import os, sys\nos.makedirs('src', exist_ok=True)\nsys.path.append('src')",
        f"%%writefile src/own_in_folder.py\nimport numpy as np\n{a}",
        f"from own_in_folder import {name_in(a)}",
    ],
    "switched on by a function": lambda a: [
        switched(a, "off"), "def switch(s):\n    s['is'] = 'on'", "switch(state)"
    ],
    "switched off by a function": lambda a: [
        switched(a, "on"), "def switch(s):\n    s['is'] = 'off'", "switch(state)"
    ],
    "switched off under another name": lambda a: [switched(a, "on"), "other = state", "other['is'] = 'off'"],
    "switched off in a module": lambda a: [
        f"%%writefile own.py\nimport numpy as np\n{switched(a, 'on')}",
        f"import own\nfrom own import {name_in(a)}",
        "own.state = {'is': 'off'}",
    ],
    "a decorator": lambda a: [f"import functools\n@functools.cache\ndef twice(x):\n    return 2 * x\n{a}"],
}  # fmt: skip
EXERCISES = (
    "weighted_sum", "relu", "relu_derivative", "sigmoid", "softmax", "dead_fraction", "mse", "mse_gradient",
    "cosine_decay", "sgd_step", "binary_cross_entropy",
)  # fmt: skip
# What the notebooks say of their answers, each in a kernel that is reset before.
IN_IPYTHON = """
import contextlib, importlib, io, json, os, sys, tempfile
from IPython.core.interactiveshell import InteractiveShell
import numpy
import grader

os.chdir(tempfile.mkdtemp())
sys.path.insert(0, "")
sys.dont_write_bytecode = True
shell, seen = InteractiveShell.instance(), []
for cells, name in json.load(sys.stdin):
    shell.reset(new_session=True)
    for module in [module for module in sys.modules if module.startswith("own")]:
        del sys.modules[module]
    importlib.invalidate_caches()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for cell in cells:
            shell.run_cell(cell)
        function = shell.user_ns.get(name)
        seen.append(function is not None and grader.solved(function))
print(json.dumps(seen))
"""


def name_in(answer):
    return answer.partition("def ")[2].partition("(")[0]


def prompted(answer):
    first, *rest = answer.splitlines()
    return "\n".join([f">>> {first}", *(f"... {line}" for line in rest)])


def switched(answer, at_first):
    name = name_in(answer)
    return (
        f"{answer}\nown_{name} = {name}\nstate = {{'is': '{at_first}'}}\n"
        f"def {name}(*args):\n    return own_{name}(*args) if state['is'] == 'on' else None"
    )


def shown(name):
    return f"own_{name} = {name}\ndef {name}(*args):\n    y = own_{name}(*args)\n    display(y)\n    return y"


def notebooks():
    """Yield the idiom, the exercise and the cells of each notebook."""
    for name in EXERCISES:
        head = "\n".join(["import numpy as np", *helpers_of(name)])
        answer = inspect.getsource(all_exercises()[name].reference)
        for idiom, cells_of in IDIOMS.items():
            yield idiom, name, [head, *cells_of(answer)]


def helpers_of(name):
    """The lines that stand above a lesson's references, but for docstrings and other lessons."""
    source = source_of(name)
    return [
        line for line in source[: source.index("\ndef ")].splitlines() if line.startswith(("import", "from"))
    ]


@pytest.fixture(scope="module")
def corpus():
    return list(notebooks())


def test_check_and_grade_agree(corpus, sandbox):
    assert len(corpus) >= 300
    done = subprocess.run(
        [sys.executable, "-c", IN_IPYTHON],
        input=json.dumps([(cells, name) for _, name, cells in corpus]),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    checked = json.loads(done.stdout)
    different = []
    for (idiom, name, cells), passed in zip(corpus, checked, strict=True):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        submission = parse(json.dumps(notebook).encode(), ".ipynb", "n.ipynb")
        with sandbox.borrowed_worker() as worker:
            (verdict,) = grade(
                submission, worker, seed=PUBLIC_SEED, sandbox=sandbox.level, only=name
            ).report.exercises
        if (verdict.status == "passed") != passed:
            different.append((idiom, name, passed, verdict.message))
    assert different == [], sorted({(idiom, passed) for idiom, _, passed, _ in different})
    assert 200 < sum(checked) < len(corpus)  # most are right, some are meant to be wrong
