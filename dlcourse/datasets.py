"""Small real data sets that need no network, each with a card: `load("digits").split(validation=0.2)`.

A data set is a file of arrays and a card beside it in `datasets/`. The card is the one place where its facts
stand: source, licence, task, names, size and checksum in a TOML block, and then what one should know of it.
"""

import difflib
import hashlib
import io
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from dlcourse.content import folder

Task = Literal["multiclass"]

MEND = "install dlcourse again, or restore the file from git."


class Part(NamedTuple):
    """Inputs and targets that belong together: Keras, scikit-learn and tf.data take it as the tuple it is."""

    x: np.ndarray
    y: np.ndarray


class Split(NamedTuple):
    """A data set in up to three parts; a part of size 0 is `None`, as Keras's `validation_data` expects."""

    train: Part
    validation: Part | None
    test: Part | None


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set in memory.

    Args:
        name: as in `load`.
        features: float32, one sample a row, in the units of the source: scaling them is the reader's step.
        target: int64, the index of each sample's class in `target_names`.
        feature_names: one for each number of a sample, in the order of `features.reshape(n, -1)`.
        target_names: one for each class.
        task: `"multiclass"`.
        card: the Markdown text of the card, to print or `display(Markdown(...))`.
    """

    name: str
    features: np.ndarray
    target: np.ndarray
    feature_names: tuple[str, ...] = field(repr=False)
    target_names: tuple[str, ...]
    task: Task
    card: str = field(repr=False)

    def __repr__(self) -> str:
        shape = " × ".join(map(str, self.features.shape))
        return f"<Dataset {self.name}: features {shape}, {len(self.target_names)} classes>"

    def split(self, validation: float = 0.0, test: float = 0.2, seed: int = 0) -> Split:
        """Split into shuffled parts in which every class has its share, to within three samples.

        Args:
            validation: the fraction of all samples that goes into the validation part.
            test: the fraction of all samples that goes into the test part.
            seed: the same seed gives the same parts, in the same order.

        Returns:
            A `Split` of `Part(x, y)`; `x` has shape `(samples, ...)` and `y` has shape `(samples,)`.

        Raises:
            ValueError: a fraction is negative, or nothing is left to train on.

        Example:
            >>> train, validation, test = load("digits").split(validation=0.2, test=0.1)
            >>> train.x.shape, validation.x.shape, test.y.shape
            ((1258, 8, 8), (359, 8, 8), (180,))

            With Keras: `model.fit(*train, validation_data=validation)` and `model.evaluate(*test)`.
        """
        samples = len(self.target)
        fractions = validation >= 0 and test >= 0 and validation + test < 1
        held_out = (round(samples * validation), round(samples * test)) if fractions else (samples, 0)
        if sum(held_out) >= samples:
            raise ValueError(
                f"validation={validation} and test={test} must be fractions that leave samples to train on."
            )
        random = np.random.default_rng(seed)
        rest = random.permutation(samples)
        rest = rest[np.argsort(self.target[rest], kind="stable")]  # class by class, shuffled within each
        parts = []
        for count in held_out:
            chosen = np.zeros(len(rest), dtype=bool)
            # Evenly spaced picks in the order of classes: every class gives its share, and the sum is exact.
            chosen[((np.arange(count) + 0.5) * len(rest) / max(count, 1)).astype(int)] = True
            parts.append(self._part(random.permutation(rest[chosen])) if count else None)
            rest = rest[~chosen]
        return Split(self._part(random.permutation(rest)), *parts)

    def _part(self, index: np.ndarray) -> Part:
        return Part(self.features[index], self.target[index])


def names() -> list[str]:
    """Return the names that `load` knows, sorted.

    Example:
        >>> names()
        ['digits']
    """
    return sorted(card.stem for card in folder("datasets").glob("*.md") if card.stem != "README")


def load(name: str) -> Dataset:
    """Load an embedded data set after comparing its file with the checksum on its card.

    Args:
        name: one of `names()`.

    Returns:
        The data set, in arrays that are the caller's own.

    Raises:
        ValueError: there is no data set of this name.
        OSError: its file is missing or damaged.

    Example:
        >>> digits = load("digits")
        >>> digits
        <Dataset digits: features 1797 × 8 × 8, 10 classes>
        >>> digits.features.min(), digits.features.max()
        (np.float32(0.0), np.float32(16.0))
    """
    known = names()
    if name not in known:
        near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.4)
        guess = f" Did you mean '{near[0]}'?" if near else ""
        raise ValueError(f"There is no data set '{name}'.{guess} Available: {', '.join(known)}.")
    card = folder("datasets").joinpath(f"{name}.md").read_text(encoding="utf-8")
    facts = _facts(card)
    arrays = _arrays(folder("datasets") / facts["file"], facts["sha256"])
    return Dataset(
        name=name,
        features=arrays["features"].astype(np.float32),
        target=arrays["target"].astype(np.int64),
        feature_names=tuple(facts["feature_names"]),
        target_names=tuple(facts["target_names"]),
        task=facts["task"],
        card=card,
    )


def _facts(card: str) -> dict:
    """The card's TOML block, its first code block."""
    return tomllib.loads(card.split("```toml\n", 1)[1].split("\n```", 1)[0])


def _arrays(path: Path, sha256: str) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise FileNotFoundError(f"The data file {path} is missing: {MEND}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise OSError(f"The data file {path} is damaged, its checksum is not the one on its card: {MEND}")
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return dict(archive)
