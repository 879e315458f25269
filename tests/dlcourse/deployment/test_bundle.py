import hashlib
import json
import zipfile

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.preprocessing import StandardScaler

from dlcourse import models
from dlcourse.deployment import Bundle, keras_files, load, save
from dlcourse.errors import BundleError, DataError, ModelError, UnknownNameError
from dlcourse.preprocessing import Preprocessor

# Keras 3.15 with NumPy 2, whenever weights are written to a file.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")

FRAME = pd.DataFrame(
    {
        "area (m²)": [50.0, None, 70.0, 90.0] * 5,
        "heating": ["gas", "oil", "gas", None] * 5,
        "rooms": range(20),
    }
)


def net(units: int = 3, activation: str = "softmax", task: str = "multiclass") -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation=activation)])
    return models.compile(model, task)


@pytest.fixture
def rows() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def preprocessor() -> Preprocessor:
    return Preprocessor().fit_rows(FRAME)


@pytest.fixture
def path(tmp_path, preprocessor):
    """A bundle with preprocessing and labels."""
    return save(tmp_path / "house.bundle", net(), preprocessor, ["cheap", "fair", "dear"])


def test_predicts_from_raw_rows(path, preprocessor):
    model, bundle = net(), load(path)
    expected = model.predict(preprocessor.transform(FRAME), verbose=0)
    np.testing.assert_allclose(bundle.predict_proba(FRAME), expected, atol=1e-6)
    names = np.array(["cheap", "fair", "dear"])[expected.argmax(axis=1)]
    np.testing.assert_array_equal(bundle.predict(FRAME), names)
    dicts = [
        {"heating": "gas", "area (m²)": 50.0, "rooms": 0},
        {"area (m²)": None, "rooms": 1, "heating": "oil"},
    ]
    np.testing.assert_array_equal(bundle.predict(dicts), names[:2])
    assert bundle.labels == ["cheap", "fair", "dear"]
    assert bundle.task == "multiclass"
    assert bundle.preprocessing.feature_names_out == preprocessor.feature_names_out
    x, y = preprocessor.transform(FRAME), expected.argmax(axis=1)
    assert bundle.model.evaluate(x, y, verbose=0, return_dict=True)["accuracy"] == 1


@pytest.mark.parametrize(
    ("task", "units", "activation", "labels"),
    [
        ("binary", 1, "sigmoid", ["no", "yes"]),
        ("binary", 1, "sigmoid", None),
        ("multiclass", 3, "softmax", [10, 20, 30]),
        ("multilabel", 3, "sigmoid", ["red", "green", "blue"]),
        ("regression", 1, "linear", None),
        ("regression", 2, "linear", None),
    ],
)
def test_every_task(task, units, activation, labels, rows, tmp_path):
    model = net(units, activation, task)
    bundle = load(save(tmp_path / "model.bundle", model, labels=labels))
    outputs = model.predict(rows, verbose=0)
    predicted = bundle.predict(rows)
    if task == "regression":
        np.testing.assert_allclose(predicted, outputs[:, 0] if units == 1 else outputs, rtol=1e-5)
        with pytest.raises(ModelError, match="no probabilities"):
            bundle.predict_proba(rows)
        return
    if task == "binary":
        outputs = np.hstack([1 - outputs, outputs])
    np.testing.assert_allclose(bundle.predict_proba(rows), outputs, rtol=1e-5)
    if task == "multilabel":
        np.testing.assert_array_equal(predicted, outputs > 0.5)
    else:
        np.testing.assert_array_equal(predicted, np.array(labels or range(units + 1))[outputs.argmax(axis=1)])


