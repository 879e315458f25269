"""Lesson 1: how `zone_features` is checked."""

from collections.abc import Iterator

import numpy as np

from grader.exercise import Exercise, Mistake
from grader.references import introduction as reference


def image_batches(rng: np.random.Generator) -> Iterator[tuple[np.ndarray]]:
    """Images of 8×8: single pixels, patterns in one direction, one image and several."""
    for row, column in ((0, 0), (0, 2), (2, 0), (1, 7), (7, 6)):
        image = np.zeros((1, 8, 8))
        image[0, row, column] = 4.0
        yield (image,)
    yield (np.full((1, 8, 8), 16.0),)
    yield (np.tile(np.arange(8.0), (1, 8, 1)),)
    yield (np.arange(8.0).repeat(8).reshape(1, 8, 8),)
    yield (np.arange(64.0).reshape(1, 8, 8),)
    yield (np.arange(128.0).reshape(2, 8, 8),)
    for n in (1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6):
        yield (rng.integers(0, 17, (n, 8, 8)).astype(float),)


def zones(images):
    return images.reshape(-1, 4, 2, 4, 2)


EXERCISE = Exercise(
    reference=reference.zone_features,
    cases=image_batches,
    mistakes=(
        Mistake(
            "four_in_a_row",
            lambda images: images.reshape(-1, 16, 4).mean(axis=2),
            "You averaged four pixels of one row. A zone is two pixels wide and two pixels high.",
        ),
        Mistake(
            "not_flattened",
            lambda images: zones(images).mean(axis=(2, 4)),
            "The means are right, but they stand in a 4×4 square. A row of 16 is asked for each image.",
        ),
        Mistake(
            "column_by_column",
            lambda images: zones(images).mean(axis=(2, 4)).transpose(0, 2, 1).reshape(-1, 16),
            "The zones stand column by column. Go from left to right first, then down.",
        ),
        Mistake(
            "summed",
            lambda images: zones(images).sum(axis=(2, 4)).reshape(-1, 16),
            "Each zone's pixels were summed. The feature is their mean.",
        ),
        Mistake(
            "largest",
            lambda images: zones(images).max(axis=(2, 4)).reshape(-1, 16),
            "This is the largest pixel of each zone. The feature is the mean of all four.",
        ),
        Mistake(
            "every_other_pixel",
            lambda images: images[:, ::2, ::2].reshape(-1, 16),
            "Only one pixel of each zone was looked at. All four go into the mean.",
        ),
        Mistake(
            "batch_averaged",
            lambda images: zones(images).mean(axis=(0, 2, 4)).reshape(1, 16),
            "All images came out as one. Keep the first axis: each image has features of its own.",
        ),
        Mistake(
            "averaged_without_axis",
            lambda images: zones(images).mean(axis=(0, 2, 4)).ravel(),
            "There are 16 numbers for the whole batch: the mean of each zone ran over all images, too. Give "
            "mean the axes of the zone only.",
        ),
        Mistake(
            "transposed",
            lambda images: zones(images).mean(axis=(2, 4)).reshape(-1, 16).T,
            "The features are right, but they stand in columns: a row an image and a column a zone is asked "
            "for.",
        ),
        Mistake(
            "zones_of_four",
            lambda images: images.reshape(-1, 2, 4, 2, 4).mean(axis=(2, 4)),
            "These are four large zones of 4×4 pixels. Sixteen small ones of 2×2 are asked for.",
        ),
    ),
    hints=(
        "Eight pixel rows make four rows of zones; the same for the columns. Where does zone (0, 1) begin "
        "and end?",
        "Two loops over 4 rows and 4 columns of zones do it: cut a 2×2 block out of all images at once, and "
        "take its mean over the last two axes.",
        "Without loops: reshape each axis of 8 into 4 and 2. The axes are then image, zone row, row in the "
        "zone, zone column, column in the zone. Average over the two inner ones.",
    ),
    difficulty=3,
    importance=3,
    minutes=8,
)
