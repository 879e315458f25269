"""Wrong answers to the value exercises of lesson 7d, transformers, each with its true cause."""

# ruff: noqa: F811, RET504
import math

import numpy as np
from unforeseen.catalogue import wrong


def my_softmax(scores):
    """What a learner has written before, and uses again."""
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def my_attention(q, k, v):
    """What a learner has handed in before, and uses again, without a mask."""
    return my_softmax(q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])) @ v


def my_heads(x, Wq, Wk, Wv, Wo, heads):
    """What a learner has handed in before, and uses again."""
    size = x.shape[-1] // heads
    found = []
    for i in range(heads):
        part = slice(i * size, (i + 1) * size)
        found.append(my_attention(x @ Wq[:, part], x @ Wk[:, part], x @ Wv[:, part]))
    return np.concatenate(found, axis=-1) @ Wo


def my_layer_norm(x, gamma, beta, epsilon=1e-3):
    """What a learner has handed in before, and uses again."""
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


@wrong("wordpiece", "puts ## before each piece, before the first one, too, when it looks it up")
def wordpiece(word, vocabulary):
    pieces = []
    start = 0
    while start < len(word):
        end = len(word)
        while end > start and "##" + word[start:end] not in vocabulary:
            end -= 1
        if end == start:
            return ["[UNK]"]
        pieces.append("##" + word[start:end])
        start = end
    return pieces


@wrong("wordpiece", "puts [UNK] for a letter that does not fit and goes on with the next one")
def wordpiece(word, vocabulary):
    pieces = []
    start = 0
    while start < len(word):
        prefix = "##" if start > 0 else ""
        end = len(word)
        while end > start and prefix + word[start:end] not in vocabulary:
            end -= 1
        if end == start:
            pieces.append("[UNK]")
            start += 1
        else:
            pieces.append(prefix + word[start:end])
            start = end
    return pieces


@wrong("wordpiece", "leaves out a letter that does not fit and goes on")
def wordpiece(word, vocabulary):
    pieces = []
    i = 0
    while i < len(word):
        found = False
        for j in range(len(word), i, -1):
            piece = word[i:j] if i == 0 else "##" + word[i:j]
            if piece in vocabulary:
                pieces.append(piece)
                i = j
                found = True
                break
        if not found:
            i += 1
    return pieces


@wrong("wordpiece", "never tries the whole of what is left: the farthest end is one letter short")
def wordpiece(word, vocabulary):
    pieces = []
    start = 0
    n = len(word)
    while start < n:
        prefix = "" if start == 0 else "##"
        match = None
        for end in range(max(n - 1, start + 1), start, -1):
            if prefix + word[start:end] in vocabulary:
                match = end
                break
        if match is None:
            return ["[UNK]"]
        pieces.append(prefix + word[start:match])
        start = match
    return pieces


@wrong("wordpiece", "never tries pieces of a single letter: the loop over the ends stops one too early")
def wordpiece(word, vocabulary):
    pieces = []
    start = 0
    while start < len(word):
        best = None
        for end in range(len(word), start + 1, -1):
            piece = word[start:end]
            if start > 0:
                piece = "##" + piece
            if piece in vocabulary:
                best = piece
                break
        if best is None:
            return ["[UNK]"]
        pieces.append(best)
        start += len(best.replace("##", ""))
    return pieces


@wrong("wordpiece", "cuts from the right: the longest piece at the word's end is taken first")
def wordpiece(word, vocabulary):
    pieces = []
    end = len(word)
    while end > 0:
        chosen = None
        for start in range(end):
            piece = word[start:end]
            if start > 0:
                piece = "##" + piece
            if piece in vocabulary:
                chosen = start
                break
        if chosen is None:
            return ["[UNK]"]
        pieces.insert(0, piece)
        end = chosen
    return pieces


@wrong("wordpiece", "gives the text [UNK] back in place of a list with it")
def wordpiece(word, vocabulary):
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        end = len(word)
        while prefix + word[start:end] not in vocabulary:
            end -= 1
            if end == start:
                return "[UNK]"
        pieces.append(prefix + word[start:end])
        start = end
    return pieces


@wrong("wordpiece", "an inner piece may also be one that stands in the vocabulary without ##")
def wordpiece(word, vocabulary):
    pieces = []
    start = 0
    while start < len(word):
        found = None
        for end in range(len(word), start, -1):
            part = word[start:end]
            if start > 0 and "##" + part in vocabulary:
                found = "##" + part
            elif part in vocabulary:
                found = part
            if found is not None:
                break
        if found is None:
            return ["[UNK]"]
        pieces.append(found)
        start = end
    return pieces


@wrong("wordpiece", "takes the first piece of the vocabulary that fits, in its order, and not the longest")
def wordpiece(word, vocabulary):
    pieces = []
    rest = word
    while rest:
        chosen = None
        for piece in vocabulary:
            inner = piece.startswith("##")
            text = piece[2:] if inner else piece
            if inner == (len(pieces) > 0) and rest.startswith(text):
                chosen = piece
                rest = rest[len(text) :]
                break
        if chosen is None:
            return ["[UNK]"]
        pieces.append(chosen)
    return pieces


@wrong("wordpiece", "after an inner piece it moves on by the length with ##, two letters too far")
def wordpiece(word, vocabulary):
    pieces = []
    start = 0
    while start < len(word):
        prefix = "##" if start > 0 else ""
        for end in range(len(word), start, -1):
            piece = prefix + word[start:end]
            if piece in vocabulary:
                pieces.append(piece)
                start += len(piece)
                break
        else:
            return ["[UNK]"]
    return pieces


@wrong("wordpiece", "a word that can't be split becomes its letters, in place of [UNK]")
def wordpiece(word, vocabulary):
    pieces = []
    start = 0
    while start < len(word):
        prefix = "##" if start else ""
        end = len(word)
        while end > start and prefix + word[start:end] not in vocabulary:
            end -= 1
        if end == start:
            return [word[0]] + ["##" + letter for letter in word[1:]]
        pieces.append(prefix + word[start:end])
        start = end
    return pieces


@wrong("wordpiece", "returns one [UNK] for each letter where the word can't be split")
def wordpiece(word, vocabulary):
    known = set(vocabulary)
    pieces = []
    start = 0
    while start < len(word):
        end = len(word)
        prefix = "##" if pieces else ""
        while end > start and prefix + word[start:end] not in known:
            end -= 1
        if end == start:
            return ["[UNK]"] * len(word)
        pieces.append(prefix + word[start:end])
        start = end
    return pieces


