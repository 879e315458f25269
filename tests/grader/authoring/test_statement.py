"""A statement as Markdown says what the docstring says, and a stub keeps its first line."""

import ast
import inspect
import re

import pytest
from markdown_it import MarkdownIt

from grader.authoring.statement import as_markdown, shortened
from grader.exercises import all_exercises

EXERCISES = all_exercises()


def words(text):
    return re.findall(r"\w+", text)


@pytest.mark.parametrize("name", EXERCISES)
def test_markdown_has_all_words_in_their_order_and_no_html(name):
    docstring = inspect.getdoc(EXERCISES[name].reference)
    tokens = MarkdownIt().parse(as_markdown(docstring))
    inner = [child for token in tokens for child in (token.children or [token])]
    assert not [token for token in inner if "html" in token.type]
    said = [word for token in inner if token.content for word in words(token.content)]
    numbers_of_lists = re.sub(r"^ *\d\. ", "", docstring, flags=re.MULTILINE)
    assert said == words(re.sub(r"^Args:", "Arguments", numbers_of_lists, flags=re.MULTILINE))


def test_sections_examples_and_formulas_have_their_form():
    text = as_markdown(inspect.getdoc(EXERCISES["encoder_block"].reference))
    assert "`x ← layer_norm(x + multi_head_attention(x))`\\\n`x ← " in text
    assert '- `weights`: a dict with\n\n  - "heads": how many heads' in text
    assert "**Returns** Shape (n, t, d)." in text
    assert "```python\n>>> zeros" in text and text.endswith("\n```")


@pytest.mark.parametrize("name", EXERCISES)
def test_a_stub_differs_only_in_its_docstring(name):
    exercise = EXERCISES[name]
    whole, short = (ast.parse(source).body[0] for source in (exercise.stub, shortened(exercise.stub)))
    assert ast.get_docstring(short) == ast.get_docstring(whole).splitlines()[0]
    assert [ast.dump(one) for one in short.body[1:]] == [ast.dump(one) for one in whole.body[1:]]
    assert ast.unparse(short.args) == ast.unparse(whole.args)
