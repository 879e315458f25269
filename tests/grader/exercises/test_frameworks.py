"""Lesson 4: what the cases reach, right answers written in other ways, wrong ones, and hostile ones."""

import contextlib
import io
import os
import warnings
from functools import cache

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf

from ai_edge_litert.interpreter import Interpreter

from grader.child import live, plaindata
from grader.child.calling import call
from grader.child.plaindata import Live
from grader.exercise import Case
from grader.exercises import exercises_of
from grader.exercises.frameworks.cases import converted
from grader.exercises.frameworks.tflite_files import Layer, written
from grader.exercises.frameworks.tflite_predict import quantised_layer
from grader.judging.bank import PUBLIC_SEED, bank_of
from grader.judging.grading import grade
from grader.judging.judge import judge
from grader.learning import kernel
from grader.submissions.submission import read
from solutions import frameworks as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own

BY_NAME = {exercise.name: exercise for exercise in exercises_of("04_frameworks")}


@cache
def cases_of(name, seed=0):
    made = BY_NAME[name].cases(np.random.default_rng(seed))
    return [case if isinstance(case, Case) else Case(tuple(case)) for case in made]


def arguments_of(name, seed=0):
    return [case.arguments for case in cases_of(name, seed)]


def verdict(name, answer, seed=PUBLIC_SEED):
    bank = bank_of(BY_NAME[name], seed)
    return judge(BY_NAME[name], bank, kernel.attempt(BY_NAME[name], bank, answer))


@pytest.fixture
def graded_source(sandbox, worker, tmp_path):
    """Grade the source of one answer in the sandbox."""

    def grade_source(name, source, seed="secret"):
        file = tmp_path / "answer.py"
        file.write_text(f"import numpy as np\nimport keras\nimport tensorflow as tf\n{source}")
        return grade(read(file), worker, seed=seed, sandbox=sandbox.level, only=name).report.exercises[0]

    return grade_source


def test_edges_of_scale_images():
    batches = [images for (images,) in arguments_of("scale_images")]
    assert all(images.dtype == np.uint8 and images.ndim == 3 for images in batches)
    assert any(len(images) == 1 for images in batches)
    assert any(images.shape[1] != images.shape[2] for images in batches)
    assert any(len(set(images.shape)) == 1 and images.size > 1 for images in batches)
    assert any(np.all(images == 0) for images in batches)
    assert any(images.max() < 255 and images.min() > 0 for images in batches)


@pytest.mark.parametrize("seed", range(3))
def test_edges_of_make_dataset(seed):
    cases = arguments_of("make_dataset", seed)
    assert any(len(x) % batch_size for x, _, batch_size, _ in cases)
    assert any(batch_size > len(x) for x, _, batch_size, _ in cases)
    assert any(x.ndim == 3 for x, *_ in cases)
    assert any(s == 0 for *_, s in cases)
    assert all(len(np.unique(y)) == len(y) for _, y, *_ in cases)
    many = [case for case in cases if len(case[0]) == 120]
    seeds = [case[3] for case in many]
    assert seeds[0] == seeds[1] != seeds[2]
    assert all(np.array_equal(case[0], many[0][0]) for case in many)


@pytest.mark.parametrize("seed", range(3))
def test_edges_of_train_step(seed):
    """No rounding decides a case, as it could in Adam's first step, where a gradient is nearly 0."""
    kinds = set()
    for model, optimizer, x, y in arguments_of("train_step", seed):
        network = live.instantiate(model)
        kinds |= {type(layer).__name__ for layer in network.layers} | {optimizer.value["class_name"]}
        with tf.GradientTape() as tape:
            p = network(x, training=True)
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, p))
        gradients = [g.numpy() for g in tape.gradient(loss, network.trainable_variables)]
        assert p.numpy().min() > 1e-4
        if optimizer.value["class_name"] == "Adam":
            assert all(np.all((g == 0) | (np.abs(g) > 1e-4)) for g in gradients)
        assert max(np.abs(g).max() for g in gradients) > 0.01
    assert kinds == {"Dense", "BatchNormalization", "SGD", "Adam"}


