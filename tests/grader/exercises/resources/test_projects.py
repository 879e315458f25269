"""`whole_project` and `capstone`: what hangs on which figure, other honest ways, and what is said."""

import warnings

import numpy as np
import pandas as pd
import pytest
from asking import BY_NAME, verdict, whole_cases_of
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras
    import tensorflow as tf

from grader.child import live
from grader.child.plaindata import Foreign, Live
from grader.exercise import Given
from grader.exercises.frameworks.cases import converted
from grader.exercises.verifying import resources as verifying

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras's own
    pytest.mark.filterwarnings("ignore:Statistics for quantized inputs were expected:UserWarning"),
]

TEXTS = ["district", "condition", "heating"]
RNG = np.random.default_rng(0)
AREA, DISTRICT = RNG.normal(68, 22, 400), RNG.integers(0, 3, 400)
CENTRE, SPREAD = 700, 200
RENTS = CENTRE + SPREAD * (0.8 * (AREA - 68) / 22 + 0.7 * (DISTRICT - 1))
FLATS = {"area": AREA, "built": RNG.normal(1970, 30, 400), "district": [f"{place}" for place in DISTRICT]}
SERVED = {"columns": FLATS, "index": list(range(400))}
NOISE = RNG.normal(0, 1, 400)
NOISE /= np.sqrt(np.mean(NOISE**2))
NEAR = RENTS + 75 * NOISE


def judged(predictions, promise):
    """The verdict where luck alone makes 55 euros, so that at most 93 are asked."""
    given = Given((None, Live("frame", SERVED)), {"rents": RENTS, "luck": 55.0}, ())
    return verifying.delivers(given, (predictions, promise))


def series(values):
    return Live("series", {"columns": {"rent": values}, "index": list(range(400))})


PROJECTS = {  # predictions, promise, whether it counts, words
    "right": (NEAR, 75.0, True, "at most 93 euros asked"),
    "a series": (series(NEAR), 75.0, True, "75"),
    "promised a little less": (NEAR, 60.0, True, "60"),
    "promised far less": (NEAR, 55.0, False, "promise too much"),
    "promised far more": (NEAR, 96.0, False, "promise too little"),
    "a promise that is scaled": (NEAR, 0.34, False, "In which unit was your promise"),
    "a promise that is scaled and squared": (NEAR, 0.09, False, "In which unit was your promise"),
    "a promise beyond all bounds, and finite": (NEAR, 1e200, False, "In which unit was your promise"),
    "a promise that is squared": (NEAR, 5625.0, False, "In which unit was your promise"),
    "far off": (RENTS + 110 * NOISE, 110.0, False, "Are the rows clean"),
    "by lot": (RENTS[::-1], 280.0, False, "hardly go with"),
    "one rent for all": (np.full(400, 700.0), 200.0, False, "the same rent"),
    "none below the mean": (np.maximum(NEAR, 700), 140.0, False, "No prediction lies below 700 euros"),
    "none far from the mean": (np.clip(NEAR, 600, 800), 140.0, False, "between 600 and 800 euros"),
    "another unit": ((RENTS - 700) / 200, 75.0, False, "unit of a rent"),
    "no centre": (NEAR - CENTRE, 75.0, False, "lower than the rents"),
    "100 more": (NEAR + 100, 75.0, False, "104 euros higher than the rents. Is what was taken off"),
    "half": (NEAR / 2, 75.0, False, "they vary 0.5 times as much"),
    "of a year": (NEAR * 12, 75.0, False, "they vary 12.6 times as much"),
    "without the area": (NEAR - 6 * (AREA - 68), 75.0, False, "the column area. Is it in one unit"),
    "without the district": (NEAR - 120 * (DISTRICT - 1), 75.0, False, "the column district. Does it reach"),
    "gaps": (np.where(NOISE > 2, np.nan, RENTS), 75.0, False, "not finite"),
    "out of all bounds": (RENTS * 1e200, 75.0, False, "run out of all bounds"),
    "a column": (RENTS[:, None], 75.0, False, "shape (400, 1)"),
    "too few": (RENTS[1:], 75.0, False, "shape (399,)"),
    "words": (["cheap"] * 400, 75.0, False, "no array of numbers"),
    "a series of words": (series(["cheap"] * 400), 75.0, False, "no array of numbers"),
    "objects": (Foreign("ndarray", "dtype object"), 75.0, False, "dtype=float"),
    "a frame": (Live("frame", {"columns": {"rent": RENTS}, "index": []}), 75.0, False, "dtype=float"),
    "unequal": ([[1.0], [1.0, 2.0]], 75.0, False, "no array of numbers"),
    "no promise": (RENTS, None, False, "single finite number"),
    "a promise below 0": (RENTS, -75.0, False, "above 0"),
    "a promise that is none": (RENTS, np.nan, False, "above 0"),
    "a promise beyond all bounds": (RENTS, np.inf, False, "single finite number"),
}


