"""What a class is asked for, and why: `asked`.

The lessons in course.toml count. Where it names none, what was handed in says so. A notebook is of the lesson
that its metadata names; any other file is of every lesson that it has an answer of, but a single one beside
more of another lesson is only a name that both have. A lesson counts

1. if one learner in ten, or more, handed in its notebook with an answer in it (and not one alone, where there
   are more than `SMALL`), or if more than half of the learners handed in a file of it, so that nobody's stray
   file or function changes what the others are out of;
2. where there is none such, if there is any answer of it;
3. where there is no answer at all, if it counted before all answers were replaced; or else if a file defines
   a name of its exercises; or else every lesson does.

Learners are those who handed in answers of some lesson.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from grader.classes.course import Course
from grader.classes.repeats import Entry
from grader.classes.results import Asked
from grader.exercises import LESSONS, exercises_of, lessons_of
from grader.text import number

SMALL = 3  # learners, among whom one is a share
NAMED_BY = 10  # one learner in so many


def asked(
    course: Course, entries: Sequence[Entry], replaced: Sequence[Entry] = ()
) -> tuple[tuple[Asked, ...], tuple[str, ...]]:
    """Return the exercises that count, and sentences about why these, and what would bring in others.

    Args:
        course: its settings.
        entries: what counts of what was handed in.
        replaced: what counted before it was replaced by these; it is asked where there is no answer in them.
    """
    handed_in = _HandedIn(entries)
    lessons, reasons = _lessons(course, handed_in, replaced)
    exercises = tuple(
        Asked(exercise.name, lesson, course.worth(exercise.name, lesson, exercise.points))
        for lesson in lessons
        for exercise in exercises_of(lesson)
    )
    points = number(sum(exercise.out_of for exercise in exercises))
    left_out = [] if course.lessons else [lesson for lesson in LESSONS if lesson not in lessons]
    return exercises, (
        f"The class is out of {points} points: {reasons}.",
        *(sentence for lesson in left_out if (sentence := handed_in.sentence(lesson))),
    )


def _lessons(course: Course, handed_in: "_HandedIn", replaced: Sequence[Entry]) -> tuple[list[str], str]:
    """Return the lessons that count, in the order of the course, and why."""
    named = [lesson for lesson in LESSONS if lesson in course.lessons]
    if named:
        return named, f"course.toml names {_and(named)}"
    learners = len(handed_in.learners)
    common = {lesson: len(handed_in.of[lesson]) for lesson in LESSONS if handed_in.is_common(lesson)}
    if common:
        whose = f"{learners} learners with answers" if learners > 1 else "1 learner with answers"
        shares = [f"{count} of {whose} handed in {lesson}" for lesson, count in common.items()]
        return list(common), _and(shares)
    answered = [lesson for lesson in LESSONS if handed_in.of[lesson] or handed_in.strays[lesson]]
    if answered:
        return answered, f"somebody has answers of {_and(answered)}, and no lesson is common to the class"
    if replaced:
        lessons, reasons = _lessons(course, _HandedIn(replaced), ())
        return lessons, f"nobody has an answer, and of those that were replaced, {reasons}"
    defined = [lesson for lesson in LESSONS if lesson in handed_in.defined]
    return defined or list(LESSONS), "nobody has an answer"


class _HandedIn:
    """Which learner handed in what of which lesson.

    Attributes:
        notebooks: by lesson, the learners who handed in its notebook.
        of: by lesson and learner, the file of that lesson.
        strays: by lesson, the files of other lessons that have answers of it.
        learners: who handed in answers of some lesson.
        defined: the lessons that any file has names of.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.notebooks: dict[str, set[str]] = defaultdict(set)
        self.of: dict[str, dict[str, str]] = defaultdict(dict)
        self.strays: dict[str, list[str]] = defaultdict(list)
        self.defined: set[str] = set()
        for entry in entries:
            if entry.report is None:
                continue
            own, verdicts = lessons_of(entry.report.lesson), entry.report.exercises
            self.defined |= {verdict.lesson for verdict in verdicts}
            answers = Counter(verdict.lesson for verdict in verdicts if verdict.status != "missing")
            if not answers.keys().isdisjoint(own):
                for lesson in own:
                    self.notebooks[lesson].add(entry.key)
                    self.of[lesson].setdefault(entry.key, entry.name)
            for lesson, count in answers.items():
                if not own and (count > 1 or max(answers.values()) == 1):
                    self.of[lesson].setdefault(entry.key, entry.name)
                elif lesson not in own:
                    self.strays[lesson].append(entry.name)
        self.learners = {key for files in self.of.values() for key in files}

    def is_common(self, lesson: str) -> bool:
        """Tell whether enough learners handed in a lesson for it to count."""
        count, learners = len(self.notebooks[lesson]), len(self.learners)
        is_alone = count == 1 and learners > SMALL
        by_notebook = NAMED_BY * count >= learners and count > 0 and not is_alone
        return by_notebook or 2 * len(self.of[lesson]) > len(self.learners)

    def sentence(self, lesson: str) -> str:
        """Return why a lesson does not count though there is something of it, or nothing."""
        files = list(self.of[lesson].values())
        if files:
            some = files[0] if len(files) == 1 else f"{len(files)} learners' files, as {files[0]},"
            whose = f"only {some} {'has' if len(files) == 1 else 'have'} answers of it"
        elif self.strays[lesson]:
            whose = f"answers of it are only in files of other lessons, as {self.strays[lesson][0]}"
        else:
            return ""
        return f"{lesson} does not count: {whose}; if it is to count, name it under `lessons` in course.toml."


def _and(parts: Sequence[str]) -> str:
    *head, last = parts
    return f"{', '.join(head)} and {last}" if head else last
