import hashlib
import importlib.metadata
import importlib.util
import pickle
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dlcourse import content, datasets
from dlcourse.datasets import Dataset, cards, load

FOLDER = content.folder("datasets")


def facts(name: str) -> dict:
    return cards.facts(load(name).card)


def test_digits_are_scikit_learns():
    ours, theirs = load("digits"), sklearn.datasets.load_digits()
    np.testing.assert_array_equal(ours.features, theirs.images)
    np.testing.assert_array_equal(ours.target, theirs.target)
    assert list(ours.feature_names) == theirs.feature_names
    assert list(ours.target_names) == [str(name) for name in theirs.target_names]
    assert ours.features.dtype == np.float32
    assert ours.target.dtype == np.int64


@pytest.mark.parametrize("name", ["breast_cancer", "wine", "iris", "diabetes"])
def test_measurements_are_scikit_learns(name):
    options = {"scaled": False} if name == "diabetes" else {}
    ours, theirs = load(name), getattr(sklearn.datasets, f"load_{name}")(**options)
    np.testing.assert_array_equal(ours.features, theirs.data.astype(np.float32))
    np.testing.assert_array_equal(ours.target, theirs.target)
    assert list(ours.feature_names) == list(theirs.feature_names)
    if name != "diabetes":
        assert list(ours.target_names) == list(theirs.target_names)


@pytest.mark.parametrize("name", datasets.names())
def test_card_tells_the_truth(name):
    data = load(name)
    facts = cards.facts(data.card)
    file = FOLDER / facts["file"]
    assert file.stat().st_size == facts["bytes"]
    assert list(data.features.shape) == facts["shape"]
    assert len(data.feature_names) == np.prod(data.features.shape[1:])
    assert len(data.target) == len(data.features)
    if data.task in ("binary", "multiclass"):
        assert np.bincount(data.target).tolist() == facts["counts"]
        assert len(data.target_names) == len(facts["counts"])
        assert data.target.dtype == np.int64
    else:
        assert len(data.target_names) == 1
        assert data.target.dtype == np.float32
        assert np.isfinite(data.target).all()
    assert facts["licence"]
    assert facts["source"].startswith(("https://", "http://", "datasets/make.py"))
    assert data.card.startswith("# ")
    assert data.name in repr(data)


@pytest.mark.parametrize("name", datasets.names())
def test_file_is_repeated_byte_for_byte(name):
    for package, version in facts(name).get("versions", {}).items():
        if importlib.metadata.version(package) != version:
            pytest.skip(f"it was made with {package} {version}, and another one is installed")
    if name in ("sunspots", "co2") and importlib.util.find_spec("statsmodels") is None:
        pytest.skip("the series is taken from statsmodels, which is not installed with the course")
    file = facts(name)["file"]
    made = runpy.run_path(str(FOLDER / "make.py"))["MAKERS"][file]()
    assert hashlib.sha256(made).digest() == hashlib.sha256((FOLDER / file).read_bytes()).digest()


def test_embedded_data_sets_are_small():
    assert sum(facts(name)["bytes"] for name in datasets.names()) < 400_000


def test_wine_is_easy_and_diabetes_is_noisy():
    linear = make_pipeline(StandardScaler(), LogisticRegression())
    assert cross_val_score(linear, *pair("wine")).mean() > 0.97
    assert 0.4 < cross_val_score(LinearRegression(), *pair("diabetes"), scoring="r2").mean() < 0.55


def pair(name: str):
    data = load(name)
    return data.features, data.target


def test_series_are_in_the_order_of_time():
    sunspots, co2 = load("sunspots"), load("co2")
    np.testing.assert_array_equal(sunspots.features[:, 0], np.arange(1700, 2009))
    assert sunspots.target[257] == np.float32(190.2)  # 1957, the largest of them
    assert sunspots.target.argmax() == 257
    np.testing.assert_allclose(np.diff(co2.features[:, 0]), 1 / 12, atol=2e-4)
    season = co2.target[-12:] - co2.target[-24:-12]
    assert season.min() > 0


def test_unmeasured_months_of_co2_lie_on_a_straight_line():
    co2 = load("co2")
    months = [f"{1958 + i // 12}-{i % 12 + 1:02d}" for i in range(2, 2 + len(co2.target))]
    gaps = np.array([month in facts("co2")["interpolated"] for month in months])
    assert gaps.sum() == len(facts("co2")["interpolated"])
    index = np.arange(len(months))
    line = np.interp(index[gaps], index[~gaps], co2.target[~gaps])
    np.testing.assert_allclose(co2.target[gaps], line, atol=0.006)


def test_rents_have_what_the_card_says():
    data, card = load("rents"), facts("rents")
    frame = data.features
    missing = frame.isna().sum()
    assert missing[missing > 0].to_dict() == card["missing"]
    copies = frame.assign(rent=data.target).duplicated()
    assert copies.sum() == card["duplicates"]
    assert (frame["area"] > 190)[~copies].sum() == card["outliers"]
    for name in data.feature_names:
        texts = [value for value in frame[name] if isinstance(value, str)]
        assert bool(texts) == (name in card["text_columns"])
        assert texts or frame[name].dtype == np.float64


