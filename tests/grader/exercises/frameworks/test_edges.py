"""Lesson 4: the edges that the cases of several exercises reach."""

import numpy as np
from asking import BY_NAME, cases_of


def test_models_are_the_same_bytes_each_time():
    """Else the cases of one seed would be others a second later."""
    for name in ("train_step", "custom_step", "save_and_restore", "to_tflite", "to_tflite_int8"):
        rngs = [np.random.default_rng(3) for _ in range(2)]
        cases = [list(map(repr, BY_NAME[name].cases(rng))) for rng in rngs]
        assert cases[0] == cases[1]


def test_edges_of_the_layouts():
    shapes = {weight.shape for weight, _ in cases_of("dense_to_torch")}
    assert {(1, 1), (2, 2), (1, 2), (2, 1)} <= shapes
    for weight, bias in cases_of("conv_to_torch"):
        assert len(np.unique(weight)) == weight.size
        assert bias.shape == weight.shape[-1:]
    shapes = {weight.shape for weight, _ in cases_of("conv_to_torch")}
    assert any(h != w for h, w, _, _ in shapes)
    assert any(h == w == i == o > 1 for h, w, i, o in shapes)
