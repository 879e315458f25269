"""The pages for people: the class's, for the instructor, and each learner's, to give back.

A page is one file that asks nobody for anything. Its policy lets only its own style and script run, known by
their hashes, so that even a mistake in escaping could run nothing.
"""

import base64
import functools
import hashlib
from collections import Counter
from importlib import resources

import jinja2
from markupsafe import Markup

from grader.classes.results import ClassResults, Learner
from grader.learning import card
from grader.learning.card import SYMBOLS as CARD_SYMBOLS
from grader.learning.card import WORDS, counterexample_text
from grader.reporting.analysis import (
    Distribution,
    distribution,
    exercise_figures,
    faults,
    split,
    surely_negative,
)
from grader.reporting.file_names import file_stem
from grader.text import line, number, visible

SYMBOLS = {**CARD_SYMBOLS, "failed": "✗", "error": "!", "timeout": "∞", "refused": "⊘"}
MAX_SHOWN = 3  # misunderstandings of an exercise on the class's page
MAX_ANSWER = 20_000  # characters of an answer on a learner's page
MAX_EXAMPLE = 2_000  # and of one on the class's


def class_page(results: ClassResults) -> str:
    """Return the class's page."""
    names = Counter(learner.name for learner in results.learners)
    return _template("class.html").render(
        results=results,
        shared={name for name, learners in names.items() if learners > 1},
        figures=exercise_figures(results),
        faults=faults(results),
        distribution=distribution(results),
        splits=split(results),
        script=_file("class.js"),
        policy=_policy("class.js"),
    )


def learner_page(learner: Learner, results: ClassResults) -> str:
    """Return one learner's page: nothing of other learners, no seed, no reference answer and no hint."""
    return _template("learner.html").render(learner=learner, results=results, policy=_policy())


@functools.cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grader.reporting"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        style=_file("page.css"),
        WORDS=WORDS,
        SYMBOLS=SYMBOLS,
        MAX_SHOWN=MAX_SHOWN,
        MAX_ANSWER=MAX_ANSWER,
        MAX_EXAMPLE=MAX_EXAMPLE,
        counterexample=counterexample_text,
        file_stem=file_stem,
        discrimination_in_words=discrimination_in_words,
        spread_in_words=spread_in_words,
    )
    environment.filters.update(
        count=count, line=line, number=lambda value: number(value, 2), marked=marked, share=share
    )
    return environment.get_template(name)


def _finalize(value: object) -> object:
    """Make every string visible on its way into a page; Jinja escapes it after that."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@functools.cache
def _file(name: str) -> Markup:
    """Return a style sheet or script of this package."""
    return Markup(resources.files(__package__).joinpath("templates", name).read_text("utf-8"))


def _policy(script: str | None = None) -> str:
    """Return the Content-Security-Policy of a page with our style, and this script."""
    scripts = f"script-src {_hash(_file(script))}; " if script else ""
    style = f"style-src {_hash(_file('page.css'))}; "
    return f"default-src 'none'; {scripts}{style}base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def marked(text: str) -> Markup:
    """Return a message in which `names` stand in backticks, as HTML."""
    return Markup(card.marked(visible(text)))


def count(value: float, noun: str) -> str:
    """Return a number with its noun.

    >>> count(1, "learner"), count(2.5, "point")
    ('1 learner', '2.5 points')
    """
    return f"{number(value, 2)} {noun}{'' if value == 1 else 's'}"


def share(part: int, whole: int) -> str:
    """Return the part as whole per cent.

    >>> share(1, 3)
    '33 %'
    """
    return f"{round(100 * part / whole)} %" if whole else "—"


def discrimination_in_words(value: float | None, learners: int) -> str:
    """Return what an exercise's discrimination says in a class of so many learners."""
    if value is None:
        return "undefined: all are alike, or too few"
    if surely_negative(value, learners):
        return "who does well elsewhere does worse here: look at it again"
    if value < 0.2:
        return "tells little about the rest"
    if value < 0.4:
        return "goes with the rest"
    return "separates strong from weak well"


def spread_in_words(spread: Distribution, out_of: float) -> str:
    """Return the median and the quartiles in sentences."""
    lowest, low, median, high, highest = (number(value, 2) for value in spread[1:])
    return (
        f"The median is {median} of {count(out_of, 'point')}: half of the class has as many or more. "
        f"The middle half lies between {low} and {high}, the whole class between {lowest} and {highest}."
    )
