"""Lesson 1, introduction: how its six exercises are checked.

A generator of cases first, then the exercises that use it; `EXERCISES` is at the end.

Case values are rounded, so that a counterexample can be followed by hand.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from grader.exercise import Case, Exercise, Mistake
from grader.exercises.verifying.introduction import is_first_model
from solutions import introduction as reference


def networks(rng: np.random.Generator) -> Iterator[tuple[list[int]]]:
    """Layer sizes: an input alone, one layer, the networks of the lesson, and random ones."""
    yield ([5],)
    yield ([1, 1],)
    yield ([3, 2],)
    yield ([2, 3],)
    yield ([3, 4, 2],)
    yield ([2, 2, 2],)
    yield ([4, 1, 3],)
    yield ([64, 32, 10],)
    yield ([784, 128, 10],)
    yield ([64, 32, 32, 32, 10],)
    for layers in (1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10):
        yield (rng.integers(2, 300 if layers > 2 else 20, layers + 1).tolist(),)


DENSE_PARAMETER_COUNT = Exercise(
    reference=reference.dense_parameter_count,
    cases=networks,
    mistakes=(
        Mistake(
            "biases_forgotten",
            lambda sizes: sum(n * units for n, units in pairwise(sizes)),
            "These are the weights alone. Each unit has a bias, too.",
        ),
        Mistake(
            "input_has_biases",
            lambda sizes: sum(n * units for n, units in pairwise(sizes)) + sum(sizes),
            "The input was counted among the layers that have biases. It computes nothing and has none.",
        ),
        Mistake(
            "one_bias_a_layer",
            lambda sizes: sum(n * units + 1 for n, units in pairwise(sizes)),
            "One bias was counted for each layer. Each unit of a layer has its own.",
        ),
        Mistake(
            "bias_for_each_input",
            lambda sizes: sum(n * units + n for n, units in pairwise(sizes)),
            "A bias was counted for each number that comes in. It belongs to the unit that adds it.",
        ),
        Mistake(
            "no_output_biases",
            lambda sizes: sum(n * units for n, units in pairwise(sizes)) + sum(sizes[1:-1]),
            "The biases of the hidden layers are there; those of the output layer are missing.",
        ),
        Mistake(
            "all_multiplied",
            lambda sizes: int(np.prod(np.array(sizes, float))),
            "All sizes were multiplied. Weights join neighbouring layers only: count pair by pair, and add.",
        ),
        Mistake(
            "units_counted",
            lambda sizes: sum(sizes[1:]),
            "This is the number of units. A unit has as many weights as numbers come in, and a bias.",
        ),
        Mistake(
            "first_layer_only",
            lambda sizes: sizes[0] * sizes[1] + sizes[1],
            "Only the first layer was counted. There is one for each pair of neighbours in the list, "
            "which may also be none.",
        ),
    ),
    hints=(
        "Take one layer first: how many lines lead into it, if each of its units reads all that comes in? "
        "And how many biases has it?",
        "Go through the list in pairs of neighbours. Of a pair, the first is what comes in, the second the "
        "units.",
        "zip of the list without its last entry and the list without its first gives the pairs. Start a sum "
        "at 0 and add a layer's weights and biases for each.",
    ),
    difficulty=1,
    importance=5,
    minutes=5,
)


def image_batches(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    """Images of 8×8: single pixels, patterns in one direction, one image and several."""
    for row, column in ((0, 0), (0, 2), (2, 0), (1, 7), (7, 6)):
        image = np.zeros((1, 8, 8))
        image[0, row, column] = 4.0
        yield (image,)
    yield (np.full((1, 8, 8), 16.0),)
    yield (np.tile(np.arange(8.0), (1, 8, 1)),)
    yield (np.arange(8.0).repeat(8).reshape(1, 8, 8),)
    yield (np.arange(64.0).reshape(1, 8, 8),)
    yield (np.arange(128.0).reshape(2, 8, 8),)
    for n in (1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6):
        yield (rng.integers(0, 17, (n, 8, 8)).astype(float),)


def zones(images):
    return images.reshape(-1, 4, 2, 4, 2)


ZONE_FEATURES = Exercise(
    reference=reference.zone_features,
    cases=image_batches,
    mistakes=(
        Mistake(
            "four_in_a_row",
            lambda images: images.reshape(-1, 16, 4).mean(axis=2),
            "You averaged four pixels of one row. A zone is two pixels wide and two pixels high.",
        ),
        Mistake(
            "not_flattened",
            lambda images: zones(images).mean(axis=(2, 4)),
            "The means are right, but they stand in a 4×4 square. A row of 16 is asked for each image.",
        ),
        Mistake(
            "column_by_column",
            lambda images: zones(images).mean(axis=(2, 4)).transpose(0, 2, 1).reshape(-1, 16),
            "The zones stand column by column. Go from left to right first, then down.",
        ),
        Mistake(
            "summed",
            lambda images: zones(images).sum(axis=(2, 4)).reshape(-1, 16),
            "Each zone's pixels were summed. The feature is their mean.",
        ),
        Mistake(
            "largest",
            lambda images: zones(images).max(axis=(2, 4)).reshape(-1, 16),
            "This is the largest pixel of each zone. The feature is the mean of all four.",
        ),
        Mistake(
            "every_other_pixel",
            lambda images: images[:, ::2, ::2].reshape(-1, 16),
            "Only one pixel of each zone was looked at. All four go into the mean.",
        ),
        Mistake(
            "batch_averaged",
            lambda images: zones(images).mean(axis=(0, 2, 4)).reshape(1, 16),
            "All images came out as one. Keep the first axis: each image has features of its own.",
        ),
        Mistake(
            "averaged_without_axis",
            lambda images: zones(images).mean(axis=(0, 2, 4)).ravel(),
            "There are 16 numbers for the whole batch: the mean of each zone ran over all images, too. Give "
            "mean the axes of the zone only.",
        ),
        Mistake(
            "transposed",
            lambda images: zones(images).mean(axis=(2, 4)).reshape(-1, 16).T,
            "The features are right, but they stand in columns: a row an image and a column a zone is asked "
            "for.",
        ),
        Mistake(
            "zones_of_four",
            lambda images: images.reshape(-1, 2, 4, 2, 4).mean(axis=(2, 4)),
            "These are four large zones of 4×4 pixels. Sixteen small ones of 2×2 are asked for.",
        ),
    ),
    hints=(
        "Eight pixel rows make four rows of zones; the same for the columns. Where does zone (0, 1) begin "
        "and end?",
        "Two loops over 4 rows and 4 columns of zones do it: cut a 2×2 block out of all images at once, and "
        "take its mean over the last two axes.",
        "Without loops: reshape each axis of 8 into 4 and 2. The axes are then image, zone row, row in the "
        "zone, zone column, column in the zone. Average over the two inner ones.",
    ),
    difficulty=3,
    importance=3,
    minutes=8,
)


def label_lists(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, int]]:
    """Labels and a number of answers: one label, ties in either order, gaps between labels."""
    yield np.array([4]), 1
    yield np.array([0, 1, 1]), 2
    yield np.array([3, 3, 9]), 1
    yield np.array([1, 0]), 3
    yield np.array([1, 4]), 2
    yield np.array([9, 2, 2, 9, 5]), 4
    yield np.array([5, 5, 2, 2, 8]), 2
    yield np.array([7, 7, 0, 0, 0, 3]), 3
    yield np.array([8, 1, 8, 1, 8, 1]), 2
    yield np.array([6, 2, 2, 6, 6]), 8
    for size in (5, 7, 8, 10, 12, 15, 20, 30, 40, 60, 100, 200):
        yield rng.integers(0, 10, size), int(rng.integers(1, 12))


def counted(train_y):
    return np.unique(train_y, return_counts=True)


MAJORITY_BASELINE = Exercise(
    reference=reference.majority_baseline,
    cases=label_lists,
    mistakes=(
        Mistake(
            "count_for_label",
            lambda train_y, n: np.full(n, counted(train_y)[1].max()),
            "This is how often the most frequent label occurs. The label itself is asked for.",
        ),
        Mistake(
            "position_for_label",
            lambda train_y, n: np.full(n, counted(train_y)[1].argmax()),
            "argmax gives a position in the list of labels that occur. Look up which label stands there.",
        ),
        Mistake(
            "single_answer",
            lambda train_y, n: counted(train_y)[0][counted(train_y)[1].argmax()],
            "The label comes back once. An answer for each of the n samples is asked for.",
        ),
        Mistake(
            "first_on_tie",
            lambda train_y, n: np.full(n, Counter(train_y.tolist()).most_common(1)[0][0]),
            "Right, but on a tie the label came back that is met first. The smallest is asked for.",
        ),
        Mistake(
            "largest_on_tie",
            lambda train_y, n: np.full(
                n, max(counted(train_y.tolist())[0], key=lambda k: (sum(train_y == k), k))
            ),
            "Right, but on a tie the largest label came back. The smallest is asked for.",
        ),
        Mistake(
            "length_of_training_set",
            lambda train_y, n: np.full(len(train_y), counted(train_y)[0][counted(train_y)[1].argmax()]),
            "There are as many answers as training labels. n says how many are wanted.",
        ),
        Mistake(
            "median",
            lambda train_y, n: np.full(n, int(np.median(train_y))),
            "This is the label in the middle. Labels are names: count them, their size means nothing.",
        ),
        Mistake(
            "largest_label",
            lambda train_y, n: np.full(n, train_y.max()),
            "This is the largest label, not the one that occurs most often.",
        ),
    ),
    hints=(
        "Two steps: find the label that occurs most often, then repeat it n times.",
        "np.unique can count for you (return_counts=True), and sorts the labels. np.full repeats a number.",
        "The position of the largest count is the position of the label. argmax takes the first of equal "
        "counts, which in a sorted list belongs to the smallest label.",
    ),
    difficulty=1,
    importance=5,
    minutes=5,
)


def clouds(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Training samples, labels and new samples; exact ties on whole numbers, and elsewhere no near ones."""
    yield np.array([[0.0], [4.0]]), np.array([0, 1]), np.array([[1.0]])
    yield np.array([[0.0], [4.0]]), np.array([6, 2]), np.array([[2.0]])
    yield np.array([[0.0], [4.0]]), np.array([2, 6]), np.array([[2.0], [3.0]])
    yield np.array([[0.0], [2.0], [10.0]]), np.array([5, 5, 3]), np.array([[4.0], [9.0]])
    yield np.array([[0.0], [8.0], [6.0]]), np.array([1, 1, 4]), np.array([[7.5], [3.0]])
    yield np.array([[0.0], [0.0], [9.0], [8.0]]), np.array([3, 3, 3, 7]), np.array([[6.0], [1.0]])
    yield np.array([[0.0, 0.0], [3.0, 3.0]]), np.array([1, 0]), np.array([[0.0, 4.0]])
    yield np.array([[3.0, 3.0], [0.0, 5.0]]), np.array([8, 4]), np.array([[0.0, 0.0]])
    yield (
        np.array([[1.0, 0.0], [5.0, 0.0], [5.0, 4.0]]),
        np.array([2, 0, 1]),
        np.array([[4.0, 1.0], [9.0, 9.0]]),
    )
    for n, features, classes, m in (
        (6, 2, 2, 2), (8, 2, 3, 3), (9, 2, 3, 3), (10, 3, 3, 4), (12, 2, 4, 4), (12, 3, 3, 5), (15, 3, 4, 5),
        (18, 2, 5, 6), (20, 4, 4, 6), (24, 5, 4, 8), (30, 4, 6, 8), (40, 8, 5, 10),
    ):  # fmt: skip
        yield _cloud(rng, n, features, classes, m)