@pytest.mark.parametrize("case", PROJECTS)
def test_projects_hang_on_both_figures(case):
    *answer, counts, words = PROJECTS[case]
    found = judged(*answer)
    assert found.right == counts, found.message
    assert words in found.message
    assert "inf" not in found.message


@pytest.mark.parametrize("answer", [None, RENTS, (RENTS,), {"predictions": RENTS}, "both"])
def test_two_things_are_asked_for(answer):
    found = verifying.delivers(Given((), {"rents": RENTS, "luck": 55.0}, ()), answer)
    assert not found.right
    assert "asked for" in found.message


def cleaned(table):
    return table.drop_duplicates().assign(area=lambda t: t["area"].where(t["area"] < 180, t["area"] / 10.764))


def fitted(table, model, encoder):
    X, y = table.drop(columns="rent"), table["rent"]
    words = make_pipeline(SimpleImputer(strategy="constant", fill_value="?"), encoder)
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    whole = make_pipeline(make_column_transformer((words, TEXTS), remainder=numbers), model)
    return whole.fit(X, y), X, y


def served_by(whole, served):
    """As pandas would have it: a Series with the index of the flats."""
    return pd.Series(whole.predict(served), index=served.index)


def learnt_by(model, encoder):
    def answer(table, served):
        whole, X, y = fitted(cleaned(table).sample(frac=1, random_state=0), model, encoder)
        expected = np.sqrt(np.mean((cross_val_predict(whole, X, y, cv=3) - y) ** 2))
        return served_by(whole.fit(X, y), served), expected

    return answer


WAYS = {
    "ridge": learnt_by(Ridge(), OneHotEncoder()),
    "trees": learnt_by(GradientBoostingRegressor(random_state=0), OrdinalEncoder()),
}


@pytest.mark.parametrize("way", WAYS)
def test_whoever_writes_the_project_anew_passes(way):
    found = verdict("whole_project", WAYS[way], "one")
    assert found.status == "passed", found.message


def counts_in_both(answers):
    """Whether answers, one a city, are right in both."""
    return all(
        verifying.delivers(Given(case.arguments, case.secret, ()), answer).right
        for case, answer in zip(whole_cases_of("whole_project"), answers, strict=True)
    )


def answers_of(function):
    return [function(*map(live.instantiate, case.arguments)) for case in whole_cases_of("whole_project")]


def test_no_constant_is_a_promise():
    ridge = answers_of(lambda table, served: (fitted(cleaned(table), Ridge(), OneHotEncoder()), served))
    predictions = [served_by(whole, served).to_numpy() for (whole, *_), served in ridge]
    for euros in range(20, 250, 2):
        assert not counts_in_both([(rents, float(euros)) for rents in predictions]), euros


def test_no_factor_mends_a_promise_on_rows_that_were_seen():
    exercise = BY_NAME["whole_project"]
    leaking = exercise.with_faults([fault for fault in exercise.faults if fault.name == "promise"])
    answers = answers_of(leaking)
    for factor in np.arange(1, 2.6, 0.05):
        assert not counts_in_both([(rents, factor * promise) for rents, promise in answers]), factor


@pytest.mark.parametrize("left", [["square_feet", "promise"], ["promise"]])
def test_a_repair_that_is_partly_done_is_refused(left):
    exercise = BY_NAME["whole_project"]
    answer = exercise.with_faults([fault for fault in exercise.faults if fault.name in left])
    found = verdict("whole_project", answer, "one")
    assert found.status == "failed", found.message
    assert "duplicates" not in found.message


def test_as_given_it_fails():
    exercise = BY_NAME["whole_project"]
    found = verdict("whole_project", exercise.with_faults(exercise.faults), "one")
    assert (found.status, found.credit) == ("failed", 0)


