"""Lesson 4, frameworks: how its ten exercises are checked.

A generator of cases first, then the exercises that use it; `EXERCISES` is at the end.

Most answers are verified by what they are and do (`grader.exercises.verifying.frameworks`). The seed turns, changes and
renames the digits, so that nobody finds the hidden ones on the disk. A network to convert is made of random
features and least squares, in milliseconds. The files for `tflite_predict` are written tensor by tensor, with
weights, scales and zero points of the seed.
"""

import contextlib
import importlib
import io
import logging
import warnings
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from grader.child import live
from grader.child.plaindata import Live
from grader.exercise import FLOAT32, Case, Exercise, Mistake
from grader.exercises.verifying import frameworks as verifying
from solutions import frameworks as reference


def byte_images(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    """Grey images: one and several, square and not, black, white, and none of them as bright as 255."""
    yield (np.array([[[255]]], np.uint8),)
    yield (np.array([[[0, 51], [102, 204]]], np.uint8),)
    yield (np.array([[[255, 0, 128]]], np.uint8),)
    yield (np.array([[[3], [1]], [[200], [77]]], np.uint8),)
    yield (np.zeros((1, 2, 2), np.uint8),)
    yield (np.full((2, 1, 1), 255, np.uint8),)
    for shape in ((1, 2, 3), (2, 2, 2), (3, 3, 3), (4, 8, 8)):
        yield (rng.integers(0, 256, shape).astype(np.uint8),)
    yield (rng.integers(1, 100, (2, 3, 4)).astype(np.uint8),)


SCALE_IMAGES = Exercise(
    reference=reference.scale_images,
    cases=byte_images,
    kind="property",
    verify=verifying.are_scaled,
    mistakes=(
        Mistake(
            "float64",
            lambda images: images[..., np.newaxis] / 255.0,
            "The numbers are right, but float64: NumPy turns bytes that are divided into that. Networks "
            "work in float32, half the size. Choose the type before you divide.",
        ),
        Mistake(
            "no_channel_axis",
            lambda images: images.astype(np.float32) / 255,
            "The channel axis is missing: convolutions want four axes, and a grey image has one channel.",
        ),
        Mistake(
            "integer_division",
            lambda images: (images[..., np.newaxis] // 255).astype(np.float32),
            "Only 0 and 1 are left: whole numbers were divided into whole numbers. Which type should they "
            "have before?",
        ),
        Mistake(
            "channel_first",
            lambda images: images[:, np.newaxis].astype(np.float32) / 255,
            "The channel axis is in the second place, where PyTorch has it. Keras and TensorFlow have it "
            "last.",
        ),
        Mistake(
            "by_256",
            lambda images: images[..., np.newaxis].astype(np.float32) / 256,
            "White came out as a little less than 1. There are 256 grey values, and the largest of them is "
            "255.",
        ),
        Mistake(
            "by_the_maximum",
            lambda images: images[..., np.newaxis].astype(np.float32) / max(images.max(), 1),
            "You divide by the brightest pixel of these images, so the same grey gets another number in "
            "another batch. Divide by the largest number that a byte can hold.",
        ),
        Mistake(
            "minus_one_to_one",
            lambda images: images[..., np.newaxis].astype(np.float32) / 127.5 - 1,
            "Black came out as −1. Some networks want that range; here 0 to 1 is asked for.",
        ),
        Mistake(
            "not_scaled",
            lambda images: images[..., np.newaxis].astype(np.float32),
            "The type and the shape are right, but the numbers still run to 255.",
        ),
    ),
    hints=(
        "Three things change: the number of axes, the dtype and the range. Take them one by one.",
        "`images.shape` and `images.dtype` say where you are. An index with `np.newaxis` (or `reshape`) "
        "adds an axis of length 1; `astype` changes the type.",
        "First make float32 of the bytes, with the new axis behind all others, then divide by the largest "
        "byte.",
    ),
    difficulty=1,
    importance=4,
    minutes=5,
)


def pairs(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, int, int]]:
    """Rows that tell their number, and labels: few and many, the same with an equal and another seed."""

    def numbered(n: int, *shape: int) -> tuple[np.ndarray, np.ndarray]:
        x = rng.integers(0, 10, (n, *shape)).astype(np.float32)
        x.reshape(n, -1)[:, 0] = np.arange(n)
        return x, rng.permutation(3 * n)[:n]

    yield (*numbered(1, 2), 4, 0)
    yield (*numbered(6, 1), 2, 0)
    yield (*numbered(7, 3), 10, 1)
    many = numbered(120, 2)
    seed = int(rng.integers(100, 10_000))
    yield (*many, 8, seed)
    yield (*many, 8, seed)
    yield (*many, 8, seed + 1)
    yield (*numbered(90, 2, 2), int(rng.integers(11, 20)), int(rng.integers(1000)))
    yield (*numbered(2000, 1), 64, int(rng.integers(1000)))  # more than a buffer of common size


def apart(x, y, batch_size, seed):
    import tensorflow as tf

    both = [tf.data.Dataset.from_tensor_slices(part) for part in (x, y)]
    shuffled = (part.shuffle(len(x), seed=seed + i) for i, part in enumerate(both))
    return tf.data.Dataset.zip(tuple(shuffled)).batch(batch_size)


def from_slices(change):
    """An answer by what it does to the data set of all pairs."""

    def answer(x, y, batch_size, seed):
        import tensorflow as tf

        return change(tf.data.Dataset.from_tensor_slices((x, y)), len(x), batch_size, seed)

    return answer


MAKE_DATASET = Exercise(
    reference=reference.make_dataset,
    cases=pairs,
    kind="property",
    verify=verifying.is_shuffled_dataset,
    mistakes=(
        Mistake(
            "not_shuffled",
            from_slices(lambda data, n, size, seed: data.batch(size)),
            "The order is no random one: nothing is shuffled. If the pairs are sorted by label, each batch "
            "sees one class only.",
        ),
        Mistake(
            "batched_first",
            from_slices(lambda data, n, size, seed: data.batch(size).shuffle(n, seed=seed)),
            "You shuffle batches: the pairs in each of them stay the same in every epoch. The order of the "
            "two steps matters.",
        ),
        Mistake(
            "small_buffer",
            from_slices(lambda data, n, size, seed: data.shuffle(size, seed=seed).batch(size)),
            "`shuffle` draws from a buffer, and yours holds a few pairs at a time, so that none gets far "
            "from its place. It should hold all of them.",
        ),
        Mistake(
            "shuffled_apart",
            apart,
            "Samples and labels were shuffled one without the other, so the labels belong to other samples "
            "now. Shuffle pairs.",
        ),
        Mistake(
            "drop_remainder",
            from_slices(
                lambda data, n, size, seed: data.shuffle(n, seed=seed).batch(size, drop_remainder=True)
            ),
            "The last, smaller batch is missing, and its pairs with it.",
        ),
        Mistake(
            "unseeded",
            from_slices(lambda data, n, size, seed: data.shuffle(n).batch(size)),
            "The order is another one each time: the seed is not in use, and nobody can repeat your "
            "training.",
        ),
        Mistake(
            "fixed_seed",
            from_slices(lambda data, n, size, seed: data.shuffle(n, seed=42).batch(size)),
            "Every seed gives the same order: you put one of your own in the place of the argument.",
        ),
        Mistake(
            "not_batched",
            from_slices(lambda data, n, size, seed: data.shuffle(n, seed=seed)),
            "The pairs come one by one. A model is fed with batches.",
        ),
    ),
    hints=(
        "A pipeline has stations, and each returns a new data set: first one of pairs, then a shuffled one, "
        "then one of batches.",
        "`tf.data.Dataset.from_tensor_slices` makes pairs of a tuple of two arrays. Look at the arguments "
        "of its methods `shuffle` (a buffer's size, a seed) and `batch`.",
        "The buffer must hold as many elements as there are pairs. Shuffle before you batch, and leave "
        "`drop_remainder` alone.",
    ),
    difficulty=2,
    importance=4,
    minutes=8,
    objects=True,
    seconds=20,
    megabytes=2048,
)


def packed(model: Any) -> Live:
    """A model as an argument, in the same bytes each time: Keras writes the date into its files."""
    files = zipfile.ZipFile(io.BytesIO(live.description(model).value))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name in sorted(files.namelist()):
            content = b"{}" if name == "metadata.json" else files.read(name)
            archive.writestr(zipfile.ZipInfo(name), content)
    return Live("model", whole.getvalue())


@cache
def network(sizes: tuple[int, ...], output: str = "softmax", normalised: bool = False) -> Any:
    """A network of ReLU layers, its weights still to be set; `sizes` begins with the number of inputs."""
    import keras

    layers = [keras.Input(sizes[:1], name="features")]
    if normalised:
        layers.append(keras.layers.BatchNormalization(name="normalised", momentum=0.5))
    for i, units in enumerate(sizes[1:-1]):
        layers.append(keras.layers.Dense(units, "relu", name=f"hidden_{i}"))
    layers.append(keras.layers.Dense(sizes[-1], output, name="output"))
    return keras.Sequential(layers, name="network")


@cache
def convolutional_network() -> Any:
    """A small network for 8 × 8 images, its weights still to be set."""
    import keras

    layers = [
        keras.Input((8, 8, 1), name="images"),
        keras.layers.Conv2D(8, 3, activation="relu", name="convolution"),
        keras.layers.MaxPooling2D(name="pooling"),
        keras.layers.Flatten(name="flat"),
        keras.layers.Dense(32, "relu", name="hidden"),
        keras.layers.Dense(10, "softmax", name="output"),
    ]
    return keras.Sequential(layers, name="network")


def with_random_weights(model: Any, rng: np.random.Generator) -> Any:
    """The model with weights that can be written down: positive where they stand for a variance."""
    model.set_weights(
        [
            rng.uniform(0.5, 1.5, weight.shape).round(2)
            if "variance" in weight.name
            else rng.normal(0, 1 / np.sqrt(weight.shape[0]), weight.shape).round(2)
            for weight in model.weights
        ]
    )
    return model


def steps(rng: np.random.Generator) -> Iterator[tuple[Live, Live, np.ndarray, np.ndarray]]:
    """Small classifiers and a batch for each: plain and adaptive optimizers, some batch normalisation."""

    def step(sizes: tuple[int, ...], n: int, optimizer: str, normalised: bool = False, **settings: Any):
        model = with_random_weights(network(sizes, normalised=normalised), rng)
        x = rng.normal(0, 1, (n, sizes[0])).round(2).astype(np.float32)
        return packed(model), Live("optimizer", {"class_name": optimizer, "config": settings}), x, labels(n)

    def labels(n: int, classes: int = 2) -> np.ndarray:
        return rng.integers(0, classes, n)

    yield step((1, 2), 1, "SGD", learning_rate=0.5)
    yield step((1, 2), 2, "SGD", learning_rate=1.0)
    yield step((2, 2), 3, "SGD", learning_rate=0.1)
    yield step((2, 2), 2, "Adam", learning_rate=0.1)
    yield step((1, 2), 4, "SGD", normalised=True, learning_rate=0.5)
    yield step((2, 3), 4, "SGD", normalised=True, learning_rate=0.2)
    for n in (2, 3, 4, 6, 8):
        yield step((2, 3), n, "SGD", learning_rate=round(rng.uniform(0.1, 1), 2))
    for n in (3, 8):
        yield step((3, 4, 3), n, "SGD", learning_rate=0.5, momentum=0.9)
    yield step((4, 5, 3), 6, "Adam", learning_rate=0.05)
    yield step((3, 4, 4), 5, "SGD", normalised=True, learning_rate=0.3)


def stepping(
    training: bool = True, sign: float = 1.0, summed: bool = False, update: bool = True, again: bool = False
):
    """A step of training with one of its parts otherwise."""

    def answer(model, optimizer, x, y):
        import keras
        import tensorflow as tf

        def loss_of(x):
            losses = keras.losses.sparse_categorical_crossentropy(y, model(x, training=training))
            return tf.reduce_sum(losses) if summed else tf.reduce_mean(losses)

        with tf.GradientTape() as tape:
            loss = loss_of(x)
        weights = model.trainable_variables
        gradients = [sign * gradient for gradient in tape.gradient(loss, weights)]
        if update:
            optimizer.apply(gradients, weights)
        return float(loss_of(x)) if again else float(loss)

    return answer


def outside_the_tape(model, optimizer, x, y):
    import keras
    import tensorflow as tf

    p = model(x, training=True)
    loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, p))
    with tf.GradientTape() as tape:
        pass
    weights = model.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)
    return float(loss)


