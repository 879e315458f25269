"""An exercise's statement as a notebook has it: Markdown above the cell, and its first line in the cell."""

import ast
import re
import textwrap

NAMES = re.compile(r"^(\w+(?:, \w+)*): ")
LISTS = ("Args:", "Raises:")
LABEL = re.compile(r"^(Source|Stable): ")


def as_markdown(docstring: str) -> str:
    """A reference's docstring, cleaned of its indentation, as Markdown.

    >>> print(as_markdown("Half.\\n\\nArgs:\\n    x, y: two\\n        numbers.\\n\\nReturns:\\n    Two."))
    Half.
    <BLANKLINE>
    **Arguments**
    <BLANKLINE>
    - `x`, `y`: two
      numbers.
    <BLANKLINE>
    **Returns** Two.
    """
    parts = re.split(r"\n{2,}(?! )", docstring.strip())  # a paragraph that is indented belongs to the section
    return "\n\n".join(map(_as_markdown, parts))


def shortened(stub: str) -> str:
    """A stub with nothing of its docstring but the first line, which `help` shows."""
    docstring = _function(stub).body[0]
    lines = stub.splitlines()
    first = lines[docstring.lineno - 1].removesuffix('"""')
    return "\n".join([*lines[: docstring.lineno - 1], f'{first}"""', *lines[docstring.end_lineno :]])


def _function(source: str) -> ast.FunctionDef:
    return next(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))


def _as_markdown(part: str) -> str:
    if part.startswith(">>>"):
        return f"```python\n{part}\n```"
    head, _, body = part.partition("\n")
    text = textwrap.dedent(body)
    if head in LISTS:
        items = (_item(line) if line[:1].strip() else f"  {line}".rstrip() for line in text.splitlines())
        title = "Arguments" if head == "Args:" else head.removesuffix(":")
        return "\n".join([f"**{title}**\n", *(re.sub(r"^ {6}", "  ", item) for item in items)])
    if head == "Returns:":
        return f"**Returns** {text}"
    return re.sub(r"`\n`", "`\\\\\n`", LABEL.sub(r"**\1:** ", part))  # formulas keep their lines


def _item(line: str) -> str:
    return "- " + NAMES.sub(lambda found: ", ".join(f"`{n}`" for n in found[1].split(", ")) + ": ", line)
