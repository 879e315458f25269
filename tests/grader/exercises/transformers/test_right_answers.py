"""Lesson 7d: attention, pieces and designs made in other ways, in this process and in the sandbox."""

import functools
import inspect
import itertools
import math
import re

import numpy as np
import pytest
from asking import as_float32, each_of, verdict
from scipy.optimize import brentq

from grader.exercises import exercises_of
from grader.references import transformers as reference

BUILT = {"build_text_classifier"}  # which has tests of its own


def pieces_by_recursion(word, vocabulary, before=""):
    if word == "":
        return []
    for end in reversed(range(1, len(word) + 1)):
        if before + word[:end] in vocabulary:
            rest = pieces_by_recursion(word[end:], vocabulary, "##")
            return ["[UNK]"] if rest[:1] == ["[UNK]"] else [before + word[:end], *rest]
    return ["[UNK]"]


def pieces_as_in_bert(word, vocabulary):
    """The loop of Google's BERT tokenizer."""
    chars, is_bad, start, tokens = list(word), False, 0, []
    while start < len(chars):
        end, found = len(chars), None
        while start < end:
            piece = "".join(chars[start:end])
            if start > 0:
                piece = "##" + piece
            if piece in vocabulary:
                found = piece
                break
            end -= 1
        if found is None:
            is_bad = True
            break
        tokens.append(found)
        start = end
    return ["[UNK]"] if is_bad else tuple(tokens)


def pieces_by_sorting(word, vocabulary):
    pieces, at = [], 0
    while at < len(word):
        fits = [
            piece
            for piece in vocabulary
            if piece.startswith("##") == (at > 0) and word.startswith(piece[2 * (at > 0) :], at)
        ]
        fits = [piece for piece in fits if len(piece) > 2 * (at > 0)]
        if not fits:
            return ["[UNK]"]
        pieces.append(max(fits, key=len))
        at += len(pieces[-1]) - 2 * (at > 0)
    return pieces