LABELS, KNOWN = np.arange(400) % 10, np.arange(300) % 10


def read(right: int, known: int, size: int, **tensors):
    """The verdict on a file that is right about so many of 400 hidden and 300 known images."""
    said = [np.where(np.arange(len(y)) < n, y, (y + 1) % 10) for y, n in ((LABELS, right), (KNOWN, known))]
    found = {"predictions": np.eye(10)[np.concatenate(said)], "bytes": size, "tensors": tensors}
    return verifying.reads_in_few_bytes(Given((None, KNOWN), LABELS, ()), found)


FILES = {  # right of 400, right of 300 known, bytes, tensors, whether it counts, words
    "reached": (380, 300, 12_300, {"int8": 9}, True, "12,300 bytes"),
    "just below": (365, 300, 12_300, {"int8": 9}, True, "margin of chance"),
    "not reached": (360, 300, 12_300, {"int8": 9}, False, "new ones less well"),
    "learns still": (300, 250, 12_300, {"int8": 9}, False, "like those that it is asked about?"),
    "learnt nearly all": (300, 290, 12_300, {"int8": 9}, False, "knows 96.6%: it could learn them better"),
    "a little more": (300, 292, 12_300, {"int8": 9}, False, "knows 97.3%, and new ones less well"),
    "guesses": (40, 30, 12_300, {"int8": 9}, False, "it guesses"),
    "as large as it may be": (380, 300, 13_000, {"int8": 9}, True, "13,000 bytes"),
    "floats": (380, 300, 27_000, {"float32": 9, "int8": 1}, False, "four bytes each"),
    "large": (380, 300, 13_001, {"int8": 9}, False, "or something else in it is large"),
}


@pytest.mark.parametrize("case", FILES)
def test_files_hang_on_size_and_accuracy(case):
    right, known, size, tensors, counts, words = FILES[case]
    found = read(right, known, size, **tensors)
    assert found.right == counts, found.message
    assert words in found.message


def test_digits_that_never_come_out_are_named():
    said = np.eye(10)[np.concatenate([LABELS, KNOWN])]
    said[:, [3, 7]] = 0
    found = verifying.reads_in_few_bytes(
        Given((None, KNOWN), LABELS, ()), {"predictions": said, "bytes": 9, "tensors": {"int8": 9}}
    )
    assert "never answers 3, 7. Did it learn from images of all digits?" in found.message


def test_odd_outputs_are_told():
    found = {"predictions": np.zeros((700, 4)), "bytes": 9, "tensors": {}}
    assert "Ten numbers" in verifying.reads_in_few_bytes(Given((None, KNOWN), LABELS, ()), found).message


def with_means(x, y):
    """Weights in int8, activations in floats; means in the place of maxima, normalised, and copies.

    Its learning rate ends at zero: one that stays high once left a network at 88 %.
    """
    shifted = np.concatenate([x, np.roll(x, 1, axis=1), np.roll(x, -1, axis=2)])
    layers = [keras.Input((8, 8, 1))]
    for filters in (16, 32):
        layers += [
            keras.layers.Conv2D(filters, 3, padding="same", use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.AveragePooling2D(2),
        ]
    model = keras.Sequential([*layers, keras.layers.Flatten(), keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    steps = 15 * -(-len(shifted) // 64)
    model.compile(keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(0.01, steps)), loss)
    model.fit(shifted, np.tile(y, 3), batch_size=64, epochs=15, verbose=0)
    return converted(model)


def test_another_design_reads_as_well(capfd):
    found = verdict("capstone", with_means, "one")
    capfd.readouterr()
    assert found.status == "passed", found.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x, y: "model.tflite", "bytes of a TFLite file"),
        (lambda x, y: b"TFL3", "no TFLite file"),
        (lambda x, y: b"\x1c\0\0\0TFL3" + bytes(400), ""),
    ],
)
def test_what_is_no_file_is_refused(answer, words):
    found = verdict("capstone", answer, "one")
    assert found.status == "failed"
    assert words in found.message


def test_no_label_is_among_what_the_file_is_run_on():
    (case,) = whole_cases_of("capstone")
    assert case.inputs.dtype == np.float32
    assert tf.constant(case.inputs).shape[1:] == (8, 8, 1)
