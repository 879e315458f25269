"""Lesson 1: how `nearest_centroid_predict` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import introduction as reference


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
    new: list[np.ndarray] = []
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


EXERCISE = Exercise(
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
