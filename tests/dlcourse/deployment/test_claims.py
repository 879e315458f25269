"""Bundles of some kilobytes that claim gigabytes, loaded by a process that measures what it took for each."""

import io
import json
import re
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
import pandas as pd
import pytest

from dlcourse import models
from dlcourse.deployment import environment, load, save
from dlcourse.errors import BundleError, ModelError
from dlcourse.preprocessing import Preprocessor

sys.path.insert(0, str(Path(__file__).parent))  # for `planted`

from planted import changed, of_kind, packed, planted, respelt

# Keras 3.15 with NumPy 2, whenever weights are written to a file.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")

L = keras.layers
MAX_GROWTH = 100_000_000  # bytes, beyond what loading an ordinary bundle took
MEASURED = """
import json, resource, sys
from dlcourse.deployment import load

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

ordinary, *paths = sys.argv[1:]
load(ordinary)
if sys.platform == "linux":  # a bundle that is not refused is not to take the machine's memory
    pages = int(open("/proc/self/statm").read().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 4_000_000_000, -1))
for path in paths:
    before, message = peak(), None
    try:
        load(path)
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
    print(json.dumps([path, message, peak() - before]), flush=True)
"""


def sequential(*layers: keras.layers.Layer, shape: tuple = (4,), dtype: str | None = None) -> keras.Model:
    return models.compile(keras.Sequential([keras.Input(shape, dtype=dtype), *layers]), "regression")


def functional(*between: Callable, shape: tuple = (4,)) -> keras.Model:
    x = made = keras.Input(shape)
    for layer in between:
        made = layer(made)
    return models.compile(keras.Model(x, L.Dense(1)(made)), "regression")


def many_layers(config: dict) -> None:
    """Two hundred layers, of which none alone claims much."""
    changed("Dense")(config)
    first, dense, last = config["config"]["layers"]
    dense["config"]["units"] = 1000
    copies = [{**dense, "config": {**dense["config"], "name": f"copy_{i}"}} for i in range(200)]
    config["config"]["layers"] = [first, *copies, last]


def a_constant_repeated(config: dict) -> None:
    """A call that has all its numbers, so that it is computed as soon as the model is read."""
    number = {"class_name": "__tensor__", "config": {"value": [[1.0]], "dtype": "float32"}}
    repeat = {"module": "keras.layers", "class_name": "RepeatVector", "registered_name": None}
    repeat |= {"name": "repeat", "config": {"name": "repeat", "n": 10**9}}
    repeat["inbound_nodes"] = [{"args": [number], "kwargs": {}}]
    config["config"]["layers"].append(repeat)


