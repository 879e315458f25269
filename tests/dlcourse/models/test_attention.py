import keras
import numpy as np
import pytest

from dlcourse import models

# Keras 3.15 with NumPy 2, whenever weights are written to a file.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")


@pytest.mark.parametrize("blocks", [1, 3])
def test_transformer_ignores_padding_and_heeds_order(blocks):
    keras.utils.set_random_seed(0)
    model = models.transformer(20, 6, "multiclass", 3, depth=8, heads=2, blocks=blocks)
    short = models.transformer(20, 4, "multiclass", 3, depth=8, heads=2, blocks=blocks)
    weights = model.get_weights()
    at = next(i for i, weight in enumerate(model.weights) if "positions" in weight.path)
    weights[at] = weights[at][:4]
    short.set_weights(weights)
    tokens = np.array([[4, 9, 2, 7]], dtype=np.int32)
    padded = np.pad(tokens, ((0, 0), (0, 2)))
    np.testing.assert_allclose(model.predict_on_batch(padded), short.predict_on_batch(tokens), atol=1e-6)
    assert not np.allclose(
        model.predict_on_batch(padded), model.predict_on_batch(padded[:, [1, 0, 2, 3, 4, 5]])
    )
    assert np.isfinite(model.predict_on_batch(np.zeros((1, 6), np.int32))).all()


def test_transformer_learns_which_word_comes_first():
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    x = np.zeros((600, 8), np.int32)
    for row in x:
        filled = random.integers(4, 9)
        row[:filled] = random.integers(3, 12, filled)
        row[random.choice(filled, 2, replace=False)] = 1, 2
    y = (np.argmax(x == 1, axis=1) < np.argmax(x == 2, axis=1)).astype(int)
    model = models.transformer(12, 8, "binary", depth=16, heads=2, dropout=0.0, learning_rate=0.005)
    model.fit(x[:500], y[:500], epochs=15, batch_size=50, verbose=0)
    assert model.evaluate(x[500:], y[500:], verbose=0)[1] > 0.9
