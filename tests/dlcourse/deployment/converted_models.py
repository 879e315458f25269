"""Models that are converted to TFLite, and inputs for them."""

import functools

import keras
import numpy as np

from dlcourse import models

L = keras.layers


QUANTIZATIONS = (None, "float16", "dynamic", "int8")


BUILDERS = {
    "mlp": lambda: models.mlp((6,), "multiclass", 3, batch_normalization=True, dropout=0.2),
    "cnn": lambda: models.cnn((8, 8), "multiclass", 3, filters=(4,), dense=8, batch_normalization=True),
    "lstm": lambda: models.rnn((6, 2), "multiclass", 3, units=(4, 4), dropout=0.1),
    "gru": lambda: models.rnn((6, 2), "multiclass", 3, cell="gru", units=(4, 4)),
    "simple": lambda: models.rnn((6, 2), "multiclass", 3, cell="simple", units=(4, 4)),
    "both ways": lambda: models.rnn((6, 2), "multiclass", 3, units=(4,), bidirectional=True),
    "unrolled lstm": lambda: models.rnn((6, 2), "multiclass", 3, units=(4, 4), unroll=True),
    "unrolled gru": lambda: models.rnn((6, 2), "multiclass", 3, cell="gru", units=(4,), unroll=True),
    "transformer": lambda: models.transformer(20, 6, "multiclass", 3, depth=8, heads=2),
    "transfer": lambda: models.transfer(BUILDERS["cnn"](), "multiclass", 3),
    "generator": lambda: models.gan(filters=4).generator,
}


def inputs(model: keras.Model, n: int = 100) -> np.ndarray:
    random = np.random.default_rng(0)
    shape = (n, *model.inputs[0].shape[1:])
    if model.inputs[0].dtype == "int32":
        return random.integers(0, 20, shape).astype(np.int32)
    return random.normal(size=shape).astype(np.float32)


@functools.cache
def built(builder: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    return BUILDERS[builder]()


class Subclassed(keras.Model):
    def call(self, x):
        return x
