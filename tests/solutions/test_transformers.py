"""The reference answers of lesson 7d against Keras, SciPy and the laws they must obey."""

import warnings

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    from keras import layers

from grader.references import transformers as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own

NEAR = {"rtol": 1e-4, "atol": 1e-5}  # of Keras's float32
SIZES = [(1, 1, 2, 1), (2, 5, 6, 1), (2, 4, 6, 2), (3, 3, 6, 6), (1, 7, 8, 4)]
"""Texts, tokens, depth, heads."""


def arrays(seed, *shapes):
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 1, shape) for shape in shapes]


def kerass(layer, *given, **named):
    return keras.ops.convert_to_numpy(layer(*(np.float32(part) for part in given), **named))


@given(word=st.text("ab", max_size=8), pieces=st.sets(st.text("ab#", min_size=1, max_size=4), max_size=12))
def test_wordpieces_are_the_words_own_and_the_longest(word, pieces):
    found = reference.wordpiece(word, sorted(pieces))
    if found == ["[UNK]"]:
        return
    bare = [piece.removeprefix("##") if i else piece for i, piece in enumerate(found)]
    assert "".join(bare) == word
    assert set(found) <= pieces
    start = 0
    for i, piece in enumerate(bare):
        longer = [
            ("##" if i else "") + word[start:end] for end in range(start + len(piece) + 1, len(word) + 1)
        ]
        assert not set(longer) & pieces
        start += len(piece)


def test_wordpiece_gives_up_exactly_where_the_longest_piece_leads_nowhere():
    assert reference.wordpiece("abc", ["a", "ab", "##bc"]) == ["[UNK]"]
    assert reference.wordpiece("abc", ["a", "##bc"]) == ["a", "##bc"]
    assert reference.wordpiece("", []) == []


@pytest.mark.parametrize(("length", "depth"), [(1, 2), (7, 4), (30, 16)])
def test_positional_encoding_is_made_of_turning_pointers(length, depth):
    """As complex numbers: each pair of columns turns by its own angle from one position to the next."""
    encoding = reference.positional_encoding(length, depth)
    pointers = encoding[:, 1::2] + 1j * encoding[:, ::2]
    rates = np.logspace(0, -4, depth // 2, endpoint=False)
    np.testing.assert_allclose(pointers, np.exp(1j * np.outer(np.arange(length), rates)), atol=1e-12)


@pytest.mark.parametrize("before", [(), (2,), (2, 3)])
def test_attention_is_kerass_and_scipys(before):
    q, k, v = arrays(0, (*before, 4, 3), (*before, 5, 3), (*before, 5, 2))
    weights = scipy.special.softmax(np.einsum("...nd,...md->...nm", q, k) / np.sqrt(3), axis=-1)
    ours = reference.attention(q, k, v)
    np.testing.assert_allclose(ours, np.einsum("...nm,...me->...ne", weights, v))
    if len(before) == 1:
        layer = layers.Attention()
        theirs = layer([np.float32(q / np.sqrt(3)), np.float32(v), np.float32(k)])
        np.testing.assert_allclose(ours, keras.ops.convert_to_numpy(theirs), **NEAR)


@given(seed=st.integers(0, 99))
def test_a_mask_is_as_if_the_hidden_keys_were_not_there(seed):
    q, k, v = arrays(seed, (1, 3), (6, 3), (6, 2))
    mask = np.random.default_rng(seed).random(6) < 0.5
    wanted = reference.attention(q, k[mask], v[mask]) if mask.any() else np.zeros((1, 2))
    for answer in (reference.attention, reference.masked_attention):
        np.testing.assert_allclose(answer(q, k, v, mask[None]), wanted)


def test_masked_attention_is_kerass_where_each_query_sees_something():
    q, k, v = arrays(1, (4, 3), (5, 3), (5, 2))
    mask = np.array([[1, 0, 0, 0, 0], [1, 1, 0, 1, 0], [0, 0, 0, 0, 1], [1, 1, 1, 1, 1]], bool)
    scores = np.where(mask, q @ k.T / np.sqrt(3), -1e9)
    theirs = keras.ops.convert_to_numpy(keras.ops.softmax(scores, axis=-1)) @ v
    np.testing.assert_allclose(reference.masked_attention(q, k, v, mask), theirs, **NEAR)


@pytest.mark.filterwarnings("error")
def test_attention_bears_huge_scores():
    q, k, v = np.array([[1.0], [-1.0]]), np.array([[1e4], [-1e4]]), np.array([[1.0], [2.0]])
    np.testing.assert_array_equal(reference.attention(q, k, v), [[1.0], [2.0]])
    hidden = np.array([[False, True], [False, False]])
    for answer in (reference.attention, reference.masked_attention):
        np.testing.assert_array_equal(answer(q, k, v, hidden), [[2.0], [0.0]])


@pytest.mark.parametrize("n", [1, 2, 7])
def test_causal_mask_is_what_keras_makes_of_use_causal_mask(n):
    x = np.random.default_rng(n).normal(size=(1, n, 4))
    layer = layers.MultiHeadAttention(1, 4, use_bias=False)
    told = kerass(layer, x, x, use_causal_mask=True)
    np.testing.assert_allclose(
        kerass(layer, x, x, attention_mask=reference.causal_mask(n)[None]), told, **NEAR
    )
    np.testing.assert_array_equal(reference.causal_mask(n), np.tri(n, dtype=bool))


@pytest.mark.parametrize("causal", [False, True])
def test_influence_sees_what_a_keras_layer_looks_at(causal):
    layer = layers.MultiHeadAttention(2, 3)
    x = np.random.default_rng(0).normal(size=(5, 4))

    def f(x):
        return kerass(layer, x[None], x[None], use_causal_mask=causal)[0].astype(np.float64)

    wanted = reference.causal_mask(5) if causal else np.ones((5, 5), bool)
    np.testing.assert_array_equal(reference.influence(f, x), wanted)


@given(seed=st.integers(0, 99), n=st.integers(1, 6))
def test_influence_finds_the_places_of_a_matrix(seed, n):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, n)) * (rng.random((n, n)) < 0.5)
    x = rng.normal(size=(n, 3)) * (rng.random((n, 1)) < 0.7)
    before = x.copy()
    found = reference.influence(lambda x: matrix @ np.sin(x), x)
    np.testing.assert_array_equal(found, matrix != 0)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize(("length", "depth"), [(2, 16), (200, 16), (50, 18), (120, 32), (200, 64), (80, 128)])
