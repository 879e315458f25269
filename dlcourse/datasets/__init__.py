"""Small real data sets that need no network, each with a card: `load("digits").split(validation=0.2)`.

A data set is a file and a card beside it in `datasets/`. The card is the one place where its facts stand:
source, licence, task, names, size and checksum in a TOML block, and then what one should know of it. Four
that are too large to embed have their cards in `datasets/downloads/`: they are read from a local copy or
downloaded.

file            what it has
`__init__`      `load`, and the `Dataset` that it returns
`cards`         what a card says, and whether its file is as the card says
`downloading`   the data sets that are not embedded
`placing`       `on_photograph`: small images at random places of photographs
`splitting`     `split`: training, validation and test parts that share nothing
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse.content import folder
from dlcourse.datasets import cards, downloading
from dlcourse.datasets.placing import on_photograph
from dlcourse.datasets.splitting import Part, Split, Task, split
from dlcourse.errors import DataError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Dataset", "Part", "Split", "Task", "load", "names", "on_photograph", "split"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set in memory.

    Args:
        name: as in `load`.
        features: one sample a row, in the units of the source: scaling them is the reader's step. An array of
            float32; of what is downloaded, pixels are uint8 and words int32. A table is a DataFrame of
            float64 and text columns, in which missing values are missing. Texts are an array of Python
            strings (dtype `object`, as `keras.layers.TextVectorization`, `model.fit` and `tf.data` take it).
        target: int64, the index of each sample's class in `target_names`; float32 where the task is a
            regression or a forecast.
        feature_names: one for each number of a sample, in the order of `features.reshape(n, -1)`.
        target_names: one for each class, or the name of the one quantity.
        task: `"binary"`, `"multiclass"`, `"regression"`; or `"forecasting"`, a regression on the past of a
            series whose samples are in the order of time.
        card: the Markdown text of the card, to print or `display(Markdown(...))`.
        official_test: how many samples, the last ones, its authors set aside as the test part.
    """

    name: str
    features: np.ndarray | pd.DataFrame
    target: np.ndarray
    feature_names: tuple[str, ...] = field(repr=False)
    target_names: tuple[str, ...]
    task: Task
    card: str = field(repr=False)
    official_test: int = 0

    def __repr__(self) -> str:
        shape = " × ".join(map(str, self.features.shape))
        classes = self.task in ("binary", "multiclass")
        target = f"{len(self.target_names)} classes" if classes else f"{self.task} of {self.target_names[0]}"
        return f"<Dataset {self.name}: features {shape}, {target}>"

    def split(self, validation: float = 0.0, test: float | None = None, seed: int = 0) -> Split:
        """Split into shuffled parts in which every class has its share, to within three samples.

        A series is not shuffled: its last samples are the test part, those before them the validation part.
        Samples with equal features stay in one part, as `dlcourse.preprocessing.split` explains.

        Args:
            validation: the fraction of the samples that goes into the validation part.
            test: the fraction of the samples that goes into the test part, 0.2 if `None`. Where there is an
                official test part, that is the one, and the fraction must be left out.
            seed: the same seed gives the same parts, in the same order.

        Returns:
            A `Split` of `Part(x, y)`; `x` has shape `(samples, ...)` and `y` has shape `(samples,)`.

        Raises:
            DataError: a fraction is negative, or nothing is left to train on; or a test fraction is asked of
                a data set with an official test part.

        Example:
            >>> train, validation, test = load("digits").split(validation=0.2, test=0.1)
            >>> train.x.shape, validation.x.shape, test.y.shape
            ((1258, 8, 8), (359, 8, 8), (180,))

            With Keras: `model.fit(*train, validation_data=validation)` and `model.evaluate(*test)`.
        """
        how: dict[str, Any] = {"validation": validation, "seed": seed, "task": self.task}
        if not self.official_test:
            return split(self.features, self.target, test=0.2 if test is None else test, **how)
        if test is not None:
            raise DataError(
                f"The test part of {self.name} is the official one, {self.official_test} samples: leave out "
                f"test={test}."
            )
        rest = len(self.target) - self.official_test
        parts = split(self.features[:rest], self.target[:rest], test=0.0, **how)
        return parts._replace(test=Part(self.features[rest:], self.target[rest:]))