@wrong("wordpiece", "takes the shortest piece, and leaves the ## out of what it returns")
def wordpiece(word, vocabulary):
    pieces = []
    start = 0
    while start < len(word):
        found = False
        for end in range(start + 1, len(word) + 1):
            part = word[start:end]
            if (part if start == 0 else "##" + part) in vocabulary:
                pieces.append(part)
                start = end
                found = True
                break
        if not found:
            return ["[UNK]"]
    return pieces


@wrong("positional_encoding", "the exponent became a factor: 10000 times 2i / depth in place of the power")
def positional_encoding(length, depth):
    P = np.zeros((length, depth))
    for p in range(length):
        for i in range(depth // 2):
            below = max(10000 * (2 * i / depth), 1)
            P[p, 2 * i] = math.sin(p / below)
            P[p, 2 * i + 1] = math.cos(p / below)
    return P


@wrong("positional_encoding", "transposed: a row for each number and a column for each position")
def positional_encoding(length, depth):
    P = np.zeros((depth, length))
    positions = np.arange(length)
    for i in range(0, depth, 2):
        angles = positions / 10000 ** (i / depth)
        P[i] = np.sin(angles)
        P[i + 1] = np.cos(angles)
    return P


@wrong("positional_encoding", "only the even columns are filled: the cosines are forgotten")
def positional_encoding(length, depth):
    P = np.zeros((length, depth))
    for p in range(length):
        for i in range(0, depth, 2):
            P[p, i] = np.sin(p / 10000 ** (i / depth))
    return P


@wrong("positional_encoding", "divides the exponent by the length in place of the depth")
def positional_encoding(length, depth):
    P = np.zeros((length, depth))
    positions = np.arange(length).reshape(-1, 1)
    evens = np.arange(0, depth, 2)
    angles = positions / 10000 ** (evens / length)
    P[:, 0::2] = np.sin(angles)
    P[:, 1::2] = np.cos(angles)
    return P


@wrong("positional_encoding", "position and pair have changed places in the formula")
def positional_encoding(length, depth):
    P = np.zeros((length, depth))
    for p in range(length):
        for i in range(0, depth, 2):
            angle = i / 10000 ** (p / depth)
            P[p, i] = math.sin(angle)
            P[p, i + 1] = math.cos(angle)
    return P


@wrong("positional_encoding", "the cosine's exponent is one pair further: 2i + 2 in place of 2i")
def positional_encoding(length, depth):
    P = np.zeros((length, depth))
    for p in range(length):
        for i in range(0, depth, 2):
            P[p, i] = math.sin(p / 10000 ** (i / depth))
            P[p, i + 1] = math.cos(p / 10000 ** ((i + 2) / depth))
    return P


@wrong("positional_encoding", "the last pair ends at the base itself: the exponent is divided by depth - 2")
def positional_encoding(length, depth):
    pairs = depth // 2
    exponents = np.linspace(0, 1, pairs)
    angles = np.arange(length)[:, None] / 10000**exponents
    P = np.empty((length, depth))
    P[:, 0::2] = np.sin(angles)
    P[:, 1::2] = np.cos(angles)
    return P


@wrong("positional_encoding", "angles are scaled by 2π, as if the wave length were the power")
def positional_encoding(length, depth):
    P = np.zeros((length, depth))
    for p in range(length):
        for i in range(0, depth, 2):
            angle = 2 * math.pi * p / 10000 ** (i / depth)
            P[p, i] = math.sin(angle)
            P[p, i + 1] = math.cos(angle)
    return P


@wrong("positional_encoding", "positions are divided by the length first, so that they run from 0 to below 1")
def positional_encoding(length, depth):
    positions = np.arange(length) / length
    rates = 1 / 10000 ** (np.arange(0, depth, 2) / depth)
    angles = np.outer(positions, rates)
    P = np.zeros((length, depth))
    P[:, ::2] = np.sin(angles)
    P[:, 1::2] = np.cos(angles)
    return P


@wrong("positional_encoding", "the exponent is rounded down by //, so it is 0 everywhere")
def positional_encoding(length, depth):
    P = np.zeros((length, depth))
    for p in range(length):
        for i in range(depth // 2):
            angle = p / 10000 ** (2 * i // depth)
            P[p, 2 * i] = np.sin(angle)
            P[p, 2 * i + 1] = np.cos(angle)
    return P


@wrong("positional_encoding", "sines and cosines swapped, and positions from 1")
def positional_encoding(length, depth):
    P = np.zeros((length, depth))
    for row in range(length):
        p = row + 1
        for i in range(0, depth, 2):
            angle = p / 10000 ** (i / depth)
            P[row, i] = math.cos(angle)
            P[row, i + 1] = math.sin(angle)
    return P


@wrong("positional_encoding", "the base is 100,000, a zero too many")
def positional_encoding(length, depth):
    angles = np.arange(length)[:, np.newaxis] / np.power(100000.0, np.arange(0, depth, 2) / depth)
    P = np.zeros((length, depth))
    P[:, 0::2] = np.sin(angles)
    P[:, 1::2] = np.cos(angles)
    return P


@wrong("positional_encoding", "the loop ends a position too early, so the last row stays zeros")
def positional_encoding(length, depth):
    P = np.zeros((length, depth))
    for p in range(length - 1):
        for i in range(0, depth, 2):
            angle = p / 10000 ** (i / depth)
            P[p, i] = math.sin(angle)
            P[p, i + 1] = math.cos(angle)
    return P


@wrong("positional_encoding", "sines in the first half and cosines in the second, and positions from 1")
def positional_encoding(length, depth):
    positions = np.arange(1, length + 1)[:, None]
    angles = positions / 10000 ** (np.arange(0, depth, 2) / depth)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


@wrong("attention", "multiplies with the root of d in place of dividing by it")
def attention(q, k, v, mask=None):
    d = q.shape[-1]
    scores = np.matmul(q, np.swapaxes(k, -1, -2)) * np.sqrt(d)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    e = np.exp(scores - top)
    total = e.sum(axis=-1, keepdims=True)
    return (e / np.where(total > 0, total, 1.0)) @ v


@wrong("attention", "the weights are not normalised: the sum over the keys is not divided by")
def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -1e30)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    if mask is not None:
        weights = weights * mask
    return weights @ v


@wrong("attention", "all queries get the first query's row of the mask")
def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        visible = mask[..., :1, :]
        scores = np.where(visible, scores, -1e30)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    if mask is not None:
        e = e * visible
    total = e.sum(axis=-1, keepdims=True)
    return e / np.maximum(total, 1e-30) @ v


@wrong("attention", "adds the mask to the scores: True counts as 1 more, and nothing is hidden")
def attention(q, k, v, mask=None):
    d = q.shape[-1]
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(d)
    if mask is not None:
        scores = scores + mask
    scores = scores - scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    return weights @ v


@wrong("attention", "one softmax over all scores of a sample in place of one for each query")
def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -1e30)
    e = np.exp(scores - scores.max(axis=(-1, -2), keepdims=True))
    if mask is not None:
        e = np.where(mask, e, 0.0)
    total = e.sum(axis=(-1, -2), keepdims=True)
    weights = e / np.where(total == 0, 1.0, total)
    return weights @ v


@wrong("attention", "divides by the root after the softmax, so that the weights don't add up to 1")
def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2)
    if mask is not None:
        scores = np.where(mask, scores, -1e30)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    if mask is not None:
        e = e * mask
    total = np.maximum(e.sum(axis=-1, keepdims=True), 1e-30)
    weights = e / total / np.sqrt(q.shape[-1])
    return weights @ v


