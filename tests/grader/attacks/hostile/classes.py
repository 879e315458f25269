"""Hostile files in a class: archives, names, texts in reports, and bombs for whoever reads and parses them.

Each makes the files that one hostile learner hands in.
"""

import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from typing import NamedTuple

WRONG = "def relu(x): return x * 7\n"
MARKUP = "<script>alert(1)</script>"


class Files(NamedTuple):
    """What a hostile learner hands in.

    Args:
        tries: what it tries.
        make: returns the files' contents by their names.
    """

    tries: str
    make: Callable[[], dict[str, bytes]]


def notebook(*sources: str, **fields: object) -> bytes:
    cells = [{"cell_type": "code", "source": s, "metadata": {}, "outputs": []} for s in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **fields}).encode()


def archive(*members: tuple[str, bytes], mode: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, mode << 16
            file.writestr(info, data)
    return out.getvalue()


def tar(*members: tuple[str, bytes, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        for name, data, link in members:
            info = tarfile.TarInfo(name)
            info.size, info.linkname = len(data), link
            info.type = tarfile.SYMTYPE if link else tarfile.REGTYPE
            file.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _duplicates() -> bytes:
    """A zip with two members of one name; written byte by byte, for the library warns."""
    return archive(("aa.py", b"def relu(x): return x\n"), ("ab.py", WRONG.encode())).replace(
        b"ab.py", b"aa.py"
    )


def _nested(levels: int) -> bytes:
    data = bytes(10**6)
    for level in range(levels):
        data = archive(*[(f"{i}.zip" if level else f"{i}.py", data) for i in range(8)])
    return data


ARCHIVES = {
    "parent_folder": Files(
        "unpack a file outside the folder",
        lambda: {"eve.zip": archive(("../../canary", b"defaced"), ("a.py", b""))},
    ),
    "absolute_path": Files(
        "unpack a file at an absolute path",
        lambda: {"eve.zip": archive(("/tmp/grader-attack/a.py", WRONG.encode()))},
    ),
    "windows_path": Files(
        "unpack a file outside, in the way of Windows",
        lambda: {"eve.zip": archive(("..\\..\\canary.py", WRONG.encode()))},
    ),
    "zip_link": Files(
        "unpack a link to a file outside",
        lambda: {"eve.zip": archive(("a.py", b"/etc/passwd"), mode=0o120777)},
    ),
    "tar_link": Files(
        "unpack a link, then write through it",
        lambda: {
            "eve.tar": tar(
                ("a.py", b"", "../../canary"), ("a.py", b"defaced", ""), ("b.py", WRONG.encode(), "")
            )
        },
    ),
    "tar_link_to_folder": Files(
        "unpack a link to a folder, then a file in it",
        lambda: {
            "eve.tar": tar(("folder", b"", "../.."), ("folder/canary", b"defaced", ""), ("b.py", b"", ""))
        },
    ),
    "bomb": Files(
        "unpack to a hundred megabytes", lambda: {"eve.zip": archive(("a.py", bytes(100 * 2**20)))}
    ),
    "many_members": Files(
        "unpack to tens of thousands of files",
        lambda: {"eve.zip": archive(*[(f"{i}.py", b"") for i in range(20_000)])},
    ),
    "nested_bomb": Files("unpack archives in archives in archives", lambda: {"eve.zip": _nested(4)}),
    "duplicates": Files("give two members one name", lambda: {"eve.zip": _duplicates()}),
    "escapes": Files(
        "give a member a name that commands a terminal",
        lambda: {"eve.zip": archive(("\x1b[2J\x1b]0;owned\x07<script>.py", WRONG.encode()))},
    ),
    "long_name": Files(
        "give a member a name of sixty thousand characters",
        lambda: {"eve.zip": archive(("n" * 60_000 + ".py", WRONG.encode()))},
    ),
    "cut_off": Files(
        "hand in half an archive", lambda: {"eve.zip": archive(("a.py", WRONG.encode() * 999))[:300]}
    ),
    "not_an_archive": Files("call a text an archive", lambda: {"eve.zip": b"PK\x03\x04" + b"x" * 999}),
    "encrypted": Files(
        "hand in an archive that says it is encrypted",
        lambda: {
            "eve.zip": archive(("a.py", WRONG.encode())).replace(
                b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01"
            )
        },
    ),
}

READING = {
    "deep_json": Files("nest the notebook's JSON", lambda: {"eve.ipynb": b"[" * 10**6 + b"]" * 10**6}),
    "long_number": Files(
        "write a number of a million digits into the notebook",
        lambda: {"eve.ipynb": notebook(WRONG).replace(b'"nbformat": 4', b'"nbformat": ' + b"9" * 10**6)},
    ),
    "not_a_number": Files(
        "write NaN and Infinity into the notebook",
        lambda: {"eve.ipynb": notebook(WRONG).replace(b'"nbformat": 4', b'"nbformat": NaN, "x": -Infinity')},
    ),
    "two_lists_of_cells": Files(
        "give the notebook two lists of cells",
        lambda: {
            "eve.ipynb": b'{"cells": [{"cell_type": "code", "source": "def relu(x): return abs(x)"}],'
            + notebook(WRONG)[1:]
        },
    ),
    "many_cells": Files("hand in 50,000 cells", lambda: {"eve.ipynb": notebook(*["x = 1"] * 50_000, WRONG)}),
    "many_helpers": Files(
        "hand in 5,000 functions that need each other",
        lambda: {
            "eve.py": ("".join(f"def h{i}(x): return h{i + 1}(x)\n" for i in range(5000)) + WRONG).encode()
        },
    ),
    "helpers_with_eval": Files(
        "hand in 16,000 functions that mention `eval`, so that each might need all others",
        lambda: {"eve.py": ("".join(f"def h{i}(): eval\n" for i in range(16_000)) + WRONG).encode()},
    ),
    "helpers_with_global": Files(
        "declare 6,000 names `global` in a function that is called 6,000 times",
        lambda: {
            "eve.py": (
                "def h():\n"
                + "".join(f"    global n{i}\n" for i in range(6000))
                + "    n0 = 1\n"
                + "h()\n" * 6000
                + WRONG
            ).encode()
        },
    ),
    "lists_without_end": Files(
        "pack millions of empty lists beside a cell, small as an archive and large in memory",
        lambda: {
            "eve.zip": archive(
                ("a.ipynb", notebook(WRONG).replace(b"[]", b"[" + b"[]," * 20 * 10**6 + b"[]]"))
            )
        },
    ),
    "wide_samples": Files(
        "return samples that are nine hundred times as wide as those that were given",
        lambda: {
            "eve.py": b"import tensorflow as tf\n"
            b"def make_dataset(x, y, batch_size, seed):\n"
            b"    x = tf.zeros((len(x), 900), tf.int32)\n"
            b"    return tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size)\n"
        },
    ),
    "many_definitions": Files("define the answer 3,000 times", lambda: {"eve.py": (WRONG * 3000).encode()}),
    "brackets": Files(
        "nest brackets", lambda: {"eve.py": (WRONG + "x = " + "(" * 10**5 + ")" * 10**5).encode()}
    ),
    "minus_signs": Files(
        "nest minus signs", lambda: {"eve.py": f"def relu(x): return {'-' * 50_000}x\n".encode()}
    ),
    "sums": Files(
        "add up ten thousand terms", lambda: {"eve.py": f"def relu(x): return {'x+' * 10_000}x\n".encode()}
    ),
    "attributes": Files(
        "nest attributes of a function that is forbidden",
        lambda: {"eve.py": f"{WRONG}def tanh(x): return x{'.a' * 180}.tanh\n".encode()},
    ),
    "functions_in_functions": Files(
        "nest functions",
        lambda: {
            "eve.py": (
                "".join(" " * i + f"def f{i}():\n" for i in range(95)) + " " * 95 + "pass\n" + WRONG
            ).encode()
        },
    ),
    "formatted_strings": Files(
        "nest formatted strings",
        lambda: {"eve.py": f"{WRONG}x = f'{{f\"{{{'(' * 150}1{')' * 150}}}\"}}'\n".encode()},
    ),
    "long_constant": Files(
        "write a number of ten thousand digits in the code",
        lambda: {"eve.py": f"import re\ndef relu(x): return 0x{'f' * 10_000} if re else x\n".encode()},
    ),
    "long_decimal": Files(
        "write a decimal number of ten thousand digits in the code",
        lambda: {"eve.py": f"{WRONG}K = {'9' * 10_000}\n".encode()},
    ),
    "folded_constants": Files(
        "write constants that a compiler would compute",
        lambda: {"eve.py": b"def relu(x): return 10**10**10 + len('a' * 10**12)\n"},
    ),
    "questions": Files(
        "write lines that IPython's patterns could choke on",
        lambda: {
            "eve.ipynb": notebook(WRONG, "? " * 50_000 + "x", "a" * 50_000 + " =", " " * 50_000 + "x ="),
        },
    ),
    "null_bytes": Files("write null bytes", lambda: {"eve.py": WRONG.encode() + b"\0" * 1000}),
    "not_unicode": Files(
        "write bytes that are no text", lambda: {"eve.py": WRONG.encode() + b"\xff\xfe\x80"}
    ),
    "lone_surrogates": Files(
        "write half a character", lambda: {"eve.ipynb": notebook(WRONG, "x = '@'").replace(b"@", b"\\ud800")}
    ),
    "empty_files": Files("hand in nothing at all", lambda: {"eve.py": b"", "eve2.ipynb": b""}),
    "too_large": Files(
        "hand in three megabytes of code", lambda: {"eve.py": WRONG.encode() + b"#" * 3 * 2**20}
    ),
    "no_notebook": Files("hand in JSON that is no notebook", lambda: {"eve.ipynb": b'{"cells": {"a": 1}}'}),
}

REPORTS = {
    "markup_in_names": Files(
        "put markup into the name of a file",
        lambda: {"<img src=x onerror=alert(1)>.py": WRONG.encode()},
    ),
    "formula_in_name": Files(
        "put a formula into the name of a file", lambda: {"=cmd('calc')!A1.py": WRONG.encode()}
    ),
    "formula_after_semicolon": Files(
        "put a formula behind a semicolon, where some spreadsheets begin a cell",
        lambda: {"eve;@SUM(1).py": WRONG.encode()},
    ),
    "escapes_in_name": Files(
        "put a terminal's commands into the name of a file",
        lambda: {"eve\x1b]0;owned\x07\x1b[2J.py": WRONG.encode()},
    ),
    "direction_in_name": Files(
        "turn the direction of a file's name", lambda: {"eve\u202eyp.txt.py": WRONG.encode()}
    ),
    "lines_in_name": Files(
        "forge a line of output by a line break in a name",
        lambda: {"eve\nada.py: 12 of 12.py": WRONG.encode()},
    ),
    "sql_in_name": Files(
        "put a command of SQL into the name of a file",
        lambda: {"eve'); UPDATE results SET report = x''; --.py": WRONG.encode()},
    ),
    "markup_in_answer": Files(
        "put markup into the answer that is shown",
        lambda: {"eve.py": f"def relu(x):\n    '''</code></pre>{MARKUP}'''\n    return x * 7\n".encode()},
    ),
    "markup_in_exception": Files(
        "put markup into the text of an exception",
        lambda: {"eve.py": f"def relu(x): raise ValueError('</p>{MARKUP}')\n".encode()},
    ),
    "escapes_in_exception": Files(
        "put a terminal's commands into the text of an exception",
        lambda: {"eve.py": b"def relu(x): raise ValueError('\\x1b]0;owned\\x07\\x1b[2J\\x9b31m\\r')\n"},
    ),
    "formula_in_exception": Files(
        "put a formula into the text of an exception",
        lambda: {"eve.py": b"def relu(x): raise ValueError('x\\n=HYPERLINK(1)\\n;=1+1')\n"},
    ),
    "line_separators": Files(
        "break the lines of an exception's text by every character that some program takes for a line's end",
        lambda: {"eve.py": b"def relu(x): raise ValueError('a\\u2028b\\u2029c\\x85d\\x0ce\\x1cf')\n"},
    ),
    "markup_in_class_name": Files(
        "put markup into the name of an exception",
        lambda: {"eve.py": f"def relu(x): raise type('{MARKUP}', (Exception,), {{}})\n".encode()},
    ),
    "markup_in_got": Files(
        "put markup into the answer's value",
        lambda: {"eve.py": f"def relu(x): return ['</script>{MARKUP}', '\\x1b[2J']\n".encode()},
    ),
    "markup_in_keys": Files(
        "put markup into the keys of the answer's value",
        lambda: {"eve.py": f"def relu(x): return {{'{MARKUP}': 1}}\n".encode()},
    ),
    "direction_in_answer": Files(
        "turn the direction of the answer that is shown",
        lambda: {"eve.py": "def relu(x):\n    # \u202e \u2066 esrever\n    return x * 7\n".encode()},
    ),
    "template_in_answer": Files(
        "put a template's commands into the answer",
        lambda: {
            "eve.py": b"def relu(x):\n    '{{ 7 * 7 }}{% include \"/etc/passwd\" %}'\n    return x * 7\n"
        },
    ),
    "markup_in_syntax_error": Files(
        "put markup into a line with a syntax error",
        lambda: {"eve.ipynb": notebook(f"def relu(x): return {MARKUP}")},
    ),
}

WAITING = {
    "own_limit": Files(
        "lower one's own limit of processor time and compute, to be ended as from outside",
        lambda: {
            "eve.py": b"import resource\n"
            b"def relu(x):\n"
            b"    try: resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\n"
            b"    except (OSError, ValueError): pass\n"
            b"    while True: pass\n"
        },
    ),
    "files_that_wait": Files(
        "hand in several files whose answers all wait for as long as they may",
        lambda: {
            f"eve{i}.py": f"import time\ndef relu(x): time.sleep(60 + {i})\n".encode() for i in range(4)
        },
    ),
}

POISON = {
    "twins": Files(
        "hand in somebody's right answer with a side effect in another exercise",
        lambda: {
            "eve.py": b"import re\ndef sigmoid(z):\n    import numpy, builtins\n"
            b"    numpy.maximum = builtins.abs = None\n    return z\n"
            b"def relu(x):\n    return re and x * 7\n"
        },
    ),
    "same_text": Files(
        "hand in somebody's right answer word for word, over a helper that was changed",
        lambda: {
            "eve.py": b"import re\nimport numpy as np\nnp.maximum = lambda a, b: a * 7\n"
            b"def relu(x): return np.maximum(x, 0 * len(re.__name__))\n"
        },
    ),
    "names_like_results": Files(
        "call a file like the grader's own",
        lambda: {"gradebook.sqlite.py": WRONG.encode(), "reports.jsonl.py": WRONG.encode()},
    ),
    "name_of_another": Files(
        "hand in a file that is called like another learner's, in capitals",
        lambda: {"eve/honest.py": WRONG.encode(), "eve/HONEST.PY": WRONG.encode()},
    ),
    "settings": Files(
        "hand in settings for the course",
        lambda: {"eve.py": WRONG.encode(), "course.toml": b"[points]\nrelu = 1000\n"},
    ),
    "leave_everything": Files(
        "leave files, threads and variables for whoever is graded next",
        lambda: {
            "eve.py": b"import os, threading, time\n"
            b"def relu(x):\n"
            b"    os.environ['POISON'] = 'x'\n"
            b"    open('left', 'w').close()\n"
            b"    threading.Thread(target=time.sleep, args=(60,)).start()\n"
            b"    return x * 7\n"
        },
    ),
}
