import numpy as np
import pytest
from pictures import RANDOM, X, Y

from dlcourse import plots


def test_decision_regions_asks_about_a_grid_that_covers_the_data():
    asked = []

    def predict(grid):
        asked.append(grid)
        return grid[:, 0] > 0

    plots.decision_regions(predict, X, Y, resolution=20)
    (grid,) = asked
    assert grid.shape == (400, 2)
    assert np.all(grid.min(axis=0) < X.min(axis=0))
    assert np.all(grid.max(axis=0) > X.max(axis=0))


def test_decision_regions_keeps_to_limits():
    ax = plots.decision_regions(lambda grid: grid[:, 0] > 0, X, Y, limits=(-3, 4))
    assert ax.get_xlim() == ax.get_ylim() == (-3, 4)


@pytest.mark.parametrize("answer", [0, 1])
def test_decision_regions_of_a_model_that_always_says_the_same_raise_no_error(answer):
    plots.decision_regions(lambda grid: np.full(len(grid), answer), X, Y)


def test_decision_regions_marks_each_of_three_classes():
    ax = plots.decision_regions(lambda grid: np.digitize(grid[:, 0], [-0.5, 0.7]), X, np.array([0, 2, 1]))
    assert [text.get_text() for text in ax.legend().get_texts()] == ["0", "1", "2"]


@pytest.mark.parametrize("count", [1, 3, 9])
def test_images_draws_each_image_once(count):
    ax = plots.images(np.ones((count, 8, 8)), columns=4)
    (wall,) = ax.get_images()
    assert np.nansum(wall.get_array().filled(np.nan)) == count * 64


def test_images_mark_what_is_wrong_with_words_and_a_thick_frame():
    ax = plots.images(np.zeros((3, 8, 8)), titles=[1, 2, 3], predictions=[1, 7, 3])
    assert [text.get_text() for text in ax.texts] == ["1 ✓", "7 ✗ not 2", "3 ✓"]
    widths = [patch.get_linewidth() for patch in ax.patches]
    assert widths[1] > 2 * widths[0] == 2 * widths[2]


def test_images_with_long_names_keep_to_their_places():
    names = ["automobile", "aeroplane", "automobile"]
    ax = plots.images(np.zeros((3, 8, 8)), titles=names, predictions=names[1:] + names[:1])
    ax.get_figure().canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[:i])


def test_colour_images_are_drawn_as_they_are():
    image = RANDOM.integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    (wall,) = plots.images(image).get_images()
    np.testing.assert_allclose(wall.get_array()[1:9, 0:8], image[0] / 255)
