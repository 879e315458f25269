"""Images on photographs: where they lie, what is behind them, and that a seed repeats both."""

import numpy as np
import pytest
from sklearn.datasets import load_sample_image

from dlcourse.datasets import load, on_photograph
from dlcourse.errors import DataError, UnknownNameError

NOTHING = np.zeros((300, 8, 8))


def placed(images=NOTHING, seed=0, **how):
    return on_photograph(images, np.random.default_rng(seed), **how)


def test_shape_and_range():
    found = placed(load("digits").features / 16)
    assert (found.shape, found.dtype) == ((1797, 12, 12, 1), np.float32)
    assert 0 <= found.min() <= found.max() <= 1


def test_a_seed_repeats_it_and_another_does_not():
    np.testing.assert_array_equal(placed(), placed())
    assert not np.array_equal(placed(), placed(seed=1))
    assert not np.array_equal(placed(), placed(photograph="china"))


@pytest.mark.parametrize("photograph", ["china", "flower"])
def test_behind_nothing_is_a_piece_of_the_photograph(photograph):
    scene = load_sample_image(f"{photograph}.jpg").mean(axis=2, dtype=np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(scene, (12, 12)).reshape(-1, 144)
    windows = windows - windows.mean(axis=1, keepdims=True)
    piece = placed(NOTHING[:1], photograph=photograph).ravel()
    window = windows[np.argmax(windows @ (piece - 0.5) / (np.linalg.norm(windows, axis=1) + 1e-9))]
    inside = (piece > 0) & (piece < 1)  # what was cut off is on no line with the rest
    assert np.corrcoef(window[inside], piece[inside])[0, 1] > 0.9999


def test_pieces_have_one_mean_and_one_contrast():
    pieces = placed(photograph="china")[..., 0]
    assert pieces.mean(axis=(1, 2)) == pytest.approx(0.5, abs=0.06)  # cutting off moves it
    assert np.median(pieces.std(axis=(1, 2))) == pytest.approx(0.18, abs=0.01)
    assert pieces.std(axis=(1, 2)).max() < 0.19


def test_out_of_focus_the_photograph_is_nearly_as_rich_in_contrast():
    spread = placed(photograph="flower").std(axis=(1, 2, 3))
    assert 0.15 < np.median(spread) < 0.18
    assert spread.max() < 0.19


def test_ink_is_white_and_lies_everywhere():
    corners = set()
    for image in placed(np.ones((300, 8, 8)))[..., 0]:
        rows, columns = np.nonzero(image == 1)
        top, left = min(rows), min(columns)
        corners.add((top, left))
        assert (image[top : top + 8, left : left + 8] == 1).all() or len(rows) > 64  # or a white background
    assert {(row, column) for row in range(5) for column in range(5)} <= corners


def test_half_ink_lets_half_of_the_photograph_through():
    full, half = placed(NOTHING)[..., 0], placed(NOTHING + 0.5)[..., 0]
    covered = np.isclose(half, 0.5 + full / 2)
    assert (covered.sum(axis=(1, 2)) >= 64).all()
    np.testing.assert_array_equal(half[~covered], full[~covered])


def test_other_sizes():
    assert placed(size=8).shape == (300, 8, 8, 1)
    assert placed(np.zeros((2, 3, 5)), size=30).shape == (2, 30, 30, 1)
    assert placed(np.zeros((0, 8, 8))).shape == (0, 12, 12, 1)


def test_what_is_no_image_is_refused():
    for images, words in (
        (np.zeros((3, 64)), r"shape \(n, height, width\), not \(3, 64\)"),
        (np.zeros((3, 8, 13)), "8 × 13 pixels don't fit onto size=12"),
        (load("digits").features, "from 0 to 1: divide by"),
        (NOTHING - 0.1, "from 0 to 1"),
        (np.full((1, 8, 8), np.nan), "from 0 to 1"),
    ):
        with pytest.raises(DataError, match=words):
            placed(images)
    with pytest.raises(DataError, match="427 × 640 pixels: take a smaller size"):
        placed(size=500)
    with pytest.raises(UnknownNameError, match=r"no photograph 'flowers'\. Did you mean 'flower'\?"):
        placed(photograph="flowers")
