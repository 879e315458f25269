"""What a file imports of the modules beside it, and of those that are not there."""

import time

import pytest

from grader.submissions.beside import imported

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