@wrong("attention", "hides with a score of -1 in place of minus infinity")
def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -1.0)
    scores = scores - np.max(scores, axis=-1, keepdims=True)
    e = np.exp(scores)
    return e / e.sum(axis=-1, keepdims=True) @ v


@wrong("attention", "takes the largest of all scores away, not each query's: rows far below it become 0")
def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -1e30)
    e = np.exp(scores - np.max(scores))
    if mask is not None:
        e = e * mask
    total = e.sum(axis=-1, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ v


@wrong("attention", "returns the weights in place of the weighted values")
def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -1e30)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    if mask is not None:
        e = e * mask
    weights = e / np.maximum(e.sum(axis=-1, keepdims=True), 1e-30)
    return weights


@wrong("attention", "the hard choice: each query takes the value of the key that fits best")
def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -1e30)
    best = np.argmax(scores, axis=-1)
    weights = np.eye(k.shape[-2])[best]
    if mask is not None:
        weights = weights * mask
    return weights @ v


@wrong("attention", "takes the distance of query and key as the score, and not their product")
def attention(q, k, v, mask=None):
    differences = q[..., :, None, :] - k[..., None, :, :]
    scores = -np.sum(differences**2, axis=-1) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -1e30)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    if mask is not None:
        e = e * mask
    return e / np.maximum(e.sum(axis=-1, keepdims=True), 1e-30) @ v


@wrong("attention", "clips the scores to ±20 against the overflow, which makes large ones alike")
def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    scores = np.clip(scores, -20, 20)
    e = np.exp(scores)
    if mask is not None:
        e = np.where(mask, e, 0.0)
    total = e.sum(axis=-1, keepdims=True)
    weights = e / np.where(total > 0, total, 1.0)
    return weights @ v


@wrong("attention", "adds 1 to each sum to keep away from 0 / 0, so weights add up to less than 1")
def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -1e30)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    if mask is not None:
        e = e * mask
    weights = e / (e.sum(axis=-1, keepdims=True) + 1)
    return weights @ v


@wrong("attention", "the scores aren't divided by the root, and the mask comes after the softmax")
def attention(q, k, v, mask=None):
    scores = q @ np.swapaxes(k, -1, -2)
    scores = scores - scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores)
    weights = weights / weights.sum(axis=-1, keepdims=True)
    if mask is not None:
        weights = np.where(mask, weights, 0.0)
    return weights @ v


@wrong(
    "masked_attention", "left two of the faults: the root of the number of queries, and sums over the queries"
)
def masked_attention(q, k, v, mask):
    scores = q @ k.T / np.sqrt(q.shape[0])
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))
    weights = e / np.maximum(e.sum(axis=0, keepdims=True), 1e-30)
    return weights @ v


@wrong("masked_attention", "left two of the faults: the mask comes after the softmax, with the root of n")
def masked_attention(q, k, v, mask):
    scores = q @ k.T / np.sqrt(q.shape[0])
    e = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))
    weights = mask * e / np.maximum(e.sum(axis=1, keepdims=True), 1e-30)
    return weights @ v


@wrong("masked_attention", "mended the root to that of the number of keys")
def masked_attention(q, k, v, mask):
    scores = q @ k.T / np.sqrt(k.shape[0])
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))
    weights = e / np.maximum(e.sum(axis=1, keepdims=True), 1e-30)
    return weights @ v


@wrong("masked_attention", "mended the root to that of the values' depth")
def masked_attention(q, k, v, mask):
    scores = q @ k.T / np.sqrt(v.shape[1])
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))
    weights = e / np.maximum(e.sum(axis=1, keepdims=True), 1e-30)
    return weights @ v


@wrong("masked_attention", "hides with 0 in place of minus infinity while mending")
def masked_attention(q, k, v, mask):
    scores = q @ k.T / np.sqrt(q.shape[1])
    scores = np.where(mask, scores, 0)
    e = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))
    weights = e / np.maximum(e.sum(axis=1, keepdims=True), 1e-30)
    return weights @ v


@wrong("masked_attention", "the two branches of where are the wrong way round: it hides what is visible")
def masked_attention(q, k, v, mask):
    scores = q @ k.T / np.sqrt(q.shape[1])
    scores = np.where(mask, -np.inf, scores)
    e = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))
    weights = e / np.maximum(e.sum(axis=1, keepdims=True), 1e-30)
    return weights @ v


@wrong("masked_attention", "divides by the sum of all weights, as the axis was taken out")
def masked_attention(q, k, v, mask):
    scores = q @ k.T / np.sqrt(q.shape[1])
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))
    weights = e / max(e.sum(), 1e-30)
    return weights @ v


@wrong("masked_attention", "took the root away along with the wrong number: the scores aren't divided")
def masked_attention(q, k, v, mask):
    scores = q @ k.T
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))
    weights = e / np.maximum(e.sum(axis=1, keepdims=True), 1e-30)
    return weights @ v


@wrong("masked_attention", "divides by the depth, without its root")
def masked_attention(q, k, v, mask):
    scores = q @ k.T / q.shape[1]
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))
    weights = e / np.maximum(e.sum(axis=1, keepdims=True), 1e-30)
    return weights @ v