def _cloud(rng, n, features, classes, m):
    """Overlapping classes of unequal size, named by some of the ten digits."""
    names = rng.choice(10, classes, replace=False)
    train_y = np.concatenate([names, rng.choice(names, n - classes)])  # every class is there
    train_x = (rng.normal(0, 2, (10, features))[train_y] + rng.normal(0, 1.5, (n, features))).round(1)
    centroids = np.array([train_x[train_y == name].mean(axis=0) for name in names])
    new = []
    while len(new) < m:
        x = rng.normal(0, 2.5, features).round(1)
        nearest, second = np.sort(np.linalg.norm(centroids - x, axis=1))[:2]
        if second - nearest > 0.05:  # whoever computes in float32 gets the same answer
            new.append(x)
    return train_x, train_y, np.array(new)


def centroids_of(train_x, train_y, centre=np.mean):
    labels = np.unique(train_y)
    return labels, np.array([centre(train_x[train_y == label], axis=0) for label in labels])


def by_scores(scores, largest=False):
    """A classifier by some score of each class's centroid."""

    def predict(train_x, train_y, x):
        labels, centroids = centroids_of(train_x, train_y)
        values = scores(x[:, None], centroids)  # (m, k)
        return labels[values.argmax(axis=1) if largest else values.argmin(axis=1)]

    return predict


