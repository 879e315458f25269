import numpy as np
import pytest
from asking import verdict

from grader.judging.conditions import condition

STRIDES = [{"n": n, "stride": stride, "padding": "same"} for n in range(4, 12) for stride in (1, 2)]
IMAGES = [
    {"images": np.zeros((n, 8, 8, channels)), "size": size}
    for n in (1, 2)
    for channels in (1, 3)
    for size in (2, 8)
]
MASKS = [{"x": [0.0] * n, "mask": mask} for n in (1, 2, 3) for mask in (None, np.ones(n))]


@pytest.mark.parametrize(
    ("cases", "right", "words"),
    [
        (STRIDES, lambda case: case["stride"] == 1, "It is right wherever `stride` is 1, and wrong on"),
        (STRIDES, lambda case: case["n"] % 2 == 0, ""),
        (
            IMAGES,
            lambda case: case["images"].shape[3] == 1,
            "right wherever the size of axis 3 of `images` is 1,",
        ),
        (
            IMAGES,
            lambda case: case["size"] == 8,
            "wrong wherever `size` is 2, and right on every other case.",
        ),
        (MASKS, lambda case: case["mask"] is None, "right wherever `mask` is None,"),
        (
            [{"rows": a, "columns": b} for a in (3, 4, 5) for b in (3, 4, 5)],
            lambda case: case["rows"] == case["columns"],
            "right wherever `rows` is `columns`,",
        ),
        (
            [{"n": n, "k": k} for n in (6, 7, 8, 9, 12) for k in (2, 3, 5)],
            lambda case: case["n"] % case["k"] == 0,
            "right wherever `n` is a multiple of `k`,",
        ),
        (
            [{"task": task, "classes": n} for task in ("a", "b", "c") for n in (2, 3, 4)],
            lambda case: case["task"] != "b",
            "It is wrong wherever `task` is 'b', and right on every other case.",
        ),
    ],
)
def test_what_tells_right_cases_from_wrong_ones_is_said(cases, right, words):
    cases = 3 * cases
    said = condition(cases, [right(case) for case in cases])
    assert words in said
    assert bool(words) == bool(said)


@pytest.mark.parametrize("number", range(3))
def test_what_few_cases_have_in_common_may_be_chance(number):
    cases = [{"n": n} for n in range(8)]
    assert condition(cases, [case["n"] < number for case in cases]) == ""
    assert condition(cases, [case["n"] >= number for case in cases]) == ""


def test_true_is_no_one():
    cases = [{"flag": flag} for flag in (True, 1) * 8]
    assert "`flag` is True" in condition(cases, [case["flag"] is True for case in cases])


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        (
            "dense",
            lambda X, W, b, activation=None: (
                X @ W + b if activation is None else np.tanh(X @ W + b) + 0 * len(activation)
            ),
            "",
        ),
        (
            "max_pool2d",
            lambda images, size, stride: np.array(
                [
                    [
                        [
                            images[n, i * size : i * size + size, j * size : j * size + size].max(
                                (0, 1), initial=-9e9
                            )
                            for j in range((images.shape[2] - size) // stride + 1)
                        ]
                        for i in range((images.shape[1] - size) // stride + 1)
                    ]
                    for n in range(len(images))
                ]
            ),
            "It is right wherever `size` is `stride`, and wrong on 7 of 8 other cases.",
        ),
    ],
)
def test_a_verdict_says_it(name, answer, words):
    found = verdict(name, answer)
    assert words in found.message
    assert (found.diagnosis == "condition") == bool(words)
