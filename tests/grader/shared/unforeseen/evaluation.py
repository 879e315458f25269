"""Wrong answers to the value exercises of lesson 6, evaluation, each with its true cause."""

# ruff: noqa: F811, RET505, B007

import numpy as np
from unforeseen.catalogue import wrong


def my_kfold(n, k):
    """What a learner has handed in before, and uses again."""
    folds = []
    start = 0
    for i in range(k):
        size = n // k + (1 if i < n % k else 0)
        test = np.arange(start, start + size)
        train = np.concatenate([np.arange(start), np.arange(start + size, n)])
        folds.append((train, test))
        start += size
    return folds


def my_precision(y_true, y_pred):
    """What a learner has handed in before, and uses again."""
    predicted = np.sum(y_pred == 1)
    return float(np.sum((y_true == 1) & (y_pred == 1)) / predicted) if predicted else 0.0


def my_recall(y_true, y_pred):
    """What a learner has handed in before, and uses again."""
    positives = np.sum(y_true == 1)
    return float(np.sum((y_true == 1) & (y_pred == 1)) / positives) if positives else 0.0


def my_f1(y_true, y_pred):
    """What a learner has handed in before, and uses again."""
    p, r = my_precision(y_true, y_pred), my_recall(y_true, y_pred)
    return 2 * p * r / (p + r) if p + r else 0.0


@wrong("confusion_matrix", "counts one class fewer: the last class's row and column are missing")
def confusion_matrix(y_true, y_pred, num_classes):
    k = max(num_classes - 1, 1)
    matrix = np.zeros((k, k), dtype=int)
    for t, p in zip(y_true, y_pred, strict=True):
        if t < k and p < k:
            matrix[t, p] += 1
    return matrix


@wrong("confusion_matrix", "counts each wrong row in both of its places, so the matrix is symmetric")
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for i in range(len(y_true)):
        a, b = y_true[i], y_pred[i]
        matrix[a, b] += 1
        if a != b:
            matrix[b, a] += 1
    return matrix


@wrong("confusion_matrix", "fills in the mistakes only: the diagonal stays 0")
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for t, p in zip(y_true, y_pred, strict=True):
        if t == p:
            continue
        matrix[t][p] += 1
    return matrix


@wrong("confusion_matrix", "begins with ones in place of zeros, so each count is one too large")
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.ones((num_classes, num_classes), dtype=int)
    for i in range(len(y_true)):
        matrix[y_true[i], y_pred[i]] += 1
    return matrix


@wrong("confusion_matrix", "the loop leaves the last row of the data out")
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for i in range(len(y_true) - 1):
        matrix[y_true[i], y_pred[i]] += 1
    return matrix


@wrong("confusion_matrix", "numbers the classes from the last: both axes are reversed")
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for t, p in zip(y_true, y_pred, strict=True):
        matrix[-t - 1, -p - 1] += 1
    return matrix


@wrong(
    "confusion_matrix",
    "for a wrong row it counts the predicted class against itself, too, as if it were right",
)
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for t, p in zip(y_true, y_pred, strict=True):
        matrix[p, p] += 1
        if t != p:
            matrix[t, p] += 1
    return matrix


@wrong(
    "confusion_matrix", "all rows of the matrix are one and the same list, so each count stands in every row"
)
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = [[0] * num_classes] * num_classes
    for t, p in zip(y_true, y_pred, strict=True):
        matrix[t][p] += 1
    return np.array(matrix)


@wrong("confusion_matrix", "shares of each predicted class, along the columns, in place of counts")
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes))
    for t, p in zip(y_true, y_pred, strict=True):
        matrix[t, p] += 1
    columns = matrix.sum(axis=0)
    columns[columns == 0] = 1
    return matrix / columns


@wrong(
    "confusion_matrix", "multiplies the counts of true and predicted classes, without looking at the pairs"
)
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for i in range(num_classes):
        for j in range(num_classes):
            matrix[i, j] = np.sum(y_true == i) * np.sum(y_pred == j)
    return matrix


@wrong("confusion_matrix", "joins the conditions by or: rows of either class are counted")
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for i in range(num_classes):
        for j in range(num_classes):
            matrix[i, j] = np.sum((y_true == i) | (y_pred == j))
    return matrix


@wrong(
    "confusion_matrix", "a pair of classes is set to 1 in place of counted, and rows and columns are swapped"
)
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for t, p in zip(y_true, y_pred, strict=True):
        matrix[p, t] = 1
    return matrix


@wrong("confusion_matrix", "rows and columns are swapped, and the counts are divided by the number of rows")
def confusion_matrix(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes))
    for t, p in zip(y_true, y_pred, strict=True):
        matrix[p, t] += 1
    return matrix / len(y_true)


