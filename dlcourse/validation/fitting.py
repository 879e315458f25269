"""Many trainings at once: those of equal shape stacked into one graph, the others side by side."""

from __future__ import annotations

import contextlib
import inspect
import math
import os
import pickle
import random
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import joblib
import numpy as np

from dlcourse import checking, tasks
from dlcourse.console import progress, quiet

with quiet():
    import keras
    import tensorflow as tf

from dlcourse.errors import DataError, ModelError
from dlcourse.training.engine import Engine, State, stack, unstack
from dlcourse.training.keras_internals import flatten_layers, user_metrics
from dlcourse.validation import kept_weights
from dlcourse.validation.inputs import fit_preprocessing, one_below_the_other, transformed
from dlcourse.validation.sharing import ADAPTED, key

MAX_STACKED_BYTES = 2**30  # the most that the states of the stacks take that train at a time
MAX_INPUT_BYTES = (
    2**26
)  # the most that their inputs take, where each has its own; a stack of one may take more
ALONE: Mapping[str, Any] = MappingProxyType({})  # the configuration of a model that has none
TRAINING = ("epochs", "batch_size")  # in a configuration, these are not the builder's

Builder = Callable[..., keras.Model]


@dataclass
class Job:
    """A training.

    Args:
        train: the samples to train on, as indices.
        held_out: the samples to predict.
        seed: of the initial weights and the dropout masks.
        configuration: arguments of the builder; `epochs` and `batch_size` among them go to the training.
    """

    train: np.ndarray
    held_out: np.ndarray
    seed: int
    configuration: Mapping[str, Any] = field(default_factory=lambda: ALONE)


@dataclass
class Fitted:
    """What came of a job.

    Args:
        outputs: for the held-out samples, probabilities or numbers, `(m, units)`.
        loss: on the training samples, of each epoch.
        weights: the values of the model's variables, trainable ones first.
        preprocessing: as it was fitted on the training samples.
    """

    outputs: np.ndarray
    loss: np.ndarray
    weights: list[np.ndarray]
    preprocessing: Any = None


@dataclass
class _Prepared:
    """A job with all that its training needs; its inputs are `x`, after its preprocessing."""

    job: Job
    engine: Engine
    state: State
    epochs: int
    preprocessing: Any
    width: int  # numbers in a sample, preprocessed

    @property
    def shape(self) -> tuple:
        """Jobs of one shape can be stacked."""
        return id(self.engine), self.epochs, len(self.job.train), len(self.job.held_out)


def fit_all(
    model: keras.Model | Builder,
    data: tuple[Any, np.ndarray],
    jobs: Sequence[Job],
    *,
    epochs: int,
    batch_size: int,
    seed: int,
    task: tasks.Task | None = None,
    preprocessing: Any = None,
    n_jobs: int = -1,
) -> list[Fitted]:
    """Train every job and predict its held-out samples.

    Jobs are stacked where they train the same network on equally many samples; their learning rates may
    differ. The stacks that train at a time take `MAX_STACKED_BYTES` at most, and what is preprocessed for
    them `MAX_INPUT_BYTES`.

    Args:
        model: a compiled model, of which every job draws new weights, as `cross_validate` says; or a function
            that builds one from a configuration, called for every job.
        data: `(x, y)`.
        jobs: what to train.
        epochs, batch_size: where a configuration does not name them.
        seed: of the batches' order.
        task: read from the model if `None`.
        preprocessing: a `dlcourse.preprocessing.Preprocessor` or a scikit-learn transformer, fitted for every
            job on its training samples.
        n_jobs: how many that can't be stacked train at once; -1: as many as there are cores.

    Returns:
        One for each job, in their order.
    """
    if preprocessing is not None and not hasattr(preprocessing, "get_params"):
        kind = type(preprocessing).__name__
        raise DataError(f"preprocessing must be a Preprocessor or a scikit-learn transformer, not a {kind}.")
    checking.check_seed(seed)
    x, y = data
    results: dict[int, Fitted] = {}
    engines: dict[str, Engine] = {}
    preprocessings: dict[int, Any] = {}  # of each set of training samples: searches have few of them
    stacks: dict[Any, list[int]] = defaultdict(list)
    prepared: list[_Prepared] = []
    for number, job in enumerate(jobs):
        training = {"epochs": epochs, "batch_size": batch_size}
        training |= {name: value for name, value in job.configuration.items() if name in TRAINING}
        checking.check_counts(**training)
        if id(job.train) not in preprocessings:
            preprocessings[id(job.train)] = fit_preprocessing(preprocessing, x, y, job.train)
        fitted = preprocessings[id(job.train)]
        example = transformed(fitted, checking.take(x, slice(1)))
        fresh, compiled = _built(model, job)
        # A model that is passed is one of a kind, and building its engine changes what `key` reads.
        network = "" if compiled is model else key(compiled, job.configuration)
        kind = f"{training['batch_size']} {network}"
        checking.check_input(example, compiled)
        if kind not in engines:
            engines[kind] = Engine(compiled, (example, y[:1]), training["batch_size"])
        engine = engines[kind]
        state = engine.initial(fresh, _learning_rate(compiled))
        width = sum(math.prod(part.shape[1:]) for part in tf.nest.flatten(example))
        one = _Prepared(job, engine, state, training["epochs"], fitted, width)
        prepared.append(one)
        stacks[one.shape if engine.stackable else number].append(number)

    groups = [part for group in _spread([*stacks.values()]) for part in _parts(group, prepared, len(y))]
    together = [group for group in groups if len(group) > 1]
    alone = [group[0] for group in groups if len(group) == 1]
    with progress(sum(one.epochs for one in prepared), "training") as advance:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            stacked = [[prepared[number] for number in group] for group in together]
            widths = {
                id(one[0].engine): max(len(o) for o in stacked if o[0].engine is one[0].engine)
                for one in stacked
            }
            done = threads.map(
                lambda one: _train_together(one, widths[id(one[0].engine)], (x, y), seed, advance), stacked
            )
            for group, fits in zip(together, done, strict=True):
                for number, fit in zip(group, fits, strict=True):
                    results[number] = fit
        # Threads, as TensorFlow computes outside Python's lock; `joblib.parallel_config` may say otherwise.
        parallel = joblib.Parallel(n_jobs=n_jobs, prefer="threads", return_as="generator")
        lone = parallel(joblib.delayed(_train_alone)(prepared[number], (x, y), seed) for number in alone)
        for number, fit in zip(alone, lone, strict=True):
            results[number] = fit
            advance(prepared[number].epochs)
    for number, one in enumerate(prepared):
        fit = results[number]
        if np.isfinite(fit.outputs).all():
            fit.outputs = tasks.probabilities(fit.outputs, one.engine.model, task)
    return [results[number] for number in range(len(jobs))]


