"""The script that adds up points where GitHub Classroom runs a release."""

import json
import subprocess
import sys

from grader.releasing import release


def verdict(name, score, **changes):
    return {"name": name, "status": "passed", "score": score, "out_of": 1.0, "message": "", **changes}


def test_no_text_of_a_learners_ends_a_line(tmp_path):
    odd = verdict("relu", 0.0, status="error", message="Your function raises E: a\u2028b\u2029c\x85d\x0ce.")
    lines = [{"exercises": [odd, verdict("softmax", 1.0)]}, {"exercises": [verdict("relu", 1.0)]}]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (tmp_path / "reports.jsonl").write_text(text, encoding="utf-8")
    script = release.ROOT / "grader" / "releasing" / "templates" / "points.py"
    done = subprocess.run(
        [sys.executable, script, "reports.jsonl", "summary.md"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "Points 2/2" in done.stdout
    assert "**2 of 2 points**" in (tmp_path / "summary.md").read_text("utf-8")