def test_effects_of_rents_are_recovered():
    data = load("rents")
    frame = data.features.assign(rent=data.target.astype(float)).drop_duplicates()
    frame = frame[frame["area"] < 190].dropna()
    assert len(frame) > 600
    encoded = pd.get_dummies(frame.drop(columns="rent"), dtype=float)
    baseline = ["district_North", "condition_good", "heating_gas"]
    encoded = encoded.drop(columns=baseline).assign(built=encoded["built"] - 1970)
    model = LinearRegression().fit(encoded, frame["rent"])
    found = dict(zip(encoded.columns, model.coef_, strict=True))
    truth = {"area": 8.5, "distance": -32, "built": 1.2, "rooms": 0, "floor": 0}
    truth |= {"district_Old Town": 180, "district_Harbour": 60, "district_Meadows": 40}
    truth |= {"district_Station": -70, "condition_renovated": 120, "condition_worn": -90}
    truth |= {"heating_district": 0, "heating_heat pump": 0, "heating_oil": 0}
    # Four standard errors of each coefficient.
    design = np.column_stack([encoded, np.ones(len(encoded))])
    spread = 60 * np.sqrt(np.diag(np.linalg.inv(design.T @ design)))
    for error, (name, value) in zip(4 * spread, found.items(), strict=False):
        assert abs(value - truth[name]) < error, name
    assert np.std(frame["rent"] - model.predict(encoded)) == pytest.approx(60, abs=4)


def test_docstrings_do_not_name_their_library():
    data = load("docstrings")
    assert data.features.dtype == object
    assert all(type(text) is str for text in data.features)
    assert len(set(data.features)) == len(data.features)
    everything = " ".join(data.features).lower()
    for word in ("numpy", "scipy", "sklearn", "scikit", "matplotlib", "pyplot", " np.", " plt."):
        assert word not in everything
    licences = (FOLDER / "docstrings_licences.txt").read_text(encoding="utf-8")
    for library in ("NumPy", "SciPy", "scikit-learn", "Matplotlib"):
        assert f"\n{library} " in licences


def test_baseline_of_docstrings():
    train, _, test = load("docstrings").split()
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(*train)
    assert model.score(*test) == pytest.approx(facts("docstrings")["baseline_accuracy"], abs=0.01)


def test_docstrings_train_in_keras():
    import keras

    (x, y), _, _ = load("docstrings").split()
    vectorize = keras.layers.TextVectorization(max_tokens=50, output_mode="multi_hot")
    vectorize.adapt(x)
    model = keras.Sequential([keras.Input((), dtype="string"), vectorize, keras.layers.Dense(4)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert np.isfinite(model.fit(x[:64], y[:64], verbose=0).history["loss"][0])


def test_each_load_gives_arrays_of_its_own():
    load("digits").features[:] = -1
    assert load("digits").features.min() == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("digit", "Did you mean 'digits'? Available: breast_cancer, cifar10, co2, "),
        ("minst", "Did you mean 'mnist'?"),
        ("mnist_784_zzz", "digits, docstrings, "),
        ("../digits", "no data set '../digits'"),
        ("downloads/mnist", "no data set 'downloads/mnist'"),
        ("", "no data set ''"),
        (None, "no data set 'None'"),
        (["digits"], r"no data set '\['digits'\]'"),
    ],
)
def test_unknown_name(name, words):
    with pytest.raises(ValueError, match=words.replace("?", r"\?").replace("..", r"\.\.")):
        load(name)


def test_names():
    assert set(datasets.names(downloads=True)) - set(datasets.names()) == {
        "cifar10",
        "fashion_mnist",
        "imdb",
        "mnist",
    }


