"""What is left of a class whose grading is killed again and again: an unbroken run's reports, byte for byte.

    python benchmarks/kills.py [--submissions N] [--kills K] [--seed S] [--json FILE]

A submission is a notebook of two exercises, whose answers take from milliseconds to five seconds. The class
is graded once without a break. Then it is graded again, and every few seconds SIGKILL ends one process,
chosen by chance: the grader, a worker, a zygote, a clone of one, or one that runs an answer; in the last
quarter of the kills Dask has the class, and the grader, a Dask worker, or one of theirs is ended. When a
command ends, however it ends, the same command goes on. When all are graded the reports are compared, and
the class begins anew until there have been as many kills as asked for. A third part lets the disk be full
(Linux, with user namespaces), and a fourth starts two graders on one folder.

The exit status is 1 where any reports differ from those of the unbroken run.
"""

import argparse
import contextlib
import json
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import peers
import psutil
from grading import GRADER, SEED, our_environment
from rich.console import Console
from rich.progress import Progress

LONGEST = 5.0  # seconds that an answer takes
BETWEEN = (0.3, 9.0)  # seconds from one kill to the next
ON_A_CLUSTER = 0.25  # of all kills
PATIENCE = 3  # commands that are not killed: a Dask worker may just be starting
DISKS = (0.2, 0.5, 0.8)  # of what the class takes: too small
FAIR_ENDINGS = (0, 1, 2, -signal.SIGKILL)
MADE_UP = "import time\nimport numpy as np\n\nwaited = []\n"
ANSWERS = {
    "relu": (
        "def relu(x):\n    return np.maximum(x, 0) * {factor}\n",
        {"factor": (1.0, 1.0, 7.0)},
    ),
    "clip_range": (
        "def clip_range(values, bits):\n"
        "    if not waited:\n"
        "        waited.append(1)\n"
        "        {wait}\n"
        "    tail = {share} * 4**-bits\n"
        "    return np.quantile(values, tail), np.quantile(values, 1 - tail)\n",
        {"share": (1.0, 0.5, 0.25, 0.0)},
    ),
}
WAITS = (
    "time.sleep({seconds:.3f})",
    "while time.process_time() < {seconds:.3f}: pass",
)


def write_class(folder: Path, n: int, rng: random.Random) -> None:
    """Write notebooks, the same for the same generator."""
    for i in range(n):
        seconds = LONGEST * rng.random() ** 3 + 0.001
        chosen = {"wait": rng.choice(WAITS).format(seconds=seconds)}
        cells = [(MADE_UP + f"SALT = {i}\n", {})]
        for source, choices in ANSWERS.values():
            chosen |= {name: rng.choice(values) for name, values in choices.items()}
            cells.append((source.format(**chosen), {}))
        peers.notebook(folder / f"s{i:03}.ipynb", cells)


