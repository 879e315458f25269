"""The course's language model in NumPy, one token at a time, with a key-value cache or without one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
from scipy import special

Cache = Sequence[tuple[np.ndarray, np.ndarray]]
"""Of each block the keys and the values of all tokens so far, each (heads, tokens, depth of a head)."""
NextLogits = Callable[..., tuple[np.ndarray, Cache]]


def by_hand(model: keras.Model) -> NextLogits:
    """Rebuild `pretrained("language_model")` as a function of NumPy that can go on from a cache.

    Args:
        model: the network; its weights are read once.

    Returns:
        `next_logits(tokens, cache=())`: the logits of the character that comes after these tokens, (n,), and
        the cache grown by them. What came before them is in the cache.

    Example:
        >>> from dlcourse.models import pretrained
        >>> next_logits = by_hand(pretrained("language_model"))
        >>> whole, _ = next_logits([0, 40, 50])
        >>> _, cache = next_logits([0, 40])
        >>> bool(np.allclose(next_logits([50], cache)[0], whole, atol=1e-4))
        True
    """
    weights = {layer.name: layer.get_weights() for layer in model.layers}

    def normed(x: np.ndarray, name: str) -> np.ndarray:
        gamma, beta = weights[name]
        return (x - x.mean(axis=1)[:, None]) / np.sqrt(x.var(axis=1)[:, None] + 1e-3) * gamma + beta

    def next_logits(tokens: Sequence[int] | np.ndarray, cache: Cache = ()) -> tuple[np.ndarray, Cache]:
        first = cache[0][0].shape[1] if cache else 0
        places, grown = np.arange(first, first + len(tokens)), []
        x = weights["character"][0][np.asarray(tokens)] + weights["position"][0][places]
        for i in (1, 2):
            y, (*inward, Wo, bo) = normed(x, f"before_attention_{i}"), weights[f"attention_{i}"]
            q, k, v = (
                (np.tensordot(y, kernel, 1) + bias).swapaxes(0, 1)  # (heads, tokens, depth of a head)
                for kernel, bias in zip(inward[::2], inward[1::2], strict=True)
            )
            if cache:
                k, v = (np.concatenate(parts, axis=1) for parts in zip(cache[i - 1], (k, v), strict=True))
            grown.append((k, v))
            fits = np.matmul(q, k.swapaxes(1, 2)) * q.shape[2] ** -0.5
            ahead = np.arange(k.shape[1]) > places[:, None]
            looks = special.softmax(np.where(ahead, -1e9, fits), axis=2)
            x = x + np.tensordot(looks @ v, Wo, ((0, 2), (0, 1))) + bo
            y = normed(x, f"before_dense_{i}")
            (wide, b), (narrow, c) = weights[f"wide_{i}"], weights[f"narrow_{i}"]
            x = x + np.clip(y @ wide + b, 0, None) @ narrow + c
        kernel, bias = weights["next"]
        return (normed(x[-1:], "last") @ kernel + bias)[0], grown

    return next_logits
