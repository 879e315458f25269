import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit, StratifiedKFold

from dlcourse.errors import DataError, UnknownNameError
from dlcourse.validation import folds
from dlcourse.validation.folds import copies_to_keep

CLASSES = np.arange(60) % 3


@given(k=st.integers(2, 10), seed=st.integers(0, 5), task=st.sampled_from(["multiclass", "regression"]))
def test_each_sample_is_held_out_once_and_never_trains_for_itself(k, seed, task):
    cuts = folds(CLASSES, task, k, seed=seed)
    assert len(cuts) == k
    assert sorted(np.concatenate([held_out for _, held_out in cuts])) == list(range(60))
    for train, held_out in cuts:
        assert sorted([*train, *held_out]) == list(range(60))


def test_classes_have_their_share_in_each_fold():
    y = np.array([0] * 40 + [1] * 15 + [2] * 5)
    for _, held_out in folds(y, "multiclass", 5):
        np.testing.assert_array_equal(np.bincount(y[held_out]), [8, 3, 1])


def test_repeats_are_shuffled_anew_and_a_seed_repeats():
    cuts = folds(CLASSES, "multiclass", 3, repeats=2)
    assert len(cuts) == 6
    assert any(set(a[1]) != set(b[1]) for a, b in zip(cuts[:3], cuts[3:], strict=True))
    for a, b in zip(cuts, folds(CLASSES, "multiclass", 3, repeats=2), strict=True):
        np.testing.assert_array_equal(a[1], b[1])


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_no_group_is_in_two_folds(task):
    groups = np.arange(60) // 4
    for train, held_out in folds(CLASSES, task, 5, groups=groups):
        assert not set(groups[train]) & set(groups[held_out])


def test_a_series_is_never_trained_on_its_future():
    for train, held_out in folds(np.linspace(0, 1, 40), "regression", 4, scheme="time"):
        assert train.max() < held_out.min()


@given(sets=st.lists(st.integers(0, 40), min_size=60, max_size=60), seed=st.integers(0, 3))
def test_copies_stay_in_one_fold(sets, seed):
    x = np.array(sets)
    copies = copies_to_keep(x)
    if copies is None or len(set(sets)) < 20:
        return  # with few sets a fold may be left without any
    for train, held_out in folds(CLASSES, "multiclass", 3, copies=copies, seed=seed):
        assert not set(x[train]) & set(x[held_out])
        assert sorted([*train, *held_out]) == list(range(60))


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_few_copies_leave_the_folds_as_large_as_they_were(task):
    x = np.arange(60)
    x[[7, 31]] = x[4], x[33]  # 7 is of the class of 4, and 31 of another than 33
    cuts = folds(CLASSES, task, 5, copies=copies_to_keep(x), seed=3)
    plain = folds(CLASSES, task, 5, seed=3)
    moved = sum(len(set(a) - set(b)) for (_, a), (_, b) in zip(cuts, plain, strict=True))
    assert 0 < moved <= 4
    for train, held_out in cuts:
        assert len(held_out) == 12
        assert not set(x[train]) & set(x[held_out])
        if task == "multiclass":
            np.testing.assert_array_equal(np.bincount(CLASSES[held_out]), [4, 4, 4])


def test_folds_that_copies_leave_empty_are_told():
    with pytest.raises(
        DataError, match=r"Only 2 of the 60 samples differ, .* leaves \d of 5: take fewer, or groups=range"
    ):
        folds(CLASSES, "multiclass", 5, copies=np.arange(60) % 2)


def test_groups_time_and_splitters_go_before_copies():
    x = np.zeros((60, 2))
    assert copies_to_keep(x) is not None
    assert copies_to_keep(x, groups=range(60)) is None
    assert copies_to_keep(x, scheme="time") is None
    assert copies_to_keep(np.arange(60)) is None
    splitter = ShuffleSplit(2, random_state=0)
    plain, kept = (
        folds(CLASSES, "multiclass", splitter, copies=copies) for copies in (None, copies_to_keep(x))
    )
    np.testing.assert_array_equal(plain[0][0], kept[0][0])


