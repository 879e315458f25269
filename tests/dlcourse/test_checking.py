import re

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from dlcourse import checking
from dlcourse.datasets import Part, load
from dlcourse.errors import DataError, ModelError

X, Y = np.arange(12.0).reshape(6, 2), np.array([0, 1, 0, 1, 0, 1])


@pytest.mark.parametrize(
    "data",
    [
        (X, Y),
        Part(X, Y),
        (X.tolist(), Y.tolist()),
        (pd.DataFrame(X), pd.Series(Y)),
        tf.data.Dataset.from_tensor_slices((X, Y)).batch(4),
    ],
    ids=["arrays", "part", "lists", "pandas", "tf.data"],
)
def test_every_form_of_data_becomes_the_same_arrays(data):
    x, y = checking.arrays(data)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)


def test_data_sets_and_dicts_are_data_too():
    iris = load("iris")
    x, y = checking.arrays(iris)
    assert (x.shape, y.shape) == ((150, 4), (150,))
    x, _ = checking.arrays(({"a": X, "b": X[:, 0]}, Y))
    np.testing.assert_array_equal(x["b"], X[:, 0])
    batches = tf.data.Dataset.from_tensor_slices(({"a": X}, Y)).batch(4)
    np.testing.assert_array_equal(checking.arrays(batches)[0]["a"], X)


def uneven_batches():
    data = tf.data.Dataset.from_tensor_slices(np.arange(3)).map(lambda i: (tf.zeros([i + 1]), 0))
    return data.padded_batch(1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ((X, Y[:5]), "6 samples and 5 targets"),
        ((X, 1), "6 samples and 1 target:"),
        ((X[:0], Y[:0]), "There are no samples"),
        ((np.where(X == 3, np.nan, X), Y), "Row 1 has a missing number"),
        ((np.where(X == 3, np.inf, X), Y), "Row 1 has an infinite number"),
        ((X, np.where(Y, np.nan, 1.0)), "The target is missing in row 1"),
        ((pd.DataFrame({"a": range(6), "city": list("abcdef")}), Y), "Column 'city' is not numeric"),
        (({"a": X, "b": X[:2]}, Y), "The inputs differ in length: a 6, b 2"),
        ((X, Y, Y, Y), "must be a pair"),
        (7, "must be a pair"),
        (tf.data.Dataset.from_tensor_slices((X, Y)).batch(2).repeat(), "never ends"),
        (tf.data.Dataset.from_tensor_slices((X, Y)).take(0).batch(2), "the tf.data.Dataset is empty"),
        (tf.data.Dataset.from_tensor_slices((X, Y)), "batch it first"),
        (tf.data.Dataset.from_tensor_slices((X, np.eye(3)[Y])), "batch it first"),
        (tf.data.Dataset.from_tensor_slices(({"a": X}, Y)), "batch it first"),
        (tf.data.Dataset.from_tensor_slices(X).batch(2), r"must give pairs \(x, y\)"),
        (tf.data.Dataset.from_tensor_slices((X, Y, Y)).batch(2), r"must give pairs \(x, y\)"),
        (uneven_batches(), "The batches differ in shape"),
        (([[1.0], [1.0, 2.0]], [0, 1]), "The samples differ in shape"),
        ((np.array([[1.0], [1.0, 2.0]], dtype=object), [0, 1]), "The samples differ in shape"),
        ((X, [[0]] * 5 + [[0, 1]]), "The targets differ in shape"),
        ((X + 1j, Y), "holds complex128"),
        ((X.astype("datetime64[s]"), Y), "holds datetime64"),
        ((np.full(6, np.datetime64("2001")).astype(object), Y), "holds objects of type date"),
        (
            (pd.DataFrame({"a": pd.array([1, None] * 3, dtype="Int64"), "b": X[:, 0]}), Y),
            "Row 1 has a missing",
        ),
        ((pd.Series([1, None] * 3, dtype="Int64"), Y), "Row 1 has a missing number"),
        ((np.array([[1, pd.NA]] * 6, dtype=object), Y), "Row 0 has a missing number"),
        ((pd.Series(["a", None] * 3), Y), "Row 1 has a missing text"),
        ((np.array([["a", "b"], ["a", 1.5]], dtype=object), [0, 1]), "Row 1 has a float among texts"),
        ((np.array([b"\xff"]), [0]), "not in UTF-8"),
        ((7, [0]), "The input is one int"),
        (({}, []), "the dict of inputs is empty"),
    ],
)
def test_what_can_t_be_used_is_refused_in_a_sentence(data, words):
    with pytest.raises(DataError, match=words):
        checking.arrays(data)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": pd.array([1, 2], dtype="Int64"), "b": pd.array([0.5, 1.5], dtype="Float64")}),
        pd.DataFrame({"a": [1.0, 2.0], "b": [True, False]}),
        pd.DataFrame({"a": pd.array([True, False], dtype="boolean"), "b": [1, 2]}),
    ],
    ids=["nullable", "booleans", "nullable booleans"],
)
def test_tables_of_several_kinds_of_numbers_become_floats(frame):
    x = checking.inputs(frame)
    assert x.dtype == np.float64
    np.testing.assert_array_equal(x, [[float(value) for value in row] for row in frame.to_numpy().tolist()])


@pytest.mark.parametrize(
    "texts",
    [
        ["good", "très bon"],
        np.array(["good", "très bon"]),
        pd.Series(["good", "très bon"]),
        np.array(["good", "très bon"], dtype=np.dtypes.StringDType()),
        np.char.encode(np.array(["good", "très bon"]), "utf-8"),
    ],
    ids=["list", "fixed width", "pandas", "variable width", "bytes"],
)
def test_texts_become_python_strings(texts):
    x = checking.inputs(texts)
    assert x.dtype == object
    assert x.tolist() == ["good", "très bon"]
    assert [type(text) for text in x] == [str, str]


