"""Lesson 7a: the edges that the cases reach, and wrong answers that no known mistake covers."""

import warnings

import numpy as np
import pytest
from asking import ODD_ARRAYS, after, cases_of, verdict, whole_cases_of
from scipy import signal

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras

from grader.judging.bank import PUBLIC_SEED
from grader.references import convolutional_networks as reference

SEEDS = range(3)
ARRAYS = ("conv2d", "recover_kernel", "max_pool2d", "average_pool2d")
COUNTS = ("convolution_parameters", "receptive_field")


def rows_added(size, kernel, stride):
    return max((-(-size // stride) - 1) * stride + kernel - size, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_conv2d(seed):
    cases = cases_of("conv2d", seed)
    assert {len(case) for case in cases} == {3, 5}  # stride and padding left out, and given
    given = [case for case in cases if len(case) == 5]
    assert {(stride > 1, padding) for *_, stride, padding in given} == {
        *((False, "valid"), (False, "same"), (True, "valid"), (True, "same")),
    }
    same = [case for case in given if case[4] == "same"]
    added = [
        rows_added(size, kernel, stride)
        for images, kernels, _, stride, _ in same
        for size, kernel in zip(images.shape[1:3], kernels.shape[:2], strict=True)
    ]
    assert 0 in added and any(rows % 2 for rows in added) and any(rows and rows % 2 == 0 for rows in added)
    assert any(kernels.shape[0] < stride for _, kernels, _, stride, _ in given)
    assert any(kernels.shape[0] != kernels.shape[1] for _, kernels, *_ in given)
    assert any(images.shape[1] != images.shape[2] for images, *_ in given)
    assert any(
        images.shape[0] > 1 and kernels.shape[2] > 1 < kernels.shape[3] for images, kernels, *_ in given
    )
    assert any(
        (-(-size // stride) - 1) * stride + kernel < size
        for images, kernels, _, stride, _ in same
        for size, kernel in zip(images.shape[1:3], kernels.shape[:2], strict=True)
    )  # where the formula gives less than no rows


@pytest.mark.parametrize("name", ["max_pool2d", "average_pool2d"])
@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_pooling(name, seed):
    cases = cases_of(name, seed)
    assert any(size > stride for _, size, stride in cases) and any(size < stride for _, size, stride in cases)
    assert any((images.shape[1] - size) % stride for images, size, stride in cases)
    assert any((images.shape[2] - size) % stride == 0 for images, size, stride in cases)
    assert any((images < 0).all() for images, *_ in cases) and any((images > 0).any() for images, *_ in cases)
    assert any(images.shape[0] > 1 < images.shape[3] for images, *_ in cases)
    assert any(size == 1 < stride for _, size, stride in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_recover_kernel(seed):
    cases = whole_cases_of("recover_kernel", seed)
    assert {case.secret["noisy"] for case in cases} == {True, False}
    assert {case.arguments[2] for case in cases} == {1, 2, 3, 4, 5}
    for case in cases:
        images, outputs, size = case.arguments
        assert outputs.shape == (len(images), *(length - size + 1 for length in images.shape[1:]))
        assert outputs.size >= 2 * size**2
    kernels = [case.secret["kernel"] for case in cases]
    for turned in (lambda k: k[::-1, ::-1], np.transpose):  # it would be another one
        assert sum(np.abs(k - turned(k)).max() > 0.1 * np.abs(k).max() for k in kernels) > 10


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_receptive_field(seed):
    stacks = [layers for (layers,) in cases_of("receptive_field", seed)]
    assert [] in stacks
    assert any(layers[-1][1] > 1 and len(layers) == 1 for layers in stacks if layers)
    assert any(sum(stride > 1 for _, stride in layers) >= 3 for layers in stacks)
    fields = [reference.receptive_field(layers) for layers in stacks]
    assert max(fields) > 30 and any(field % 2 == 0 for field in fields)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_stack_for_field(seed):
    cases = whole_cases_of("stack_for_field", seed)
    fields = [case.arguments[0] for case in cases]
    assert len(set(fields)) == len(fields) and {2, 3} <= set(fields)
    assert [case.secret for case in cases] == [field % 2 == 1 for field in fields]
    for field, most in (case.arguments for case in cases if case.secret):
        assert 9 * (field // 2) <= most < max(field**2, 11)
        assert field == 3 or 25 * (field // 4) + 9 * (field % 4 // 2) > most


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_augment(seed):
    cases = cases_of("augment", seed)
    for images, labels, _ in cases:
        assert (images > 0).all() and len(images) == len(labels)
        assert len(images) == 1 or (np.diff(labels) != 0).any()
    (_, _, one), (_, _, other), (_, _, again) = cases[-3:]
    assert one == again != other and len(cases[-1][0]) > 100


def test_edges_of_choose_augmentations():
    cases = whole_cases_of("choose_augmentations")
    assert len({case.group for case in cases}) == 6
    for case in cases:
        images, labels, served = case.arguments
        assert images.shape == (len(labels), 8, 8) and served.shape[1:] == (8, 8)
        assert min(images.min(), served.min()) >= 0 and max(images.max(), served.max()) <= 1
        shares = {name: share for name, share in case.secret.items() if name != "kind"}
        assert len(shares) == 16
        best = max(shares.values())
        assert best > 0.9 and (case.group == "plain") == (best - shares[""] < 0.1)
        assert case.group == "plain" or best - shares[case.group] < 0.015


def gone_in_place(images, *rest):
    answer = reference.conv2d(images, *rest)
    images *= 0
    return answer


def padded_whatever(images, kernels, bias, stride=1, padding="valid"):
    return reference.conv2d(images, kernels, bias, stride, "same")


def bias_at_each_place(images, kernels, bias, stride=1, padding="valid"):
    return reference.conv2d(images, kernels, bias * kernels[..., 0, 0].size, stride, padding)


def by_keras(images, kernels, bias, stride=1, padding="valid"):
    return keras.ops.conv(np.float32(images), np.float32(kernels), stride, padding) + np.float32(bias)


def by_scipy(images, kernels, bias, stride=1, padding="valid"):
    return signal.correlate(images[0, :, :, 0], kernels[:, :, 0, 0], padding)[None, ::stride, ::stride, None]


def learnt_by_keras(images, outputs, size):
    layer = keras.layers.Conv2D(1, size, use_bias=False)
    layer(images[..., None])
    return layer.kernel


def pooled_to_the_end(images, size, stride):
    frame = ((0, 0), (0, size - 1), (0, size - 1), (0, 0))
    return reference.max_pool2d(np.pad(images.astype(float), frame, constant_values=-np.inf), size, stride)


def stride_down_alone(images, size, stride):
    return reference.max_pool2d(images, size, 1)[:, ::stride]


def shifted_by(draw, mode="constant", reach=1):
    """Images shifted by what is drawn for so many with a seed."""

    def answer(images, labels, seed):
        frame, (height, width) = ((0, 0), (reach, reach), (reach, reach)), images.shape[1:]
        framed, shifts = np.pad(images, frame, mode=mode), draw(len(images), seed)
        cut = [
            f[reach - d : reach - d + height, reach - r : reach - r + width]
            for f, (d, r) in zip(framed, shifts, strict=True)
        ]
        return np.array(cut), labels

    return answer


def drawn(n, seed):
    return np.random.default_rng(seed).integers(-1, 2, (n, 2))


def in_another_order(images, labels, seed):
    shifted, labels = reference.augment(images, labels, seed)
    order = np.random.default_rng(seed).permutation(len(labels))
    return shifted[order], labels[order]


def beside_the_old(images, labels, seed):
    shifted, _ = reference.augment(images, labels, seed)
    return np.concatenate([images, shifted]), np.concatenate([labels, labels])


def labels_sorted_in_place(images, labels, seed):
    answer = reference.augment(images, labels.copy(), seed)
    labels.sort()
    return answer


def for_odd(layers):
    return lambda field, max_weights: layers(field) if field % 2 else []


WRONG = {
    "channels first": ("conv2d", after("conv2d", lambda out: out.transpose(0, 3, 1, 2)), "asked for"),
    "with a ReLU": ("conv2d", after("conv2d", lambda out: np.maximum(out, 0)), "where"),
    "bias at each place": ("conv2d", bias_at_each_place, "where"),
    "always padded": ("conv2d", padded_whatever, "asked for"),
    "input gone": ("conv2d", gone_in_place, "changed its input"),
    "Keras": ("conv2d", by_keras, "`keras`"),
    "SciPy": ("conv2d", by_scipy, "`scipy`"),
    "nearly right": ("conv2d", after("conv2d", lambda out: 1.001 * out), "where"),
    "Keras's kernel": ("recover_kernel", learnt_by_keras, "`keras`"),
    "in the middle a 1": ("recover_kernel", lambda images, outputs, size: np.eye(size), "off by"),
    "a bit too large": ("recover_kernel", after("recover_kernel", lambda k: 1.001 * k), "off by 0.001"),
    "a scalar": ("recover_kernel", lambda *given: 0.5, "A kernel of shape"),
    "a window more": ("max_pool2d", pooled_to_the_end, "asked for"),
    "stride down alone": ("max_pool2d", stride_down_alone, "asked for"),
    "of sizes": ("max_pool2d", lambda images, *rest: reference.max_pool2d(abs(images), *rest), "where"),
    "whole numbers": ("average_pool2d", after("average_pool2d", lambda out: out.astype(int)), "where"),
    "rounded": ("average_pool2d", after("average_pool2d", lambda out: out.round(1)), "where"),
    "half a weight": ("convolution_parameters", lambda *sizes: 2.5, "where"),
    "turned round": ("receptive_field", lambda layers: reference.receptive_field(layers[::-1]), "where"),
    "once with each": ("receptive_field", after("receptive_field", lambda field: (field, field)), "tuple"),
    "area": ("receptive_field", after("receptive_field", lambda field: field**2), "where"),
    "sevens": (
        "stack_for_field",
        for_odd(lambda field: [(7, 1)] * ((field - 1) // 6) + [(3, 1)] * ((field - 1) % 6 // 2)),
        "may have",
    ),
    "stride 2": ("stack_for_field", for_odd(lambda field: [(3, 2)] * (field // 2)), "All strides are 1"),
    "even kernels": ("stack_for_field", lambda field, most: [(2, 1)] * (field - 1), "Kernels are odd"),
    "a layer of 1": ("stack_for_field", for_odd(lambda field: [(3, 1)] * (field // 2) + [(1, 1)]), "3 or"),
    "one negative": ("stack_for_field", for_odd(lambda field: [(-field, 1)]), "3 or larger"),
    "kernels alone": ("stack_for_field", for_odd(lambda field: [3] * (field // 2)), "pair of whole"),
    "kernels of 3 × 3": ("stack_for_field", for_odd(lambda field: [(3, 3, 1)]), "pair of whole"),
    "layers of nan": ("stack_for_field", for_odd(lambda field: [(np.nan, 1)]), "pair of whole"),
    "dicts": ("stack_for_field", for_odd(lambda field: [{"kernel": field, "stride": 1}]), "pair of whole"),
    "truths": ("stack_for_field", for_odd(lambda field: [(True, True)]), "pair of whole"),
    "pairs in a list more": ("stack_for_field", for_odd(lambda field: [[(3, 1)] * 3]), "pair of whole"),
    "lengths unequal": ("stack_for_field", for_odd(lambda field: [(3, 1), (3,)]), "pair of whole"),
    "a number": ("stack_for_field", lambda field, most: field // 2, "A list of pairs"),
    "nothing for even": (
        "stack_for_field",
        lambda field, most: reference.stack_for_field(field, most) or None,
        "is None",
    ),
    "two pixels": (
        "augment",
        shifted_by(lambda n, seed: np.random.default_rng(seed).integers(-2, 3, (n, 2)), reach=2),
        "by at most a pixel",
    ),
    "the rim repeated": ("augment", shifted_by(drawn, mode="edge"), "is no shift"),
    "nine shifts drawn": (
        "augment",
        shifted_by(lambda n, seed: np.tile(drawn(6, seed), (n // 6 + 1, 1))[:n]),
        "none moved by",
    ),
    "no seed": ("augment", shifted_by(lambda n, seed: drawn(n, None)), "The same seed"),
    "another order": ("augment", in_another_order, "keep their order"),
    "old and new": ("augment", beside_the_old, "labels are asked for"),
    "labels in place": ("augment", labels_sorted_in_place, "changed its input"),
    "images alone": ("augment", after("augment", lambda pair: pair[0]), "A pair"),
    "labels first": ("augment", after("augment", lambda pair: pair[::-1]), "Images of shape"),
    "two times None": ("augment", lambda *given: (None, None), "Images of shape"),
    "two texts": ("augment", lambda *given: ("images", "labels"), "Images of shape"),
    "no numbers": ("augment", after("augment", lambda pair: (pair[0] * np.nan, pair[1])), "is no shift"),
    "unequal rows": ("augment", lambda images, labels, seed: ([[1.0], [2.0, 3.0]], labels), "form"),
    "a name of one's own": ("choose_augmentations", lambda *given: ["rotate"], "'rotate' is none"),
    "a capital": ("choose_augmentations", lambda *given: ["Mirror"], "none of the five"),
    "a name without a list": ("choose_augmentations", lambda *given: "mirror", "A list of names"),
    "numbers": ("choose_augmentations", lambda *given: [0, 3], "A list of names"),
    "five truths": ("choose_augmentations", lambda *given: [True, *[False] * 4], "A list of names"),
    "a list in a list": ("choose_augmentations", lambda *given: [["mirror"]], "A list of names"),
    "a list with None": ("choose_augmentations", lambda *given: [None], "A list of names"),
    "a set": ("choose_augmentations", lambda *given: {"mirror"}, "type set"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_is_refused_and_told_why(case):
    name, answer, words = WRONG[case]
    found = verdict(name, answer)
    assert (found.status in ("failed", "refused"), found.mistake) == (True, None), found.message
    assert words in found.message, found.message


@pytest.mark.parametrize("seed", [PUBLIC_SEED, "another"])
@pytest.mark.parametrize("case", [case for case in WRONG if WRONG[case][0] in ("augment", "stack_for_field")])
def test_a_wrong_answer_is_credited_with_no_seed(case, seed):
    name, answer, _ = WRONG[case]
    assert verdict(name, answer, seed).score == 0.0


def test_more_than_two_names_are_too_many():
    found = verdict("choose_augmentations", lambda *given: ["mirror", "shift", "invert"])
    assert (found.status, found.credit) == ("failed", 0.0)
    assert "At most two" in found.message


@pytest.mark.parametrize("odd", ODD_ARRAYS)
@pytest.mark.parametrize("name", ARRAYS)
def test_an_odd_array_is_refused_kindly(name, odd):
    change, words = ODD_ARRAYS[odd]
    if name == "recover_kernel":  # which is judged by what it does, in words of its own
        own = {"None": "None", "nan": "no finite number", "inf": "no finite number"}
        words = own.get(odd, "asked for")
    found = verdict(name, after(name, change))
    assert (found.status, found.credit) == ("failed", 0.0)
    assert found.message and words in found.message and "Error" not in found.message, found.message


@pytest.mark.parametrize(
    ("value", "words"),
    [
        *((None, "is None"), ("28", "is a string"), (np.nan, "is nan"), (np.inf, "is inf"), (True, "True")),
        *(([28], "single number"), ([[1], [2, 3]], "unequal"), ({"weights": 28}, "is a dict"), (28, "where")),
    ],
)
@pytest.mark.parametrize("name", COUNTS)
def test_an_odd_count_is_refused_kindly(name, value, words):
    found = verdict(name, lambda *given: value)
    assert (found.status, found.credit) == ("failed", 0.0)
    assert words in found.message, found.message


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_may_be_any_whole_number(name):
    for kind in (float, np.int32, np.array):
        assert verdict(name, after(name, kind)).status == "passed"
