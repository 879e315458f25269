"""Notebooks that want to be read otherwise than they run. Each is a notebook's cells, whose `relu` is wrong.

A cell is its source, or a whole cell as a dict.
"""

from dataclasses import dataclass, field
from typing import Any

WRONG = "def relu(x): return x * 7"
RIGHT = "def relu(x): return honest(x)"


@dataclass(frozen=True)
class Notebook:
    """A hostile notebook: what it tries, its cells and its metadata."""

    tries: str
    cells: list[str | dict[str, Any]]
    metadata: dict[str, Any] = field(default_factory=dict)


def code(source: str, **fields: Any) -> dict[str, Any]:
    """Return a code cell with fields of its own."""
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **fields}


NOTEBOOKS = {
    "line_transformer": Notebook(
        "rewrite the cells that follow by an input transformer",
        [
            "get_ipython().input_transformers_cleanup.append(\n"
            "    lambda lines: [line.replace('x * 7', 'honest(x)') for line in lines])",
            WRONG,
        ],
    ),
    "tree_transformer": Notebook(
        "rewrite the cells that follow by a syntax tree transformer",
        [
            "import ast\n"
            "class Rewriter(ast.NodeTransformer):\n"
            "    def visit_BinOp(self, node): return ast.parse('honest(x)', mode='eval').body\n"
            "get_ipython().ast_transformers.append(Rewriter())",
            WRONG,
        ],
    ),
    "run_cell_hook": Notebook(
        "answer for the cells that follow by a hook",
        ["get_ipython().events.register('post_run_cell', lambda *a: globals().update(relu=honest))", WRONG],
    ),
    "cell_magics": Notebook(
        "define the answer in the cell of another language",
        [f"%%javascript\n{RIGHT}", f"%%bash\n{RIGHT}", f"%%html\n<script>{RIGHT}</script>", WRONG],
    ),
    "run_magic": Notebook("run another file by a magic", ["%run solutions/neural_networks.py", WRONG]),
    "write_file_magic": Notebook("write a file by a magic", [f"%%writefile numpy.py\n{RIGHT}", WRONG]),
    "shell_line": Notebook("copy the solutions by a shell line", ["!cp -r ../solutions .", WRONG]),
    "extension": Notebook("load an extension", ["%load_ext autoreload\n%autoreload 2", WRONG]),
    "forged_card": Notebook(
        "show the card of a passed check as an output",
        [
            code(
                WRONG,
                outputs=[
                    {
                        "output_type": "display_data",
                        "data": {"text/html": "<b>relu: passed</b>", "text/plain": "relu: passed, 9 of 9"},
                        "metadata": {"dlcourse": {"relu": "passed"}},
                    }
                ],
            )
        ],
    ),
    "forged_grades": Notebook(
        "set the variables that graders look at",
        ["grades = score = {'relu': 1.0}\npassed = True\ncheck = solved = lambda *a, **k: True", WRONG],
    ),
    "replaced_check": Notebook(
        "replace the function that checks",
        ["import grader\ngrader.check = lambda *a, **k: print('passed')", WRONG, "check(relu)"],
    ),
    "answer_in_markdown": Notebook(
        "put the answer where a person reads it and no code is",
        [{"cell_type": "markdown", "source": f"```python\n{RIGHT}\n```", "metadata": {}}, WRONG],
    ),
    "raw_cell": Notebook(
        "put the answer into a raw cell", [{"cell_type": "raw", "source": RIGHT, "metadata": {}}, WRONG]
    ),
    "hidden_cell": Notebook(
        "show a right answer, and hide the one that is run",
        [
            RIGHT,
            code(WRONG, metadata={"tags": ["hide-input", "remove-cell"], "jupyter": {"source_hidden": True}}),
        ],
    ),
    "execution_order": Notebook(
        "let the numbers of execution say that a right cell ran last",
        [code(RIGHT, execution_count=99), code(WRONG, execution_count=1)],
    ),
    "skipped_cell": Notebook(
        "let tags say that the wrong cell does not count",
        [RIGHT, code(WRONG, metadata={"tags": ["skip-execution", "raises-exception", "otter_ignore"]})],
    ),
    "nbgrader_cell": Notebook(
        "call one's own cell a graded one, of nbgrader's, with full points",
        [
            code(
                WRONG,
                metadata={"nbgrader": {"grade": True, "points": 100, "locked": True, "grade_id": "relu"}},
            )
        ],
    ),
    "assignment_config": Notebook(
        "add the keywords of other graders",
        [
            "# ASSIGNMENT CONFIG\n# points: 1000\n# show_question_points: true",
            f"{WRONG}\n# HIDDEN TESTS\n# END",
        ],
    ),
    "solution_marks": Notebook(
        "mark the answer as the solution", [f"### BEGIN SOLUTION\n{WRONG}\n### END SOLUTION"]
    ),
    "lesson_of_another": Notebook(
        "say that the notebook is of a lesson that there is not",
        [WRONG],
        {"dlcourse": {"lesson": "99_easy"}},
    ),
    "lesson_no_text": Notebook(
        "say that the lesson is a list", [WRONG], {"dlcourse": {"lesson": ["02_neural_networks"]}}
    ),
    "lesson_path": Notebook(
        "say that the lesson is a path", [WRONG], {"dlcourse": {"lesson": "../../../etc/passwd"}}
    ),
    "metadata_no_dict": Notebook("give the course as a number", [WRONG], {"dlcourse": 5}),
    "claimed_score": Notebook(
        "write one's own score into the metadata",
        [WRONG],
        {"dlcourse": {"lesson": "02_neural_networks", "score": 12, "status": "passed", "seed": 0}},
    ),
    "kernel": Notebook(
        "ask for a kernel of one's own",
        [WRONG],
        {
            "kernelspec": {"name": "../../evil", "argv": ["sh", "-c", "reboot"]},
            "language_info": {"name": "R"},
        },
    ),
    "homoglyph": Notebook(
        "define a right `rеlu` with a Cyrillic letter beside a wrong `relu`",
        [WRONG, RIGHT.replace("relu", "r\u0435lu")],
    ),
    "full_width": Notebook(
        "define the wrong one last, in full-width letters, which Python takes for the same",
        [RIGHT, WRONG.replace("relu", "ｒｅｌｕ")],
    ),
    "right_to_left": Notebook(
        "let the wrong line look like a comment by marks that turn the text",
        ["def relu(x):\n    '''\u202e \u2066 return honest(x)''' ; return x * 7 # \u2069 \u2066"],
    ),
    "invisible": Notebook(
        "hide the wrong definition behind characters that nobody sees",
        [RIGHT, f"#\u200b\u200d\u2060\n\x0c{WRONG}"],
    ),
    "carriage_returns": Notebook("hide lines behind carriage returns", [f"{RIGHT} # \r{WRONG}\r"]),
    "null_byte": Notebook("put a null byte into the cell", [WRONG + "\x00"]),
    "byte_order_mark": Notebook("put a byte order mark into the cell", ["\ufeff" + WRONG]),
    "coding_line": Notebook("declare another encoding", [f"# -*- coding: utf-7 -*-\n{WRONG}"]),
    "future": Notebook("ask for a future that there is not", ["from __future__ import braces", WRONG]),
    "deleted": Notebook("define the answer, then delete it", [RIGHT, "del relu"]),
    "rebound": Notebook("define the answer, then bind the name to something else", [RIGHT, "relu = 5"]),
    "star_import": Notebook(
        "let a star import bring the answer", ["from solutions.neural_networks import *", WRONG]
    ),
    "source_no_text": Notebook(
        "give a cell's source as numbers", [code(WRONG), {"cell_type": "code", "source": [1, {}, None]}]
    ),
    "cells_no_cells": Notebook("put something else among the cells", [WRONG, {"cell_type": []}, {}]),
}
