"""Lesson 4, frameworks: data, training and deployment in TensorFlow and Keras, and PyTorch's layouts.

    train_step → count_traces · scale_images → make_dataset · build_and_train → custom_step
    → save_and_restore → to_tflite · to_tflite_int8 → affine_quantisation · clip_range → tflite_predict;
    dense_to_torch · conv_to_torch

Shapes in comments: n samples, h rows and w columns of an image, k classes. TensorFlow and Keras are imported
where they are used: without them, the rest of this module starts seconds sooner.
"""

import numpy as np


def scale_images(images: np.ndarray) -> np.ndarray:
    """Grey images of whole numbers from 0 to 255, made ready for a network: from 0 to 1, with a channel axis.

    `image / 255`, in float32: dividing the bytes as they are would give float64, twice as large.

    Args:
        images: uint8, shape (n, h, w).

    Returns:
        float32, shape (n, h, w, 1), each number from 0 to 1. `images` stays as it was.

    >>> scaled = scale_images(np.array([[[0, 51], [102, 255]]], dtype=np.uint8))
    >>> scaled.shape, scaled.dtype
    ((1, 2, 2, 1), dtype('float32'))
    >>> scaled[0, :, :, 0]
    array([[0. , 0.2],
           [0.4, 1. ]], dtype=float32)
    """
    return images[..., np.newaxis].astype(np.float32) / 255  # (n, h, w) → (n, h, w, 1)


def make_dataset(x, y, batch_size: int, seed: int):
    """Samples and labels as a `tf.data.Dataset` of batches in random order, ready for `model.fit`.

    Shuffle all of the pairs, not only some at a time, then cut them into batches. The last batch may be
    smaller, and no pair is left out. The order follows from the seed: the same seed gives the same order.

    Args:
        x: samples, shape (n, …).
        y: labels, shape (n,).
        batch_size: samples in a batch.
        seed: a whole number.

    Returns:
        A `tf.data.Dataset` whose elements are pairs (x, y) of shape (batch_size, …) and (batch_size,).

    Source: `tf.data.Dataset`.

    >>> dataset = make_dataset(np.arange(10.0), np.arange(10), batch_size=4, seed=1)
    >>> [len(labels) for _, labels in dataset]
    [4, 4, 2]
    """
    import tensorflow as tf

    pairs = tf.data.Dataset.from_tensor_slices((x, y))
    return pairs.shuffle(len(x), seed=seed).batch(batch_size).prefetch(tf.data.AUTOTUNE)


def train_step(model, optimizer, x, y) -> float:
    """One step of training: forward pass, loss, gradients, update. `model.fit` does this for each batch.

    The loss is the sparse categorical cross-entropy, its mean over the batch: `−(1/n) Σᵢ log pᵢ[yᵢ]`, where
    pᵢ are the probabilities that the model gives for sample i. The model runs in training mode.

    Args:
        model: a Keras model that ends in probabilities (softmax). Its weights are updated in place.
        optimizer: a Keras optimizer, which does the update.
        x: samples, shape (n, …).
        y: labels, whole numbers, shape (n,).

    Returns:
        The loss on this batch, as it was before the update.

    Source: `tf.GradientTape`, `keras.losses.sparse_categorical_crossentropy`.

    >>> import keras
    >>> output = keras.layers.Dense(2, "softmax", kernel_initializer="zeros")
    >>> model, optimizer = keras.Sequential([keras.Input((2,)), output]), keras.optimizers.SGD(1.0)
    >>> x, y = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1])
    >>> [round(train_step(model, optimizer, x, y), 3) for _ in range(3)]
    [0.693, 0.474, 0.348]
    """
    import keras
    import tensorflow as tf

    with tf.GradientTape() as tape:
        p = model(x, training=True)  # (n, k)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, p))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return float(loss)