TRAIN_STEP = Exercise(
    reference=reference.train_step,
    cases=steps,
    objects=True,
    tolerance=FLOAT32,
    mistakes=(
        Mistake(
            "no_update",
            stepping(update=False),
            "The loss is right, but the weights are as they were: nobody told the optimizer of the "
            "gradients.",
        ),
        Mistake(
            "uphill",
            stepping(sign=-1.0),
            "The weights moved the wrong way, up the loss. Optimizers subtract the gradient themselves: "
            "give it to them as it is.",
        ),
        Mistake(
            "summed",
            stepping(summed=True),
            "The losses of the batch were added up. Take their mean: else the step grows with the batch.",
        ),
        Mistake(
            "loss_afterwards",
            stepping(again=True),
            "This is the loss after the update. The one from before it is asked for, which you have already.",
        ),
        Mistake(
            "inference_mode",
            stepping(training=False),
            "The model ran as it does in use. Dropout and batch normalisation work otherwise while a model "
            "trains: its call has an argument for that.",
        ),
        Mistake(
            "outside_the_tape",
            outside_the_tape,
            "The gradients are all None: the tape only knows what was computed while it was open. Model and "
            "loss belong inside its block.",
        ),
    ),
    hints=(
        "Four moves: run the model and compute the loss while a `tf.GradientTape` records; ask the tape for "
        "the gradients; give them to the optimizer; return the loss.",
        "`keras.losses.sparse_categorical_crossentropy` gives a loss for each sample. The gradients are "
        "those of their mean with respect to `model.trainable_variables`.",
        "`tape.gradient` takes the loss and the list of variables; `optimizer.apply` takes the gradients "
        "and the same list. Call the model with `training=True`.",
    ),
    difficulty=3,
    importance=5,
    minutes=12,
    seconds=20,
    megabytes=2048,
)


