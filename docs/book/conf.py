"""Sphinx's settings for the book. All that a page needs, MathJax too, lies beside it: nothing is loaded."""

import inspect

import dlcourse

project = "dlcourse"
author = "The dlcourse authors"
copyright = "the dlcourse authors; code under Apache 2.0, text under CC BY 4.0"
version = release = dlcourse.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx-mathjax-offline",
    "sphinx_copybutton",
]
html_theme = "furo"
html_title = "dlcourse"
html_static_path = ["static"]
html_css_files = ["book.css"]
html_js_files = ["book.js"]
html_domain_indices = False
html_show_sourcelink = False
smartquotes = False  # what a program says stays as it is
html_show_search_summary = False  # which is fetched, and nothing can be from a file on disk
html_copy_source = False  # the lessons' notebooks, outputs and all, would be there twice

myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "off"  # docs/book/executing.py has run them
nb_merge_streams = True

default_role = "literal"  # docstrings have names in single backticks
autodoc_inherit_docstrings = False
autodoc_typehints = "description"
autodoc_member_order = "bysource"
autodoc_typehints_description_target = "documented"
napoleon_numpy_docstring = False
copybutton_exclude = ".linenos, .gp, .go"


def setup(app):
    """Leave out what a class has from Keras or scikit-learn."""
    app.connect(
        "autodoc-skip-member", lambda app, what, name, value, skip, options: skip or _is_foreign(value)
    )


def _is_foreign(value):
    return not getattr(inspect.unwrap(value), "__module__", "dlcourse").startswith(("dlcourse", "grader"))