def names(*, downloads: bool = False) -> list[str]:
    """Return the names that `load` knows, sorted.

    Args:
        downloads: also those of the data sets that are not embedded, and may need a network.

    Example:
        >>> "digits" in names(), "mnist" in names(), "mnist" in names(downloads=True)
        (True, False, True)
    """
    return sorted(path.stem for path in _cards(downloads))


def load(name: str) -> Dataset:
    """Load a data set after comparing its file with the checksum on its card.

    `mnist`, `fashion_mnist`, `cifar10` and `imdb` are not embedded. Their files are looked for in the folder
    that the environment variable `DLCOURSE_DATA` names and in Keras's own, `~/.keras/datasets`, and otherwise
    downloaded to the latter. A file whose checksum differs is left where it is.

    Args:
        name: one of `names(downloads=True)`.

    Returns:
        The data set, in arrays that are the caller's own.

    Raises:
        UnknownNameError: there is no data set of this name.
        OSError: its file is missing, damaged, or can't be downloaded.

    Example:
        >>> digits = load("digits")
        >>> digits
        <Dataset digits: features 1797 × 8 × 8, 10 classes>
        >>> digits.features.min(), digits.features.max()
        (np.float32(0.0), np.float32(16.0))
    """
    known = {path.stem: path for path in _cards(downloads=True)}
    if not isinstance(name, str) or name not in known:
        raise UnknownNameError("data set", name, sorted(known))
    card = known[name].read_text(encoding="utf-8")
    facts = cards.facts(card)
    if "files" in facts:
        features, target = downloading.read(name, facts)
    else:
        features, target = _read(known[name].with_name(facts["file"]), facts)
    classes = facts["task"] in ("binary", "multiclass")
    return Dataset(
        name=name,
        features=features,
        target=target.astype(np.int64 if classes else np.float32),
        feature_names=_feature_names(facts),
        target_names=tuple(facts["target_names"]),
        task=facts["task"],
        card=card,
        official_test=facts.get("official_test", 0),
    )


def _cards(downloads: bool) -> list[Path]:
    top = folder("datasets")
    return [
        path
        for pattern in ("*.md", "downloads/*.md")[: 1 + downloads]
        for path in top.glob(pattern)
        if path.stem != "README"
    ]


def _feature_names(facts: dict[str, Any]) -> tuple[str, ...]:
    if isinstance(facts["feature_names"], list):
        return tuple(facts["feature_names"])
    stem = facts["feature_names"]  # "pixel", for pixel_0_0, pixel_0_1, …
    return tuple("_".join([stem, *map(str, index)]) for index in np.ndindex(*facts["shape"][1:]))


def _read(path: Path, facts: dict[str, Any]) -> tuple[np.ndarray | pd.DataFrame, np.ndarray]:
    content = cards.content(path, facts["sha256"], "data file")
    if path.suffix == ".npz":
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return archive["features"].astype(np.float32), archive["target"]
    if "text_columns" in facts:
        return _table(content, facts)
    texts, labels = zip(*list(csv.reader(io.StringIO(content.decode("utf-8"))))[1:], strict=True)
    return np.array(texts, dtype=object), np.array([facts["target_names"].index(label) for label in labels])


def _table(content: bytes, facts: dict[str, Any]) -> tuple[pd.DataFrame, np.ndarray]:
    """A table whose last column is the target; empty cells are missing, and no others."""
    import pandas as pd

    kinds = {name: str if name in facts["text_columns"] else float for name in facts["feature_names"]}
    frame = pd.read_csv(io.BytesIO(content), dtype=kinds, keep_default_na=False, na_values=[""])
    return frame[facts["feature_names"]], frame[facts["target_names"][0]].to_numpy()