def test_previous_token_head_in_keras_looks_one_back(length, depth):
    Wq, Wk = reference.previous_token_head(length, depth)
    encoding = reference.positional_encoding(length, depth)[None]
    layer = layers.MultiHeadAttention(1, depth, use_bias=False)
    layer.build(encoding.shape, encoding.shape)
    identity = np.eye(depth)
    weights = (*(W.reshape(depth, 1, depth) for W in (Wq, Wk, identity)), identity.reshape(1, depth, depth))
    layer.set_weights(weights)
    _, shared = layer(np.float32(encoding), np.float32(encoding), return_attention_scores=True)
    shared = keras.ops.convert_to_numpy(shared)[0, 0]
    assert np.diagonal(shared, -1).min() > 0.99


def attention_of_keras(x, weights, heads):
    d = x.shape[-1]
    layer = layers.MultiHeadAttention(heads, d // heads, use_bias=False)
    layer.build(x.shape, x.shape)
    *into, out = weights
    layer.set_weights([*(W.reshape(d, heads, d // heads) for W in into), out.reshape(heads, d // heads, d)])
    return layer


@pytest.mark.parametrize(("n", "t", "d", "heads"), SIZES)
def test_multi_head_attention_is_kerass(n, t, d, heads):
    x, *weights = arrays(d, (n, t, d), *[(d, d)] * 4)
    weights = [W / np.sqrt(d) for W in weights]
    layer = attention_of_keras(x, weights, heads)
    np.testing.assert_allclose(
        reference.multi_head_attention(x, *weights, heads), kerass(layer, x, x), **NEAR
    )


@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 3, 5)])
@pytest.mark.parametrize("epsilon", [1e-3, 0.1])
def test_layer_norm_is_kerass(shape, epsilon):
    x, gamma, beta = arrays(2, shape, shape[-1:], shape[-1:])
    layer = layers.LayerNormalization(epsilon=epsilon)
    layer.build((1, *shape))
    layer.set_weights([gamma, beta])
    ours = reference.layer_norm(x, gamma, beta, epsilon)
    np.testing.assert_allclose(ours, kerass(layer, x[None])[0], **NEAR)
    if epsilon == 1e-3:
        np.testing.assert_array_equal(reference.layer_norm(x, gamma, beta), ours)


@given(seed=st.integers(0, 99), shift=st.floats(-5, 5))
def test_layer_norm_feels_no_shift_of_a_token(seed, shift):
    x, gamma, beta = arrays(seed, (4, 3), (3,), (3,))
    moved = x + shift * np.array([[1.0], [0.0], [-1.0], [2.0]])
    np.testing.assert_allclose(
        reference.layer_norm(moved, gamma, beta), reference.layer_norm(x, gamma, beta), atol=1e-9
    )


@pytest.mark.parametrize(("n", "t", "d", "heads"), SIZES)
def test_encoder_block_is_one_of_kerass_layers(n, t, d, heads):
    x, *projections = arrays(3, (n, t, d), *[(d, d)] * 4)
    projections = [W / np.sqrt(d) for W in projections]
    vectors = dict(zip(("gamma1", "beta1", "gamma2", "beta2", "b2"), arrays(4, *[(d,)] * 5), strict=True))
    W1, b1, W2 = arrays(5, (d, 7), (7,), (7, d))
    weights = {"heads": heads, "W1": W1, "b1": b1, "W2": W2, **vectors}
    weights |= dict(zip(("Wq", "Wk", "Wv", "Wo"), projections, strict=True))

    inputs = keras.Input((t, d))
    norms = [layers.LayerNormalization(), layers.LayerNormalization()]
    dense = [layers.Dense(7, "relu"), layers.Dense(d)]
    attend = attention_of_keras(x, projections, heads)
    between = norms[0](layers.Add()([inputs, attend(inputs, inputs)]))
    model = keras.Model(inputs, norms[1](layers.Add()([between, dense[1](dense[0](between))])))
    for layer, names in zip(
        (*norms, *dense), (("gamma1", "beta1"), ("gamma2", "beta2"), ("W1", "b1"), ("W2", "b2")), strict=True
    ):
        layer.set_weights([weights[name] for name in names])
    np.testing.assert_allclose(reference.encoder_block(x, weights), kerass(model, x), **NEAR)


def test_build_text_classifier_reads_words_in_their_order_and_no_padding():
    keras.utils.set_random_seed(0)
    model = reference.build_text_classifier(50, 40, 3)
    texts = np.random.default_rng(0).integers(1, 50, (16, 8))
    texts[3:6, 4:] = 0
    says = keras.ops.convert_to_numpy(model(texts))
    assert says.shape == (16, 3)
    np.testing.assert_allclose(says.sum(axis=1), 1, atol=1e-5)
    for zeros in (1, 8, 32):
        padded = keras.ops.convert_to_numpy(model(np.pad(texts, ((0, 0), (0, zeros)))))
        np.testing.assert_allclose(padded, says, atol=1e-6)
    alone = keras.ops.convert_to_numpy(model(texts[3:4, :4]))
    np.testing.assert_allclose(alone, says[3:4], atol=1e-6)
    assert np.abs(keras.ops.convert_to_numpy(model(texts[:3, ::-1])) - says[:3]).max() > 1e-3
    weights = model.count_params()
    assert weights == sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


@given(seed=st.integers(0, 99), n=st.integers(2, 60), share=st.floats(0.05, 0.95), scale=st.floats(0.01, 100))
def test_temperature_for_leads_to_its_entropy(seed, n, share, scale):
    logits = scale * np.random.default_rng(seed).normal(size=n)
    logits[0] = logits.max() + 0.1 * scale
    bits = max(0.05, share * np.log2(n))
    T = reference.temperature_for(logits, bits)
    assert scipy.stats.entropy(scipy.special.softmax(logits / T), base=2) == pytest.approx(bits, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_attend_step_by_step_is_causal_attention(seed):
    x, Wq, Wk, Wv = arrays(seed, (7, 4), (4, 3), (4, 3), (4, 5))
    cache, outputs = None, []
    for token in x:
        output, cache = reference.attend_step(token, cache, Wq, Wk, Wv)
        outputs.append(output)
    whole = reference.attention(x @ Wq, x @ Wk, x @ Wv, np.tri(7, dtype=bool))
    np.testing.assert_allclose(outputs, whole)
    np.testing.assert_allclose(cache["keys"], x @ Wk)
    np.testing.assert_allclose(cache["values"], x @ Wv)


def test_two_continuations_of_one_cache_know_nothing_of_each_other():
    x, Wq, Wk, Wv = arrays(9, (3, 4), (4, 3), (4, 3), (4, 5))
    _, cache = reference.attend_step(x[0], None, Wq, Wk, Wv)
    kept = {name: part.copy() for name, part in cache.items()}
    one, _ = reference.attend_step(x[1], cache, Wq, Wk, Wv)
    reference.attend_step(x[2], cache, Wq, Wk, Wv)
    again, _ = reference.attend_step(x[1], cache, Wq, Wk, Wv)
    np.testing.assert_array_equal(again, one)
    for name, part in kept.items():
        np.testing.assert_array_equal(cache[name], part)