AUC = {"module": "keras.metrics", "class_name": "AUC", "registered_name": None}
AUC |= {"config": {"num_thresholds": 10**9}}
CLAIMS = {
    "units": (
        lambda: sequential(L.Dense(5), L.Dense(1)),
        changed("Dense", units=10**9),
        r"up to \w+/dense\w*/kernel, claim 16\.0 GB of weights, and the file holds \d\d\.\d kB",
    ),
    "a vocabulary": (
        lambda: sequential(L.Embedding(9, 4), L.Flatten(), L.Dense(1), dtype="int32"),
        changed("Embedding", input_dim=10**9),
        "claim 16.0 GB of weights",
    ),
    "filters": (
        lambda: sequential(L.Conv2D(2, 3), L.Flatten(), L.Dense(1), shape=(8, 8, 1)),
        changed("Conv2D", filters=10**9),
        "claim 36.0 GB of weights",
    ),
    "the units of a model inside": (
        lambda: sequential(keras.Sequential([keras.Input((4,)), L.Dense(5)]), L.Dense(1)),
        changed("Dense", units=10**9),
        "claim 16.0 GB of weights",
    ),
    "a recurrent layer's units": (
        lambda: sequential(L.LSTM(3), L.Dense(1), shape=(5, 4)),
        changed("LSTM", units=10**6),
        "claim 64.0 MB of weights",
    ),
    "many layers": (lambda: sequential(L.Dense(5), L.Dense(1)), many_layers, "claim 4.0 MB of weights"),
    "a wide row": (
        lambda: sequential(L.GlobalMaxPooling1D(), L.Dense(1), shape=(5, 4)),
        changed("InputLayer", batch_shape=[None, 10**9, 4]),
        "it takes 16.0 GB for a single row",
    ),
    "a batch": (
        lambda: sequential(L.Dense(1)),
        changed("InputLayer", batch_shape=[10**9, 4]),
        "it takes 16.0 GB for a single row",
    ),
    "a repeated row": (
        lambda: sequential(L.RepeatVector(3), L.GlobalMaxPooling1D(), L.Dense(1)),
        changed("RepeatVector", n=10**9),
        "it takes 16.0 GB for a single row",
    ),
    "a larger image": (
        lambda: sequential(L.UpSampling2D(2), L.GlobalMaxPooling2D(), L.Dense(1), shape=(8, 8, 1)),
        changed("UpSampling2D", size=[10**4, 10**4]),
        "it takes 25.6 GB for a single row",
    ),
    "a larger image of any size": (
        lambda: sequential(L.UpSampling2D(2), L.GlobalMaxPooling2D(), L.Dense(1), shape=(None, None, 1)),
        changed("UpSampling2D", size=[10**4, 10**4]),
        r"it takes \d+\.\d GB for a single row",
    ),
    "many branches at once": (
        lambda: functional(
            lambda x: L.Add()([L.RepeatVector(3)(x) for _ in range(12)]), L.GlobalMaxPooling1D()
        ),
        respelt(('"n": 3', '"n": 50000000'), ("[null, 3, 4]", "[null, 50000000, 4]")),
        r"it takes \d+\.\d GB for a single row",
    ),
    "attention in a long row": (
        lambda: functional(lambda x: L.MultiHeadAttention(2, 3)(x, x), L.GlobalMaxPooling1D(), shape=(6, 4)),
        respelt(("[null, 6, 4]", "[null, 100000, 4]")),
        r"it takes \d+\.\d GB for a single row",
    ),
    "means of a wide row": (
        lambda: sequential(L.Normalization(mean=0.0, variance=1.0), L.Dense(1)),
        changed("InputLayer", batch_shape=[None, 10**9]),
        "it takes 4.0 GB for a single row",
    ),
    "means that are built at once": (
        lambda: sequential(L.Normalization(mean=0.0, variance=1.0), L.Dense(1)),
        lambda config: of_kind(config, "Normalization")[0].update(
            build_config={"input_shape": [None, 10**9]}
        ),
        "it takes 4.0 GB for a single row",
    ),
    "a loop": (
        lambda: sequential(L.TimeDistributed(L.Dense(2)), L.GlobalMaxPooling1D(), L.Dense(1), shape=(5, 4)),
        changed("InputLayer", batch_shape=[None, 10**6, 4]),
        r"its graph would have \d000000 steps of loops written out",
    ),
    "a recurrent loop": (
        lambda: sequential(L.Bidirectional(L.GRU(2, unroll=True)), L.Dense(1), shape=(5, 4)),
        changed("InputLayer", batch_shape=[None, 10**6, 4]),
        r"its graph would have \d000000 steps of loops written out",
    ),
    "a constant": (functional, a_constant_repeated, "called with numbers alone"),
    "a metric of a model inside": (
        lambda: sequential(models.mlp((4,), "binary"), L.Dense(1)),
        lambda config: of_kind(config, "Sequential")[1]["compile_config"].update(metrics=[AUC]),
        "a metric in it has 1000000000 thresholds",
    ),
    "a metric where none is taken": (
        lambda: sequential(L.Dense(1)),
        changed("Dense", kernel_regularizer=AUC),
        "a metric in it has 1000000000 thresholds",
    ),
    "an array that is not there": (
        lambda: sequential(L.Dense(1)),
        {"weights": lambda content: with_dataset(content, shape=(7 * 10**8,), dtype="f4", chunks=(2**16,))},
        "vars/0 claim 2.8 GB, and the file holds 0 bytes",
    ),
    "arrays in an array": (
        lambda: sequential(L.Dense(1)),
        {"weights": lambda content: with_dataset(content, shape=(10,), dtype=h5py.vlen_dtype("f4"))},
        "vars/0 claim 80 bytes, and the file holds 0 bytes",
    ),
}


def with_dataset(content: bytes, **description: object) -> bytes:
    """A weights file whose first array is another, in which nothing was written."""
    file = io.BytesIO(content)
    with h5py.File(file, "a") as weights:
        variables = weights["layers/dense/vars"]
        del variables["0"]
        variables.create_dataset("0", **description)
    return file.getvalue()


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> dict[str, tuple[str | None, int]]:
    """For each of `CLAIMS` what loading it said, and by how many bytes the process's peak of memory rose."""
    pytest.importorskip("resource", reason="nothing here says how much memory a process took")
    folder = tmp_path_factory.mktemp("claims")
    paths = {}
    for i, (name, (build, change, _)) in enumerate(CLAIMS.items()):
        changes = change if isinstance(change, dict) else {"config": change}
        paths[str(planted(save(folder / f"{i}.bundle", build()), **changes))] = name
        assert Path(list(paths)[-1]).stat().st_size < 300_000
    ordinary = save(folder / "ordinary.bundle", models.cnn((28, 28, 1), "multiclass", 10))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(ordinary), *paths],
        capture_output=True,
        text=True,
        timeout=600,
        env=environment.of_child(),
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {
        paths[path]: (message and message.replace(path, "PATH"), growth) for path, message, growth in found
    }


