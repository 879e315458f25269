"""Lesson 4: right answers that the cases accept, written in other ways."""

import contextlib
import io
import os
import warnings

import numpy as np
import pytest
import scipy.optimize

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from asking import verdict

from grader.child import live

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def with_apply_gradients(model, optimizer, x, y):
    loss_function = keras.losses.SparseCategoricalCrossentropy()
    with tf.GradientTape() as tape:
        loss = loss_function(y, model(tf.constant(x), training=True))
    gradients = tape.gradient(loss, model.trainable_weights)
    optimizer.apply_gradients(zip(gradients, model.trainable_weights, strict=True))
    return loss


def by_hand(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        p = model(x, training=True)
        loss = -tf.reduce_mean(tf.math.log(tf.gather(p, y, batch_dims=1)))
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return loss.numpy()


def in_a_graph(model, optimizer, x, y):
    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            losses = keras.losses.sparse_categorical_crossentropy(y, model(x, training=True))
            loss = tf.reduce_sum(losses) / tf.cast(tf.shape(y)[0], tf.float32)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    optimizer.build(model.trainable_variables)
    return step(tf.constant(x), tf.constant(y))


def on_batch(model, optimizer, x, y):
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model.train_on_batch(x, y)


def with_numpy_order(x, y, batch_size, seed):
    order = np.random.default_rng(seed).permutation(len(x))
    return tf.data.Dataset.from_tensor_slices((x[order], y[order])).batch(batch_size)


def zipped(x, y, batch_size, seed):
    parts = tuple(tf.data.Dataset.from_tensor_slices(part) for part in (x, y))
    data = tf.data.Dataset.zip(parts).cache()
    return data.shuffle(10_000, seed, reshuffle_each_iteration=False).batch(batch_size, num_parallel_calls=2)


def converter_of(model):
    with contextlib.redirect_stdout(io.StringIO()):
        return tf.lite.TFLiteConverter.from_keras_model(model)


def exported(model, **options):
    """By Keras's own way to a file."""
    path = os.path.join(live.tempfile.mkdtemp(), "model.tflite")
    model.export(path, format="litert", verbose=False, **options)
    with open(path, "rb") as file:
        return file.read()


def exported_int8(model, samples):
    return exported(
        model,
        optimizations=[tf.lite.Optimize.DEFAULT],
        representative_dataset=lambda: ([samples[i : i + 1]] for i in range(100)),
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
    )


def all_samples_at_once(model, samples):
    converter = converter_of(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: [[samples]]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    with contextlib.redirect_stdout(io.StringIO()):
        return converter.convert()


def resized(flatbuffer, x):
    interpreter = Interpreter(model_content=flatbuffer)
    (into,), (out,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(into["index"], x.shape)
    interpreter.allocate_tensors()
    if into["dtype"] == np.int8:
        scale, zero_point = into["quantization"]
        x = np.clip(np.rint(x.astype(np.float64) / scale + zero_point), -128, 127).astype(np.int8)
    interpreter.set_tensor(into["index"], x)
    interpreter.invoke()
    y = interpreter.get_tensor(out["index"])
    if out["dtype"] == np.int8:
        scale, zero_point = out["quantization"]
        return (y.astype(np.float64) - zero_point) * scale
    return y


def by_signature(flatbuffer, x):
    run = Interpreter(model_content=flatbuffer).get_signature_runner("serving_default")
    ((name, into),), ((output, out),) = run.get_input_details().items(), run.get_output_details().items()
    answers = []
    for row in x:
        scales, zero_points = (into["quantization_parameters"][key] for key in ("scales", "zero_points"))
        if len(scales):
            row = np.clip(np.floor(row / scales[0] + 0.5) + zero_points[0], -128, 127).astype(np.int8)
        q = run(**{name: row[None]})[output][0].tolist()
        scale, zero_point = out["quantization"]
        answers.append([scale * (v - zero_point) for v in q] if scale else q)
    return answers


def looped_transpose(kernel, bias):
    return [[kernel[i][j] for i in range(len(kernel))] for j in range(len(bias))], list(bias)


def saved_by_function(model, path):
    keras.saving.save_model(model, path)
    return keras.models.load_model(path, compile=False)


def seen_before(calls):
    graphs, made = {}, 0
    for kind, *signature in calls:
        key = repr((kind, signature))
        if key not in graphs:
            graphs[key] = made = made + 1
    return made


def with_fit(model, optimizer, x, y):
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model.fit(x, y, batch_size=len(x), shuffle=False, verbose=0).history["loss"][0]


def variables_one_by_one(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(y, model(tf.constant(x), training=True))
        loss = sum(losses) / len(y)
    gradients = tape.gradient(loss, model.weights)
    pairs = zip(gradients, model.weights, strict=True)
    optimizer.apply_gradients([(g, w) for g, w in pairs if w.trainable])
    return loss.numpy()


def by_ends(values):
    """Each end on its level, then the zero point from the right end."""
    left, right = min(0, *values.ravel()), max(0, *values.ravel())
    scale = (right - left) / (2**8 - 1) or 1
    return np.array([scale, np.clip(np.rint(127 - right / scale), -128, 127) if right > left else 0])


def by_quantiles(values, bits):
    """The best of pairs of quantiles."""
    shares = np.array([0, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.08, 0.12, 0.16, 0.2])

    def error(ends):
        low, high = ends
        levels = np.linspace(low, high, 2**bits)
        nearest = levels[np.clip(np.rint((values - low) / (levels[1] - low)), 0, len(levels) - 1).astype(int)]
        return np.mean((values - nearest) ** 2)

    lows, highs = np.quantile(values, shares), np.quantile(values, 1 - shares)
    return min(((low, high) for low in lows for high in highs if low < high), key=error)


def by_scipy(values, bits):
    def error(ends):
        low, high = ends
        step = (high - low) / (2**bits - 1)
        if step <= 0:
            return np.inf
        return np.mean((low + step * np.clip(np.round((values - low) / step), 0, 2**bits - 1) - values) ** 2)

    starts = [np.quantile(values, [share, 1 - share]) for share in (0, 0.002, 0.02, 0.1)]
    found = [scipy.optimize.minimize(error, start, method="Nelder-Mead") for start in starts]
    return min(found, key=lambda one: one.fun).x


ALSO_RIGHT = {
    "count_traces": [seen_before],
    "custom_step": [with_apply_gradients, on_batch, in_a_graph, with_fit, variables_one_by_one],
    "affine_quantisation": [by_ends],
    "clip_range": [by_quantiles, by_scipy],
    "scale_images": [
        lambda images: np.expand_dims(images, -1).astype("float32") / 255.0,
        lambda images: (images / 255.0).astype("float32").reshape(*images.shape, 1),
        lambda images: np.float32(images)[:, :, :, None] * np.float32(1 / 255),
        lambda images: tf.cast(images, tf.float32)[..., tf.newaxis] / 255,
        lambda images: keras.layers.Rescaling(1 / 255)(images[..., None].astype(np.float32)),
    ],
    "make_dataset": [with_numpy_order, zipped],
    "train_step": [with_apply_gradients, by_hand, in_a_graph, on_batch],
    "save_and_restore": [saved_by_function],
    "to_tflite": [exported],
    "to_tflite_int8": [exported_int8, all_samples_at_once],
    "tflite_predict": [resized, by_signature],
    "dense_to_torch": [
        looped_transpose,
        lambda kernel, bias: (np.transpose(kernel).astype(np.float32), bias),
        lambda kernel, bias: [np.swapaxes(kernel, 0, 1), bias.copy()],
    ],
    "conv_to_torch": [
        lambda kernel, bias: (np.moveaxis(kernel, (-1, -2), (0, 1)), bias),
        lambda kernel, bias: (np.einsum("hwio->oihw", kernel), bias),
        lambda kernel, bias: (kernel.T.swapaxes(2, 3), bias),
    ],
}


@pytest.mark.parametrize(
    ("name", "i"), [(name, i) for name, some in ALSO_RIGHT.items() for i in range(len(some))]
)
def test_other_right_answers_pass(name, i):
    found = verdict(name, ALSO_RIGHT[name][i])
    assert found.status == "passed", found.message
