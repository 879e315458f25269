import numpy as np
import pytest

from dlcourse.models import pretrained
from dlcourse.models.decoding import by_hand

TOKENS = np.random.default_rng(0).integers(0, 93, 40)


@pytest.fixture(scope="module")
def network():
    return pretrained("language_model")


def test_it_says_what_keras_says(network):
    next_logits = by_hand(network)
    theirs = np.asarray(network([TOKENS[None], np.arange(40)[None]]))[0]
    for count in (1, 2, 17, 40):
        np.testing.assert_allclose(next_logits(TOKENS[:count])[0], theirs[count - 1], atol=1e-4)


def test_with_a_cache_it_says_the_same_one_by_one_or_several_at_once(network):
    next_logits = by_hand(network)
    whole, of_whole = next_logits(TOKENS)
    cache = ()
    for part in ([TOKENS[0]], *np.split(TOKENS[1:], [1, 2, 9, 38])):
        last, cache = next_logits(part, cache)
    np.testing.assert_allclose(last, whole, atol=1e-4)
    for mine, wanted in zip(cache, of_whole, strict=True):
        np.testing.assert_allclose(mine, wanted, atol=1e-4)
    assert cache[0][0].shape == (4, 40, 12)