def count_traces(calls: list) -> int:
    """How often `tf.function` traces a Python function that is called so, one call after the other.

    A prediction: count without TensorFlow. The function is a new one, takes one argument, and has not been
    told of any signature.

    Args:
        calls: the argument of each call, in order. `("tensor", "float32", (2, 3))` stands for a tensor of
            that type and shape, whose numbers are others each time; `("number", 7)` for a whole number of
            Python's.

    Returns:
        How many graphs have been made when all calls are over.

    Source: TensorFlow, "Better performance with tf.function".

    >>> count_traces([("tensor", "float32", (3,)), ("tensor", "float32", (3,))])
    1
    """
    return len(set(calls))


def build_and_train(x, y):
    """A classifier of small images, built and trained: the whole way from arrays to a model that predicts.

    It is asked for the digits of images that it has never seen, and must be right on at least 95 % of them.

    Args:
        x: images, float32 from 0 to 1, shape (n, 8, 8); n is 1,300.
        y: labels, whole numbers from 0 to 9, shape (n,).

    Returns:
        A trained Keras model, made of Keras's own layers. It takes images as they are in x, shape (m, 8, 8),
        and gives ten numbers for each of them, shape (m, 10): the largest is its answer.

    >>> rng = np.random.default_rng(0)
    >>> model = build_and_train(rng.random((40, 8, 8)), rng.integers(0, 10, 40))
    >>> model.input_shape, model.output_shape
    ((None, 8, 8), (None, 10))
    """
    import keras

    keras.utils.set_random_seed(0)
    flatten = keras.layers.Flatten()  # (n, 8, 8) → (n, 64)
    hidden, output = keras.layers.Dense(128, "relu"), keras.layers.Dense(10, "softmax")
    mlp = keras.Sequential([keras.Input((8, 8)), flatten, hidden, output])
    mlp.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    mlp.fit(x, y, epochs=20, batch_size=64, verbose=0)
    return mlp


def custom_step(model, optimizer, x, y) -> float:
    """One step of training, as `train_step`, for models with `BatchNormalization` and `Dropout` in them.

    The loss is the sparse categorical cross-entropy, its mean over the batch, of the model as it is while it
    trains. After the step, all that Keras's own step would have changed in the model has changed, by the same
    amount.

    Args:
        model: a Keras model that ends in probabilities (softmax). Its weights are updated in place.
        optimizer: a Keras optimizer, which does the update.
        x: samples, shape (n, …).
        y: labels, whole numbers, shape (n,).

    Returns:
        The loss on this batch, as it was before the update.

    Source: Keras, "Writing a training loop from scratch in TensorFlow".

    >>> import keras
    >>> output = keras.layers.Dense(2, "softmax", kernel_initializer="zeros")
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization(), output])
    >>> x, y = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1])
    >>> [round(custom_step(model, keras.optimizers.SGD(0.1), x, y), 2) for _ in range(3)]
    [0.69, 0.6, 0.52]
    """
    import keras
    import tensorflow as tf

    mean_loss = keras.losses.SparseCategoricalCrossentropy()
    with tf.GradientTape() as tape:
        p = model(x, training=True)  # (n, k)
        loss = mean_loss(y, p)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return float(loss)


def save_and_restore(model, path: str):
    """Save a whole model, its architecture and its weights, and build a second one from the file.

    The native format is one file whose name ends in `.keras`.

    Args:
        model: a Keras model.
        path: where to save it, in a folder that is there; it ends in `.keras`.

    Returns:
        The model that the file holds, loaded from there: another object, with the same predictions.

    Source: Keras, "Save, serialize, and export models".

    >>> import keras
    >>> import tempfile
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     restored = save_and_restore(model, f"{folder}/model.keras")  # doctest: +SKIP
    >>> restored is model, np.array_equal(restored.get_weights()[0], model.get_weights()[0])  # doctest: +SKIP
    (False, True)
    """
    import keras

    model.save(path)
    return keras.saving.load_model(path)


def to_tflite(model) -> bytes:
    """A Keras model as a TFLite file, for phones and small computers; its numbers stay float32.

    Args:
        model: a Keras model with one input of fixed size (but for the batch) and one output.

    Returns:
        The content of the file, as bytes. Its predictions are the model's, to within 1e-5.

    Source: `tf.lite.TFLiteConverter`; LiteRT, "Convert TensorFlow models".

    >>> import keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> to_tflite(model)[4:8]  # doctest: +SKIP
    b'TFL3'
    """
    import tensorflow as tf

    return tf.lite.TFLiteConverter.from_keras_model(model).convert()


