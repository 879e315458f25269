"""Lesson 7a, convolutional networks: kernels that look at a neighbourhood, and what they see.

    conv2d → recover_kernel → convolution_parameters → max_pool2d · average_pool2d → receptive_field
    → stack_for_field → augment → choose_augmentations

Shapes in comments: n images, h × w pixels, c channels, f filters. Images are (n, h, w, c) and kernels
(kh, kw, c, f), as in Keras.
"""

import numpy as np


def conv2d(
    images: np.ndarray, kernels: np.ndarray, bias: np.ndarray, stride: int = 1, padding: str = "valid"
) -> np.ndarray:
    """Slide kernels over images: the layer `Conv2D`, which is a cross-correlation.

    `out[n, i, j, f] = Σ_a Σ_b Σ_c images[n, s·i + a, s·j + b, c] · kernels[a, b, c, f] + bias[f]`

    With `"valid"` the kernel stays inside the image. With `"same"` the image gets a frame of zeros, so that
    the output has ⌈h / s⌉ rows: `max((⌈h / s⌉ − 1)·s + kh − h, 0)` rows are added in all, half of them above,
    and if their number is odd, the one more below. Columns likewise.

    With NumPy or plain Python; a loop over the kernel's places is fast enough.

    Args:
        images: shape (n, h, w, c).
        kernels: shape (kh, kw, c, f). They are not turned round.
        bias: one for each filter, shape (f,).
        stride: by how many pixels the kernel moves on, in both directions, at least 1.
        padding: `"valid"` or `"same"`.

    Returns:
        Shape (n, rows, columns, f); with `"valid"` there are ⌊(h − kh) / s⌋ + 1 rows.

    Source: Dumoulin & Visin (2016), "A guide to convolution arithmetic for deep learning"; `keras.ops.conv`.

    >>> images = np.array([[1.0, 2.0, 4.0], [0.0, 1.0, 3.0]]).reshape(1, 2, 3, 1)
    >>> right_minus_left = np.array([-1.0, 1.0]).reshape(1, 2, 1, 1)
    >>> conv2d(images, right_minus_left, np.zeros(1))[0, :, :, 0]
    array([[1., 2.],
           [1., 2.]])
    """
    kh, kw = kernels.shape[:2]
    if padding == "same":
        of_sides = []
        for size, kernel in zip(images.shape[1:3], (kh, kw), strict=True):
            added = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            of_sides.append((added // 2, added - added // 2))
        images = np.pad(images, ((0, 0), *of_sides, (0, 0)))
    rows, columns = ((size - k) // stride + 1 for size, k in zip(images.shape[1:3], (kh, kw), strict=True))
    out = 0.0
    for a in range(kh):
        for b in range(kw):
            seen = images[:, a : a + stride * rows : stride, b : b + stride * columns : stride]
            out = out + seen[:, :rows, :columns] @ kernels[a, b]  # (n, rows, columns, f)
    return out + bias


def recover_kernel(images: np.ndarray, outputs: np.ndarray, size: int) -> np.ndarray:
    """Find the kernel that turned images into outputs.

    Somebody slid one square kernel over grey images, at stride 1, without padding and without bias, and has
    lost it. In some cases the outputs carry a little noise, about 5 % of their spread: then no kernel is
    exact, and yours may be off by 2 % of its largest weight.

    With NumPy or plain Python, nothing else.

    Args:
        images: shape (n, h, w).
        outputs: shape (n, h − size + 1, w − size + 1). There are many more of them than the kernel has
            weights.
        size: of the kernel, which is `size` by `size`.

    Returns:
        The kernel, shape (size, size), as `conv2d` uses it.

    >>> images = np.random.default_rng(0).normal(size=(1, 6, 6))
    >>> outputs = images[:, :-1, :-1] - 2 * images[:, 1:, 1:]
    >>> recover_kernel(images, outputs, 2).round(6) + 0.0
    array([[ 1.,  0.],
           [ 0., -2.]])
    """
    patches = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    patches = patches.reshape(-1, size * size)  # a row for each output
    kernel, *_ = np.linalg.lstsq(patches, outputs.ravel())
    return kernel.reshape(size, size)


def convolution_parameters(kernel_height: int, kernel_width: int, channels: int, filters: int) -> int:
    """Count the weights of a convolution that training changes.

    Every filter looks at all channels, and has a bias of its own. Derive the formula.

    Args:
        kernel_height, kernel_width: of each kernel, in pixels.
        channels: of the images that come in.
        filters: how many there are; the images that go out have so many channels.

    Returns:
        A whole number.

    >>> convolution_parameters(1, 1, 1, 1)
    2
    """
    return (kernel_height * kernel_width * channels + 1) * filters


def max_pool2d(images: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Keep the largest value of each square window, for each channel by itself.

    `out[n, i, j, c] = max over a, b < size of images[n, s·i + a, s·j + b, c]`

    Windows lie inside the image; rows and columns that don't fill one more window are left out. Write it by
    hand, with NumPy or plain Python.

    Args:
        images: shape (n, h, w, c).
        size: of the window, `size` by `size` pixels.
        stride: from one window to the next; windows may overlap, or leave gaps.

    Returns:
        Shape (n, ⌊(h − size) / s⌋ + 1, ⌊(w − size) / s⌋ + 1, c).

    Source: `keras.layers.MaxPooling2D` with `padding="valid"`.

    >>> max_pool2d(np.arange(15.0).reshape(1, 3, 5, 1), 2, 2)[0, :, :, 0]
    array([[6., 8.]])
    """
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    return windows[:, ::stride, ::stride].max(axis=(4, 5))


def average_pool2d(images: np.ndarray, size: int, stride: int) -> np.ndarray:
    """Take the mean of each square window, for each channel by itself.

    `out[n, i, j, c] = mean over a, b < size of images[n, s·i + a, s·j + b, c]`

    Windows lie inside the image; rows and columns that don't fill one more window are left out. Write it by
    hand, with NumPy or plain Python.

    Args:
        images: shape (n, h, w, c).
        size: of the window, `size` by `size` pixels.
        stride: from one window to the next; windows may overlap, or leave gaps.

    Returns:
        Floats, shape (n, ⌊(h − size) / s⌋ + 1, ⌊(w − size) / s⌋ + 1, c).

    Source: `keras.layers.AveragePooling2D` with `padding="valid"`.

    >>> average_pool2d(np.arange(15.0).reshape(1, 3, 5, 1), 2, 2)[0, :, :, 0]
    array([[3., 5.]])
    """
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    return windows[:, ::stride, ::stride].mean(axis=(4, 5))


def receptive_field(layers: list[tuple[int, int]]) -> int:
    """Count the pixels, in one direction, from the first to the last that an output can depend on.

    Each layer looks at `kernel` neighbouring outputs of the layer before it and moves on by `stride`. Behind
    a layer with stride 2, neighbours lie two pixels apart. Pooling layers count like convolutions, and
    pixels in between that are skipped count, too.

    Args:
        layers: a pair (kernel, stride) for each layer, from the image on; perhaps none.

    Returns:
        A whole number; without a layer it is 1, the pixel itself.

    Source: Araujo, Norris & Sim (2019), "Computing Receptive Fields of Convolutional Neural Networks".

    >>> receptive_field([(3, 1), (2, 2), (3, 1)])
    8
    """
    field, jump = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * jump
        jump *= stride
    return field


def stack_for_field(field: int, max_weights: int) -> list[tuple[int, int]]:
    """Design a stack of convolutions that sees so far, with few weights.

    Images have one channel, and so has each layer: a layer of kernel k has k · k weights (biases don't
    count). Kernels are odd, 3 or larger, and all strides are 1. The receptive field of the whole stack must
    be `field` pixels, no more and no fewer, and the weights of all layers together at most `max_weights`.

    Args:
        field: what the last layer has to see, 2 or more.
        max_weights: what may be spent. It is enough for the cheapest stack that there is.

    Returns:
        A list of pairs (kernel, stride), from the image on, and an empty list where no such stack can have
        this field.

    Source: Simonyan & Zisserman (2015), "Very Deep Convolutional Networks for Large-Scale Image Recognition".

    >>> stack_for_field(3, 10)
    [(3, 1)]
    """
    return [(3, 1)] * (field // 2) if field % 2 else []


def augment(images: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Shift each image a little, as a writer might have: new images of the same labels.

    Each image moves by −1, 0 or 1 pixel down and by −1, 0 or 1 pixel to the right, both drawn for it alone.
    What leaves the frame is lost, and zeros come in.

    Args:
        images: shape (n, h, w). They stay as they are.
        labels: shape (n,).
        seed: the same seed gives the same shifts.

    Returns:
        `(images, labels)`: the shifted images, shape (n, h, w), in the order in which they came, and the
        label of each.

    >>> images, labels = augment(np.ones((50, 3, 3)), np.arange(50), seed=0)
    >>> sorted({int(image.sum()) for image in images}), labels[:3].tolist()
    ([4, 6, 9], [0, 1, 2])
    """
    rng = np.random.default_rng(seed)
    shifts = rng.integers(-1, 2, (len(images), 2))  # down, to the right
    height, width = images.shape[1:]
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    shifted = np.zeros_like(images)
    for i, (down, right) in enumerate(shifts):
        shifted[i] = framed[i, 1 - down : 1 - down + height, 1 - right : 1 - right + width]
    return shifted, labels


def choose_augmentations(images: np.ndarray, labels: np.ndarray, served: np.ndarray) -> list[str]:
    """Choose how to augment images, so that a model which learns from them serves others.

    In practice images come otherwise than they were collected: what they are like is in `served`, without
    labels. Your choice is carried out on the labelled images, copies of which join them. A model that learns
    from all of these is asked about the served ones: it gives each the label of the image that is nearest to
    it, by the squared differences of their pixels.

    You are judged by what is right there: over some sets of images it may be at most 3 points less than with
    the best choice.

    With NumPy or plain Python, nothing else.

    Args:
        images: with labels, shape (n, 8, 8), from 0 to 1.
        labels: shape (n,).
        served: images as they come in practice, shape (m, 8, 8).

    Returns:
        A list of at most two of `"mirror"` (left and right change places), `"upside down"`, `"shift"` (by one
        pixel in each of eight directions, zeros come in), `"invert"` (1 − image) and `"transpose"` (rows
        become columns); an empty one if the images may stay as they are.

    >>> images = np.random.default_rng(0).random((60, 8, 8)) * np.linspace(0, 1, 8)
    >>> choose_augmentations(images[:40], np.arange(40) % 4, 1 - images)
    ['invert']
    """

    def shifted(x):
        framed = np.pad(x, ((0, 0), (1, 1), (1, 1)))
        places = [(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
        return np.concatenate([framed[:, i : i + 8, j : j + 8] for i, j in places])

    def to_nearest(x):
        """The squared distance from each served image to the nearest of these, (m,)."""
        a, b = served.reshape(len(served), -1), x.reshape(len(x), -1)
        return np.maximum((a**2).sum(axis=1)[:, None] - 2 * a @ b.T + (b**2).sum(axis=1), 0).min(axis=1)

    changed = {
        "mirror": images[:, :, ::-1],
        "upside down": images[:, ::-1],
        "shift": shifted(images),
        "invert": 1 - images,
        "transpose": images.transpose(0, 2, 1),
    }
    before = to_nearest(images)
    nearer = {name: np.mean(to_nearest(x) < 0.7 * before) for name, x in changed.items()}
    best = max(nearer, key=lambda name: nearer[name])
    return [best] if nearer[best] > 0.3 else []