def test_models_are_the_same_bytes_each_time():
    """Else the cases of one seed would be others a second later."""
    for name in ("train_step", "save_and_restore", "to_tflite", "to_tflite_int8"):
        rngs = [np.random.default_rng(3) for _ in range(2)]
        cases = [list(map(repr, BY_NAME[name].cases(rng))) for rng in rngs]
        assert cases[0] == cases[1]


@pytest.mark.parametrize("seed", range(4))
def test_the_model_to_quantise_has_clear_answers(seed):
    (case,) = cases_of("to_tflite_int8", seed)
    model, samples = case.arguments
    outputs = np.asarray(live.instantiate(model)(case.inputs))
    assert outputs.max(axis=1).mean() > 0.8
    assert np.bincount(case.secret["classes"], minlength=10).min() > 10
    assert len(case.inputs) >= 400
    assert not (samples[:, None] == case.inputs[:50]).all(axis=2).any()


@pytest.mark.parametrize("seed", range(5))
def test_written_files_compute_what_their_layer_says(seed):
    """An int8 file against whole-number arithmetic by hand, where no rounding is in doubt."""
    rng = np.random.default_rng(seed)
    for features, units in ((1, 1), (3, 2), (4, 5)):
        layer, x = quantised_layer(rng, features, units, 3)
        z = layer.before_rounding(x)
        wanted = layer.out.scale * (layer.out.numbers(z) - layer.out.zero_point)
        np.testing.assert_allclose(reference.tflite_predict(written(layer), x), wanted, rtol=1e-5)