@wrong("masked_attention", "the guard of the sum became 1e+30 in place of 1e-30, so all is nearly 0")
def masked_attention(q, k, v, mask):
    scores = q @ k.T / np.sqrt(q.shape[1])
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))
    weights = e / np.maximum(e.sum(axis=1, keepdims=True), 1e30)
    return weights @ v


@wrong("masked_attention", "both the largest score and the sum are taken over the queries")
def masked_attention(q, k, v, mask):
    scores = q @ k.T / np.sqrt(q.shape[1])
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=0, keepdims=True, initial=-1e30))
    weights = e / np.maximum(e.sum(axis=0, keepdims=True), 1e-30)
    return weights @ v


@wrong("masked_attention", "hides with a score of -10, which is not low enough")
def masked_attention(q, k, v, mask):
    scores = q @ k.T / np.sqrt(q.shape[1])
    scores = scores * mask - 10.0 * (~mask)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    weights[~mask.any(axis=1)] = 0
    return weights @ v


@wrong("causal_mask", "hides the first token from all others")
def causal_mask(n):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        for j in range(n):
            if 0 < j <= i or i == j:
                mask[i, j] = True
    return mask


@wrong("causal_mask", "each token sees itself and the one before it only")
def causal_mask(n):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        mask[i, i] = True
        if i > 0:
            mask[i, i - 1] = True
    return mask


@wrong("causal_mask", "each token sees itself alone")
def causal_mask(n):
    return np.eye(n, dtype=bool)


@wrong("causal_mask", "all True: nothing is hidden")
def causal_mask(n):
    mask = np.ones((n, n), dtype=bool)
    for i in range(n):
        mask[i, : i + 1] = True
    return mask


@wrong("causal_mask", "one token too many: shape (n + 1, n + 1)")
def causal_mask(n):
    rows = np.arange(n + 1)[:, None]
    columns = np.arange(n + 1)[None, :]
    return columns <= rows


@wrong("causal_mask", "a mask with an axis for the batch in front, shape (1, n, n)")
def causal_mask(n):
    i = np.arange(n)
    mask = i[:, None] >= i[None, :]
    return mask[None, :, :]


@wrong("causal_mask", "mirrored: the columns run from the last token to the first")
def causal_mask(n):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        for j in range(n):
            mask[i, j] = i + j >= n - 1
    return mask


@wrong("causal_mask", "looks ahead, and gives numbers in place of truths")
def causal_mask(n):
    mask = np.zeros((n, n))
    for i in range(n):
        for j in range(i, n):
            mask[i, j] = 1
    return mask


@wrong("causal_mask", "texts in place of truths: the words True and False")
def causal_mask(n):
    mask = []
    for i in range(n):
        mask.append([str(j <= i) for j in range(n)])
    return mask


@wrong("causal_mask", "a list of rows of growing length: what is hidden is left out in place of False")
def causal_mask(n):
    mask = []
    for i in range(n):
        mask.append([True] * (i + 1))
    return mask


@wrong("causal_mask", "the first token sees nothing, not even itself: the loop begins at 1")
def causal_mask(n):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(1, n):
        for j in range(i + 1):
            mask[i, j] = True
    return mask


@wrong("causal_mask", "the last token's row is forgotten by the loop")
def causal_mask(n):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n - 1):
        mask[i, : i + 1] = True
    return mask


@wrong("influence", "changes a row by so little that what weak influences make of it stays below the limit")
def influence(f, x):
    n = len(x)
    before = f(x)
    result = np.zeros((n, n), dtype=bool)
    rng = np.random.default_rng(1)
    for j in range(n):
        changed = x.astype(float)
        changed[j] += 1e-7 * rng.normal(size=x.shape[1])
        after = f(changed)
        for i in range(n):
            result[i, j] = np.max(np.abs(after[i] - before[i])) > 1e-9
    return result


@wrong(
    "influence",
    "turns the order of a row's numbers round in place of drawing new ones, so a row of zeros stays one",
)
def influence(f, x):
    n = len(x)
    before = f(x)
    result = np.zeros((n, n), dtype=bool)
    for j in range(n):
        changed = x.astype(float)
        changed[j] = changed[j][::-1]
        result[:, j] = np.any(np.abs(f(changed) - before) > 1e-9, axis=1)
    return result


@wrong("influence", "asks for any difference whatever: rounding counts as an influence")
def influence(f, x):
    n = len(x)
    before = f(x)
    rng = np.random.default_rng(0)
    result = np.zeros((n, n), dtype=bool)
    for j in range(n):
        changed = x.astype(float)
        changed[j] = rng.normal(size=x.shape[1])
        after = f(changed)
        for i in range(n):
            result[i, j] = np.any(after[i] != before[i])
    return result


@wrong("influence", "looks at the first number of each output row alone, and only from a thousandth on")
def influence(f, x):
    n = len(x)
    before = f(x)
    noise = np.random.default_rng(0).normal(size=x.shape)
    result = np.zeros((n, n), dtype=bool)
    for j in range(n):
        changed = x.copy()
        changed[j] = changed[j] + noise[j]
        result[:, j] = np.abs(f(changed) - before)[:, 0] > 1e-3
    return result


@wrong("influence", "leaves out the sign's absolute value: only outputs that grow count")
def influence(f, x):
    n = len(x)
    before = f(x)
    rng = np.random.default_rng(0)
    result = np.zeros((n, n), dtype=bool)
    for j in range(n):
        changed = x.astype(float)
        changed[j] += rng.normal(size=x.shape[1])
        difference = f(changed) - before
        result[:, j] = difference.sum(axis=1) > 1e-9
    return result


@wrong("influence", "the table says where nothing changes: True and False are turned round")
def influence(f, x):
    n = len(x)
    before = f(x)
    noise = np.random.default_rng(0).normal(size=x.shape)
    result = np.zeros((n, n), dtype=bool)
    for j in range(n):
        changed = x.copy()
        changed[j] += noise[j]
        after = f(changed)
        for i in range(n):
            result[i, j] = np.allclose(after[i], before[i], rtol=0, atol=1e-9)
    return result


@wrong("influence", "a row's influence on itself is left out: the diagonal is False")
def influence(f, x):
    n = len(x)
    before = f(x)
    noise = np.random.default_rng(0).normal(size=x.shape)
    result = np.zeros((n, n), dtype=bool)
    for j in range(n):
        changed = np.array(x, dtype=float)
        changed[j] += noise[j]
        after = f(changed)
        for i in range(n):
            if i != j:
                result[i, j] = np.abs(after[i] - before[i]).max() > 1e-9
    return result


