"""Where hostile submissions are graded, and what must hold after each: `attacked`."""

import dataclasses
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import exercises, references
from grader.child.forbidding import ANSWERING
from grader.classes.course import Course
from grader.classes.gradebook import FILE, Gradebook
from grader.judging.bank import PUBLIC_SEED, _key, bank_of
from grader.judging.grading import grade
from grader.judging.report import Verdict
from grader.running.sandbox import Sandbox, Worker
from grader.storage import folder
from grader.submissions.submission import parse

sys.path.insert(0, str(Path(__file__).parent))  # for `hostile` and `harmless`

from harmless import NEIGHBOUR, SEED, require_harmless

Verdicts = dict[str, Verdict]


@pytest.fixture(scope="module")
def short() -> Iterator[None]:
    """Give `relu` a second: these tests are about what happens at the limit, not about how long it is."""
    from grader.exercises.neural_networks import relu

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relu, "EXERCISE", dataclasses.replace(relu.EXERCISE, seconds=1.0))
        exercises.all_exercises.cache_clear()
        yield
    exercises.all_exercises.cache_clear()


@pytest.fixture(scope="session")
def treasure(sandbox: Sandbox) -> Path:
    """The scratch folder of another worker, with a file that its submission left there."""
    other = sandbox.worker()
    grade(parse(NEIGHBOUR.encode(), ".py", "other.py"), other, seed=PUBLIC_SEED, sandbox=sandbox.level)
    scratch = other._clones["light"]._scratch
    (scratch / "treasure").write_text("another's answer")
    return scratch


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    """A file outside that nobody may touch."""
    guarded = tmp_path / "guarded"
    guarded.mkdir()
    canary = guarded / "canary"
    canary.write_text("alive")
    before = canary.stat()
    yield canary
    assert canary.read_text() == "alive"
    after = canary.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_nlink) == (before.st_mode, before.st_mtime_ns, 1)
    assert os.listdir(guarded) == ["canary"]
    assert os.listxattr(canary) == []


@pytest.fixture(scope="session")
def gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("class")
    with Gradebook.create(path) as book:
        book.begin(SEED, Course(), [])
    return path / FILE


@pytest.fixture
def names(canary: Path, home: Path, treasure: Path, gradebook: Path) -> str:
    """What an attacker could find out, as source: places, processes, and the public cases."""
    relu = exercises.all_exercises()["relu"]
    public = bank_of(relu)
    banks = folder("cache") / "banks"
    values = {
        "SOLUTIONS": str(references.FOLDER),
        "EXERCISES": str(Path(exercises.__file__).parent),
        "BANKS": str(banks),
        "BANK": str(banks / f"relu-{_key(relu, PUBLIC_SEED)}.bank"),
        "GRADEBOOK": str(gradebook),
        "SCRATCH": str(treasure),
        "CANARY": str(canary),
        "GRADER": os.getpid(),
        "KNOWN": dict(zip(public.cases, (outcome.answer for outcome in public.expected), strict=True)),
    }
    return "".join(f"{name} = {value!r}\n" for name, value in values.items())


@pytest.fixture(scope="module")
def anything_goes() -> Iterator[None]:
    """Let `relu` use any package: what an attack does is held back where it runs, not by reading its code."""
    from grader.exercises.neural_networks import relu

    used = ("numpy", "solutions", "grader", "dlcourse", "msgspec", *ANSWERING)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relu, "EXERCISE", dataclasses.replace(relu.EXERCISE, packages=used))
        exercises.all_exercises.cache_clear()
        yield
    exercises.all_exercises.cache_clear()


@pytest.fixture
def attacked(
    anything_goes: None, sandbox: Sandbox, worker: Worker, names: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Verdicts]:
    """Grade a hostile submission, hold it to what holds for all of them, and return its verdicts."""
    monkeypatch.setenv("GRADER_SECRET", "x")

    def attack(data: str | bytes, suffix: str = ".py", seed: str = SEED) -> Verdicts:
        source = data if isinstance(data, bytes) else f"{NEIGHBOUR}\n{names}\n{data}\n".encode()
        report = grade(parse(source, suffix, "eve"), worker, seed=seed, sandbox=sandbox.level).report
        verdicts = {verdict.name: verdict for verdict in report.exercises}
        assert verdicts["relu"].status != "passed", "the attack got credit"
        assert verdicts["relu"].score == 0
        assert verdicts["softmax"].status == "passed", verdicts["softmax"].message
        assert len(report.to_json()) < 100_000
        require_harmless(worker, sandbox)
        return verdicts

    return attack
