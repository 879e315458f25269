"""Adds up the points of a check: a table for the run's summary, and in the log what GitHub Classroom reads.

    python points.py reports.jsonl "$GITHUB_STEP_SUMMARY"

`reports.jsonl` is what `grader check --json` prints. Where several files answer an exercise, the best counts.
"""

import json
import sys
from pathlib import Path


def main(reports: str, summary: str) -> None:
    best: dict[str, dict] = {}
    for line in Path(reports).read_text("utf-8").rstrip("\n").split("\n"):
        for verdict in json.loads(line)["exercises"]:
            known = best.setdefault(verdict["name"], verdict)
            if verdict["score"] > known["score"] or known["status"] == "missing":
                best[verdict["name"]] = verdict
    points = sum(verdict["score"] for verdict in best.values())
    out_of = sum(verdict["out_of"] for verdict in best.values())
    with open(summary, "a", encoding="utf-8") as file:
        print(f"**{points:g} of {out_of:g} points**\n\n| exercise | | points |\n|---|---|---|", file=file)
        for name, verdict in best.items():
            row = f"| {name} | {verdict['status']} | {verdict['score']:g} of {verdict['out_of']:g} |"
            print(row, file=file)
    print(f"::notice title=Autograding complete::Points {points:g}/{out_of:g}")
    print("::notice title=Autograding report::" + json.dumps({"totalPoints": points, "maxPoints": out_of}))


if __name__ == "__main__":
    main(*sys.argv[1:])
