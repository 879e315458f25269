"""Data sets that are too large to embed, from a local copy or else downloaded: `read`."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # training x, y, then test x, y

# Of imdb: words have indices below the first, and reviews are cut or padded to the second.
VOCABULARY, WORDS = 20_000, 256


def read(name: str, facts: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Read the files of a data set, wherever they are, and join its training and its official test part.

    Keras's own loaders delete a cached file whose checksum differs, and then fail without a network. So they
    are not asked as long as there is a file.

    Args:
        name: one of `READERS`.
        facts: those of its card: `files`, each with its `path` in the folder `datasets` of Keras, its `url`
            and its `checksum`; and `instead`, the embedded data set to use without a network.

    Returns:
        `features` of shape `(n, ...)` and `target` of shape `(n,)`, the official test part last.

    Raises:
        OSError: a file is damaged, or neither here nor to be downloaded.
    """
    contents = []
    for file in facts["files"]:
        path = _local(file) or _download(name, file, facts["instead"])
        content = path.read_bytes()
        # MD5 where the publisher gives no other: against damage it is enough.
        kind = "sha256" if len(file["checksum"]) == 64 else "md5"
        if hashlib.new(kind, content, usedforsecurity=False).hexdigest() != file["checksum"]:
            raise OSError(
                f"The file {path} is damaged, its checksum is not that of {name}: remove it to have it "
                f"downloaded again, or use the embedded data set, load('{facts['instead']}')."
            )
        contents.append(content)
    x_train, y_train, x_test, y_test = READERS[name](*contents)
    return np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])


def _local(file: dict[str, Any]) -> Path | None:
    keras_home = os.environ.get("KERAS_HOME") or "~/.keras"
    folders = [os.environ.get("DLCOURSE_DATA"), Path(keras_home, "datasets")]
    names = (file["path"], *file.get("also", ()))
    paths = [Path(folder, name).expanduser() for folder in folders if folder for name in names]
    return next((path for path in paths if path.is_file()), None)


def _download(name: str, file: dict[str, Any], instead: str) -> Path:
    from keras.utils import get_file

    path = Path(file["path"])
    try:
        return Path(
            get_file(
                path.name,
                origin=file["url"],
                file_hash=file["checksum"],
                cache_subdir=str(Path("datasets", path.parent)),
            )
        )
    except Exception as error:  # Keras raises nothing more precise
        raise OSError(
            f"The file {path} of {name} is not on this machine and can't be downloaded ({error}): put it "
            f"into the folder that DLCOURSE_DATA names, or use the embedded data set, load('{instead}')."
        ) from error


def _mnist(content: bytes) -> Arrays:
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return archive["x_train"], archive["y_train"], archive["x_test"], archive["y_test"]


def _fashion_mnist(*contents: bytes) -> Arrays:
    arrays: list[np.ndarray] = []
    for content in contents:
        plain = gzip.decompress(content)
        # IDX: two zeros, 8 for unsigned bytes, the number of axes, the length of each in four bytes.
        axes = plain[3]
        shape = np.frombuffer(plain, ">i4", axes, offset=4)
        arrays.append(np.frombuffer(plain, np.uint8, offset=4 + 4 * axes).reshape(shape))
    x_train, y_train, x_test, y_test = arrays
    return x_train, y_train, x_test, y_test


def _cifar10(content: bytes) -> Arrays:
    batches = []
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for batch in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"):
            # The checksum has shown that this is the authors' file: unpickling runs nobody else's code.
            file: Any = archive.extractfile(f"cifar-10-batches-py/{batch}")
            batches.append(pickle.load(file, encoding="bytes"))
    x = [batch[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1) for batch in batches]  # channels last
    y = [np.asarray(batch[b"labels"]) for batch in batches]
    return np.concatenate(x[:5]), np.concatenate(y[:5]), x[5], y[5]


def _imdb(content: bytes) -> Arrays:
    with np.load(io.BytesIO(content), allow_pickle=True) as archive:  # its checksum is known, as above
        reviews = {part: archive[f"x_{part}"] for part in ("train", "test")}
        labels = {part: archive[f"y_{part}"] for part in ("train", "test")}
    return _padded(reviews["train"]), labels["train"], _padded(reviews["test"]), labels["test"]


def _padded(reviews: np.ndarray) -> np.ndarray:
    """Keras's numbering: 0 pads, 1 starts a review, 2 is a rare word, and word i of the index is i + 3."""
    padded = np.zeros((len(reviews), WORDS), dtype=np.int32)
    for row, review in zip(padded, reviews, strict=True):
        words = np.concatenate([[1], np.asarray(review, dtype=np.int32) + 3])[-WORDS:]
        row[: len(words)] = np.where(words < VOCABULARY, words, 2)
    return padded


READERS: dict[str, Callable[..., Arrays]] = {
    "mnist": _mnist,
    "fashion_mnist": _fashion_mnist,
    "cifar10": _cifar10,
    "imdb": _imdb,
}
