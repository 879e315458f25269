# ruff: noqa: F811, RUF007, RUF059
"""Lesson 1: wrong answers, and what is wrong about each."""

from collections import Counter

import numpy as np
from unforeseen.catalogue import wrong

# dense_parameter_count


@wrong("dense_parameter_count", "the loop ends one layer too early, so the last layer is not counted")
def dense_parameter_count(layer_sizes):
    total = 0
    for i in range(len(layer_sizes) - 2):
        total += layer_sizes[i] * layer_sizes[i + 1] + layer_sizes[i + 1]
    return total


@wrong("dense_parameter_count", "the loop starts at the second pair, so the first layer is not counted")
def dense_parameter_count(layer_sizes):
    total = 0
    for i in range(1, len(layer_sizes) - 1):
        weights = layer_sizes[i] * layer_sizes[i + 1]
        biases = layer_sizes[i + 1]
        total = total + weights + biases
    return total


@wrong("dense_parameter_count", "every layer is taken to read the network's input, not the layer before it")
def dense_parameter_count(layer_sizes):
    inputs = layer_sizes[0]
    total = 0
    for units in layer_sizes[1:]:
        total += inputs * units + units
    return total


@wrong("dense_parameter_count", "the total is overwritten in each round, so only the last layer is left")
def dense_parameter_count(layer_sizes):
    total = 0
    for inputs, units in zip(layer_sizes[:-1], layer_sizes[1:], strict=True):
        total = inputs * units + units
    return total


@wrong("dense_parameter_count", "a layer's weights are its units squared, not its inputs times its units")
def dense_parameter_count(layer_sizes):
    count = 0
    for units in layer_sizes[1:]:
        count += units * units
        count += units
    return count


@wrong("dense_parameter_count", "one bias is counted for the whole network")
def dense_parameter_count(layer_sizes):
    weights = 0
    for i in range(len(layer_sizes) - 1):
        weights += layer_sizes[i] * layer_sizes[i + 1]
    bias = 1
    return weights + bias


@wrong("dense_parameter_count", "inputs and units are added where they must be multiplied")
def dense_parameter_count(layer_sizes):
    total = 0
    for i in range(1, len(layer_sizes)):
        inputs = layer_sizes[i - 1]
        units = layer_sizes[i]
        total += inputs + units + units
    return total


@wrong("dense_parameter_count", "each layer is connected with all earlier layers, not only with the last one")
def dense_parameter_count(layer_sizes):
    total = sum(layer_sizes[1:])
    for j in range(1, len(layer_sizes)):
        for i in range(j):
            total += layer_sizes[i] * layer_sizes[j]
    return total


@wrong("dense_parameter_count", "a bias unit is added to the units as well as to the inputs of each layer")
def dense_parameter_count(layer_sizes):
    total = 0
    for i in range(len(layer_sizes) - 1):
        total += (layer_sizes[i] + 1) * (layer_sizes[i + 1] + 1)
    return total


@wrong("dense_parameter_count", "where there is only an input, its size comes back and not 0")
def dense_parameter_count(layer_sizes):
    if len(layer_sizes) == 1:
        return layer_sizes[0]
    total = 0
    for i in range(len(layer_sizes) - 1):
        total += (layer_sizes[i] + 1) * layer_sizes[i + 1]
    return total


@wrong("dense_parameter_count", "the list that was given is emptied while counting")
def dense_parameter_count(layer_sizes):
    total = 0
    inputs = layer_sizes.pop(0)
    while layer_sizes:
        units = layer_sizes.pop(0)
        total += inputs * units + units
        inputs = units
    return total


@wrong(
    "dense_parameter_count", "layers of the same shape are counted only once, as they share a key of a dict"
)
def dense_parameter_count(layer_sizes):
    parameters = {}
    for inputs, units in zip(layer_sizes[:-1], layer_sizes[1:], strict=True):
        parameters[(inputs, units)] = inputs * units + units
    return sum(parameters.values())


@wrong("dense_parameter_count", "the first layer's biases are left out, as if the list began with a layer")
def dense_parameter_count(layer_sizes):
    weights = sum(layer_sizes[i] * layer_sizes[i + 1] for i in range(len(layer_sizes) - 1))
    biases = sum(layer_sizes[2:])
    return weights + biases


