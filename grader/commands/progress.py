"""`grader progress`: what is done, what is weak, and what comes next, by lesson."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.commands.options import Json, OwnCourse

if TYPE_CHECKING:
    from rich.console import Console

    from grader.exercise import Exercise
    from grader.learning.progress import History

BAR_WIDTH = 20


def progress(course: OwnCourse = None, as_json: Json = False) -> None:
    """Show what is done, what is weak and what comes next, by lesson."""
    from rich.console import Console

    from grader.classes.course import use_own

    use_own(course)
    rows = list(_lessons())
    if as_json:
        print(json.dumps(rows))
        return
    console = Console(highlight=False, soft_wrap=True)
    for row in rows:
        _print_lesson(console, row)
    if (row := _predicted())["made"]:
        seen = f"{row['came_true']} of {row['seen']} came true" if row["seen"] else "no outcome seen yet"
        console.print(f"Predictions: {row['made']} of {row['questions']} made; {seen}.", markup=False)
    if due := _due_today():
        console.print(f"To repeat today: {', '.join(due)}. `grader review` says how.", markup=False)


def _lessons() -> Iterator[dict]:
    """Yield a lesson's numbers, weak exercises and next exercise, as plain data."""
    from grader.exercises import LESSONS, exercises_of
    from grader.learning.progress import History, histories

    known = histories()
    for lesson in LESSONS:
        exercises = exercises_of(lesson)
        history = {exercise.name: known.get(exercise.name, History()) for exercise in exercises}
        waiting = [exercise for exercise in exercises if not history[exercise.name].passed]
        weak = [exercise for exercise in waiting if history[exercise.name].weak]
        untried = [exercise for exercise in waiting if exercise not in weak]
        following = next(iter(untried or weak), None)
        yield {
            "lesson": lesson,
            "passed": len(exercises) - len(waiting),
            "total": len(exercises),
            "minutes_left": sum(exercise.minutes for exercise in waiting),
            "weak": [_weakness(exercise, history[exercise.name]) for exercise in weak],
            "next": following and {"name": following.name, "minutes": following.minutes},
        }


def _predicted() -> dict[str, int]:
    """Return how many predictions were made, and how many of those whose outcome was seen came true."""
    from grader.learning.progress import predictions
    from grader.predictions import questions

    made = {name: prediction for name, prediction in predictions().items() if name in questions()}
    seen = [prediction for prediction in made.values() if prediction.outcome is not None]
    came_true = sum(prediction.choice == prediction.outcome for prediction in seen)
    return {"questions": len(questions()), "made": len(made), "seen": len(seen), "came_true": came_true}


def _weakness(exercise: "Exercise", history: "History") -> dict:
    messages = {mistake.name: mistake.message for mistake in exercise.mistakes}
    return {
        "name": exercise.name,
        "status": history.status,
        "tries": history.tries,
        "mistake": history.mistake,
        "message": messages.get(history.mistake or ""),
        "solution_seen": history.seen is not None,
    }


def _print_lesson(console: "Console", row: dict) -> None:
    from grader.learning.card import WORDS

    full, empty = "#." if console.options.ascii_only else "█░"
    done = BAR_WIDTH * row["passed"] // max(1, row["total"])
    console.print(row["lesson"], style="bold", markup=False)
    console.print(f"  {full * done}", style="green", end="", markup=False)
    console.print(empty * (BAR_WIDTH - done), style="dim", end="", markup=False)
    left = f", {_minutes(row['minutes_left'])} left" if row["minutes_left"] else ""
    console.print(f"  {row['passed']} of {row['total']} passed{left}", markup=False)
    for weak in row["weak"]:
        tries = f"{weak['tries']} {'try' if weak['tries'] == 1 else 'tries'}"
        mistake = f"; last mistake: {weak['mistake']}" if weak["mistake"] else ""
        message = f". {weak['message']}" if weak["message"] else ""
        seen = "; solution seen" if weak["solution_seen"] else ""
        text = f"  weak: {weak['name']}: {WORDS[weak['status']]} after {tries}{seen}{mistake}{message}"
        console.print(text, style="yellow", markup=False)
    if row["next"]:
        console.print(f"  next: {row['next']['name']}, {_minutes(row['next']['minutes'])}", markup=False)


def _minutes(count: int) -> str:
    return f"{count} minute{'' if count == 1 else 's'}"


def _due_today() -> list[str]:
    from grader.learning.review import schedule

    return [repetition.name for repetition in schedule() if repetition.days <= 0]
