"""Groups of learners whose long or unusual answers are equal after renaming, however many they are: `groups`.

Pairs are found by what few have, so what many have copied looks like what a class has in common. Here it is
the answers that are counted, not the learners: a fingerprint is an answer's own where no other answer to the
exercise has it, nor the reference. Equal short answers are no finding: an answer counts by what it has of
its own beyond `PLAIN` fingerprints, and beyond the length of the reference, for so much is what everybody
has to write. All that a group shares is added, and has to reach `MIN_OWN`.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from grader.classes.answers import Answer, reference

PLAIN = 12  # fingerprints, each of which stands for two tokens
MIN_OWN = 12

Form = tuple[str, tuple[int, ...]]
"""An exercise, and the hashes of an answer's statements: equal for equal answers."""


class Shared(msgspec.Struct, frozen=True):
    """An answer that all of a group have, as the first of them wrote it."""

    exercise: str
    lines: list[str]


class Group(msgspec.Struct, frozen=True):
    """Submissions with equal answers; the exercises that weigh most come first."""

    group: list[str]
    exercises: list[Shared]


def groups(names: Sequence[str], answers: Sequence[dict[str, Answer]]) -> list[Group]:
    """Return the groups, the largest first; one inside another is there for what it shares beside.

    Args:
        names: of the submissions.
        answers: of each, by exercise.
    """
    owners: dict[Form, list[int]] = defaultdict(list)
    for i, by_exercise in enumerate(answers):
        for exercise, answer in by_exercise.items():
            owners[exercise, tuple(sorted(answer.statements))].append(i)
    own = _own(owners, answers)
    forms_of: dict[int, list[Form]] = defaultdict(list)
    for form in own:
        for i in owners[form]:
            forms_of[i].append(form)
    found: dict[tuple[int, ...], list[Form]] = {}
    around: dict[int, list[tuple[int, ...]]] = defaultdict(list)  # the groups that a submission is in
    for members in sorted(
        {tuple(owners[form]) for form in own}, key=lambda members: (-len(members), members)
    ):
        first = members[0]
        shared = [form for form in forms_of[first] if set(members) <= set(owners[form])]
        told = {form for group in around[first] if set(members) <= set(group) for form in found[group]}
        if sum(own[form] for form in shared if form not in told) >= MIN_OWN:
            found[members] = sorted(shared, key=lambda form: (-own[form], form))
            for i in members:
                around[i].append(members)
    return [
        Group([names[i] for i in members], [Shared(e, answers[members[0]][e].lines) for e, _ in shared])
        for members, shared in found.items()
    ]


def _own(owners: dict[Form, list[int]], answers: Sequence[dict[str, Answer]]) -> dict[Form, int]:
    """Return what each answer that several have is worth, where that is more than nothing."""
    having = Counter(
        (exercise, fingerprint)
        for (exercise, _), members in owners.items()
        for fingerprint in answers[members[0]][exercise].places
    )
    own = {}
    for form, members in owners.items():
        exercise = form[0]
        if len(members) > 1:
            places = answers[members[0]][exercise].places.keys() - reference(exercise)
            alone = sum(having[exercise, fingerprint] == 1 for fingerprint in places)
            if (more := alone - max(PLAIN, len(reference(exercise)))) > 0:
                own[form] = more
    return own