def euclidean(x, centroids):
    return np.linalg.norm(x - centroids, axis=2)


def nearest_sample(train_x, train_y, x):
    return train_y[euclidean(x[:, None], train_x).argmin(axis=1)]


def position_of_class(train_x, train_y, x):
    return euclidean(x[:, None], centroids_of(train_x, train_y)[1]).argmin(axis=1)


def largest_on_tie(train_x, train_y, x):
    labels, centroids = centroids_of(train_x, train_y)
    return labels[::-1][euclidean(x[:, None], centroids[::-1]).argmin(axis=1)]


def nearest_median(train_x, train_y, x):
    labels, centres = centroids_of(train_x, train_y, np.median)
    return labels[euclidean(x[:, None], centres).argmin(axis=1)]


def first_sample_only(train_x, train_y, x):
    labels, first = np.unique(train_y, return_index=True)
    return labels[euclidean(x[:, None], train_x[first]).argmin(axis=1)]


def centroids_up_to_the_largest(absent):
    """Nearest centroids where `absent` is the centroid of every label that does not occur."""

    def predict(train_x, train_y, x):
        present, means = centroids_of(train_x, train_y)
        centroids = np.full((train_y.max() + 1, train_x.shape[1]), absent)
        centroids[present] = means
        return euclidean(x[:, None], centroids).argmin(axis=1)

    return predict


