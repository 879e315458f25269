import hashlib
import pickle
import runpy
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import content, datasets
from dlcourse.datasets import Dataset, load


def test_digits_are_scikit_learns():
    ours, theirs = load("digits"), sklearn.datasets.load_digits()
    np.testing.assert_array_equal(ours.features, theirs.images)
    np.testing.assert_array_equal(ours.target, theirs.target)
    assert list(ours.feature_names) == theirs.feature_names
    assert list(ours.target_names) == [str(name) for name in theirs.target_names]
    assert ours.features.dtype == np.float32
    assert ours.target.dtype == np.int64


@pytest.mark.parametrize("name", datasets.names())
def test_card_tells_the_truth(name):
    data = load(name)
    facts = datasets._facts(data.card)
    file = content.folder("datasets") / facts["file"]
    assert file.stat().st_size == facts["bytes"]
    assert list(data.features.shape) == facts["shape"]
    assert len(data.feature_names) == np.prod(data.features.shape[1:])
    assert set(data.target) == set(range(len(data.target_names)))
    assert facts["licence"]
    assert facts["source"].startswith("https://")
    assert data.card.startswith("# ")


def test_digits_file_is_repeated_byte_for_byte():
    folder = content.folder("datasets")
    made = runpy.run_path(str(folder / "make_digits.py"))["make"]()
    assert hashlib.sha256(made).digest() == hashlib.sha256((folder / "digits.npz").read_bytes()).digest()


def test_each_load_gives_arrays_of_its_own():
    load("digits").features[:] = -1
    assert load("digits").features.min() == 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("digit", "Did you mean 'digits'? Available: digits"),
        ("mnist_784_zzz", "Available: digits"),
        ("../digits", "no data set '../digits'"),
        ("", "no data set ''"),
    ],
)
def test_unknown_name(name, words):
    with pytest.raises(ValueError, match=words.replace("?", r"\?").replace("..", r"\.\.")):
        load(name)


@pytest.fixture
def copy(tmp_path, monkeypatch) -> Path:
    """A copy of the data sets that `load` reads instead of the real ones."""
    for file in content.folder("datasets").glob("digits.*"):
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
    old = datasets._facts(card.read_text(encoding="utf-8"))["sha256"]
    new = hashlib.sha256(copy.read_bytes()).hexdigest()
    card.write_text(card.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load("digits")


def labelled(target: list[int]) -> Dataset:
    """A data set whose features are the samples' numbers, so that a split can be followed."""
    return Dataset(
        name="numbered",
        features=np.arange(len(target), dtype=np.float32),
        target=np.array(target, dtype=np.int64),
        feature_names=("number",),
        target_names=("0", "1", "2", "3"),
        task="multiclass",
        card="",
    )


@settings(deadline=None)
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


def test_split_shuffles_the_classes():
    train = load("digits").split().train
    assert len(set(train.y[:50])) == 10


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


def test_dataset_travels_to_other_processes():
    split = load("digits").split()
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(split)).test.x, split.test.x)