def rebuilt(model: keras.Model | Builder, job: Job, fitted: Fitted) -> keras.Model:
    """The trained model of a job: a copy, so that nothing is written into layers that a builder reuses."""
    fresh, compiled = _built(model, job)
    if fresh is compiled:
        with contextlib.suppress(ModelError):  # with a function in it that no name leads to, there is no copy
            fresh = _copied(compiled)
    if not fresh.compiled:
        with keras.saving.custom_object_scope(_functions(compiled)):
            fresh.compile_from_config(compiled.get_compile_config())
    variables = [*fresh.trainable_variables, *fresh.non_trainable_variables]
    for variable, value in zip(variables, fitted.weights, strict=True):
        variable.assign(value)
    return fresh


def _train_together(
    jobs: list[_Prepared], width: int, data: tuple, seed: int, advance: Callable
) -> list[Fitted]:
    """Train jobs of one shape as a stack, or one after another where an operation can't be stacked."""
    try:
        return _train_stack(jobs, width, data, seed, advance)
    except tf.errors.InvalidArgumentError:  # as of RandAugment, which keeps a list of tensors
        fits = []
        for one in jobs:
            fits.append(_train_alone(one, data, seed))
            advance(one.epochs)
        return fits


def _train_stack(
    jobs: list[_Prepared], width: int, data: tuple, seed: int, advance: Callable
) -> list[Fitted]:
    """Train jobs of one shape, repeating the last one up to `width`, for which there is a graph."""
    stacked = [*jobs, *jobs[-1:] * (width - len(jobs))]
    engine, epochs = stacked[0].engine, stacked[0].epochs
    train = np.stack([one.job.train for one in stacked])
    held_out = np.stack([one.job.held_out for one in stacked])
    x, y = data
    fits = list({id(one.preprocessing): one.preprocessing for one in jobs}.values())
    places = {id(fitted): place for place, fitted in enumerate(fits)}
    offsets = len(y) * np.array([[places[id(one.preprocessing)]] for one in stacked])
    data = tf.nest.map_structure(tf.constant, (one_below_the_other(fits, x), np.concatenate([y] * len(fits))))
    state = stack([one.state for one in stacked])
    losses = []
    for first, last in pairwise(np.unique(np.linspace(0, epochs, 11).astype(int))):
        state, logs = engine.run(state, data, train + offsets, (first, last), seed)
        _check_outside(engine)
        losses.append(logs["loss"])  # (epochs, stacked)
        advance((last - first) * len(jobs))
    outputs = engine.predict(state, data[0], held_out + offsets)
    loss = np.concatenate(losses)
    return [
        Fitted(outputs[i], loss[:, i], _weights(unstack(state, i)), one.preprocessing)
        for i, one in enumerate(jobs)
    ]


def _train_alone(one: _Prepared, data: tuple, seed: int) -> Fitted:
    x, y = tf.nest.map_structure(tf.constant, (transformed(one.preprocessing, data[0]), data[1]))
    state, logs = one.engine.run(one.state, (x, y), one.job.train, (0, one.epochs), seed)
    _check_outside(one.engine)
    outputs = one.engine.predict(state, x, one.job.held_out)
    return Fitted(outputs, logs["loss"], _weights(state), one.preprocessing)