@dataclass
class Endurance:
    """A class in a folder, and what was seen."""

    folder: Path
    rng: random.Random
    advance: Callable[[], None]
    expected: bytes = b""
    killed: Counter = field(default_factory=Counter)
    commands: int = 0
    classes: int = 0
    faults: list[str] = field(default_factory=list)

    def start(self, out: str, *options: str) -> subprocess.Popen:
        self.commands += 1
        command = [*GRADER, "grade", "class", "--seed", SEED, "--out", out, *options]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=_environment(self.folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finished(self, grading: subprocess.Popen) -> bool:
        """Return whether a command has graded all, and note whatever it should not have said."""
        _, stderr = grading.communicate(timeout=600)
        if "Traceback" in stderr or grading.returncode not in FAIR_ENDINGS:
            self.faults.append(f"exit status {grading.returncode}: {stderr[-2000:]}")
        return grading.returncode in (0, 1)

    def compare(self, out: str, what: str) -> None:
        self.classes += 1
        given = (self.folder / out / "reports.jsonl").read_bytes()
        if given != self.expected:
            lines = zip(given.splitlines(), self.expected.splitlines(), strict=False)
            unlike = [
                f"{one.decode()[:600]} for {other.decode()[:600]}" for one, other in lines if one != other
            ]
            self.faults.append(f"{what}: other reports than in an unbroken run: {unlike[:3]}")

    def grade_under_fire(self, kills: int, roots: Callable[[], list[psutil.Process]], *options: str) -> None:
        """Grade classes, and kill, until there have been so many kills and the last class is whole."""
        left = kills
        while left > 0:
            out, in_vain = f"out{self.classes}", 0
            while in_vain < PATIENCE:
                killed, is_whole = self._command(out, left, roots, *options)
                left -= killed
                if is_whole:
                    break
                in_vain = 0 if killed else in_vain + 1
            else:
                self.faults.append(f"{out}: {PATIENCE} commands that nobody killed did not grade all")
                return
            self.compare(out, f"after kills of {dict(self.killed)}")

    def _command(
        self, out: str, most: int, roots: Callable[[], list[psutil.Process]], *options: str
    ) -> tuple[int, bool]:
        """Let a command run to its end; return how many processes were killed, and whether all is graded."""
        grading, killed, until = self.start(out, *options), 0, self._next_kill()
        while grading.poll() is None:
            victims = roots()  # which begins those anew that were killed
            if killed < most and time.monotonic() > until:
                killed += self._kill([psutil.Process(grading.pid), *victims])
                until = self._next_kill()
            time.sleep(0.02)
        return killed, self.finished(grading) and not self._failures(out)

    def _failures(self, out: str) -> int:
        """Return how many submissions the same command would grade again, as they were killed twice."""
        text = (self.folder / out / "reports.jsonl").read_text(encoding="utf-8")
        return sum("the same command" in line or "graded alone" in line for line in text.splitlines())

    def _next_kill(self) -> float:
        return time.monotonic() + self.rng.uniform(*BETWEEN)

    def _kill(self, roots: list[psutil.Process]) -> int:
        """Kill a process of a kind that is there, and return how many were."""
        kinds: dict[str, list[psutil.Process]] = {}
        with contextlib.suppress(psutil.NoSuchProcess):
            for root in roots:
                for kind, process in _processes(root):
                    kinds.setdefault(kind, []).append(process)
        if not kinds:
            return 0
        kind = self.rng.choice(sorted(kinds))
        try:
            self.rng.choice(kinds[kind]).kill()
        except psutil.NoSuchProcess:
            return 0
        self.killed[kind] += 1
        self.advance()
        return 1


def _environment(folder: Path) -> dict[str, str]:
    return our_environment(folder / "home") | {"TMPDIR": str(folder / "tmp")}


def _processes(root: psutil.Process) -> Iterator[tuple[str, psutil.Process]]:
    """Yield the processes of a grader, or of Dask's worker, each with what it is."""
    command = " ".join(root.cmdline())
    yield ("Dask worker" if "dask_worker" in command else "grader"), root
    for child in root.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            command = " ".join(child.cmdline())
            if "multiprocessing.spawn" in command:
                yield "worker", child
            elif "socket.socket(fileno" in command:
                yield "zygote", child
                for clone in child.children():
                    yield "clone", clone
                    for answer in clone.children():
                        yield "answer", answer


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, Callable[[], list[psutil.Process]]]]:
    """Lend a scheduler's address, and what returns two workers, started again where they were killed."""
    file = folder / "scheduler.json"
    environment = _environment(folder) | {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "50"}
    running: list[subprocess.Popen] = []

    def start(program: str, *options: str) -> subprocess.Popen:
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.{program}",
            "--scheduler-file",
            str(file),
            *options,
        ]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=folder, env=environment, **silent)
        running.append(process)
        return process

    def worker() -> subprocess.Popen:
        return start("dask_worker", "--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard")

    def roots() -> list[psutil.Process]:
        workers[:] = [process if process.poll() is None else worker() for process in workers]
        return [psutil.Process(process.pid) for process in workers]

    try:
        start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        while not (file.exists() and file.read_text().endswith("}")):
            time.sleep(0.05)
        workers = [worker(), worker()]
        yield json.loads(file.read_text())["address"], roots
    finally:
        for process in running:
            process.kill()
            process.wait()