@wrong("influence", "returns the largest changes themselves in place of truths")
def influence(f, x):
    n = len(x)
    before = f(x)
    noise = np.random.default_rng(0).normal(size=x.shape)
    changes = np.zeros((n, n))
    for j in range(n):
        changed = x.copy()
        changed[j] += noise[j]
        changes[:, j] = np.abs(f(changed) - before).max(axis=1)
    return changes


@wrong("influence", "calls only those changes an influence that are larger than the mean of all")
def influence(f, x):
    n = len(x)
    base = f(x)
    noise = np.random.default_rng(3).normal(size=x.shape)
    changes = np.zeros((n, n))
    for j in range(n):
        other = x.copy()
        other[j] += noise[j]
        changes[:, j] = np.abs(f(other) - base).max(axis=1)
    return changes > changes.mean()


@wrong("influence", "changes the given x itself, and never puts a row back before the next")
def influence(f, x):
    n = len(x)
    before = f(x)
    noise = np.random.default_rng(0).normal(size=x.shape)
    result = np.zeros((n, n), dtype=bool)
    for j in range(n):
        x[j] += noise[j]
        result[:, j] = np.abs(f(x) - before).max(axis=1) > 1e-9
    return result


@wrong("influence", "compares the changed output with the changed input in place of with the output before")
def influence(f, x):
    n = len(x)
    noise = np.random.default_rng(0).normal(size=x.shape)
    result = np.zeros((n, n), dtype=bool)
    for j in range(n):
        changed = x.copy()
        changed[j] += noise[j]
        after = f(changed)
        for i in range(n):
            result[i, j] = abs(after[i].sum() - changed[i].sum()) > 1e-9
    return result


@wrong("influence", "changes all rows from j to the end along with j")
def influence(f, x):
    n = len(x)
    before = f(x)
    noise = np.random.default_rng(0).normal(size=x.shape)
    result = np.zeros((n, n), dtype=bool)
    for j in range(n):
        changed = x.copy()
        changed[j:] += noise[j:]
        result[:, j] = np.abs(f(changed) - before).max(axis=1) > 1e-9
    return result


@wrong("influence", "copies the next row over a row, which changes nothing where the two are alike")
def influence(f, x):
    n = len(x)
    before = f(x)
    result = np.zeros((n, n), dtype=bool)
    for j in range(n):
        changed = x.copy()
        changed[j] = x[(j + 1) % n]
        result[:, j] = np.abs(f(changed) - before).max(axis=1) > 1e-9
    return result


@wrong("influence", "rows and columns are swapped, and the diagonal is left False")
def influence(f, x):
    n = len(x)
    before = f(x)
    noise = np.random.default_rng(0).normal(size=x.shape)
    table = np.zeros((n, n), dtype=bool)
    for i in range(n):
        changed = x.copy()
        changed[i] += noise[i]
        after = f(changed)
        for j in range(n):
            if i != j and np.abs(after[j] - before[j]).max() > 1e-9:
                table[i, j] = True
    return table


@wrong("multi_head_attention", "parts the rows of the weights in place of their columns")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    size = x.shape[-1] // heads
    found = []
    for i in range(heads):
        part = slice(i * size, (i + 1) * size)
        q, k, v = x @ Wq[part].T, x @ Wk[part].T, x @ Wv[part].T
        found.append(my_attention(q, k, v))
    return np.concatenate(found, axis=-1) @ Wo


@wrong(
    "multi_head_attention", "parts x itself among the heads, and each uses a block on the weights' diagonal"
)
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    size = x.shape[-1] // heads
    found = []
    for i in range(heads):
        s = slice(i * size, (i + 1) * size)
        part = x[..., s]
        found.append(my_attention(part @ Wq[s, s], part @ Wk[s, s], part @ Wv[s, s]))
    return np.concatenate(found, axis=-1) @ Wo


@wrong("multi_head_attention", "forgets Wv: the values are parts of x itself")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    n, t, d = x.shape
    size = d // heads
    out = np.zeros((n, t, d))
    for i in range(heads):
        s = slice(i * size, (i + 1) * size)
        out[:, :, s] = my_attention(x @ Wq[:, s], x @ Wk[:, s], x[:, :, s])
    return out @ Wo


@wrong("multi_head_attention", "uses Wk for the values as well, by a slip of copying")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    n, t, d = x.shape
    size = d // heads
    q, k, v = x @ Wq, x @ Wk, x @ Wk
    out = np.zeros((n, t, d))
    for i in range(heads):
        s = slice(i * size, (i + 1) * size)
        out[..., s] = my_attention(q[..., s], k[..., s], v[..., s])
    return out @ Wo


@wrong("multi_head_attention", "takes the mean of the heads in place of joining them side by side")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    size = x.shape[-1] // heads
    total = np.zeros(x.shape)
    for i in range(heads):
        s = slice(i * size, (i + 1) * size)
        head = my_attention(x @ Wq[:, s], x @ Wk[:, s], x @ Wv)
        total = total + head
    return total / heads @ Wo


@wrong("multi_head_attention", "forgets to scale the scores at all")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    size = x.shape[-1] // heads
    found = []
    for i in range(heads):
        s = slice(i * size, (i + 1) * size)
        q, k, v = x @ Wq[:, s], x @ Wk[:, s], x @ Wv[:, s]
        weights = my_softmax(q @ k.swapaxes(-1, -2))
        found.append(weights @ v)
    return np.concatenate(found, axis=-1) @ Wo


@wrong(
    "multi_head_attention", "all texts of the batch are one long text: tokens attend to those of other texts"
)
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    n, t, d = x.shape
    size = d // heads
    flat = x.reshape(n * t, d)
    found = []
    for i in range(heads):
        s = slice(i * size, (i + 1) * size)
        found.append(my_attention(flat @ Wq[:, s], flat @ Wk[:, s], flat @ Wv[:, s]))
    return (np.concatenate(found, axis=-1) @ Wo).reshape(n, t, d)


@wrong("multi_head_attention", "the softmax runs over the queries")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    size = x.shape[-1] // heads
    found = []
    for i in range(heads):
        s = slice(i * size, (i + 1) * size)
        q, k, v = x @ Wq[:, s], x @ Wk[:, s], x @ Wv[:, s]
        scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(size)
        e = np.exp(scores - scores.max(axis=-2, keepdims=True))
        found.append(e / e.sum(axis=-2, keepdims=True) @ v)
    return np.concatenate(found, axis=-1) @ Wo


