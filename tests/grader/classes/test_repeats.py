"""Of repeats the last counts, whichever run brought it; what is said of the others."""

import itertools

import pytest
from packed import written, zip_of
from sources import RIGHT, WRONG

from grader.classes.classroom import grade_class
from grader.classes.course import Course
from grader.classes.executors import Workers
from grader.classes.gradebook import Gradebook
from grader.exercises import exercises_of
from grader.judging.grading import Graded
from grader.judging.judge import not_answered, verdict_on
from grader.judging.report import Report

EMPTY, BROKEN = "# nothing yet\n", "\0"
USES = "import utils\n"
LATE = Course(late_per_day=0.25)


class Immediate:
    """Grades at once, by what the code says: no sandbox, no process."""

    def __init__(self):
        self.graded = []

    def __call__(self, tasks, workers):
        for task in tasks:
            self.graded.append(task.name)
            source = task.data.decode().removeprefix(USES)
            verdicts = []
            if source in (RIGHT, WRONG):
                status = "passed" if source == RIGHT else "failed"
                for exercise in exercises_of("02_neural_networks"):
                    answered = verdict_on(exercise, status, "", credit=float(source == RIGHT))
                    verdicts.append(answered if exercise.name == "relu" else not_answered(exercise))
            error = "It can't be read." if source == BROKEN else None
            yield task, Graded(Report(task.name, task.seed, "process", verdicts, error), {})


@pytest.fixture
def graded(monkeypatch, tmp_path):
    """Grade zips of members into one gradebook, one run each, and return what is known after each."""
    grader = Immediate()
    monkeypatch.setattr("grader.classes.classroom.completed", grader)

    def run(*runs, folder="out", **options):
        known = []
        for i, members in enumerate(runs):
            path = written(tmp_path / f"{folder}{i}.zip", zip_of(*[(n, s.encode()) for n, s in members]))
            with Gradebook.create(tmp_path / folder) as book:
                workers = Workers(lambda: None, "process", 1)
                with grade_class([path], book, workers, seed="s", course=LATE, **options) as (_, names):
                    list(names)
                known.append((book.results().learners, book.remarks()))
        return known

    run.grader = grader
    return run


def points(known):
    return {learner.name: (learner.points, learner.late_days) for learner in known[0]}


ZOE = ("zoe_9_5000_hw.py", RIGHT)  # so that names are read as Canvas's
OLD = [("ada_1_5001_hw.py", WRONG), ZOE]
NEW = [("ada_1_5009_hw-1.py", RIGHT), ZOE]


@pytest.mark.parametrize("runs", list(itertools.product((OLD, NEW), repeat=3)))
def test_the_order_of_the_runs_decides_nothing(graded, runs):
    if NEW in runs:
        last = graded(*runs)[-1]
        assert points(last)["ada"] == (1, 0)
        ada = next(learner for learner in last[0] if learner.name == "ada")
        assert ada.submissions == ("ada_1_5009_hw-1.py",)


def test_an_older_zip_again_changes_nothing_and_says_so(graded):
    late = [("ada_LATE_1_5009_hw-1.py", RIGHT), ZOE]
    _, before, after = graded(OLD, late, OLD)
    assert after[0] == before[0]
    assert points(after)["ada"] == (0.75, 1)
    assert before[1] == [
        "Handed in before, and not counting any more, since it is handed in again: 1 (ada_1_5001_hw.py)."
    ]
    assert after[1] == [
        "Not among these, but handed in before: 1 (ada_LATE_1_5009_hw-1.py). They still count; "
        "--replace drops them.",
        "Not counting, since what was handed in before is later: 1 (ada_1_5001_hw.py).",
    ]
    assert graded.grader.graded.count("ada_1_5001_hw.py") == 1, "and nothing is graded twice"


@pytest.mark.parametrize("runs", [(0, 1), (1, 0), (0, 1, 0), (2,)])
def test_the_same_content_handed_in_late_keeps_the_earlier_time(graded, runs):
    early, late = ("ada_1_5001_hw.py", RIGHT), ("ada_LATE_1_5009_hw-1.py", RIGHT)
    choices = ([early, ZOE], [late, ZOE], [early, late, ZOE])
    last = graded(*(choices[i] for i in runs))[-1]
    assert points(last)["ada"] == (1, 0)


