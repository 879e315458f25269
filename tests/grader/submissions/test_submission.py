import contextlib
import json
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import UnusableInput
from grader.submissions.submission import find, load, read


def notebook(*sources, **metadata):
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": metadata})


def test_a_notebook_becomes_its_code_cells(tmp_path):
    file = tmp_path / "n.ipynb"
    text = json.loads(notebook("x = 1", ["y = 2\n", "z = 3"], dlcourse={"lesson": "02_neural_networks"}))
    text["cells"].insert(1, {"cell_type": "markdown", "source": "not code ("})
    file.write_text(json.dumps(text))
    submission = read(file)
    assert [(cell.place, cell.source) for cell in submission.cells] == [
        ("cell 1", "x = 1"),
        ("cell 3", "y = 2\nz = 3"),
    ]
    assert submission.lesson == "02_neural_networks"
    assert submission.name == "n.ipynb"


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 1",
        "!pip install \\\n  x\nx = 1",
        "relu?\nx = 1",
        "%%time\n\nx = 1",
        "\n\n  x = 1",
    ],
)
def test_lines_of_ipythons_own_leave_the_others_where_they_are(tmp_path, source):
    (tmp_path / "n.ipynb").write_text(notebook(source))
    (cell,) = read(tmp_path / "n.ipynb").cells
    assert cell.error is None
    assert cell.tree.body[-1].lineno == source.count("\n") + 1


def test_another_languages_cell_is_no_code(tmp_path):
    (tmp_path / "n.ipynb").write_text(notebook("%%bash\nls -l", "x = 1"))
    submission = read(tmp_path / "n.ipynb")
    assert [cell.place for cell in submission.cells] == ["cell 2"]
    assert submission.unread == (
        ("cell 1", "%%bash\nls -l", "begins with `%%bash` and is not read as Python"),
    )


def test_colabs_download_as_a_module_is_read(tmp_path):
    (tmp_path / "n.py").write_text("import numpy as np\n!pip install x\n\ndef f():\n    return np.pi\n")
    (cell,) = read(tmp_path / "n.py").cells
    assert cell.tree.body[-1].lineno == 4


def test_a_broken_cell_keeps_its_error(tmp_path):
    (tmp_path / "n.ipynb").write_text(notebook("def f(:", "x = 1", "null\0byte"))
    cells = read(tmp_path / "n.ipynb").cells
    assert [cell.tree is None for cell in cells] == [True, False, True]
    assert cells[0].error.lineno == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("n.ipynb", b"{", "no JSON"),
        ("n.ipynb", b" \n", "n.ipynb is empty; save the notebook and hand it in again."),
        ("n.ipynb", b"\n<!DOCTYPE html><html>", "is a web page that was saved as a notebook"),
        (
            "n.ipynb",
            b'{"url": "https://docs.google.com/", "doc_id": "1x"}',
            "is a link to a file in Google Drive",
        ),
        ("n.ipynb", b"[" * 100_000, "no JSON"),
        ("n.ipynb", b"[]", "no list of cells"),
        ("n.ipynb", b'{"cells": 3}', "no list of cells"),
        ("n.ipynb", b'{"worksheets": [], "nbformat": 3}', "format 3"),
        ("m.py", b"\xff\xfe\x00", "UTF-8"),
        ("m.py", "ö = 1".encode("latin-1"), "UTF-8"),
        ("m.py", b"x = 1\0", "null character"),
        ("m.py", b"# coding: nonsense\n", "encoding"),
        ("m.py", b"# coding: rot13\n", "encoding"),
        ("m.py", b"# coding: zlib\n", "encoding"),
        ("m.py", b"# coding: punycode\n", "encoding"),
        ("m.py", b"# coding: utf-16\n", "encoding"),
        ("m.py", b"# coding: utf-7\n", "encoding"),
        ("m.py", b"# coding: cp1252\n\x81", "not a cp1252 text"),
        ("m.py", b"# coding: " + b"x" * 900, "encoding"),
    ],
)
def test_what_can_not_be_read_is_said_in_one_sentence(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnusableInput, match=words) as caught:
        read(tmp_path / name)
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '{"cells": [null, 3, {"cell_type": "code"}, {"cell_type": "code", "source": [1]}], "metadata": []}',
        '{"cells": [], "metadata": {"dlcourse": {"lesson": 3}}}',
        '{"cells": [], "metadata": {"dlcourse": "x"}}',
    ],
)
def test_odd_notebooks_are_read_as_far_as_they_go(tmp_path, text):
    (tmp_path / "n.ipynb").write_text(text)
    assert read(tmp_path / "n.ipynb").lesson is None


def test_too_much_code_is_refused(tmp_path):
    (tmp_path / "m.py").write_text("x = 1\n" * 400_000)
    (tmp_path / "n.ipynb").write_text(notebook(*["x = 1\n" * 1000] * 400))
    for name in ("m.py", "n.ipynb"):
        with pytest.raises(UnusableInput, match="more than anyone writes"):
            read(tmp_path / name)


