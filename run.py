#!/usr/bin/env python3
"""Set everything up and go: `python3 run.py lab` opens the lessons, `python3 run.py test` runs the tests.

The environment is `.venv` beside this file, with what requirements/ lists, by its hashes. It is made on the
first run and completed when that changes; delete it at any time.
"""

# No newer syntax than Python 3.6's in this file: an old Python must get as far as the sentence for it.
import contextlib
import hashlib
import os
import platform
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path

USAGE = """usage: python3 run.py lab [DIR] [JUPYTERLAB OPTIONS]   open the lessons in JupyterLab
       python3 run.py test [PYTEST OPTIONS]            run all tests"""

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = PROGRAMS / ("python.exe" if os.name == "nt" else "python")
UNFINISHED = VENV / "unfinished"
LOCK = ROOT / ".venv.lock"

TICK = 1  # seconds after which a terminal's line moves on
EVERY = 5  # seconds after which a pipe or a file gets another line

NO_NETWORK = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError", "ProxyError")


def main(arguments):
    if {"-h", "--help"} & set(arguments[:2]):
        print(USAGE)
        return 0
    if arguments[:1] == ["lab"]:
        set_up("lab")
        return become([str(PROGRAMS / "dlcourse"), *arguments], Path.cwd())
    if arguments[:1] == ["test"]:
        set_up("dev")
        pytest = [str(PYTHON), "-m", "pytest", "-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]
        return become(pytest + arguments[1:], ROOT)
    print(USAGE, file=sys.stderr)
    return 2


def set_up(extra):
    """Bring `.venv` to what requirements/ lists for `extra`; nothing to do takes milliseconds."""
    if sys.version_info < (3, 11):  # noqa: UP036
        stop("Python 3.11 or newer is needed, and this is " + platform.python_version() + ".")
    facts = [sys.version, str(ROOT)]  # a folder that was moved has the old path in its programs
    facts += [path.read_text(encoding="utf-8") for path in (ROOT / "pyproject.toml", *lists("dev"))]
    digest = hashlib.sha256("\n".join(facts).encode()).hexdigest()
    stamps = {name: VENV / ("installed-" + name) for name in ("lab", "dev")}
    enough = [stamps[extra], stamps["dev"]]  # dev contains lab

    def done():
        return not UNFINISHED.exists() and any(read(stamp) == digest for stamp in enough)

    if done():
        return
    require_whole_lists(extra)
    with one_at_a_time():
        if done():
            return
        if UNFINISHED.exists() or not healthy():
            make_venv()
        UNFINISHED.touch()  # if this run is killed, the next one starts from nothing
        install(extra)
        stamps[extra].write_text(digest)
        UNFINISHED.unlink()


@contextlib.contextmanager
def one_at_a_time():
    """Wait while another run sets up: each would take away what the other has made."""
    with open(str(LOCK), "w") as file:
        if not locked(file):
            print("Another run sets up .venv: waiting for it", flush=True)
            while not locked(file):
                time.sleep(TICK)
        yield  # the system ends the lock with the process, however that ends


def locked(file):
    """Lock a file, unless another process has; where the file system knows no locks, go on without."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        pass
    return True


def lists(extra):
    """The files in requirements/ of what is installed: each continues the one before."""
    names = {"course": ["course"], "lab": ["course", "lab"], "dev": ["course", "lab", "dev", "torch"]}[extra]
    return [ROOT / "requirements" / (name + ".txt") for name in names]


def require_whole_lists(extra):
    """Stop where a list was cut off or is of another version: then something would be missing."""
    import tomllib  # new in Python 3.11

    pinned = set()
    for path in lists(extra):
        lines = path.read_text(encoding="utf-8").split("\n")
        if lines[-2:] != ["# The end.", ""]:
            stop("requirements/" + path.name + " is cut off: get the course again, or that file.")
        pinned |= {name_of(line) for line in lines if "==" in line}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    facts = project.get("project", {})
    extras = facts.get("optional-dependencies", {})
    asked = [*project["build-system"]["requires"], *facts.get("dependencies", ())]
    asked += [one for name in extras if extra in (name, "dev") for one in extras[name]]  # dev has all
    for name in sorted({name_of(one) for one in asked} - pinned - {name_of(facts.get("name", ""))}):
        stop("requirements/" + extra + ".txt has no version of " + name + ": get the course again.")


def name_of(requirement):
    """The name of a package, as PEP 503 writes it, in what asks for it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]*", requirement).group()).lower()


def read(path):
    return path.read_text() if path.exists() else None


def healthy():
    """Whether `.venv` has a pip and is of the Python that runs this file."""
    question = "import sys, pip; print(sys.version)"
    try:
        answer = subprocess.run([str(PYTHON), "-c", question], capture_output=True, text=True)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == sys.version


def make_venv():
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("This Python cannot make environments; on Debian and Ubuntu: apt install python3-venv")
    print("Making the environment .venv", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True
    )
    if made.returncode:
        stop("The environment .venv could not be made: " + last_line(made.stderr or made.stdout))


def install(extra):
    print("Installing TensorFlow and the rest into .venv: some minutes, the first time", flush=True)
    pip(["-r", "requirements/" + extra + ".txt"])
    if extra == "dev":
        pip(["-c", "constraints.txt", "-r", "requirements/torch.txt"])
    # All that builds it is there: what would be fetched for it, nobody has checked.
    pip(["--no-deps", "--no-build-isolation", "-e", "."])


def pip(arguments):
    """Run `pip install`, say what it does, and stop with its last lines where it fails."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *arguments]
    lines = deque(maxlen=12)
    offline, step = False, "pip starts"
    began = shown = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=str(ROOT),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in lines_and_pauses(process.stdout):
            if line is not None:
                lines.append(line.rstrip())
                offline = offline or any(sign in line for sign in NO_NETWORK)
                if line.strip() and not line.startswith((" ", "WARNING")):  # details are not what goes on
                    step = line.strip()
            now = time.monotonic()
            state = f"  {now - began:.0f} s  {step}"[:78]
            if sys.stdout.isatty():  # one line that shows that it goes on
                print("\r" + state.ljust(78), end="", flush=True)
            elif now - shown >= EVERY:
                shown = now
                print(state, flush=True)
    if sys.stdout.isatty():
        print("\r" + " " * 78, end="\r", flush=True)
    if process.returncode:
        UNFINISHED.unlink()  # pip ended by itself, so what is installed is whole
        print("\n".join(lines), file=sys.stderr)
        if offline:
            stop("No package index could be reached: check the network, then run the same command again.")
        if any("DO NOT MATCH THE HASHES" in line for line in lines):
            stop("A file is not the one that was tested: the index or the way to it may be at fault.")
        stop("pip failed, its last lines are above: mend the cause, then run the same command again.")


def lines_and_pauses(stream):
    """Yield each line when it comes, and None when none has come for a moment: pip is silent for minutes."""
    lines = queue.Queue()

    def read():
        with contextlib.suppress(ValueError):  # closed, as this run is interrupted
            for line in stream:
                lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=TICK)
        except queue.Empty:
            line = None
        if line == "":
            return
        yield line


def become(command, folder):
    """Run a command in place of this one, and return its exit status."""
    os.chdir(str(folder))
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    with subprocess.Popen(command) as process:  # Windows has no true exec
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # the command got the same Ctrl-C and decides
                continue


def last_line(text):
    return (text.strip().splitlines() or ["no reason given"])[-1]


def stop(reason):
    print("run.py: " + reason, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    if os.name == "posix":
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly when nobody reads on, as of `| head`
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        stop(str(error))
