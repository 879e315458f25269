"""Submissions whose answers are alike after renaming and reformatting, as pairs and as groups: `alike`.

Groups with equal answers are found first (`grader.classes.groups`); pairs, of what is left, are found so:

    submissions ──▶ each exercise's own code ──▶ fingerprints ──▶ who else has them ──▶ pairs

Alike is no proof. What right answers have in common by nature counts little or nothing:

- The lessons' own code, imports, signatures and docstrings are left out: everybody was given them.
- The fewer have a fingerprint, the more it counts: 1 where two have it, and 0 where the whole class has.
- One that the reference answer has as well counts a fifth: it is what a right answer looks like.

The score is the weight of what both have, over all exercises, as a share of the weight of the one that has
less: code that was added to a copy hides nothing. A high score made of a few common lines is no finding, so a
pair also has to be a surprise. An exercise that is alike adds -log(chance), the chance that one learner has
by nature what another has: from how many others have it, and from its length where nobody does. An exercise
that differs takes `DIFFERENCE` away. The sum has to be above `MIN_SURPRISE`, which a short answer does not
reach, and above what it takes to stand out among all pairs of the class.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from grader.classes.answers import Answer, answers_of, reference
from grader.classes.groups import Group, groups
from grader.submissions.submission import Submission

SMALL_CLASS = 20  # a smaller one can't tell what is common
REFERENCE_WEIGHT = 0.2
DIFFERENCE = 2.0
MIN_SURPRISE = 4.0
CHANCE_PAIRS = 0.2  # how many pairs of a class may be expected by chance
PRIOR_STRENGTH = 4.0  # learners that are added in thought, who know the text alone
REFERENCE_PRIOR = 0.5

Key = tuple[str, int]
"""An exercise and a fingerprint: code is compared with answers to the same exercise."""


class Excerpt(msgspec.Struct, frozen=True):
    """One side of the evidence.

    Args:
        lines: the exercise's code, with what it uses.
        marked: the indices of the lines that the other side has as well.
    """

    lines: list[str]
    marked: list[int]


class Likeness(msgspec.Struct, frozen=True):
    """How alike a pair's answers to one exercise are, from 0 to 1, and the evidence side by side."""

    exercise: str
    score: float
    first: Excerpt
    second: Excerpt


class Pair(msgspec.Struct, frozen=True):
    """Two submissions that are alike; the exercises that weigh most come first."""

    first: str
    second: str
    score: float
    exercises: list[Likeness]


class Alike(msgspec.Struct, frozen=True):
    """What is alike in a class: groups with equal answers, and beside them pairs, the most alike first."""

    groups: list[Group]
    pairs: list[Pair]


def alike(submissions: Iterable[tuple[str, Submission]], threshold: float = 0.8) -> Alike:
    """Return the groups and pairs that are alike. What a group shares is not said of its pairs again.

    Args:
        submissions: names, which are unique, and what was handed in.
        threshold: the least score that counts as alike for a pair, above 0.
    """
    names, answers = [], []
    for name, submission in submissions:
        names.append(name)
        answers.append(answers_of(submission))
    found = groups(names, answers)
    places = {name: i for i, name in enumerate(names)}
    for group in found:
        if len(group.group) > 2:
            for name in group.group[1:]:  # the first stands for all
                for shared in group.exercises:
                    answers[places[name]].pop(shared.exercise, None)
    pairs = _pairs(names, answers, threshold)
    known = [{pair.first, pair.second} for pair in pairs]
    return Alike([group for group in found if set(group.group) not in known], pairs)