def waves_in_loops(length, depth):
    encoding = [[0.0] * depth for _ in range(length)]
    for p in range(length):
        for i in range(depth // 2):
            angle = p / 10000 ** (2 * i / depth)
            encoding[p][2 * i], encoding[p][2 * i + 1] = math.sin(angle), math.cos(angle)
    return encoding


def waves_filled_in(length, depth):
    encoding = np.zeros((length, depth))
    div = np.exp(np.arange(0, depth, 2) * -(np.log(10000.0) / depth))  # as PyTorch's tutorial has it
    position = np.arange(length).reshape(-1, 1)
    encoding[:, 0::2], encoding[:, 1::2] = np.sin(position * div), np.cos(position * div)
    return encoding


def attention_by_einsum(q, k, v, mask=None):
    scores = np.einsum("...nd,...md->...nm", q, k) / k.shape[-1] ** 0.5
    visible = np.ones(scores.shape, bool) if mask is None else np.broadcast_to(mask, scores.shape)
    largest = np.max(np.where(visible, scores, -np.inf), axis=-1, keepdims=True)
    e = np.where(visible, np.exp(np.where(visible, scores - np.where(np.isinf(largest), 0, largest), 0)), 0)
    total = e.sum(-1, keepdims=True)
    return np.einsum("...nm,...me->...ne", np.divide(e, total, out=np.zeros_like(e), where=total > 0), v)


def attention_in_loops(q, k, v, mask=None):
    *before, n, d = q.shape
    out = np.zeros((*before, n, v.shape[-1]))
    seen = (
        np.ones((*before, n, k.shape[-2]), bool)
        if mask is None
        else np.broadcast_to(mask, (*before, n, k.shape[-2]))
    )
    for at in np.ndindex(*before, n):
        keys, values = k[at[:-1]][seen[at]], v[at[:-1]][seen[at]]
        if len(keys):
            scores = keys @ q[at] / math.sqrt(d)
            e = np.exp(scores - max(scores))
            out[at] = (e[:, None] * values).sum(axis=0) / sum(e)
    return out


def attention_with_large_numbers(q, k, v, mask=None):
    """−10⁹ where a key is hidden, and zeros for who sees nothing."""
    scores = q @ np.moveaxis(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + (1.0 - mask) * -1e9
    scores = scores - scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    return (weights if mask is None else weights * mask) @ v


def masked_anew(q, k, v, mask):
    out = []
    for query, seen in zip(q, mask, strict=True):
        scores = k[seen] @ query / np.sqrt(len(query))
        e = np.exp(scores)
        out.append((e / max(e.sum(), 1e-9) @ v[seen]).tolist())
    return out


def masked_by_product(q, k, v, mask):
    e = np.exp(q @ k.T * q.shape[1] ** -0.5) * mask
    total = e.sum(axis=1, keepdims=True)
    return e / np.where(total == 0, 1, total) @ v


def mask_in_lists(n):
    return [[j <= i for j in range(n)] for i in range(n)]


def mask_by_tril(n):
    return np.tril(np.ones((n, n), dtype=bool))


def mask_by_numbers(n):
    return ~np.triu(np.ones((n, n)), k=1).astype(bool)


def influence_of_other_rows(f, x):
    """A whole new row in place of the old one, three times."""
    rng, found = np.random.default_rng(7), np.zeros((len(x), len(x)), bool)
    for j, _ in itertools.product(range(len(x)), range(3)):
        other = x.copy()
        other[j] = rng.uniform(-2, 2, x.shape[1])
        found[:, j] |= (np.abs(f(other) - f(x)) > 1e-8).any(axis=1)
    return found


def influence_by_differences(f, x):
    """A derivative for each number."""
    n, d = x.shape
    slopes = np.zeros((n, n))
    for j, c in np.ndindex(n, d):
        step = np.zeros((n, d))
        step[j, c] = 1e-3
        slopes[:, j] += np.abs(f(x + step) - f(x - step)).sum(axis=1)
    return (slopes > 1e-9).tolist()


def influence_one_feature_at_a_time(f, x):
    before, columns = f(x), []
    for j in range(len(x)):
        seen = np.zeros(len(x), bool)
        for c in range(x.shape[1]):
            changed = np.copy(x)
            changed[j, c] += 0.7 + 0.1 * c
            seen = seen | ~np.isclose(f(changed), before, rtol=1e-7).all(axis=1)
        columns.append(seen)
    return np.array(columns).T


def head_by_least_squares(length, depth):
    """The turn is found in the encoding itself."""
    rates = np.repeat(10000.0 ** -(np.arange(0, depth, 2) / depth), 2)
    angles = np.arange(400)[:, None] * rates
    encoding = np.where(np.arange(depth) % 2, np.cos(angles), np.sin(angles))
    turn = np.linalg.lstsq(encoding[1:], encoding[:-1])[0]
    return 50 * turn, 2 * np.eye(depth)


def head_that_turns_keys(length, depth):
    Wk = np.zeros((depth, depth))
    for pair in range(depth // 2):
        w = 1 / 10000 ** (2 * pair / depth)
        i = 2 * pair
        Wk[i, i] = Wk[i + 1, i + 1] = 1000 * math.cos(w)
        Wk[i, i + 1], Wk[i + 1, i] = -1000 * math.sin(w), 1000 * math.sin(w)
    return np.eye(depth).tolist(), Wk.tolist()


def heads_in_a_loop(x, Wq, Wk, Wv, Wo, heads):
    size, found = x.shape[-1] // heads, []
    for i in range(heads):
        part = slice(i * size, (i + 1) * size)
        q, k, v = x @ Wq[:, part], x @ Wk[:, part], x @ Wv[:, part]
        e = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(size))
        found.append(e / e.sum(-1, keepdims=True) @ v)
    return np.concatenate(found, axis=-1) @ Wo


def heads_by_einsum(x, Wq, Wk, Wv, Wo, heads):
    d = x.shape[-1]
    q, k, v = (np.einsum("ntd,dhe->nhte", x, W.reshape(d, heads, -1)) for W in (Wq, Wk, Wv))
    scores = np.einsum("nhte,nhse->nhts", q, k) / math.sqrt(d / heads)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return np.einsum("nhts,nhse,hed->ntd", weights, v, Wo.reshape(heads, -1, d))


def heads_by_splitting(x, Wq, Wk, Wv, Wo, heads):
    """Each head's part of Wo makes its part of the sum."""
    total = 0
    for q, k, v, W in zip(
        *(np.split(x @ W, heads, axis=2) for W in (Wq, Wk, Wv)), np.split(Wo, heads), strict=True
    ):
        e = np.exp(q @ np.swapaxes(k, 1, 2) / np.sqrt(q.shape[2]))
        total = total + (e / e.sum(axis=2, keepdims=True)) @ v @ W
    return total


def norm_by_var(x, gamma, beta, epsilon=1e-3):
    return (x - np.mean(x, -1)[..., None]) / (np.var(x, -1)[..., None] + epsilon) ** 0.5 * gamma + beta


def norm_in_loops(x, gamma, beta, epsilon=1e-3):
    out = np.empty(x.shape)
    for at in np.ndindex(x.shape[:-1]):
        token = x[at].astype(float)
        mean = sum(token) / len(token)
        variance = sum((number - mean) ** 2 for number in token) / len(token)
        out[at] = [
            g * (number - mean) / math.sqrt(variance + epsilon) + b
            for number, g, b in zip(token, gamma, beta, strict=True)
        ]
    return out


def block_in_one(x, weights):
    get = weights.__getitem__
    d, heads = x.shape[-1], get("heads")

    def norm(z, i):
        mean, var = z.mean(-1, keepdims=True), z.var(-1, keepdims=True)
        return (z - mean) / np.sqrt(var + 0.001) * get(f"gamma{i}") + get(f"beta{i}")

    q, k, v = (np.einsum("ntd,dhe->nhte", x, get(W).reshape(d, heads, -1)) for W in ("Wq", "Wk", "Wv"))
    e = np.exp(q @ k.swapaxes(2, 3) / np.sqrt(d // heads))
    found = np.einsum("nhts,nhse->nthe", e / e.sum(-1, keepdims=True), v).reshape(x.shape) @ get("Wo")
    x = norm(x + found, 1)
    hidden = (x @ get("W1") + get("b1")).clip(min=0)
    return norm(hidden @ get("W2") + get("b2") + x, 2)


def block_text_by_text(x, weights):
    out = []
    for text in x:
        found, size = [], text.shape[1] // weights["heads"]
        for i in range(weights["heads"]):
            q, k, v = (text @ weights[W][:, i * size : (i + 1) * size] for W in ("Wq", "Wk", "Wv"))
            e = np.exp(q @ k.T / math.sqrt(size))
            found.append(e / e.sum(axis=1)[:, None] @ v)
        for part, i in ((lambda z, f=found: np.hstack(f) @ weights["Wo"], 1), (None, 2)):
            if part is None:
                z = text @ weights["W1"] + weights["b1"]
                made = (z * (z > 0)) @ weights["W2"] + weights["b2"]
            else:
                made = part(text)
            text = text + made
            text = (text - text.mean(1)[:, None]) / np.sqrt(text.var(1)[:, None] + 1e-3)
            text = text * weights[f"gamma{i}"] + weights[f"beta{i}"]
        out.append(text.tolist())
    return out


def temperature_by_scipy(logits, bits):
    z = np.asarray(logits, float) - np.max(logits)

    def excess(log_of_T):
        p = np.exp(z / np.exp(log_of_T))
        p = p[p > 0] / p.sum()
        return -(p * np.log2(p)).sum() - bits

    return math.exp(brentq(excess, -25, 25, xtol=1e-12))


def temperature_by_narrowing_grids(logits, bits):
    """A grid, and a finer one round the best place, again and again."""
    z, low, high = logits - logits.max(), -8.0, 8.0
    for _ in range(12):
        powers = np.linspace(low, high, 41)
        p = np.exp(z / 10 ** powers[:, None])
        p /= p.sum(axis=1, keepdims=True)
        entropies = -(p * np.log2(np.where(p > 0, p, 1))).sum(axis=1)
        best = powers[np.abs(entropies - bits).argmin()]
        low, high = best - (high - low) / 40, best + (high - low) / 40
    return 10**best


def temperature_until_it_is_near(logits, bits):
    cold, hot = 1e-8, 1e8
    while True:
        T = math.sqrt(cold * hot)
        p = np.exp((logits.astype(float) - logits.max()) / T)
        p /= p.sum()
        p = p[p > 1e-300]
        entropy = float(-(p * np.log2(p)).sum())
        if abs(entropy - bits) < 5e-4:
            return np.float64(T)
        cold, hot = (T, hot) if entropy < bits else (cold, T)


def step_by_vstack(x, cache, Wq, Wk, Wv):
    cache = cache or {"keys": np.zeros((0, Wk.shape[1])), "values": np.zeros((0, Wv.shape[1]))}
    new = {
        "values": np.vstack([cache["values"], x @ Wv]),
        "keys": np.vstack([cache["keys"], x @ Wk]),
    }
    scores = new["keys"] @ (x @ Wq) / np.sqrt(Wq.shape[1])
    e = np.exp(scores - scores.max())
    return [(e / e.sum()) @ new["values"], new]


def step_in_lists(x, cache, Wq, Wk, Wv):
    keys = [] if cache is None else [list(key) for key in cache["keys"]]
    values = [] if cache is None else [list(value) for value in cache["values"]]
    keys.append(list(Wk.T @ x))
    values.append(list(Wv.T @ x))
    query = Wq.T @ x
    scores = [sum(a * b for a, b in zip(query, key, strict=True)) / len(query) ** 0.5 for key in keys]
    e = [math.exp(score) for score in scores]
    columns = zip(*values, strict=True)
    output = [sum(a * b for a, b in zip(e, column, strict=True)) / sum(e) for column in columns]
    return output, {"keys": keys, "values": values}


def running_mean(x, cache, Wq, Wk, Wv):
    """A softmax that takes one key after the other."""
    rows = [x @ Wk], [x @ Wv]
    if cache is not None:
        rows = [*cache["keys"], *rows[0]], [*cache["values"], *rows[1]]

    def take(so_far, pair):
        top, total, output = so_far
        score = pair[0] @ (x @ Wq) / np.sqrt(len(pair[0]))
        new = max(top, score)
        return (
            new,
            total * np.exp(top - new) + np.exp(score - new),
            output * np.exp(top - new) + np.exp(score - new) * pair[1],
        )

    _, total, output = functools.reduce(take, zip(*rows, strict=True), (-1e30, 0.0, 0.0))
    return output / total, {"keys": np.array(rows[0]), "values": np.array(rows[1])}


ALSO_RIGHT = {
    "wordpiece": [pieces_by_recursion, pieces_as_in_bert, pieces_by_sorting],
    "positional_encoding": [waves_in_loops, waves_filled_in],
    "attention": [attention_by_einsum, attention_in_loops, attention_with_large_numbers],
    "masked_attention": [masked_anew, masked_by_product],
    "causal_mask": [mask_in_lists, mask_by_tril, mask_by_numbers],
    "influence": [influence_of_other_rows, influence_by_differences, influence_one_feature_at_a_time],
    "previous_token_head": [head_by_least_squares, head_that_turns_keys],
    "multi_head_attention": [heads_in_a_loop, heads_by_einsum, heads_by_splitting],
    "layer_norm": [norm_by_var, norm_in_loops],
    "encoder_block": [block_in_one, block_text_by_text],
    "temperature_for": [
        temperature_by_narrowing_grids,
        temperature_until_it_is_near,
        temperature_by_scipy,
    ],
    "attend_step": [step_by_vstack, step_in_lists, running_mean],
}
IMPORTS = """
import functools
import itertools
import math
import numpy as np
"""


def test_every_exercise_has_other_right_answers():
    asked = {exercise.name for exercise in exercises_of("07d_transformers")}
    assert set(ALSO_RIGHT) == asked - BUILT


@each_of(ALSO_RIGHT)
def test_another_right_answer_is_accepted(name, answer):
    found = verdict(name, answer, "another")  # on public cases in the sandbox, below
    if answer is temperature_by_scipy:
        assert found.status == "refused"  # NumPy and plain Python are asked for
        return
    assert (found.status, found.credit) == ("passed", 1.0), found.message


@pytest.mark.parametrize(
    "name",
    [
        *("positional_encoding", "masked_attention", "causal_mask", "previous_token_head"),
        *("multi_head_attention", "layer_norm", "attend_step"),
    ],
)
def test_lists_are_accepted(name):
    exact = getattr(reference, name)

    def in_lists(*given):
        return plain(exact(*given))

    found = verdict(name, in_lists)
    assert found.status == "passed", found.message


def plain(value):
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, tuple) else value.tolist()


@pytest.mark.parametrize(
    "name", ["positional_encoding", "masked_attention", "multi_head_attention", "layer_norm"]
)
def test_float32_is_accepted(name):
    found = verdict(name, as_float32(getattr(reference, name)))
    assert found.status == "passed", found.message


@pytest.mark.parametrize("style", range(3))
def test_other_right_answers_are_accepted_in_the_sandbox(style, graded):
    """A submission of everybody's first answers, one of the second ones, and one of the third."""
    chosen = {name: answers[style] for name, answers in ALSO_RIGHT.items() if style < len(answers)}
    chosen = {name: answer for name, answer in chosen.items() if answer is not temperature_by_scipy}
    renamed = [
        re.sub(rf"\b{answer.__name__}\b", name, inspect.getsource(answer)) for name, answer in chosen.items()
    ]
    verdicts = graded("\n\n".join([IMPORTS, *renamed]))
    assert {name: verdicts[name].message for name in chosen if verdicts[name].status != "passed"} == {}


def test_the_references_are_accepted_in_the_sandbox(graded):
    sources = [inspect.getsource(getattr(reference, name)) for name in ALSO_RIGHT]
    header = "import numpy as np\nfrom collections.abc import Callable"
    verdicts = graded("\n\n".join([header, *sources]))
    assert {name: verdicts[name].status for name in ALSO_RIGHT} == dict.fromkeys(ALSO_RIGHT, "passed")