@wrong("accuracy", "divides by the number of rows that are positive in place of all")
def accuracy(y_true, y_pred):
    right = np.sum(y_true == y_pred)
    positives = np.sum(y_true == 1)
    if positives == 0:
        return 0.0
    return float(right / positives)


@wrong("accuracy", "gives 1.0 where there is no row, for nothing is wrong")
def accuracy(y_true, y_pred):
    if len(y_true) == 0:
        return 1.0
    wrong_rows = 0
    for t, p in zip(y_true, y_pred, strict=True):
        if t != p:
            wrong_rows += 1
    return 1 - wrong_rows / len(y_true)


@wrong("accuracy", "divides by the number of rows less one")
def accuracy(y_true, y_pred):
    n = len(y_true)
    if n <= 1:
        return float(np.sum(y_true == y_pred))
    return float(np.sum(y_true == y_pred) / (n - 1))


@wrong("accuracy", "rounds the share to two places")
def accuracy(y_true, y_pred):
    if len(y_true) == 0:
        return 0.0
    correct = 0
    for i in range(len(y_true)):
        if y_true[i] == y_pred[i]:
            correct += 1
    return round(correct / len(y_true), 2)


@wrong("accuracy", "asks whether all rows are right in place of the share that is")
def accuracy(y_true, y_pred):
    if len(y_true) == 0:
        return 0.0
    return 1.0 if np.array_equal(y_true, y_pred) else 0.0


@wrong("accuracy", "divides by the rows of both arrays together, twice as many")
def accuracy(y_true, y_pred):
    total = len(y_true) + len(y_pred)
    if total == 0:
        return 0.0
    right = int((y_true == y_pred).sum())
    return right / total


@wrong("accuracy", "compares the numbers of positives only, and not row by row")
def accuracy(y_true, y_pred):
    n = len(y_true)
    if n == 0:
        return 0.0
    difference = abs(int(np.sum(y_true)) - int(np.sum(y_pred)))
    return 1 - difference / n


@wrong("accuracy", "takes the mean of the recalls of both labels: balanced accuracy")
def accuracy(y_true, y_pred):
    if len(y_true) == 0:
        return 0.0
    shares = []
    for label in (0, 1):
        rows = y_true == label
        if np.any(rows):
            shares.append(np.mean(y_pred[rows] == label))
    return float(np.mean(shares))


@wrong(
    "accuracy",
    "divides the found positives by the rows that are positive or were predicted so; right zeros don't count",
)
def accuracy(y_true, y_pred):
    both = np.sum((y_true == 1) & (y_pred == 1))
    either = np.sum((y_true == 1) | (y_pred == 1))
    return float(both / either) if either else 0.0


@wrong("accuracy", "returns in the loop, so that the first row alone decides")
def accuracy(y_true, y_pred):
    correct = 0
    for t, p in zip(y_true, y_pred, strict=True):
        if t == p:
            correct += 1
        return correct / 1
    return 0.0


@wrong("accuracy", "counts right zeros only, a slip of the label")
def accuracy(y_true, y_pred):
    n = len(y_true)
    if n == 0:
        return 0.0
    right = 0
    for i in range(n):
        if y_true[i] == 0 and y_pred[i] == 0:
            right += 1
    return right / n


@wrong("accuracy", "a wrong row counts -1 in place of 0")
def accuracy(y_true, y_pred):
    if len(y_true) == 0:
        return 0.0
    score = 0
    for t, p in zip(y_true, y_pred, strict=True):
        score += 1 if t == p else -1
    return score / len(y_true)


@wrong("accuracy", "the share of errors, in percent")
def accuracy(y_true, y_pred):
    n = len(y_true)
    if n == 0:
        return 0.0
    errors = 0
    for i in range(n):
        errors += int(y_true[i] != y_pred[i])
    return 100 * errors / n


