import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer

from dlcourse.datasets import load
from dlcourse.errors import DataError, UnknownNameError
from dlcourse.preprocessing import Preprocessor, split


def test_column_transformer_is_scikit_learns(rents, fitted):
    transformer = fitted.column_transformer
    assert isinstance(transformer, ColumnTransformer)
    assert list(transformer.get_feature_names_out()) == fitted.feature_names_out
    np.testing.assert_array_equal(
        transformer.transform(rents.test.x.astype({"district": object})).astype(np.float32),
        fitted.transform(rents.test.x),
    )


def test_constant_column_becomes_zero_and_unseen_values_stay_finite():
    frame = pd.DataFrame({"same": [0.1, 0.1, 0.1], "b": [1.0, 2.0, 4.0]})
    for scale in ("standard", "minmax"):
        preprocessor = Preprocessor(scale=scale).fit_rows(frame)
        np.testing.assert_allclose(preprocessor.transform(frame)[:, 0], 0, atol=1e-7)
        assert np.isfinite(preprocessor.transform(frame + 1)).all()


def test_every_kind_of_column():
    frame = pd.DataFrame(
        {
            "flag": [True, False, True],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "objects": pd.Series([1, None, 2.5], dtype=object),
            "category": pd.Categorical(["u", "v", None]),
            "string": pd.array(["s", None, "t"], dtype="string"),
            "code": [7.0, np.nan, 8.5],
            5: [1, 2, 3],
        }
    )
    preprocessor = Preprocessor(scale=None, categorical=["code"]).fit_rows(frame)
    names = ["flag", "nullable", "objects", "5", "category_u", "category_v", "string_s", "string_t"]
    assert preprocessor.feature_names_out == [*names, "code_7", "code_8.5"]
    result = preprocessor.transform(frame)
    np.testing.assert_allclose(result[1], [0, 2, 1.75, 2, 0, 1, 1, 0, 1, 0])
    inside = preprocessor.to_keras()(preprocessor.raw_inputs(frame))
    np.testing.assert_array_equal(inside, result)
    whole = frame.assign(code=pd.array([7, 8, 9], dtype="Int64"))
    assert preprocessor.transform(whole)[:, -2].tolist() == [1, 0, 0]


def test_arrays_of_numbers():
    parts = load("wine").split()
    train, _, test = Preprocessor().fit_transform(parts)
    np.testing.assert_allclose(train.x.std(axis=0), 1, atol=1e-5)
    assert test.x.shape == (36, 13)
    fitted = Preprocessor().fit(parts)
    assert fitted.feature_names_out[:2] == ["x0", "x1"]
    with pytest.raises(DataError, match="have 14 columns: it was fitted on 13"):
        fitted.transform(np.zeros((2, 14)))
    with pytest.raises(DataError, match="lack column 'x11' and 1 more"):
        fitted.transform(np.zeros((2, 11)))


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (pd.DataFrame({"a": [1, "x", 2]}), "Column 'a' holds int and str: make it either"),
        (pd.DataFrame({"a": pd.to_datetime(["2020-01-01"])}), "Column 'a' holds Timestamp"),
        (pd.DataFrame({"a": pd.cut([1.0, 2.0, 3.0], 2)}), "Column 'a' holds Interval: make it either"),
        (pd.DataFrame({"a": pd.Categorical(pd.to_datetime(["2020-01-01"]))}), "Column 'a' holds Timestamp"),
        (pd.DataFrame({"a": pd.Categorical([("a", 1), ("b", 2)])}), "Column 'a' holds tuple"),
        (pd.DataFrame({"a": [[1], [2]]}), "Column 'a' holds list"),
        (pd.DataFrame({"a": [1j, 2j]}), "Column 'a' holds complex"),
        (pd.DataFrame({"a": [1.0, np.inf]}), "Column 'a' is infinite, .* in row 1"),
        (pd.DataFrame({"a": [1.0], "b": [np.nan]}), "Column 'b' has no value in the training rows"),
        (pd.DataFrame({"a": [1.0], "b": [""]}), "Column 'b' has no value"),
        (pd.DataFrame({"a": [1.0, None, 1e300]}), "too large for float32, in row 2"),
        (pd.DataFrame({"a": [1, 10**400]}), "too large for float32, in row 1"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "Two columns are called 'a'"),
        (pd.DataFrame({"a": []}), "of 0 rows and 1 columns is empty"),
        (pd.DataFrame(index=range(2)), "of 2 rows and 0 columns is empty"),
        (np.zeros(3), r"shape \(3,\)"),
        (np.zeros((2, 8, 8)), r"shape \(2, 8, 8\)"),
        ([["a", 1.0]], "give a DataFrame"),
        ({"a": [1, 2], "b": [1]}, "make no table"),
        (pd.Series([1.0]), r"shape \(1,\)"),
        ([[1.0], [1.0, 2.0]], "The rows differ in shape"),
    ],
)
def test_bad_training_rows(x, words):
    with pytest.raises(DataError, match=words):
        Preprocessor().fit_rows(x)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"scale": "standart"}, "no scale 'standart'. Did you mean 'standard'"),
        ({"impute": "most"}, "no impute 'most'"),
        ({"categorical": ["flor"]}, "no column 'flor'. Did you mean 'floor'"),
    ],
)
def test_bad_options(rents, options, words):
    with pytest.raises(UnknownNameError, match=words):
        Preprocessor(**options).fit(rents)


def test_one_categorical_column_is_a_list_too(rents):
    with pytest.raises(DataError, match=r"write \['floor'\]"):
        Preprocessor(categorical="floor").fit(rents)


@pytest.mark.parametrize("categorical", [None, 3])
def test_categorical_columns_are_a_list(rents, categorical):
    with pytest.raises(DataError, match=rf"takes a list of columns, as \[\], and is {categorical}"):
        Preprocessor(categorical=categorical).fit(rents)


def test_categories_may_be_texts_and_numbers():
    rows = pd.DataFrame({"a": pd.Categorical(["x", 1, None, 2.5], categories=["x", 1, 2.5])})
    assert Preprocessor().fit_rows(rows).feature_names_out == ["a_1", "a_2.5", "a_x"]


def test_a_very_large_whole_number_may_be_a_name():
    rows = pd.DataFrame({"a": [1, 10**400]})
    names = Preprocessor(categorical=["a"]).fit_rows(rows).feature_names_out
    assert names == ["a_1", f"a_{10**400}"]


def test_a_dict_of_columns_is_a_table():
    columns = {"area": [50.0, 60.0, None, 90.0], "heating": ["gas", None, "oil", "gas"]}
    from_dict = Preprocessor().fit_transform(split(columns, [0, 1, 0, 1], test=0.25))
    from_frame = Preprocessor().fit_transform(split(pd.DataFrame(columns), [0, 1, 0, 1], test=0.25))
    np.testing.assert_array_equal(from_dict.train.x, from_frame.train.x)
    np.testing.assert_array_equal(from_dict.test.x, from_frame.test.x)


def test_bad_new_rows(rents, fitted):
    rows = rents.test.x
    with pytest.raises(DataError, match="lack column 'area', which"):
        fitted.transform(rows.drop(columns="area"))
    with pytest.raises(DataError, match="'area' holds texts, and held numbers"):
        fitted.raw_inputs(rows.assign(area="many"))
    with pytest.raises(DataError, match="is empty"):
        fitted.transform(rows.iloc[:0])