def test_another_content_handed_in_late_is_late(graded):
    runs = [("ada_1_5001_hw.py", WRONG), ZOE], [("ada_LATE_1_5009_hw-1.py", RIGHT), ZOE]
    assert points(graded(*runs)[-1])["ada"] == (0.75, 1)


@pytest.mark.parametrize("name", ["ada_1_5001_hw.py", "ada_1_5009_hw-1.py"])
@pytest.mark.parametrize(("content", "words"), [(EMPTY, "without an answer"), (BROKEN, "not readable")])
@pytest.mark.parametrize("apart", [True, False])
def test_what_is_empty_or_broken_never_replaces_what_is_good(graded, name, content, words, apart):
    good, bad = [("ada_1_5001_hw.py", RIGHT), ZOE], [(name, content), ZOE]
    if not apart and name == good[0][0]:
        return
    runs = (good, bad) if apart else ([*good, bad[0]],)
    known = graded(*runs)[-1]
    assert points(known)["ada"] == (1, 0)
    if apart:
        assert any(words in remark and name in remark for remark in known[1])
    ada = next(learner for learner in known[0] if learner.name == "ada")
    assert bool(ada.errors) == (content == BROKEN), "both are said"


def test_what_is_handed_in_again_makes_good_what_could_not_be_read(graded):
    bad, good = [("ada_1_5001_hw.zip", "broken"), ZOE], [("ada_1_5009_hw-1.py", RIGHT), ZOE]
    first, then, again = graded(bad, good, bad)
    assert [learner.errors != () for learner in first[0]] == [True, False]
    for known in (then, again):
        assert points(known)["ada"] == (1, 0)
        assert all(not learner.errors for learner in known[0])


def test_what_does_not_count_is_said_of_what_is_known_to(graded):
    good, better, empty = (f"ada_1_500{i}_hw{copy}.py" for i, copy in enumerate(("", "-1", "-2"), 1))
    known = graded([(good, WRONG), (better, RIGHT), (empty, EMPTY), ZOE])[-1]
    assert points(known)["ada"] == (1, 0)
    assert known[1] == [
        f"{good} does not count: {better}, of ada too, is later.",
        f"Later, but without an answer, so what was handed in before still counts: 1 ({empty}).",
    ]


def test_of_equals_what_goes_before_is_said(graded):
    names = ["ada/hw.py", "ada/hw-1.py", "zoe/hw.py", "zoe/hw.py"]
    assert graded(list(zip(names, [WRONG, RIGHT] * 2, strict=True)))[-1][1] == [
        "ada/hw.py does not count: ada/hw-1.py, of ada too, is later.",
        "zoe/hw.py does not count: zoe/hw.py (2), of zoe too, goes before it.",
    ]


def test_what_is_no_notebook_is_made_good_by_any_later_file_and_never_untruly_said(graded):
    pdf, good = [("ada_1_5005_report.pdf", "%PDF"), ZOE], [("ada_1_5009_hw.py", RIGHT), ZOE]
    before = [("ada_1_5001_hw.py", RIGHT), ZOE]
    for runs, errors in (
        ((pdf,), ("ada handed in ada_1_5005_report.pdf, which is no notebook.",)),
        ((before, pdf), ("ada handed in ada_1_5005_report.pdf, which is no notebook.",)),
        ((pdf, good), ()),
    ):
        known = graded(*runs, folder=f"{len(errors)}{len(runs)}")[-1]
        assert next(learner for learner in known[0] if learner.name == "ada").errors == errors


@pytest.mark.parametrize(
    ("files", "others"),
    [
        ([("a.py", RIGHT), ("b.py", WRONG)], "b.py goes before ada/a.py"),
        ([("a.py", RIGHT), ("b.py", WRONG), ("c.py", RIGHT)], "c.py goes before ada/b.py, ada/a.py"),
        ([("hw.py", WRONG), ("old/hw.py", RIGHT)], "hw.py goes before ada/old/hw.py"),
        ([("hw.py", WRONG), ("utils.py", EMPTY)], ""),
        ([("hw.py", WRONG), ("test_hw.py", RIGHT)], ""),
    ],
)
def test_files_with_the_same_answer_are_said_and_others_are_not(graded, files, others):
    first = [(f"ada/{name}", source) for name, source in files]
    _, (_, remarks), (_, again) = graded(first[:1], [*first, ("zoe/hw.py", RIGHT)], [("zoe/hw.py", RIGHT)])
    said = f"ada handed in {len(files)} files that answer relu: ada/{others}."
    assert [remark for remark in remarks if "answer relu" in remark] == [said] * bool(others)
    assert not [remark for remark in again if "answer relu" in remark], "nothing of ada's is new"


