import gzip
import hashlib
import io
import pickle
import re
import struct
import tarfile
from pathlib import Path

import keras
import numpy as np
import pytest

from dlcourse import content, datasets
from dlcourse.datasets.cards import facts as facts_of

DRAW = np.random.default_rng(0)
TRAIN, TEST = 12, 4


def pixels(*shape: int) -> np.ndarray:
    return DRAW.integers(0, 256, shape, dtype=np.uint8)


def labels(samples: int, classes: int = 10) -> np.ndarray:
    return np.arange(samples, dtype=np.uint8) % classes


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def idx(array: np.ndarray) -> bytes:
    header = struct.pack(f">BBBB{array.ndim}i", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(header + array.tobytes())


def cifar(batches: list[tuple[np.ndarray, np.ndarray]]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        names = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
        for name, (x, y) in zip(names, batches, strict=True):
            batch = pickle.dumps(
                {b"data": x.transpose(0, 3, 1, 2).reshape(len(x), -1), b"labels": y.tolist()}
            )
            entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            entry.size = len(batch)
            archive.addfile(entry, io.BytesIO(batch))
    return file.getvalue()


def small(name: str) -> tuple[dict[str, bytes], tuple]:
    """The files of a small imitation of a data set, in the order of its card, and what they hold."""
    if name == "imdb":
        x = [np.array([list(range(i + 1)), [7] * 300][i % 2], dtype=np.int64) for i in range(TRAIN + TEST)]
        y = labels(TRAIN + TEST, 2)
        ragged = np.empty(len(x), dtype=object)
        ragged[:] = [row.tolist() for row in x]
        file = npz(x_train=ragged[:TRAIN], y_train=y[:TRAIN], x_test=ragged[TRAIN:], y_test=y[TRAIN:])
        return {"imdb.npz": file}, (x, y)
    shape = (32, 32, 3) if name == "cifar10" else (28, 28)
    samples = 6 * TEST if name == "cifar10" else TRAIN + TEST
    x, y = pixels(samples, *shape), labels(samples)
    if name == "mnist":
        file = npz(x_train=x[:TRAIN], y_train=y[:TRAIN], x_test=x[TRAIN:], y_test=y[TRAIN:])
        return {"mnist.npz": file}, (x, y)
    if name == "cifar10":
        batches = [(x[i : i + TEST], y[i : i + TEST]) for i in range(0, samples, TEST)]
        return {"cifar-10-python.tar.gz": cifar(batches)}, (x, y)
    arrays = (x[:TRAIN], y[:TRAIN], x[TRAIN:], y[TRAIN:])
    parts = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]
    return {
        f"fashion-mnist/{part}-ubyte.gz": idx(array) for part, array in zip(parts, arrays, strict=True)
    }, (x, y)


@pytest.fixture(params=["mnist", "fashion_mnist", "cifar10", "imdb"])
def imitation(request, tmp_path, monkeypatch):
    """The files of a small imitation and what they hold, with a card that knows their checksums."""
    name = request.param
    files, truth = small(name)
    card = (content.folder("datasets") / "downloads" / f"{name}.md").read_text(encoding="utf-8")
    facts = facts_of(card)
    assert [file["path"] for file in facts["files"]] == list(files)
    for file, made in zip(facts["files"], files.values(), strict=True):
        kind = hashlib.md5 if len(file["checksum"]) == 32 else hashlib.sha256
        card = card.replace(file["checksum"], kind(made).hexdigest())
    card = re.sub(r"official_test = \d+", f"official_test = {TEST}", card)
    cards = tmp_path / "cards" / "downloads"
    cards.mkdir(parents=True)
    (cards / f"{name}.md").write_text(card, encoding="utf-8")
    monkeypatch.setattr(datasets, "folder", lambda _: cards.parent)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("DLCOURSE_DATA", raising=False)
    monkeypatch.setattr(keras.utils, "get_file", no_network)
    return name, files, truth


def no_network(fname, origin, **_):
    raise Exception(f"URL fetch failure on {origin}: None -- [Errno -3] Temporary failure in name resolution")


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, made in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(made)


@pytest.mark.parametrize("place", ["DLCOURSE_DATA", "KERAS_HOME"])
def test_local_copy_is_read(imitation, place, tmp_path, monkeypatch):
    name, files, (x, y) = imitation
    put(tmp_path / "mine" if place == "DLCOURSE_DATA" else tmp_path / "keras" / "datasets", files)
    if place == "DLCOURSE_DATA":
        monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "mine"))
    data = datasets.load(name)
    np.testing.assert_array_equal(data.target, y)
    assert data.target.dtype == np.int64
    if name == "imdb":
        assert data.features.dtype == np.int32
        # As keras.datasets.imdb.load_data(num_words=20_000) and pad_sequences(padding="post") give them.
        started = [[1, *(word + 3 for word in row)] for row in x]
        expected = keras.utils.pad_sequences(started, maxlen=256, padding="post", truncating="pre")
        np.testing.assert_array_equal(data.features, expected)
    else:
        np.testing.assert_array_equal(data.features, x)
    train, validation, test = data.split(validation=0.25)
    assert len(test.y) == TEST
    np.testing.assert_array_equal(test.x, data.features[-TEST:])
    assert len(train.y) + len(validation.y) == len(y) - TEST


