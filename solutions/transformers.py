"""Lesson 7d, transformers: who attends to whom, and a classifier of texts made of it.

    wordpiece → positional_encoding → attention → masked_attention → causal_mask → influence
    → previous_token_head → multi_head_attention → layer_norm → encoder_block → build_text_classifier
    → temperature_for → attend_step

Shapes in comments: n queries, m keys, t tokens of a text, d the depth of a token. A mask is True where a
query may attend to a key. Keras is imported where it is used: without it, the rest of this module starts
seconds sooner.
"""

from collections.abc import Callable

import numpy as np


def wordpiece(word: str, vocabulary: list[str]) -> list[str]:
    """Split a word into the pieces of a vocabulary, each time the longest that fits.

    Pieces are taken from left to right. The first one stands in the vocabulary as it is; one that continues a
    word stands there with `##` before it. A choice is never taken back: if at some place no piece fits, the
    whole word becomes the one piece `[UNK]`, which means unknown.

    With plain Python.

    Args:
        word: letters; perhaps none.
        vocabulary: the pieces, in no order.

    Returns:
        The pieces in order, those that continue with their `##`; for an empty word, none.

    Source: Schuster & Nakajima (2012), "Japanese and Korean Voice Search"; Devlin et al. (2019), "BERT".

    >>> wordpiece("unfolded", ["un", "unfold", "##fold", "##ed", "##e"])
    ['unfold', '##ed']
    >>> wordpiece("unfolds", ["un", "unfold", "##fold", "##ed", "##e"])
    ['[UNK]']
    """
    known, pieces, start = set(vocabulary), [], 0
    while start < len(word):
        prefix = "##" if start else ""
        ends = range(len(word), start, -1)  # the longest piece first
        end = next((end for end in ends if prefix + word[start:end] in known), None)
        if end is None:
            return ["[UNK]"]
        pieces.append(prefix + word[start:end])
        start = end
    return pieces


def positional_encoding(length: int, depth: int) -> np.ndarray:
    """Describe each position by waves of different lengths, so that attention can tell the order.

    `P[p, 2i] = sin(p / 10000^(2i/depth))` and `P[p, 2i + 1] = cos(p / 10000^(2i/depth))`

    Positions p begin at 0. With NumPy or plain Python.

    Args:
        length: how many positions, at least 1.
        depth: how many numbers describe one; even.

    Returns:
        Shape (length, depth): sines in the even columns, cosines in the odd ones.

    Source: Vaswani et al. (2017), "Attention Is All You Need", section 3.5.

    >>> positional_encoding(2, 4).round(2)
    array([[0.  , 1.  , 0.  , 1.  ],
           [0.84, 0.54, 0.01, 1.  ]])
    """
    rates = 10000.0 ** -(np.arange(0, depth, 2) / depth)
    angles = np.arange(length)[:, None] * rates  # (length, depth / 2)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, depth)


def attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """Scaled dot-product attention: each query takes a mean of the values, weighted by how well keys fit.

    `attention(q, k, v) = softmax(q · kᵀ / √d) · v`, with the softmax over the keys

    Where the mask is False, the weight is 0, and the others add up to 1. A query that may attend to nothing
    gets zeros: that is this course's choice, and Keras's layer gives other numbers there. Scores may be as
    large as ±10⁴: no warning, please. With NumPy or plain Python.

    Args:
        q: queries, shape (…, n, d); the dots stand for any axes, or none, and each sample there is by itself.
        k: keys, shape (…, m, d).
        v: values, shape (…, m, e).
        mask: True where a query may attend to a key, of shape (n, m) for all samples alike, or (…, n, m).

    Returns:
        Shape (…, n, e).

    Source: Vaswani et al. (2017), "Attention Is All You Need", section 3.2.1.

    >>> q, k, v = np.array([[2.0, 0.0]]), np.array([[5.0, 1.0], [5.0, 7.0]]), np.array([[10.0], [20.0]])
    >>> attention(q, k, v)
    array([[15.]])
    >>> attention(q, k, v, np.array([[False, True]]))
    array([[20.]])
    """
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])  # (…, n, m)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True, initial=-1e30))  # the largest is 1
    return e / np.maximum(e.sum(axis=-1, keepdims=True), 1) @ v  # below 1 is only who sees nothing