@wrong("dense_parameter_count", "the biases are multiplied with the weights where they must be added")
def dense_parameter_count(layer_sizes):
    total = 0
    for i in range(len(layer_sizes) - 1):
        weights = layer_sizes[i] * layer_sizes[i + 1]
        biases = layer_sizes[i + 1]
        total += weights * biases
    return total


# zone_features


@wrong("zone_features", "the zones begin at pixels 0, 1, 2, 3, as the step of two pixels is forgotten")
def zone_features(images):
    features = np.zeros((len(images), 16))
    for i in range(4):
        for j in range(4):
            zone = images[:, i : i + 2, j : j + 2]
            features[:, 4 * i + j] = zone.mean(axis=(1, 2))
    return features


@wrong("zone_features", "a zone is two pixels high and only one wide: the slice of columns ends too early")
def zone_features(images):
    features = []
    for row in range(0, 8, 2):
        for column in range(0, 8, 2):
            block = images[:, row : row + 2, column : column + 1]
            features.append(block.mean(axis=(1, 2)))
    return np.array(features).T


@wrong("zone_features", "the zones are three pixels wide and high, so they overlap")
def zone_features(images):
    n = images.shape[0]
    result = np.empty((n, 16))
    k = 0
    for row in range(0, 8, 2):
        for column in range(0, 8, 2):
            result[:, k] = images[:, row : row + 3, column : column + 3].mean(axis=(1, 2))
            k += 1
    return result


