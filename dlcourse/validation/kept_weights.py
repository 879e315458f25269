"""What of a model each training of a copy begins with: `check` says where nothing tells."""

import numpy as np

from dlcourse.console import quiet

with quiet():
    import keras

from dlcourse.errors import ModelError
from dlcourse.training.keras_internals import flatten_layers, inner_layers
from dlcourse.validation.sharing import is_own


def check(model: keras.Model, fresh: keras.Model) -> None:
    """Raise a `ModelError` if a copy of a model would not begin as the model should.

    That is so where a layer of somebody's own has learnt something without training.

    A mean of the data should be kept, and a running average of the training begin anew: Keras does not say
    which of them such a weight is. And it is so where single weights of a layer are frozen.
    """
    for old, new in zip(model.weights, fresh.weights, strict=True):
        if old.trainable != new.trainable:
            raise ModelError(
                f"The weight '{old.path}' was frozen or thawed by itself, which a copy of the model forgets: "
                "do it with its whole layer, or pass a function that builds the model."
            )
    for old, new in zip(flatten_layers(model), flatten_layers(fresh), strict=True):
        if not is_own(old) or not old.trainable or isinstance(old, keras.layers.BatchNormalization):
            continue
        others = {id(weight) for layer in inner_layers(old) for weight in layer.weights}
        for learnt, first in zip(old.weights, new.weights, strict=True):
            if learnt.trainable or id(learnt) in others or np.array_equal(learnt.numpy(), first.numpy()):
                continue
            raise ModelError(
                f"Layer '{old.name}' has a weight '{learnt.name}' that was changed without training, and "
                "nothing says whether each training should keep it: set the layer's trainable to False and "
                "compile again if it should, else pass a function that builds the model."
            )