def test_rare_words_of_imdb_are_2():
    from dlcourse.datasets.downloading import _padded

    padded = _padded(np.array([[19_996, 19_997, 88_000]], dtype=object))
    assert padded[0, :5].tolist() == [1, 19_999, 2, 2, 0]


def test_damaged_copy_is_named_and_left_in_place(imitation, tmp_path, monkeypatch):
    name, files, _ = imitation
    files = {file: made[:-1] + bytes([made[-1] ^ 1]) for file, made in files.items()}
    put(tmp_path / "keras" / "datasets", files)
    with pytest.raises(OSError, match=r"is damaged, its checksum is not that of.*load\('"):
        datasets.load(name)
    for file, made in files.items():
        assert (tmp_path / "keras" / "datasets" / file).read_bytes() == made


def test_no_copy_and_no_network(imitation):
    name, _, _ = imitation
    instead = "docstrings" if name == "imdb" else "digits"
    with pytest.raises(OSError, match=rf"not on this machine.*name resolution.*DLCOURSE_DATA.*'{instead}'"):
        datasets.load(name)


def test_download_goes_through_keras(imitation, tmp_path, monkeypatch):
    name, files, (_, y) = imitation
    asked = []

    def get_file(fname, origin, file_hash, cache_subdir):
        made = next(made for file, made in files.items() if Path(file).name == fname)
        assert file_hash in (hashlib.sha256(made).hexdigest(), hashlib.md5(made).hexdigest())
        path = tmp_path / "keras" / cache_subdir / fname
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made)
        asked.append(origin)
        return str(path)

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    np.testing.assert_array_equal(datasets.load(name).target, y)
    assert len(asked) == len(files)
    assert all(origin.startswith("https://") for origin in asked)
    monkeypatch.setattr(keras.utils, "get_file", no_network)
    datasets.load(name)  # from the cache now


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10", "imdb"])
def test_card_agrees_with_keras(name):
    """What Keras's own loader asks for: if it changes, a copy in Keras's cache would not be found."""
    source = Path(getattr(keras.datasets, name).load_data.__code__.co_filename).read_text(encoding="utf-8")
    card = (content.folder("datasets") / "downloads" / f"{name}.md").read_text(encoding="utf-8")
    for file in facts_of(card)["files"]:
        assert file["url"].rpartition("/")[2] in source
        assert file["checksum"] in source or name == "fashion_mnist"  # where Keras compares none
        for other in file.get("also", ()):
            assert other.removesuffix("_archive") in source
