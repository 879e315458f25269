"""What a learner has predicted, read from the code of a notebook without running it."""

import ast

from grader.submissions.submission import Submission


def predicted(submission: Submission) -> dict[str, str]:
    """Return the choices that stand in a submission's calls of `predict`, by the question's name.

    A choice counts if it is a text in the call itself, and the last one does: `predict("drawn_labels", "c")`.
    Whether there are such questions and options is not asked here.
    """
    found = {}
    for cell in submission.cells:
        if cell.tree is None or "predict" not in cell.source:  # to walk a whole notebook's trees takes long
            continue
        for node in ast.walk(cell.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "predict":
                keywords = {keyword.arg: keyword.value for keyword in node.keywords}
                given = dict(zip(("name", "choice"), node.args, strict=False)) | keywords
                name, choice = (_text(given.get(key)) for key in ("name", "choice"))
                if name is not None and choice is not None:
                    found[name] = choice
    return found


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