@wrong("zone_features", "the zones of one row overwrite those of another: 2 i + j is used for 4 i + j")
def zone_features(images):
    features = np.zeros((len(images), 16))
    for i in range(4):
        for j in range(4):
            zone = images[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            features[:, 2 * i + j] = zone.mean(axis=(1, 2))
    return features


@wrong("zone_features", "the sum of four pixels is divided by 2, the width of a zone")
def zone_features(images):
    zones = images.reshape(-1, 4, 2, 4, 2)
    ink = zones.sum(axis=(2, 4)) / 2
    return ink.reshape(-1, 16)


@wrong("zone_features", "the zones are cut into steps of four: pixels that lie four apart are averaged")
def zone_features(images):
    zones = images.reshape(-1, 2, 4, 2, 4)
    means = zones.mean(axis=(1, 3))
    return means.reshape(len(images), 16)


@wrong("zone_features", "only the first image of the batch is looked at")
def zone_features(images):
    image = images[0]
    features = []
    for i in range(0, 8, 2):
        for j in range(0, 8, 2):
            features.append(image[i : i + 2, j : j + 2].mean())
    return np.array([features])


@wrong("zone_features", "the pixels with any ink are counted, however much ink it is")
def zone_features(images):
    n = len(images)
    features = np.zeros((n, 16))
    for i in range(4):
        for j in range(4):
            zone = images[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            features[:, 4 * i + j] = np.count_nonzero(zone, axis=(1, 2)) / 4
    return features


@wrong("zone_features", "the means are put into an array of whole numbers, which cuts off their fractions")
def zone_features(images):
    features = np.zeros((len(images), 16), dtype=int)
    for n, image in enumerate(images):
        for i in range(4):
            for j in range(4):
                features[n, 4 * i + j] = image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].mean()
    return features


@wrong("zone_features", "columns j and j + 4 are averaged and not neighbours: 8 was split into (2, 4)")
def zone_features(images):
    rows = images.reshape(-1, 4, 2, 8).mean(axis=2)
    zones = rows.reshape(-1, 4, 2, 4).mean(axis=2)
    return zones.reshape(-1, 16)


@wrong("zone_features", "the smallest pixel of each zone is taken and not the mean")
def zone_features(images):
    features = []
    for image in images:
        row = []
        for i in range(0, 8, 2):
            for j in range(0, 8, 2):
                row.append(min(image[i, j], image[i, j + 1], image[i + 1, j], image[i + 1, j + 1]))
        features.append(row)
    return np.array(features)


@wrong("zone_features", "the features are divided by 16, the brightest pixel, which nobody asked for")
def zone_features(images):
    scaled = images / 16
    zones = scaled.reshape(len(images), 4, 2, 4, 2)
    return zones.mean(axis=4).mean(axis=2).reshape(len(images), 16)


@wrong("zone_features", "the ink is divided by the number of pixels that have any, and not by 4")
def zone_features(images):
    features = np.zeros((len(images), 16))
    for n, image in enumerate(images):
        for k in range(16):
            row, column = 2 * (k // 4), 2 * (k % 4)
            zone = image[row : row + 2, column : column + 2]
            inked = np.count_nonzero(zone)
            if inked > 0:
                features[n, k] = zone.sum() / inked
    return features


@wrong("zone_features", "the fourth pixel's row index is wrong: the upper right pixel counts twice")
def zone_features(images):
    a = images[:, ::2, ::2]
    b = images[:, ::2, 1::2]
    c = images[:, 1::2, ::2]
    d = images[:, ::2, 1::2]
    return ((a + b + c + d) / 4).reshape(-1, 16)


# majority_baseline


@wrong("majority_baseline", "the rarest label comes back and not the most frequent one")
def majority_baseline(train_y, n):
    labels, counts = np.unique(train_y, return_counts=True)
    label = labels[np.argmin(counts)]
    return np.repeat(label, n)


@wrong("majority_baseline", "the mean of the labels is rounded, as if they were quantities")
def majority_baseline(train_y, n):
    label = round(float(train_y.mean()))
    return np.array([label] * n)


@wrong("majority_baseline", "there is one answer too few")
def majority_baseline(train_y, n):
    labels, counts = np.unique(train_y, return_counts=True)
    best = labels[np.argmax(counts)]
    answers = []
    for _ in range(1, n):
        answers.append(best)
    return np.array(answers)


@wrong("majority_baseline", "only the first n training labels are counted")
def majority_baseline(train_y, n):
    part = train_y[:n]
    labels, counts = np.unique(part, return_counts=True)
    return np.full(n, labels[counts.argmax()])


@wrong("majority_baseline", "labels are drawn at random with their frequencies")
def majority_baseline(train_y, n):
    rng = np.random.default_rng(0)
    labels, counts = np.unique(train_y, return_counts=True)
    return rng.choice(labels, size=n, p=counts / counts.sum())


@wrong("majority_baseline", "the n most frequent labels come back and not one label n times")
def majority_baseline(train_y, n):
    counts = Counter(train_y.tolist())
    ranking = sorted(counts, key=lambda label: (-counts[label], label))
    return np.array(ranking[:n])


@wrong("majority_baseline", "the answers stand in a column of shape (n, 1)")
def majority_baseline(train_y, n):
    labels, counts = np.unique(train_y, return_counts=True)
    most_frequent = labels[counts.argmax()]
    answers = np.zeros((n, 1), dtype=int)
    answers[:] = most_frequent
    return answers


@wrong("majority_baseline", "the candidate is voted up and down, which finds only labels of more than half")
def majority_baseline(train_y, n):
    candidate, votes = train_y[0], 0
    for label in train_y:
        if votes == 0:
            candidate = label
        if label == candidate:
            votes += 1
        else:
            votes -= 1
    return np.full(n, candidate)


@wrong("majority_baseline", "the largest label is never looked at, as range stops before it")
def majority_baseline(train_y, n):
    best, best_count = 0, 0
    for label in range(train_y.max()):
        count = np.sum(train_y == label)
        if count > best_count:
            best, best_count = label, count
    return np.full(n, best)


@wrong("majority_baseline", "the label 0 is left out of the counting")
def majority_baseline(train_y, n):
    counts = np.bincount(train_y, minlength=2)
    label = np.argmax(counts[1:]) + 1
    return np.full(n, label)


@wrong("majority_baseline", "the best count so far is never updated, so the last training label wins")
def majority_baseline(train_y, n):
    best_count = 0
    answer = train_y[0]
    for label in train_y:
        count = np.sum(train_y == label)
        if count > best_count:
            answer = label
    return np.full(n, answer)


@wrong(
    "majority_baseline", "the arguments of np.full are exchanged: n stands there as often as the label says"
)
def majority_baseline(train_y, n):
    labels, counts = np.unique(train_y, return_counts=True)
    label = labels[counts.argmax()]
    return np.full(label, n)


@wrong("majority_baseline", "the training labels are sorted in place")
def majority_baseline(train_y, n):
    train_y.sort()
    best, best_count = train_y[0], 0
    for label in train_y:
        count = np.sum(train_y == label)
        if count > best_count:
            best, best_count = label, count
    return np.full(n, best)


# nearest_centroid_predict


@wrong(
    "nearest_centroid_predict", "the mean has no axis: a centroid is one number, the same for all features"
)
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    centroids = np.array([train_x[train_y == label].mean() for label in labels])
    distances = np.array([[np.linalg.norm(sample - c) for c in centroids] for sample in x])
    return labels[distances.argmin(axis=1)]


@wrong("nearest_centroid_predict", "the differences are summed with their signs, without squares")
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    centroids = np.array([train_x[train_y == label].mean(axis=0) for label in labels])
    answers = []
    for sample in x:
        distances = np.sum(sample - centroids, axis=1)
        answers.append(labels[np.argmin(distances)])
    return np.array(answers)


@wrong("nearest_centroid_predict", "the distance is the largest difference among the features")
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    answers = []
    for sample in x:
        distances = []
        for label in labels:
            centroid = train_x[train_y == label].mean(axis=0)
            distances.append(np.max(np.abs(sample - centroid)))
        answers.append(labels[np.argmin(distances)])
    return np.array(answers)


@wrong("nearest_centroid_predict", "the lengths of sample and centroid are compared, not their places")
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    centroids = np.stack([train_x[train_y == label].mean(axis=0) for label in labels])
    lengths = np.linalg.norm(centroids, axis=1)
    answers = []
    for sample in x:
        difference = np.abs(np.linalg.norm(sample) - lengths)
        answers.append(labels[difference.argmin()])
    return np.array(answers)


@wrong(
    "nearest_centroid_predict",
    "the sum of a class's samples is never reset, so later centroids keep earlier ones",
)
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    total = np.zeros(train_x.shape[1])
    centroids = []
    for label in labels:
        count = 0
        for sample, its_label in zip(train_x, train_y, strict=True):
            if its_label == label:
                total = total + sample
                count += 1
        centroids.append(total / count)
    distances = np.linalg.norm(x[:, None] - np.array(centroids), axis=2)
    return labels[distances.argmin(axis=1)]


@wrong("nearest_centroid_predict", "only the first feature goes into the distance")
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    centroids = np.array([train_x[train_y == label].mean(axis=0) for label in labels])
    answers = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        distances = np.abs(x[i][0] - centroids[:, 0])
        answers[i] = labels[distances.argmin()]
    return answers


@wrong("nearest_centroid_predict", "each class's sum is divided by the number of all training samples")
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    centroids = []
    for label in labels:
        members = train_x[train_y == label]
        centroids.append(members.sum(axis=0) / len(train_x))
    centroids = np.array(centroids)
    distances = np.sqrt(((x[:, None] - centroids) ** 2).sum(axis=2))
    return labels[distances.argmin(axis=1)]


@wrong("nearest_centroid_predict", "the three nearest training samples vote, there are no centroids")
def nearest_centroid_predict(train_x, train_y, x):
    answers = []
    for sample in x:
        distances = np.linalg.norm(train_x - sample, axis=1)
        nearest = train_y[np.argsort(distances)[:3]]
        labels, counts = np.unique(nearest, return_counts=True)
        answers.append(labels[counts.argmax()])
    return np.array(answers)


@wrong("nearest_centroid_predict", "the distance to the nearest centroid comes back and not its label")
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    centroids = np.array([train_x[train_y == label].mean(axis=0) for label in labels])
    distances = np.linalg.norm(x[:, None] - centroids, axis=2)
    return distances.min(axis=1)


@wrong(
    "nearest_centroid_predict",
    "the best distance isn't reset for the next sample, which then keeps the old label",
)
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    centroids = {label: train_x[train_y == label].mean(axis=0) for label in labels}
    answers = []
    best_distance = np.inf
    best = labels[0]
    for sample in x:
        for label in labels:
            distance = np.linalg.norm(sample - centroids[label])
            if distance < best_distance:
                best_distance = distance
                best = label
        answers.append(best)
    return np.array(answers)


@wrong(
    "nearest_centroid_predict", "the centroids are stored as whole numbers, which cuts off their fractions"
)
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    centroids = np.zeros((len(labels), train_x.shape[1]), dtype=int)
    for i, label in enumerate(labels):
        centroids[i] = train_x[train_y == label].mean(axis=0)
    distances = np.linalg.norm(x[:, None] - centroids, axis=2)
    return labels[distances.argmin(axis=1)]


@wrong(
    "nearest_centroid_predict",
    "a centroid is the middle between the smallest and the largest value of a feature",
)
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    centres = []
    for label in labels:
        members = train_x[train_y == label]
        centres.append((members.min(axis=0) + members.max(axis=0)) / 2)
    distances = np.linalg.norm(x[:, None] - np.array(centres), axis=2)
    return labels[distances.argmin(axis=1)]


@wrong("nearest_centroid_predict", "both sets are centred, but the new samples by their own mean")
def nearest_centroid_predict(train_x, train_y, x):
    train = train_x - train_x.mean(axis=0)
    new = x - x.mean(axis=0)
    labels = np.unique(train_y)
    centroids = np.array([train[train_y == label].mean(axis=0) for label in labels])
    distances = np.linalg.norm(new[:, None] - centroids, axis=2)
    return labels[distances.argmin(axis=1)]


@wrong(
    "nearest_centroid_predict",
    "the list of answers is started anew for each sample, so only the last is left",
)
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    centroids = np.array([train_x[train_y == label].mean(axis=0) for label in labels])
    for sample in x:
        answers = []
        distances = np.linalg.norm(centroids - sample, axis=1)
        answers.append(labels[distances.argmin()])
    return np.array(answers)


@wrong("nearest_centroid_predict", "the angle between sample and centroid is compared, not their distance")
def nearest_centroid_predict(train_x, train_y, x):
    labels = np.unique(train_y)
    centroids = np.array([train_x[train_y == label].mean(axis=0) for label in labels])
    lengths = np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(centroids, axis=1)
    similarity = x @ centroids.T / (lengths + 1e-12)
    return labels[similarity.argmax(axis=1)]


# linear_collapse


@wrong(
    "linear_collapse", "the first bias is added to the weights before they are multiplied, so it is in W, too"
)
def linear_collapse(W1, b1, W2, b2):
    W = (W1 + b1) @ W2
    b = b1 @ W2 + b2
    return W, b


@wrong("linear_collapse", "the second bias is subtracted and not added")
def linear_collapse(W1, b1, W2, b2):
    W = np.matmul(W1, W2)
    b = np.matmul(b1, W2) - b2
    return W, b


@wrong("linear_collapse", "the bias comes back as a matrix of one row")
def linear_collapse(W1, b1, W2, b2):
    W = np.dot(W1, W2)
    b = np.dot(b1.reshape(1, -1), W2) + b2
    return W, b


@wrong("linear_collapse", "the weights are transposed")
def linear_collapse(W1, b1, W2, b2):
    W = W2.T @ W1.T
    b = W2.T @ b1 + b2
    return W, b


@wrong("linear_collapse", "the bias comes back before the weights")
def linear_collapse(W1, b1, W2, b2):
    weights = W1 @ W2
    bias = b1 @ W2 + b2
    return bias, weights


@wrong("linear_collapse", "the layer is asked about unit vectors, and its bias isn't taken from the answers")
def linear_collapse(W1, b1, W2, b2):
    def both(x):
        return (x @ W1 + b1) @ W2 + b2

    b = both(np.zeros(len(W1)))
    W = both(np.eye(len(W1)))
    return W, b


@wrong("linear_collapse", "the given b2 is changed in place by +=")
def linear_collapse(W1, b1, W2, b2):
    W = W1 @ W2
    b2 += b1 @ W2
    return W, b2


@wrong(
    "linear_collapse",
    "in the matrix product the terms overwrite each other, only the last hidden unit is left",
)
def linear_collapse(W1, b1, W2, b2):
    inputs, hidden = W1.shape
    units = W2.shape[1]
    W = np.zeros((inputs, units))
    for i in range(inputs):
        for j in range(units):
            for k in range(hidden):
                W[i, j] = W1[i, k] * W2[k, j]
    return W, b1 @ W2 + b2


@wrong("linear_collapse", "the sum over the hidden units leaves out the last one, in W and in b")
def linear_collapse(W1, b1, W2, b2):
    inputs, hidden = W1.shape
    W = np.zeros((inputs, W2.shape[1]))
    b = b2.copy()
    for k in range(hidden - 1):
        W = W + np.outer(W1[:, k], W2[k])
        b = b + b1[k] * W2[k]
    return W, b


@wrong("linear_collapse", "the first bias is summed up and added to each unit, without going through W2")
def linear_collapse(W1, b1, W2, b2):
    W = W1 @ W2
    b = np.sum(b1) + b2
    return W, b


@wrong("linear_collapse", "the second layer's weights are summed, as if the first bias were 1 everywhere")
def linear_collapse(W1, b1, W2, b2):
    W = W1 @ W2
    b = np.sum(W2, axis=0) + b2
    return W, b


@wrong("linear_collapse", "weights and bias come back as one array, the bias below the weights")
def linear_collapse(W1, b1, W2, b2):
    W = W1 @ W2
    b = b1 @ W2 + b2
    return np.vstack([W, b])


@wrong("linear_collapse", "the second bias is added twice")
def linear_collapse(W1, b1, W2, b2):
    W = W1 @ W2
    b = b1 @ W2 + b2
    b = b + b2
    return W, b


# holdout_accuracy


@wrong("holdout_accuracy", "the share of wrong answers comes back and not of right ones")
def holdout_accuracy(model, X, y, seed):
    n = len(X)
    order = np.random.default_rng(seed).permutation(n)
    held_out, rest = order[: n // 4], order[n // 4 :]
    answers = model(X[rest], y[rest], X[held_out])
    return float(np.mean(answers != y[held_out]))


@wrong(
    "holdout_accuracy", "the number of right answers comes back, not divided by the number of held-out rows"
)
def holdout_accuracy(model, X, y, seed):
    n = len(X)
    order = np.random.default_rng(seed).permutation(n)
    held_out, rest = np.split(order, [n // 4])
    answers = model(X[rest], y[rest], X[held_out])
    right = 0
    for answer, label in zip(answers, y[held_out], strict=True):
        if answer == label:
            right += 1
    return float(right)


@wrong("holdout_accuracy", "the last quarter of the permutation is held out and not the first")
def holdout_accuracy(model, X, y, seed):
    n = len(X)
    order = np.random.default_rng(seed).permutation(n)
    rest, held_out = np.split(order, [n - n // 4])
    answers = model(X[rest], y[rest], X[held_out])
    return float(np.mean(answers == y[held_out]))


@wrong("holdout_accuracy", "rows and labels are shuffled by two different permutations")
def holdout_accuracy(model, X, y, seed):
    n = len(X)
    rng = np.random.default_rng(seed)
    X_shuffled = X[rng.permutation(n)]
    y_shuffled = y[rng.permutation(n)]
    q = n // 4
    answers = model(X_shuffled[q:], y_shuffled[q:], X_shuffled[:q])
    return float(np.mean(answers == y_shuffled[:q]))


@wrong("holdout_accuracy", "the first quarter of the rows is held out as they stand, nothing is shuffled")
def holdout_accuracy(model, X, y, seed):
    q = len(X) // 4
    X_test, y_test = X[:q], y[:q]
    X_train, y_train = X[q:], y[q:]
    answers = model(X_train, y_train, X_test)
    return float(np.mean(answers == y_test))


@wrong("holdout_accuracy", "one row more than a quarter is held out")
def holdout_accuracy(model, X, y, seed):
    n = len(X)
    order = np.random.default_rng(seed).permutation(n)
    held_out, rest = np.split(order, [n // 4 + 1])
    answers = model(X[rest], y[rest], X[held_out])
    return float(np.mean(answers == y[held_out]))


@wrong("holdout_accuracy", "the right answers are divided by the number of all rows")
def holdout_accuracy(model, X, y, seed):
    n = len(X)
    order = np.random.default_rng(seed).permutation(n)
    held_out, rest = np.split(order, [n // 4])
    answers = model(X[rest], y[rest], X[held_out])
    return float(np.sum(answers == y[held_out]) / n)


@wrong("holdout_accuracy", "the seed is ignored: the generator is always started with 0")
def holdout_accuracy(model, X, y, seed):
    n = len(X)
    rng = np.random.default_rng(0)
    order = rng.permutation(n)
    held_out, rest = np.split(order, [n // 4])
    answers = model(X[rest], y[rest], X[held_out])
    return float(np.mean(answers == y[held_out]))


@wrong("holdout_accuracy", "the mean of the accuracies on held-out rows and on training rows comes back")
def holdout_accuracy(model, X, y, seed):
    n = len(X)
    order = np.random.default_rng(seed).permutation(n)
    held_out, rest = np.split(order, [n // 4])
    on_new = np.mean(model(X[rest], y[rest], X[held_out]) == y[held_out])
    on_old = np.mean(model(X[rest], y[rest], X[rest]) == y[rest])
    return float((on_new + on_old) / 2)


@wrong("holdout_accuracy", "the accuracy is given in percent")
def holdout_accuracy(model, X, y, seed):
    n = len(X)
    order = np.random.default_rng(seed).permutation(n)
    held_out, rest = np.split(order, [n // 4])
    answers = model(X[rest], y[rest], X[held_out])
    return 100 * float(np.mean(answers == y[held_out]))


@wrong(
    "holdout_accuracy", "the held-out rows are drawn with repetition, and the model learns from all others"
)
def holdout_accuracy(model, X, y, seed):
    n = len(X)
    rng = np.random.default_rng(seed)
    held_out = rng.integers(0, n, n // 4)
    rest = np.array([i for i in range(n) if i not in held_out])
    answers = model(X[rest], y[rest], X[held_out])
    return float(np.mean(answers == y[held_out]))


@wrong("holdout_accuracy", "NumPy's old generator is used, whose permutation is another one")
def holdout_accuracy(model, X, y, seed):
    n = len(X)
    np.random.seed(seed)
    order = np.random.permutation(n)
    held_out, rest = np.split(order, [n // 4])
    answers = model(X[rest], y[rest], X[held_out])
    return float(np.mean(answers == y[held_out]))


@wrong("holdout_accuracy", "a fifth of the rows is held out and not a quarter")
def holdout_accuracy(model, X, y, seed):
    n = len(X)
    order = np.random.default_rng(seed).permutation(n)
    size = max(1, int(0.2 * n))
    held_out, rest = order[:size], order[size:]
    answers = model(X[rest], y[rest], X[held_out])
    return float(np.mean(answers == y[held_out]))


# multiplication_count


@wrong("multiplication_count", "the places are counted along the height only, the width is forgotten")
def multiplication_count(layers):
    total = 0
    for layer in layers:
        if layer[0] == "dense":
            total += layer[1] * layer[2]
        else:
            _, height, width, channels, kernel, filters = layer
            places = height - kernel + 1
            total += places * kernel * kernel * channels * filters
    return total


@wrong(
    "multiplication_count",
    "the height is used for both directions, so images that aren't square come out wrong",
)
def multiplication_count(layers):
    total = 0
    for layer in layers:
        if layer[0] == "dense":
            total += layer[1] * layer[2]
        else:
            _, size, _, channels, kernel, filters = layer
            places = (size - kernel + 1) ** 2
            total += places * kernel**2 * channels * filters
    return total


@wrong("multiplication_count", "the filter is moved by its own width each time and not by one pixel")
def multiplication_count(layers):
    total = 0
    for kind, *sizes in layers:
        if kind == "dense":
            total += sizes[0] * sizes[1]
        else:
            height, width, channels, kernel, filters = sizes
            places = (height // kernel) * (width // kernel)
            total += places * kernel**2 * channels * filters
    return total


@wrong("multiplication_count", "the counts of the layers are multiplied with each other and not added")
def multiplication_count(layers):
    if not layers:
        return 0
    total = 1
    for kind, *sizes in layers:
        if kind == "dense":
            total *= sizes[0] * sizes[1]
        else:
            height, width, channels, kernel, filters = sizes
            total *= (height - kernel + 1) * (width - kernel + 1) * kernel**2 * channels * filters
    return total


@wrong("multiplication_count", "a dense layer's inputs and units are added and not multiplied")
def multiplication_count(layers):
    total = 0
    for layer in layers:
        if layer[0] == "dense":
            total += layer[1] + layer[2]
        else:
            height, width, channels, kernel, filters = layer[1:]
            total += (height - kernel + 1) * (width - kernel + 1) * kernel**2 * channels * filters
    return total


@wrong("multiplication_count", "two pixels are always lost at the border, as if every filter were 3 wide")
def multiplication_count(layers):
    total = 0
    for kind, *sizes in layers:
        if kind == "convolution":
            height, width, channels, kernel, filters = sizes
            out_height, out_width = height - 2, width - 2
            total += out_height * out_width * filters * channels * kernel * kernel
        else:
            total += sizes[0] * sizes[1]
    return total


@wrong("multiplication_count", "channels and filters are added and not multiplied")
def multiplication_count(layers):
    total = 0
    for kind, *sizes in layers:
        if kind == "dense":
            inputs, units = sizes
            total += inputs * units
        else:
            height, width, channels, kernel, filters = sizes
            places = (height - kernel + 1) * (width - kernel + 1)
            total += places * kernel**2 * (channels + filters)
    return total


@wrong("multiplication_count", "the total is overwritten by each layer, so only the last one counts")
def multiplication_count(layers):
    total = 0
    for kind, *sizes in layers:
        if kind == "dense":
            total = sizes[0] * sizes[1]
        else:
            height, width, channels, kernel, filters = sizes
            total = (height - kernel + 1) * (width - kernel + 1) * kernel**2 * channels * filters
    return total


@wrong("multiplication_count", "additions are counted along with the multiplications")
def multiplication_count(layers):
    operations = 0
    for kind, *sizes in layers:
        if kind == "dense":
            inputs, units = sizes
            operations += 2 * inputs * units
        else:
            height, width, channels, kernel, filters = sizes
            places = (height - kernel + 1) * (width - kernel + 1)
            operations += 2 * places * kernel**2 * channels * filters
    return operations


@wrong("multiplication_count", "the places in height and width are added and not multiplied")
def multiplication_count(layers):
    total = 0
    for layer in layers:
        if layer[0] == "dense":
            _, inputs, units = layer
            total += inputs * units
        elif layer[0] == "convolution":
            _, height, width, channels, kernel, filters = layer
            places = (height - kernel + 1) + (width - kernel + 1)
            total += places * kernel * kernel * channels * filters
    return total


@wrong(
    "multiplication_count", "a dense layer's biases are counted as multiplications; convolutions are right"
)
def multiplication_count(layers):
    total = 0
    for kind, *sizes in layers:
        if kind == "dense":
            inputs, units = sizes
            total += inputs * units + units
        else:
            height, width, channels, kernel, filters = sizes
            places = (height - kernel + 1) * (width - kernel + 1)
            total += places * kernel**2 * channels * filters
    return total


@wrong(
    "multiplication_count", "the sizes are read as channels, height, width, in another order than they stand"
)
def multiplication_count(layers):
    total = 0
    for kind, *sizes in layers:
        if kind == "dense":
            total += sizes[0] * sizes[1]
        else:
            channels, height, width, kernel, filters = sizes
            total += (height - kernel + 1) * (width - kernel + 1) * kernel**2 * channels * filters
    return total


@wrong("multiplication_count", "the list of layers is emptied while counting")
def multiplication_count(layers):
    total = 0
    while layers:
        kind, *sizes = layers.pop()
        if kind == "dense":
            total += sizes[0] * sizes[1]
        else:
            height, width, channels, kernel, filters = sizes
            total += (height - kernel + 1) * (width - kernel + 1) * kernel**2 * channels * filters
    return total


@wrong("multiplication_count", "the kernel isn't squared, and the places are one too few in each direction")
def multiplication_count(layers):
    total = 0
    for kind, *sizes in layers:
        if kind == "dense":
            total += sizes[0] * sizes[1]
        else:
            height, width, channels, kernel, filters = sizes
            places = (height - kernel) * (width - kernel)
            total += places * kernel * channels * filters
    return total


@wrong(
    "holdout_accuracy", "the training rows are taken by a mask, and so not in the order of the permutation"
)
def holdout_accuracy(model, X, y, seed):
    n = len(y)
    held = np.random.default_rng(seed).permutation(n)[: n // 4]
    mask = np.ones(n, dtype=bool)
    mask[held] = False
    answers = model(X[mask], y[mask], X[held])
    return (answers == y[held]).sum() / len(held)
