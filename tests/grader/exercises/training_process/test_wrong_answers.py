"""Lesson 5c: wrong answers that no known mistake covers, and what they are told; and chance."""

import numpy as np
import pytest
from asking import BY_NAME, passes, verdict, whole_cases_of

from grader.exercises.training_process.treat_run import sick_runs
from grader.exercises.verifying.training_process import CURES, LEAST_GAIN, MOST_REGRET
from grader.judging.bank import PUBLIC_SEED, bank_of
from grader.references import training_process as reference

SEEDS = (PUBLIC_SEED, "another")


def reseeded(n, batch_size, seed, epoch):
    np.random.seed(1000 * seed + epoch)
    order = np.random.permutation(n)
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


def no_seed(n, batch_size, seed, epoch):
    order = np.random.default_rng().permutation(n)
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


def ten_times(n, batch_size, seed, epoch):
    order = np.random.default_rng(10 * seed + epoch).permutation(n)
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


def spelt_together(n, batch_size, seed, epoch):
    order = np.random.default_rng(int(f"{seed}{epoch}")).permutation(n)
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


def turned(n, batch_size, seed, epoch):
    order = np.roll(np.random.default_rng(seed).permutation(n), epoch)
    return [order[i : i + batch_size] for i in range(0, n, batch_size)]


def seed_for_each(space, n, seed):
    return [reference.sample_configurations(space, 1, seed + i)[0] for i in range(n)]


def in_rising_order(space, n, seed):
    drawn = reference.sample_configurations(space, n, seed)
    name = next(name for name, values in space.items() if isinstance(values, tuple)) if n > 10 else None
    values = sorted(one[name] for one in drawn) if name else []
    return [one | ({name: values[i]} if name else {}) for i, one in enumerate(drawn)]


def start_counted(step, evaluate, theta, patience, max_epochs):
    theta = theta.copy()
    best, lowest, waited, epochs = theta.copy(), evaluate(theta), 0, 0
    while epochs < max_epochs and waited < patience:
        step(theta)
        epochs += 1
        loss = evaluate(theta)
        if loss < lowest:
            best, lowest, waited = theta.copy(), loss, 0
        else:
            waited += 1
    return best, epochs


def smooth_without_nan(val_losses):
    """The index among the losses that are numbers."""
    v = val_losses[~np.isnan(val_losses)]
    return int(np.argmin([v[max(i - 4, 0) : i + 5].mean() for i in range(len(v))]))


def by_length(record):
    """By settings that tell nothing, where each sickness has its own."""
    if len(record["losses"]) == 60:
        return "regularise"
    if len(record["losses"]) in (10, 12):
        return "shuffle"
    return reference.treat_run(record)


def grown(space, n, seed):
    return reference.sample_configurations(space, n + 1, seed)


def heavy_first(space, n, seed):
    rng = np.random.default_rng(seed)
    return [
        {
            name: values[int(len(values) * rng.random() ** 2)] if isinstance(values, list) else one[name]
            for name, values in space.items()
        }
        for one in reference.sample_configurations(space, n, seed)
    ]


def unseeded(space, n, seed):
    return reference.sample_configurations(space, n, int(np.random.default_rng().integers(2**31)))


