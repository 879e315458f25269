"""Every finding that a lesson marks was run with several seeds, and `docs/evidence.md` has it."""

import re
from collections import Counter

import numpy as np
import pytest

from lessons import findings

OUTCOME = re.compile(r"evidence\.outcome\(\s*\"(\w+)\"")


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setattr(findings, "TABLE", tmp_path / "evidence.md")


def row(name="relu_wins", claim="ReLU is ahead.", heading="ReLU", verdict="holds"):
    return findings.Row(name, claim, heading, "5 of 5", "by +1.0 to +2.0 points", "+1.0 +2.0", verdict)


TEXT = """\
# 1 · A lesson

## ReLU

```{code-cell} ipython3
## no heading
evidence.finding("relu_wins", margins)
```

```{finding} relu_wins
ReLU is
ahead.
```

### Below

```{finding} wider
|x| is wider.
```
"""


def test_every_marked_finding_has_its_row(lesson):
    rows = findings.read().get(lesson.stem, [])
    assert [row[:3] for row in rows] == findings.claims(lesson.read_text("utf-8"))
    for row in rows:
        holding, runs = map(int, row.runs.partition(",")[0].split(" of "))
        assert runs >= 5
        assert len(row.figures.split()) == runs
        assert row.verdict == ("holds" if holding / runs >= 0.8 else "can't be told"), row.name


def test_no_row_of_a_lesson_that_is_gone(build):
    assert set(findings.read()) <= {source.stem for source in build.sources()}


def test_every_marked_finding_is_computed_once(lesson):
    text = lesson.read_text("utf-8")
    assert Counter(findings.CALL.findall(text)) == Counter(claim.name for claim in findings.claims(text))


def test_outcomes_are_there_with_seeds_and_versions(build):
    text = "".join(source.read_text("utf-8") for source in build.sources())
    stored = {file.stem: file for file in (build.LESSONS / "outcomes").glob("*.npz")}
    assert set(OUTCOME.findall(text)) <= set(stored)
    assert {name for name in stored if f'"{name}"' not in text} == set()
    for name, file in stored.items():
        with np.load(file) as outcome:
            assert len(outcome["values"]) == len(set(outcome["seeds"])) >= 5, name
            assert np.isfinite(outcome["values"]).all(), name
            assert any(version.startswith("tensorflow ") for version in outcome["versions"]), name


def test_claims_have_the_heading_above_them():
    assert findings.claims(TEXT) == [
        ("relu_wins", "ReLU is ahead.", "ReLU"),
        ("wider", "|x| is wider.", "Below"),
    ]


def test_table_is_read_as_it_was_written(table):
    assert findings.read() == {}
    rows = {"01_a": [row(), row("wider", "|x| is wider.", verdict="can't be told")], "02_b": [row()]}
    findings.write(rows)
    assert findings.read() == rows


def test_sentence_says_how_often(build, table):
    rows = [row(), row("wider", "|x| is wider.", "Below")]
    findings.write({"99_lesson": rows})
    text = build._with_findings(TEXT, "99_lesson", counted=True)
    assert (
        "> **Finding.** ReLU is ahead. *In 5 of 5 runs, by +1.0 to +2.0 points: holds.*\n\n### Below" in text
    )
    assert "{finding}" not in text


def test_figures_of_a_clock_are_not_quoted():
    timed = row()._replace(runs="4 of 5, timed")
    assert timed.sentence == "> **Finding.** ReLU is ahead. *In 4 of 5 repetitions: holds.*"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "doesn't have the finding 'relu_wins'"),
        ([row(claim="ReLU is behind.")], "doesn't have the finding 'relu_wins'"),
        ([row(verdict="does not hold")], "'relu_wins' does not hold"),
    ],
)
def test_a_finding_without_evidence_is_not_built(build, table, rows, message):
    findings.write({"99_lesson": rows})
    with pytest.raises(build.BuildError, match=message):
        build._with_findings(TEXT, "99_lesson", counted=True)


def test_a_directive_that_is_not_one_is_refused(build, table, monkeypatch):
    monkeypatch.setattr(build.exercises, "exercises_of", lambda lesson: ())
    for text in ("```{finding} two extra\nClaim.\n```\n", "```{time} now\n```\n"):
        with pytest.raises(build.BuildError, match="not as it must be"):
            build.build(build.LESSONS / "99_lesson.md", f"# A lesson\n\n{text}", counted=False)


def test_a_directive_within_code_is_code(build, table):
    text = '## A\n\n```{code-cell} ipython3\n"""\n ```{finding} a\nx\n"""\n```\n'
    assert build._with_findings(text, "99_lesson", counted=True) == text
