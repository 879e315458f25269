"""Lesson 7c, transfer learning: a network that was trained for one task serves another.

    replace_head → trainable_parameters → freeze → fine_tune → careful_fine_tune
    choose_layer, images_to_label

Shapes in comments: n images, d features. Keras and scikit-learn are imported where they are used: without
them, this module starts seconds sooner.
"""

import math
from collections.abc import Sequence

import numpy as np


def replace_head(model, num_classes: int):
    """Take off a network's last layer, and put a new one there for other classes.

    All below stays: the same layers, with the weights that they have learnt. The new layer is dense, with a
    softmax, and begins from random weights, also where there are as many classes as before. Nothing is
    frozen, compiled or trained here.

    Args:
        model: a Keras model, `Sequential` or functional, one layer after another; the last is dense. Its
            weights stay as they are. A loaded `Sequential` may not know its `output`; its layers do.
        num_classes: how many classes the new task has, at least 2.

    Returns:
        A Keras model, same inputs, output shape (None, num_classes).

    >>> import keras
    >>> old = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, name="body"), keras.layers.Dense(3)])
    >>> new = replace_head(old, 5)
    >>> new.output_shape, new.get_layer("body") is old.get_layer("body")
    ((None, 5), True)
    """
    import keras

    features = model.layers[-2].output  # (None, d)
    head = keras.layers.Dense(num_classes, activation="softmax", name="new_head")
    return keras.Model(model.inputs[0], head(features))


def trainable_parameters(model) -> int:
    """Count the numbers that training may change.

    Each weight counts as many times as it has entries, `3 × 3 × 16 × 32` for a kernel. What is frozen
    doesn't count, nor do the averages that BatchNormalization keeps, which no gradient ever changes.

    Args:
        model: a built Keras model; parts of it may be frozen. It stays as it is.

    Returns:
        A whole number, 0 where all is frozen.

    Source: https://keras.io/guides/transfer_learning/

    >>> import keras
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dense(3)])
    >>> trainable_parameters(model)
    67
    >>> model.layers[0].trainable = False
    >>> trainable_parameters(model)
    27
    """
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)


def freeze(model, trainable_last: int):
    """Let training change the last layers of a model, and none of those before.

    The last `trainable_last` of `model.layers` become trainable, also if they were frozen; all others are
    frozen. It has to hold for a model that has been fitted before: `fit` goes on using the training step that
    it made the first time, until the model is compiled anew. Compile it with a new optimizer of the same
    settings, and with the loss that it has.

    Args:
        model: a compiled Keras model, perhaps fitted already. Its weights stay as they are.
        trainable_last: how many layers may learn, those without weights counted; from 0 to all of them.

    Returns:
        The model, compiled.

    Source: https://keras.io/guides/transfer_learning/

    >>> import keras
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dense(3)])
    >>> model.compile("adam", "sparse_categorical_crossentropy")
    >>> [layer.trainable for layer in freeze(model, 1).layers]
    [False, True]
    """
    first = len(model.layers) - trainable_last
    for i, layer in enumerate(model.layers):
        layer.trainable = i >= first
    model.compile_from_config(model.get_compile_config())
    return model


def fine_tune(backbone, x: np.ndarray, y: np.ndarray):
    """Teach a network that has learnt another task a new one, from five images of each class.

    The backbone has learnt to tell digits that lay on their side or stood on their head, at some place of a
    photograph. Yours stand upright, over another photograph, and may all be seen in a mirror; five of each
    class have labels. On hidden ones, your model must be right in at least 54 % of all cases. A network that
    begins from random weights comes to 20 to 30 %, with shifted copies to more than 50; a new head on the
    backbone as it is often gets there. What is asked is that the backbone itself learns, too, and doesn't
    lose what it knew: no kernel of it may change by nine tenths of its size, `‖new − old‖ / ‖old‖`.

    Args:
        backbone: a Keras model without an output layer, (n, 12, 12, 1) → (n, 64). It may be changed.
        x: shape (50, 12, 12, 1), float32 from 0 to 1, in random order.
        y: shape (50,), whole numbers from 0 to 9, the classes; they are no digit's own names.

    Returns:
        A trained Keras model, (n, 12, 12, 1) → (n, 10), a number for each class, the largest for its choice.

    >>> import keras
    >>> from dlcourse.models import pretrained
    >>> old = pretrained("digits")
    >>> backbone = keras.Model(old.inputs[0], old.layers[-2].output)
    >>> x, y = np.random.default_rng(0).random((50, 12, 12, 1), dtype=np.float32), np.repeat(np.arange(10), 5)
    >>> fine_tune(backbone, x, y).output_shape
    (None, 10)
    """
    import keras

    inputs = keras.Input(x.shape[1:])
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(backbone(inputs)))
    for trainable, rate in ((False, 1e-2), (True, 1e-3)):  # first the head, then all
        for layer in backbone.layers:  # but the averages of the normalisation stay as they were learnt
            layer.trainable = trainable and not isinstance(layer, keras.layers.BatchNormalization)
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        model.fit(x, y, batch_size=16, epochs=30, verbose=0)
    return model


