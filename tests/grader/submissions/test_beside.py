"""What a file imports of the modules beside it, and of those that are not there."""

import time

import pytest

from grader.submissions.beside import MAX_MODULES, imported, mentioned

LONG = 2**22
BESIDE = {"helper.py": b"import more\n", "more.py": b"import helper\n", "utils/act.py": b"", "other.py": b""}


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        (b"from helper import act\n", ["helper.py", "more.py"]),
        (b"from .other import act, more\n", ["other.py"]),
        (b"import utils.act as a, gone\n", ["utils/act.py", "gone.py"]),
        (b'{"source": ["import other\\n", "x = more"]}', ["other.py"]),
        (b"x = helper\n", []),
    ],
)
def test_what_a_file_imports_is_found_at_first_and_second_hand(data, paths):
    found = imported(data, BESIDE)
    assert [path for path in found if path in BESIDE or path == "gone.py"] == paths


@pytest.mark.parametrize(
    "data", [b"from " + b"a" * LONG, b"import a, " * LONG, b"from " + b" " * LONG, b"import " + b"a." * LONG]
)
def test_however_a_file_is_made_looking_for_its_imports_is_quick(data):
    start = time.process_time()
    assert len(imported(data, BESIDE)) < 1_000
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        (b"from helper import act\n", ["helper.py", "more.py"]),
        (b'{"source": "x = 1\\nmore.act()"}', ["more.py"]),
        ("import größe".encode(), ["größe.py"]),
        (b"helpers = unhelper = 1\n", []),
    ],
)
def test_the_modules_that_a_file_names_are_read(tmp_path, data, paths):
    for name, code in {"helper.py": "import more", "more.py": "", "größe.py": "", "other.py": ""}.items():
        (tmp_path / name).write_text(code, encoding="utf-8")
    found = mentioned(data, {file.name: file for file in sorted(tmp_path.iterdir())})
    assert sorted(found) == sorted(paths)


def test_however_many_modules_name_each_other_looking_for_them_is_quick(tmp_path):
    """Two thousand, each of which names most others: what was quadratic in them took half a minute."""
    names = [f"m{number:04d}" for number in range(2_000)]
    text = " ".join(names[:60]) + " " + "".join(names)[:30_000]
    for name in names:
        (tmp_path / f"{name}.py").write_text(f"import m0000\n# {text}")
    modules = {file.name: file for file in sorted(tmp_path.iterdir())}
    start = time.process_time()
    found = [mentioned(text.encode(), modules) for _ in range(10)]
    assert time.process_time() - start < 5
    assert found == [found[0]] * 10
    assert len(found[0]) == MAX_MODULES
