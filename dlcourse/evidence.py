"""What a lesson claims, run over several seeds: does it hold, and where are the runs that take too long.

A lesson's cell computes a figure for each of at least five seeds and hands it to `finding`; what does not fit
into the lesson's minute goes through `outcome`, which loads what `lessons/evidence.py` has computed.
"""

import json
import os
import zipfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.content import folder
from dlcourse.errors import DataError
from dlcourse.files import write

RECORD = "DLCOURSE_EVIDENCE"
"""The environment variable that `lessons/evidence.py` sets: the file to which findings are written."""

FEWEST = 5  # seeds; with fewer, four of five can't be seen
MEND = "`python lessons/evidence.py` computes them; in an installed course, install it again."
VERSIONS = ("tensorflow", "keras", "numpy", "scikit-learn")


def finding(
    name: str,
    figures: ArrayLike,
    *,
    unit: str = "",
    above: float | None = None,
    below: float | None = None,
    told: bool = True,
    timed: bool = False,
) -> None:
    """Print whether a claim holds in at least four of five runs, and the figure of each run.

    Args:
        name: of the lesson's finding, as its directive has it.
        figures: one of each run, `(runs,)`. For "A is better than B", the score of A minus that of B with the
            same seed, which must be above 0.
        unit: `"points"` and `"%"`: the figures are shares, shown times 100; `"×"`: they are ratios, and the
            claim holds where they are above 1; else what stands behind each figure.
        above, below: the claim holds where the figures are above (or below) this, if that isn't 0 (or 1).
        told: `False` for the claim that it can't be told which is ahead: neither is in four of five runs.
        timed: whether the figures were taken by a clock, so that runs are repetitions.

    Raises:
        DataError: there are fewer than five runs, or one of them gave no finite number, or two limits.

    Example:
        >>> finding("wider_is_better", [0.02, 0.015, 0.031, -0.004, 0.012], unit="points")
        In 4 of 5 runs, by -0.4 to +3.1 points (+2.0 +1.5 +3.1 -0.4 +1.2): holds.
        >>> finding("about_equal", [0.011, 0.008, 0.002, 0.01, 0.004], unit="points", below=0.015)
        In 5 of 5 runs, 0.2 to 1.1 points where less than 1.5 is claimed (1.1 0.8 0.2 1.0 0.4): holds.
    """
    values = np.asarray(figures, float)
    if values.ndim != 1 or len(values) < FEWEST:
        raise DataError(f"The finding {name!r} has figures of shape {values.shape}: (runs,), five or more.")
    if not np.isfinite(values).all():
        raise DataError(f"The finding {name!r} has a run without a finite figure: {values.tolist()}")
    if above is not None and below is not None:
        raise DataError(f"The finding {name!r} has two limits: give `above` or `below`.")
    by_itself = above is None and below is None
    limit = below if below is not None else above if above is not None else 1 if unit == "×" else 0
    ahead, behind = int((values > limit).sum()), int((values < limit).sum())
    if below is not None:
        ahead, behind = behind, ahead
    most = 0.8 * len(values)  # four of five
    holds = ahead >= most if told else max(ahead, behind) < most
    *shown, low, high, border = _in_words([*values, values.min(), values.max(), limit], unit, by_itself)
    spread = f"{low} to {high}{unit and ' '}{unit}"
    than = "less" if below is not None else "more"
    row = {
        "name": name,
        "runs": f"{ahead} of {len(values)}{', timed' if timed else ''}",
        "spread": f"by {spread}" if by_itself else f"{spread} where {than} than {border} is claimed",
        "figures": " ".join(shown),
        "verdict": ("holds" if told else "can't be told") if holds else "does not hold",
    }
    print(f"In {ahead} of {len(values)} runs, {row['spread']} ({row['figures']}): {row['verdict']}.")
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
        DataError: there is no such file, or it is of other seeds or of another shape.
    """
    file = folder("lessons") / "outcomes" / f"{name}.npz"
    if os.environ.get(RECORD):
        values = np.array([run(seed) for seed in seeds], float)
        used = [f"{package} {version(package)}" for package in VERSIONS]
        write(file, lambda to: np.savez(to, values=values, seeds=np.array(seeds), versions=np.array(used)))
        return values
    values, used = _loaded(file, seeds)
    again = np.asarray(run(seeds[0]), float)
    if again.shape != values[0].shape:
        raise DataError(
            f"The outcomes {file.name} are of other code, their shape is {values[0].shape}: {MEND}"
        )
    distance = np.abs(again - values[0]).max()
    print(
        f"Loaded: {len(seeds)} runs of '{name}', computed with {', '.join(used[:2])}. "
        f"Seed {seeds[0]} was run again just now; largest difference {distance:.2g}."
    )
    if not distance <= np.ptp(values, axis=0).max():
        print(f"That is more than the stored runs differ from each other: are they of other code? {MEND}")
    return np.concatenate([again[None], values[1:]])


def _in_words(figures: Sequence[float], unit: str, signed: bool) -> list[str]:
    if unit in ("points", "%"):
        return [f"{100 * figure:{'+' if signed else ''}.1f}" for figure in figures]
    return [f"{figure:{'+' if signed and unit != '×' else ''}.3g}" for figure in figures]


def _loaded(file: Path, seeds: Sequence[int]) -> tuple[np.ndarray, list[str]]:
    if not file.exists():
        raise DataError(f"The outcomes {file.name} are missing: {MEND}")
    try:
        with np.load(file) as stored:
            values, stored_seeds, versions = (stored[key] for key in ("values", "seeds", "versions"))
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"The outcomes {file.name} can't be read: {MEND}") from error
    if stored_seeds.tolist() != list(seeds):
        raise DataError(f"The outcomes {file.name} are of the seeds {stored_seeds.tolist()}: {MEND}")
    return values, versions.tolist()
