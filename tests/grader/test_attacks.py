"""Hostile submissions: none gets credit, none does harm, and none costs its neighbour anything.

An attack's `relu` gives the right answer only once its attack has succeeded, so credit means a breach.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import solutions
from grader.bank import PUBLIC_SEED, bank_of
from grader.exercises import all_exercises
from grader.grading import grade
from grader.sandbox import Sandbox
from grader.submission import read

NEIGHBOUR = """
import numpy as np

def softmax(z):
    shifted = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return shifted / np.sum(shifted, axis=-1, keepdims=True)

def honest(x):
    return np.maximum(x, 0)
"""

# Each defines `attack()`, which raises where it is held back.
FORBIDDEN_ACTS = {
    "read_solutions_file": "def attack(): open(SOLUTIONS + '/neural_networks.py').read()",
    "list_solutions_folder": "import os\ndef attack(): os.listdir(SOLUTIONS)",
    "import_solutions": "def attack():\n    import solutions.neural_networks",
    "import_solutions_by_path": (
        "import sys\ndef attack():\n"
        "    sys.path.insert(0, SOLUTIONS + '/..')\n    import solutions.neural_networks"
    ),
    "import_exercises": "def attack():\n    import grader.exercises.neural_networks",
    "read_case_banks": "import os\ndef attack(): os.listdir(HOME + '/cache/banks')",
    "read_home": "import os\ndef attack(): os.listdir(os.path.expanduser('~root'))",
    "read_passwords": "def attack(): open('/etc/passwd').read()",
    "read_parent_command_line": "import os\ndef attack(): open(f'/proc/{os.getppid()}/cmdline').read()",
    "read_grader_environment": "import os\ndef attack(): os.environ['GRADER_SECRET']",
    "read_by_tensorflow": (
        "import tensorflow as tf\ndef attack(): tf.io.read_file(SOLUTIONS + '/neural_networks.py')"
    ),
    "write_by_tensorflow": "import tensorflow as tf\ndef attack(): tf.io.write_file(CANARY, 'defaced')",
    "write_outside": "def attack(): open(CANARY, 'w').write('defaced')",
    "delete_outside": "import os\ndef attack(): os.remove(CANARY)",
    "rename_outside": "import os\ndef attack(): os.rename(CANARY, CANARY + '2')",
    "hard_link_outside": "import os\ndef attack(): os.link(CANARY, 'link')",
    "change_mode_outside": "import os\ndef attack(): os.chmod(CANARY, 0)",
    "change_times_outside": "import os\ndef attack(): os.utime(CANARY, (0, 0))",
    "truncate_outside": "import os\ndef attack(): os.truncate(CANARY, 0)",
    "fork": "import os\ndef attack():\n    if os.fork() == 0: os._exit(0)",
    "exec": "import os\ndef attack(): os.execv('/bin/true', ['true'])",
    "subprocess": "import subprocess\ndef attack(): subprocess.run(['true'])",
    "multiprocessing": (
        "import multiprocessing\ndef attack():\n"
        "    process = multiprocessing.Process(target=print)\n    process.start()"
    ),
    "internet_socket": "import socket\ndef attack(): socket.socket()",
    "unix_socket": "import socket\ndef attack(): socket.socket(socket.AF_UNIX)",
    "socket_pair": "import socket\ndef attack(): socket.socketpair()",
    "kill_parent": "import os\ndef attack(): os.kill(os.getppid(), 9)",
    "signal_grader": "import os\ndef attack(): os.kill(GRADER, 0)",
    "signal_everybody": "import os\ndef attack(): os.kill(-1, 0)",
    "signal_by_owner": (
        "import fcntl, os\ndef attack():\n"
        "    r, w = os.pipe()\n    fcntl.fcntl(r, fcntl.F_SETOWN, os.getppid())"
    ),
    "terminal_input": "import fcntl\ndef attack(): fcntl.ioctl(0, 0x5412, b'x')",
    "priority_of_grader": "import os\ndef attack(): os.setpriority(os.PRIO_PROCESS, GRADER, 19)",
    "affinity_of_grader": "import os\ndef attack(): os.sched_setaffinity(GRADER, {0})",
    "limits_of_grader": (
        "import resource\ndef attack(): resource.prlimit(GRADER, resource.RLIMIT_NOFILE, (8, 8))"
    ),
    "memory_file": "import os\ndef attack(): os.memfd_create('x')",
    "new_session": "import os\ndef attack(): os.setsid()",
    "more_memory": ("import resource\ndef attack(): resource.setrlimit(resource.RLIMIT_AS, (2**60, 2**60))"),
    "device": "def attack(): open('/dev/mem', 'rb')",
    "references_in_memory": (
        "import gc, sys\ndef attack():\n"
        "    secret = ('grader.exercises', 'grader.bank', 'grader.judge', 'solutions')\n"
        "    assert any(name.startswith(secret) for name in sys.modules)\n"
    ),
    "references_on_stack": (
        "import sys\ndef attack():\n"
        "    frame, found = sys._getframe(), False\n"
        "    while frame:\n"
        "        found = found or 'expected' in frame.f_locals or 'bank' in frame.f_locals\n"
        "        frame = frame.f_back\n"
        "    assert found\n"
    ),
}

SYSTEM_CALLS = {
    "ptrace": (101, "16, GRADER, 0, 0"),
    "process_vm_readv": (310, "GRADER, 0, 0, 0, 0, 0"),
    "pidfd_open": (434, "GRADER, 0"),
    "pidfd_getfd": (438, "0, 0, 0"),
    "io_uring_setup": (425, "8, 0"),
    "shmget": (29, "0, 4096, 0o1000"),
    "add_key": (248, "b'user', b'x', b'y', 1, -3"),
    "userfaultfd": (323, "0"),
    "bpf": (321, "0, 0, 0"),
    "perf_event_open": (298, "0, 0, 0, 0, 0"),
    "unshare": (272, "0x10000000"),
    "mount": (165, "0, 0, 0, 0, 0"),
    "setns": (308, "0, 0"),
    "tkill": (200, "GRADER, 0"),
    "clone_process": (56, "17, 0, 0, 0, 0"),
    "seccomp_again": (317, "1, 0, 0"),
    "no_dumpable": (157, "4, 1, 0, 0, 0"),
}

# Whole submissions: nothing of theirs is a right answer, whatever they do on the way.
DECEPTIONS = {
    "false_equality": (
        "class Liar:\n"
        "    shape, dtype, ndim, size = (), float, 0, 1\n"
        "    def __eq__(self, other): return True\n"
        "    def __le__(self, other): return True\n"
        "    def __sub__(self, other): return self\n"
        "    __rsub__ = __abs__ = __sub__\n"
        "    def __bool__(self): return True\n"
        "def relu(x): return Liar()"
    ),
    "lying_array": (
        "class Array(np.ndarray):\n"
        "    def __sub__(self, other): return np.zeros(self.shape)\n"
        "    def __eq__(self, other): return np.ones(self.shape, bool)\n"
        "    def __array_ufunc__(self, *a, **k): return np.ones(self.shape, bool)\n"
        "def relu(x): return np.zeros(np.shape(x)).view(Array)"
    ),
    "patched_numpy": (
        "def relu(x):\n"
        "    np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
        "    np.abs = np.asarray = lambda *a, **k: 0\n"
        "    return x * 7"
    ),
    "patched_grader": (
        "import sys\n"
        "def relu(x):\n"
        "    calling, zygote = sys.modules['grader.calling'], sys.modules['grader.zygote']\n"
        "    send = zygote._send\n"
        "    def forged(message):\n"
        "        send(zygote.Message(message.exercise, calling.Outcome(b'\\xc3', None, (), b'\\xc3')))\n"
        "    zygote._send = forged\n"
        "    return x * 7"
    ),
    "forged_output": (
        "import os\n"
        "def relu(x):\n"
        "    for descriptor in range(64):\n"
        "        for forged in (b'passed', b'\\x00\\x00\\x00\\x01\\x80', b'{\"status\": \"passed\"}\\n'):\n"
        "            try: os.write(descriptor, forged)\n"
        "            except OSError: pass\n"
        "    return x * 7"
    ),
    "stalled_frame": (
        "import os, time\ndef relu(x):\n    os.write(3, b'\\x00\\x00\\xff\\xff')\n    time.sleep(60)"
    ),
    "endless_frame": ("import os\ndef relu(x):\n    while True: os.write(3, b'\\x7f' * 4096)"),
    "endless_frames": (
        "import sys\ndef relu(x):\n"
        "    send = sys.modules['grader.zygote']._send\n"
        "    message = sys.modules['grader.zygote'].Message(0)\n"
        "    while True: send(message)"
    ),
    "closed_output": "import os, time\ndef relu(x):\n    os.closerange(0, 64)\n    time.sleep(60)",
    "exit": "import os\ndef relu(x): os._exit(0)",
    "exit_on_import": "import os\nos._exit(0)\ndef relu(x): return x",
    "exit_in_constant": "import os\nK = os._exit(0)\ndef relu(x): return K",
    "system_exit": "import sys\ndef relu(x): sys.exit(0)",
    "endless_loop": "def relu(x):\n    while True: pass",
    "stubborn_loop": (
        "import signal\n"
        "for number in range(1, 65):\n"
        "    try: signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\n"
        "def relu(x):\n"
        "    while True:\n"
        "        try:\n"
        "            while True: signal\n"
        "        except BaseException: pass"
    ),
    "sleep": "import time\ndef relu(x): time.sleep(3600)",
    "memory": "def relu(x): return [0] * 10**11",
    "memory_arrays": "def relu(x):\n    kept = []\n    while True: kept.append(np.ones(10**7))",
    "threads": (
        "import threading, time\n"
        "def relu(x):\n"
        "    while True: threading.Thread(target=time.sleep, args=(60,)).start()"
    ),
    "left_over_thread": (
        "import threading\n"
        "def spin():\n    while True: pass\n"
        "def relu(x):\n    threading.Thread(target=spin).start()\n    return x * 7"
    ),
    "billion_elements": "def relu(x): return np.broadcast_to(0.0, 10**9)",
    "billion_zeros_in_frame": "def relu(x): return np.broadcast_to(np.float32(0), (10**5, 10**4))",
    "huge_list": "def relu(x): return [0.0] * 10**7",
    "endless_generator": "import itertools\ndef relu(x): return itertools.count()",
    "self_referencing": "def relu(x):\n    x = [1.0]\n    x.append(x)\n    return x",
    "doubling_list": "def relu(x):\n    x = []\n    for _ in range(60): x = [x, x]\n    return x",
    "deep_recursion": ("import sys\nsys.setrecursionlimit(10**9)\ndef relu(x): return relu(x)"),
    "null_pointer": "import ctypes\ndef relu(x): return ctypes.string_at(0)",
    "pickle": (
        "import pickle\n"
        "class Bomb:\n    def __reduce__(self): return open, (CANARY, 'w')\n"
        "def relu(x): return pickle.dumps(Bomb())"
    ),
    "object_array": "def relu(x): return np.array([open], dtype=object)",
    "structured_array": "def relu(x): return np.zeros((), dtype=[('a', 'f8')])",
    "nan": "def relu(x): return np.full(np.shape(x), np.nan)",
    "complex": "def relu(x): return np.maximum(x, 0) + 1e-3j",
    "masked": "def relu(x): return np.ma.masked_all(np.shape(x))",
    "broadcastable": "def relu(x): return np.maximum(x, 0)[None]",
    "surrogates": "def relu(x): return '\\udcff'",
    "hostile_exception": (
        "class Odd(Exception):\n"
        "    def __str__(self): raise self\n"
        "    def __reduce__(self): return print, ()\n"
        "def relu(x): raise Odd"
    ),
    "hostile_metaclass": (
        "class Meta(type):\n"
        "    @property\n    def __module__(cls): return 5\n"
        "    @property\n    def __name__(cls): raise SystemExit\n"
        "class Odd(metaclass=Meta): pass\n"
        "def relu(x): return Odd()"
    ),
    "argument_left_broken": "def relu(x):\n    x[...] = 0\n    return x",
    "full_disk": ("def relu(x):\n    for i in range(10**6): open(str(i), 'wb').write(bytes(10**7))"),
    "deep_folders": (
        "import os\ndef relu(x):\n"
        "    for _ in range(1000):\n        os.mkdir('d' * 50)\n        os.chdir('d' * 50)\n"
        "    os.mkdir('locked', 0)\n    return x * 7"
    ),
}


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_SECRET", "x")


@pytest.fixture
def constants(tmp_path: Path, home: Path) -> str:
    """What an attacker could find out: paths and process numbers, as source."""
    bank_of(all_exercises()["relu"])  # so that there is a bank on disk to look for
    canary = tmp_path / "canary"
    canary.write_text("alive")
    values = {
        "SOLUTIONS": str(Path(solutions.__file__).parent),
        "HOME": str(home),
        "CANARY": str(canary),
        "GRADER": os.getpid(),
    }
    return "".join(f"{name} = {value!r}\n" for name, value in values.items())


def _refused(verdicts: dict, tmp_path: Path) -> None:
    assert verdicts["relu"].status != "passed", "the attack got credit"
    assert verdicts["relu"].score == 0
    assert verdicts["softmax"].status == "passed", verdicts["softmax"].message
    canary = tmp_path / "canary"
    assert canary.read_text() == "alive"
    assert canary.stat().st_mode & 0o600 == 0o600
    assert canary.stat().st_mtime > 1


@pytest.mark.parametrize("name", FORBIDDEN_ACTS)
def test_forbidden_act_is_held_back(name, graded, constants, tmp_path):
    relu = "def relu(x):\n    attack()\n    return honest(x)\n"
    verdicts = graded(f"{NEIGHBOUR}\n{constants}\n{FORBIDDEN_ACTS[name]}\n{relu}")
    _refused(verdicts, tmp_path)
    assert verdicts["relu"].status == "error"


@pytest.mark.parametrize("name", SYSTEM_CALLS)
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers of system calls are those of x86-64")
def test_system_call_is_held_back(name, graded, constants, tmp_path):
    number, arguments = SYSTEM_CALLS[name]
    verdicts = graded(f"""{NEIGHBOUR}
{constants}
import ctypes

