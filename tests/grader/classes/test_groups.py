"""Rings: long or unusual answers that several have are listed once, however many they are."""

import ast
import random
import time

import pytest
from variants import VARIANTS, module, nth, renamed

from grader.classes.similar import alike
from grader.submissions.submission import Cell, Submission

UNUSUAL = {
    "softmax": """def softmax(z):
    scores = np.array(z, dtype=float, copy=True)
    top = scores.max(axis=-1)
    for _ in range(1):
        scores -= np.expand_dims(top, -1)
    weights = np.power(np.e, scores)
    norm = np.einsum('...i->...', weights)
    shares = weights / norm[..., np.newaxis]
    assert shares.shape == np.shape(z)
    return np.where(np.isfinite(shares), shares, 0.0)""",
    "tanh": """def tanh(x):
    flat = np.ravel(np.asarray(x, dtype=float))
    found = np.empty(flat.size)
    for place, value in enumerate(flat):
        small = np.exp(-2 * abs(value))
        found[place] = np.copysign((1 - small) / (1 + small), value)
    return found.reshape(np.shape(x))[()]""",
    "relu": """def relu(x):
    kept = np.asarray(x, dtype=float)
    above = kept > 0
    flat = [value if up else 0.0 for value, up in zip(kept.ravel(), above.ravel())]
    result = np.array(flat).reshape(kept.shape)
    return result + 0 * kept.clip(0, 1)""",
}


def submission(source):
    return Submission("m.py", (Cell("m.py", source, ast.parse(source)),))


def honest(rng):
    return {name: rng.choice(variants) for name, variants in VARIANTS.items()}


def classroom(size, copies, *names):
    """Return a class in which the first `copies` have these unusual answers, renamed for every other."""
    rng = random.Random(size)
    sources = []
    for i in range(size):
        copied = {name: UNUSUAL[name] for name in names} if i < copies else {}
        source = module(*(honest(rng) | copied).values())
        sources.append(renamed(source) if i % 2 else source)
    rng.shuffle(order := list(range(size)))
    return [(f"s{i:04}", submission(sources[i])) for i in order]


def members(found, *exercises):
    return [sorted(g.group) for g in found.groups if {s.exercise for s in g.exercises} == set(exercises)]


def ring(copies):
    return [[f"s{i:04}" for i in range(copies)]]


@pytest.mark.parametrize(("copies", "size"), [(3, 43), (5, 40), (8, 40), (10, 10), (30, 40), (3, 3)])
def test_a_ring_is_one_group_whatever_its_size(copies, size):
    found = alike(classroom(size, copies, "softmax"))
    assert members(found, "softmax") == ring(copies)
    assert len(found.groups) == 1
    assert found.pairs == []


@pytest.mark.parametrize("copies", [3, 5, 6, 8])
def test_answers_that_are_unusual_only_together_are_a_group(copies):
    found = alike(classroom(40, copies, *UNUSUAL))
    assert members(found, *UNUSUAL) == ring(copies)
    (group,) = found.groups
    assert {shared.exercise: shared.lines[0] for shared in group.exercises}["relu"].startswith("def relu(")


def test_two_of_a_class_are_found_too():
    found = alike(classroom(42, 2, "softmax"))
    pairs = [[pair.first, pair.second] for pair in found.pairs]
    assert sorted(map(sorted, [*members(found, "softmax"), *pairs])) == ring(2)


@pytest.mark.parametrize(("copies", "size"), [(2, 40), (5, 40), (40, 40), (10, 10)])
@pytest.mark.parametrize("which", range(3))
def test_plain_right_answers_are_nobody_s(copies, size, which):
    rng = random.Random(which)
    sources = [nth(which) if i < copies else module(*honest(rng).values()) for i in range(size)]
    assert alike([(f"s{i}", submission(s)) for i, s in enumerate(sources)]).groups == []


def test_an_honest_class_has_no_groups():
    assert alike(classroom(200, 0)).groups == []


def test_two_rings_are_two_groups_and_a_ring_s_own_pair_is_still_seen():
    named = classroom(40, 4, "softmax")
    other = renamed(module(UNUSUAL["tanh"], UNUSUAL["relu"]))
    own = """def dead_fraction(Z):
    rows, columns = np.shape(Z)
    alive = {column for row in range(rows) for column in range(columns) if Z[row][column] > 0}
    silent = set(range(columns)).difference(alive)
    answer = len(silent) / max(1, columns)
    return float(np.clip(answer, 0.0, 1.0))"""
    named += [(f"t{i}", submission(other)) for i in range(3)]
    named += [(f"u{i}", submission(module(UNUSUAL["softmax"], own))) for i in range(2)]
    found = alike(named)
    assert sorted(len(group.group) for group in found.groups) == [3, 6]
    assert [{pair.first, pair.second} for pair in found.pairs] == [{"u0", "u1"}]


def test_a_large_class_takes_little_longer_than_its_share():
    seconds = []
    for size in (100, 400):
        named = classroom(size, size // 2, "softmax", "tanh")
        began = time.process_time()
        found = alike(named)
        seconds.append(time.process_time() - began)
        assert members(found, "softmax", "tanh") == ring(size // 2)
    assert seconds[1] < 8 * seconds[0]
