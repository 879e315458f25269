"""The reference answers of lesson 7a against Keras, SciPy and the laws they must obey."""

import warnings
from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage, signal

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras

from grader.references import convolutional_networks as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own

NONE = np.zeros(1)
sides, strides = st.integers(1, 6), st.integers(1, 3)


def drawn(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [(1, 1), (2, 2), (3, 3), (4, 3), (2, 5)])
def test_conv2d_is_kerass(kernel, stride, padding):
    images, kernels, bias = drawn(0, 2, 7, 8, 3), drawn(1, *kernel, 3, 4), drawn(2, 4)
    theirs = keras.ops.conv(np.float32(images), np.float32(kernels), stride, padding) + np.float32(bias)
    ours = reference.conv2d(images, kernels, bias, stride, padding)
    np.testing.assert_allclose(ours, np.asarray(theirs), atol=1e-4)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_conv2d_is_scipys_correlation_and_no_convolution(padding):
    image, kernel = drawn(3, 6, 5), drawn(4, 3, 3)
    ours = reference.conv2d(image[None, ..., None], kernel[..., None, None], NONE, padding=padding)[0, ..., 0]
    np.testing.assert_allclose(ours, signal.correlate2d(image, kernel, padding))
    np.testing.assert_allclose(ours, signal.convolve2d(image, kernel[::-1, ::-1], padding))
    assert np.abs(ours - signal.convolve2d(image, kernel, padding)).max() > 0.1


@given(h=sides, w=sides, kh=sides, kw=sides, stride=strides)
def test_same_has_as_many_rows_as_strides_fit_into_the_image(h, w, kh, kw, stride):
    out = reference.conv2d(np.ones((1, h, w, 1)), np.ones((kh, kw, 1, 1)), NONE, stride, "same")
    assert out.shape == (1, -(-h // stride), -(-w // stride), 1)
    assert out.max() <= kh * kw and out.min() >= 1


@given(
    seed=st.integers(0, 100), a=st.floats(-3, 3), stride=strides, padding=st.sampled_from(["valid", "same"])
)
def test_conv2d_is_linear_but_for_its_bias(seed, a, stride, padding):
    one, other, kernels = drawn(seed, 1, 5, 6, 2), drawn(seed + 1, 1, 5, 6, 2), drawn(seed + 2, 3, 2, 2, 2)

    def layer(images, bias=(0.0, 0.0)):
        return reference.conv2d(images, kernels, np.array(bias), stride, padding)

    np.testing.assert_allclose(layer(one + a * other), layer(one) + a * layer(other), atol=1e-9)
    np.testing.assert_allclose(layer(one, (1.0, a)), layer(one) + np.array([1.0, a]), atol=1e-9)


def test_a_shifted_image_gives_shifted_outputs():
    images, kernels = drawn(5, 1, 8, 8, 1), drawn(6, 3, 3, 1, 2)
    out = reference.conv2d(images, kernels, np.zeros(2))
    moved = reference.conv2d(np.roll(images, (1, 2), axis=(1, 2)), kernels, np.zeros(2))
    np.testing.assert_allclose(moved[:, 1:, 2:], out[:, :-1, :-2])


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_recover_kernel_finds_what_scipy_slid(size):
    image, kernel = drawn(7, 16, 15), drawn(8, size, size)
    outputs = signal.correlate2d(image, kernel, "valid")
    np.testing.assert_allclose(reference.recover_kernel(image[None], outputs[None], size), kernel, atol=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_recover_kernel_is_where_the_squared_error_has_no_slope(seed):
    images, outputs = drawn(seed, 2, 8, 8), drawn(seed + 9, 2, 6, 6)

    def error(kernel):
        return np.sum(
            (reference.conv2d(images[..., None], kernel[..., None, None], NONE)[..., 0] - outputs) ** 2
        )

    found = reference.recover_kernel(images, outputs, 3)
    for place in np.ndindex(3, 3):
        step = np.zeros((3, 3))
        step[place] = 1e-3
        assert abs(error(found + step) - error(found - step)) < 1e-6 < error(found + step) - error(found)


@given(kh=st.integers(1, 5), kw=st.integers(1, 5), c=st.integers(1, 4), f=st.integers(1, 4))
def test_convolution_parameters_are_as_many_as_numbers_make_a_difference(kh, kw, c, f):
    kernels, bias = np.ones((kh, kw, c, f)), np.ones(f)
    assert reference.convolution_parameters(kh, kw, c, f) == kernels.size + bias.size


@pytest.mark.parametrize(("kernel", "channels", "filters"), [((3, 3), 1, 8), ((5, 2), 3, 4), ((1, 1), 7, 1)])
def test_convolution_parameters_are_kerass(kernel, channels, filters):
    model = keras.Sequential([keras.Input((9, 9, channels)), keras.layers.Conv2D(filters, kernel)])
    assert reference.convolution_parameters(*kernel, channels, filters) == model.count_params()


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (2, 1), (2, 3), (1, 2), (4, 4)])
def test_pooling_is_kerass(size, stride):
    images = np.float32(drawn(10, 2, 7, 9, 3) - 1)
    for ours, theirs in (
        (reference.max_pool2d, keras.layers.MaxPooling2D),
        (reference.average_pool2d, keras.layers.AveragePooling2D),
    ):
        wanted = np.asarray(theirs(size, stride)(images))
        np.testing.assert_allclose(ours(images, size, stride), wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [2, 3, 4])
def test_pooling_is_scipys_filter_at_some_places(size):
    image = drawn(11, 9, 10)
    places = slice(size // 2, size // 2 + 9 - size + 1, 2), slice(size // 2, size // 2 + 10 - size + 1, 2)
    pooled = [
        f(image[None, ..., None], size, 2)[0, ..., 0]
        for f in (reference.max_pool2d, reference.average_pool2d)
    ]
    np.testing.assert_allclose(pooled[0], ndimage.maximum_filter(image, size)[places])
    np.testing.assert_allclose(pooled[1], ndimage.uniform_filter(image, size)[places])


@given(seed=st.integers(0, 100), size=st.integers(1, 4), stride=strides)
def test_a_mean_is_a_convolution_and_no_larger_than_the_largest(seed, size, stride):
    images = drawn(seed, 2, 6, 5, 1)
    kernel = np.full((size, size, 1, 1), 1 / size**2)
    mean = reference.average_pool2d(images, size, stride)
    np.testing.assert_allclose(mean, reference.conv2d(images, kernel, NONE, stride), atol=1e-12)
    assert (mean <= reference.max_pool2d(images, size, stride) + 1e-12).all()


layers = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3)), max_size=4)