def to_tflite_int8(model, samples) -> bytes:
    """A Keras model as a TFLite file in whole numbers: weights, activations, input and output are int8.

    A weight or activation v becomes `q = round(v / scale) + zero_point`, from −128 to 127. The range of the
    weights is known; that of the activations the converter measures on the samples, its *representative
    dataset*, which comes as a function that yields one input at a time.

    Args:
        model: a Keras model with one input of fixed size (but for the batch) and one output.
        samples: typical inputs, float32, shape (n, …).

    Returns:
        The content of the file, as bytes: at most 0.45 times the size of the float file. Its most probable
        class is the model's own for at least 97 % of inputs.

    Source: LiteRT, "Post-training integer quantization"; Jacob et al. (2018), "Quantization and Training of
    Neural Networks for Efficient Integer-Arithmetic-Only Inference".

    >>> import keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> to_tflite_int8(model, np.random.default_rng(0).random((50, 3), "float32"))[4:8]  # doctest: +SKIP
    b'TFL3'
    """
    import tensorflow as tf

    to_int8 = tf.lite.TFLiteConverter.from_keras_model(model)
    to_int8.optimizations = [tf.lite.Optimize.DEFAULT]
    to_int8.representative_dataset = lambda: ([sample[np.newaxis]] for sample in samples)
    to_int8.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    to_int8.inference_input_type = to_int8.inference_output_type = tf.int8
    return to_int8.convert()


def affine_quantisation(values: np.ndarray) -> tuple[float, int]:
    """The grid of int8 for some values: its scale, and the zero point, the level on which 0.0 lies.

    A level q, a whole number from −128 to 127, stands for `scale · (q − zero_point)`. Each value goes to the
    nearest level, and must not be off by more than `scale / 2`. 0.0 must be exact, for that is what padding
    and ReLU give, whether it is among the values or not.

    Args:
        values: floats of any shape, at least one. They are not changed in place.

    Returns:
        (scale, zero_point): the smallest scale, so that one half a percent smaller would not do, and a whole
        number from −128 to 127. Where all values are 0, it is (1.0, 0).

    Source: Jacob et al. (2018), "Quantization and Training of Neural Networks for Efficient
    Integer-Arithmetic-Only Inference".

    >>> scale, zero_point = affine_quantisation(np.array([-1.0, 0.2, 4.1]))
    >>> round(scale, 6), zero_point
    (0.02, -78)
    >>> affine_quantisation(np.zeros(3))
    (1.0, 0)
    """
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)  # 0.0 is to lie on a level, too
    if low == high:
        return 1.0, 0
    scale = (high - low) / 255  # 256 levels, 255 steps
    return float(scale), round(-128 - low / scale)


def clip_range(values: np.ndarray, bits: int) -> tuple[float, float]:
    """The range in which to quantise numbers of a kind of which you have seen some.

    The checker takes fresh numbers of the same kind, sets each that is beyond `low` or `high` to the nearer
    of the two, and rounds it to the nearest of `2**bits` levels, which lie evenly from `low` to `high`. The
    mean squared difference from the number as it was is the error: make it small.

    Args:
        values: some thousand floats, shape (n,). They are not changed in place.
        bits: from 2 to 6.

    Returns:
        (low, high), low < high. In the median over 16 cases, the error is to be at most 1.15 times that of
        the best range, and in none more than 5 times.

    Source: Banner et al. (2019), "Post Training 4-bit Quantization of Convolutional Networks for
    Rapid-Deployment".

    >>> values = np.array([0.0, 1.0, 2.0, 3.0] * 50)
    >>> low, high = clip_range(values, 2)
    >>> round(low, 3), round(high, 3)
    (0.0, 3.0)
    """

    def error(low: float, high: float) -> float:
        step = (high - low) / (2**bits - 1)
        rounded = low + step * np.round((np.clip(values, low, high) - low) / step)
        return float(np.mean((rounded - values) ** 2))

    middle, shares = np.median(values), np.geomspace(0.02, 1, 60)
    low, high = float(values.min()), float(values.max())
    lows, highs = middle - (middle - low) * shares, middle + (high - middle) * shares
    for _ in range(3):  # each end in turn, while the other stays
        low = min(lows, key=lambda end: error(end, high))
        high = min(highs, key=lambda end: error(low, end))
    return float(low), float(high)


