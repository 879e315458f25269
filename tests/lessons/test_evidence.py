import pytest

from lessons import evidence, findings

HEAD = """\
---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A lesson

## Wide
"""
CELL = """
```{code-cell} ipython3
from dlcourse import evidence

evidence.finding("wide", [1, 2, 3, 4, -1], unit="ms")
```
"""
CLAIM = """
```{finding} wide
Wide is
slow.
```
"""


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setattr(evidence.build.exercises, "exercises_of", lambda lesson: ())
    return tmp_path / "99_lesson.md"


def test_a_lesson_is_run_and_its_findings_are_rows(source):
    source.write_text(HEAD + CELL + CLAIM, "utf-8")
    assert evidence.run(source) == [
        findings.Row("wide", "Wide is slow.", "Wide", "4 of 5", "by -1 to +4 ms", "+1 +2 +3 +4 -1", "holds")
    ]


@pytest.mark.parametrize("text", [HEAD + CELL, HEAD + CLAIM])
def test_a_finding_needs_both_its_cell_and_its_claim(source, text):
    source.write_text(text, "utf-8")
    with pytest.raises(evidence.build.BuildError, match="wide: a finding needs both"):
        evidence.run(source)


def test_a_finding_is_computed_once(source):
    source.write_text(HEAD + CELL + CELL + CLAIM, "utf-8")
    with pytest.raises(evidence.build.BuildError, match="more than once: wide"):
        evidence.run(source)


def test_a_lesson_that_is_not_there_is_named(capsys):
    assert evidence.main(["98_nothing"]) == 1
    assert "98_nothing" in capsys.readouterr().err
