"""Lesson 4: scaled images, data sets, models and files that are judged by what they are and do."""

from typing import Any

import numpy as np

from grader.child import live
from grader.child.plaindata import Live
from grader.exercise import Finding, Given
from grader.exercises import goals

MAX_BATCHES = live.MAX_BATCHES
MANY = 20  # elements: so many never come back in their order by chance
CLASSES = 10


def are_scaled(given: Given, answer: Any) -> Finding:
    """Judge images by shape, numbers and dtype, in this order."""
    (images,) = given.arguments
    wanted = images[..., np.newaxis] / 255
    if not isinstance(answer, np.ndarray | list | tuple):
        return Finding(False, "An array of scaled images is asked for.")
    scaled = np.asarray(answer)
    if scaled.dtype.kind not in "fiu":
        return Finding(False, "Your images do not hold real numbers.")
    if scaled.shape == images.shape:
        return Finding(
            False,
            f"Your images have shape {scaled.shape}; with a channel axis it is {wanted.shape}.",
        )
    if scaled.shape != wanted.shape:
        return Finding(False, f"Your images have shape {scaled.shape}; {wanted.shape} is asked for.")
    wrong = np.abs(scaled.astype(np.float64) - wanted) > 1e-6
    if wrong.any() or not np.isfinite(scaled).all():
        at = tuple(int(i) for i in np.argwhere(wrong | ~np.isfinite(scaled))[0])
        return Finding(
            False,
            f"At {list(at)} your answer is {scaled[at]:.6g}; the pixel is {images[at[:-1]]}, which makes it "
            f"{wanted[at]:.6g}.",
        )
    if scaled.dtype != np.float32:
        return Finding(
            False,
            f"The numbers are right, but of dtype {scaled.dtype}, and float32 is asked for: what does the "
            "division make of the bytes?",
        )
    return Finding(True)


def is_shuffled_dataset(given: Given, answer: Any) -> Finding:
    """Judge the batches of a data set, and their order beside that of earlier ones."""
    x, y, batch_size, seed = given.arguments
    if not isinstance(answer, Live) or answer.kind != "dataset":
        return Finding(False, "A `tf.data.Dataset` is asked for.")
    if any(not isinstance(batch, list | tuple) or len(batch) != 2 for batch in answer.value):
        return Finding(False, "Each element of your data set must be a pair: samples and their labels.")
    batches = [(np.asarray(samples), np.asarray(labels)) for samples, labels in answer.value]
    if x.ndim > 1 and any(samples.ndim == 1 and labels.ndim == x.ndim for samples, labels in batches):
        return Finding(False, "Labels come first in your pairs, then samples: it is the other way round.")
    if any(samples.ndim == x.ndim - 1 or labels.ndim == 0 for samples, labels in batches):
        return Finding(False, "The elements are single pairs: they are not gathered into batches.")
    if len(answer.value) == MAX_BATCHES:
        return Finding(
            False, "Your data set goes on and on: each pair is to come once, so leave `repeat` out."
        )
    if any(labels.ndim != 1 for _, labels in batches):
        shape = batches[0][1].shape
        return Finding(
            False, f"Labels are to come as they are, (batch,); yours have shape {shape} in a batch."
        )
    sizes = [len(labels) for _, labels in batches]
    wanted = [min(batch_size, len(x) - start) for start in range(0, len(x), batch_size)]
    if sum(sizes) != len(x):
        return Finding(
            False,
            f"{sum(sizes)} pairs come out of {len(x)}: each is to come once, some in a smaller last batch.",
        )
    order = _order(x, answer)
    if order is None or sorted(order.tolist()) != list(range(len(x))):
        return Finding(False, "Some samples come twice or changed, others never: each must be there once.")
    if not np.array_equal(np.concatenate([labels for _, labels in batches]), y[order]):
        return Finding(False, "Samples and labels are no longer paired: one order must hold for both.")
    if len(x) > MANY and (flaw := _flaw(order, sizes)):
        return Finding(False, flaw)
    if sizes != wanted:
        return Finding(
            False,
            f"Your batches have {', '.join(map(str, sizes[:8]))} pairs; {', '.join(map(str, wanted[:8]))} "
            "are asked for.",
        )
    for (other_x, _, _, other_seed), _, other in given.earlier:
        if len(x) <= MANY or not np.array_equal(x, other_x):
            continue
        before = _order(x, other)
        same = before is not None and np.array_equal(order, before)
        if seed == other_seed and not same:
            return Finding(False, "Two data sets with the same seed came in two orders: is the seed in use?")
        if seed != other_seed and same:
            return Finding(False, "Another seed gave the same order: is it your own seed that is in use?")
    return Finding(True)