def test_a_written_float_file_is_a_dense_layer():
    layer = Layer(np.array([[1.0, -2.0], [0.5, 0.25]]), np.array([0.5, -1.0]), relu=True)
    x = np.array([[2.0, 1.0], [-3.0, 8.0]], np.float32)
    wanted = np.maximum(x @ layer.kernel + layer.bias, 0)
    np.testing.assert_allclose(reference.tflite_predict(written(layer), x), wanted, rtol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_edges_of_tflite_predict(seed):
    dtypes, grids, clipped = set(), set(), 0
    for file, x in arguments_of("tflite_predict", seed):
        interpreter = Interpreter(model_content=file)
        (into,), (out,) = interpreter.get_input_details(), interpreter.get_output_details()
        assert into["dtype"] == out["dtype"]
        dtypes.add(into["dtype"])
        assert x.dtype == np.float32
        scale, zero_point = into["quantization"]
        if scale:
            assert into["quantization"] != out["quantization"]
            assert zero_point
            grids |= {into["quantization"], out["quantization"]}
            places = x / scale + zero_point
            clipped += np.any(places > 128)
            assert np.all(np.abs(places % 1 - 0.5) > 0.04)  # everybody rounds alike
    assert dtypes == {np.float32, np.int8}
    assert len(grids) > 20
    assert clipped


def test_files_differ_by_seed_in_all_that_could_be_written_into_an_answer():
    def facts(seed):
        details = []
        for file, _ in arguments_of("tflite_predict", seed)[13:]:
            interpreter = Interpreter(model_content=file)
            details.append(interpreter.get_input_details()[0]["quantization"])
        return details

    assert not set(facts(0)) & set(facts(1))


@pytest.mark.parametrize("name", ["train_step", "tflite_predict", "dense_to_torch", "conv_to_torch"])
def test_every_mistake_fails_on_something_small(name):
    """A counterexample is only worth reading if it can be worked out by hand."""
    for mistake in BY_NAME[name].mistakes:
        found = verdict(name, mistake.answer)
        shown = found.counterexample.arguments.values()
        numbers = sum(np.size(value) for value in shown if not isinstance(value, str))
        assert numbers <= 12, mistake.name


def test_edges_of_the_layouts():
    shapes = {weight.shape for weight, _ in arguments_of("dense_to_torch")}
    assert {(1, 1), (2, 2), (1, 2), (2, 1)} <= shapes
    for weight, bias in arguments_of("conv_to_torch"):
        assert len(np.unique(weight)) == weight.size
        assert bias.shape == weight.shape[-1:]
    shapes = {weight.shape for weight, _ in arguments_of("conv_to_torch")}
    assert any(h != w for h, w, _, _ in shapes)
    assert any(h == w == i == o > 1 for h, w, i, o in shapes)


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


ALSO_RIGHT = {
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


def convolutional(x, y):
    model = keras.Sequential(
        [
            keras.Input((8, 8)),
            keras.layers.Reshape((8, 8, 1)),
            keras.layers.Conv2D(32, 3, padding="same"),
            keras.layers.ReLU(),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss)
    model.fit(x, y, epochs=25, batch_size=32, verbose=0)
    return model


def functional(x, y):
    inputs = keras.Input((8, 8))
    hidden = keras.layers.Activation("relu")(keras.layers.Dense(64)(keras.layers.Flatten()(inputs)))
    model = keras.Model(inputs, keras.layers.Softmax()(keras.layers.Dense(10)(hidden)))
    model.compile(keras.optimizers.Adam(0.005), "categorical_crossentropy")
    model.fit(x, keras.utils.to_categorical(y, 10), epochs=30, batch_size=64, verbose=0)
    return model


@pytest.mark.parametrize("seed", ["one", "two"])
@pytest.mark.parametrize("answer", [convolutional, functional], ids=lambda answer: answer.__name__)
def test_honest_trainings_reach_the_goal(answer, seed):
    found = verdict("build_and_train", answer, seed)
    assert found.status == "passed", found.message


def ten_classes_of_one_pixel(x, y):
    model = keras.Sequential([keras.Input((8, 8)), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model


WRONG = {
    "a copy, in order": ("make_dataset", lambda x, y, b, s: (x, y), "asked"),
    "endless": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), s).batch(b).repeat(),
        "leave `repeat` out",
    ),
    "a buffer of common size": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000, s).batch(b),
        "Look at the buffer's size",
    ),
    "backwards": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices((x[::-1], y[::-1])).batch(b),
        "nothing is shuffled",
    ),
    "labels first": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices((y, x)).shuffle(len(x), s).batch(b),
        "the other way round",
    ),
    "a zip file of something else": (
        "save_and_restore",
        lambda model, path: (written_as(path, b"PK\x03\x04junk"), keras.models.clone_model(model))[1],
        "no model in the native format",
    ),
    "samples alone": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices(x).shuffle(len(x), s).batch(b),
        "pair",
    ),
    "another size of batches": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), s).batch(b + 1),
        "asked for",
    ),
    "the same row again and again": (
        "make_dataset",
        lambda x, y, b, s: tf.data.Dataset.from_tensor_slices((x[[0] * len(x)], y)).batch(b),
        "twice",
    ),
    "a list": ("scale_images", lambda images: (images[..., None] / 255).tolist(), "float64"),
    "ragged": ("scale_images", lambda images: [[1.0], [1.0, 2.0]], "form"),
    "nan": ("scale_images", lambda images: np.full((*images.shape, 1), np.nan, np.float32), "At ["),
    "one number an image": ("build_and_train", ten_classes_of_one_pixel, "Ten numbers"),
    "no model": ("build_and_train", lambda x, y: (x, y), "Keras model"),
    "a folder": (
        "save_and_restore",
        lambda model, path: os.mkdir(path) or keras.models.clone_model(model),
        "folder",
    ),
    "of the old format, at the path": (
        "save_and_restore",
        lambda model, path: written_as_hdf5(path) or keras.models.clone_model(model),
        "HDF5",
    ),
    "a file of one's own": (
        "save_and_restore",
        lambda model, path: written_as(path + ".npy", b"\x93NUMPY") or keras.models.clone_model(model),
        "beside",
    ),
    "no model in it": (
        "save_and_restore",
        lambda model, path: written_as(path, b"weights") or keras.models.clone_model(model),
        "native format",
    ),
    "float in all but its weights": (
        "to_tflite",
        lambda model: converted(model, smaller=True),
        "int8",
    ),
    "the float file": (
        "to_tflite_int8",
        lambda model, samples: reference.to_tflite(model),
        "Nothing in the file",
    ),
    "the path of a file": ("to_tflite", lambda model: "model.tflite", "bytes"),
}


def written_as(path, content):
    with open(path, "wb") as file:
        file.write(content)


def written_as_hdf5(path):
    written_as(path, b"\x89HDF\r\n\x1a\n" + bytes(100))


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_is_refused_and_told_why(case):
    name, answer, words = WRONG[case]
    found = verdict(name, answer)
    assert (found.status, found.score) == ("failed", 0.0), found.message
    assert words in found.message