@given(layers)
def test_receptive_field_is_so_far_as_a_change_in_the_image_is_felt(stack):
    """An output of all ones depends on its first and on its last pixel, and on none outside of them."""
    field = reference.receptive_field(stack)

    def output(image):
        for kernel, stride in stack:
            image = reference.conv2d(image, np.ones((1, kernel, 1, 1)), NONE, 1)[:, :, ::stride]
        return image

    image = np.zeros((1, 1, field, 1))
    assert output(image).shape == (1, 1, 1, 1)
    for end in (0, -1):
        touched = image.copy()
        touched[:, :, end] = 1
        assert output(touched).item() > 0


@pytest.mark.parametrize("field", range(2, 24))
def test_stack_for_field_is_the_cheapest_of_all(field):
    stack = reference.stack_for_field(field, 10**6)
    kernels = [kernel for kernel, _ in stack]
    others = [
        sum(kernel**2 for kernel in some)
        for count in range(1, 4)
        for some in combinations_with_replacement(range(3, field + 1, 2), count)
        if 1 + sum(kernel - 1 for kernel in some) == field
    ]
    if field % 2:
        assert reference.receptive_field(stack) == field
        assert sum(kernel**2 for kernel in kernels) <= min(others)
    else:
        assert (stack, others) == ([], [])


@pytest.mark.parametrize("seed", range(3))
def test_augment_shifts_as_scipy_does_each_way_as_often(seed):
    images = drawn(seed, 900, 5, 4)
    before = images.copy()
    shifted, labels = reference.augment(images, np.arange(900), seed)
    ways = {
        (down, right): ndimage.shift(images, (0, down, right), order=0)
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    }
    moved = np.array([np.all(shifted == way, axis=(1, 2)) for way in ways.values()])
    assert (moved.sum(axis=0) == 1).all()
    assert np.abs(moved.sum(axis=1) - 100).max() < 45
    np.testing.assert_array_equal(images, before)
    np.testing.assert_array_equal(labels, np.arange(900))
    np.testing.assert_array_equal(shifted, reference.augment(images, labels, seed)[0])
    assert (shifted != reference.augment(images, labels, seed + 1)[0]).any()


def copies(way, x):
    return {
        "mirror": np.flip(x, 2),
        "upside down": np.flip(x, 1),
        "shift": ndimage.shift(x, (0, 1, -1), order=0),
        "invert": 1 - x,
        "transpose": np.transpose(x, (0, 2, 1)),
    }[way]


@pytest.mark.parametrize("way", ["mirror", "upside down", "shift", "invert", "transpose"])
def test_choose_augmentations_finds_how_images_came(way):
    rng = np.random.default_rng(1)
    classes = ndimage.gaussian_filter(rng.random((4, 8, 8)), (0, 0.7, 0.7))
    labels = rng.integers(0, 4, 200)
    images = np.clip(3 * (classes[labels] - 0.35) + rng.normal(0, 0.03, (200, 8, 8)), 0, 1)
    changed = copies(way, images[100:]) + rng.normal(0, 0.01, (100, 8, 8))
    assert reference.choose_augmentations(images[:100], labels[:100], changed) == [way]
    assert reference.choose_augmentations(images[:100], labels[:100], images[100:]) == []
