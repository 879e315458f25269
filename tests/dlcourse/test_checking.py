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
    ],
)
def test_what_can_t_be_used_is_refused_in_a_sentence(data, words):
    with pytest.raises(DataError, match=words):
        checking.arrays(data)


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
