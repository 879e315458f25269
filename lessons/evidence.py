"""Runs every finding of the lessons with five seeds or more, and writes what came of it to docs/evidence.md.

    python lessons/evidence.py [LESSON…]      these lessons, or all

A lesson's own cells compute its findings, so a lesson is run as a learner runs it; only what a lesson loads
from `lessons/outcomes/` is computed, there, for every seed. All lessons take twenty minutes on two cores.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from dlcourse.evidence import RECORD  # noqa: E402
from lessons import build, findings  # noqa: E402
from lessons.findings import Row  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Run the lessons' findings with several seeds.")
    parser.add_argument("lesson", nargs="*", help="a lesson's name, as 02_neural_networks; all if left out")
    options = parser.parse_args(arguments)
    there = {source.stem for source in build.sources()}
    rows = {lesson: rows for lesson, rows in findings.read().items() if lesson in there}
    refuted: list[str] = []
    try:
        for source in build.sources(options.lesson):
            began = time.perf_counter()
            rows[source.stem] = run(source)
            print(findings.to_table(rows[source.stem]))
            print(f"{source.stem}: {time.perf_counter() - began:.0f} s\n")
            refuted += [row.name for row in rows[source.stem] if row.verdict == "does not hold"]
            findings.write(rows)
    except build.BuildError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped: docs/evidence.md has the lessons that ended before.", file=sys.stderr)
        return 130
    if refuted:
        print(f"Not so: {', '.join(refuted)}. Say in the lesson what was found instead.", file=sys.stderr)
    return int(bool(refuted))


def run(source: Path) -> list[Row]:
    """Run a lesson, and return a row for each finding that its text marks.

    Raises:
        BuildError: a finding that is marked was not computed, or the other way round.
    """
    notebook = build.build(source, counted=False)
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder, "findings.jsonl")
        record.touch()
        os.environ[RECORD] = str(record)
        try:
            build.execute(notebook, source.stem, most_seconds=3600)
        finally:
            del os.environ[RECORD]
        found = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    by_name = {one["name"]: one for one in found}
    if twice := [name for name, count in Counter(one["name"] for one in found).items() if count > 1]:
        raise build.BuildError(f"{source.stem}: computed more than once: {', '.join(twice)}.")
    claimed = findings.claims(source.read_text("utf-8"))
    if odd := {claim.name for claim in claimed} ^ set(by_name):
        raise build.BuildError(
            f"{source.stem}: {', '.join(sorted(odd))}: a finding needs both a directive in the text and a "
            "cell that computes it."
        )
    return [
        Row(*claim, *(by_name[claim.name][key] for key in ("runs", "spread", "figures", "verdict")))
        for claim in claimed
    ]


if __name__ == "__main__":
    sys.exit(main())