def _check_outside(engine: Engine) -> None:
    """Raise a `ModelError` if trainings would share something that each of them changes."""
    if engine.outside:
        names = [
            f"'{name}' of layer '{layer.name}'"
            for layer in flatten_layers(engine.model)
            for name, value in vars(layer).items()
            if getattr(value, "handle", None) is engine.outside[0]
        ]
        raise ModelError(
            f"Training changes {(names or ['something'])[0]}, a variable of TensorFlow that Keras doesn't "
            "list among the model's weights: every training would go on with what the one before has left "
            "there. Make it with the layer's add_weight, trainable=False, or draw numbers with a "
            "keras.random.SeedGenerator."
        )


def _spread(stacks: list[list[int]]) -> list[list[int]]:
    """The stacks, each in equal parts of two or more where there are fewer stacks than cores."""
    stacked = sum(len(stack) > 1 for stack in stacks)
    a_stack = (os.cpu_count() or 1) // max(stacked, 1)  # how many cores there are for it
    parts = [max(1, min(a_stack, len(stack) // 2)) for stack in stacks]
    return [
        part.tolist() for stack, n in zip(stacks, parts, strict=True) for part in np.array_split(stack, n)
    ]


def _parts(group: list[int], prepared: list[_Prepared], samples: int) -> Iterator[list[int]]:
    """A stack in parts, as many of which as there are cores keep within the limits of bytes."""
    cores = os.cpu_count() or 1
    part: list[int] = []
    firsts: dict[int, int] = {}  # jobs with the same training samples one after the other
    for number in group:
        firsts.setdefault(id(prepared[number].job.train), number)
    for number in sorted(group, key=lambda number: firsts[id(prepared[number].job.train)]):
        one = prepared[number]
        size = 4 * sum(math.prod(array.shape) for array in tf.nest.flatten(one.state))
        fits = {id(prepared[other].preprocessing) for other in [*part, number]} - {id(None)}
        too_large = (len(part) + 1) * size * cores > MAX_STACKED_BYTES
        if part and (too_large or len(fits) * 4 * samples * one.width * cores > MAX_INPUT_BYTES):
            yield part
            part = []
        part.append(number)
    yield part


def _built(model: keras.Model | Builder, job: Job) -> tuple[keras.Model, keras.Model]:
    """A model with the weights to begin with, and one of its kind that is compiled."""
    with _seeded(job.seed):
        if not isinstance(model, keras.Model):
            made = build(model, job.configuration)
            return made, made
        fresh = _copied(model)
    kept_weights.check(model, fresh)
    for old, new in _layers(model, fresh):
        if not old.trainable:
            for source, variable in zip(old.weights, new.weights, strict=True):
                variable.assign(source)
    return fresh, model


def build(model: Builder, configuration: Mapping[str, Any]) -> keras.Model:
    """Call a function that builds a model, and make sure that it does."""
    made = model(**{name: value for name, value in configuration.items() if name not in TRAINING})
    if not isinstance(made, keras.Model) or getattr(made, "optimizer", None) is None:
        raise ModelError("The function that builds the model must return a compiled keras.Model.")
    return made


def _copied(model: keras.Model) -> keras.Model:
    """A model of the same layers with new weights, but with what its preprocessing layers have learnt."""
    try:
        with keras.saving.custom_object_scope(_functions(model)), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Keras, as it saves
            with _uncompiled(model):
                fresh = keras.models.clone_model(model)
            if not any(isinstance(layer, ADAPTED) for layer in flatten_layers(model)):
                return fresh
            whole = pickle.loads(pickle.dumps(model))  # saved and loaded by Keras, in memory
    except (AttributeError, NotImplementedError, TypeError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0].partition(". ")[0]
        raise ModelError(
            f"The model can't be copied for each training ({reason}): pass a function that builds it."
        ) from error
    for new, copy in _layers(fresh, whole):
        if not isinstance(new, ADAPTED):
            for source, variable in zip(new.weights, copy.weights, strict=True):
                variable.assign(source)
    return whole


@contextlib.contextmanager
def _uncompiled(model: keras.Model) -> Iterator[None]:
    """While Keras clones a model, which would also compile the copy: half of the time that it takes."""
    compiled, model.compiled = model.compiled, False
    try:
        yield
    finally:
        model.compiled = compiled


def _functions(model: keras.Model) -> dict[str, Callable]:
    """Loss and metrics of one's own, which Keras writes down by their names."""
    parts = [model.loss, *keras.tree.flatten(user_metrics(model))]
    return {part.__name__: part for part in parts if inspect.isfunction(part)}


def _layers(
    model: keras.Model, other: keras.Model
) -> Iterator[tuple[keras.layers.Layer, keras.layers.Layer]]:
    """The innermost layers of a model and its copy, in pairs."""
    both = (flatten_layers(each, include_self=False) for each in (model, other))
    return ((old, new) for old, new in zip(*both, strict=True) if not isinstance(old, keras.Model))


def _learning_rate(model: keras.Model) -> float | None:
    rate = model.optimizer.get_config()["learning_rate"]
    return rate if isinstance(rate, float) else None


def _weights(state: State) -> list[np.ndarray]:
    return [tensor.numpy() for tensor in (*state.trainable, *state.non_trainable)]


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Initial weights that follow from a seed: Keras draws the seeds of its layers from Python's `random`."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