def test_groups_may_be_of_any_labels():
    names = np.array(["a", 1, 2.5] * 20, dtype=object)
    for train, held_out in folds(CLASSES, "regression", 3, groups=names):
        assert not set(map(str, names[train])) & set(map(str, names[held_out]))


def test_groups_equal_to_python_are_one_group():
    groups = np.array([value for i in range(30) for value in (i, float(i))], dtype=object)
    for task in ("regression", "multiclass"):
        for train, held_out in folds(CLASSES, task, 5, groups=groups):
            assert not set(groups[train]) & set(groups[held_out])


def test_one_hot_classes_are_stratified_too():
    for _, held_out in folds(np.eye(3, dtype=int)[CLASSES], "multiclass", 4):
        np.testing.assert_array_equal(np.bincount(CLASSES[held_out]), [5, 5, 5])


def test_a_splitter_of_scikit_learn_decides_alone():
    splitter = ShuffleSplit(3, test_size=7, random_state=0)
    cuts = folds(CLASSES, "multiclass", splitter)
    for ours, theirs in zip(cuts, splitter.split(CLASSES), strict=True):
        np.testing.assert_array_equal(ours[1], theirs[1])


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"y": CLASSES[:4], "task": "regression", "k": 5}, DataError, "5 folds need 5 samples or more"),
        ({"y": [0, 0, 0, 1], "k": 2}, DataError, "Class 1 has 1 samples, too few for 2 folds"),
        ({"k": 1}, DataError, "Two folds are the fewest"),
        ({"scheme": "stratifed"}, UnknownNameError, "Did you mean 'stratified'?"),
        ({"scheme": "stratified", "task": "regression"}, DataError, "Only classes can be stratified"),
        ({"scheme": "grouped"}, DataError, "Grouped folds need groups"),
        ({"groups": [0, 1] * 30, "k": 3}, DataError, "3 folds need 3 groups or more, and there are 2"),
        ({"groups": [0, 1]}, DataError, "groups must be 60 labels"),
        ({"groups": ["a", None] * 30}, DataError, "A sample has no group"),
        ({"groups": [0.0, 1.0, np.nan] * 20}, DataError, "A sample has no group"),
        ({"groups": [0, 1, np.nan] * 20, "k": ShuffleSplit()}, DataError, "A sample has no group"),
        ({"groups": range(60), "scheme": "shuffled"}, DataError, "scheme='shuffled' does not heed"),
        ({"groups": range(60), "scheme": "stratified"}, DataError, "scheme='grouped', which keeps each"),
        ({"groups": range(60), "scheme": "time"}, DataError, "scheme='time' does not heed groups"),
        ({"k": GroupKFold(3)}, DataError, "GroupKFold can't cut these samples: The 'groups' parameter"),
        ({"k": KFold(100)}, DataError, "KFold can't cut .*n_splits=100 .*n_samples=60"),
        ({"k": StratifiedKFold(3), "y": CLASSES / 7}, DataError, "StratifiedKFold can't cut .*'continuous'"),
        ({"k": "5"}, DataError, "splitter, not '5'"),
        ({"k": KFold}, DataError, "splitter, not <class"),
        ({"repeats": 2.5}, DataError, "repeats must be a whole number of 1 or more, and is 2.5"),
        ({"repeats": None}, DataError, "repeats must be a whole number of 1 or more, and is None"),
        ({"seed": "a"}, DataError, "seed must be a whole number from 0 to 2147483647, and is 'a'"),
        ({"seed": -1}, DataError, "seed must be a whole number from 0 to 2147483647, and is -1"),
        ({"scheme": "time", "repeats": 2}, DataError, "can't be repeated"),
        ({"scheme": "time", "y": [1.0, 2.0, 3.0], "task": "regression", "k": 3}, DataError, "4 folds need"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_in_a_sentence(settings, error, words):
    settings = {"y": CLASSES, "task": "multiclass"} | settings
    with pytest.raises(error, match=words):
        folds(settings.pop("y"), settings.pop("task"), **settings)