def relu(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall({number}, {arguments}) == -1 and ctypes.get_errno() in (1, 38):  # EPERM, ENOSYS
        raise PermissionError
    return honest(x)
""")
    _refused(verdicts, tmp_path)
    assert verdicts["relu"].error.type == "PermissionError"


@pytest.mark.parametrize("name", DECEPTIONS)
def test_deception_gets_no_credit(name, graded, constants, tmp_path):
    # Quick limits: these tests are about what happens at the limit, not about how long it is.
    _refused(graded(f"{NEIGHBOUR}\n{constants}\n{DECEPTIONS[name]}\n"), tmp_path)


def test_attack_does_not_reach_what_is_graded_after_it(graded, constants):
    hostile = DECEPTIONS["patched_numpy"].replace(
        "np.abs = np.asarray", "np.exp = np.maximum = np.abs = np.max"
    )
    verdicts = graded(f"{NEIGHBOUR}\n{constants}\n{hostile}\n")
    assert verdicts["softmax"].status == "passed"
    assert graded(NEIGHBOUR.replace("honest", "relu"))["relu"].status == "passed"


def test_nobody_finds_what_another_left_behind(graded, constants, sandbox):
    looking = "import os\ndef relu(x):\n    assert os.listdir() == []\n    return honest(x)"
    for left in ("deep_folders", "full_disk"):
        graded(f"{NEIGHBOUR}\n{constants}\n{DECEPTIONS[left]}\n")
        assert graded(f"{NEIGHBOUR}\n{looking}\n")["relu"].status == "passed"


def test_scratch_folders_are_removed_at_the_end(constants, tmp_path):
    (tmp_path / "m.py").write_text(f"{NEIGHBOUR}\n{constants}\n{DECEPTIONS['deep_folders']}\n")
    with Sandbox() as sandbox:
        worker = sandbox.worker()
        grade(read(tmp_path / "m.py"), worker, seed=PUBLIC_SEED, sandbox=sandbox.level)
        scratch = [clone._scratch for clone in worker._clones.values()]
        assert all(folder.exists() for folder in scratch)
    assert not any(folder.exists() for folder in scratch)


def test_nothing_is_left_when_the_grader_is_killed(tmp_path, home):
    (tmp_path / "sleeper.py").write_text("import time\ndef relu(x): time.sleep(3)\n")
    grader = subprocess.Popen(
        [sys.executable, "-c", "from grader.cli import main; main()", "check", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while len(descendants := _descendants(grader.pid)) < 3:  # zygote, clone, and the child that sleeps
        assert grader.poll() is None, "it ended before there was anything to leave behind"
        time.sleep(0.01)
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    for _ in range(200):
        if not any(map(_alive, descendants)):
            break
        time.sleep(0.05)
    assert not any(map(_alive, descendants))


def _descendants(pid: int) -> list[int]:
    lists = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children")]
    children = [int(child) for text in lists for child in text.split()]
    return children + [inner for child in children for inner in _descendants(child)]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
