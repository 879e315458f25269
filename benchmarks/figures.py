"""Measures again all that README and docs/ say of speed, and says which claims hold: claims.toml has them.

    python benchmarks/figures.py [--small] [--only RUNS] [--into DIR] [--write [FILE]]

Each run of claims.toml is one of the scripts beside this one, as a process of its own, one after another; all
together take hours. What a run gave is kept in DIR, and the same command goes on with what is there, if it is
of the same build, versions, machine and sizes. A run that fails costs its rows of the table and no others.
`--small` takes minutes: it tries that all works, leaves the peers of the grader out, and judges no claim.

The table is printed, or written to FILE, docs/figures.md if none is named. The exit status is 1 where a claim
doesn't hold. benchmarks/layers.py is not among the runs, as its page judges itself.
"""

import argparse
import contextlib
import hashlib
import json
import math
import operator
import os
import platform
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import peers
import psutil
from library import number

from dlcourse import files

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PAGE = ROOT / "docs" / "figures.md"
PATIENCE = 60  # seconds that a run has to end in when it is interrupted
BOUNDS = {">=": ("≥", operator.ge), "<=": ("≤", operator.le)}
NUMBER = re.compile(r"\d[\d,.]*\b")
HEADER = ("claim", "beside", "there", "ours", "figure", "claimed", "verdict", "said in")


@dataclass(frozen=True)
class Claim:
    """Something that is said of speed.

    Args:
        what: was measured.
        quote: words that say so, in the file `where`.
        bound: what the figure has to be, as ">= 20".
        beside: what it is compared with, if it is.
        at: the path, in the numbers of the run, of what `ours` and `theirs` are in; see `look_up`.
        ours, theirs: the paths from there.
        figure: "times" (theirs / ours), "share" (ours / theirs), "more" (ours - theirs), "ours", or "result",
            what the script itself made of both.
        unit, beside_unit, figure_unit: of ours; of theirs and of the figure where they have another.
    """

    what: str
    quote: str
    bound: str
    where: str = "docs/speed.md"
    beside: str = ""
    at: str = ""
    ours: str = "ours"
    theirs: str = "theirs"
    figure: str = "ours"
    unit: str = "s"
    beside_unit: str | None = None
    figure_unit: str | None = None


@dataclass(frozen=True)
class Run:
    """A script with its arguments, at full and at small sizes, and the claims that its numbers judge."""

    name: str
    full: str
    small: str
    claims: list[Claim]

    def command(self, small: bool) -> list[str]:
        return shlex.split(self.small if small else self.full)