WRONG = {
    "a word": ("choose_epoch", lambda losses: "the best", "whole number"),
    "beyond the end": ("choose_epoch", len, "whole number"),
    "two epochs": ("choose_epoch", lambda losses: [3, 4], "whole number"),
    "half an epoch": ("choose_epoch", lambda losses: 3.5, "whole number"),
    "a global seed": ("resumable_batches", reseeded, "seed"),
    "ten times the seed": ("resumable_batches", ten_times, "in epoch 2 the same batches as seed"),
    "seed and epoch as one number": ("resumable_batches", spelt_together, "the same batches as seed"),
    "one order, turned": ("resumable_batches", turned, "begun elsewhere"),
    "the fourth lowest": (
        "choose_epoch",
        lambda losses: int(np.argsort(losses)[3]),
        "above that of the best",
    ),
    "nan left out": ("choose_epoch", smooth_without_nan, "nan, so its weights"),
    "the start as an epoch": ("fit_until_stopped", start_counted, ""),
    "by the length alone": ("treat_run", by_length, "With '"),
    "a seed for each": ("sample_configurations", seed_for_each, "all but one"),
    "in rising order": ("sample_configurations", in_rising_order, "follow a pattern"),
    "one array": ("resumable_batches", lambda n, *rest: np.arange(n), "A list of arrays"),
    "floats": (
        "resumable_batches",
        lambda *given: [batch / 1 for batch in reference.resumable_batches(*given)],
        "whole numbers",
    ),
    "from 1": (
        "resumable_batches",
        lambda *given: [batch + 1 for batch in reference.resumable_batches(*given)],
        "from 1 to",
    ),
    "a cure of one's own": ("treat_run", lambda record: "sleep", "One of the eight cures"),
    "two cures": ("treat_run", lambda record: ["shuffle", "more data"], "One of the eight cures"),
    "one too many": ("sample_configurations", grown, "configurations are asked for"),
    "the first more often": ("sample_configurations", heavy_first, "equally often"),
    "no seed of one's own": ("sample_configurations", unseeded, "The same seed gave other"),
    "one dict": ("sample_configurations", lambda space, n, seed: space, "A list of dicts"),
    "ends swapped": (
        "sample_configurations",
        lambda space, n, seed: [dict.fromkeys(space, 1e9)] * n,
        "isn't",
    ),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_answer_is_refused_and_told_why(case, seed):
    name, answer, words = WRONG[case]
    found = verdict(name, answer, seed)
    assert found.status in ("failed", "error", "refused"), found.message
    assert found.mistake is None, found.mistake
    assert words in found.message, found.message


def test_batches_without_a_seed_are_told_what_is_true_of_them():
    found = verdict("resumable_batches", no_seed)
    assert found.mistake == "state_kept"
    assert "don't always give the same batches" in found.message


@pytest.mark.parametrize("seed", SEEDS)
def test_no_constant_cure_and_no_guess_will_do(seed):
    rng = np.random.default_rng(0)
    count = len(bank_of(BY_NAME["treat_run"], seed).cases)
    assert not any(passes("treat_run", seed, [cure] * count) for cure in CURES)
    for _ in range(1000):
        assert not passes("treat_run", seed, [str(cure) for cure in rng.choice(CURES, count)])


def test_each_sick_run_has_one_cure_that_helps():
    helping = [
        {
            cure
            for cure, loss in zip(CURES, treated, strict=True)
            if untreated - loss >= LEAST_GAIN * (untreated - min(treated))
        }
        for (untreated, *treated), _ in sick_runs()
    ]
    each = len(helping) // len(CURES)
    assert each == 6
    assert helping == [{cure} for cure in CURES for _ in range(each)]


@pytest.mark.parametrize("seed", range(5))
def test_no_share_of_the_epochs_and_no_guess_is_well_chosen(seed):
    cases, rng = whole_cases_of("choose_epoch", seed), np.random.default_rng(seed)

    def regret(choose):
        return np.mean([case.secret[choose(len(case.secret))] - case.secret.min() for case in cases])

    assert min(regret(lambda epochs, k=k: k * epochs // 100) for k in range(100)) > 1.4 * MOST_REGRET
    assert min(regret(rng.integers) for _ in range(1000)) > 2 * MOST_REGRET


@pytest.mark.parametrize("seed", range(5))
def test_the_lowest_loss_is_no_good_choice_and_the_references_is(seed):
    cases = whole_cases_of("choose_epoch", seed)

    def regret(choose):
        return np.mean([case.secret[choose(case.arguments[0])] - case.secret.min() for case in cases])

    assert regret(np.nanargmin) > 1.25 * MOST_REGRET
    assert regret(reference.choose_epoch) < 0.7 * MOST_REGRET