@pytest.fixture
def copy(tmp_path, monkeypatch) -> Path:
    """A copy of the data sets that `load` reads instead of the real ones."""
    for file in FOLDER.glob("digits.*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(datasets, "folder", lambda name: tmp_path)
    return tmp_path / "digits.npz"


def test_changed_file_is_refused(copy):
    content = bytearray(copy.read_bytes())
    content[1000] ^= 1
    copy.write_bytes(content)
    with pytest.raises(OSError, match=r"digits\.npz is damaged.*install dlcourse again"):
        load("digits")


def test_cut_file_is_refused(copy):
    copy.write_bytes(copy.read_bytes()[:-1])
    with pytest.raises(OSError, match="is damaged"):
        load("digits")


def test_missing_file_is_named(copy):
    copy.unlink()
    with pytest.raises(FileNotFoundError, match=r"digits\.npz is missing"):
        load("digits")


def test_pickled_arrays_are_refused_even_with_a_matching_checksum(copy):
    np.savez(copy, features=np.array([print], dtype=object), target=np.zeros(1))
    card = copy.with_suffix(".md")
    old = cards.facts(card.read_text(encoding="utf-8"))["sha256"]
    new = hashlib.sha256(copy.read_bytes()).hexdigest()
    card.write_text(card.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load("digits")


def labelled(target: list[int], task: str = "multiclass", **more) -> Dataset:
    """A data set whose features are the samples' numbers, so that a split can be followed."""
    return Dataset(
        name="numbered",
        features=np.arange(len(target), dtype=np.float32),
        target=np.array(target, dtype=np.int64 if task == "multiclass" else np.float32),
        feature_names=("number",),
        target_names=("0", "1", "2", "3"),
        task=task,
        card="",
        **more,
    )


@given(
    target=st.lists(st.integers(0, 3), min_size=11, max_size=200),
    validation=st.floats(0, 0.45),
    test=st.floats(0, 0.45),
    seed=st.integers(0, 2**32),
)
def test_split_is_a_stratified_partition(target, validation, test, seed):
    data = labelled(target)
    split = data.split(validation, test, seed)
    shares = (1 - validation - test, validation, test)
    parts = [part for part in split if part is not None]
    everything = np.concatenate([part.x for part in parts])
    assert sorted(everything) == list(range(len(target)))
    for part, share in zip(split, shares, strict=True):
        if part is None:
            assert round(share * len(target)) == 0
            continue
        np.testing.assert_array_equal(part.y, data.target[part.x.astype(int)])
        for label in range(4):
            count, size = np.sum(part.y == label), np.sum(data.target == label)
            assert abs(count - share * size) < 3
    for part, share in [(split.validation, validation), (split.test, test)]:
        assert (0 if part is None else len(part.y)) == round(share * len(target))


def test_split_repeats_by_seed():
    data = load("digits")
    first, again, other = data.split(seed=3), data.split(seed=3), data.split(seed=4)
    np.testing.assert_array_equal(first.train.x, again.train.x)
    np.testing.assert_array_equal(first.test.y, again.test.y)
    assert not np.array_equal(first.test.y, other.test.y)


def test_split_of_digits_stays_as_lessons_print_it():
    train, validation, test = load("digits").split(validation=0.2, test=0.1, seed=7)
    digest = hashlib.sha256(b"".join(part.x.tobytes() for part in (train, validation, test))).hexdigest()
    assert digest == "6b9a22f167d965df8c8561298c42e8717876f1dc519313fbc77fe29e2dc90111"


def test_split_shuffles_the_classes():
    train = load("digits").split().train
    assert len(set(train.y[:50])) == 10


@pytest.mark.parametrize("name", ["sunspots", "co2"])
def test_series_is_split_in_order(name):
    data = load(name)
    split = data.split(validation=0.2, test=0.1, seed=5)
    np.testing.assert_array_equal(np.concatenate([part.x for part in split]), data.features)
    np.testing.assert_array_equal(np.concatenate([part.y for part in split]), data.target)
    assert len(split.test.y) == round(0.1 * len(data.target))


def test_table_is_split_as_a_table():
    data = load("rents")
    split = data.split(validation=0.2)
    assert sum(len(part.x) for part in split) == len(data.target)
    for part in split:
        assert list(part.x.columns) == list(data.feature_names)
        np.testing.assert_array_equal(part.y, data.target[part.x.index])


def test_copies_stay_in_one_part():
    flower = load("iris")
    for seed in range(20):
        train, _, test = flower.split(seed=seed)
        assert not {row.tobytes() for row in train.x} & {row.tobytes() for row in test.x}
        assert abs(len(test.y) - 30) <= 1


def test_no_validation_part_unless_asked_for():
    assert load("digits").split().validation is None
    assert load("digits").split(test=0).test is None


@pytest.mark.parametrize(
    "fractions", [(-0.1, 0.2), (0.2, -0.1), (0.5, 0.5), (0.0, 1.0), (0.0, 50), (float("nan"), 0.1)]
)
def test_impossible_fractions(fractions):
    with pytest.raises(ValueError, match="must be fractions that leave samples to train on"):
        load("digits").split(*fractions)


def test_split_leaves_something_to_train_on():
    with pytest.raises(ValueError, match="leave samples"):
        labelled([0, 1, 2, 3]).split(validation=0.4, test=0.59)


def test_official_test_part_stays_the_test_part():
    data = labelled([0, 1, 2, 3] * 10, official_test=8)
    train, validation, test = data.split(validation=0.25, seed=1)
    np.testing.assert_array_equal(test.x, np.arange(32, 40))
    assert sorted([*train.x, *validation.x]) == list(range(32))
    assert np.bincount(validation.y).tolist() == [2, 2, 2, 2]
    with pytest.raises(ValueError, match=r"official one, 8 samples: leave out test=0\.3"):
        data.split(test=0.3)


def test_dataset_travels_to_other_processes():
    split = load("digits").split()
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(split)).test.x, split.test.x)
