"""Lesson 5b: the edges that the cases of its values reach."""

import numpy as np
from asking import BY_NAME, cases_of, outcomes_of, same

from grader.references import architecture as reference


def test_edges_of_the_counts():
    sides = cases_of("convolution_output_size")
    assert any(size == kernel and padding == "valid" for size, kernel, _, padding in sides)
    for padding in ("valid", "same"):
        rests = {
            (size - kernel if padding == "valid" else size) % stride > 0
            for size, kernel, stride, used in sides
            if used == padding and stride > 1
        }
        assert rests == {True, False}
    widths = [reference.fair_width(*case) for case in cases_of("fair_width")]
    assert min(widths) == 0
    assert max(widths) > 30
    assert {depth for _, depth, _, _ in cases_of("fair_width")} == set(range(1, 7))


def test_edges_of_the_layers():
    assert any(rate == 0 for _, rate, _ in cases_of("dropout"))
    assert any(not mask.any() for _, _, mask in cases_of("dropout"))
    assert any(x.ndim == 0 for x, _, _ in cases_of("dropout"))
    assert any(not weights for weights, _ in cases_of("l2_penalty"))
    assert any(w.ndim == 0 for weights, _ in cases_of("l2_penalty") for w in weights)
    assert any(len(case[0]) == 1 for case in cases_of("batch_norm"))
    assert any(np.ptp(case[0]) == 0 and len(case[0]) > 1 for case in cases_of("batch_norm"))
    assert {len(case) for case in cases_of("batch_norm")} == {3, 4}
    assert any(len(x) == 1 and not training for x, _, training in cases_of("batch_norm_layer"))


def test_a_mended_fault_doesnt_hide_another():
    """Each fault of the layer shows by itself in both modes' cases, or in those of one."""
    exercise = BY_NAME["batch_norm_layer"]
    cases = cases_of("batch_norm_layer")
    right = outcomes_of("batch_norm_layer", exercise.reference)
    shown = {}
    for fault in exercise.faults:
        wrong = outcomes_of("batch_norm_layer", exercise.with_faults([fault]))
        triples = zip(cases, right, wrong, strict=True)
        shown[fault.name] = {case[2] for case, *pair in triples if not same(exercise, case, *pair)}
    assert shown == {"batch_at_inference": {False}, "momentum_reversed": {True}, "unbiased": {True}}