@wrong("precision", "divides by TP + FN + FP: misses stand below the line as well")
def precision(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    if tp + fp + fn == 0:
        return 0.0
    return float(tp / (tp + fp + fn))


@wrong("precision", "the share of false alarms among the predicted positives")
def precision(y_true, y_pred):
    fp = 0
    predicted = 0
    for t, p in zip(y_true, y_pred, strict=True):
        if p == 1:
            predicted += 1
            if t == 0:
                fp += 1
    if predicted == 0:
        return 0.0
    return fp / predicted


@wrong("precision", "counts right zeros as true positives, too")
def precision(y_true, y_pred):
    right = np.sum(y_true == y_pred)
    false_positives = np.sum((y_true == 0) & (y_pred == 1))
    if right + false_positives == 0:
        return 0.0
    return float(right / (right + false_positives))


@wrong("precision", "the bracket is missing: TP / TP + FP")
def precision(y_true, y_pred):
    tp = int(np.sum((y_true == 1) & (y_pred == 1)))
    fp = int(np.sum((y_true == 0) & (y_pred == 1)))
    if tp == 0:
        return 0.0
    return tp / tp + fp


@wrong("precision", "the specificity: right zeros among the rows of label 0")
def precision(y_true, y_pred):
    tn = np.sum((y_true == 0) & (y_pred == 0))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    if tn + fp == 0:
        return 0.0
    return float(tn) / float(tn + fp)


@wrong("precision", "returns 1.0 where nothing was predicted positive and no row is, else 0.0")
def precision(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    predicted = np.sum(y_pred)
    if predicted == 0:
        return 1.0 if np.sum(y_true) == 0 else 0.0
    return float(tp / predicted)


@wrong("precision", "returns the number of true positives in place of their share")
def precision(y_true, y_pred):
    tp = 0
    for i in range(len(y_true)):
        if y_true[i] == 1 and y_pred[i] == 1:
            tp += 1
    return float(tp)


@wrong("precision", "divides with a 1 added below, to keep away from 0 / 0")
def precision(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    return float(tp / (tp + fp + 1))


@wrong("precision", "divides true positives by false ones alone")
def precision(y_true, y_pred):
    tp = float(np.sum((y_true == 1) & (y_pred == 1)))
    fp = float(np.sum((y_true == 0) & (y_pred == 1)))
    if fp == 0:
        return 1.0 if tp > 0 else 0.0
    return tp / fp


@wrong("precision", "the mean of the precisions of both labels")
def precision(y_true, y_pred):
    shares = []
    for label in (0, 1):
        chosen = y_pred == label
        if chosen.sum() > 0:
            shares.append(np.mean(y_true[chosen] == label))
        else:
            shares.append(0.0)
    return float(np.mean(shares))


@wrong("precision", "takes rows of label 0 that were predicted 0 for the false positives")
def precision(y_true, y_pred):
    tp = np.sum(y_true * y_pred)
    fp = np.sum((1 - y_true) * (1 - y_pred))
    if tp + fp == 0:
        return 0.0
    return float(tp / (tp + fp))


@wrong(
    "precision",
    "divides the number of positive rows by that of predicted ones, without a look at which are right",
)
def precision(y_true, y_pred):
    predicted = np.count_nonzero(y_pred == 1)
    positive = np.count_nonzero(y_true == 1)
    if predicted == 0:
        return 0.0
    return positive / predicted


@wrong("precision", "divides by the positive rows, as recall does, and gives 1.0 where there are none")
def precision(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    if tp + fn == 0:
        return 1.0
    return float(tp / (tp + fn))


@wrong("recall", "divides by TP + FP + FN: false alarms stand below the line as well")
def recall(y_true, y_pred):
    tp, missed, alarms = 0, 0, 0
    for t, p in zip(y_true, y_pred, strict=True):
        if t == 1 and p == 1:
            tp += 1
        elif t == 1:
            missed += 1
        elif p == 1:
            alarms += 1
    total = tp + missed + alarms
    return tp / total if total > 0 else 0.0


@wrong("recall", "divides by the number of all rows")
def recall(y_true, y_pred):
    if len(y_true) == 0:
        return 0.0
    found = np.sum((y_true == 1) & (y_pred == 1))
    return float(found / len(y_true))


@wrong("recall", "divides the predicted positives, right or wrong, by the positive rows")
def recall(y_true, y_pred):
    positives = np.sum(y_true == 1)
    if positives == 0:
        return 0.0
    return float(np.sum(y_pred == 1) / positives)


@wrong("recall", "the bracket is missing: TP / TP + FN")
def recall(y_true, y_pred):
    tp = int(((y_true == 1) & (y_pred == 1)).sum())
    fn = int(((y_true == 1) & (y_pred == 0)).sum())
    if tp == 0:
        return 0.0
    return tp / tp + fn


@wrong("recall", "divides TP by FN alone")
def recall(y_true, y_pred):
    tp = int(np.sum((y_true == 1) & (y_pred == 1)))
    fn = int(np.sum((y_true == 1) & (y_pred == 0)))
    if fn == 0:
        return 1.0 if tp else 0.0
    return tp / fn


@wrong("recall", "the mean of the recalls of both labels")
def recall(y_true, y_pred):
    values = []
    for label in (0, 1):
        total = np.sum(y_true == label)
        hit = np.sum((y_true == label) & (y_pred == label))
        values.append(hit / total if total else 0.0)
    return float(sum(values) / 2)


@wrong("recall", "gives 0.0 where nothing was missed, as the guard asks for FN in place of TP + FN")
def recall(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    if fn == 0:
        return 0.0
    return float(tp / (tp + fn))


@wrong("recall", "takes FN for rows of label 0 that were predicted 0, the true negatives")
def recall(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fn = np.sum((y_true == 0) & (y_pred == 0))
    if tp + fn == 0:
        return 0.0
    return float(tp / (tp + fn))


@wrong("recall", "the share of negatives that were predicted 1, the false alarm rate")
def recall(y_true, y_pred):
    negatives = y_true == 0
    if not negatives.any():
        return 0.0
    return float(np.mean(y_pred[negatives] == 1))


@wrong("recall", "adds 1 below the line to keep away from 0 / 0")
def recall(y_true, y_pred):
    tp = np.sum(y_true * y_pred)
    positives = np.sum(y_true)
    return float(tp / (positives + 1))


@wrong("recall", "returns how many were found in place of their share")
def recall(y_true, y_pred):
    found = 0
    for t, p in zip(y_true, y_pred, strict=True):
        if t == 1 and t == p:
            found += 1
    return float(found)


@wrong("recall", "gives 1.0 where no row is positive and none was called so, else 0.0")
def recall(y_true, y_pred):
    positives = np.sum(y_true == 1)
    if positives == 0:
        return 1.0 if np.sum(y_pred == 1) == 0 else 0.0
    return float(np.sum((y_true == 1) & (y_pred == 1)) / positives)


@wrong("recall", "divides by the predicted positives, as precision does, and gives 1.0 where there are none")
def recall(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    predicted = np.sum(y_pred == 1)
    if predicted == 0:
        return 1.0
    return float(tp / predicted)


@wrong("f1_score", "the bracket below is missing: 2 · p · r / p + r")
def f1_score(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    if tp == 0:
        return 0.0
    p = tp / np.sum(y_pred == 1)
    r = tp / np.sum(y_true == 1)
    return float(2 * p * r / p + r)


@wrong("f1_score", "adds precision and recall above the line in place of multiplying them")
def f1_score(y_true, y_pred):
    p = my_precision(y_true, y_pred)
    r = my_recall(y_true, y_pred)
    if p + r == 0:
        return 0.0
    return 2 * (p + r) / (p + r)


@wrong("f1_score", "the smaller of precision and recall")
def f1_score(y_true, y_pred):
    p = my_precision(y_true, y_pred)
    r = my_recall(y_true, y_pred)
    return min(p, r)


@wrong("f1_score", "weighs recall more than precision: the formula of F2, 5 p r / (4 p + r)")
def f1_score(y_true, y_pred):
    p = my_precision(y_true, y_pred)
    r = my_recall(y_true, y_pred)
    if p + r == 0:
        return 0.0
    return 5 * p * r / (4 * p + r)


@wrong("f1_score", "counts the misses once only below the line: 2 TP / (2 TP + FP)")
def f1_score(y_true, y_pred):
    tp, fp = 0, 0
    for t, p in zip(y_true, y_pred, strict=True):
        if p == 1 and t == 1:
            tp += 1
        if p == 1 and t == 0:
            fp += 1
    if tp == 0:
        return 0.0
    return 2 * tp / (2 * tp + fp)


@wrong("f1_score", "counts the found positives once below the line: 2 TP / (TP + FP + FN)")
def f1_score(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    total = tp + fp + fn
    return float(2 * tp / total) if total else 0.0


@wrong("f1_score", "the F1 of label 0: all four counts are those of the negatives")
def f1_score(y_true, y_pred):
    t, p = 1 - y_true, 1 - y_pred
    return my_f1(t, p)


@wrong("f1_score", "the mean of both labels' F1, as with average='macro'")
def f1_score(y_true, y_pred):
    if len(y_true) == 0:
        return 0.0
    scores = [my_f1(y_true == label, y_pred == label) for label in (0, 1)]
    return float(np.mean(scores))


@wrong("f1_score", "takes precision twice: recall is computed with the same denominator by a slip of copying")
def f1_score(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    predicted = np.sum(y_pred == 1)
    if tp == 0:
        return 0.0
    p = tp / predicted
    r = tp / predicted
    return float(2 * p * r / (p + r))


@wrong("f1_score", "FN counts rows of label 0 that were predicted 0")
def f1_score(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    fn = np.sum((y_true == 0) & (y_pred == 0))
    below = 2 * tp + fp + fn
    if below == 0:
        return 0.0
    return float(2 * tp / below)


@wrong("f1_score", "gives 1.0 where there is neither a positive row nor a predicted one")
def f1_score(y_true, y_pred):
    if not np.any(y_true == 1) and not np.any(y_pred == 1):
        return 1.0
    p, r = my_precision(y_true, y_pred), my_recall(y_true, y_pred)
    return 2 * p * r / (p + r) if p + r > 0 else 0.0


@wrong("f1_score", "squares the product: (p · r)² in place of p · r, and the 2 is there")
def f1_score(y_true, y_pred):
    p = my_precision(y_true, y_pred)
    r = my_recall(y_true, y_pred)
    if p + r == 0:
        return 0.0
    return 2 * (p * r) ** 2 / (p + r)


@wrong("f1_score", "returns 0.0 for a perfect model, since the guard asks whether there is any error")
def f1_score(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    errors = np.sum(y_true != y_pred)
    if errors == 0 or tp == 0:
        return 0.0
    return float(2 * tp / (2 * tp + errors))


@wrong("f1_score", "forgets the 2, and gives 1.0 where no positive was found")
def f1_score(y_true, y_pred):
    p = my_precision(y_true, y_pred)
    r = my_recall(y_true, y_pred)
    if p + r == 0:
        return 1.0
    return p * r / (p + r)


@wrong("macro_f1", "returns the sum of the classes' F1 in place of their mean")
def macro_f1(y_true, y_pred, num_classes):
    total = 0.0
    for c in range(num_classes):
        total += my_f1((y_true == c).astype(int), (y_pred == c).astype(int))
    return total


@wrong("macro_f1", "leaves class 0 out, but divides by all")
def macro_f1(y_true, y_pred, num_classes):
    scores = []
    for c in range(1, num_classes):
        scores.append(my_f1((y_true == c).astype(int), (y_pred == c).astype(int)))
    return float(sum(scores) / num_classes)


@wrong("macro_f1", "range ends one too early: the last class is left out of the sum and of the number")
def macro_f1(y_true, y_pred, num_classes):
    scores = []
    for c in range(num_classes - 1):
        scores.append(my_f1((y_true == c) * 1, (y_pred == c) * 1))
    if not scores:
        return 0.0
    return float(np.mean(scores))


@wrong("macro_f1", "the mean of the classes' recalls in place of their F1")
def macro_f1(y_true, y_pred, num_classes):
    recalls = []
    for c in range(num_classes):
        of_class = np.sum(y_true == c)
        found = np.sum((y_true == c) & (y_pred == c))
        recalls.append(found / of_class if of_class else 0.0)
    return float(np.mean(recalls))


@wrong("macro_f1", "the mean of the classes' precisions in place of their F1")
def macro_f1(y_true, y_pred, num_classes):
    total = 0.0
    for c in range(num_classes):
        total += my_precision((y_true == c).astype(int), (y_pred == c).astype(int))
    return total / num_classes


@wrong("macro_f1", "gives 1.0 to a class that stands nowhere, for nothing of it went wrong")
def macro_f1(y_true, y_pred, num_classes):
    scores = []
    for c in range(num_classes):
        t, p = (y_true == c).astype(int), (y_pred == c).astype(int)
        if t.sum() == 0 and p.sum() == 0:
            scores.append(1.0)
        else:
            scores.append(my_f1(t, p))
    return float(np.mean(scores))


@wrong("macro_f1", "forgets the 2 in the F1 of each class")
def macro_f1(y_true, y_pred, num_classes):
    scores = np.zeros(num_classes)
    for c in range(num_classes):
        p = my_precision((y_true == c).astype(int), (y_pred == c).astype(int))
        r = my_recall((y_true == c).astype(int), (y_pred == c).astype(int))
        if p + r > 0:
            scores[c] = p * r / (p + r)
    return float(scores.mean())


@wrong("macro_f1", "takes the median of the classes' F1")
def macro_f1(y_true, y_pred, num_classes):
    scores = [my_f1((y_true == c).astype(int), (y_pred == c).astype(int)) for c in range(num_classes)]
    return float(np.median(scores))


@wrong("macro_f1", "weighs each class by how often it was predicted")
def macro_f1(y_true, y_pred, num_classes):
    result = 0.0
    for c in range(num_classes):
        share = np.mean(y_pred == c)
        result += share * my_f1((y_true == c).astype(int), (y_pred == c).astype(int))
    return float(result)


@wrong("macro_f1", "the plain mean of precision and recall of each class, in place of the harmonic one")
def macro_f1(y_true, y_pred, num_classes):
    scores = []
    for c in range(num_classes):
        t, p = (y_true == c).astype(int), (y_pred == c).astype(int)
        scores.append((my_precision(t, p) + my_recall(t, p)) / 2)
    return float(np.mean(scores))


@wrong("macro_f1", "leaves out each class with an F1 of 0, so a class that is always missed doesn't count")
def macro_f1(y_true, y_pred, num_classes):
    scores = []
    for c in range(num_classes):
        f1 = my_f1((y_true == c).astype(int), (y_pred == c).astype(int))
        if f1 > 0:
            scores.append(f1)
    return float(np.mean(scores)) if scores else 0.0


@wrong("macro_f1", "returns the worst class's F1 in place of the mean")
def macro_f1(y_true, y_pred, num_classes):
    worst = 1.0
    for c in range(num_classes):
        f1 = my_f1((y_true == c).astype(int), (y_pred == c).astype(int))
        worst = min(worst, f1)
    return worst


@wrong("macro_f1", "returns an array with each class's F1 in place of their mean")
def macro_f1(y_true, y_pred, num_classes):
    scores = np.zeros(num_classes)
    for c in range(num_classes):
        scores[c] = my_f1((y_true == c).astype(int), (y_pred == c).astype(int))
    return scores


@wrong("macro_f1", "leaves out classes that no row is of, and divides by how many were predicted")
def macro_f1(y_true, y_pred, num_classes):
    total = 0.0
    for c in np.unique(y_true):
        total += my_f1((y_true == c).astype(int), (y_pred == c).astype(int))
    return total / len(np.unique(y_pred))


@wrong("kfold", "shuffles the rows before cutting them")
def kfold(n, k):
    rows = np.random.default_rng(0).permutation(n)
    folds = []
    for test in np.array_split(rows, k):
        train = np.setdiff1d(rows, test)
        folds.append((train, np.sort(test)))
    return folds


@wrong("kfold", "k is taken for the size of a fold in place of their number")
def kfold(n, k):
    folds = []
    for start in range(0, n, k):
        test = np.arange(start, min(start + k, n))
        train = np.array([i for i in range(n) if i not in test], dtype=int)
        folds.append((train, test))
    return folds


@wrong("kfold", "the test part ends one row too early, and that row is in neither part")
def kfold(n, k):
    folds = []
    start = 0
    for i in range(k):
        size = n // k + (i < n % k)
        end = start + size
        test = np.arange(start, end - 1) if size > 1 else np.arange(start, end)
        train = np.concatenate([np.arange(start), np.arange(end, n)])
        folds.append((train, test))
        start = end
    return folds


@wrong("kfold", "training begins one row after the test part's end: the row between is lost")
def kfold(n, k):
    folds = []
    start = 0
    for i in range(k):
        size = n // k + (1 if i < n % k else 0)
        end = start + size
        test = np.arange(start, end)
        train = np.concatenate([np.arange(0, start), np.arange(end + 1, n)])
        folds.append((train, test))
        start = end
    return folds


@wrong("kfold", "training holds only the rows behind the test part")
def kfold(n, k):
    folds = []
    start = 0
    for i in range(k):
        size = n // k + (1 if i < n % k else 0)
        test = np.arange(start, start + size)
        train = np.arange(start + size, n)
        folds.append((train, test))
        start += size
    return folds


@wrong("kfold", "only the first fold gets the rows left over, all of them")
def kfold(n, k):
    rows = np.arange(n)
    size = n // k
    folds = []
    start = 0
    for i in range(k):
        end = start + size
        if i == 0:
            end += n % k
        test = rows[start:end]
        train = np.delete(rows, test)
        folds.append((train, test))
        start = end
    return folds


@wrong("kfold", "numbers the rows from 1 to n")
def kfold(n, k):
    rows = np.arange(1, n + 1)
    folds = []
    for test in np.array_split(rows, k):
        train = np.array([r for r in rows if r not in test])
        folds.append((train, test))
    return folds


@wrong("kfold", "returns truths in place of indices, one for each row")
def kfold(n, k):
    folds = []
    for test in np.array_split(np.arange(n), k):
        in_test = np.zeros(n, dtype=bool)
        in_test[test] = True
        folds.append((~in_test, in_test))
    return folds


@wrong("kfold", "the last fold is forgotten: the loop ends one too early")
def kfold(n, k):
    rows = np.arange(n)
    parts = np.array_split(rows, k)
    folds = []
    for i in range(k - 1):
        test = parts[i]
        train = np.concatenate([p for j, p in enumerate(parts) if j != i])
        folds.append((train, test))
    return folds


@wrong("kfold", "the test fold and the one after it are both left out of training, as for a validation part")
def kfold(n, k):
    parts = np.array_split(np.arange(n), k)
    folds = []
    for i in range(k):
        skipped = (i, (i + 1) % k)
        others = [p for j, p in enumerate(parts) if j not in skipped]
        train = np.concatenate(others) if others else np.array([], dtype=int)
        folds.append((train, parts[i]))
    return folds


@wrong("kfold", "each of the first folds gets n % k rows more, in place of one row more")
def kfold(n, k):
    rest = n % k
    size = n // k
    rows = np.arange(n)
    folds = []
    start = 0
    for i in range(k):
        end = start + size + (rest if i < rest else 0)
        test = rows[start : min(end, n)]
        train = np.setdiff1d(rows, test)
        folds.append((train, test))
        start = end
    return folds


@wrong("kfold", "training is one fold only: the next one, in place of all others")
def kfold(n, k):
    parts = np.array_split(np.arange(n), k)
    folds = []
    for i in range(k):
        folds.append((parts[(i + 1) % k], parts[i]))
    return folds


@wrong("kfold", "training and test are swapped, and the last fold gets all rows left over")
def kfold(n, k):
    rows = np.arange(n)
    size = n // k
    folds = []
    for i in range(k):
        start = i * size
        end = n if i == k - 1 else start + size
        test = rows[start:end]
        train = np.concatenate([rows[:start], rows[end:]])
        folds.append((test, train))
    return folds


@wrong("cross_validate", "f learns from the fold itself and all rows before it, and from none behind it")
def cross_validate(f, X, y, k):
    scores = []
    for _, test in my_kfold(len(X), k):
        seen = np.arange(test[-1] + 1)
        predicted = f(X[seen], y[seen], X[test])
        scores.append(np.mean(predicted == y[test]))
    return np.array(scores)


@wrong("cross_validate", "counts the right rows of each fold in place of their share")
def cross_validate(f, X, y, k):
    counts = []
    for train, test in my_kfold(len(X), k):
        predicted = f(X[train], y[train], X[test])
        counts.append(np.sum(predicted == y[test]))
    return np.array(counts, dtype=float)


@wrong("cross_validate", "divides each fold's right rows by the number of all rows")
def cross_validate(f, X, y, k):
    n = len(X)
    scores = np.zeros(k)
    for i, (train, test) in enumerate(my_kfold(n, k)):
        predicted = f(X[train], y[train], X[test])
        scores[i] = np.sum(predicted == y[test]) / n
    return scores


@wrong("cross_validate", "divides by n // k rows in each fold, also where a fold has one more")
def cross_validate(f, X, y, k):
    n = len(X)
    size = n // k
    scores = []
    for train, test in my_kfold(n, k):
        predicted = f(X[train], y[train], X[test])
        scores.append(np.sum(predicted == y[test]) / size)
    return np.array(scores)


@wrong("cross_validate", "the last fold gets all rows that are left over")
def cross_validate(f, X, y, k):
    n = len(X)
    size = n // k
    scores = []
    for i in range(k):
        start = i * size
        end = n if i == k - 1 else start + size
        test = np.arange(start, end)
        train = np.delete(np.arange(n), test)
        predicted = f(X[train], y[train], X[test])
        scores.append(np.mean(predicted == y[test]))
    return np.array(scores)


@wrong("cross_validate", "learns from the rows right behind the fold alone, where there are any")
def cross_validate(f, X, y, k):
    parts = [test for _, test in my_kfold(len(X), k)]
    scores = []
    for i, test in enumerate(parts):
        train = parts[(i + 1) % k]
        predicted = f(X[train], y[train], X[test])
        scores.append(np.mean(predicted == y[test]))
    return np.array(scores)


@wrong("cross_validate", "returns the accuracies sorted, the best one first")
def cross_validate(f, X, y, k):
    scores = []
    for train, test in my_kfold(len(X), k):
        predicted = f(X[train], y[train], X[test])
        scores.append(np.mean(predicted == y[test]))
    scores.sort(reverse=True)
    return np.array(scores)


@wrong("cross_validate", "returns the mean of the accuracies so far in place of each one")
def cross_validate(f, X, y, k):
    scores, total = [], 0.0
    for i, (train, test) in enumerate(my_kfold(len(X), k)):
        predicted = f(X[train], y[train], X[test])
        total += np.mean(predicted == y[test])
        scores.append(total / (i + 1))
    return np.array(scores)


@wrong("cross_validate", "trains on the first fold's training part in each round")
def cross_validate(f, X, y, k):
    folds = my_kfold(len(X), k)
    train = folds[0][0]
    scores = []
    for _, test in folds:
        predicted = f(X[train], y[train], X[test])
        scores.append(np.mean(predicted == y[test]))
    return np.array(scores)


@wrong(
    "cross_validate",
    "tests all folds with the rows of the last one: the loop variable is used after the loop",
)
def cross_validate(f, X, y, k):
    models = []
    for train, test in my_kfold(len(X), k):
        models.append((X[train], y[train]))
    scores = []
    for X_train, y_train in models:
        predicted = f(X_train, y_train, X[test])
        scores.append(np.mean(predicted == y[test]))
    return np.array(scores)


@wrong(
    "cross_validate", "the labels for training always lack those of the first rows, whichever fold X lacks"
)
def cross_validate(f, X, y, k):
    scores = []
    for train, test in my_kfold(len(X), k):
        y_train = np.delete(y, np.arange(len(test)))
        predicted = f(X[train], y_train, X[test])
        scores.append(np.mean(predicted == y[test]))
    return np.array(scores)


@wrong("cross_validate", "shuffles y against X before the folds are cut")
def cross_validate(f, X, y, k):
    order = np.random.default_rng(0).permutation(len(X))
    shuffled = y[order]
    scores = []
    for train, test in my_kfold(len(X), k):
        predicted = f(X[train], shuffled[train], X[test])
        scores.append(np.mean(predicted == shuffled[test]))
    return np.array(scores)


@wrong("cross_validate", "one accuracy over all rows, repeated k times")
def cross_validate(f, X, y, k):
    right = 0
    for train, test in my_kfold(len(X), k):
        predicted = f(X[train], y[train], X[test])
        right += np.sum(predicted == y[test])
    return np.full(k, right / len(X))


@wrong("cross_validate", "returns the mean error of all folds, one number")
def cross_validate(f, X, y, k):
    errors = []
    for train, test in my_kfold(len(X), k):
        predicted = f(X[train], y[train], X[test])
        errors.append(np.mean(predicted != y[test]))
    return np.array(errors).mean()


@wrong("diagnose_fit", "compares the validation score minus the training score, the wrong way round")
def diagnose_fit(train_score, val_score, target, gap):
    if train_score < target:
        return "underfitting"
    if val_score - train_score > gap:
        return "overfitting"
    return "good fit"


@wrong("diagnose_fit", "calls a model underfitting where both scores are below the target")
def diagnose_fit(train_score, val_score, target, gap):
    if train_score < target and val_score < target:
        return "underfitting"
    elif train_score - val_score > gap:
        return "overfitting"
    else:
        return "good fit"


@wrong("diagnose_fit", "calls a model underfitting where either score is below the target")
def diagnose_fit(train_score, val_score, target, gap):
    if train_score < target or val_score < target:
        return "underfitting"
    if train_score - val_score > gap:
        return "overfitting"
    return "good fit"


@wrong("diagnose_fit", "the training score may lie below the target by the gap")
def diagnose_fit(train_score, val_score, target, gap):
    if train_score < target - gap:
        return "underfitting"
    if train_score - val_score > gap:
        return "overfitting"
    return "good fit"


@wrong(
    "diagnose_fit",
    "asks for overfitting whether the validation score is below the target by more than the gap",
)
def diagnose_fit(train_score, val_score, target, gap):
    if train_score < target:
        return "underfitting"
    if target - val_score > gap:
        return "overfitting"
    return "good fit"


@wrong("diagnose_fit", "takes the gap as a share of the training score")
def diagnose_fit(train_score, val_score, target, gap):
    if train_score < target:
        return "underfitting"
    if train_score - val_score > gap * train_score:
        return "overfitting"
    return "good fit"


@wrong("diagnose_fit", "any training score above the validation score is overfitting; the gap isn't used")
def diagnose_fit(train_score, val_score, target, gap):
    if train_score < target:
        return "underfitting"
    if train_score > val_score:
        return "overfitting"
    return "good fit"


@wrong("diagnose_fit", "holds the validation score against the target, and swaps the two names")
def diagnose_fit(train_score, val_score, target, gap):
    if val_score < target:
        return "overfitting"
    if train_score - val_score > gap:
        return "underfitting"
    return "good fit"


@wrong("diagnose_fit", "the third answer is spelled with an underscore")
def diagnose_fit(train_score, val_score, target, gap):
    if train_score < target:
        return "underfitting"
    if train_score - val_score > gap:
        return "overfitting"
    return "good_fit"


@wrong("diagnose_fit", "returns nothing where the fit is good: the else branch is missing")
def diagnose_fit(train_score, val_score, target, gap):
    result = None
    if train_score < target:
        result = "underfitting"
    elif train_score - val_score > gap:
        result = "overfitting"
    return result


@wrong(
    "diagnose_fit", "calls it overfitting wherever the validation score misses the target; the gap isn't used"
)
def diagnose_fit(train_score, val_score, target, gap):
    if train_score >= target and val_score >= target:
        result = "good fit"
    elif train_score < target:
        result = "underfitting"
    else:
        result = "overfitting"
    return result


@wrong("diagnose_fit", "never says overfitting: the gap's condition was forgotten")
def diagnose_fit(train_score, val_score, target, gap):
    if train_score >= target:
        return "good fit"
    return "underfitting"


@wrong("diagnose_fit", "a training score far above the target is taken for overfitting")
def diagnose_fit(train_score, val_score, target, gap):
    if train_score < target:
        return "underfitting"
    if train_score - target > gap:
        return "overfitting"
    return "good fit"


@wrong("diagnose_fit", "asks for overfitting first, and only where the validation score misses the target")
def diagnose_fit(train_score, val_score, target, gap):
    difference = train_score - val_score
    if difference > gap and val_score < target:
        return "overfitting"
    if train_score < target:
        return "underfitting"
    return "good fit"


@wrong("diagnose_fit", "asks for overfitting first, and takes the gap on either side")
def diagnose_fit(train_score, val_score, target, gap):
    if abs(train_score - val_score) > gap:
        return "overfitting"
    if train_score < target:
        return "underfitting"
    return "good fit"