def careful_fine_tune(backbone, x: np.ndarray, y: np.ndarray):
    """Fine-tune in two phases: the head alone, on a backbone that stays as it is; then all, in small steps.

    A new head begins from random weights, and its first errors say nothing of the backbone: until it has
    learnt, the backbone is frozen. Then all layers learn at a low rate, so that what they know is adapted
    rather than replaced: no kernel of the backbone may change by half of its size, `‖new − old‖ / ‖old‖`.

    The task is that of `fine_tune`, and so is the goal: right in at least 54 % of hidden images, and the
    backbone must have learnt.

    Args:
        backbone: a Keras model without an output layer, (n, 12, 12, 1) → (n, 64). It may be changed.
        x: shape (50, 12, 12, 1), float32 from 0 to 1, in random order.
        y: shape (50,), whole numbers from 0 to 9, the classes.

    Returns:
        A trained Keras model, (n, 12, 12, 1) → (n, 10), a number for each class, the largest for its choice.

    Source: https://keras.io/guides/transfer_learning/

    >>> import keras
    >>> from dlcourse.models import pretrained
    >>> old = pretrained("digits")
    >>> backbone = keras.Model(old.inputs[0], old.layers[-2].output)
    >>> x, y = np.random.default_rng(0).random((50, 12, 12, 1), dtype=np.float32), np.repeat(np.arange(10), 5)
    >>> careful_fine_tune(backbone, x, y).output_shape
    (None, 10)
    """
    import keras

    inputs = keras.Input(x.shape[1:])
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(backbone(inputs)))
    loss, low_rate = "sparse_categorical_crossentropy", 1e-3

    backbone.trainable = False
    model.compile(keras.optimizers.Adam(1e-2), loss)
    model.fit(x, y, batch_size=16, epochs=40, verbose=0)

    for layer in backbone.layers:  # the averages of the normalisation stay as they were learnt
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    model.compile(keras.optimizers.Adam(low_rate), loss)
    model.fit(x, y, batch_size=16, epochs=12, verbose=0)
    return model


def choose_layer(features: Sequence[np.ndarray], y: np.ndarray) -> int:
    """Say from which layer of a backbone a new task should take its features.

    The first layers of a network are good for anything, and say little; the last know best what the old task
    asked. On the features of the layer that you choose, scikit-learn's `RidgeClassifier()` learns the few
    images that you have, and is tried on others. In the mean over many backbones, it may be right 5 points
    less often than on the best layer.

    Args:
        features: for each layer the same n images' features, shape (n, d); d differs. 2 to 6 layers.
        y: shape (n,), the class of each image, whole numbers; eight images or more of each class.

    Returns:
        A place in `features`, from 0.

    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat([0, 1], 16)
    >>> noise = rng.normal(size=(32, 50))
    >>> choose_layer([noise, noise[:, :5] + 3 * y[:, None]], y)
    1
    """
    from sklearn.linear_model import RidgeClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    folds = StratifiedKFold(4, shuffle=True, random_state=0)
    scores = [cross_val_score(RidgeClassifier(), of_layer, y, cv=folds).mean() for of_layer in features]
    return int(np.argmax(scores))


def images_to_label(features: np.ndarray, n: int) -> np.ndarray:
    """Say which images a person should label, if there is time for n of them only.

    You get the features that a backbone has of images without labels. Those that you name are labelled; other
    images, which you don't see, then get the label of the named one that is nearest to them. In the mean over
    many sets, this must be right 9 points more often than with n images drawn by lot.

    Args:
        features: shape (m, d), a row an image, in any order.
        n: how many images to name, at most m.

    Returns:
        Shape (n,), places of rows, each once.

    Source: Hacohen, Dekel & Weinshall (2022), "Active Learning on a Budget: Opposite Strategies Suit High and
    Low Budgets".

    >>> features = np.array([[0.0, 0.0], [0.0, 0.2], [0.0, 0.1], [5.0, 5.1], [5.0, 5.0], [5.0, 5.2]])
    >>> sorted(images_to_label(features, 2).tolist())
    [2, 3]
    """
    from sklearn.cluster import KMeans

    centres = KMeans(n, n_init=4, random_state=0).fit(features).cluster_centers_  # (n, d)
    left = np.ones(len(features), bool)
    chosen = []
    for centre in centres:
        distances = np.linalg.norm(features - centre, axis=1)
        chosen.append(int(np.argmin(np.where(left, distances, np.inf))))
        left[chosen[-1]] = False
    return np.array(chosen)