@wrong("multi_head_attention", "all heads use the first block of columns")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    size = x.shape[-1] // heads
    found = []
    for _ in range(heads):
        q = x @ Wq[:, :size]
        k = x @ Wk[:, :size]
        v = x @ Wv[:, :size]
        found.append(my_attention(q, k, v))
    return np.concatenate(found, axis=-1) @ Wo


@wrong("multi_head_attention", "joins the heads in reverse, as each new one is put in front")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    size = x.shape[-1] // heads
    joined = np.zeros((*x.shape[:2], 0))
    for i in range(heads):
        s = slice(i * size, (i + 1) * size)
        head = my_attention(x @ Wq[:, s], x @ Wk[:, s], x @ Wv[:, s])
        joined = np.concatenate([head, joined], axis=-1)
    return joined @ Wo


@wrong("multi_head_attention", "divides by the root of the number of heads in place of a head's depth")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    size = x.shape[-1] // heads
    found = []
    for i in range(heads):
        s = slice(i * size, (i + 1) * size)
        q, k, v = x @ Wq[:, s], x @ Wk[:, s], x @ Wv[:, s]
        scores = np.matmul(q, np.transpose(k, (0, 2, 1))) / np.sqrt(heads)
        found.append(my_softmax(scores) @ v)
    return np.concatenate(found, axis=-1) @ Wo


@wrong("multi_head_attention", "adds x at the end, as a residual, which belongs to the encoder's block")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    size = x.shape[-1] // heads
    found = []
    for i in range(heads):
        s = slice(i * size, (i + 1) * size)
        found.append(my_attention(x @ Wq[:, s], x @ Wk[:, s], x @ Wv[:, s]))
    return x + np.concatenate(found, axis=-1) @ Wo


@wrong("multi_head_attention", "the last head is forgotten: its columns stay 0 where there are several heads")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    size = x.shape[-1] // heads
    out = np.zeros(x.shape)
    for i in range(max(heads - 1, 1)):
        s = slice(i * size, (i + 1) * size)
        out[..., s] = my_attention(x @ Wq[:, s], x @ Wk[:, s], x @ Wv[:, s])
    return out @ Wo


@wrong("multi_head_attention", "divides by the root of the whole depth, and forgets Wo")
def multi_head_attention(x, Wq, Wk, Wv, Wo, heads):
    d = x.shape[-1]
    size = d // heads
    found = []
    for i in range(heads):
        s = slice(i * size, (i + 1) * size)
        q, k, v = x @ Wq[:, s], x @ Wk[:, s], x @ Wv[:, s]
        found.append(my_softmax(q @ k.swapaxes(1, 2) / np.sqrt(d)) @ v)
    return np.concatenate(found, axis=-1)


@wrong("layer_norm", "the squared distances are summed and not divided by d")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    mean = x.mean(axis=-1, keepdims=True)
    centred = x - mean
    total = np.sum(centred**2, axis=-1, keepdims=True)
    return gamma * centred / np.sqrt(total + epsilon) + beta


@wrong("layer_norm", "gamma and beta have changed places")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    mean = np.mean(x, axis=-1, keepdims=True)
    var = np.var(x, axis=-1, keepdims=True)
    normed = (x - mean) / np.sqrt(var + epsilon)
    return beta * normed + gamma


@wrong("layer_norm", "the variance is the mean of the squares of x, not of what is left without the mean")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    mean = x.mean(axis=-1, keepdims=True)
    variance = (x**2).mean(axis=-1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


@wrong("layer_norm", "takes the mean absolute distance for the spread")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.abs(centred).mean(axis=-1, keepdims=True)
    return gamma * centred / (spread + epsilon) + beta


@wrong("layer_norm", "multiplies with the root in place of dividing by it")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    mean = x.mean(axis=-1, keepdims=True)
    var = x.var(axis=-1, keepdims=True)
    return gamma * (x - mean) * np.sqrt(var + epsilon) + beta


@wrong("layer_norm", "normalises over all axes but the first: the tokens of a text share mean and variance")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    axes = tuple(range(1, x.ndim)) if x.ndim > 2 else (-1,)
    mean = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta


@wrong("layer_norm", "normalises over axis 1, which is the last one for matrices only")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    axis = 1 if x.ndim > 1 else 0
    mean = x.mean(axis=axis, keepdims=True)
    var = x.var(axis=axis, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta


@wrong("layer_norm", "the brackets are missing: only the mean is divided by the root")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return gamma * (x - mean / np.sqrt(variance + epsilon)) + beta


@wrong("layer_norm", "adds epsilon to the standard deviation, and takes the root again")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    mean = x.mean(axis=-1, keepdims=True)
    std = x.std(axis=-1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(std + epsilon) + beta


@wrong("layer_norm", "scales by 1 + gamma, as if gamma began at 0")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    mean = x.mean(axis=-1, keepdims=True)
    variance = np.mean((x - mean) ** 2, axis=-1, keepdims=True)
    normed = (x - mean) / np.sqrt(variance + epsilon)
    return (1 + gamma) * normed + beta


@wrong("layer_norm", "divides by n - 1 and adds epsilon to the root")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    d = x.shape[-1]
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.sum(centred**2, axis=-1, keepdims=True) / max(d - 1, 1)
    return gamma * centred / (np.sqrt(variance) + epsilon) + beta


@wrong("layer_norm", "one centre for each column and one spread for each token")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    mean = x.mean(axis=0) if x.ndim > 1 else x.mean()
    variance = x.var(axis=-1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


@wrong("layer_norm", "where a token's numbers are all alike it returns zeros, without beta")
def layer_norm(x, gamma, beta, epsilon=1e-3):
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    out = gamma * (x - mean) / np.sqrt(variance + epsilon) + beta
    return np.where(variance > 0, out, 0.0)


@wrong("encoder_block", "forgets the bias b1 in the feed-forward part")
def encoder_block(x, weights):
    w = weights
    attended = my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])
    x = my_layer_norm(x + attended, w["gamma1"], w["beta1"])
    hidden = np.maximum(x @ w["W1"], 0)
    made = hidden @ w["W2"] + w["b2"]
    return my_layer_norm(x + made, w["gamma2"], w["beta2"])


@wrong("encoder_block", "forgets the bias b2 in the feed-forward part")
def encoder_block(x, weights):
    w = weights
    attended = my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])
    x = my_layer_norm(x + attended, w["gamma1"], w["beta1"])
    hidden = np.maximum(x @ w["W1"] + w["b1"], 0)
    return my_layer_norm(x + hidden @ w["W2"], w["gamma2"], w["beta2"])


