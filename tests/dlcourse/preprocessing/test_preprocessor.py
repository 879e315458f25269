import pickle
import subprocess
import sys

import joblib
import keras
import msgspec
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression

from dlcourse.datasets import Part, load
from dlcourse.errors import BundleError, DataError, ModelError
from dlcourse.preprocessing import Preprocessor, drop_duplicates, drop_outliers

NUMBERS = st.one_of(
    st.none(), st.floats(-1e6, 1e6).map(lambda number: round(number, 4)), st.integers(-5, 5).map(float)
)
TEXTS = st.one_of(
    st.none(), st.sampled_from(["", "a", "b", "B", "a b", "ü", "[UNK]", "nan"]), st.text(max_size=3)
).filter(lambda text: text is None or text.isprintable())


@st.composite
def tables(draw) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows to learn from and rows to transform, with the same columns: numbers, texts, or both."""
    train, new = {}, {}
    rows, new_rows = draw(st.integers(1, 8)), draw(st.integers(1, 5))
    for i in range(draw(st.integers(1, 4))):
        values, dtype, some = draw(st.sampled_from([(NUMBERS, float, 1.5), (TEXTS, object, "x")]))
        column = draw(st.lists(values, min_size=rows, max_size=rows))
        column = column if any(value not in (None, "") for value in column) else [some] * rows
        train[f"c{i}"] = pd.Series(column, dtype=dtype)
        new[f"c{i}"] = pd.Series(draw(st.lists(values, min_size=new_rows, max_size=new_rows)), dtype=dtype)
    return pd.DataFrame(train), pd.DataFrame(new)


@settings(deadline=None, max_examples=40)
@given(tables(), st.sampled_from(["standard", "minmax", None]), st.sampled_from(["mean", "median"]))
def test_scikit_learn_keras_and_the_saved_file_agree(tmp_path_factory, frames, scale, impute):
    train, new = frames
    preprocessor = Preprocessor(scale=scale, impute=impute).fit_rows(train)
    expected = preprocessor.transform(new)
    assert expected.dtype == np.float32
    assert expected.shape == (len(new), len(preprocessor.feature_names_out))
    assert np.isfinite(expected).all()
    inside = preprocessor.to_keras()(preprocessor.raw_inputs(new)).numpy()
    assert inside.dtype == np.float32
    np.testing.assert_allclose(inside, expected, rtol=1e-6, atol=1e-6)
    path = preprocessor.save(tmp_path_factory.mktemp("saved") / "preprocessor.json")
    again = Preprocessor.load(path)
    np.testing.assert_array_equal(again.transform(new), expected)
    np.testing.assert_array_equal(again.transform(train), preprocessor.transform(train))
    assert again.get_params() == preprocessor.get_params()
    assert again.feature_names_out == preprocessor.feature_names_out
    assert str(again.column_transformer) == str(preprocessor.column_transformer)


def test_rents_from_raw_rows_to_a_model(rents):
    preprocessor = Preprocessor()
    train, validation, test = preprocessor.fit_transform(rents)
    assert train.x.dtype == validation.x.dtype == test.x.dtype == np.float32
    np.testing.assert_array_equal(train.y, rents.train.y)
    numbers = train.x[:, :5]
    np.testing.assert_allclose(numbers.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(numbers.std(axis=0), 1, atol=1e-5)
    assert abs(validation.x[:, :5].mean()) > 1e-4
    assert set(np.unique(train.x[:, 5:])) == {0, 1}
    districts = [name for name in preprocessor.feature_names_out if name.startswith("district_")]
    assert districts == [f"district_{d}" for d in ("Harbour", "Meadows", "North", "Old Town", "Station")]
    assert LinearRegression().fit(*train).score(*test) > 0.3


def test_only_the_training_part_is_learnt_from(rents):
    spoilt = Part(rents.test.x.assign(area=1e9, district="Moon"), rents.test.y)
    preprocessor = Preprocessor().fit(rents._replace(test=spoilt, validation=None))
    np.testing.assert_array_equal(
        preprocessor.transform(rents.test.x), Preprocessor().fit_rows(rents.train.x).transform(rents.test.x)
    )
    assert preprocessor.transform(rents._replace(validation=None)).validation is None


@pytest.mark.parametrize("wrong", ["frame", "part", "pair", "array", "dataset"])
def test_fitting_on_anything_else_is_refused(rents, wrong):
    x = {
        "frame": rents.train.x,
        "part": rents.test,
        "pair": (rents.train.x, rents.train.y),
        "array": np.zeros((3, 2)),
        "dataset": load("iris"),
    }[wrong]
    for fit in (Preprocessor().fit, Preprocessor().fit_transform):
        with pytest.raises(DataError, match=r"takes a whole Split .* leaks.*fit_rows"):
            fit(x)


@pytest.mark.parametrize("wrong", ["part", "split"])
def test_rows_are_not_parts(rents, wrong):
    with pytest.raises(DataError, match="take its x"):
        Preprocessor().fit_rows(rents.train if wrong == "part" else rents)


def test_clone_pickle_and_joblib(rents, fitted):
    unfitted = clone(Preprocessor(scale="minmax", impute="mean", categorical=("floor",)))
    assert unfitted.get_params() == {"scale": "minmax", "impute": "mean", "categorical": ("floor",)}
    with pytest.raises(NotFittedError, match="call fit"):
        clone(fitted).transform(rents.test.x)
    for name in ("feature_names_out", "column_transformer"):
        with pytest.raises(NotFittedError):
            getattr(unfitted, name)
    expected = fitted.transform(rents.test.x)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).transform(rents.test.x), expected)
    jobs = joblib.Parallel(n_jobs=2, prefer="threads")(
        joblib.delayed(fitted.transform)(rents.test.x) for _ in range(2)
    )
    np.testing.assert_array_equal(jobs[1], expected)


def test_order_extra_columns_and_index_do_not_matter(rents, fitted):
    rows = rents.test.x
    shuffled = rows[list(rows.columns)[::-1]].assign(rent=1.0)
    shuffled.index = [0] * len(rows)
    np.testing.assert_array_equal(fitted.transform(shuffled), fitted.transform(rows))
    np.testing.assert_array_equal(fitted.transform(rows.to_dict(orient="list")), fitted.transform(rows))


def test_nothing_is_changed_in_place(rents):
    before = rents.train.x.copy(deep=True)
    preprocessor = Preprocessor().fit(rents)
    preprocessor.transform(rents.train.x)
    drop_outliers(rents.train.x)
    drop_duplicates(rents.train.x)
    pd.testing.assert_frame_equal(rents.train.x, before)


@pytest.fixture(scope="module")
def attached(rents, fitted) -> keras.Model:
    columns = len(fitted.feature_names_out)
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((columns,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)])
    model.compile("adam", "mean_squared_error")
    train, validation, _ = fitted.transform(rents)
    model.fit(*train, validation_data=validation, epochs=1, verbose=0)
    whole = fitted.attach(model)
    expected = model.predict(fitted.transform(rents.test.x), verbose=0)
    found = whole.predict(fitted.raw_inputs(rents.test.x), verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    return whole


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own, in save
def test_attached_model_works_in_another_process(rents, fitted, attached, tmp_path):
    raw = fitted.raw_inputs(rents.test.x)
    np.save(tmp_path / "expected.npy", attached.predict(raw, verbose=0))
    attached.save(tmp_path / "model.keras")
    attached.export(tmp_path / "exported", verbose=False)
    fitted.save(tmp_path / "preprocessor.json")
    rents.test.x.to_json(tmp_path / "rows.json", orient="records")
    code = """if True:
        import json, keras, numpy as np, pandas as pd, tensorflow as tf
        rows = pd.read_json("rows.json", orient="records", dtype=False)
        raw = {}
        for name in rows.columns:
            text = name in ("district", "condition", "heating")
            column = rows[name].fillna("").tolist() if text else rows[name].astype(float).tolist()
            raw[name] = tf.constant([[value] for value in column], tf.string if text else tf.float64)
        expected = np.load("expected.npy")
        model = keras.models.load_model("model.keras")
        np.testing.assert_array_equal(model.predict(raw, verbose=0), expected)
        exported = tf.saved_model.load("exported")
        np.testing.assert_allclose(exported.serve(raw).numpy(), expected, rtol=1e-6, atol=1e-6)
        (answer,) = exported.signatures["serving_default"](**raw).values()
        np.testing.assert_allclose(answer.numpy(), expected, rtol=1e-6, atol=1e-6)
        from dlcourse.preprocessing import Preprocessor
        again = Preprocessor.load("preprocessor.json").raw_inputs(rows)
        for name, column in again.items():
            same = column.numpy() == raw[name].numpy()
            assert (same | (column.numpy() != column.numpy())).all(), name
        print("equal")
    """
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip().endswith("equal"), done.stderr[-2000:]


def test_attached_model_trains_and_evaluates(rents, fitted, attached):
    attached.compile("adam", "mean_squared_error")
    data = tf.data.Dataset.from_tensor_slices((fitted.raw_inputs(rents.train.x), rents.train.y)).batch(64)
    assert np.isfinite(attached.evaluate(data, verbose=0))
    weights = sum(np.prod(weight.shape) for weight in attached.trainable_variables)
    assert weights == (len(fitted.feature_names_out) + 1) * 8 + 9


def test_names_that_tensorflow_cannot_take(tmp_path):
    names = ["sepal length (cm)", "od280/od315", "1st", "größe", "a b", "a_b", "class", "inputs", "_x"]
    frame = pd.DataFrame({name: [1.0, 2.0, 4.0] for name in names}).assign(**{"text/1": ["u", "v", "u"]})
    preprocessor = Preprocessor().fit_rows(frame)
    model = preprocessor.to_keras()
    raw = preprocessor.raw_inputs(frame)
    np.testing.assert_allclose(model(raw), preprocessor.transform(frame), atol=1e-6)
    model.export(tmp_path / "exported", verbose=False)
    exported = tf.saved_model.load(tmp_path / "exported")
    np.testing.assert_allclose(exported.serve(raw), preprocessor.transform(frame), atol=1e-6)
    assert list(raw)[:3] == ["sepal_length__cm_", "od280_od315", "x1st"]


def test_single_precision_would_not_do():
    years = pd.DataFrame({"year": np.linspace(1958.1, 1958.9, 50)})
    preprocessor = Preprocessor().fit_rows(years)
    model = preprocessor.to_keras()
    exact = ((years - years.mean()) / years.std(ddof=0)).to_numpy()
    np.testing.assert_allclose(model(preprocessor.raw_inputs(years)), exact, atol=2e-7)
    single = years.to_numpy(np.float32) - np.float32(years["year"].mean())
    assert np.abs(single / np.float32(years["year"].std(ddof=0)) - exact).max() > 1e-5


@pytest.mark.parametrize("width", [3, None])
def test_model_that_does_not_fit(fitted, width):
    layers = [keras.layers.Dense(1)] if width is None else [keras.Input((width,)), keras.layers.Dense(1)]
    with pytest.raises(ModelError, match="this preprocessor gives"):
        fitted.attach(keras.Sequential(layers))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not valid JSON"),
        (b"\x80\x04\x95pickle", "not valid JSON"),
        (b"[1, 2]", "not valid JSON|no preprocessor"),
        (b'{"columns": ' + b"[" * 100_000, "not valid JSON"),
        (b'{"kind": "something else"}', "was not written by Preprocessor.save"),
        (b'{"kind": "dlcourse preprocessor", "version": 2}', "version 2 of the format"),
        (b'{"kind": "dlcourse preprocessor", "version": 1}', "is damaged: .*scale"),
    ],
)
def test_foreign_files(tmp_path, content, words):
    path = tmp_path / "preprocessor.json"
    path.write_bytes(content)
    with pytest.raises(BundleError, match=words):
        Preprocessor.load(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda saved: saved["columns"][0].update(spread=0.0), "'area' is scaled by 0"),
        (lambda saved: saved["columns"][0].update(fill=None), r"columns\[0\]\.fill"),
        (lambda saved: saved["columns"][-1].update(fill="coal"), "categories of column 'heating'"),
        (lambda saved: saved["columns"][-1]["categories"].reverse(), "categories of column 'heating'"),
        (lambda saved: saved["columns"].append(saved["columns"][0]), "one of them twice"),
        (lambda saved: saved.update(columns=[]), "no columns"),
        (lambda saved: saved.update(scale="robust"), "robust"),
        (lambda saved: saved.update(more=1), "more"),
    ],
)
def test_damaged_files(fitted, tmp_path, change, words):
    path = fitted.save(tmp_path / "preprocessor.json")
    saved = msgspec.json.decode(path.read_bytes())
    change(saved)
    path.write_bytes(msgspec.json.encode(saved))
    with pytest.raises(BundleError, match=words):
        Preprocessor.load(path)


def test_cut_and_absent_files(fitted, tmp_path):
    path = fitted.save(tmp_path / "new" / "preprocessor.json")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BundleError, match="not valid JSON"):
        Preprocessor.load(path)
    with pytest.raises(BundleError, match="can't be read: No such file"):
        Preprocessor.load(tmp_path / "absent.json")


@pytest.mark.parametrize("scale", ["standard", "minmax"])
@pytest.mark.parametrize("value", [1e35, -1e38])
def test_a_number_that_scaling_makes_too_large_is_refused(scale, value):
    preprocessor = Preprocessor(scale=scale).fit_rows(pd.DataFrame({"a": [0.0, 1.0], "b": [0.0, 1e-6]}))
    with pytest.raises(DataError, match="Column 'b' is too large for float32 in row 1, once it is scaled"):
        preprocessor.transform(pd.DataFrame({"a": [0.0, 1.0], "b": [0.0, value]}))