def masked_attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Attention in which a query sees those keys alone that the mask allows.

    `softmax(q · kᵀ / √d) · v`, with the softmax over the keys, and −∞ for the score of each that is hidden

    A query that may attend to nothing gets zeros. With NumPy or plain Python.

    Args:
        q: queries, shape (n, d).
        k: keys, shape (m, d).
        v: values, shape (m, e).
        mask: True where a query may attend to a key, shape (n, m).

    Returns:
        Shape (n, e).

    >>> q, k, v = np.zeros((2, 3)), np.zeros((3, 3)), np.array([[3.0], [6.0], [9.0]])
    >>> masked_attention(q, k, v, np.array([[True, True, False], [False, False, True]]))
    array([[4.5],
           [9. ]])
    """
    scores = q @ k.T / np.sqrt(q.shape[1])  # (n, m)
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-1e30))
    weights = e / np.maximum(e.sum(axis=1, keepdims=True), 1e-30)
    return weights @ v


def causal_mask(n: int) -> np.ndarray:
    """Say who may attend to whom where nobody may look ahead: to itself, and to all before.

    With NumPy or plain Python.

    Args:
        n: how many tokens, at least 1.

    Returns:
        Shape (n, n) of truths: [i, j] is True where token i may attend to token j.

    >>> causal_mask(3)
    array([[ True, False, False],
           [ True,  True, False],
           [ True,  True,  True]])
    """
    places = np.arange(n)
    return places[:, None] >= places


def influence(f: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    """Find out which inputs each output depends on, of a function that you can call and not look into.

    That is how one tests a mask: what must not look ahead must not change when something ahead changes. A
    dependence may be weak, a thousandth of what others are; where there is none, nothing changes but for
    rounding. Some functions bring each row to a mean of 0 and a variance of 1 before they look at it.

    With NumPy or plain Python.

    Args:
        f: takes an array (n, d), a row a token, and returns one of shape (n, k).
        x: an input at which to ask, shape (n, d). It is left as it was.

    Returns:
        Shape (n, n) of truths: [i, j] is True where row i of the output depends on row j of the input.

    >>> influence(lambda x: np.cumsum(x, axis=0), np.array([[1.0], [0.0], [5.0]]))
    array([[ True, False, False],
           [ True,  True, False],
           [ True,  True,  True]])
    """
    noise = np.random.default_rng(0).normal(size=x.shape)
    before, columns = f(x), []
    for j in range(len(x)):
        changed = np.array(x, float)
        changed[j] += noise[j]
        columns.append(np.abs(f(changed) - before).max(axis=1) > 1e-9)
    return np.stack(columns, axis=1)


def previous_token_head(length: int, depth: int) -> tuple[np.ndarray, np.ndarray]:
    """Design an attention head in which each token looks at the one before it.

    It sees nothing but the positional encoding P of shape (length, depth). Its queries are `P · Wq`, its
    keys `P · Wk`, and its attention is `softmax((P · Wq) · (P · Wk)ᵀ / √depth)` over all positions, without
    a mask. Position i has to attend to position i − 1 with at least 0.9, for each i ≥ 1; what position 0
    does is free.

    Args:
        length: how many positions, from 2 to 200.
        depth: an even number from 16 on.

    Returns:
        `(Wq, Wk)`, each of shape (depth, depth). No number may be larger than 10⁶, in size.

    Source: Elhage et al. (2021), "A Mathematical Framework for Transformer Circuits".

    >>> [part.shape for part in previous_token_head(10, 16)]
    [(16, 16), (16, 16)]
    """
    turn = np.zeros((depth, depth))
    for i in range(0, depth, 2):
        rate = 10000.0 ** -(i / depth)
        turn[i : i + 2, i : i + 2] = [
            [np.cos(rate), np.sin(rate)],  # (sin a, cos a) becomes (sin(a − rate), cos(a − rate))
            [-np.sin(rate), np.cos(rate)],
        ]
    return 100 * turn, np.eye(depth)


def multi_head_attention(
    x: np.ndarray, Wq: np.ndarray, Wk: np.ndarray, Wv: np.ndarray, Wo: np.ndarray, heads: int
) -> np.ndarray:
    """Let several heads look at a text side by side, each in a part of its own of queries, keys and values.

    `multi_head_attention(x) = [head₁ … head_h] · Wo`, with
    `head_i = attention(x · Wq_i, x · Wk_i, x · Wv_i)`

    Wq_i is the i-th of so many equal parts of Wq's columns, and so with Wk and Wv: a head has d / heads of
    them. There are no biases and no mask. With NumPy or plain Python.

    Args:
        x: texts, shape (n, t, d).
        Wq, Wk, Wv, Wo: each of shape (d, d). In Keras the first three have shape (d, heads, d / heads) and
            the last (heads, d / heads, d): the same numbers in the same order.
        heads: divides d.

    Returns:
        Shape (n, t, d).

    Source: Vaswani et al. (2017), section 3.2.2; `keras.layers.MultiHeadAttention` with `use_bias=False`.

    >>> x = np.array([[[1.0, 2.0], [3.0, 6.0]]])
    >>> multi_head_attention(x, np.zeros((2, 2)), np.zeros((2, 2)), np.eye(2), np.eye(2), 2)
    array([[[2., 4.],
            [2., 4.]]])
    """
    n, t, d = x.shape

    def in_heads(projected):
        return projected.reshape(n, t, heads, d // heads).swapaxes(1, 2)  # (n, heads, t, d / heads)

    found = attention(in_heads(x @ Wq), in_heads(x @ Wk), in_heads(x @ Wv))
    return found.swapaxes(1, 2).reshape(n, t, d) @ Wo  # the heads side by side again


def layer_norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, epsilon: float = 1e-3) -> np.ndarray:
    """Layer normalisation: bring the numbers of each token to a mean of 0 and a variance of 1, by themselves.

    `layer_norm(x) = gamma · (x − mean) / √(variance + epsilon) + beta`, over the last axis

    The variance is the mean of the squared distances from the mean. With NumPy or plain Python.

    Args:
        x: shape (…, d), with any axes before the last, or none.
        gamma, beta: shape (d,).
        epsilon: above 0.

    Returns:
        In the shape of x.

    Source: Ba, Kiros & Hinton (2016), "Layer Normalization"; `keras.layers.LayerNormalization`.

    >>> layer_norm(np.array([[1.0, 3.0], [10.0, 10.0]]), np.ones(2), np.zeros(2)).round(2)
    array([[-1.,  1.],
           [ 0.,  0.]])
    """
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred**2).mean(axis=-1, keepdims=True)
    return gamma * centred / np.sqrt(variance + epsilon) + beta


def encoder_block(x: np.ndarray, weights: dict) -> np.ndarray:
    """A block of a transformer's encoder: tokens look at each other, and then each thinks for itself.

    `x ← layer_norm(x + multi_head_attention(x))`
    `x ← layer_norm(x + relu(x · W1 + b1) · W2 + b2)`

    Both layer norms have an epsilon of 0.001. With NumPy or plain Python.

    Args:
        x: texts, shape (n, t, d).
        weights: a dict with

            - "heads": how many heads, a whole number,
            - "Wq", "Wk", "Wv", "Wo": of the attention, each of shape (d, d), as in `multi_head_attention`,
            - "gamma1", "beta1": of the first layer norm, shape (d,),
            - "W1", "b1", "W2", "b2": of the feed-forward part, shapes (d, f), (f,), (f, d) and (d,),
            - "gamma2", "beta2": of the second layer norm, shape (d,).

    Returns:
        Shape (n, t, d).

    Source: Vaswani et al. (2017), "Attention Is All You Need", section 3.1.

    >>> zeros = {name: np.zeros((2, 2)) for name in ("Wq", "Wk", "Wv", "Wo", "W1", "W2")}
    >>> vectors = {"b1": np.zeros(2), "b2": np.zeros(2), "beta1": np.zeros(2), "beta2": np.array([0.0, 5.0])}
    >>> gammas = {"gamma1": np.ones(2), "gamma2": np.ones(2)}
    >>> encoder_block(np.array([[[1.0, 3.0]]]), {"heads": 1, **zeros, **vectors, **gammas}).round(2)
    array([[[-1.,  6.]]])
    """
    w = weights
    found = multi_head_attention(x, w["Wq"], w["Wk"], w["Wv"], w["Wo"], w["heads"])
    x = layer_norm(x + found, w["gamma1"], w["beta1"])
    made = np.maximum(x @ w["W1"] + w["b1"], 0) @ w["W2"] + w["b2"]
    return layer_norm(x + made, w["gamma2"], w["beta2"])


def build_text_classifier(vocabulary_size: int, length: int, num_classes: int):
    """Build a small transformer that says which class a text belongs to.

    Each token becomes the sum of a vector for its number and one for its position, both learned. An encoder
    block follows: attention of each token to all, a sum with what went in, layer normalisation; two dense
    layers, a sum, layer normalisation. Then the tokens of a text are pooled into one vector, and a dense
    layer with softmax gives a probability for each class. The block's depth, heads and units are yours.

    Token 0 is padding. Texts of a batch are filled up with zeros to the longest among them, so the same text
    comes with few zeros behind it or with many: that must not change what is said of it. It changes in two
    places, where tokens attend to padding, and where padding is pooled. Keras passes a mask along by itself,
    but not everywhere: `x + y` drops it. So look that it arrives, or hand it over yourself.

    Args:
        vocabulary_size: tokens are numbered from 0 to vocabulary_size − 1.
        length: how many tokens a text has at most, padding included.
        num_classes: how many classes.

    Returns:
        A Keras model, not compiled: whole numbers of shape (n, t), with any t up to length, which calls for
        `keras.Input((None,))` → (n, num_classes). Each text has a token that is no padding. It is made of
        Keras's layers and operations, so that it can be loaded without your code. How long texts are isn't
        known when it is built: `ops.arange` can't count their places then, a running sum of ones can.

    Source: Vaswani et al. (2017), "Attention Is All You Need", its encoder;
    `keras.layers.MultiHeadAttention`.

    >>> model = build_text_classifier(1000, 40, 4)
    >>> model.input_shape, model.output_shape
    ((None, None), (None, 4))
    """
    import keras
    from keras import layers, ops

    depth, heads = 32, 2
    tokens = keras.Input((None,), dtype="int32")
    is_word = ops.not_equal(tokens, 0)  # (n, t)
    places = ops.cumsum(ops.ones_like(tokens), axis=1) - 1  # 0, 1, 2, … in each row

    x = layers.Embedding(vocabulary_size, depth)(tokens) + layers.Embedding(length, depth)(places)
    attend = layers.MultiHeadAttention(heads, depth // heads)
    found = attend(x, x, attention_mask=ops.expand_dims(is_word, 1))  # (n, 1, t): alike for all queries
    x = layers.LayerNormalization()(x + found)
    made = layers.Dense(depth)(layers.Dense(2 * depth, "relu")(x))
    x = layers.LayerNormalization()(x + made)
    pooled = layers.GlobalAveragePooling1D()(x, mask=is_word)
    return keras.Model(tokens, layers.Dense(num_classes, "softmax")(pooled))


def temperature_for(logits: np.ndarray, bits: float) -> float:
    """Find the temperature at which sampling from logits is as uncertain as asked for.

    `p = softmax(logits / T)` and `entropy = −Σ p · log₂ p`, in bits

    The hotter, the more even, up to log₂ of the number of logits; the colder, the surer. No formula gives T;
    the entropy that it leads to must be right to within 0.001 bits. With NumPy or plain Python.

    Args:
        logits: shape (n,), at least two, perhaps tiny or in the hundred thousands; the two largest differ.
        bits: from 0.05 to 0.95 of the largest entropy there is, log₂ n.

    Returns:
        T, above 0.

    Source: Holtzman et al. (2020), "The Curious Case of Neural Text Degeneration", section 4.3.

    >>> round(temperature_for(np.array([0.0, np.log(9.0)]), 0.469), 2)
    1.0
    """

    def entropy(temperature):
        e = np.exp((logits - logits.max()) / temperature)
        p = e / e.sum()
        return -np.sum(p * np.log2(np.maximum(p, 1e-300)))  # 0 · log 0 counts as 0

    low, high = 1e-9, 1e9
    for _ in range(100):
        middle = np.sqrt(low * high)  # halves the way in powers of ten
        low, high = (middle, high) if entropy(middle) < bits else (low, middle)
    return float(middle)


def attend_step(
    x: np.ndarray, cache: dict | None, Wq: np.ndarray, Wk: np.ndarray, Wv: np.ndarray
) -> tuple[np.ndarray, dict]:
    """Let the next token of a text attend to itself and all before it, without computing those anew.

    `output = softmax(q · Kᵀ / √d) · V`, with q = x · Wq, and in K and V the keys and values of all tokens so
    far, this one included

    Token by token that gives what causal attention gives for the whole text. The keys and values of the
    tokens before come in a cache, and leave in a new one with this token's added: whoever tries two
    continuations needs the old one as it was. With NumPy or plain Python.

    Args:
        x: the token, shape (d_in,).
        cache: `None` for the first token; later a dict of "keys", shape (t, d), and "values", shape (t, e).
        Wq, Wk, Wv: shapes (d_in, d), (d_in, d) and (d_in, e).

    Returns:
        `(output, cache)`: shape (e,), and a new dict with shapes (t + 1, d) and (t + 1, e).

    Source: Pope et al. (2022), "Efficiently Scaling Transformer Inference", section 2.

    >>> one = np.eye(1)
    >>> output, cache = attend_step(np.array([2.0]), None, 0 * one, one, 3 * one)
    >>> output, cache["keys"].tolist(), cache["values"].tolist()
    (array([6.]), [[2.0]], [[6.0]])
    """
    keys, values = (x @ Wk)[None], (x @ Wv)[None]  # (1, d) and (1, e)
    if cache is not None:
        keys = np.concatenate([cache["keys"], keys])
        values = np.concatenate([cache["values"], values])
    return attention((x @ Wq)[None], keys, values)[0], {"keys": keys, "values": values}
