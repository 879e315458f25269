"""Keras models with weights of their own, compared with their twins in PyTorch."""

import keras
import numpy as np
import torch

from dlcourse import models
from dlcourse.frameworks import to_torch

IMAGE, SERIES, TABLE = (9, 7, 3), (6, 4), (5,)


def randomised(model: keras.Model) -> keras.Model:
    """A model whose weights all differ from their initial values; variances stay positive."""
    random = np.random.default_rng(0)
    for weight in model.weights:
        values = random.normal(scale=0.5, size=weight.shape)
        weight.assign(np.abs(values) + 0.5 if "variance" in weight.path else values)
    return model


def samples(model: keras.Model, count: int = 4) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    inputs = []
    for tensor in model.inputs:
        shape = (count, *(size or 6 for size in tensor.shape[1:]))
        whole = tensor.dtype.startswith("int")
        inputs.append(
            random.integers(0, 10, shape) if whole else random.normal(size=shape).astype(np.float32)
        )
    return inputs


def assert_equal_outputs(model: keras.Model, inputs: list[np.ndarray] | None = None) -> torch.nn.Module:
    inputs = samples(model) if inputs is None else inputs
    module = to_torch(model)
    ours = module(*inputs)
    theirs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    ours, theirs = (one if isinstance(one, list | tuple) else [one] for one in (ours, theirs))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one.detach(), other, rtol=1e-5, atol=1e-5)
    return module


BUILDERS = {
    "mlp": lambda: models.mlp((4, 3), "multiclass", 3, hidden=(8, 6), batch_normalization=True),
    "logistic regression": lambda: models.mlp((5,), "binary", hidden=()),
    "cnn": lambda: models.cnn((10, 12), "multiclass", 4, filters=(4, 6), padding="same", dropout=0),
    "cnn with normalisation": lambda: models.cnn(
        (8, 8, 3), "binary", filters=(4,), batch_normalization=True, dropout=0
    ),
    "lstm": lambda: models.rnn((6, 2), "regression", units=(5, 4)),
    "gru": lambda: models.rnn((6, 2), "binary", cell="gru", units=(5,), bidirectional=True),
    "simple": lambda: models.rnn(
        (6, 2), "regression", 2, cell="simple", units=(5,), batch_normalization=True
    ),
    "transformer": lambda: models.transformer(10, 7, "multiclass", 3, depth=8, heads=2, blocks=2, dropout=0),
}