def test_models_of_images_tokens_and_several_inputs(tmp_path):
    images = np.random.default_rng(0).normal(size=(1500, 8, 8)).astype(np.float32)
    cnn = models.cnn((8, 8, 1), "multiclass", 3, filters=(2,), dense=4)
    bundle = load(save(tmp_path / "cnn.bundle", cnn))
    np.testing.assert_allclose(bundle.predict_proba(images), cnn.predict(images, verbose=0), atol=1e-5)
    text = models.transformer(9, 5, "binary", depth=8, heads=2)
    tokens = np.random.default_rng(0).integers(0, 9, (4, 5))
    bundle = load(save(tmp_path / "text.bundle", text))
    np.testing.assert_allclose(
        bundle.predict_proba(tokens)[:, 1:], text.predict(tokens, verbose=0), atol=1e-5
    )
    left, right = keras.Input((2,), name="left"), keras.Input((3,), name="right")
    both = keras.layers.Dense(1)(keras.layers.Concatenate()([left, right]))
    model = models.compile(keras.Model({"left": left, "right": right}, both), "regression")
    x = {"left": np.ones((3, 2), np.float32), "right": np.zeros((3, 3), np.float32)}
    bundle = load(save(tmp_path / "both.bundle", model))
    np.testing.assert_allclose(bundle.predict(x), model.predict(x, verbose=0)[:, 0], rtol=1e-5)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([[1.0, 2.0]], r"rows of shape \(4,\), and these have \(2,\)"),
        ([[1.0, 2.0, 3.0, float("nan")]], "missing"),
        ([[1.0, 2.0], [3.0]], "differ in shape"),
        ([["a", "b", "c", "d"]], "not numbers"),
        ([], "no samples"),
        ([{"a": 1}], "knows no columns"),
    ],
)
def test_wrong_rows(rows, words, tmp_path):
    with pytest.raises(DataError, match=words):
        load(save(tmp_path / "model.bundle", net())).predict(rows)


def test_a_missing_column_is_named(path):
    with pytest.raises(DataError, match="heating"):
        load(path).predict(FRAME.drop(columns="heating"))


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        (net(), {"labels": ["a", "b"]}, "3 classes"),
        (net(), {"labels": ["a", "b", "b"]}, "different names"),
        (net(), {"labels": ["a", 1, "c"]}, "of one kind"),
        (net(), {"labels": [["a"], ["b"], ["c"]]}, "of one kind"),
        (net(), {"labels": "abc"}, "a list with a name for each class or label, not 'abc'"),
        (net(), {"labels": 3}, "a list with a name for each class or label, not 3"),
        (net(), {"preprocessing": StandardScaler()}, "preprocessing.Preprocessor, not a StandardScaler"),
        ("x", {}, "this str is none"),
        (keras.Sequential([keras.layers.Dense(1)]), {"task": "regression"}, "this Sequential is none"),
        (net(), {"task": "binary"}, "1 unit, sigmoid; this model ends in 3 units, softmax"),
        (net(1, "linear", "regression"), {"labels": ["a"]}, "no labels"),
        (keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]), {}, "not compiled"),
        (models.mlp((7,), "binary"), {"preprocessing": Preprocessor().fit_rows(FRAME)}, "rows of 4 numbers"),
    ],
)
def test_what_does_not_fit_is_not_saved(model, options, words, tmp_path):
    with pytest.raises(ModelError, match=words):
        save(tmp_path / "model.bundle", model, **options)
    assert list(tmp_path.iterdir()) == []


