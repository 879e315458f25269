"""Verdicts that the processes of one class share."""

from grader.exercises import all_exercises
from grader.judging.judge import verdict_on
from grader.judging.verdicts import MOST, Verdicts

PASSED = verdict_on(
    all_exercises()["relu"], "passed", "Right on every case.", cases=3, passed=3, seconds=0.1, credit=1.0
)


def test_what_one_process_came_to_another_finds(tmp_path):
    first, second, alone = Verdicts(), Verdicts(), Verdicts()
    first.folder = second.folder = tmp_path / "verdicts"
    first.add("key", PASSED)
    assert second.get("key") == PASSED
    assert second.get("other") is None
    assert alone.get("key") is None


def test_memory_is_bounded():
    verdicts = Verdicts()
    for i in range(MOST + 10):
        verdicts.add(str(i), PASSED)
    assert verdicts.get("0") is None
    assert verdicts.get(str(MOST + 9)) == PASSED


def test_the_second_who_asks_is_told_so_unless_there_is_no_hope():
    verdicts = Verdicts()
    assert [verdicts.is_again("key") for _ in range(3)] == [False, True, True]
    verdicts.give_up("key")
    assert not verdicts.is_again("key")
    verdicts.add("key", PASSED)
    assert verdicts.is_again("key")