@wrong("encoder_block", "forgets the first layer norm, and the second one is right")
def encoder_block(x, weights):
    w = weights
    x = x + my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])
    made = np.maximum(x @ w["W1"] + w["b1"], 0) @ w["W2"] + w["b2"]
    return my_layer_norm(x + made, w["gamma2"], w["beta2"])


@wrong("encoder_block", "the two layer norms have changed places")
def encoder_block(x, weights):
    w = weights
    attended = my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])
    x = my_layer_norm(x + attended, w["gamma2"], w["beta2"])
    made = np.maximum(x @ w["W1"] + w["b1"], 0) @ w["W2"] + w["b2"]
    return my_layer_norm(x + made, w["gamma1"], w["beta1"])


@wrong("encoder_block", "skips the attention: the first layer norm gets x alone")
def encoder_block(x, weights):
    w = weights
    x = my_layer_norm(x, w["gamma1"], w["beta1"])
    hidden = np.maximum(x @ w["W1"] + w["b1"], 0)
    made = hidden @ w["W2"] + w["b2"]
    return my_layer_norm(x + made, w["gamma2"], w["beta2"])


@wrong("encoder_block", "stops after the attention: the feed-forward part is forgotten")
def encoder_block(x, weights):
    w = weights
    attended = my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])
    x = my_layer_norm(x + attended, w["gamma1"], w["beta1"])
    return my_layer_norm(x, w["gamma2"], w["beta2"])


@wrong("encoder_block", "a single head, whatever the weights say")
def encoder_block(x, weights):
    w = weights
    attended = my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], 1)
    x = my_layer_norm(x + attended, w["gamma1"], w["beta1"])
    made = np.maximum(x @ w["W1"] + w["b1"], 0) @ w["W2"] + w["b2"]
    return my_layer_norm(x + made, w["gamma2"], w["beta2"])


@wrong("encoder_block", "adds b1 after the ReLU in place of before it")
def encoder_block(x, weights):
    w = weights
    attended = my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])
    x = my_layer_norm(x + attended, w["gamma1"], w["beta1"])
    hidden = np.maximum(x @ w["W1"], 0) + w["b1"]
    made = hidden @ w["W2"] + w["b2"]
    return my_layer_norm(x + made, w["gamma2"], w["beta2"])


@wrong("encoder_block", "a sigmoid in the place of the ReLU")
def encoder_block(x, weights):
    w = weights
    attended = my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])
    x = my_layer_norm(x + attended, w["gamma1"], w["beta1"])
    hidden = 1 / (1 + np.exp(-(x @ w["W1"] + w["b1"])))
    made = hidden @ w["W2"] + w["b2"]
    return my_layer_norm(x + made, w["gamma2"], w["beta2"])


@wrong("encoder_block", "Wq and Wk have changed places when they are handed over")
def encoder_block(x, weights):
    w = weights
    attended = my_heads(x, w["Wk"], w["Wq"], w["Wv"], w["Wo"], w["heads"])
    x = my_layer_norm(x + attended, w["gamma1"], w["beta1"])
    made = np.maximum(x @ w["W1"] + w["b1"], 0) @ w["W2"] + w["b2"]
    return my_layer_norm(x + made, w["gamma2"], w["beta2"])


@wrong("encoder_block", "a ReLU after the second dense layer as well as between the two")
def encoder_block(x, weights):
    w = weights
    attended = my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])
    x = my_layer_norm(x + attended, w["gamma1"], w["beta1"])
    hidden = np.maximum(x @ w["W1"] + w["b1"], 0)
    made = np.maximum(hidden @ w["W2"] + w["b2"], 0)
    return my_layer_norm(x + made, w["gamma2"], w["beta2"])


@wrong("encoder_block", "multiplies x with what a part gives in place of adding the two")
def encoder_block(x, weights):
    w = weights
    attended = my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])
    x = my_layer_norm(x * attended, w["gamma1"], w["beta1"])
    made = np.maximum(x @ w["W1"] + w["b1"], 0) @ w["W2"] + w["b2"]
    return my_layer_norm(x * made, w["gamma2"], w["beta2"])


@wrong("encoder_block", "the layer norms run over the tokens of a text in place of a token's numbers")
def encoder_block(x, weights):
    w = weights

    def norm(z, gamma, beta):
        mean = z.mean(axis=1, keepdims=True)
        var = z.var(axis=1, keepdims=True)
        return gamma * (z - mean) / np.sqrt(var + 0.001) + beta

    x = norm(x + my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"]), w["gamma1"], w["beta1"])
    made = np.maximum(x @ w["W1"] + w["b1"], 0) @ w["W2"] + w["b2"]
    return norm(x + made, w["gamma2"], w["beta2"])


@wrong("encoder_block", "no ReLU between the dense layers, and no layer norm at the end")
def encoder_block(x, weights):
    w = weights
    attended = my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])
    x = my_layer_norm(x + attended, w["gamma1"], w["beta1"])
    hidden = x @ w["W1"] + w["b1"]
    return x + hidden @ w["W2"] + w["b2"]


@wrong("encoder_block", "the first sum is missing, and both norms have gamma1 and beta1")
def encoder_block(x, weights):
    w = weights
    x = my_heads(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])
    x = my_layer_norm(x, w["gamma1"], w["beta1"])
    made = np.maximum(x @ w["W1"] + w["b1"], 0) @ w["W2"] + w["b2"]
    return my_layer_norm(x + made, w["gamma1"], w["beta1"])


@wrong("attend_step", "divides by the root of the values' depth")
def attend_step(x, cache, Wq, Wk, Wv):
    q, key, value = x @ Wq, x @ Wk, x @ Wv
    if cache is None:
        keys, values = key[None], value[None]
    else:
        keys = np.vstack([cache["keys"], key])
        values = np.vstack([cache["values"], value])
    weights = my_softmax(keys @ q / np.sqrt(len(value)))
    return weights @ values, {"keys": keys, "values": values}


