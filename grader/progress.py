"""What a learner has done so far: the best verdict on each exercise, in one small file."""

import json

from grader.report import ExerciseReport
from grader.storage import folder, write


def states() -> dict[str, str]:
    """Return each tried exercise's state, `"passed"` or the last verdict; a damaged file counts as empty."""
    try:
        recorded = json.loads((folder("state") / "progress.json").read_text())
    except (OSError, ValueError):
        return {}
    return recorded if isinstance(recorded, dict) else {}


def record(reports: list[ExerciseReport]) -> None:
    """Add verdicts to the file. What was passed stays passed; a file that can't be written is no error."""
    known = states()
    new = {r.name: r.status for r in reports if r.status != "missing" and known.get(r.name) != "passed"}
    if new.items() <= known.items():
        return
    write(folder("state") / "progress.json", json.dumps(known | new, indent=1).encode())