def _pairs(names: Sequence[str], answers: Sequence[dict[str, Answer]], threshold: float) -> list[Pair]:
    owners: dict[Key, list[int]] = defaultdict(list)
    for i, by_exercise in enumerate(answers):
        for exercise, answer in by_exercise.items():
            for fingerprint in answer.places:
                owners[exercise, fingerprint].append(i)
    weights = {key: _weight(key, len(having), len(names)) for key, having in owners.items()}
    compared = max(1, len(names) * (len(names) - 1) // 2)
    needed = max(MIN_SURPRISE, math.log(compared / CHANCE_PAIRS))
    found = []
    for i, j, score in _scores(owners, weights, len(names), threshold):
        likenesses, surprise = _compare(answers[i], answers[j], owners, weights, len(names))
        if surprise >= needed:
            found.append((-score, -surprise, Pair(names[i], names[j], round(score, 3), likenesses)))
    found.sort(key=lambda entry: (*entry[:2], entry[2].first, entry[2].second))
    return [pair for _, _, pair in found]


def _weight(key: Key, having: int, submissions: int) -> float:
    exercise, fingerprint = key
    submissions = max(submissions, SMALL_CLASS)
    rarity = min(1.0, math.log(submissions / having) / math.log(submissions / 2))
    return rarity * (REFERENCE_WEIGHT if fingerprint in reference(exercise) else 1.0)


def _scores(
    owners: dict[Key, list[int]], weights: dict[Key, float], submissions: int, threshold: float
) -> Iterator[tuple[int, int, float]]:
    """Yield the pairs that reach the threshold; only those that share a fingerprint cost anything."""
    from scipy.sparse import csr_array

    rows = [i for having in owners.values() for i in having]
    columns = [column for column, having in enumerate(owners.values()) for _ in having]
    has = csr_array(([1.0] * len(rows), (rows, columns)), shape=(submissions, len(owners)))
    weighted = has * [weights[key] for key in owners]
    totals = weighted.sum(axis=1)
    shared = (weighted @ has.T).tocoo()
    once = (shared.row < shared.col) & (shared.data > 0)
    first, second = shared.row[once], shared.col[once]
    scores = shared.data[once] / totals[first].clip(max=totals[second])
    enough = scores >= threshold - 1e-9  # equal sums may differ in their last bit
    yield from zip(first[enough].tolist(), second[enough].tolist(), scores[enough].tolist(), strict=True)


def _compare(
    first: dict[str, Answer],
    second: dict[str, Answer],
    owners: dict[Key, list[int]],
    weights: dict[Key, float],
    submissions: int,
) -> tuple[list[Likeness], float]:
    """Return what is alike in a pair's exercises, and how surprising it is, as `needed` in `_pairs`."""
    likenesses, surprise = [], 0.0
    for exercise in first.keys() & second.keys():
        one, other = first[exercise], second[exercise]
        weight_of = {f: weights[exercise, f] for f in one.places.keys() | other.places.keys()}
        both = {f for f in one.places.keys() & other.places.keys() if weight_of[f] > 0}
        if both:
            weight = sum(weight_of[f] for f in both)
            score = weight / min(sum(weight_of[f] for f in answer.places) for answer in (one, other))
            others = {f: len(owners[exercise, f]) - 2 for f in both}
            surprise += score * _surprise(exercise, others, submissions - 2) - (1 - score) * DIFFERENCE
            likeness = Likeness(exercise, round(score, 3), _excerpt(one, both), _excerpt(other, both))
            likenesses.append((-weight, exercise, likeness))
        elif one.places.keys() != other.places.keys():  # or both have what all have, which says nothing
            surprise -= DIFFERENCE
    return [likeness for _, _, likeness in sorted(likenesses, key=lambda entry: entry[:2])], surprise


def _surprise(exercise: str, others: dict[int, int], learners: int) -> float:
    """Return -log of the chance to have these fingerprints, which so many of the other learners have."""
    by_length = math.exp(-0.5 * min(len(others), 100))  # a fingerprint stands for two tokens
    chances = [
        (having + PRIOR_STRENGTH * (REFERENCE_PRIOR if f in reference(exercise) else by_length))
        / (learners + PRIOR_STRENGTH)
        for f, having in others.items()
    ]
    return -sum(map(math.log, chances)) / len(chances)


def _excerpt(answer: Answer, shared: Collection[int]) -> Excerpt:
    marked = {line for fingerprint in shared for line in answer.places[fingerprint]}
    return Excerpt(answer.lines, sorted(line for line in marked if line < len(answer.lines)))
