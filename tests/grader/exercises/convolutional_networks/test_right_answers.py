"""Lesson 7a: layers, counts, designs and choices made in other ways, in this process and in the sandbox."""

import inspect
import itertools
import random
import warnings

import numpy as np
import pytest
from asking import as_float32, each_of, refused_in_a_submission, verdict
from scipy import ndimage

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import tensorflow as tf

from grader.exercises import exercises_of
from grader.references import convolutional_networks as reference


def conv_in_loops(images, kernels, bias, stride=1, padding="valid"):
    """Over every output, with the zeros of the frame never written down."""
    (n, h, w, _), (kh, kw, _, f) = images.shape, kernels.shape
    rows, columns, top, left = (h - kh) // stride + 1, (w - kw) // stride + 1, 0, 0
    if padding == "same":
        rows, columns = -(-h // stride), -(-w // stride)
        top = max((rows - 1) * stride + kh - h, 0) // 2
        left = max((columns - 1) * stride + kw - w, 0) // 2
    out = np.zeros((n, rows, columns, f))
    for i, j in np.ndindex(rows, columns):
        for a, b in np.ndindex(kh, kw):
            y, x = i * stride + a - top, j * stride + b - left
            if 0 <= y < h and 0 <= x < w:
                out[:, i, j] += images[:, y, x] @ kernels[a, b]
    return (out + bias).tolist()


def conv_by_einsum(images, kernels, bias, stride=1, padding="valid"):
    kh, kw = kernels.shape[:2]
    if padding == "same":
        more_h = max((int(np.ceil(images.shape[1] / stride)) - 1) * stride + kh - images.shape[1], 0)
        more_w = max((int(np.ceil(images.shape[2] / stride)) - 1) * stride + kw - images.shape[2], 0)
        frame = ((0, 0), (more_h // 2, (more_h + 1) // 2), (more_w // 2, (more_w + 1) // 2), (0, 0))
        images = np.pad(images, frame)
    windows = np.lib.stride_tricks.sliding_window_view(images, (kh, kw), axis=(1, 2))
    return np.einsum("nijcab,abcf->nijf", windows[:, ::stride, ::stride], kernels) + bias


def conv_as_one_product(images, kernels, bias, stride=1, padding="valid"):
    """Every window a row of a matrix, as frameworks did it: `im2col`."""
    kh, kw, c, f = kernels.shape
    n, h, w, _ = images.shape
    if padding == "same":
        more = [max(((s + stride - 1) // stride - 1) * stride + k - s, 0) for s, k in ((h, kh), (w, kw))]
        framed = np.zeros((n, h + more[0], w + more[1], c))
        framed[:, more[0] // 2 : more[0] // 2 + h, more[1] // 2 : more[1] // 2 + w] = images
        images, (h, w) = framed, framed.shape[1:3]
    tops, lefts = range(0, h - kh + 1, stride), range(0, w - kw + 1, stride)
    rows = [images[:, i : i + kh, j : j + kw].reshape(n, -1) for i in tops for j in lefts]
    out = np.stack(rows, axis=1) @ kernels.reshape(-1, f) + bias
    return out.reshape(n, len(tops), len(lefts), f)


def kernel_by_normal_equations(images, outputs, size):
    rows, columns = outputs.shape[1:]
    X = np.stack([images[:, a : a + rows, b : b + columns].ravel() for a, b in np.ndindex(size, size)], 1)
    return np.linalg.solve(X.T @ X, X.T @ outputs.ravel()).reshape(size, size)


def kernel_by_pseudoinverse(images, outputs, size):
    rows = []
    for image in images:
        for i in range(image.shape[0] - size + 1):
            for j in range(image.shape[1] - size + 1):
                rows.append(image[i : i + size, j : j + size].flatten())
    return (np.linalg.pinv(np.array(rows)) @ outputs.reshape(-1)).reshape(size, size).tolist()


def kernel_by_descent(images, outputs, size):
    """Conjugate gradients on the mean squared error."""
    patches = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    X, kernel = patches.reshape(-1, size**2), np.zeros(size**2)
    rest = way = X.T @ outputs.ravel()
    for _ in range(3 * size**2):
        if rest @ rest < 1e-20:
            break
        along = X.T @ (X @ way)
        rate = rest @ rest / (way @ along)
        kernel, after = kernel + rate * way, rest - rate * along
        way, rest = after + (after @ after) / (rest @ rest) * way, after
    return kernel.reshape(size, size)


def counted_filter_by_filter(kernel_height, kernel_width, channels, filters):
    weights = 0
    for _ in range(filters):
        for _ in range(channels):
            weights += kernel_height * kernel_width
        weights += 1
    return weights


def counted_as_arrays(kernel_height, kernel_width, channels, filters):
    return np.empty((kernel_height, kernel_width, channels, filters)).size + np.empty(filters).size


def pooled_in_loops(images, size, stride):
    n, h, w, c = images.shape
    out = np.empty((n, (h - size) // stride + 1, (w - size) // stride + 1, c))
    for i, j in np.ndindex(out.shape[1:3]):
        y, x = i * stride, j * stride
        out[:, i, j] = images[:, y : y + size, x : x + size].max(axis=1).max(axis=1)
    return out


def pooled_place_by_place(images, size, stride):
    rows, columns = ((length - size) // stride + 1 for length in images.shape[1:3])
    best = None
    for a in range(size):
        for b in range(size):
            seen = images[:, a::stride, b::stride][:, :rows, :columns]
            best = seen if best is None else np.where(seen > best, seen, best)
    return best


def pooled_in_plain_python(images, size, stride):
    _, h, w, c = images.shape
    return [
        [
            [
                [max(float(v) for v in image[i : i + size, j : j + size, k].ravel()) for k in range(c)]
                for j in range(0, w - size + 1, stride)
            ]
            for i in range(0, h - size + 1, stride)
        ]
        for image in images
    ]


def averaged_in_loops(images, size, stride):
    rows = range(0, images.shape[1] - size + 1, stride)
    columns = range(0, images.shape[2] - size + 1, stride)
    out = [[images[:, i : i + size, j : j + size].mean(axis=(1, 2)) for j in columns] for i in rows]
    return np.moveaxis(np.array(out), 2, 0)


def averaged_by_sums(images, size, stride):
    """Of cumulated sums: four of them for each window."""
    sums = np.pad(images.astype(float).cumsum(axis=1).cumsum(axis=2), ((0, 0), (1, 0), (1, 0), (0, 0)))
    ends, starts = slice(size, None), slice(None, -size)
    area = sums[:, ends, ends] - sums[:, starts, ends] - sums[:, ends, starts] + sums[:, starts, starts]
    return area[:, ::stride, ::stride] / size**2


def field_from_the_top(layers):
    """Back through the layers: so many outputs of one need so many of the one before it."""
    field = 1
    for kernel, stride in layers[::-1]:
        field = (field - 1) * stride + kernel
    return field


def field_by_recursion(layers):
    if not layers:
        return 1
    kernel, _ = layers[-1]
    jump = np.prod([stride for _, stride in layers[:-1]], dtype=int)
    return field_by_recursion(layers[:-1]) + (kernel - 1) * jump


def field_by_its_ends(layers):
    first = last = 0
    for kernel, stride in reversed(layers):
        first, last = first * stride, last * stride + kernel - 1
    return last - first + 1


def stacked_while_room(field, max_weights):
    stack, seen = [], 1
    while seen < field:
        stack.append([3, 1])
        seen += 2
    return stack if seen == field else []


def stacked_with_a_five(field, max_weights):
    """A kernel of 5 first, wherever it is paid for."""
    if field % 2 == 0:
        return ()
    fives = int(field >= 5 and 25 + 9 * (field - 5) // 2 <= max_weights)
    return ((5, 1),) * fives + ((3, 1),) * ((field - 1 - 4 * fives) // 2)


def stacked_by_search(field, max_weights):
    """The cheapest of all stacks, by dynamic programming."""
    cheapest = {1: (0, [])}
    for seen in range(3, field + 1):
        found = [
            (cost + kernel**2, [*stack, (np.int64(kernel), np.int64(1))])
            for kernel in range(3, seen + 1, 2)
            if seen - kernel + 1 in cheapest
            for cost, stack in [cheapest[seen - kernel + 1]]
        ]
        if found:
            cheapest[seen] = min(found, key=lambda one: one[0])
    return cheapest.get(field, (0, []))[1]


def shifted_by_scipy(images, labels, seed):
    shifts = np.random.default_rng(seed).integers(-1, 2, size=(len(images), 2))
    moved = [ndimage.shift(image, shift, order=0) for image, shift in zip(images, shifts, strict=True)]
    return np.stack(moved), labels


def shifted_by_rolling(images, labels, seed):
    rng = random.Random(seed)
    moved = []
    for image in images.copy():
        down, right = rng.choice((-1, 0, 1)), rng.choice((-1, 0, 1))
        image = np.roll(image, (down, right), axis=(0, 1))
        if down:
            image[0 if down > 0 else -1] = 0
        if right:
            image[:, 0 if right > 0 else -1] = 0
        moved.append(image.tolist())
    return [moved, labels.tolist()]


def shifted_by_tensorflow(images, labels, seed):
    n, height, width = images.shape
    shifts = tf.random.stateless_uniform((n, 2), (seed, 1), -1, 2, tf.int32).numpy()
    padded = tf.pad(tf.constant(images, tf.float32), [[0, 0], [1, 1], [1, 1]])
    cut = [tf.slice(p, 1 - shift, (height, width)) for p, shift in zip(padded, shifts, strict=True)]
    return tf.stack(cut).numpy(), labels


def shifted_by_indices(images, labels, seed):
    """All at once, and of a legacy generator."""
    n, height, width = images.shape
    down, right = np.random.RandomState(seed % 2**32).randint(-1, 2, (2, n, 1, 1))
    rows, columns = np.arange(height)[:, None] - down, np.arange(width) - right
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    return np.where(inside, images[np.arange(n)[:, None, None], rows % height, columns % width], 0), labels


def changed_ways(images):
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    places = [(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    return {
        "mirror": np.flip(images, 2),
        "upside down": np.flip(images, 1),
        "shift": np.concatenate([framed[:, i : i + 8, j : j + 8] for i, j in places]),
        "invert": 1 - images,
        "transpose": np.swapaxes(images, 1, 2),
    }


def distances(x, served):
    a, b = served.reshape(len(served), -1), x.reshape(len(x), -1)
    return (a * a).sum(1)[:, None] - 2 * a @ b.T + (b * b).sum(1)


def chosen_by_mean_distance(images, labels, served):
    before = distances(images, served).min(1)
    after = {
        name: np.minimum(before, distances(x, served).min(1)).mean()
        for name, x in changed_ways(images).items()
    }
    best = min(after, key=after.get)
    return (best,) if after[best] < 0.75 * before.mean() else ()


def chosen_among_strangers(images, labels, served):
    """Served images that are farther from the labelled ones than these are from one another."""
    own = distances(images, images)
    np.fill_diagonal(own, np.inf)
    strange = served[distances(images, served).min(1) > np.quantile(own.min(1), 0.9)]
    if len(strange) < 0.3 * len(served):
        return []
    ways = changed_ways(images)
    return [min(ways, key=lambda name: np.median(distances(ways[name], strange).min(1)))]


def chosen_pair(images, labels, served):
    """The two that bring the served images nearest, whether they are needed or not."""
    near = {name: distances(x, served).min(1) for name, x in changed_ways(images).items()}
    return list(min(itertools.combinations(near, 2), key=lambda p: np.minimum(near[p[0]], near[p[1]]).sum()))


def chosen_by_mean_image(images, labels, served):
    ways = {"": images, **changed_ways(images)}
    off = {name: np.abs(x.mean(axis=0) - served.mean(axis=0)).sum() for name, x in ways.items()}
    best = np.array(list(off))[np.argmin(list(off.values()))]
    return [best] * 2 if best else []


ALSO_RIGHT = {
    "conv2d": [conv_in_loops, conv_by_einsum, conv_as_one_product],
    "recover_kernel": [kernel_by_normal_equations, kernel_by_pseudoinverse, kernel_by_descent],
    "convolution_parameters": [counted_filter_by_filter, counted_as_arrays],
    "max_pool2d": [pooled_in_loops, pooled_place_by_place, pooled_in_plain_python],
    "average_pool2d": [averaged_in_loops, averaged_by_sums],
    "receptive_field": [field_from_the_top, field_by_recursion, field_by_its_ends],
    "stack_for_field": [stacked_while_room, stacked_with_a_five, stacked_by_search],
    "augment": [shifted_by_scipy, shifted_by_rolling, shifted_by_tensorflow, shifted_by_indices],
    "choose_augmentations": [
        *(chosen_by_mean_distance, chosen_among_strangers, chosen_pair, chosen_by_mean_image),
    ],
}
HELPERS = "\n\n".join(map(inspect.getsource, (changed_ways, distances)))
IMPORTS = "import itertools\nimport random\nfrom scipy import ndimage\n"


def test_every_exercise_has_other_right_answers():
    assert list(ALSO_RIGHT) == [exercise.name for exercise in exercises_of("07a_convolutional_networks")]


@each_of(ALSO_RIGHT)
def test_another_right_answer_is_accepted(name, answer):
    found = verdict(name, answer, "another")  # on public cases in the sandbox, below
    assert (found.status, found.credit) == ("passed", 1.0), found.message


@pytest.mark.parametrize("name", ["conv2d", "recover_kernel", "max_pool2d", "average_pool2d"])
def test_float32_and_lists_are_accepted(name):
    narrow = as_float32(getattr(reference, name))
    for answer in (narrow, lambda *given: narrow(*given).tolist()):
        found = verdict(name, answer)
        assert found.status == "passed", found.message


@pytest.mark.parametrize("style", range(4))
def test_other_right_answers_are_accepted_in_the_sandbox(style, graded):
    """A submission of everybody's first answers, one of the second ones, and so on."""
    head = f"import numpy as np\nimport tensorflow as tf\n{IMPORTS}"
    assert refused_in_a_submission(graded, "\n\n".join([head, HELPERS]), ALSO_RIGHT, style) == {}


def test_the_references_are_accepted_in_the_sandbox(graded):
    verdicts = graded(inspect.getsource(reference))
    assert {name: verdicts[name].status for name in ALSO_RIGHT} == dict.fromkeys(ALSO_RIGHT, "passed")
