"""The texts that a new exercise begins with. What is still to do says TODO, which `author check` finds."""

import ast
import copy
from string import Template

EXERCISE = Template('''\
"""Lesson $number: how `$name` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import $module as reference


def ${name}_cases(rng: np.random.Generator) -> Iterator[tuple]:
    """TODO: which edges, shapes and sizes there are among the cases; 15 to 35 of them for a value."""
$cases


EXERCISE = Exercise(
    reference=reference.$name,
    cases=${name}_cases,
    mistakes=(
        Mistake(
            "first",
            lambda $parameters: None,
            "TODO: what went wrong, and where to look, in one or two sentences. Never the solution.",
        ),
        Mistake("second", lambda $parameters: None, "TODO: the same."),
        Mistake("third", lambda $parameters: None, "TODO: the same."),
    ),
    hints=(
        "TODO: where to begin.",
        "TODO: what to use.",
        "TODO: all but the code.",
    ),
    difficulty=1,
    importance=3,
    minutes=5,
)
''')

CASES = Template("""\
    for values in ([0.0], [1.5], [-2.0], [1.0, -1.0], [[1.0, 2.0], [3.0, -4.0]]):
        yield $fixed
    for size in (1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12):
        yield $random""")

REFERENCE = Template('''

def $signature:
    """TODO: what it is, in one line.

    `TODO: the formula`
$arguments
    Returns:
        TODO: what, and its shape.

    >>> $name(TODO)
    """
    raise NotImplementedError
''')

TEST = Template("""

def test_$name():
    raise NotImplementedError("TODO: compare $name with another implementation, or with a law that it obeys")
""")

LESSON = {
    "solutions": Template('''\
"""Lesson $number, $title: TODO: what it is about."""

import numpy as np
'''),
    "tests": Template('''\
"""The references of lesson $number, against something independent."""

import numpy as np

from grader.references import $module as reference
'''),
    "$module": Template('''\
"""Lesson $number, $title: its exercises, in the order of the lesson."""

EXERCISES = (
)
'''),
    "lessons": Template("""\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# $number · $title

TODO: what one can do after this lesson.

```{time}
```

```{code-cell} ipython3
import time

started = time.perf_counter()

import numpy as np

from grader import check
```

## All your answers

```{code-cell} ipython3
check()
```

```{code-cell} ipython3
print(f"This lesson ran for {time.perf_counter() - started:.0f} seconds.")
```
"""),
}
"""What the files of a new lesson of one's own begin with, by the names of their folders."""

DIRECTIVE = Template("```{exercise} $name\n```\n\n")


def exercise(function: ast.FunctionDef, lesson: str, module: str) -> str:
    """Return the exercise's file."""
    required = len(function.args.args) - len(function.args.defaults)
    cases = "    yield ()"
    if required:
        cases = CASES.substitute(
            fixed=_tuple("np.array(values)", required),
            random=_tuple("rng.normal(0, 2, size).round(2)", required),
        )
    return EXERCISE.substitute(
        number=lesson.partition("_")[0].lstrip("0"),
        module=module,
        name=function.name,
        cases=cases,
        parameters=bare_parameters(function),
    ).replace("lambda :", "lambda:")


def lesson(name: str, module: str) -> dict[str, str]:
    """Return what the files of a new lesson of one's own begin with, by the names of their folders."""
    known = {
        "number": name.partition("_")[0].lstrip("0"),
        "module": module,
        "title": module.replace("_", " ").capitalize(),
    }
    return {Template(folder).substitute(known): text.substitute(known) for folder, text in LESSON.items()}


def reference(function: ast.FunctionDef, signature: str) -> str:
    """Return what is added to the lesson's solutions."""
    lines = [f"        {argument.arg}: TODO: what it is, and its shape." for argument in function.args.args]
    return REFERENCE.substitute(
        signature=signature,
        name=function.name,
        arguments="\n".join(["", "    Args:", *lines, ""]) if lines else "",
    )


def bare_parameters(function: ast.FunctionDef) -> str:
    """Return the parameters without their types, as `"x, slope=0.01"`."""
    parameters = copy.deepcopy(function.args)
    for parameter in parameters.args:
        parameter.annotation = None
    return ast.unparse(parameters)


def _tuple(value: str, count: int) -> str:
    return ", ".join([value] * count) if count > 1 else f"({value},)"