@pytest.mark.parametrize("name", CLAIMS)
def test_what_a_bundle_only_claims_is_refused_before_memory_is_taken_for_it(name, measured):
    message, growth = measured[name]
    assert message is not None, "it was loaded"
    assert message.startswith("BundleError: The model in PATH can't "), message
    assert re.search(CLAIMS[name][2], message), message
    assert "\n" not in message
    assert growth < MAX_GROWTH, f"{growth / 1e6:.0f} MB for: {message}"


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda parts: packed(parts, zipfile.ZIP_DEFLATED), "its parts are others, or compressed"),
        (lambda parts: packed({**parts, "model.weights.npz": b"PK"}), "its parts are others"),
        (
            lambda parts: packed({name: parts[name] for name in ("config.json", "metadata.json")}),
            "are others",
        ),
        (lambda parts: packed({**parts, "model.weights.h5": b"no such file"}), "."),
        (lambda parts: packed({**parts, "config.json": b"[" * 100_000}), "."),
        (lambda parts: packed({**parts, "config.json": b'"model"'}), "."),
    ],
)
def test_a_model_that_keras_did_not_write(model, words, tmp_path):
    path = planted(save(tmp_path / "model.bundle", sequential(L.Dense(1))), model=model)
    with pytest.raises(BundleError, match=words) as caught:
        load(path)
    assert str(caught.value).startswith(f"The model in {path} can't be loaded: ")
    assert "\n" not in str(caught.value)


def test_many_categories_take_no_square_of_their_number(tmp_path):
    frame = pd.DataFrame({"heating": ["gas", "oil"] * 5})
    model = models.mlp((2,), "regression", hidden=())
    path = save(tmp_path / "heating.bundle", model, Preprocessor().fit_rows(frame))
    categories = sorted(f"{i:04x}" for i in range(8000))

    def more(learnt: dict) -> None:
        learnt["columns"][0].update(categories=categories, fill=categories[0])

    planted(path, preprocessing=more)
    tracemalloc.start()
    with pytest.raises(BundleError, match=r"heating.bundle is damaged: The preprocessing gives rows of 8000"):
        load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MAX_GROWTH


def twice(config: dict) -> None:
    config["config"]["output_layers"] = [config["config"]["output_layers"]] * 2


@pytest.mark.parametrize(
    ("build", "change", "words"),
    [
        (
            lambda: sequential(L.Rescaling([1.0, 2.0, 3.0, 4.0]), L.Dense(1)),
            changed("Rescaling", scale=[1.0, 2.0, 3.0]),
            "can't predict: Rescaling: Dimensions must be equal, but are 4 and 3",
        ),
        (
            lambda: sequential(L.Embedding(9, 4), L.Flatten(), L.Dense(1), dtype="int32"),
            changed("InputLayer", dtype="string"),
            r"can't (predict|be loaded): \w",
        ),
        (functional, twice, "can't predict: it has several outputs, and a bundle's model has one"),
    ],
)
def test_a_model_that_can_not_predict_is_refused_when_it_is_loaded(build, change, words, tmp_path):
    path = planted(save(tmp_path / "model.bundle", build()), config=change)
    with pytest.raises(BundleError, match=words) as caught:
        load(path)
    assert str(caught.value).startswith(f"The model in {path} ")
    assert "\n" not in str(caught.value)


@keras.saving.register_keras_serializable(package="test_claims")
class Odd(L.Layer):
    """It knows the shape of its outputs, and can't compute them."""

    def call(self, x):
        raise NotImplementedError("odd")

    def compute_output_shape(self, shape):
        return shape


def test_a_model_that_can_not_predict_is_not_saved(tmp_path):
    with pytest.raises(ModelError, match="from a bundle again: Odd: odd"):
        save(tmp_path / "odd.bundle", sequential(Odd(), L.Dense(1)))
    x = keras.Input((4,))
    two = keras.Model(x, [L.Dense(1)(x), L.Dense(1)(x)])
    two.compile(loss="mse")
    with pytest.raises(ModelError, match="several outputs"):
        save(tmp_path / "two.bundle", two, task="regression")
    assert list(tmp_path.iterdir()) == []


def stateful() -> keras.Model:
    layers = [keras.Input(batch_shape=(2, 5, 3)), L.LSTM(4, stateful=True), L.Dense(1)]
    return models.compile(keras.Sequential(layers), "regression")


def used_twice() -> keras.Model:
    loop = L.LSTM(4, unroll=True)
    return functional(lambda x: L.Add()([loop(x), loop(x)]), shape=(6, 4))


ODD = {
    # Its optimizer has no numbers yet, and will have two for each weight.
    "a compiled model inside": lambda: sequential(models.mlp((40,), "binary"), L.Dense(1), shape=(40,)),
    "a batch of two": stateful,
    "a layer that is used twice": used_twice,
    "images of any size, if they are large": lambda: sequential(
        L.Conv2D(2, 3), L.MaxPooling2D(40), L.GlobalMaxPooling2D(), L.Dense(1), shape=(None, None, 3)
    ),
    "a vocabulary of one": lambda: sequential(L.Embedding(1, 2), L.Flatten(), L.Dense(1), dtype="int32"),
    "half precision": lambda: sequential(L.Dense(3, dtype="bfloat16"), L.Dense(1)),
    "known means": lambda: sequential(L.Normalization(mean=[1.0] * 4, variance=[2.0] * 4), L.Dense(1)),
    "an infinite setting": lambda: sequential(L.ReLU(max_value=float("inf")), L.Dense(1)),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_only_odd_is_loaded(name, tmp_path):
    model = ODD[name]()
    loaded = load(save(tmp_path / "model.bundle", model)).model
    for theirs, ours in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(theirs, ours)
