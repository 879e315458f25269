"""`grader list`: the exercises by lesson, with their state."""

import json

from grader.commands.options import Json, OwnCourse


def list_exercises(course: OwnCourse = None, as_json: Json = False) -> None:
    """List the exercises by lesson, with their state."""
    from grader.classes.course import use_own
    from grader.exercises import all_exercises, lesson_of
    from grader.learning.progress import states

    use_own(course)
    known = states()
    rows = [
        {
            "name": e.name,
            "lesson": lesson_of(e),
            "kind": e.kind,
            "task": e.task,
            "state": known.get(e.name, "new"),
        }
        for e in all_exercises().values()
    ]
    if as_json:
        print(json.dumps(rows))
        return
    width = max(len(row["name"]) for row in rows)
    lesson = None
    for row in rows:
        if row["lesson"] != lesson:
            lesson = row["lesson"]
            print(lesson)
        print(f"  {row['name']:{width}}  {row['state']}")
