"""What a lesson claims, run over several seeds: does it hold, and where are the runs that take too long.

A lesson's cell computes a figure for each of at least five seeds and hands it to `finding`; what does not fit
into the lesson's minute goes through `outcome`, which loads what `lessons/evidence.py` has computed.
"""

import json
import os
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.content import folder
from dlcourse.errors import DataError

RECORD = "DLCOURSE_EVIDENCE"
"""The environment variable that `lessons/evidence.py` sets: the file to which findings are written."""

FEWEST = 5  # seeds; with fewer, four of five can't be seen
VERSIONS = ("tensorflow", "keras", "numpy", "scikit-learn")


def finding(name: str, margins: ArrayLike, *, unit: str = "", told: bool = True) -> None:
    """Print whether a claim holds in at least four of five runs, and the figure of each run.

    Args:
        name: of the lesson's finding, as its directive has it.
        margins: of each run, by how much the claim holds; negative where it does not, `(runs,)`. For "A is
            better than B", the score of A minus that of B with the same seed; for "equal up to one point",
            one point minus the distance.
        unit: `"points"`: the margins are differences of shares, and are shown times 100; `"×"`: they are
            ratios, and the claim holds where they are above 1; else what stands behind each figure.
        told: `False` for the claim that it can't be told which is ahead: neither is in four of five runs.

    Raises:
        DataError: there are fewer than five runs, or one of them gave no finite number.

    Example:
        >>> finding("wider_is_better", [0.02, 0.015, 0.031, -0.004, 0.012], unit="points")
        In 4 of 5 runs, by -0.4 to +3.1 points (+2.0 +1.5 +3.1 -0.4 +1.2): holds.
    """
    figures = np.asarray(margins, float)
    if figures.ndim != 1 or len(figures) < FEWEST:
        raise DataError(f"The finding {name!r} has figures of shape {figures.shape}: (runs,), five or more.")
    if not np.isfinite(figures).all():
        raise DataError(f"The finding {name!r} has a run without a finite figure: {figures.tolist()}")
    even = 1 if unit == "×" else 0
    ahead, behind = int((figures > even).sum()), int((figures < even).sum())
    most = 0.8 * len(figures)  # four of five
    holds = ahead >= most if told else max(ahead, behind) < most
    suffix = f" {unit}" if unit else ""
    low, high = _in_words([figures.min(), figures.max()], unit)
    row = {
        "name": name,
        "runs": f"{ahead} of {len(figures)}",
        "spread": f"{low} to {high}{suffix}",
        "figures": " ".join(_in_words(figures, unit)),
        "verdict": ("holds" if told else "can't be told") if holds else "does not hold",
    }
    print("In {runs} runs, by {spread} ({figures}): {verdict}.".format(**row))
    if file := os.environ.get(RECORD):
        with open(file, "a", encoding="utf-8") as record:
            record.write(json.dumps(row, ensure_ascii=False) + "\n")


def outcome(name: str, run: Callable[[int], ArrayLike], seeds: Sequence[int] = range(FEWEST)) -> np.ndarray:
    """Load what `run` gave for each seed when it was run at length, and run the first seed again.

    Args:
        name: of the file `lessons/outcomes/NAME.npz`.
        run: takes a seed; its numbers are always of one shape.
        seeds: that the file must be of.

    Returns:
        The numbers, `(seeds, …)`, the first seed's as they came out now.

    Raises:
        DataError: there is no such file, or it is of other seeds.
    """
    file = folder("lessons") / "outcomes" / f"{name}.npz"
    if os.environ.get(RECORD):
        values = np.array([run(seed) for seed in seeds], float)
        file.parent.mkdir(exist_ok=True)
        used = [f"{package} {version(package)}" for package in VERSIONS]
        np.savez(file, values=values, seeds=np.array(seeds), versions=np.array(used))
        return values
    values, used = _loaded(file, seeds)
    again = np.asarray(run(seeds[0]), float)
    distance = np.abs(again - values[0]).max()
    print(
        f"Loaded: {len(seeds)} runs of '{name}', computed with {', '.join(used[:2])}. "
        f"Seed {seeds[0]} was run again just now; largest difference {distance:.2g}."
    )
    return np.concatenate([again[None], values[1:]])


def _in_words(figures: Sequence[float] | np.ndarray, unit: str) -> list[str]:
    if unit == "points":
        return [f"{100 * figure:+.1f}" for figure in figures]
    return [f"{figure:.3g}" if unit == "×" else f"{figure:+.3g}" for figure in figures]


def _loaded(file: Path, seeds: Sequence[int]) -> tuple[np.ndarray, list[str]]:
    mend = "`python lessons/evidence.py` computes it; in an installed course, install it again."
    if not file.exists():
        raise DataError(f"The outcomes {file.name} are missing: {mend}")
    with np.load(file) as stored:
        values, stored_seeds, versions = (stored[key] for key in ("values", "seeds", "versions"))
    if stored_seeds.tolist() != list(seeds):
        raise DataError(f"The outcomes {file.name} are of the seeds {stored_seeds.tolist()}: {mend}")
    return values, versions.tolist()
