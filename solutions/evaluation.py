"""Lesson 6, evaluation: a verdict on a model that one can trust.

    confusion_matrix → accuracy · precision · recall → f1_score → macro_f1 → choose_threshold · roc_auc
    → recalibrate → kfold → stratified_kfold · cross_validate → nested_estimate → diagnose_fit
    → accuracy_interval → better_or_luck

Shapes in comments: n rows, m new rows, k classes or folds. True labels stand before predicted ones, as in
scikit-learn.
"""

import numpy as np


def confusion_matrix(y_true: np.ndarray, y_pred: np.ndarray, num_classes: int) -> np.ndarray:
    """Count which class was taken for which: the table that nearly every figure of a classifier comes from.

    `matrix[i, j] = number of rows of class i that were taken for class j`

    It shows what a single figure hides: which two classes a model mixes up, and which way round. Write it by
    hand, with NumPy or plain Python.

    Args:
        y_true: the true classes, whole numbers from 0 to num_classes − 1, shape (n,), at least one.
        y_pred: the predicted classes, shape (n,).
        num_classes: how many classes there are, k. Some may be missing in these rows.

    Returns:
        Whole numbers, shape (k, k): a row for each true class, a column for each predicted one.

    Source: `sklearn.metrics.confusion_matrix`.

    >>> confusion_matrix(np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), 3)
    array([[1, 2, 0],
           [0, 1, 0],
           [0, 0, 0]])
    """
    matrix = np.zeros((num_classes, num_classes), int)
    for true, predicted in zip(y_true, y_pred, strict=True):
        matrix[true, predicted] += 1
    return matrix