@wrong("attend_step", "divides by the depth of a key without the root")
def attend_step(x, cache, Wq, Wk, Wv):
    q = x @ Wq
    keys = (x @ Wk).reshape(1, -1)
    values = (x @ Wv).reshape(1, -1)
    if cache is not None:
        keys = np.concatenate([cache["keys"], keys])
        values = np.concatenate([cache["values"], values])
    scores = keys @ q / keys.shape[1]
    e = np.exp(scores - scores.max())
    return (e / e.sum()) @ values, {"keys": keys, "values": values}


@wrong("attend_step", "divides by the root of the depth of the incoming token")
def attend_step(x, cache, Wq, Wk, Wv):
    q, key, value = x @ Wq, x @ Wk, x @ Wv
    keys = key[np.newaxis] if cache is None else np.vstack([cache["keys"], key])
    values = value[np.newaxis] if cache is None else np.vstack([cache["values"], value])
    weights = my_softmax(keys @ q / np.sqrt(len(x)))
    return weights @ values, {"keys": keys, "values": values}


@wrong("attend_step", "the cache's keys and values are exchanged when it is returned")
def attend_step(x, cache, Wq, Wk, Wv):
    q, key, value = x @ Wq, x @ Wk, x @ Wv
    if cache is None:
        keys, values = key[None], value[None]
    else:
        keys = np.vstack([cache["keys"], key])
        values = np.vstack([cache["values"], value])
    output = my_softmax(keys @ q / np.sqrt(len(q))) @ values
    return output, {"keys": values, "values": keys}


@wrong("attend_step", "for the first token it caches the token itself in place of its key and value")
def attend_step(x, cache, Wq, Wk, Wv):
    q, key, value = x @ Wq, x @ Wk, x @ Wv
    if cache is None:
        keys, values = key[None], value[None]
        return value, {"keys": x[None], "values": x[None]}
    keys = np.vstack([cache["keys"], key])
    values = np.vstack([cache["values"], value])
    output = my_softmax(keys @ q / np.sqrt(len(q))) @ values
    return output, {"keys": keys, "values": values}


@wrong("attend_step", "the output has an axis too many: shape (1, e)")
def attend_step(x, cache, Wq, Wk, Wv):
    q = (x @ Wq)[None]
    keys, values = (x @ Wk)[None], (x @ Wv)[None]
    if cache is not None:
        keys = np.concatenate([cache["keys"], keys], axis=0)
        values = np.concatenate([cache["values"], values], axis=0)
    scores = q @ keys.T / np.sqrt(q.shape[-1])
    return my_softmax(scores) @ values, {"keys": keys, "values": values}


@wrong("attend_step", "the query is used for the key: Wq stands in both places")
def attend_step(x, cache, Wq, Wk, Wv):
    q = x @ Wq
    key = x @ Wq
    value = x @ Wv
    if cache is None:
        keys, values = key[None], value[None]
    else:
        keys = np.vstack([cache["keys"], key])
        values = np.vstack([cache["values"], value])
    output = my_softmax(keys @ q / np.sqrt(len(q))) @ values
    return output, {"keys": keys, "values": values}


@wrong("attend_step", "forgets the softmax: the scores themselves weigh the values")
def attend_step(x, cache, Wq, Wk, Wv):
    q, key, value = x @ Wq, x @ Wk, x @ Wv
    if cache is None:
        keys, values = key[None], value[None]
    else:
        keys = np.vstack([cache["keys"], key])
        values = np.vstack([cache["values"], value])
    weights = keys @ q / np.sqrt(len(q))
    return weights @ values, {"keys": keys, "values": values}


@wrong("attend_step", "all tokens count alike: the plain mean of the values")
def attend_step(x, cache, Wq, Wk, Wv):
    key, value = x @ Wk, x @ Wv
    keys, values = [key], [value]
    if cache is not None:
        keys = [*cache["keys"], key]
        values = [*cache["values"], value]
    keys, values = np.array(keys), np.array(values)
    return values.mean(axis=0), {"keys": keys, "values": values}


@wrong("attend_step", "the softmax is not divided by its sum")
def attend_step(x, cache, Wq, Wk, Wv):
    q, key, value = x @ Wq, x @ Wk, x @ Wv
    if cache is None:
        keys, values = key[None], value[None]
    else:
        keys = np.vstack([cache["keys"], key])
        values = np.vstack([cache["values"], value])
    scores = keys @ q / np.sqrt(len(q))
    weights = np.exp(scores - scores.max())
    return weights @ values, {"keys": keys, "values": values}


@wrong("attend_step", "attends to the last token of the cache and itself only, and the cache is right")
def attend_step(x, cache, Wq, Wk, Wv):
    q, key, value = x @ Wq, x @ Wk, x @ Wv
    if cache is None:
        keys, values = key[None], value[None]
    else:
        keys = np.vstack([cache["keys"], key])
        values = np.vstack([cache["values"], value])
    near_keys, near_values = keys[-2:], values[-2:]
    weights = my_softmax(near_keys @ q / np.sqrt(len(q)))
    return weights @ near_values, {"keys": keys, "values": values}


@wrong("attend_step", "appends the last old value once more in place of this token's, in cache and output")
def attend_step(x, cache, Wq, Wk, Wv):
    q, key, value = x @ Wq, x @ Wk, x @ Wv
    if cache is None:
        keys, values = key[None], value[None]
    else:
        keys = np.vstack([cache["keys"], key])
        values = np.vstack([cache["values"], cache["values"][-1]])
    output = my_softmax(keys @ q / np.sqrt(len(q))) @ values
    return output, {"keys": keys, "values": values}


@wrong("attend_step", "the scores aren't divided by √d, and this token comes first in the cache")
def attend_step(x, cache, Wq, Wk, Wv):
    q, key, value = x @ Wq, x @ Wk, x @ Wv
    if cache is None:
        keys, values = key[None], value[None]
    else:
        keys = np.vstack([key, cache["keys"]])
        values = np.vstack([value, cache["values"]])
    e = np.exp(keys @ q)
    output = e / e.sum() @ values
    return output, {"keys": keys, "values": values}


@wrong(
    "attend_step", "the first token is right; for later ones the old keys are kept and the new one is lost"
)
def attend_step(x, cache, Wq, Wk, Wv):
    q, key, value = x @ Wq, x @ Wk, x @ Wv
    if cache is None:
        return value, {"keys": key[None], "values": value[None]}
    keys, values = cache["keys"], cache["values"]
    output = my_softmax(keys @ q / np.sqrt(len(q))) @ values
    return output, {"keys": keys, "values": values}