TRAINED_BY_KERAS = {
    "build_and_train": (
        "def build_and_train(x, y):\n"
        "    layers = [keras.Input(x.shape[1:]), keras.layers.Flatten(), keras.layers.Dense(64, 'relu')]\n"
        "    model = keras.Sequential([*layers, keras.layers.Dense(10, 'softmax')])\n"
        "    model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])\n"
        "    stop = keras.callbacks.EarlyStopping(patience=20, restore_best_weights=True)\n"
        "    model.fit(x, y, batch_size=16, epochs=60, validation_split=0.1, callbacks=[stop], verbose=0)\n"
        "    return model\n"
    ),
    "train_step": (
        "def train_step(model, optimizer, x, y):\n"
        "    model.compile(optimizer, 'sparse_categorical_crossentropy')\n"
        "    return model.fit(x, y, batch_size=len(x), verbose=0).history['loss'][0]\n"
    ),
    "save_and_restore": (
        "def save_and_restore(model, path):\n    model.save(path)\n"
        "    restored = keras.models.load_model(path)\n"
        "    restored.predict(np.zeros((1, *model.input_shape[1:])), verbose=0)\n    return restored\n"
    ),
}


@pytest.mark.parametrize("name", TRAINED_BY_KERAS)
def test_fit_and_predict_have_the_memory_they_need_in_the_sandbox(name, graded_source):
    found = graded_source(name, TRAINED_BY_KERAS[name])
    assert found.status == "passed", found.message


def test_both_ways_to_convert_work_in_the_sandbox(graded_source):
    found = graded_source(
        "to_tflite",
        "def to_tflite(model):\n"
        "    model.export('model.tflite', format='litert')\n"
        "    with open('model.tflite', 'rb') as file: return file.read()\n",
    )
    assert found.status == "passed", found.message


HOSTILE = {
    "a link": "os.symlink('/etc/passwd', path)",
    "a link to itself": "os.symlink(path, path)",
    "a pipe": "os.mkfifo(path)",
    "an endless device": "os.symlink('/dev/zero', path)",
    "a vast file": "open(path, 'wb').truncate(15 * 2**20)",
    "a folder in its place": "os.makedirs(path + '/' + '/'.join('a' * 400))",
    "many names": "[open(path + str(i) + '\\udcff', 'w').close() for i in range(500)]",
    "no folder any more": "os.rmdir(os.path.dirname(path))",
    "a folder that none may read": "os.chmod(os.path.dirname(path), 0)",
    "another folder": "(os.rmdir(os.path.dirname(path)), os.symlink('/', os.path.dirname(path)))",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_whatever_lies_at_the_path_is_survived(case, graded_source):
    found = graded_source(
        "save_and_restore",
        f"import os\ndef save_and_restore(model, path):\n"
        f"    try:\n        {HOSTILE[case]}\n    except OSError: pass\n"
        "    return keras.models.clone_model(model)\n",
    )
    assert found.status in ("failed", "error"), found.message
    assert found.score == 0
    assert "Nothing" in found.message or "path" in found.message, found.message


def test_nothing_of_a_path_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(live.tempfile, "tempdir", str(tmp_path))
    seen = []

    def deep(path):
        seen.append(path)
        assert type(path + "") is str
        folder = os.path.dirname(path)
        assert os.listdir(folder) == []
        os.makedirs(os.path.join(folder, *["a"] * 300))
        with open(path, "w") as file:
            file.write("PK")
        raise ValueError("after that")

    outcome = call(deep, plaindata.encode((Live("path", "model.keras"),)))
    assert outcome.raised.type == "ValueError"
    assert plaindata.decode(outcome.arguments)[0].value["form"] == "other"
    assert os.path.basename(seen[0]) == "model.keras"
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setattr(live.tempfile, "tempdir", str(tmp_path))
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work")

    def exchange(path):
        os.rmdir(os.path.dirname(path))
        os.symlink(precious, os.path.dirname(path))

    call(exchange, plaindata.encode((Live("path", "model.keras"),)))
    assert (precious / "thesis.txt").read_text() == "years of work"