def test_logits_are_no_probabilities(tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    with pytest.raises(ModelError, match="softmax; this model ends in 3 units, linear"):
        save(tmp_path / "model.bundle", model)
    hidden = keras.Sequential([keras.Input((4,)), *model.layers, keras.layers.Reshape((3,))])
    hidden.compile(loss=model.loss)
    with pytest.raises(ModelError, match="loss takes logits"):
        save(tmp_path / "model.bundle", hidden)


def test_the_task_of_a_loss_function_of_ones_own_is_given(tmp_path, rows):
    model = net(1, "sigmoid", "binary")
    expected = model.predict(rows, verbose=0)[:, 0] > 0.5
    model.compile(loss=lambda y_true, y_pred: keras.losses.binary_crossentropy(y_true, y_pred))
    assert load(save(tmp_path / "loss.bundle", model)).task == "regression"
    bundle = load(save(tmp_path / "task.bundle", model, labels=["no", "yes"], task="binary"))
    np.testing.assert_array_equal(bundle.predict(rows), np.where(expected, "yes", "no"))
    with pytest.raises(UnknownNameError, match="'binary'"):
        save(tmp_path / "typo.bundle", model, task="binery")


@pytest.mark.parametrize("shape", [(), (1,)])
def test_a_model_that_takes_texts(shape, tmp_path):
    vectorise = keras.layers.TextVectorization(output_mode="multi_hot")
    vectorise.adapt(tf.constant(["good film", "bad film"]))
    text = keras.Input(shape, dtype="string")
    words = keras.layers.Flatten()(vectorise(text))
    model = keras.Model(text, keras.layers.Dense(1, "sigmoid")(words))
    models.compile(model, "binary")
    bundle = load(save(tmp_path / "text.bundle", model, labels=["bad", "good"]))
    texts = ["good", "bad film", "unheard of"]
    expected = model.predict(tf.reshape(tf.constant(texts), (3, *shape)), verbose=0)
    for rows in (texts, np.array(texts), np.array(texts).reshape(3, *shape)):
        np.testing.assert_allclose(bundle.predict_proba(rows)[:, 1:], expected, rtol=1e-5)
    assert set(bundle.predict(texts)) <= {"bad", "good"}
    for rows in (np.ones((3, *shape)), ["good", None]):
        with pytest.raises(DataError, match="text"):
            bundle.predict(rows)


def test_saving_again_replaces_the_file_at_once(path, tmp_path):
    before = path.read_bytes()
    with pytest.raises(ModelError):
        save(path, net(), labels=["a"])
    assert path.read_bytes() == before
    save(path, net(1, "sigmoid", "binary"))
    assert load(path).task == "binary"
    assert [file.name for file in tmp_path.iterdir()] == ["house.bundle"]


def rewritten(path, change, compression=zipfile.ZIP_STORED) -> None:
    """Write the archive again, its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def manifest(**changes):
    def change(parts):
        parts["manifest.json"] = json.dumps({**json.loads(parts["manifest.json"]), **changes}).encode()

    return change


def replaced(name: str, content: bytes):
    """Exchange a part, and its checksum with it."""

    def change(parts):
        sums = json.loads(parts["manifest.json"])["sha256"]
        parts[name] = content
        manifest(sha256={**sums, name: hashlib.sha256(content).hexdigest()})(parts)

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda parts: parts.pop("model.keras"), "no bundle, or is damaged"),
        (lambda parts: parts.pop("manifest.json"), "no bundle, or is damaged"),
        (lambda parts: parts.pop("preprocessing.json"), "not those that its manifest lists"),
        (lambda parts: parts.update({"../evil.py": b"print()"}), r"it holds .*\.\./evil\.py"),
        (lambda parts: parts.update({"preprocessing.json": b"{}"}), "checksum of preprocessing.json"),
        (replaced("preprocessing.json", b"{}"), "holds no preprocessor"),
        (replaced("model.keras", b"PK nothing"), "can't be loaded"),
        (manifest(version=2), "version 2; this library reads"),
        (manifest(kind="recipe"), "is a recipe"),
        (manifest(task="ranking"), "its manifest says"),
        (manifest(task="binary"), "is damaged"),
        (manifest(labels=["a"]), "is damaged"),
        (manifest(author="me"), "its manifest says"),
        (lambda parts: parts.update({"manifest.json": b"\xff"}), "its manifest says"),
        (lambda parts: parts.update({"manifest.json": b"[]"}), "its manifest says"),
        (lambda parts: parts.update({"manifest.json": b'{"labels":' + b"[" * 100_000}), "its manifest says"),
    ],
)
def test_damaged_and_foreign_bundles(change, words, path):
    rewritten(path, change)
    with pytest.raises(BundleError, match=words) as caught:
        load(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("cut", [0, 1, 100, 0.5, 0.99])
def test_cut_and_flipped_files(cut, path):
    content = path.read_bytes()
    path.write_bytes(content[: int(cut * len(content)) if isinstance(cut, float) else cut])
    with pytest.raises(BundleError, match="no bundle, or is damaged"):
        load(path)
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    path.write_bytes(flipped)
    with pytest.raises(BundleError, match="is damaged"):
        load(path)


def test_a_compressed_archive_could_be_a_bomb(path):
    rewritten(path, lambda parts: parts, zipfile.ZIP_DEFLATED)
    with pytest.raises(BundleError, match="compressed or locked"):
        load(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.bundle")


def with_code(kind: str) -> keras.Model:
    double = keras.layers.Lambda(lambda x: 2 * x, output_shape=(4,))
    if kind == "activation":
        double = keras.layers.Dense(4, activation=lambda x: 2 * x)
    if kind == "inside":
        double = keras.Sequential([keras.Input((4,)), double])
    model = keras.Sequential([keras.Input((4,)), double, keras.layers.Dense(1)])
    return models.compile(model, "regression")


@pytest.mark.parametrize("kind", ["layer", "activation", "inside"])
def test_code_in_a_model_is_not_saved(kind, tmp_path):
    with pytest.raises(ModelError, match="holds code"):
        save(tmp_path / "code.bundle", with_code(kind))
    assert list(tmp_path.iterdir()) == []


def test_code_in_a_model_is_refused(path, tmp_path):
    content = keras_files.write(with_code("layer"), tmp_path / "code.keras")
    rewritten(path, replaced("model.keras", content))
    with pytest.raises(BundleError, match="holds code"):
        load(path)


def test_a_class_that_is_not_registered_is_not_saved(tmp_path):
    class Doubled(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    model = keras.Sequential([keras.Input((4,)), Doubled(), keras.layers.Dense(1)])
    with pytest.raises(ModelError, match="Doubled is not known here"):
        save(tmp_path / "custom.bundle", models.compile(model, "regression"))


def test_saving_does_not_change_what_is_drawn_next(tmp_path):
    def drawn(saved: bool) -> np.ndarray:
        model = net()  # which sets the seed
        if saved:
            save(tmp_path / "model.bundle", model)
        return keras.random.uniform((2,)).numpy(), models.mlp((4,), "binary", dropout=0.5).get_weights()[0]

    for with_it, without in zip(drawn(True), drawn(False), strict=True):
        np.testing.assert_array_equal(with_it, without)


def test_classes_that_are_not_here_are_named(tmp_path):
    @keras.saving.register_keras_serializable(package="elsewhere")
    class Doubled(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    model = keras.Sequential([keras.Input((4,)), Doubled(), keras.layers.Dense(1)])
    path = save(tmp_path / "custom.bundle", models.compile(model, "regression"))
    assert isinstance(load(path), Bundle)
    keras.saving.get_custom_objects().pop("elsewhere>Doubled")
    with pytest.raises(BundleError, match="Doubled is not known here"):
        load(path)


def test_many_rows_and_one_row_share_a_graph(tmp_path, rows):
    bundle = load(save(tmp_path / "model.bundle", net()))
    many = np.repeat(rows, 1000, axis=0)
    np.testing.assert_allclose(bundle.predict_proba(many)[::1000], bundle.predict_proba(rows), atol=1e-6)
    bundle.predict(rows[:1])
    assert bundle._run.experimental_get_tracing_count() == 1


def test_saved_model_runs_without_keras(tmp_path, rows):
    model = net()
    model.export(tmp_path / "folder", verbose=False)
    served = tf.saved_model.load(tmp_path / "folder")
    np.testing.assert_allclose(served.serve(rows), model.predict(rows, verbose=0), atol=1e-6)