def accuracy(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    """The share of predictions that are right: what you may quote where classes and errors weigh alike.

    `accuracy = number of rows with y_pred = y_true / number of rows`

    Write it by hand, with NumPy or plain Python.

    Args:
        y_true: the true labels, 0 or 1, shape (n,); perhaps there is no row at all.
        y_pred: the predicted labels, 0 or 1, shape (n,).

    Returns:
        A number from 0 to 1, and 0.0 where there is no row.

    Source: `sklearn.metrics.accuracy_score`.

    >>> accuracy(np.array([1, 0, 0, 1]), np.array([1, 0, 1, 1]))
    0.75
    """
    return float(np.mean(y_true == y_pred)) if len(y_true) else 0.0


def precision(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    """How far a positive can be believed: the share of predicted positives that are positive.

    `precision = TP / (TP + FP)`

    TP counts rows of label 1 that were predicted 1, FP rows of label 0 that were predicted 1. It is the
    figure to watch where a false alarm is dear. Write it by hand, with NumPy or plain Python.

    Args:
        y_true: the true labels, 0 or 1, shape (n,); perhaps there is no row at all.
        y_pred: the predicted labels, 0 or 1, shape (n,).

    Returns:
        A number from 0 to 1, and 0.0 where nothing was predicted positive.

    Source: `sklearn.metrics.precision_score`.

    >>> precision(np.array([1, 0, 0, 1]), np.array([1, 1, 1, 1]))
    0.5
    """
    true_positives = np.sum((y_true == 1) & (y_pred == 1))
    predicted = np.sum(y_pred == 1)
    return float(true_positives / predicted) if predicted else 0.0


def recall(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    """How much is found: the share of the positive rows that were predicted positive.

    `recall = TP / (TP + FN)`

    TP counts rows of label 1 that were predicted 1, FN rows of label 1 that were predicted 0. It is the
    figure to watch where a miss is dear. Write it by hand, with NumPy or plain Python.

    Args:
        y_true: the true labels, 0 or 1, shape (n,); perhaps there is no row at all.
        y_pred: the predicted labels, 0 or 1, shape (n,).

    Returns:
        A number from 0 to 1, and 0.0 where no row is positive.

    Source: `sklearn.metrics.recall_score`.

    >>> recall(np.array([1, 1, 1, 0]), np.array([1, 0, 0, 0]))
    0.3333333333333333
    """
    true_positives = np.sum((y_true == 1) & (y_pred == 1))
    positives = np.sum(y_true == 1)
    return float(true_positives / positives) if positives else 0.0


def f1_score(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    """Precision and recall in one figure that is high only where both are: their harmonic mean.

    `F1 = 2 · precision · recall / (precision + recall)`

    It serves to compare models where positives are rare and a false alarm weighs about as much as a miss.
    Write it by hand, with NumPy or plain Python.

    Args:
        y_true: the true labels, 0 or 1, shape (n,); perhaps there is no row at all.
        y_pred: the predicted labels, 0 or 1, shape (n,).

    Returns:
        A number from 0 to 1, and 0.0 where no positive was found.

    Source: `sklearn.metrics.f1_score`.

    >>> f1_score(np.array([1, 1, 0, 0]), np.array([1, 0, 1, 1]))
    0.4
    """
    p, r = precision(y_true, y_pred), recall(y_true, y_pred)
    return 2 * p * r / (p + r) if p + r else 0.0


def macro_f1(y_true: np.ndarray, y_pred: np.ndarray, num_classes: int) -> float:
    """F1 of each class against all others, in the mean: a rare class counts as much as a frequent one.

    `macro F1 = (F1 of class 0 + … + F1 of class k − 1) / k`

    For the F1 of class c, the rows of class c are the positive ones. The figure is for problems with many
    classes of which the rare ones matter. Write it by hand, with NumPy or plain Python.

    Args:
        y_true: the true classes, whole numbers from 0 to num_classes − 1, shape (n,), at least one.
        y_pred: the predicted classes, shape (n,).
        num_classes: how many classes there are, k. A class that stands neither in y_true nor in y_pred has
            F1 0.0 and counts in the mean.

    Returns:
        A number from 0 to 1.

    Source: `sklearn.metrics.f1_score(average="macro")`, with all classes as its `labels`.

    >>> macro_f1(np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1]), 3)
    0.5555555555555555
    """
    of_classes = [f1_score((y_true == c).astype(int), (y_pred == c).astype(int)) for c in range(num_classes)]
    return float(np.mean(of_classes))


def choose_threshold(
    scores: np.ndarray, labels: np.ndarray, cost_false_positive: float, cost_false_negative: float
) -> float:
    """Choose from which score on to say yes, where a false alarm and a miss cost different amounts.

    A model's scores are given, the decision is yours: a row is called positive where `score > threshold`.
    Your threshold will decide on thousands of fresh rows of the same kind. What it costs there may be at most
    1.1 times what the best threshold for those rows would cost, in the mean over several sets of data.

    With NumPy or plain Python, nothing else.

    Args:
        scores: one for each row, higher for likelier positives, shape (n,), some hundred rows. They may be
            probabilities or not, and probabilities may be wrong ones.
        labels: 0 or 1, shape (n,).
        cost_false_positive: what it costs to call a row of label 0 positive, above 0.
        cost_false_negative: what it costs not to call a row of label 1 positive, above 0.

    Returns:
        A threshold, in the units of the scores; −∞ calls all rows positive and ∞ none.

    >>> choose_threshold(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 1, 0, 1]), 1.0, 10.0)
    1.0
    """
    candidates = np.concatenate([[-np.inf], np.sort(scores)])
    costs = [
        cost_false_positive * np.sum((scores > threshold) & (labels == 0))
        + cost_false_negative * np.sum((scores <= threshold) & (labels == 1))
        for threshold in candidates
    ]
    return float(candidates[np.argmin(costs)])


def roc_auc(y_true: np.ndarray, scores: np.ndarray) -> float:
    """The area under the ROC curve: how well scores put positives before negatives, whatever the threshold.

    Draw one positive and one negative row by chance: it is the probability that the positive one has the
    higher score, where equal scores count half.

    `AUC = (pairs with the positive's score higher + ½ · pairs with equal scores) / pairs`

    It judges a ranking before anybody has chosen a threshold. Write it by hand, with NumPy or plain Python.

    Args:
        y_true: the labels, 0 or 1, shape (n,), at least one of each.
        scores: one for each row, shape (n,); any numbers, higher for likelier positives.

    Returns:
        A number from 0 to 1; 0.5 is what scores by lot come to.

    Source: Hanley & McNeil (1982), "The Meaning and Use of the Area under a Receiver Operating Characteristic
    (ROC) Curve".

    >>> roc_auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875
    """
    positives, negatives = scores[y_true == 1], scores[y_true == 0]
    differences = positives[:, None] - negatives  # (positives, negatives)
    return float(np.mean((differences > 0) + 0.5 * (differences == 0)))


def recalibrate(logits: np.ndarray, labels: np.ndarray, new_logits: np.ndarray) -> np.ndarray:
    """Turn the logits of a model that is too sure of itself, or too modest, into honest probabilities.

    Whoever acts on "90 %" needs it to be right in nine of ten cases. Such a model ranks its classes well
    enough; softmax of its logits promises too much or too little. What you know of it are rows that it hadn't
    been trained on, with their labels.

    You are judged by the log loss of your probabilities on new rows: in the mean over several models of a
    kind it may be at most 1.03 times what the best softmax of the new logits, all multiplied by one number,
    comes to.

    Args:
        logits: what the model gives for n rows and k classes, shape (n, k).
        labels: the true classes of these rows, whole numbers from 0 to k − 1, shape (n,).
        new_logits: what it gives for m new rows, shape (m, k). No array is changed in place.

    Returns:
        The probabilities of the new rows, shape (m, k); each row sums to 1.

    Source: Guo, Pleiss, Sun & Weinberger (2017), "On Calibration of Modern Neural Networks".

    >>> logits = np.array([[4.0, 0.0], [4.0, 0.0], [0.0, 4.0], [0.0, 4.0]])
    >>> probabilities = recalibrate(logits, np.array([0, 1, 1, 1]), np.array([[4.0, 0.0]]))
    >>> probabilities.round(2)
    array([[0.75, 0.25]])
    """

    def softmax(z):
        powers = np.exp(z - z.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def log_loss(temperature):
        of_labels = softmax(logits / temperature)[np.arange(len(labels)), labels]  # (n,)
        return -np.mean(np.log(np.maximum(of_labels, 1e-300)))

    temperatures = np.geomspace(0.05, 20, 200)
    return softmax(new_logits / min(temperatures, key=log_loss))


def kfold(n: int, k: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Part n rows into k folds, so that each row is in the test part once and in training otherwise.

    Of few rows, all serve for both: k models are trained, and each is judged by rows that it hasn't seen. The
    folds are contiguous and in order. If k doesn't divide n, the first `n % k` folds have one row more.
    Write it by hand, with NumPy or plain Python.

    Args:
        n: how many rows there are.
        k: how many folds, from 2 to n.

    Returns:
        A list of k pairs `(train, test)` of indices, each in rising order.

    Source: `sklearn.model_selection.KFold`.

    >>> kfold(5, 2)
    [(array([3, 4]), array([0, 1, 2])), (array([0, 1, 2]), array([3, 4]))]
    """
    rows = np.arange(n)
    return [(np.setdiff1d(rows, test), test) for test in np.array_split(rows, k)]


def stratified_kfold(y: np.ndarray, k: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Part rows into k folds that each hold every class in its share.

    In plain folds a rare class may be missing, from training or from the test, and sorted rows make them
    useless. Of a class with c rows, each test part here has `c / k` rows, up to one row more or less.

    Write it by hand, with NumPy or plain Python.

    Args:
        y: labels, whole numbers, shape (n,), in any order. Of a rare class there may be fewer than k rows.
        k: how many folds, from 2 to n.

    Returns:
        A list of k pairs `(train, test)` of indices, in any order: each row is in the test part of one fold,
        and in the training part of all others.

    Source: `sklearn.model_selection.StratifiedKFold`.

    >>> folds = stratified_kfold(np.array([0, 0, 0, 0, 1, 1]), 2)
    >>> [test.tolist() for train, test in folds]
    [[0, 2, 4], [1, 3, 5]]
    """
    by_class = np.argsort(y, kind="stable")  # rows of one class behind each other, dealt out in turn
    tests = [np.sort(by_class[fold::k]) for fold in range(k)]
    return [(np.setdiff1d(by_class, test), test) for test in tests]


def cross_validate(f, X: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    """Judge a way to learn by k models, each asked about the fold that it hasn't seen.

    The k accuracies tell two things: their mean what to expect, and how far they lie apart how little one
    split would have told. The folds are those of `kfold`: contiguous, in order, and of n rows the first
    `n % k` folds have one row more. Write it by hand, with NumPy or plain Python.

    Args:
        f: a function `f(X_train, y_train, X_test)`: it learns from the rows X_train and their labels, and
            returns a label for each row of X_test.
        X: rows, shape (n, features). No array is changed in place.
        y: their labels, shape (n,).
        k: how many folds, from 2 to n.

    Returns:
        The accuracy on each fold, in order, shape (k,).

    Source: `sklearn.model_selection.cross_val_score`.

    >>> def always_1(X_train, y_train, X_test):
    ...     return np.ones(len(X_test))
    >>> cross_validate(always_1, np.zeros((4, 1)), np.array([1, 1, 0, 1]), 2)
    array([1. , 0.5])
    """
    return np.array([np.mean(f(X[train], y[train], X[test]) == y[test]) for train, test in kfold(len(X), k)])


def nested_estimate(f, settings: list, X: np.ndarray, y: np.ndarray, seed: int) -> float:
    """Say what to expect of a search before anybody sees new rows: "try all settings, take the best".

    Somebody will try every setting on these rows, take the one that looks best, and train with it on all of
    them. How accurate will that model be on new rows? You are judged by means over some forty sets of data.
    In half of them there is nothing to learn: over these, you may expect at most 4 points too much and 7 too
    little. In some, all settings are the same: there you may be off by at most 5 points, and over the others
    by at most 7.

    NumPy will do; scikit-learn is there if you like.

    Args:
        f: a function `f(setting, X_train, y_train, X)`: it learns from the rows X_train and their labels,
            and returns a label for each row of X.
        settings: twenty to sixty settings, each a list of numbers that means something to f.
        X: rows, shape (n, features), perhaps sorted by their labels. No array is changed in place.
        y: their labels, 0 or 1, shape (n,).
        seed: for what is drawn.

    Returns:
        The accuracy to expect, a number from 0 to 1.

    Source: Cawley & Talbot (2010), "On Over-fitting in Model Selection and Subsequent Selection Bias in
    Performance Evaluation".

    >>> def says(setting, X_train, y_train, X):
    ...     return np.full(len(X), setting[0])
    >>> nested_estimate(says, [[0], [1]], np.zeros((20, 1)), np.array([0] * 2 + [1] * 18), seed=0)
    0.9
    """
    rng, rows, found = np.random.default_rng(seed), np.arange(len(X)), 0

    def right(setting, train, test):
        return np.sum(f(setting, X[train], y[train], X[test]) == y[test])

    for test in np.array_split(rng.permutation(rows), 5):
        seen = np.setdiff1d(rows, test)  # all that the search may look at
        folds = [(np.setdiff1d(seen, fold), fold) for fold in np.array_split(rng.permutation(seen), 3)]
        best = max(settings, key=lambda setting: sum(right(setting, *fold) for fold in folds))
        found += right(best, seen, test)
    return float(found / len(X))


def diagnose_fit(train_score: float, val_score: float, target: float, gap: float) -> str:
    """Name what is wrong with a model by its two scores, since the cures are opposite ones.

    `"underfitting"` if the training score is below the target. If it is not, `"overfitting"` if the training
    score is above the validation score by more than the gap. Otherwise `"good fit"`.

    Args:
        train_score: the score on the rows it was trained on, higher is better.
        val_score: the score on validation rows, perhaps above the other one.
        target: the training score that can be expected of a model that fits.
        gap: how far the two scores may be apart.

    Returns:
        One of the three texts.

    >>> diagnose_fit(0.99, 0.81, target=0.9, gap=0.05)
    'overfitting'
    """
    if train_score < target:
        return "underfitting"
    return "overfitting" if train_score - val_score > gap else "good fit"


def accuracy_interval(right: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """Say between which bounds a model's accuracy lies, where rows of one group are alike.

    Several images of one patient, several visits of one customer: a model that errs on one of them is likely
    to err on the others. An accuracy without bounds can't be compared with anything. Yours are to be those of
    a 95 % interval for the accuracy on new groups.

    Over several hundred sets of test rows, your interval is to hold the true accuracy in at least 85 % of
    them, and to be at most 1.2 times as wide as ours, in the mean.

    With NumPy or plain Python, nothing else.

    Args:
        right: whether the model was right on each test row, `True` or `False`, shape (n,).
        groups: the group that each row is of, whole numbers, shape (n,). The rows stand in no order, and
            groups differ in size; you are judged with 100 or more of them.

    Returns:
        `(low, high)`.

    Source: Field & Welsh (2007), "Bootstrapping Clustered Data".

    >>> right, groups = np.arange(80) % 4 > 0, np.arange(80) // 2
    >>> low, high = accuracy_interval(right, groups)
    >>> 0.6 < low < 0.75 < high < 0.9
    True
    """
    place = np.unique(groups, return_inverse=True)[1]  # (n,), groups numbered from 0
    sizes, hits = np.bincount(place), np.bincount(place, weights=right)
    draws = np.random.default_rng(0).integers(0, len(sizes), (1000, len(sizes)))
    shares = hits[draws].sum(axis=1) / sizes[draws].sum(axis=1)  # (1000,)
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)


def better_or_luck(right_a: np.ndarray, right_b: np.ndarray) -> str:
    """Decide whether one of two models is better, or whether what you see may be luck.

    Both were asked about the same test rows, and one got more of them right. You are judged over hundreds of
    pairs of models, with 200, 1,000 and 5,000 test rows: of models that are equally good you may call at most
    10 % different, and where one is better you must find it in at least 80 %.

    NumPy will do; SciPy is there if you like.

    Args:
        right_a: whether model a was right on each row, `True` or `False`, shape (n,).
        right_b: the same for model b, on the same rows.

    Returns:
        `"a"` or `"b"`, the model that is better, or `"same"` where that can't be told.

    Source: Dietterich (1998), "Approximate Statistical Tests for Comparing Supervised Classification Learning
    Algorithms".

    >>> right_a, right_b = np.ones(200, bool), np.arange(200) >= 40
    >>> better_or_luck(right_a, right_b), better_or_luck(right_a, right_a)
    ('a', 'same')
    """
    only_a, only_b = np.sum(right_a & ~right_b), np.sum(right_b & ~right_a)
    # By chance each row on which they differ would fall to either side, like a coin.
    if abs(only_a - only_b) <= 1.96 * np.sqrt(only_a + only_b):
        return "same"
    return "a" if only_a > only_b else "b"