def first_met_on_tie(train_x, train_y, x):
    labels = np.array(list(dict.fromkeys(train_y.tolist())))
    centroids = np.array([train_x[train_y == label].mean(axis=0) for label in labels])
    return labels[euclidean(x[:, None], centroids).argmin(axis=1)]


def nearest_sum(train_x, train_y, x):
    labels, centres = centroids_of(train_x, train_y, np.sum)
    return labels[euclidean(x[:, None], centres).argmin(axis=1)]


NEAREST_CENTROID_PREDICT = Exercise(
    reference=reference.nearest_centroid_predict,
    cases=clouds,
    mistakes=(
        Mistake(
            "position_for_label",
            position_of_class,
            "argmin gives the position of the nearest class, not its label. Which label stands there?",
        ),
        Mistake(
            "nearest_sample",
            nearest_sample,
            "This is the label of the nearest sample. Average each class first, and compare with the means.",
        ),
        Mistake(
            "first_sample_only",
            first_sample_only,
            "Each class is represented by its first sample. The centroid is the mean of all of them.",
        ),
        Mistake(
            "manhattan",
            by_scores(lambda x, centroids: np.abs(x - centroids).sum(axis=2)),
            "The absolute differences were added. The Euclidean distance squares them first.",
        ),
        Mistake(
            "farthest",
            by_scores(euclidean, largest=True),
            "These are the classes that are farthest away. Look at which end of the distances you take.",
        ),
        Mistake(
            "dot_product",
            by_scores(lambda x, centroids: (x * centroids).sum(axis=2), largest=True),
            "The largest dot product is not the smallest distance: a long centroid wins too often. Subtract.",
        ),
        Mistake(
            "largest_on_tie",
            largest_on_tie,
            "Right, but at equal distances the largest label came back. The smallest is asked for.",
        ),
        Mistake(
            "first_met_on_tie",
            first_met_on_tie,
            "Right, but at equal distances the label came back that is met first. The smallest is asked for.",
        ),
        Mistake(
            "absent_labels_at_zero",
            centroids_up_to_the_largest(0.0),
            "Labels that don't occur were given a centroid of zeros, which is sometimes the nearest. Take "
            "the labels that occur, and no others.",
        ),
        Mistake(
            "absent_labels_are_nan",
            centroids_up_to_the_largest(np.nan),
            "Labels that don't occur have a centroid of nan, the mean of nothing, and argmin stops there. "
            "Take the labels that occur, and no others.",
        ),
        Mistake(
            "summed",
            nearest_sum,
            "The samples of each class were summed. A centroid is their mean, so divide by their number.",
        ),
        Mistake(
            "median",
            nearest_median,
            "The centres are medians. A centroid is the mean of a class, feature by feature.",
        ),
    ),
    hints=(
        "Two steps. Training: for each label that occurs, the mean of its samples. Prediction: for each new "
        "sample, the label of the nearest mean.",
        "np.unique gives the labels, sorted. train_x[train_y == label] are the samples of one class; average "
        "them over axis 0. np.linalg.norm of a difference is a distance.",
        "x[:, None] has shape (m, 1, features), so subtracting the centroids (k, features) gives all m × k "
        "differences at once. argmin along the classes gives positions in the list of labels.",
    ),
    difficulty=3,
    importance=4,
    minutes=12,
)