def main() -> None:
    runs = read(HERE / "claims.toml")
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--small", action="store_true", help="small sizes: only to try that all works")
    parser.add_argument("--only", metavar="RUNS", help=f"some of {','.join(runs)}")
    parser.add_argument("--into", type=Path, metavar="DIR", help="keep there what each run gave, and go on")
    parser.add_argument("--write", nargs="?", type=Path, const=PAGE, metavar="FILE", help="write the table")
    options = parser.parse_args()
    asked = options.only.split(",") if options.only else [*runs]
    if not set(asked) <= runs.keys():
        parser.error(f"the runs are {','.join(runs)}")
    for ending in (signal.SIGINT, signal.SIGTERM):  # SIGINT may be ignored, which scripts would inherit
        signal.signal(ending, signal.default_int_handler)
    sizes = "small" if options.small else "full"
    of = {"machine": machine(), "versions": versions(), "build": build(), "sizes": sizes}
    numbers: dict[str, Any] = dict.fromkeys(runs, "It was not asked for.")
    numbers |= dict.fromkeys(asked, "It was stopped before.")
    minutes: dict[str, float] = {}
    stopped = False
    with contextlib.ExitStack() as stack:
        try:
            folder = options.into or Path(stack.enter_context(tempfile.TemporaryDirectory()))
            folder.mkdir(parents=True, exist_ok=True)
            for name in asked:
                numbers[name], minutes[name] = measure(runs[name], options.small, folder.resolve(), of)
        except KeyboardInterrupt:
            stopped = True
            say(
                f"Stopped: the same command goes on with what {options.into} has."
                if options.into
                else "Stopped."
            )
        except OSError as error:
            sys.exit(f"{error.filename or options.into} can't be used: {error.strerror}.")
    rows = [
        judged(claim, run, numbers[name], options.small) for name, run in runs.items() for claim in run.claims
    ]
    text = page(of, minutes, rows)
    if options.write and not stopped:
        try:
            files.write(options.write, text.encode())
        except OSError as error:
            print(text)
            sys.exit(f"{options.write} can't be written: {error.strerror}.")
    else:
        print(text)
    sys.exit(130 if stopped else any(row.verdict == "does not hold" for row in rows))


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def read(file: Path) -> dict[str, Run]:
    """The runs by name, with their claims."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        name: Run(name, table["full"], table["small"], [Claim(**claim) for claim in table["claims"]])
        for name, table in tables.items()
    }


def measure(run: Run, small: bool, folder: Path, of: dict[str, Any]) -> tuple[Any, float]:
    """Return a run's numbers, or a sentence that says why there are none, and the minutes that it took."""
    command, kept = run.command(small), folder / f"{run.name}.json"
    of = of | {"command": command}
    with contextlib.suppress(OSError, ValueError):  # there is none, or it is no JSON
        found = json.loads(kept.read_text(encoding="utf-8"))
        if found.get("of") == of:
            say(f"{run.name}: kept from before, {found['minutes']:.1f} minutes")
            return found["numbers"], found["minutes"]
    say(f"{run.name}: {shlex.join(command)} begins")
    began, new, log = time.perf_counter(), folder / f"{run.name}.new.json", folder / f"{run.name}.log"
    new.unlink(missing_ok=True)
    status = ended([sys.executable, str(HERE / command[0]), *command[1:], "--json", str(new)], log)
    minutes = (time.perf_counter() - began) / 60
    try:
        if status not in (0, 1):  # 1: a target was missed, or it failed and wrote nothing
            raise ValueError
        numbers = json.loads(new.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["It said nothing."]
        reason = f"{command[0]} ended with status {status} and without numbers."
        say(f"{run.name}: {reason} {said[-1]}")
        return reason, minutes
    finally:
        new.unlink(missing_ok=True)
    files.write(kept, json.dumps({"of": of, "minutes": minutes, "numbers": numbers}, indent=1).encode())
    say(f"{run.name}: {minutes:.1f} minutes")
    for reason in numbers.get("missing", ()):  # a peer
        say(f"{run.name}: {reason} Without {kept.name} it is tried again.")
    return numbers, minutes


def ended(command: list[str], log: Path) -> int:
    """Run a command with its output in a file, and return its exit status.

    It has a process group of its own, which is interrupted once, and has time to end what it started.
    """
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True)
        try:
            return process.wait()
        except KeyboardInterrupt:
            try:
                with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                    os.killpg(process.pid, signal.SIGINT)
                    process.wait(PATIENCE)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # whatever is left
                process.wait()
            raise


@dataclass(frozen=True)
class Row:
    """What came of a claim; what was not measured is no number."""

    claim: Claim
    verdict: str
    theirs: float = math.nan
    ours: float = math.nan
    figure: float = math.nan


def judged(claim: Claim, run: Run, numbers: Any, small: bool) -> Row:
    if isinstance(numbers, str):
        return Row(claim, f"not measured: {numbers}")
    script = run.command(small)[0]

    def of(path: str) -> float:
        return look_up(numbers, f"{claim.at} / {path}" if claim.at else path, loosely=small)

    theirs = ours = math.nan
    try:
        ours = of(claim.ours)
        with contextlib.suppress(LookupError if claim.figure == "ours" else ()):  # which needs no other
            theirs = of(claim.theirs) if claim.beside else math.nan
        figure = {
            "times": lambda: theirs / ours,
            "share": lambda: ours / theirs,
            "more": lambda: ours - theirs,
            "ours": lambda: ours,
            "result": lambda: of("result"),
        }[claim.figure]()
    except LookupError as error:
        return Row(claim, f"not measured: {script} gave no “{error.args[0]}”.")
    except ZeroDivisionError:
        figure = math.nan
    if math.isnan(figure):
        return Row(claim, f"not measured: {script} gave no number.", theirs, ours)
    verdict = "not judged" if small else "holds" if holds(figure, claim.bound) else "does not hold"
    return Row(claim, verdict, theirs, ours, figure)


def holds(figure: float, bound: str) -> bool:
    """Whether a figure is within a bound.

    >>> holds(20, ">= 20"), holds(19.9, ">= 20"), holds(0.3, "<= 0.36")
    (True, False, True)
    """
    sign, limit = bound.split()
    return BOUNDS[sign][1](figure, float(limit))


