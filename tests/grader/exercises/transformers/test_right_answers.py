"""Lesson 7d: pieces, waves, attention and blocks made in other ways, here and in the sandbox."""

import inspect
import math

import numpy as np
import pytest
from asking import as_float32, each_of, refused_in_a_submission, verdict

from grader.exercises import exercises_of
from grader.references import transformers as reference

ELSEWHERE = {  # which have tests of their own
    *("influence", "previous_token_head", "temperature_for", "attend_step", "build_text_classifier"),
}


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
        out.append((e / (e.sum() or 1.0) @ v[seen]).tolist())
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


ALSO_RIGHT = {
    "wordpiece": [pieces_by_recursion, pieces_as_in_bert, pieces_by_sorting],
    "positional_encoding": [waves_in_loops, waves_filled_in],
    "attention": [attention_by_einsum, attention_in_loops, attention_with_large_numbers],
    "masked_attention": [masked_anew, masked_by_product],
    "causal_mask": [mask_in_lists, mask_by_tril, mask_by_numbers],
    "multi_head_attention": [heads_in_a_loop, heads_by_einsum, heads_by_splitting],
    "layer_norm": [norm_by_var, norm_in_loops],
    "encoder_block": [block_in_one, block_text_by_text],
}
IMPORTS = """
import math
import numpy as np
"""


def test_every_exercise_has_other_right_answers():
    asked = {exercise.name for exercise in exercises_of("07d_transformers")}
    assert set(ALSO_RIGHT) == asked - ELSEWHERE


@each_of(ALSO_RIGHT)
def test_another_right_answer_is_accepted(name, answer):
    found = verdict(name, answer, "another")  # on public cases in the sandbox, below
    assert (found.status, found.credit) == ("passed", 1.0), found.message


@pytest.mark.parametrize(
    "name",
    [
        *("positional_encoding", "masked_attention", "causal_mask"),
        *("multi_head_attention", "layer_norm"),
    ],
)
def test_lists_are_accepted(name):
    exact = getattr(reference, name)

    def in_lists(*given):
        return exact(*given).tolist()

    found = verdict(name, in_lists)
    assert found.status == "passed", found.message


@pytest.mark.parametrize(
    "name", ["positional_encoding", "masked_attention", "multi_head_attention", "layer_norm"]
)
def test_float32_is_accepted(name):
    found = verdict(name, as_float32(getattr(reference, name)))
    assert found.status == "passed", found.message


@pytest.mark.parametrize("style", range(3))
def test_other_right_answers_are_accepted_in_the_sandbox(style, graded):
    """A submission of everybody's first answers, one of the second ones, and one of the third."""
    assert refused_in_a_submission(graded, IMPORTS, ALSO_RIGHT, style) == {}


def test_the_references_are_accepted_in_the_sandbox(graded):
    sources = [inspect.getsource(getattr(reference, name)) for name in (*ALSO_RIGHT, *ELSEWHERE)]
    header = "import numpy as np\nfrom collections.abc import Callable"
    verdicts = graded("\n\n".join([header, *sources]))
    assert {verdicts[name].status for name in (*ALSO_RIGHT, *ELSEWHERE)} == {"passed"}