def tflite_predict(flatbuffer: bytes, x: np.ndarray) -> np.ndarray:
    """Run a TFLite file on samples: floats in and floats out, whatever numbers the file computes with.

    Where its input is int8, x is quantised on the way in: `q = round(x / scale) + zero_point`, and what lies
    beyond −128 or 127 is set to the nearer of the two. Where its output is int8, it is dequantised on the way
    out: `scale · (q − zero_point)`. Input and output have a scale and a zero point each, which the
    interpreter tells under `"quantization"` in their details. A scale of 0 says: not quantised.

    Args:
        flatbuffer: the content of a TFLite file with one input and one output, for a batch of 1.
        x: samples, float32, shape (n, features).

    Returns:
        Floats, shape (n, k): the file's output for each sample.

    Source: LiteRT, "8-bit quantization specification"; `ai_edge_litert.interpreter.Interpreter`, which is
    `tf.lite.Interpreter` under its new name.

    >>> import keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> tflite_predict(to_tflite(model), np.ones((4, 3), "float32")).shape  # doctest: +SKIP
    (4, 2)
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:  # there is none for Windows
        import tensorflow as tf

        Interpreter = tf.lite.Interpreter

    lite = Interpreter(model_content=flatbuffer)
    lite.allocate_tensors()
    source, target = lite.get_input_details()[0], lite.get_output_details()[0]
    (scale_in, zero_in), (scale_out, zero_out) = source["quantization"], target["quantization"]
    answers = []
    for row in x:
        if scale_in:
            row = np.clip(np.round(row / scale_in) + zero_in, -128, 127)
        lite.set_tensor(source["index"], row[np.newaxis].astype(source["dtype"]))  # (1, features)
        lite.invoke()
        q = lite.get_tensor(target["index"])[0].astype(np.float32)  # (k,)
        answers.append(scale_out * (q - zero_out) if scale_out else q)
    return np.stack(answers)  # (n, k)


def dense_to_torch(kernel: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weights of a Keras `Dense` layer in the layout of a PyTorch `Linear` layer.

    Keras computes `x @ kernel + bias`, PyTorch `x @ weight.T + bias`.

    Args:
        kernel: shape (inputs, units).
        bias: shape (units,).

    Returns:
        weight, shape (units, inputs), and bias, shape (units,), with which PyTorch's layer computes the same.

    Source: `torch.nn.Linear`.

    >>> weight, bias = dense_to_torch(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([0.5, -0.5]))
    >>> weight
    array([[1., 3., 5.],
           [2., 4., 6.]])
    """
    return kernel.T, bias


def conv_to_torch(kernel: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weights of a Keras `Conv2D` layer in the layout of a PyTorch `Conv2d` layer.

    Keras's kernel is HWIO: height, width, input channels, output channels (filters). PyTorch's weight is
    OIHW. Both slide the kernel over the image without turning it over.

    Args:
        kernel: shape (height, width, channels, filters).
        bias: shape (filters,).

    Returns:
        weight, shape (filters, channels, height, width), and bias, shape (filters,), with which PyTorch's
        layer computes the same.

    Source: `torch.nn.Conv2d`.

    >>> weight, bias = conv_to_torch(np.arange(60.0).reshape(3, 5, 2, 2), np.zeros(2))
    >>> weight.shape
    (2, 2, 3, 5)
    >>> weight[1, 0]  # the second filter, on the first channel
    array([[ 1.,  5.,  9., 13., 17.],
           [21., 25., 29., 33., 37.],
           [41., 45., 49., 53., 57.]])
    """
    return kernel.transpose(3, 2, 0, 1), bias  # (h, w, in, out) → (out, in, h, w)