def look_up(data: Any, path: str, *, loosely: bool = False) -> float:
    """Return the number at a path; a list counts its entries, and what is null is no number.

    Args:
        data: of a JSON file.
        path: steps with " / " between them: a key, or in a list of tables a text of those that are meant.
        loosely: whether numbers in a step may be other ones; the last that fits is taken then.

    Raises:
        LookupError: a step leads nowhere, or to several tables; its one argument is the step.

    >>> look_up({"rows": [{"what": "MLP, 20 epochs", "ours": 3}]}, "rows / MLP, 20 epochs / ours")
    3.0
    """

    for step in path.split(" / "):
        tables = [table for table in (data if isinstance(data, list) else [data]) if isinstance(table, dict)]
        if isinstance(data, list):
            texts = [(value, table) for table in tables for value in table.values() if isinstance(value, str)]
            if fit := named(step, texts, loosely):
                data = fit
                continue
        of_one = [*tables[-1].items()] if len(tables) == 1 or (tables and loosely) else []
        if not (fit := named(step, of_one, loosely)):
            raise LookupError(step)
        data = fit[-1]
    if isinstance(data, dict | str):
        raise LookupError(step)
    return math.nan if data is None else float(len(data) if isinstance(data, list) else data)


def named(name: str, pairs: list[tuple[str, Any]], loosely: bool) -> list[Any]:
    """What has that name; loosely, if there is none, what has it but for its numbers."""
    fit = [thing for text, thing in pairs if text == name]
    if fit or not loosely:
        return fit
    return [thing for text, thing in pairs if NUMBER.sub("0", text) == NUMBER.sub("0", name)]


def machine() -> str:
    """The processor, its cores, the memory and the system; nothing that names one machine."""
    name = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        if found := re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE):
            name = found[1]
    system = f"{platform.system()} {platform.release()}"
    with contextlib.suppress(OSError):
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{name}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GB, {system}"


def versions() -> str:
    packages = {
        "TensorFlow": "tensorflow",
        "Keras": "keras",
        "NumPy": "numpy",
        "scikit-learn": "scikit-learn",
    }
    of = {"Python": platform.python_version()} | {
        name: version(package) for name, package in packages.items()
    }
    of |= {name: pins[0].partition("==")[2] for name, pins in peers.PINS.items()}
    return ", ".join(f"{name} {number}" for name, number in of.items())


def build() -> str:
    """The revision and its date, and a digest of what differs from it outside of texts."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    try:
        revision, changes = git("log", "-1", "--format=%h (%cs)"), git("diff", "HEAD", "--", ".", ":!*.md")
    except (OSError, subprocess.CalledProcessError):
        return "unknown, as this is no git checkout"
    digest = hashlib.sha256(changes.encode()).hexdigest()[:8]
    return f"{revision}, with changes ({digest})" if changes else revision


def page(of: dict[str, Any], minutes: dict[str, float], rows: list[Row]) -> str:
    """The whole page."""
    counts = Counter(row.verdict.partition(":")[0] for row in rows)
    totals = ", ".join(f"{verdict}: {count}" for verdict, count in counts.most_common())
    small = "**The figures are of small sizes: they say that all works, and nothing else.**\n\n"
    facts = of | {"date": date.today().isoformat()}
    facts["minutes"] = ", ".join(f"{name} {taken:.0f}" for name, taken in minutes.items())
    return f"""# Figures

What README and docs/ say of speed, measured again by `python benchmarks/figures.py`. A claim holds where its
figure is within what is claimed, with room for another machine: `benchmarks/claims.toml` says how much.

{small if of["sizes"] == "small" else ""}{table(("of", "what"), facts.items())}

Of {len(rows)} claims: {totals}.

{table(HEADER, map(cells, rows))}
"""


def cells(row: Row) -> tuple[str, ...]:
    claim = row.claim
    sign, limit = claim.bound.split()
    unit = claim.figure_unit or ("×" if claim.figure in ("times", "share", "result") else claim.unit)
    return (
        claim.what,
        claim.beside,
        shown(row.theirs, claim.unit if claim.beside_unit is None else claim.beside_unit),
        shown(row.ours, claim.unit),
        shown(row.figure, unit),
        f"{BOUNDS[sign][0]} {shown(float(limit), unit)}",
        f"**{row.verdict}**" if row.verdict == "does not hold" else row.verdict,
        claim.where,
    )


def shown(value: float, unit: str) -> str:
    return "—" if math.isnan(value) else f"{number(value)} {unit}".strip()


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown.

    >>> print(table(("a", "b"), [("1", "2 | 3")]))
    | a | b |
    |---|---|
    | 1 | 2 \\| 3 |
    """
    lines = [[cell.replace("|", "\\|") for cell in row] for row in (header, *rows)]
    head, *body = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([head, f"|{'---|' * len(lines[0])}", *body])


if __name__ == "__main__":
    main()
