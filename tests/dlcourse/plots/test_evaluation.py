import numpy as np
import pandas as pd
import pytest
from pictures import BINARY, RANDOM, SCORES

from dlcourse import metrics, plots


def test_confusion_matrix_shades_shares_and_writes_counts():
    table = pd.DataFrame([[6, 2], [0, 4]], index=["cat", "dog"], columns=["cat", "dog"])
    ax = plots.confusion_matrix(table)
    np.testing.assert_allclose(ax.get_images()[0].get_array(), [[0.75, 0.25], [0, 1]])
    assert [text.get_text() for text in ax.texts] == ["6", "2", "0", "4"]
    assert [text.get_color() for text in ax.texts] == ["white", "black", "black", "white"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["cat", "dog"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["cat", "dog"]


def test_confusion_matrix_of_many_classes_has_a_bar_instead_of_numbers():
    ax = plots.confusion_matrix(np.eye(50))
    assert not ax.texts
    (bar,) = ax.child_axes
    assert bar.get_ylabel() == "share of the true class"
    ax.get_figure().canvas.draw()
    assert len(ax.get_xticklabels()) < 20


def test_confusion_matrix_with_a_class_that_never_occurs():
    ax = plots.confusion_matrix([[0, 0], [1, 1]])
    np.testing.assert_array_equal(ax.get_images()[0].get_array(), [[0, 0], [0.5, 0.5]])


@pytest.mark.parametrize(
    ("draw", "curve"),
    [
        (plots.roc_curve, lambda y, p: metrics.roc_curve(y, p)[:2]),
        (plots.precision_recall_curve, lambda y, p: metrics.precision_recall_curve(y, p)[1::-1]),
    ],
    ids=["roc", "precision-recall"],
)
def test_curves_are_those_of_metrics(draw, curve):
    ax = draw(BINARY, {"one": SCORES, "other": -SCORES})
    *_, one, other = ax.get_lines()
    for line, scores in ((one, SCORES), (other, -SCORES)):
        np.testing.assert_array_equal(line.get_xydata(), np.transpose(curve(BINARY, scores)))
    assert one.get_marker() != other.get_marker()


def test_a_line_for_each_class_against_the_rest():
    y, p = np.arange(30) % 3, RANDOM.random((30, 3))
    ax = plots.roc_curve(y, p, ["red", "green", "blue"])
    _, *lines = ax.get_lines()
    areas = metrics.roc_auc(y, p, None)
    names = ("red", "green", "blue")
    assert [line.get_label() for line in lines] == [
        f"{name}: area {area:.3f}" for name, area in zip(names, areas, strict=True)
    ]


def test_of_many_classes_the_best_and_the_worst_are_named():
    y, p = np.arange(260) % 26, RANDOM.random((260, 26))
    areas = metrics.roc_auc(y, p, None)
    ax = plots.roc_curve(y, p)
    assert len(ax.get_lines()) == 1 + 26
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert named == [
        "chance: area 0.500",
        "the 24 others",
        f"best of 26, class {areas.argmax()}: area {areas.max():.3f}",
        f"worst of 26, class {areas.argmin()}: area {areas.min():.3f}",
    ]


def test_calibration_curve_is_that_of_metrics_with_an_area_for_the_number_of_samples():
    ax = plots.calibration_curve(BINARY, SCORES, num_bins=4)
    curve = metrics.calibration_curve(BINARY, SCORES, 4)
    np.testing.assert_array_equal(ax.get_lines()[-1].get_xydata(), np.transpose(curve[1::-1]))
    (points,) = ax.collections
    np.testing.assert_array_equal(np.argsort(points.get_sizes()), np.argsort(curve.count))