def two_layers(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Weights and biases of two layers: all of equal size and not, single units, biases zero and not."""
    one = np.array([[1.0, 2.0]]), np.array([0.0, 1.0]), np.array([[3.0], [1.0]]), np.array([5.0])
    yield np.array([[2.0]]), np.array([3.0]), np.array([[4.0]]), np.array([-5.0])
    yield np.array([[-2.0]]), np.array([0.0]), np.array([[3.0]]), np.array([1.0])
    yield np.array([[1.5]]), np.array([2.0]), np.array([[-1.0]]), np.array([0.0])
    yield one
    yield np.eye(2), np.array([1.0, -2.0]), np.array([[1.0, 2.0], [0.0, 3.0]]), np.array([0.5, -1.0])
    yield (
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        np.array([1.0, -1.0]),
        np.array([[0.0, 1.0], [2.0, -1.0]]),
        np.zeros(2),
    )
    for inputs, hidden, units in (
        (2, 2, 2), (2, 2, 2), (3, 3, 3), (1, 2, 1), (2, 1, 2), (2, 3, 1), (3, 2, 2), (2, 4, 3), (3, 3, 2),
        (4, 2, 4), (4, 3, 2), (4, 4, 4), (5, 3, 2), (3, 6, 4), (6, 2, 5),
    ):  # fmt: skip
        W1, b1 = rng.integers(-6, 7, (inputs, hidden)) / 2, rng.integers(1, 7, hidden) / 2
        W2, b2 = rng.integers(-6, 7, (hidden, units)) / 2, rng.integers(-6, 7, units) / 2
        yield W1, b1, W2, b2


def with_relu(W1, b1, W2, b2):
    return np.maximum(W1, 0) @ W2, np.maximum(b1, 0) @ W2 + b2


LINEAR_COLLAPSE = Exercise(
    reference=reference.linear_collapse,
    cases=two_layers,
    mistakes=(
        Mistake(
            "first_bias_forgotten",
            lambda W1, b1, W2, b2: (W1 @ W2, b2),
            "The bias is that of the second layer alone. The first one's goes through the second layer, too.",
        ),
        Mistake(
            "second_bias_forgotten",
            lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2),
            "The first layer's bias is there; the second layer adds one of its own.",
        ),
        Mistake(
            "biases_added",
            lambda W1, b1, W2, b2: (W1 @ W2, b1 + b2),
            "The biases were added as they are. Multiply the formula out: what meets b₁ on its way?",
        ),
        Mistake(
            "wrong_order",
            lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1 + b2),
            "The matrices are in the wrong order. X comes from the left and meets W₁ first.",
        ),
        Mistake(
            "element_by_element",
            lambda W1, b1, W2, b2: (W1 * W2, b1 * W2 + b2),
            "The sign * multiplies number by number. XW is a matrix product.",
        ),
        Mistake(
            "weights_added",
            lambda W1, b1, W2, b2: (W1 + W2, b1 + b2),
            "The two layers were added. They come one after the other: put the first into the second.",
        ),
        Mistake(
            "relu_between",
            with_relu,
            "There is an activation in it. These two layers have none, which is why one can replace them.",
        ),
        Mistake(
            "weights_only",
            lambda W1, b1, W2, b2: W1 @ W2,
            "These are the weights. A layer has a bias, too: return both.",
        ),
    ),
    hints=(
        "Multiply the formula out on paper: (XW₁ + b₁)W₂ + b₂. Which part has an X, and which has none?",
        "What multiplies X is W. All that is left without X is the bias: there are two terms of it.",
        "Both b₁ and the rows of X go through W₂ in the same way: from the left, with the operator @.",
    ),
    difficulty=2,
    importance=5,
    minutes=6,
)


def rows_of_pixels(rng: np.random.Generator) -> Iterator[Case]:
    """No arguments, and rows of random pixels to run the model on.

    Half of them are brighter than pixels are, to reach where a ReLU that is cut off stops growing.
    """
    x = rng.random((8, 784)).astype("float32")
    x[::2] *= 10
    yield Case((), inputs=x, secret=x)


def guide_model(
    hidden="relu",
    output="softmax",
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=("accuracy",),
    shape=(784,),
    units=(128,),
):
    """The model, or with other settings a wrong one."""
    import keras

    inner = [keras.layers.Dense(n, activation=hidden) for n in units]
    model = keras.Sequential([keras.Input(shape), *inner, keras.layers.Dense(10, activation=output)])
    if optimizer is not None:
        model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics))
    return model


def from_logits():
    import keras

    return guide_model(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))


def accuracy_object():
    import keras

    return guide_model(metrics=[keras.metrics.Accuracy()])


FIRST_MODEL = Exercise(
    reference=reference.first_model,
    kind="model",
    verify=is_first_model,
    artefact="model",
    cases=rows_of_pixels,
    mistakes=(
        Mistake(
            "no_softmax",
            lambda: guide_model(output=None),
            "The last layer gives plain scores. What turns them into probabilities is missing.",
        ),
        Mistake(
            "sigmoid_output",
            lambda: guide_model(output="sigmoid"),
            "With sigmoid each of the ten outputs is a yes or no by itself. One digit of ten is asked for: "
            "they must share a sum of 1.",
        ),
        Mistake(
            "no_relu",
            lambda: guide_model(hidden=None),
            "The hidden layer has no activation, so the two layers are worth one: see linear_collapse.",
        ),
        Mistake(
            "one_hot_loss",
            lambda: guide_model(loss="categorical_crossentropy"),
            "This loss wants labels as rows of 0 and 1. Ours are whole numbers; the loss for them is named "
            "almost the same.",
        ),
        Mistake(
            "from_logits",
            from_logits,
            "from_logits=True tells the loss to apply softmax. Your last layer has done it already, so it "
            "would be applied twice.",
        ),
        Mistake(
            "not_compiled",
            lambda: guide_model(optimizer=None),
            "The layers are right, but the model isn't compiled: it has no optimizer, loss and metric.",
        ),
        Mistake(
            "sgd",
            lambda: guide_model(optimizer="sgd"),
            "The optimizer is plain gradient descent. Adam is asked for.",
        ),
        Mistake(
            "no_metric",
            lambda: guide_model(metrics=()),
            "Without a metric, Keras reports the loss and no accuracy.",
        ),
        Mistake(
            "accuracy_object",
            accuracy_object,
            "keras.metrics.Accuracy compares labels with the probabilities themselves, and these are hardly "
            "ever equal. The metric's name as a string lets Keras choose the one that fits.",
        ),
        Mistake(
            "images_not_rows",
            lambda: guide_model(shape=(28, 28)),
            "The model can't take what it is given: one flat row of 784 numbers for each image. Look at the "
            "shape in keras.Input.",
        ),
        Mistake(
            "input_as_dense_layer",
            lambda: guide_model(units=(784, 128)),
            "A Dense layer of 784 units stands for the input. The input is but a shape: keras.Input says it.",
        ),
    ),
    hints=(
        "Three parts in a keras.Sequential: keras.Input with the shape of one sample, then two Dense layers. "
        "Compile it before you return it.",
        "Dense takes the number of units and the name of an activation. compile takes optimizer, loss and "
        "metrics; all three can be given as strings, the metrics in a list.",
        'Names: "relu", "softmax", "adam", "sparse_categorical_crossentropy", "accuracy". The shape of one '
        "sample is a tuple with a single number in it.",
    ),
    difficulty=2,
    importance=5,
    minutes=8,
    seconds=30,
    megabytes=2048,
)

EXERCISES = (
    DENSE_PARAMETER_COUNT,
    ZONE_FEATURES,
    MAJORITY_BASELINE,
    NEAREST_CENTROID_PREDICT,
    LINEAR_COLLAPSE,
    FIRST_MODEL,
)