@cache
def all_digits() -> tuple[np.ndarray, np.ndarray]:
    """The images as they lie on the disk, from 0 to 1, and their labels."""
    from dlcourse import datasets

    data = datasets.load("digits")
    return np.asarray(data.features).reshape(-1, 8, 8) / 16, np.asarray(data.target)


def digits(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The digits turned or mirrored, with a little noise, other names for the classes, in another order."""
    x, y = all_digits()
    x = np.rot90(x, rng.integers(4), axes=(1, 2))
    x = x[:, :, ::-1] if rng.integers(2) else x
    x = np.clip(x + rng.normal(0, 0.02, x.shape), 0, 1)
    order = rng.permutation(len(x))
    return x[order].astype(np.float32), rng.permutation(10)[y][order]


def unseen_digits(rng: np.random.Generator) -> Iterator[Case]:
    x, y = digits(rng)
    yield Case((x[:1300], y[:1300]), inputs=x[1300:], secret=y[1300:])


def trained(optimizer: str, epochs: int):
    """A network that is built well and trained too little, or not at all."""

    def answer(x, y):
        import keras

        layers = [keras.Input((8, 8)), keras.layers.Flatten(), keras.layers.Dense(128, "relu")]
        model = keras.Sequential([*layers, keras.layers.Dense(10, "softmax")])
        model.compile(optimizer, "sparse_categorical_crossentropy")
        if epochs:
            model.fit(x, y, epochs=epochs, batch_size=32, verbose=0)
        return model

    return answer


def flat_rows(x, y):
    import keras

    layers = [keras.Input((64,)), keras.layers.Dense(128, "relu"), keras.layers.Dense(10, "softmax")]
    model = keras.Sequential(layers)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x.reshape(-1, 64), y, epochs=30, batch_size=32, verbose=0)
    return model


BUILD_AND_TRAIN = Exercise(
    reference=reference.build_and_train,
    cases=unseen_digits,
    kind="goal",
    verify=verifying.classifies_digits,
    artefact="model",
    mistakes=(
        Mistake("untrained", trained("adam", 0), "The model was built and compiled, and never trained."),
        Mistake(
            "one_epoch",
            trained("adam", 1),
            "One pass over 1,300 images is 41 steps. Give it more.",
        ),
        Mistake(
            "plain_sgd",
            trained("sgd", 3),
            "At its default rate of 0.01, plain gradient descent is slow. Take longer, or larger steps, or "
            "Adam.",
        ),
        Mistake(
            "flat_rows",
            flat_rows,
            "Your model takes rows of 64 numbers, and is asked about images of shape (8, 8): flatten inside "
            "it.",
        ),
    ),
    hints=(
        "The whole way: `keras.Input((8, 8))`, a layer that flattens (or convolutions), a hidden layer, ten "
        "outputs; compile, fit, return.",
        "Set a part of the images aside, and watch the accuracy on it for more and more epochs. The sheet's "
        "five epochs were meant for 60,000 images, and these are 1,300.",
        "A hidden layer of 128 ReLU units and a softmax, Adam, batches of 32 and some 30 epochs are enough. "
        "Labels that are whole numbers want the sparse cross-entropy.",
    ),
    difficulty=2,
    importance=5,
    minutes=12,
    seconds=60,
    megabytes=2048,
)


def saved_models(rng: np.random.Generator) -> Iterator[Case]:
    """A network with batch normalisation and one for images, and a fresh path for each."""
    for model in (network((2, 3, 3), normalised=True), convolutional_network()):
        with_random_weights(model, rng)
        inputs = rng.normal(0, 1, (12, *model.input_shape[1:])).round(2).astype(np.float32)
        path = Live("path", f"model_{rng.integers(100)}.keras")
        yield Case((packed(model), path), inputs=inputs, secret=np.asarray(model(inputs)))


def not_saved(model, path):
    import keras

    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    return twin


def original_returned(model, path):
    model.save(path)
    return model


def architecture_only(model, path):
    import keras

    model.save(path)
    return keras.models.clone_model(model)


def legacy_format(model, path):
    import keras

    old = path.replace(".keras", ".h5")
    logging.disable(logging.WARNING)  # Keras says that the format is old
    try:
        model.save(old)
        return keras.saving.load_model(old)
    finally:
        logging.disable(logging.NOTSET)


def weights_only(model, path):
    model.save_weights(path.replace(".keras", ".weights.h5"))
    twin = not_saved(model, path)
    twin.load_weights(path.replace(".keras", ".weights.h5"))
    return twin


def path_returned(model, path):
    model.save(path)
    return str(path)


SAVE_AND_RESTORE = Exercise(
    reference=reference.save_and_restore,
    cases=saved_models,
    kind="model",
    verify=verifying.is_restored,
    artefact="model",
    mistakes=(
        Mistake(
            "original_returned",
            original_returned,
            "The file is there, but you return the model that came in. Whether the file is any good, only "
            "loading it can show.",
        ),
        Mistake(
            "legacy_format",
            legacy_format,
            "You saved to a name of your own that ends in .h5, the format of old. Save to the path as it is.",
        ),
        Mistake(
            "weights_only",
            weights_only,
            "You saved the weights alone, and beside the path. Who opens the file needs the architecture, "
            "too.",
        ),
        Mistake(
            "not_saved",
            not_saved,
            "Nothing lies at the path, so the model is gone when Python ends: a copy in memory is no file.",
        ),
        Mistake(
            "architecture_only",
            architecture_only,
            "Your second model has the layers of the first and weights of its own. Get it from the file, "
            "where both are.",
        ),
        Mistake(
            "path_returned",
            path_returned,
            "You return the path. The model that the file holds is asked for.",
        ),
    ),
    hints=(
        "Two lines: the model knows how to save itself, and Keras knows how to load.",
        "Look at `model.save`, and at the functions of `keras.saving`. The ending of the path chooses the "
        "format.",
        "Save to the path as it was given, then call `keras.saving.load_model` with the same path and "
        "return what comes.",
    ),
    difficulty=1,
    importance=5,
    minutes=4,
    seconds=30,
    megabytes=2048,
)


def converted(
    model: Any,
    samples: Any = None,
    smaller: bool = True,
    float16: bool = False,
    types: tuple = ("int8", "int8"),
) -> bytes:
    """A conversion with some of the converter's settings; `types` are those of input and output."""
    import tensorflow as tf

    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # Keras prints what it saves, and the converter warns of nothing wrong
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        if smaller:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if float16:
            converter.target_spec.supported_types = [tf.float16]
        if samples is not None:
            converter.representative_dataset = lambda: ([row[np.newaxis]] for row in samples)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            into, out = types
            converter.inference_input_type, converter.inference_output_type = (
                getattr(tf, into),
                getattr(tf, out),
            )
        return converter.convert()


def models_to_convert(rng: np.random.Generator) -> Iterator[Case]:
    """A convolutional network, with more than 1,024 weights in a layer: fewer are never made smaller."""
    model = with_random_weights(convolutional_network(), rng)
    inputs = rng.normal(0, 1, (20, *model.input_shape[1:])).round(2).astype(np.float32)
    yield Case((packed(model),), inputs=inputs, secret=np.asarray(model(inputs)))


def untrained_twin(model):
    import keras

    return converted(keras.models.clone_model(model), smaller=False)


def bytes_written(model):
    return len(converted(model, smaller=False))


def keras_file(model):
    return live.description(model).value


TO_TFLITE = Exercise(
    reference=reference.to_tflite,
    cases=models_to_convert,
    kind="bytes",
    verify=verifying.is_float_file,
    artefact="tflite",
    mistakes=(
        Mistake(
            "bytes_written",
            bytes_written,
            "You return a number: that is what `write` gives back, how many bytes it wrote. The bytes "
            "themselves are asked for.",
        ),
        Mistake(
            "keras_file",
            keras_file,
            "These are the bytes of a .keras file, which a phone can't read: it has to be converted.",
        ),
        Mistake(
            "dynamic_range",
            converted,
            "With optimizations, the converter makes int8 of the weights. Here all numbers stay float32: "
            "leave that setting alone.",
        ),
        Mistake(
            "float16",
            lambda model: converted(model, float16=True),
            "The weights are float16, with three digits or so. Here all numbers stay float32.",
        ),
        Mistake(
            "untrained_twin",
            untrained_twin,
            "The file has the right layers and other predictions: are the model's weights in it? A clone has "
            "weights of its own.",
        ),
    ),
    hints=(
        "The sheet's snippet has it, but for its last line: nothing need be written.",
        "`tf.lite.TFLiteConverter.from_keras_model` makes a converter of a model. Look for the method that "
        "does the work: it returns bytes.",
        "A converter has many settings; the default is float32. Make one of the model, call its `convert`, "
        "and return what that gives.",
    ),
    difficulty=1,
    importance=4,
    minutes=5,
    objects=True,
    seconds=90,
    megabytes=2048,
)


def quantisable_model(rng: np.random.Generator) -> Iterator[Case]:
    """A classifier of digits with clear answers: random ReLU features and least squares, no training.

    `V = (HᵀH + I)⁻¹ HᵀY`, with H the hidden activations and a column of ones, and Y the labels one-hot.
    """
    x, y = digits(rng)
    x = x.reshape(-1, 64)[:, rng.permutation(64)]  # (n, 64)
    W, b = rng.normal(0, 0.25, (64, 96)), rng.normal(0, 0.3, 96)
    H = np.column_stack([np.maximum(x @ W + b, 0), np.ones(len(x))])  # (n, 97)
    V = 12 * np.linalg.solve(H.T @ H + np.eye(97), H.T @ np.eye(10)[y])  # (97, 10), with a margin for softmax
    model = network((64, 96, 10))
    model.set_weights([W, b, V[:-1], V[-1]])
    samples, hidden = x[:150], x[-400:]
    secret = {
        "classes": np.asarray(model(hidden)).argmax(axis=1),
        "float_bytes": len(converted(model, smaller=False)),
    }
    yield Case((packed(model), samples), inputs=hidden, secret=secret)


TO_TFLITE_INT8 = Exercise(
    reference=reference.to_tflite_int8,
    cases=quantisable_model,
    kind="bytes",
    verify=verifying.is_int8_file,
    artefact="tflite",
    mistakes=(
        Mistake(
            "dynamic_range",
            lambda model, samples: converted(model),
            "Only the weights are int8. For the activations the converter needs their ranges: give it the "
            "samples.",
        ),
        Mistake(
            "float_input_and_output",
            lambda model, samples: converted(model, samples, types=("float32", "float32")),
            "Inside all is int8, but input and output are floats still. The converter has a setting for "
            "each of the two.",
        ),
        Mistake(
            "float_output",
            lambda model, samples: converted(model, samples, types=("int8", "float32")),
            "The output is still float32. It has a setting of its own, as the input has.",
        ),
        Mistake(
            "float16",
            lambda model, samples: converted(model, float16=True),
            "This is float16, half the size. A quarter is possible, with whole numbers of 8 bits.",
        ),
        Mistake(
            "samples_scaled_twice",
            lambda model, samples: converted(model, samples / 255),
            "All is int8, and many answers are not the model's: were the ranges measured on samples that are "
            "not like the inputs, divided once more perhaps? And is it this model, with its weights?",
        ),
    ),
    hints=(
        "Begin as for the float file. Then the converter wants to know four things: that it should "
        "optimize, what typical inputs look like, which operations it may use, and the types of input and "
        "output.",
        "The attributes are `optimizations`, `representative_dataset`, `target_spec.supported_ops`, "
        "`inference_input_type` and `inference_output_type`.",
        "`representative_dataset` is a function without arguments that yields lists: one array for each "
        "input of the model, with a batch axis, (1, …). The operations are `TFLITE_BUILTINS_INT8`.",
    ),
    difficulty=4,
    importance=4,
    minutes=15,
    objects=True,
    seconds=90,
    megabytes=2048,
)


class Grid(NamedTuple):
    """A whole number q stands for `scale · (q − zero_point)`."""

    scale: float
    zero_point: int

    def places(self, values: np.ndarray) -> np.ndarray:
        """Where values lie on the grid, before rounding."""
        return values / np.float32(self.scale) + self.zero_point

    def numbers(self, values: np.ndarray) -> np.ndarray:
        return np.clip(np.round(self.places(values)), -128, 127).astype(np.int64)

    def are_clear(self, values: np.ndarray) -> bool:
        """Whether nobody can round values differently: none lies near the middle of two numbers."""
        return bool(np.all(np.abs(self.places(values) % 1 - 0.5) > 0.05))


class Layer(NamedTuple):
    """A dense layer in a TFLite file; one without `into` and `out` is of float32.

    Args:
        kernel: whole numbers that stand for `scale · q`, or floats, (features, k).
        bias: in steps of `into.scale · scale`, or floats, (k,).
        relu: whether negative outputs become 0.
        scale: of the kernel.
        into, out: grids of the input and the output.
    """

    kernel: np.ndarray
    bias: np.ndarray
    relu: bool = False
    scale: float = 1.0
    into: Grid | None = None
    out: Grid | None = None

    def before_rounding(self, x: np.ndarray) -> np.ndarray:
        """What an int8 layer computes, (n, k), before it is put on the grid of the output."""
        q = self.into.numbers(x) - self.into.zero_point
        z = (q @ self.kernel + self.bias) * (np.float32(self.into.scale) * np.float32(self.scale))
        return np.maximum(z, 0) if self.relu else z


def written(layer: Layer) -> bytes:
    """The layer as a TFLite file, as a converter writes it: a graph of one operation, and a signature."""
    schema = _schema()
    kinds = schema.TensorType
    features, units = layer.kernel.shape
    is_int8 = layer.into is not None
    number = kinds.INT8 if is_int8 else kinds.FLOAT32
    grids = (
        [layer.into, Grid(layer.scale, 0), Grid(layer.into.scale * layer.scale, 0), layer.out]
        if is_int8
        else [None] * 4
    )
    weights = layer.kernel.T.astype(np.int8 if is_int8 else np.float32)
    bias = layer.bias.astype(np.int32 if is_int8 else np.float32)
    tensors = [
        _tensor("serving_default_x:0", [1, features], number, 0, grids[0]),
        _tensor("kernel", [units, features], number, 1, grids[1]),
        _tensor("bias", [units], kinds.INT32 if is_int8 else number, 2, grids[2]),
        _tensor("StatefulPartitionedCall:0", [1, units], number, 0, grids[3]),
    ]
    operation = schema.OperatorT()
    operation.opcodeIndex, operation.inputs, operation.outputs = 0, [0, 1, 2], [3]
    operation.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
    operation.builtinOptions = schema.FullyConnectedOptionsT()
    kind = schema.ActivationFunctionType
    operation.builtinOptions.fusedActivationFunction = kind.RELU if layer.relu else kind.NONE
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.FULLY_CONNECTED
    code.version = 4 if is_int8 else 1
    graph = schema.SubGraphT()
    graph.name, graph.inputs, graph.outputs, graph.tensors = "main", [0], [3], tensors
    graph.operators = [operation]
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = "serving_default", 0
    signature.inputs, signature.outputs = [_named("x", 0)], [_named("output_0", 3)]
    model = schema.ModelT()
    model.version, model.description = 3, "one dense layer"
    model.operatorCodes, model.subgraphs, model.signatureDefs = [code], [graph], [signature]
    model.buffers = [_buffer(None), _buffer(weights), _buffer(bias)]
    builder = importlib.import_module("flatbuffers").Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


@cache
def _schema() -> Any:
    try:
        return importlib.import_module("ai_edge_litert.schema_py_generated")
    except ImportError:  # Windows
        importlib.import_module("tensorflow")
        return importlib.import_module("tensorflow.lite.python.schema_py_generated")


def _tensor(name: str, shape: list[int], kind: int, buffer: int, grid: Grid | None) -> Any:
    tensor = _schema().TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name, shape, kind, buffer
    if grid is not None:
        tensor.quantization = _schema().QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = [grid.scale], [grid.zero_point]
    return tensor


def _named(name: str, tensor: int) -> Any:
    named = _schema().TensorMapT()
    named.name, named.tensorIndex = name, tensor
    return named


def _buffer(numbers: np.ndarray | None) -> Any:
    buffer = _schema().BufferT()
    buffer.data = None if numbers is None else np.frombuffer(numbers.tobytes(), np.uint8)
    return buffer


def files_and_samples(rng: np.random.Generator) -> Iterator[tuple[bytes, np.ndarray]]:
    """Float and int8 files of one dense layer; samples inside the range of an int8 input and beyond it."""

    def rows(*values: Any) -> np.ndarray:
        return np.array(values, np.float32)

    double = Layer(np.array([[2.0]]), np.array([1.0]))
    yield written(double), rows([3.0])
    yield written(double), rows([3.0], [-1.5])
    halves = Layer(np.array([[50]]), np.array([0]), False, 0.02, Grid(0.5, 3), Grid(0.25, -20))  # x → x
    for values in ([[1.0]], [[0.7]], [[-20.2]], [[500.0]], [[-500.0]], [[2.0], [-3.2], [4.7]]):
        yield written(halves), rows(*values)
    for features, units, n in ((1, 1, 2), (2, 1, 1), (2, 2, 2), (3, 2, 3), (4, 3, 2)):
        kernel, bias = rng.normal(0, 1, (features, units)).round(2), rng.normal(0, 1, units).round(2)
        yield (
            written(Layer(kernel, bias, relu=units == 3)),
            rng.normal(0, 2, (n, features)).round(2).astype("f4"),
        )
    sizes = (
        (1, 1, 1),
        (1, 2, 2),
        (2, 1, 1),
        (2, 2, 2),
        (2, 3, 1),
        (3, 1, 2),
        (3, 2, 2),
        (3, 3, 3),
        (4, 2, 3),
    )
    for features, units, n in (*sizes, (4, 4, 4), (6, 3, 2)):
        layer, x = quantised_layer(rng, features, units, n)
        yield written(layer), x


def quantised_layer(rng: np.random.Generator, features: int, units: int, n: int) -> tuple[Layer, np.ndarray]:
    """A random layer in int8, and samples that everybody rounds alike, one of them beyond the range."""
    while True:
        into = Grid(round(rng.uniform(0.01, 0.09), 4), int(rng.integers(5, 90) * rng.choice((-1, 1))))
        places = rng.integers(-127, 127, (n, features)) + rng.uniform(-0.42, 0.42, (n, features))
        places[-1, 0] = rng.integers(140, 250) * rng.choice((-1, 1))
        x = (into.scale * (places - into.zero_point)).round(3).astype(np.float32)
        kernel, bias = rng.integers(-127, 128, (features, units)), rng.integers(-3000, 3000, units)
        layer = Layer(kernel, bias, bool(rng.random() < 0.3), round(rng.uniform(0.005, 0.02), 4), into)
        z = layer.before_rounding(x)
        scale = round(float(np.ptp(z)) / 180 + 0.01, 4)
        middle = round((z.max() + z.min()) / 2 / scale)
        out = Grid(scale, int(np.clip(-middle, -120, 120)))
        if into.are_clear(x) and out.are_clear(z) and out.zero_point and out.scale != into.scale:
            return layer._replace(out=out), x


def running(
    quantise: str = "whole",
    dequantise: bool = True,
    rows: str = "each",
    zero_points: bool = True,
    own: bool = True,
):
    """A run of a file with one of its parts otherwise."""

    def to_numbers(x, scale, zero_point):
        zero_point = zero_point if zero_points else 0
        if quantise == "not":
            return x
        if quantise == "cast":
            return np.clip(x, -128, 127).astype(np.int8)
        q = x / scale + zero_point
        if quantise == "truncated":
            return np.clip(q, -128, 127).astype(np.int8)
        if quantise == "wrapped":
            return np.round(q).astype(np.int64).astype(np.int8)
        return np.clip(np.round(q), -128, 127).astype(np.int8)

    def answer(flatbuffer, x):
        lite = importlib.import_module("ai_edge_litert.interpreter").Interpreter(model_content=flatbuffer)
        lite.allocate_tensors()
        source, target = lite.get_input_details()[0], lite.get_output_details()[0]
        step, zero = source["quantization"]
        if step:
            x = to_numbers(x, step, zero)
        answers = []
        for batch in {"each": x[:, np.newaxis], "first": x[np.newaxis, :1], "together": x[np.newaxis]}[rows]:
            lite.set_tensor(source["index"], batch)
            lite.invoke()
            answers.append(lite.get_tensor(target["index"]).astype(np.float32))
        answers = np.concatenate(answers)
        step, zero = target["quantization"] if own else source["quantization"]
        if not step or not dequantise:
            return answers
        return step * (answers - (zero if zero_points else 0))

    return answer


TFLITE_PREDICT = Exercise(
    reference=reference.tflite_predict,
    cases=files_and_samples,
    objects=True,
    tolerance=FLOAT32,
    mistakes=(
        Mistake(
            "floats_into_int8",
            running(quantise="not"),
            "An int8 file takes no floats: quantise x first. The input's details tell the type, scale and "
            "zero point.",
        ),
        Mistake(
            "cast_only",
            running(quantise="cast"),
            "The floats were cut to whole numbers as they are. An int8 input counts in steps of its scale, "
            "from its zero point.",
        ),
        Mistake(
            "not_dequantised",
            running(dequantise=False),
            "These are the whole numbers of an int8 output. What does each of them stand for?",
        ),
        Mistake(
            "no_zero_points",
            running(zero_points=False),
            "The scales are in use and the zero points are not: a float 0 is not the whole number 0.",
        ),
        Mistake(
            "one_grid_for_both",
            running(own=False),
            "The output was dequantised by the scale and zero point of the input. It has its own.",
        ),
        Mistake(
            "truncated",
            running(quantise="truncated"),
            "A cast to int8 cuts the fraction off: round before it.",
        ),
        Mistake(
            "wrapped_around",
            running(quantise="wrapped"),
            "Numbers beyond 127 came round at −128: limit them to the range of int8 before the cast.",
        ),
        Mistake(
            "first_row_only",
            running(rows="first"),
            "Only the first sample was predicted. The file takes one at a time: go through all of them.",
        ),
        Mistake(
            "all_rows_at_once",
            running(rows="together"),
            "The file's input holds one row, and all came at once: feed one after the other, or resize the "
            "input first.",
        ),
    ),
    hints=(
        "The steps: make an `Interpreter`, allocate its tensors; then, for each row: set the input, invoke, "
        "get the output.",
        "`get_input_details()` and `get_output_details()` are lists of dicts: `index`, `dtype`, and "
        "`quantization`, a pair of scale and zero point. Floats have the scale 0: leave them as they are.",
        "In: divide by the input's scale, round, add its zero point, clip to int8's range, cast. Out: to "
        "floats, subtract the output's zero point, times its scale.",
    ),
    difficulty=4,
    importance=3,
    minutes=20,
    seconds=20,
    megabytes=2048,
)


def kernels(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Dense layers: one unit, one input, square, and neither."""
    yield np.array([[2.0]]), np.array([1.0])
    yield np.array([[1.0, 2.0]]), np.array([0.5, -0.5])
    yield np.array([[1.0], [2.0], [3.0]]), np.array([0.0])
    yield np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0, 6.0])
    yield np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([7.0, 8.0, 9.0])
    sizes = ((1, 2), (2, 1), (2, 2), (2, 3), (3, 2), (3, 3), (3, 4), (4, 2), (4, 4), (5, 3), (6, 2), (8, 5))
    for inputs, units in (*sizes, (10, 10), (12, 4), (20, 3)):
        yield rng.normal(0, 1, (inputs, units)).round(2), rng.normal(0, 1, units).round(2)


DENSE_TO_TORCH = Exercise(
    reference=reference.dense_to_torch,
    cases=kernels,
    mistakes=(
        Mistake(
            "not_transposed",
            lambda kernel, bias: (kernel, bias),
            "The kernel came back as it was: a row for each input. PyTorch wants a row for each unit.",
        ),
        Mistake(
            "reshaped",
            lambda kernel, bias: (kernel.reshape(kernel.shape[::-1]), bias),
            "The shape is right and the numbers are in the wrong places: `reshape` keeps them in the order "
            "in which they lie in memory. Rows should become columns.",
        ),
        Mistake(
            "turned",
            lambda kernel, bias: (np.rot90(kernel), bias),
            "The matrix was turned by a right angle. Mirror it on its diagonal instead.",
        ),
        Mistake(
            "bias_as_column",
            lambda kernel, bias: (kernel.T, bias[:, np.newaxis]),
            "The weight is right. The bias keeps its one axis in PyTorch.",
        ),
        Mistake(
            "swapped",
            lambda kernel, bias: (bias, kernel.T),
            "Weight and bias changed places.",
        ),
        Mistake(
            "weight_alone",
            lambda kernel, bias: kernel.T,
            "A pair is asked for: weight and bias.",
        ),
    ),
    hints=(
        "Write down what each of the two computes for one unit: which numbers of the matrix belong to it?",
        "Keras computes x @ kernel, PyTorch x @ weight.T. Which weight makes these equal?",
        "Rows become columns: a NumPy array has an attribute for that. The bias stays as it is.",
    ),
    difficulty=1,
    importance=3,
    minutes=3,
)


def convolution_kernels(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Convolutions: one number, one filter, one channel, one pixel, square and oblong."""

    def layer(*shape: int) -> tuple[np.ndarray, np.ndarray]:
        # All different, so that each has one right place; and no whole numbers, which any type can hold.
        numbers = rng.permutation(int(np.prod(shape))) + 1.003
        return numbers.reshape(shape), rng.integers(-9, 10, shape[-1]) + 0.007

    shapes = (
        (1, 1, 1, 1), (2, 2, 1, 1), (1, 2, 1, 1), (1, 1, 2, 2), (1, 1, 1, 3), (1, 1, 3, 1), (1, 2, 2, 1),
        (2, 1, 1, 2), (1, 1, 2, 3), (2, 2, 1, 2), (2, 2, 2, 1), (1, 2, 2, 2), (2, 3, 2, 1), (2, 2, 2, 2),
        (3, 2, 1, 2), (3, 3, 1, 1), (3, 3, 1, 4), (3, 3, 2, 2), (3, 3, 3, 3), (5, 3, 2, 4),
    )  # fmt: skip
    for shape in shapes:
        yield layer(*shape)


CONV_TO_TORCH = Exercise(
    reference=reference.conv_to_torch,
    cases=convolution_kernels,
    mistakes=(
        Mistake(
            "rows_and_columns_swapped",
            lambda kernel, bias: (kernel.T, bias),
            "The order of all four axes was reversed, so each filter lies on its side: height and width "
            "keep their order.",
        ),
        Mistake(
            "reshaped",
            lambda kernel, bias: (kernel.reshape([kernel.shape[i] for i in (3, 2, 0, 1)]), bias),
            "The shape is right and the numbers are in the wrong places: `reshape` does not move axes.",
        ),
        Mistake(
            "input_first",
            lambda kernel, bias: (kernel.transpose(2, 3, 0, 1), bias),
            "Input and output channels are the wrong way round: in PyTorch the filters come first.",
        ),
        Mistake(
            "channels_last",
            lambda kernel, bias: (kernel.transpose(3, 0, 1, 2), bias),
            "The filters are in front, but the input channels are last, as TFLite has them. PyTorch wants "
            "them in the second place.",
        ),
        Mistake(
            "turned_over",
            lambda kernel, bias: (kernel[::-1, ::-1].transpose(3, 2, 0, 1), bias),
            "Each filter was turned upside down. Both frameworks slide it as it is.",
        ),
        Mistake("unchanged", lambda kernel, bias: (kernel, bias), "The kernel came back as it was, HWIO."),
    ),
    hints=(
        "Write both orders below each other: HWIO and OIHW. For each letter of the second, where is it in "
        "the first?",
        "`np.transpose` takes the old place of each new axis, counted from 0. `reshape` won't do: it moves "
        "no number.",
        "O is the old axis 3 and comes first; I is the old axis 2. Height and width follow in their order.",
    ),
    difficulty=2,
    importance=3,
    minutes=5,
)

EXERCISES = (
    SCALE_IMAGES,
    MAKE_DATASET,
    TRAIN_STEP,
    BUILD_AND_TRAIN,
    SAVE_AND_RESTORE,
    TO_TFLITE,
    TO_TFLITE_INT8,
    TFLITE_PREDICT,
    DENSE_TO_TORCH,
    CONV_TO_TORCH,
)