@pytest.mark.parametrize("filling", ["[]", "{}", "1"])
def test_what_is_millions_of_lists_is_no_notebook(tmp_path, filling):
    whole = json.loads(notebook("x = 1"))
    whole["cells"][0]["outputs"] = []
    file = tmp_path / "n.ipynb"
    file.write_text(json.dumps(whole).replace("[]", f"[{filling}" + f",{filling}" * 5_000_001 + "]"))
    tracemalloc.start()
    try:
        with pytest.raises(UnusableInput, match="clear all outputs"):
            read(file)
        assert tracemalloc.get_traced_memory()[1] < 100 * 2**20  # built, these take 150 to 400 MB
    finally:
        tracemalloc.stop()


def test_brackets_in_text_are_text(tmp_path):
    whole = json.loads(notebook("x = 1"))
    whole["cells"][0]["outputs"] = ['[{,"\\' * 600_000]
    file = tmp_path / "n.ipynb"
    file.write_text(json.dumps(whole))
    assert [cell.source for cell in read(file).cells] == ["x = 1"]


def test_a_large_broken_file_is_one_broken_cell(tmp_path):
    (tmp_path / "m.py").write_text("def f(): pass\n" * 20_000 + "def (")
    (cell,) = read(tmp_path / "m.py").cells
    assert cell.tree is None


@pytest.mark.parametrize(
    "deep", ["x" + ".a" * 90_000, "-" * 90_000 + "1", "[" * 90_000, "x" + "(1)" * 90_000]
)
def test_code_that_is_too_deep_is_a_syntax_error_or_nothing(tmp_path, deep):
    (tmp_path / "m.py").write_text(f"K = {deep}\n")
    for cell in read(tmp_path / "m.py").cells:
        assert cell.tree is None or cell.tree.body


def test_a_byte_order_mark_is_no_syntax_error(tmp_path):
    (tmp_path / "m.py").write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert read(tmp_path / "m.py").cells[0].error is None


@pytest.mark.parametrize("newline", ["\r", "\r\n", "\n"])
@pytest.mark.parametrize("name", ["m.py", "n.ipynb"])
def test_every_kind_of_newline_is_one(tmp_path, newline, name):
    source = newline.join(["def f(x):", "    return x", "", "y = f(1)"])
    text = source if name == "m.py" else notebook(source)
    (tmp_path / name).write_bytes(text.encode())
    (cell,) = read(tmp_path / name).cells
    assert cell.source == "def f(x):\n    return x\n\ny = f(1)"
    assert [node.lineno for node in cell.tree.body] == [1, 4]


@pytest.mark.parametrize("newline", ["\r", "\r\n", "\n"])
@pytest.mark.parametrize(
    ("lines", "encoding"),
    [
        (["# -*- coding: latin-1 -*-", "x = 'ö'"], "latin-1"),
        (["# von Jörg", "# vim: set fileencoding=cp1252 :", "x = 'ö'"], "cp1252"),
        (["# -*- coding: latin-1 -*- für uns", "x = 'ö'"], "latin-1"),
        (["# coding: shift_jis", "x = 'ソ'"], "shift_jis"),
        (["# coding: utf-8", "x = 'ö'"], "utf-8-sig"),
        (["x = 'ö'", "y = 2", "# coding: latin-1"], "utf-8"),
        (["x = 'ö'" + " " * 2000 + "# coding: latin-1"], "utf-8"),
    ],
)
def test_a_module_may_say_what_it_is_written_in(tmp_path, lines, encoding, newline):
    (tmp_path / "m.py").write_bytes(newline.join(lines).encode(encoding))
    (cell,) = read(tmp_path / "m.py").cells
    assert cell.source == "\n".join(lines)
    assert cell.error is None


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.from_regex(rb"#[ -~]{0,9}coding[:=] ?[-\w.]{1,20}\s.{0,20}"))
def test_whatever_the_bytes_of_a_module_are(tmp_path, data):
    (tmp_path / "m.py").write_bytes(data)
    with contextlib.suppress(UnusableInput):
        assert read(tmp_path / "m.py").cells


@pytest.mark.parametrize("path", ["a" * 300 + ".py", "a\ud800.py", "a\0.py", "", "."])
def test_a_path_that_no_file_can_have_is_one_sentence(tmp_path, path):
    with pytest.raises(UnusableInput) as caught:
        load(tmp_path / path, path)
    str(caught.value).encode()
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_folders_are_searched_in_the_order_of_names(tmp_path):
    for name in (
        "b.py",
        "a.ipynb",
        "c/d.py",
        ".hidden/e.py",
        ".ipynb_checkpoints/a.ipynb",
        "__pycache__/x.py",
        "t.txt",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [name for _, name in find([tmp_path])] == ["a.ipynb", "b.py", "c/d.py"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("no.py", "does not exist"),
        ("a\ud800.py", "a.py does not exist"),
        ("a" * 300, "File name too long"),
        ("t.txt", "neither"),
        ("empty", "holds no"),
    ],
)
def test_paths_without_submissions_are_refused(tmp_path, path, words):
    (tmp_path / "t.txt").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnusableInput, match=words):
        list(find([tmp_path / path]))