def on_a_full_disk(endurance: Endurance) -> str:
    """Grade into a disk that is too small, and then, made larger, with the same command."""
    command = shlex.join([*GRADER, "grade", "class", "--seed", SEED, "--out", "full"])
    whole = sum(file.stat().st_size for file in (endurance.folder / "unbroken").iterdir())
    for size in (int(share * whole / 1024) for share in DISKS):
        script = (
            f"mkdir -p full && mount -t tmpfs -o size={size}k tmpfs full || exit 99\n"
            f"{command} > /dev/null 2> full.err; echo $? > full.status\n"
            f"mount -o remount,size=200m full && {command} > /dev/null 2>> full.err\n"
            "mkdir -p full_after && cp full/reports.jsonl full_after/"
        )
        environment = _environment(endurance.folder)
        unshared = ["unshare", "--map-root-user", "--mount", "sh", "-c", script]
        try:
            done = subprocess.run(
                unshared, cwd=endurance.folder, env=environment, capture_output=True, text=True
            )
        except FileNotFoundError:
            return "not tried: there is no `unshare` here"
        if done.returncode == 99:
            return f"not tried: {done.stderr.strip()}"
        endurance.commands += 2
        said = (endurance.folder / "full.err").read_text()
        status = (endurance.folder / "full.status").read_text().strip()
        if status != "2" or "Traceback" in said:
            endurance.faults.append(f"a disk of {size} kB: exit status {status}, {said[-3000:]}")
        endurance.compare("full_after", f"a disk of {size} kB")
    return "the same reports"


def two_graders(endurance: Endurance) -> str:
    """Start the same command twice: one grades, the other says so."""
    first, second = (endurance.start("both") for _ in range(2))
    if sorted((endurance.finished(first), endurance.finished(second))) != [False, True]:
        endurance.faults.append("two graders on one folder: not one that grades and one that does not")
    endurance.compare("both", "two graders on one folder")
    return "one grades, the other ends with a sentence"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--submissions", type=int, default=60, metavar="N")
    parser.add_argument("--kills", type=int, default=100, metavar="K")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the class and of the kills")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was seen there")
    options = parser.parse_args()
    seen = run(options.submissions, options.kills, options.seed)
    text = json.dumps(seen, indent=1)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    Console().print(text, highlight=False)
    sys.exit(bool(seen["faults"]))


def run(submissions: int, kills: int, seed: int) -> dict:
    """Return what was killed how often, what else was tried, and every fault."""
    with (
        tempfile.TemporaryDirectory() as place,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("kills", total=kills)
        folder, rng = Path(place), random.Random(seed)
        write_class(folder / "class", submissions, rng)
        (folder / "tmp").mkdir()
        endurance = Endurance(folder, rng, lambda: progress.advance(task))
        began = time.monotonic()
        if not endurance.finished(endurance.start("unbroken")):
            sys.exit(f"The class could not be graded without a kill: {endurance.faults}")
        seconds = time.monotonic() - began
        endurance.expected = (folder / "unbroken" / "reports.jsonl").read_bytes()
        on_cluster = round(kills * ON_A_CLUSTER)
        endurance.grade_under_fire(kills - on_cluster, list)
        with cluster(folder) as (address, roots):
            endurance.grade_under_fire(on_cluster, roots, "--dask", address)
        full = on_a_full_disk(endurance)
        both = two_graders(endurance)
        left = sorted(entry.name for entry in (folder / "tmp").iterdir())
    return {
        "submissions": submissions,
        "seconds unbroken": round(seconds, 1),
        "killed": dict(endurance.killed.most_common()),
        "commands": endurance.commands,
        "classes compared": endurance.classes,
        "full disk": full,
        "two graders": both,
        "folders left": left,
        "faults": endurance.faults,
    }


if __name__ == "__main__":
    main()