def test_where_nothing_tells_the_file_given_last_counts_and_a_remark_says_so(graded):
    first, second = [("ada/hw.py", RIGHT), ("zoe/hw.py", RIGHT)], [("ada/hw.py", WRONG), ("zoe/hw.py", RIGHT)]
    _, then, again = graded(first, second, first)
    assert points(then)["ada"] == (0, 0)
    assert points(again)["ada"] == (1, 0)
    for known in (then, again):
        assert known[1] == [
            "Changed since it was handed in before (which is later, nothing says, so the one given now "
            "counts): 1 (ada/hw.py)."
        ]


def test_different_works_all_count_and_replace_drops_what_is_not_among_these(graded):
    one, two = [("ada/a.py", RIGHT), ("zoe/x.py", RIGHT)], [("ada/b.py", EMPTY), ("zoe/x.py", RIGHT)]
    both = graded(one, two)[-1]
    assert points(both)["ada"] == (1, 0)
    assert both[0][0].submissions == ("ada/a.py", "ada/b.py")
    assert points(graded(two, replace=True)[-1])["ada"] == (0, 0)


def test_nothing_is_said_to_have_changed_that_has_counted_all_along(graded):
    runs = graded(NEW, OLD, NEW, NEW)
    for _, remarks in runs[2:]:
        assert not [remark for remark in remarks if remark.startswith(("Changed", "Handed in before"))]


@pytest.mark.parametrize(
    "other", ["ada/tests/test_hw.py", "ada/tests/hw.py", "ada/test_hw.py", "ada/old/model.py"]
)
def test_tests_and_what_lies_deeper_go_behind_an_answer(graded, other):
    known = graded([("ada/hw.py", RIGHT), (other, WRONG), ("zoe/hw.py", RIGHT)])
    assert points(known[-1])["ada"] == (1, 0)


@pytest.mark.parametrize(("answer", "first"), [(RIGHT, "utils.py"), (USES + RIGHT, "hw.py")])
def test_a_file_goes_before_a_module_that_it_imports(graded, answer, first):
    known = graded([("ada/hw.py", answer), ("ada/utils.py", WRONG), ("zoe/hw.py", RIGHT)])[-1]
    assert points(known)["ada"] == (first == "hw.py", 0)
    other = {"hw.py": "utils.py", "utils.py": "hw.py"}[first]
    assert known[1] == [f"ada handed in 2 files that answer relu: ada/{first} goes before ada/{other}."]


def test_a_module_that_is_handed_in_without_the_file_that_imports_it_is_said(graded):
    answer, old, new = (
        ("ada_1_5001_hw.py", USES + RIGHT),
        ("ada_1_5002_utils.py", EMPTY),
        "ada_1_5003_utils-1.py",
    )
    said = f"ada_1_5001_hw.py was graded without {new}, which it imports: hand in both together."
    for first in ([answer, ZOE], [answer, old, ZOE]):
        runs = graded(first, [(new, "k = 1\n")], [answer, (new, "k = 1\n")], folder=f"out{len(first)}")
        for (learners, remarks), is_apart in zip(runs, (False, True, False), strict=True):
            ada = next(learner for learner in learners if learner.name == "ada")
            assert ada.errors == (said,) * is_apart
            assert (said in remarks) == is_apart
            assert ada.points == 1, "nothing is lost"


def test_the_same_module_alone_again_is_not_said(graded):
    files = [("ada_1_5001_hw.py", USES + RIGHT), ("ada_1_5002_utils.py", "import math\n"), ZOE]
    learners, remarks = graded(files, files[1:])[-1]
    assert not [remark for remark in remarks if "graded without" in remark]
    assert all(learner.errors == () for learner in learners)


def test_an_attempt_that_counts_after_all_has_its_modules(graded):
    attempts = [("ada_1_5001_hw.py", USES + RIGHT), ("ada_1_5003_hw-1.py", EMPTY)]
    learners, remarks = graded([*attempts, ("ada_1_5002_utils.py", "k = 1\n"), ZOE])[-1]
    assert points((learners, remarks))["ada"] == (1, 0)
    assert not [remark for remark in remarks if "graded without" in remark]
