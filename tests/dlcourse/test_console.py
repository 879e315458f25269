import os
import re
import subprocess
import sys
import textwrap

import nbformat
import pytest
from nbclient import NotebookClient

from dlcourse import console

NOISE = (
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    b"I0000 00:00:1795344661.364248   15615 cudart_stub.cc:31] Could not find cuda drivers on your machine.\n"
    b"2026-11-22 10:46:46.123456: W tensorflow/core/x.cc:1] a warning of TensorFlow's older logger\n"
)


def run(code: str, wrapper: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
    code = f"import dlcourse, os, sys\nNOISE = {NOISE!r}\n" + textwrap.dedent(code)
    return subprocess.run([*wrapper, sys.executable, "-c", code], capture_output=True, text=True, timeout=120)


def test_native_log_lines_are_kept_out_and_others_passed_on():
    done = run("""
        with dlcourse.quiet():
            os.write(2, NOISE + b"a native message\\n")
            print("python's", file=sys.stderr)
        print("afterwards", file=sys.stderr)
    """)
    assert done.returncode == 0
    assert done.stderr == "a native message\npython's\nafterwards\n"


def test_everything_is_replayed_if_the_body_raises():
    done = run("""
        try:
            with dlcourse.quiet():
                os.write(2, NOISE)
                raise KeyError("lost?")
        except KeyError:
            os.write(2, b"caught\\n")
    """)
    assert done.stderr.encode() == NOISE + b"caught\n"


def test_nested():
    done = run("""
        with dlcourse.quiet(), dlcourse.quiet():
            os.write(2, NOISE + b"inside\\n")
        os.write(2, b"outside\\n")
    """)
    assert done.stderr == "inside\noutside\n"


def test_descriptors_are_given_back():
    done = run("""
        before = os.listdir("/dev/fd")
        for _ in range(20):
            with dlcourse.quiet():
                pass
        assert os.listdir("/dev/fd") == before
    """)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_closed_stderr():
    done = run(
        """
        with dlcourse.quiet():
            pass
        try:
            os.fstat(2)
        except OSError:
            print("still closed")
        """,
        wrapper=("sh", "-c", 'exec "$@" 2>&-', "sh"),
    )
    assert done.stdout == "still closed\n"


def test_importing_keras_prints_nothing():
    done = run("""
        with dlcourse.quiet():
            import keras
        print(keras.ops.sum([1, 2]).numpy())
    """)
    assert (done.stdout, done.stderr) == ("3\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="ipykernel shows no native output there")
@pytest.mark.filterwarnings("default")  # of the notebook client's dependencies
def test_notebook(monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # where ipykernel sees it, it shows no native output
    wait = "; time.sleep(0.5)"  # a thread of the kernel carries native output into the notebook
    cells = [
        f"import os, time, dlcourse\nwith dlcourse.quiet(): os.write(2, {NOISE!r} + b'kept\\n')\n0{wait}",
        f"try:\n  with dlcourse.quiet():\n    os.write(2, {NOISE!r})\n    1 / 0\nfinally:\n  0{wait}",
        "import sys; print('alive', file=sys.stderr)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
    stderr = [
        "".join(output.text for output in cell.outputs if output.get("name") == "stderr")
        for cell in notebook.cells
    ]
    assert stderr == ["kept\n", NOISE.decode(), "alive\n"]


def test_progress_is_silent_in_a_pipe(capfd):
    with console.progress(2, "training") as advance:
        advance()
        advance(1, "loss 0.5")
    assert capfd.readouterr() == ("", "")


def test_progress_on_a_terminal_shows_steps_and_remarks_and_goes():
    pty = pytest.importorskip("pty", reason="a platform without pseudo-terminals")
    program = (
        "import time\n"
        "from dlcourse.console import progress\n"
        "with progress(7, 'training [1]') as advance:\n"
        "    advance(3, 'loss [0.5]')\n"
        "    time.sleep(0.3)\n"
    )
    main, terminal = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stderr=terminal,
        stdout=subprocess.PIPE,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(terminal)
    shown = b""
    while True:
        try:
            part = os.read(main, 4096)
        except OSError:  # Linux's way to say that the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(main)
    output, _ = child.communicate()
    text = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown).decode()
    assert "training [1]" in text
    assert "3/7" in text
    assert "loss [0.5]" in text
    assert output == b""
    assert shown.rstrip().endswith(b"\x1b[2K")  # the line is wiped


def test_progress_in_a_notebook_updates_one_display_and_leaves_it_empty(monkeypatch):
    shown = []

    class Handle:
        def update(self, picture):
            shown.append(picture.data)

    def display(picture, display_id):
        shown.append(picture.data)
        return Handle()

    monkeypatch.setattr(console, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", display)
    with console.progress(4, "<training>") as advance:
        advance(3, "loss < 1")
    assert shown[0] == shown[-1] == ""
    assert "value='3' max='4'" in shown[1]
    assert "&lt;training&gt;: 3 of 4 loss &lt; 1" in shown[1]
