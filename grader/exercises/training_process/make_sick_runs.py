"""Makes `sick_runs.npz`, from which `treat_run` draws: trainings with something wrong, and what cures bring.

    python grader/exercises/training_process/make_sick_runs.py

A network of one hidden layer learns digits by plain gradient descent in batches. Each run is sick in one of
eight ways, its other settings are healthy and drawn by lot. It is trained as it is, and once with each cure;
the outcome of each is the loss on test digits, in the mean of several seeds. What a learner is told of a run
is the record of one of them. A run is kept if its own cure is the one that helps. All trainings of one shape
run at once, on stacked arrays; it takes three minutes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse import datasets
from grader.exercises.verifying.training_process import CURES

FILE = Path(__file__).with_name("sick_runs.npz")
EACH, CANDIDATES, SEEDS = 6, 12, 2  # runs of a sickness, how many are tried for them, trainings of a run
ENOUGH, TOO_NEAR = 0.96, 0.88  # of the best gain: what the own cure must bring, and no other may
WORST = 20.0  # loss: what is worse, or no number, is as bad
CLASSES, BATCH, MOST_ROWS = 10, 40, 900
BATCHES_TOLD = 10
HISTORIES = ("losses", "val_losses", "update_ratios")


@dataclass(frozen=True)
class Run:
    """The settings of a training. The pixels, of mean 0 and deviation 1, become `stretch · x + offset`."""

    rate: float
    units: int
    epochs: int
    rows: int
    seed: int
    stretch: float = 1.0
    offset: float = 0.0
    flipped: float = 0.0  # share of training labels drawn by lot
    decay: float = 0.0  # strength of an L2 penalty
    is_sorted: bool = False
    keeps_best: bool = False  # of all epochs, by the validation loss


def healthy(rng: np.random.Generator) -> Run:
    return Run(
        rate=float(rng.uniform(0.06, 0.12)),
        units=int(rng.choice((12, 16, 32, 48))),
        epochs=int(rng.choice((10, 12, 20, 40, 60))),
        rows=int(rng.choice((400, 600, 800))),
        seed=int(rng.integers(2**31)),
        stretch=float(rng.uniform(0.7, 1.4)),
    )


def sick(kind: str, rng: np.random.Generator) -> Run:
    """Return a run that only the cure of this name helps, or hardly another."""
    run = healthy(rng)
    if kind == "lower rate":
        return replace(run, rate=float(rng.uniform(2, 6)))
    if kind == "higher rate":
        return replace(run, rate=float(rng.uniform(0.0005, 0.002)))
    if kind == "more units":
        return replace(run, units=int(rng.choice((1, 2))))
    if kind == "regularise":
        noisy = replace(run, flipped=float(rng.uniform(0.35, 0.5)), units=48, rows=800)
        return replace(noisy, epochs=60, rate=2 * run.rate)
    if kind == "shuffle":
        return replace(
            run, is_sorted=True, rate=float(rng.uniform(0.4, 0.7)), epochs=int(rng.choice((8, 12)))
        )
    if kind == "scale inputs":
        stretch = float(rng.choice((30, 60, 100)))
        return replace(run, stretch=stretch, offset=stretch * float(rng.uniform(0.5, 1)))
    if kind == "more epochs":
        return replace(run, epochs=1, rows=int(rng.choice((400, 500, 600))))
    return replace(run, rows=int(rng.choice((40, 60, 80))))


def treated(run: Run, cure: str) -> Run:
    """Return a run with one of the cures, which are the same for all runs."""
    if cure == "lower rate":
        return replace(run, rate=run.rate / 30)
    if cure == "higher rate":
        return replace(run, rate=run.rate * 30)
    if cure == "more units":
        return replace(run, units=run.units + 64)
    if cure == "regularise":
        return replace(run, decay=0.01, keeps_best=True)
    if cure == "shuffle":
        return replace(run, is_sorted=False)
    if cure == "scale inputs":
        return replace(run, stretch=1.0, offset=0.0)
    if cure == "more epochs":
        return replace(run, epochs=run.epochs + 30)
    return replace(run, rows=MOST_ROWS)


def digits() -> tuple[np.ndarray, np.ndarray]:
    data = datasets.load("digits")
    x = np.asarray(data.features, np.float32).reshape(-1, 64)
    x = (x - x.mean()) / x.std()
    return x, np.asarray(data.target)


def trained(runs: Sequence[Run]) -> tuple[np.ndarray, list[dict]]:
    """Train runs of one shape together; return the test losses, (runs,), and what is told of each."""
    x, y = digits()
    one = runs[0]
    rngs = [np.random.default_rng(run.seed) for run in runs]
    orders = np.stack([rng.permutation(len(x)) for rng in rngs])
    rows, held, test = orders[:, : one.rows], orders[:, 900:1200], orders[:, 1200:]
    labels = y[rows]
    for k, (run, rng) in enumerate(zip(runs, rngs, strict=True)):
        lot = rng.random(one.rows) < run.flipped
        labels[k, lot] = rng.integers(0, CLASSES, lot.sum())
        if run.is_sorted:
            order = np.argsort(labels[k], kind="stable")
            rows[k], labels[k] = rows[k][order], labels[k][order]
    column = np.array([[[run.stretch, run.offset, run.rate, run.decay]] for run in runs], np.float32)
    stretch, offset, rate, decay = (column[..., [i]] for i in range(4))  # (runs, 1, 1) each

    def inputs(of: np.ndarray) -> np.ndarray:
        return stretch * x[of] + offset

    shapes = ((64, one.units), (1, one.units), (one.units, CLASSES), (1, CLASSES))
    weights = [
        np.stack([rng.normal(0, np.sqrt(2 / n) if n > 1 else 0, (n, m)) for rng in rngs]).astype(np.float32)
        for n, m in shapes
    ]
    record: dict[str, list] = {name: [] for name in HISTORIES}
    best, best_loss = weights, np.full(len(runs), np.inf)
    batches: list[list[int]] = [[] for _ in runs]
    with np.errstate(all="ignore"):
        for _ in range(one.epochs):
            turns = np.stack(
                [
                    np.arange(one.rows) if run.is_sorted else rng.permutation(one.rows)
                    for run, rng in zip(runs, rngs, strict=True)
                ]
            )
            losses, ratios = [], []
            for start in range(0, one.rows, BATCH):
                turn = turns[:, start : start + BATCH]
                batch, wanted = np.take_along_axis(rows, turn, 1), np.take_along_axis(labels, turn, 1)
                for seen, classes in zip(batches, wanted, strict=True):
                    if len(seen) < BATCHES_TOLD:
                        seen.append(len(np.unique(classes)))
                loss, gradients = backpropagated(weights, inputs(batch), wanted)
                for i in (0, 2):  # kernels alone decay
                    gradients[i] = gradients[i] + 2 * decay * weights[i]
                new = [w - rate * g for w, g in zip(weights, gradients, strict=True)]
                ratios.append(rate[:, 0, 0] * length(gradients) / length(weights))
                weights = new
                losses.append(loss)
            val = loss_of(weights, inputs(held), y[held])
            record["losses"].append(np.mean(losses, axis=0))
            record["val_losses"].append(val)
            record["update_ratios"].append(np.mean(ratios, axis=0))
            better = val < best_loss
            best_loss = np.where(better, val, best_loss)
            best = [
                np.where(better[:, None, None], now, before)
                for now, before in zip(weights, best, strict=True)
            ]
        keeps = np.array([run.keeps_best for run in runs])[:, None, None]
        final = [np.where(keeps, b, w) for b, w in zip(best, weights, strict=True)]
        outcome = loss_of(final, inputs(test), y[test])
    told_of_runs: list[dict] = []
    for k, run in enumerate(runs):
        given = inputs(rows)[k]
        told_of_runs.append(
            {
                **{name: np.array([epoch[k] for epoch in values]) for name, values in record.items()},
                "input_mean": float(given.mean()),
                "input_deviation": float(given.std()),
                "classes_in_batches": np.array(batches[k][:BATCHES_TOLD]),
                "rows": run.rows,
                "units": run.units,
            }
        )
    return outcome, told_of_runs


def length(arrays) -> np.ndarray:
    """The length of all weights of a run together, (runs,)."""
    return np.sqrt(sum(np.einsum("rij,rij->r", array, array) for array in arrays))


def log_probabilities(logits: np.ndarray) -> np.ndarray:
    logits = logits - logits.max(axis=2, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))


def loss_of(weights: list[np.ndarray], rows: np.ndarray, y: np.ndarray) -> np.ndarray:
    W1, b1, W2, b2 = weights
    logits = np.maximum(rows @ W1 + b1, 0) @ W2 + b2  # (runs, n, 10)
    return -np.take_along_axis(log_probabilities(logits), y[..., None], 2).mean(axis=(1, 2))


def backpropagated(weights: list[np.ndarray], batch: np.ndarray, y: np.ndarray):
    """Return the loss, (runs,), and the gradient of each weight."""
    W1, b1, W2, b2 = weights
    hidden = np.maximum(batch @ W1 + b1, 0)  # (runs, n, units)
    log_p = log_probabilities(hidden @ W2 + b2)
    loss = -np.take_along_axis(log_p, y[..., None], 2).mean(axis=(1, 2))
    d_logits = (np.exp(log_p) - (y[..., None] == np.arange(CLASSES))) / batch.shape[1]
    d_logits = d_logits.astype(np.float32)
    d_hidden = (d_logits @ W2.transpose(0, 2, 1)) * (hidden > 0)
    return loss, [
        batch.transpose(0, 2, 1) @ d_hidden,
        d_hidden.sum(axis=1, keepdims=True),
        hidden.transpose(0, 2, 1) @ d_logits,
        d_logits.sum(axis=1, keepdims=True),
    ]


def outcomes(runs: Sequence[Run]) -> tuple[np.ndarray, list[dict]]:
    """Return the test losses of many runs and their records."""
    by_shape = defaultdict(list)
    for place, run in enumerate(runs):
        by_shape[run.units, run.rows, run.epochs].append(place)
    losses = np.empty(len(runs))
    records: list[dict] = [{}] * len(runs)
    for places in by_shape.values():
        found, told = trained([runs[place] for place in places])
        losses[places] = np.clip(np.nan_to_num(found, nan=WORST), 0, WORST)
        for place, record in zip(places, told, strict=True):
            records[place] = record
    return losses, records


def gains(losses: np.ndarray) -> np.ndarray:
    """Return what each cure brings as a share of the best gain, from the loss without one and with each."""
    return (losses[0] - losses[1:]) / (losses[0] - losses[1:].min())


def is_clear(kind: str, losses: np.ndarray, record: dict) -> bool:
    """Whether its own cure helps a run and no other does, and all that is told of it are numbers."""
    shares = dict(zip(CURES, gains(losses), strict=True))
    own = shares.pop(kind)
    finite = all(np.isfinite(value).all() for value in record.values())
    return own >= ENOUGH and max(shares.values()) < TOO_NEAR and finite


def save(kept: Iterable[tuple[np.ndarray, dict]]) -> None:
    """Write runs down, their histories one behind the other."""
    losses, records = zip(*kept, strict=True)
    columns = {name: [record[name] for record in records] for name in records[0]}
    arrays: dict[str, Any] = {
        name: np.concatenate(columns.pop(name)).round(5).astype(np.float32) for name in HISTORIES
    }
    arrays["epochs"] = [len(record["losses"]) for record in records]
    arrays["outcomes"] = np.array(losses).round(4)
    arrays |= {name: np.array(values) for name, values in columns.items()}
    np.savez_compressed(FILE, **arrays)


def main() -> None:
    rng = np.random.default_rng(0)
    tried = [(kind, sick(kind, rng)) for kind in CURES for _ in range(CANDIDATES)]
    seeded = [replace(run, seed=run.seed + i) for _, run in tried for i in range(SEEDS)]
    losses, records = outcomes([each for run in seeded for each in (run, *(treated(run, c) for c in CURES))])
    losses = losses.reshape(len(tried), SEEDS, 1 + len(CURES)).mean(axis=1)
    first = records[:: SEEDS * (1 + len(CURES))]  # of each run the first seed, untreated
    kept: dict[str, list] = {kind: [] for kind in CURES}
    for (kind, _), found, record in zip(tried, losses, first, strict=True):
        print(f"{kind:14}", *(f"{loss:6.2f}" for loss in found), is_clear(kind, found, record))
        if is_clear(kind, found, record):
            kept[kind].append((found, record))
    fewest = min(map(len, kept.values()))
    if fewest < EACH:
        raise SystemExit(f"Of a sickness only {fewest} runs are clear: {EACH} are needed.")
    save(run for runs in kept.values() for run in runs[:EACH])


if __name__ == "__main__":
    main()