def _order(x: np.ndarray, dataset: Any) -> np.ndarray | None:
    """Return which row of x each sample is, (n,), or `None` where one is none of them."""
    try:
        samples = np.concatenate([np.asarray(batch[0], np.float64) for batch in dataset.value])
        samples, rows = samples.reshape(len(samples), -1), x.reshape(len(x), -1)
        if samples.shape != rows.shape:  # wide ones beside a single number each would be gigabytes
            return None
        pieces = [samples[i : i + 100] for i in range(0, len(samples), 100)]  # all at once would be gigabytes
        found = [np.abs(piece[:, None] - rows).max(axis=2) for piece in pieces]  # (100, n) each
        distances = np.concatenate(found)
    except (AttributeError, LookupError, TypeError, ValueError):  # an earlier answer may be anything
        return None
    nearest = distances.argmin(axis=1)
    return nearest if np.all(distances.min(axis=1) < 1e-4) else None


def _flaw(order: np.ndarray, sizes: list[int]) -> str | None:
    """Say why an order is not that of a whole shuffle, if it is not."""
    if len(set(np.diff(order) % len(order))) == 1:  # as they were, backwards, or begun elsewhere
        return "The pairs come in the order in which they were given, or backwards: nothing is shuffled."
    batches = np.split(order, np.cumsum(sizes)[:-1])
    if max(sizes) > 1 and all(np.all(np.diff(batch) == 1) for batch in batches):
        return "Each batch holds neighbours: whole batches were shuffled, and not the pairs in them."
    # A buffer of b elements lets none come out more than b places before its turn. That none of n comes
    # n − 8√n places early by chance has a probability of about e⁻³².
    n = len(order)
    if np.max(order - np.arange(n)) < max(n // 2, n - 8 * np.sqrt(n)):
        return (
            "The pairs stay near their places: only a few are shuffled at a time. Look at the buffer's size."
        )
    return None


def is_the_step_of_fit(given: Given, answer: Any) -> Finding:
    """Judge a step by its loss, and by all weights afterwards, moving statistics included."""
    wanted, after = given.secret, given.after if isinstance(given.after, list | tuple) else ()
    left: list[Any] = next(
        (item.value for item in after if isinstance(item, Live) and item.kind == "weights"), []
    )
    if len(left) != len(wanted["weights"]):
        return Finding(False, "The model is not left as one that has its weights.")
    pairs = zip(wanted["weights"].items(), left, strict=True)
    off = {name: np.abs(np.asarray(is_now) - weight).max() for (name, weight), is_now in pairs}
    off = {name: difference for name, difference in off.items() if not difference < 1e-4}
    flaws = []
    if not np.isclose(float(answer), wanted["loss"], rtol=1e-4, atol=1e-5):
        flaws.append(f"Your loss is {float(answer):.4g}, where {wanted['loss']:.4g} is right.")
    if off:
        flaws.append(
            f"After your step, {', '.join(off)} differ from what `fit` leaves, by up to "
            f"{max(off.values()):.3g}."
        )
    return Finding(not flaws, " ".join(flaws))


def classifies_digits(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a trained model by its answers to hidden images; the secret is their labels."""
    outputs = np.asarray(found["outputs"])
    if outputs.shape != (len(given.secret), CLASSES):
        return Finding(
            False,
            f"Ten numbers for each image are asked for, shape {(len(given.secret), CLASSES)}; your model "
            f"gives {outputs.shape}.",
        )
    if not np.isfinite(outputs).all():
        return Finding(False, "Your model's outputs are not all finite numbers: did its training diverge?")
    return goals.accuracy(given.secret, outputs.argmax(axis=1), 0.95)


def is_restored(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a model that came from a file, and the file; the secret is the first model's outputs."""
    after = given.after if isinstance(given.after, list | tuple) else ()
    left = next((item.value for item in after if isinstance(item, Live) and item.kind == "path"), None)
    if not isinstance(left, dict):
        return Finding(False, "What you left at `path` can't be looked at.")
    if left["form"] != "zip":
        return Finding(False, _what_is_wrong_at_the_path(left))
    if left["is_new"] is not True:
        return Finding(
            False,
            "The file is there, but you return the model that you were given: load the one from the file.",
        )
    outputs, wanted = np.asarray(found["outputs"]), np.asarray(given.secret)
    if outputs.shape != wanted.shape or not np.allclose(outputs, wanted, rtol=1e-4, atol=1e-5):
        return Finding(
            False,
            "The model that you return predicts something else than the one you were given: "
            "does it have its weights?",
        )
    in_file = found.get("file")
    if isinstance(in_file, str):
        return Finding(False, f"The file at `path` can't be opened. {in_file}")
    if in_file is None or np.shape(in_file) != wanted.shape or not np.allclose(in_file, wanted, 1e-4, 1e-5):
        return Finding(
            False,
            "The file at `path` holds another model than the one you were given: loaded from it, it predicts "
            "something else.",
        )
    return Finding(True)


def _what_is_wrong_at_the_path(left: dict[str, Any]) -> str:
    if left["form"] == "hdf5":
        return "The file at `path` is in the old HDF5 format: the native format is asked for."
    if left["form"] == "folder":
        return "At `path` there is a folder. The native format is a single file, with the whole model in it."
    if left["form"] == "other":
        return "What lies at `path` is no model in the native format."
    beside = [name for name in left["beside"] if isinstance(name, str)]
    if any(name.endswith(".weights.h5") for name in beside):
        return "You saved the weights alone, beside `path`. A whole model is asked for, at `path` itself."
    if any(name.endswith((".h5", ".hdf5")) for name in beside):
        return (
            "You saved an .h5 file beside `path`, the old format. Save to `path` as it is: it ends in .keras."
        )
    if beside:
        return "You saved something beside `path`. Save to `path` as it is."
    return "Nothing was saved at `path`."


def is_float_file(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a TFLite file in float32; the secret is the Keras model's outputs."""
    into, out = found["inputs"][0]["dtype"], found["outputs"][0]["dtype"]
    if (into, out) != ("float32", "float32"):
        return Finding(False, f"Input and output are to be float32, and here they are {into} and {out}.")
    smaller = [name for name in ("float16", "int8", "uint8", "int16") if name in found["tensors"]]
    if smaller:
        return Finding(
            False,
            f"The file holds numbers of type {smaller[0]}: it is quantised, and float32 is asked for.",
        )
    predictions, wanted = np.asarray(found["predictions"]), np.asarray(given.secret)
    if not np.isfinite(predictions).all():
        return Finding(
            False,
            "The file's predictions are no numbers: it holds variables without their values. Convert the "
            "model with from_keras_model, or export it with model.export first.",
        )
    if predictions.shape != wanted.shape:
        return Finding(
            False, f"The file gives shape {predictions.shape} where the model gives {wanted.shape}."
        )
    if not np.allclose(predictions, wanted, rtol=0, atol=1e-5):
        return Finding(
            False,
            "The file's predictions are not the model's: does it hold this model, with its weights?",
        )
    return Finding(True)


def is_int8_file(given: Given, found: dict[str, Any]) -> Finding:
    """Judge a TFLite file in int8; the secret holds the model's `"classes"` and the `"float_bytes"`."""
    into, out = found["inputs"][0]["dtype"], found["outputs"][0]["dtype"]
    tensors, limit = found["tensors"], 0.45 * given.secret["float_bytes"]
    if "int16" in tensors:
        return Finding(False, "The activations are int16, and int8 is asked for.")
    if "int8" not in tensors:
        kinds = ", ".join(sorted(tensors))
        return Finding(False, f"Nothing in the file is int8: its numbers are of type {kinds}.")
    if tensors.get("float32", 0) > 2 or "float16" in tensors:
        return Finding(
            False,
            "The weights are int8, but activations are still floats: their ranges have to be measured.",
        )
    if (into, out) != ("int8", "int8"):
        return Finding(
            False, f"Inside all is int8, but input and output are to be int8, too: they are {into} and {out}."
        )
    if "float32" in tensors:
        return Finding(False, "A part of the file still computes with floats.")
    if found["bytes"] > limit:
        return Finding(
            False,
            f"The file has {found['bytes']:,} bytes, and at most {limit:,.0f} are asked for: 0.45 times the "
            "size of the float file.",
        )
    classes, wanted = np.asarray(found["predictions"]), np.asarray(given.secret["classes"])
    if classes.ndim != 2 or len(classes) != len(wanted):
        return Finding(False, f"The file gives shape {classes.shape} for {len(wanted)} inputs.")
    agreement = float(np.mean(classes.argmax(axis=1) == wanted))
    if agreement < 0.97:
        return Finding(
            False,
            "The file names the model's class for fewer than 97 % of unseen inputs: the ranges measured do "
            "not fit. Are the samples given as they are, and enough of them?",
        )
    return Finding(True, f"The file names the model's class for {agreement:.1%} of unseen inputs.")


def is_affine_grid(given: Given, answer: Any) -> Finding:
    """Judge a scale and a zero point by what the levels make of the values."""
    values, pair = np.asarray(given.arguments[0], np.float64), np.asarray(answer)
    if pair.shape != (2,) or pair.dtype.kind not in "fiu":
        return Finding(False, "Two numbers are asked for: the scale and the zero point.")
    scale, zero_point = map(float, pair)
    if not values.any():
        right = (scale, zero_point) == (1, 0)
        return Finding(right, "" if right else "Where all values are 0, (1.0, 0) is asked for.")
    if not (np.isfinite(scale) and scale > 0):
        return Finding(False, "The scale is the size of a step: a number above 0 is asked for.")
    if not (zero_point.is_integer() and -128 <= zero_point <= 127):
        return Finding(
            False,
            f"0.0 has no level: the zero point is to be a whole number from −128 to 127, and yours is "
            f"{zero_point:.4g}.",
        )
    levels = np.clip(np.round(values / scale) + zero_point, -128, 127)
    off = np.abs(values / scale - (levels - zero_point)).max()
    if off > 0.5 + 1e-3:
        return Finding(False, f"A value is off by {off:.2f} steps; half a step is the most.")
    # The outer levels serve half a step beyond them, so a zero point allows for scales from here on.
    zero_points = np.arange(-128, 128)
    needed = np.maximum(-values.min() / (zero_points + 128.5), values.max() / (127.5 - zero_points)).min()
    if scale * 0.995 > needed:
        return Finding(False, f"Your steps are {scale / needed:.2f} times as large as they need be.")
    return Finding(True)


def rounding_error(values: np.ndarray, low: float, high: float, bits: int) -> float:
    """Return the mean squared difference of values from the nearest of `2**bits` levels in a range."""
    last = 2**bits - 1
    width = (high - low) / last
    levels = np.clip(np.round((values - low) / width), 0, last)
    return float(np.mean((values - low - width * levels) ** 2))


def clips_well(given: Given, answer: Any) -> Finding:
    """Judge ranges by their errors on fresh numbers, in the median of a group beside the best ranges'."""
    ends = np.asarray(answer)
    if ends.shape != (2,) or ends.dtype.kind not in "fiu":
        return Finding(False, "Two numbers are asked for: where to cut off below, and above.")
    if not (np.isfinite(ends).all() and ends[0] < ends[1]):
        return Finding(False, "Your range has no width: low must lie below high, and both be finite.")
    if not given.group:
        return Finding(True)
    ratios = [
        rounding_error(case.secret["fresh"], float(low), float(high), case.arguments[1]) / case.secret["best"]
        for case in given.group
        for low, high in [case.answer]
    ]
    median, worst = np.median(ratios), max(ratios)
    return Finding(
        bool(median <= 1.15 and worst <= 5),
        f"In the median of {len(ratios)} cases, your error is {median:.3f} times that of the best range, and "
        f"{worst:.3g} times in the worst.",
    )