def test_texts_come_out_of_tf_data_as_they_went_in():
    batches = tf.data.Dataset.from_tensor_slices((["good", "bad"], [1, 0])).batch(1)
    assert checking.arrays(batches)[0].tolist() == ["good", "bad"]


def test_objects_that_are_numbers_become_floats():
    x = checking.inputs(np.array([[1, 2.5], [True, np.float32(4)]], dtype=object))
    assert x.dtype == np.float64
    np.testing.assert_array_equal(x, [[1, 2.5], [1, 4]])


def test_numbers_are_cast_to_float32_unless_one_is_too_large():
    cast = checking.as_float32({"a": X, "b": np.arange(6), "c": np.array(["t"], dtype=object)})
    assert [part.dtype for part in cast.values()] == [np.float32, np.int64, object]
    np.testing.assert_array_equal(cast["a"], X.astype(np.float32))
    for large in (1e300, -1e39):
        with pytest.raises(
            DataError, match=re.escape(f"Row 2 has the number {large:g}, too large for float32")
        ):
            checking.as_float32(np.where(X == 5, large, X))
    assert np.isnan(checking.as_float32(np.array([np.nan]))).all()


def test_a_dataset_without_an_end_is_told_from_one_with_an_end():
    batches = tf.data.Dataset.from_tensor_slices((X, Y)).batch(2)
    checking.check_finite_dataset(batches)
    checking.check_finite_dataset((X, Y))
    with pytest.raises(DataError, match=r"never ends: take a number of batches, data.take\(100\)"):
        checking.check_finite_dataset(batches.repeat().prefetch(1))


def test_samples_are_taken_from_arrays_tables_and_dicts():
    index = np.array([4, 0])
    np.testing.assert_array_equal(checking.take(X, index), X[index])
    np.testing.assert_array_equal(checking.take(pd.DataFrame(X, index=range(10, 16)), index), X[index])
    np.testing.assert_array_equal(checking.take({"a": X}, index)["a"], X[index])
    assert checking.length({"a": X}) == checking.length(X) == 6


def test_inputs_have_the_shape_of_the_model_where_it_has_one():
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.SimpleRNN(1)])
    checking.check_input(np.zeros((3, 5, 2)), model)
    with pytest.raises(ModelError, match=r"samples of shape \(None, 2\), and the data have \(5, 3\)"):
        checking.check_input(np.zeros((3, 5, 3)), model)
    with pytest.raises(ModelError, match=r"and the data have \(2,\)"):
        checking.check_input(np.zeros((3, 2)), model)


def two_inputs(as_dict):
    left, right = keras.Input((2,), name="left"), keras.Input((1,), name="right", dtype="string")
    words = keras.layers.StringLookup(vocabulary=["a", "b"], output_mode="multi_hot")(right)
    outputs = keras.layers.Dense(1)(keras.layers.Concatenate()([left, words]))
    return keras.Model({"right": right, "left": left} if as_dict else [left, right], outputs)


@pytest.mark.parametrize("as_dict", [True, False])
@pytest.mark.parametrize(
    ("x", "words"),
    [
        ({"left": X}, "The model's input 'right' is missing: the data have left"),
        ({"left": X, "rihgt": X}, r"no input of the model 'rihgt'. Did you mean 'right'\?"),
        ({"left": X, "right": X[:, :1]}, "The model's input 'right' takes texts, and the data are numbers"),
        (
            {"left": X[:, [0, 1, 1]], "right": np.full((6, 1), "a", dtype=object)},
            r"'left' takes samples of shape \(2,\)",
        ),
        (X, "The model has the inputs .*: give a dict with an array for each"),
    ],
    ids=["missing", "unknown", "numbers", "shape", "array"],
)
def test_dicts_are_compared_with_the_named_inputs(as_dict, x, words):
    with pytest.raises(ModelError, match=words):
        checking.check_input(x, two_inputs(as_dict))


def test_what_the_check_lets_through_runs():
    both = {"left": X, "right": np.full((6, 1), "a", dtype=object)}
    for model in (two_inputs(True), two_inputs(False)):
        checking.check_input(both, model)
        assert model({name: tf.constant(part) for name, part in both.items()}).shape == (6, 1)
    column = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    for x in (X[:, :1], X[:, 0], X[:, :1, None]):  # Keras adds or drops the last axis
        checking.check_input(x, column)
        assert column(x).shape == (6, 1)


def test_texts_and_numbers_are_told_apart():
    numeric = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    with pytest.raises(ModelError, match="The model takes numbers, and the data are texts"):
        checking.check_input(checking.inputs(["a", "b"]), numeric)
    vectors = keras.layers.TextVectorization(vocabulary=["a"], output_mode="multi_hot")
    textual = keras.Sequential([keras.Input((), dtype="string"), vectors, keras.layers.Dense(1)])
    checking.check_input(checking.inputs(["a", "b"]), textual)
    with pytest.raises(ModelError, match="The model takes texts, and the data are numbers, float64"):
        checking.check_input(np.zeros(2), textual)


def test_a_model_that_does_not_say_what_it_takes_raises_no_error():
    class Subclass(keras.Model):
        def call(self, x):
            return x

    for model in (Subclass(), keras.Sequential([keras.layers.Dense(1)])):
        checking.check_input(X, model)
        checking.check_input({"a": X}, model)
