"""Lesson 7d: the edges that the cases reach."""

import numpy as np
import pytest
from asking import cases_of, whole_cases_of

from grader.child import live
from grader.references import transformers as reference

SEEDS = range(3)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_wordpiece(seed):
    cases = cases_of("wordpiece", seed)
    answers = [reference.wordpiece(*case) for case in cases]
    assert [] in answers and ["[UNK]"] in answers and max(map(len, answers)) > 3
    assert any(len(found) == 1 and found != ["[UNK]"] for found in answers)
    assert any(word and word[0] not in vocabulary for word, vocabulary in cases)
    assert sum(found == ["[UNK]"] for found in answers) < len(answers) / 2


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_positional_encoding(seed):
    cases = cases_of("positional_encoding", seed)
    assert all(depth % 2 == 0 for _, depth in cases)
    assert any(length == 1 for length, _ in cases) and any(depth == 2 for _, depth in cases)
    assert any(length < depth for length, depth in cases) and any(length > depth for length, depth in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_attention(seed):
    cases = cases_of("attention", seed)
    masks = [case[3] for case in cases if len(case) == 4]
    assert {case[0].ndim for case in cases} == {2, 3, 4} and {mask.ndim for mask in masks} == {2, 3}
    assert any(not mask.any(axis=-1).all() for mask in masks)
    assert any(mask.ndim == 2 < case[0].ndim for case in cases if len(case) == 4 for mask in [case[3]])
    scores = [np.abs(case[0] @ np.swapaxes(case[1], -1, -2)).max() for case in cases]
    assert max(scores) >= 1e4
    sizes = [(case[0].shape[-2], case[1].shape[-2], case[1].shape[-1], case[2].shape[-1]) for case in cases]
    assert any(len({n, m, d, e}) == 4 for n, m, d, e in sizes) and any(d != e for *_, d, e in sizes)
    assert {case[0].dtype for case in cases} == {np.dtype("float32"), np.dtype("float64")}


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_masked_attention(seed):
    cases = cases_of("masked_attention", seed)
    assert all(len(q) != q.shape[1] for q, *_ in cases if len(q) > 1)
    assert sum(not mask.any(axis=1).all() for *_, mask in cases) >= 3
    assert any(mask.any(axis=1).all() and not mask.all() for *_, mask in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_influence(seed):
    triangles, leaks, square = 0, 0, 0
    for f, x in cases_of("influence", seed):
        assert (~x.any(axis=1)).sum() >= 1
        made = live.instantiate(f)
        found = reference.influence(made, x)
        triangles += np.array_equal(found, np.tri(len(x), dtype=bool))
        leaks += f.value[1].get("leak", 0) > 0
        square += made(x).shape == x.shape
        assert np.shares_memory(made(x), x) is False
    assert 2 <= triangles <= 8 and leaks >= 3 and square >= 1


@pytest.mark.parametrize("seed", range(20))
def test_an_influence_stands_clear_of_rounding(seed):
    for f, x in cases_of("influence", seed):
        made, rng = live.instantiate(f), np.random.default_rng(1)
        for j in range(len(x)):
            changed = x.copy()
            changed[j] += rng.normal(size=x.shape[1])
            change = np.abs(made(changed) - made(x)).max(axis=1)
            assert ((change < 1e-13) | (change > 1e-8)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_previous_token_head(seed):
    cases = whole_cases_of("previous_token_head", seed)
    lengths, depths = zip(*(case.arguments for case in cases), strict=True)
    assert (min(lengths), max(lengths), min(depths)) == (2, 200, 16)
    assert max(depths) >= 64 and any(depth % 4 == 2 for depth in depths)
    assert all(case.secret.shape == case.arguments for case in cases)


@pytest.mark.parametrize("name", ["multi_head_attention", "encoder_block"])
@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_what_has_heads(name, seed):
    cases = cases_of(name, seed)
    heads = [case[-1] if name == "multi_head_attention" else case[-1]["heads"] for case in cases]
    sizes = [(*case[0].shape, h) for case, h in zip(cases, heads, strict=True)]
    assert all(d % h == 0 for *_, d, h in sizes)
    assert any(h == 1 for *_, h in sizes) and any(h == d > 1 for *_, d, h in sizes)
    assert any(1 < h < d and h != d // h for *_, d, h in sizes) and any(t == 1 for _, t, _, _ in sizes)
    assert any(n == t == h > 1 for n, t, _, h in sizes)
    assert {case[0].dtype for case in cases} == {np.dtype("float32"), np.dtype("float64")}


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_layer_norm(seed):
    cases = cases_of("layer_norm", seed)
    assert {len(case) for case in cases} == {3, 4} and {case[0].ndim for case in cases} == {1, 2, 3, 4}
    assert any(np.ptp(case[0], axis=-1).min() == 0 < case[0].shape[-1] - 1 for case in cases)
    assert any(case[0].shape[-1] == 1 for case in cases)
    assert any(case[0].var(axis=-1).max() < 0.01 for case in cases)
    assert any(case[0].ndim == 2 and case[0].shape[0] == case[0].shape[1] for case in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_temperature_for(seed):
    cases = cases_of("temperature_for", seed)
    shares = [bits / np.log2(len(logits)) for logits, bits in cases]
    assert 0.05 - 1e-9 <= min(shares) < 0.1 and 0.9 < max(shares) <= 0.95 + 1e-9
    assert all(bits >= 0.05 and np.diff(np.sort(logits))[-1] > 0 for logits, bits in cases)
    temperatures = [reference.temperature_for(*case) for case in cases]
    assert min(temperatures) < 0.01 and max(temperatures) > 100
    assert any(logits.max() < 0 for logits, _ in cases) and max(len(logits) for logits, _ in cases) == 200


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_attend_step(seed):
    cases = cases_of("attend_step", seed)
    before = [0 if case[1] is None else len(case[1]["keys"]) for case in cases]
    assert {0, 1} < set(before) and max(before) > 6
    assert any(t + 1 != case[3].shape[1] for t, case in zip(before, cases, strict=True))
    assert any(case[3].shape[1] != case[4].shape[1] for case in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_build_text_classifier(seed):
    for case in whole_cases_of("build_text_classifier", seed):
        vocabulary_size, length, classes = case.arguments
        batches = dict(zip(case.secret["sizes"], case.inputs["batches"], strict=True))
        texts, whole = batches["texts"], batches["whole"][: len(batches["texts"])]
        assert max(batch.max() for batch in batches.values()) == vocabulary_size - 1
        assert all(whole[i].all() and len(set(whole[i])) == len(whole[i]) for i in range(len(whole)))
        assert texts[:, 0].all() and (texts == 0).any()
        assert max(batch.shape[1] for batch in batches.values()) == length
        assert [batches[name].shape[1] - texts.shape[1] for name in batches if "padded" in name] == [1, 8, 32]
        assert {0, vocabulary_size - 1} < set(batches["ends"][:, -1]) == set(case.secret["tried"])
        if classes > 2:
            x, y = case.inputs["steps"]
            assert set(y) == set(range(classes)) and x.shape[1] <= length
    assert {case.arguments[2] for case in whole_cases_of("build_text_classifier", seed)} == {2, 4}
