import html
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import keras
import matplotlib
import numpy as np
import pandas as pd
import pytest
from keras import layers
from matplotlib.figure import Figure

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from dlcourse import console, metrics, plots
from dlcourse.errors import DataError, ModelError
from dlcourse.plots.drawing import image_tag

X, Y = np.array([[-1.0, 0.0], [1.0, 2.0], [0.5, -1.0]]), np.array([0, 1, 1])

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.random((6, 8, 8, 1)).astype(np.float32)
SCORES, BINARY = RANDOM.random(60), RANDOM.integers(0, 2, 60)
HISTORY = {"loss": [3.0, 2.0, 1.0], "accuracy": [0.2, 0.4, 0.6], "val_loss": [3.0, 1.5, 2.0]}
FOUND = SimpleNamespace(learning_rates=[1e-4, 1e-3, 1e-2], losses=[2.0, 1.0, 9.0], suggestion=1e-3)
BY_SIZE = SimpleNamespace(
    sizes=[10, 20, 40],
    train_scores=RANDOM.random((3, 5)),
    validation_scores=RANDOM.random((3, 5)),
)


def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(5, 3, activation="relu", name="convolution"),
            layers.Flatten(),
            layers.Dense(1, name="output"),
        ]
    )
    model.compile(loss="mse")
    return model


MODEL = network()

DRAW = {
    "activation": lambda **ax: plots.activation(np.tanh, lambda z: 1 - np.tanh(z) ** 2, name="tanh", **ax),
    "decision_regions": lambda **ax: plots.decision_regions(lambda grid: grid[:, 0] > 0, X, Y, **ax),
    "gradient_norms": lambda **ax: plots.gradient_norms({"a": [1e-3, 1.0], "b": [1.0, 2.0]}, **ax),
    "images": lambda **ax: plots.images(np.eye(8)[None].repeat(3, axis=0), titles=[1, 2, 3], **ax),
    "network": lambda **ax: plots.network([2, 3, 1], names=["in", "hidden", "out"], **ax),
    "learning_rate_finder": lambda **ax: plots.learning_rate_finder(FOUND, **ax),
    "learning_curve": lambda **ax: plots.learning_curve(BY_SIZE, **ax),
    "confusion_matrix": lambda **ax: plots.confusion_matrix([[3, 1], [0, 4]], **ax),
    "large confusion_matrix": lambda **ax: plots.confusion_matrix(np.eye(30), **ax),
    "roc_curve": lambda **ax: plots.roc_curve(BINARY, SCORES, **ax),
    "precision_recall_curve": lambda **ax: plots.precision_recall_curve(BINARY, SCORES, **ax),
    "calibration_curve": lambda **ax: plots.calibration_curve(BINARY, SCORES, **ax),
    "activations": lambda **ax: plots.activations(MODEL, IMAGES, **ax),
    "gradients": lambda **ax: plots.gradients(MODEL, IMAGES, np.arange(6.0), **ax),
    "weights": lambda **ax: plots.weights(MODEL, **ax),
    "filters": lambda **ax: plots.filters(MODEL, **ax),
    "feature_maps": lambda **ax: plots.feature_maps(MODEL, IMAGES[0], **ax),
    "architecture": lambda **ax: plots.architecture(MODEL, **ax),
}
PICTURES_ONLY = ("images", "network", "filters", "feature_maps", "architecture")
WITH_AXES = [name for name in DRAW if name not in PICTURES_ONLY]


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_makes_axes_and_can_be_saved(draw, tmp_path):
    ax = draw()
    ax.get_figure().savefig(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 1000


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_draws_on_given_axes_and_makes_no_others(draw):
    figure, axes = plt.subplots(1, 2)
    assert draw(ax=axes[1]) is axes[1]
    assert plt.get_fignums() == [figure.number]
    assert not axes[0].has_data()


@pytest.mark.parametrize("name", WITH_AXES)
def test_axes_are_labelled(name):
    ax = DRAW[name]()
    assert ax.get_xlabel()
    assert ax.get_ylabel()


def test_lines_differ_without_colour():
    norms = {str(i): [1.0, 2.0] for i in range(5)}
    lines = plots.gradient_norms(norms).get_lines()
    assert len({line.get_marker() for line in lines}) == len(norms)
    function, derivative = DRAW["activation"]().get_lines()[-2:]
    assert function.get_linestyle() != derivative.get_linestyle()


def test_activation_without_derivative_has_one_curve():
    one, two = plots.activation(np.tanh), plots.activation(np.tanh, np.cos)
    assert len(two.get_lines()) == len(one.get_lines()) + 1


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
def test_decision_regions_of_a_model_that_always_says_the_same(answer):
    plots.decision_regions(lambda grid: np.full(len(grid), answer), X, Y)


def test_decision_regions_marks_each_of_three_classes():
    ax = plots.decision_regions(lambda grid: np.digitize(grid[:, 0], [-0.5, 0.7]), X, np.array([0, 2, 1]))
    assert [text.get_text() for text in ax.legend().get_texts()] == ["0", "1", "2"]


def test_gradient_norm_of_zero_is_left_out():
    (line,) = plots.gradient_norms({"dead": [0.0, 1.0]}).get_lines()
    assert np.isnan(line.get_ydata()[0])


@pytest.mark.parametrize("count", [1, 3, 9])
def test_images_draws_each_image_once(count):
    ax = plots.images(np.ones((count, 8, 8)), columns=4)
    (wall,) = ax.get_images()
    assert np.nansum(wall.get_array().filled(np.nan)) == count * 64


def test_network_draws_one_line_a_weight():
    assert len(plots.network([3, 4, 2]).get_lines()) == 3 * 4 + 4 * 2


def test_show_prints_the_description_and_closes_the_figure(capsys):
    plots.show(DRAW["activation"](), alt="A curve.")
    assert capsys.readouterr().out == "A curve.\n"
    assert plt.get_fignums() == []


def test_show_takes_a_figure_that_pyplot_does_not_know(capsys):
    figure = Figure()
    DRAW["network"](ax=figure.subplots())
    plots.show(figure, alt="A network.")
    assert capsys.readouterr().out == "A network.\n"


def test_image_tag_escapes_its_description():
    alt = 'z < 0 & "dead" <script>'
    tag = image_tag(DRAW["activation"]().get_figure(), alt)
    written = re.fullmatch(r'<img alt="([^"<>]*)" src="data:image/png;base64,[\w+/=]+" [^<>]*>', tag)
    assert html.unescape(written[1]) == alt


# Training


def test_learning_curves_draw_the_history_and_mark_the_best_epoch():
    loss, accuracy = plots.learning_curves(HISTORY)
    training, validation, best = loss.get_lines()
    np.testing.assert_array_equal(training.get_xydata(), [[1, 3], [2, 2], [3, 1]])
    np.testing.assert_array_equal(validation.get_ydata(), HISTORY["val_loss"])
    assert list(best.get_xdata()) == [2, 2]
    assert best.get_label() == "best epoch: 2"
    np.testing.assert_array_equal(accuracy.get_lines()[0].get_ydata(), HISTORY["accuracy"])
    assert training.get_linestyle() != validation.get_linestyle()


def test_learning_curves_take_histories_of_keras_and_of_the_course():
    fitted = MODEL.fit(IMAGES, np.zeros(6), epochs=2, verbose=0)
    (panel,) = plots.learning_curves(fitted)
    np.testing.assert_allclose(panel.get_lines()[0].get_ydata(), fitted.history["loss"])
    ours = SimpleNamespace(history=HISTORY, best_epoch=0)
    assert plots.learning_curves(ours)[0].get_lines()[-1].get_label() == "best epoch: 1"


def test_learning_curves_draw_as_many_quantities_as_there_are_axes():
    _, ax = plt.subplots()
    (panel,) = plots.learning_curves({"accuracy": [1.0], "loss": [2.0]}, ax=ax)
    assert panel is ax
    assert ax.get_ylabel() == "loss"


class Notebook:
    """Stands for a notebook: keeps what was displayed and what it was replaced by."""

    def __init__(self, monkeypatch):
        self.shown = []
        monkeypatch.setattr(console, "in_notebook", lambda: True)
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(display=self))
        monkeypatch.setitem(sys.modules, "IPython.display", self)

    def display(self, twins, raw, display_id):
        assert raw
        assert display_id
        self.shown.append([twins])
        return self

    def update(self, twins, raw):
        self.shown[-1].append(twins)


def test_live_curves_are_one_picture_that_ends_with_the_whole_history(monkeypatch):
    notebook = Notebook(monkeypatch)
    curves = plots.LiveCurves()
    for epochs in (1, 2, 3):
        curves.update({name: values[:epochs] for name, values in HISTORY.items()})
    curves.close()
    (picture,) = notebook.shown
    assert len(picture) < 4  # three epochs within a moment are not drawn one by one
    expected = "Learning curves after 3 epochs: loss 1, accuracy 0.6, val_loss 2."
    assert picture[-1]["text/plain"] == expected
    assert f'alt="{expected}" src="data:image/png;base64,' in picture[-1]["text/html"]
    assert plt.get_fignums() == []


def test_live_curves_do_nothing_in_a_script(capsys, monkeypatch):
    monkeypatch.setattr(plots.LiveCurves, "_draw", lambda self: pytest.fail("drawn"))
    curves = plots.LiveCurves()
    curves.update(HISTORY)
    curves.close()
    assert capsys.readouterr() == ("", "")


def test_live_curves_of_no_epoch_show_nothing(monkeypatch):
    notebook = Notebook(monkeypatch)
    plots.LiveCurves().close()
    assert notebook.shown == []


def test_learning_rate_finder_draws_all_losses_and_looks_at_the_useful_ones():
    ax = DRAW["learning_rate_finder"]()
    losses, suggestion = ax.get_lines()
    np.testing.assert_array_equal(losses.get_xydata(), np.transpose([FOUND.learning_rates, FOUND.losses]))
    assert list(suggestion.get_xdata()) == [1e-3, 1e-3]
    assert 2 < ax.get_ylim()[1] < 9
    assert ax.get_ylim()[0] < 1


def test_learning_curve_draws_mean_and_band_over_the_folds():
    ax = DRAW["learning_curve"]()
    for line, band, scores in zip(
        ax.get_lines(), ax.collections, (BY_SIZE.train_scores, BY_SIZE.validation_scores), strict=True
    ):
        np.testing.assert_allclose(line.get_ydata(), scores.mean(axis=1))
        corners = band.get_paths()[0].vertices
        for size, mean, deviation in zip(BY_SIZE.sizes, scores.mean(axis=1), scores.std(axis=1), strict=True):
            heights = corners[corners[:, 0] == size, 1]
            np.testing.assert_allclose([heights.min(), heights.max()], [mean - deviation, mean + deviation])


# Evaluation


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


# Inside a model


def histograms(ax):
    """For each row of the picture, the heights of its bars, and the edges of all."""
    values = []
    for patch in ax.patches:
        heights, edges, floor = patch.get_data()
        values.append(heights - floor)
    return values, edges


def test_weights_draw_each_layers_histogram_to_the_same_height():
    rows, edges = histograms(DRAW["weights"]())
    for row, layer in zip(rows, (MODEL.layers[0], MODEL.layers[2]), strict=True):
        count = np.histogram(np.asarray(layer.kernel), edges)[0]
        np.testing.assert_allclose(row / row.max(), count / count.max())


@pytest.mark.parametrize("value", [0.0, 1.0, -1e6])
def test_weights_that_are_all_the_same(value):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
    model.layers[0].set_weights([np.full((3, 4), value), np.zeros(4)])
    ((row,), edges) = histograms(plots.weights(model))
    (place,) = np.flatnonzero(row)
    assert edges[place] <= value <= edges[place + 1]


def test_activations_are_the_outputs_of_the_layers():
    ax = DRAW["activations"]()
    rows, edges = histograms(ax)
    convolution = np.asarray(MODEL.layers[0](IMAGES))
    output = np.asarray(MODEL(IMAGES))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["convolution", "output"]
    for row, values in zip(rows, (convolution[convolution > 0], output), strict=True):
        count = np.histogram(values, edges)[0]
        np.testing.assert_allclose(row / row.max(), count / count.max())
    assert [text.get_text() for text in ax.texts] == [f"{np.mean(convolution == 0):.0%} zero", "0% zero"]


def test_activations_of_a_model_with_named_inputs():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    model = keras.Model({"a": a, "b": b}, layers.Dense(1, name="out")(layers.Add(name="sum")([a, b])))
    ax = plots.activations(model, {"a": np.ones((3, 2)), "b": np.ones((3, 2))})
    assert [label.get_text() for label in ax.get_yticklabels()] == ["sum", "out"]


def test_gradients_are_those_of_finite_differences():
    x, y = RANDOM.normal(size=(20, 3)), RANDOM.normal(size=20)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1)])
    model.compile(loss="mse")
    rows, edges = histograms(plots.gradients(model, x, y))
    weights = [w.astype(np.float64) for w in model.get_weights()]

    def loss(weights):
        hidden = np.tanh(x @ weights[0] + weights[1])
        return np.mean((y - (hidden @ weights[2] + weights[3])[:, 0]) ** 2)

    for row, parts in zip(rows, ((0, 1), (2, 3)), strict=True):
        sizes = []
        for part in parts:
            for place in np.ndindex(weights[part].shape):
                ends = []
                for step in (1e-5, -1e-5):
                    moved = [w.copy() for w in weights]
                    moved[part][place] += step
                    ends.append(loss(moved))
                sizes.append(abs(ends[0] - ends[1]) / 2e-5)
        # Which bins hold something; one that lies on an edge may fall to either side of it.
        expected = np.searchsorted(edges, np.log10(sizes)) - 1
        drawn = np.flatnonzero(row)
        assert all(np.abs(drawn - place).min() <= 1 for place in expected)
        assert all(np.abs(expected - place).min() <= 1 for place in drawn)


def test_gradients_of_units_that_are_dead_are_zero():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, "relu"), layers.Dense(1)])
    model.compile(loss="mse")
    model.layers[0].set_weights([-np.ones((3, 4)), np.zeros(4)])
    ax = plots.gradients(model, np.ones((5, 3)), np.ones(5))
    assert ax.texts[0].get_text() == "100% zero"


def test_gradients_reach_embeddings():
    model = keras.Sequential([keras.Input((4,)), layers.Embedding(10, 2), layers.Flatten(), layers.Dense(1)])
    model.compile(loss="mse")
    ax = plots.gradients(model, np.array([[0, 1, 2, 2]]), np.array([1.0]))
    assert ax.texts[0].get_text() == "70% zero"  # 3 of 10 words occur


def test_filters_are_the_kernels_on_a_scale_around_zero():
    ax = DRAW["filters"]()
    (wall,) = ax.get_images()
    kernel = np.asarray(MODEL.layers[0].kernel)
    drawn = wall.get_array()
    np.testing.assert_allclose(np.sort(drawn.compressed()), np.sort(kernel.ravel()))
    np.testing.assert_allclose(drawn[1:4, 0:3], kernel[:, :, 0, 0])
    assert wall.get_clim() == (-np.abs(kernel).max(), np.abs(kernel).max())


def test_filters_of_colours_and_of_one_channel():
    layer = layers.Conv2D(2, 3)
    layer.build((None, 8, 8, 3))
    kernel = np.asarray(layer.kernel)
    (wall,) = plots.filters(layer).get_images()
    assert wall.get_array().shape[-1] == 3
    expected = 0.5 + kernel[..., 0] / (2 * np.abs(kernel).max())
    np.testing.assert_allclose(wall.get_array()[1:4, 0:3], expected, rtol=1e-6)
    (wall,) = plots.filters(layer, channel=2).get_images()
    np.testing.assert_allclose(wall.get_array()[1:4, 0:3], kernel[:, :, 2, 0])


def test_feature_maps_are_the_layers_output():
    (wall,) = DRAW["feature_maps"]().get_images()
    maps = np.asarray(MODEL.layers[0](IMAGES[:1]))[0]
    np.testing.assert_allclose(wall.get_array()[1:7, 0:6], maps[..., 0], rtol=1e-6)
    np.testing.assert_allclose(np.sort(wall.get_array().compressed()), np.sort(maps.ravel()), rtol=1e-6)
    few = plots.feature_maps(MODEL, IMAGES[0], "convolution", most=2)
    assert few.get_title() == "convolution: 5 channels of 6 × 6, of which 2 are shown"


def test_attention_draws_a_matrix_for_each_head_on_one_scale():
    weights = RANDOM.dirichlet(np.ones(3), (2, 4))
    drawn = plots.attention(weights, list("abcd"), list("xyz"))
    assert len(drawn) == 2
    for panel, head in zip(drawn, weights, strict=True):
        (image,) = panel.get_images()
        np.testing.assert_array_equal(image.get_array(), head)
        assert image.get_clim() == (0, weights.max())
        assert [label.get_text() for label in panel.get_xticklabels()] == list("xyz")
    _, axes = plt.subplots(1, 2)
    assert list(plots.attention(weights, list("abcd"), list("xyz"), ax=axes)) == list(axes)


# Architecture


def test_architecture_writes_shapes_and_weights_of_every_layer():
    texts = [text.get_text() for text in DRAW["architecture"]().texts if text.get_text()]
    assert len(texts) == 4
    assert texts[0].startswith("Input  ")
    assert texts[1] == "Conv2D  convolution\n(6 × 6 × 5) · 50 weights"
    assert texts[3] == "Dense  output\n(1) · 181 weights"


def branched() -> keras.Model:
    x = keras.Input((None, 4), name="x")
    y = layers.Dense(4, name="shared")
    left = y(x)
    right = layers.Activation("relu", name="relu")(y(left))
    return keras.Model(
        x, [layers.Add(name="sum")([left, right]), layers.Dense(2, name="d", trainable=False)(x)]
    )


def test_architecture_draws_an_arrow_for_every_connection():
    ax = plots.architecture(branched())
    boxes = [text.get_text() for text in ax.texts if text.get_text()]
    arrows = [text for text in ax.texts if not text.get_text()]
    assert sum(text.startswith("Dense  shared") for text in boxes) == 2  # used twice, drawn twice
    assert "Dense  d\n(any × 2) · 10 weights, frozen" in boxes
    assert len(arrows) == 6
    assert len(ax.get_lines()) == 1  # the connection that skips two rows goes round the side


def test_architecture_boxes_do_not_overlap():
    boxes = [patch.get_window_extent() for patch in plots.architecture(branched()).patches]
    assert len(boxes) == 6
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[:i])


@pytest.mark.parametrize("draw", [DRAW["architecture"], lambda: plots.architecture(branched())])
def test_architecture_words_fit_their_boxes(draw):
    ax = draw()
    ax.get_figure().canvas.draw()
    texts = [text for text in ax.texts if text.get_text()]
    for text, box in zip(texts, ax.patches, strict=True):
        assert text.get_window_extent().width <= box.get_window_extent().width
        assert text.get_window_extent().height <= box.get_window_extent().height


def test_architecture_shows_a_model_inside_a_model_as_one_box():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="inner")
    outer = keras.Sequential([keras.Input((4,)), inner, layers.Dense(1)])
    words = [text.get_text() for text in plots.architecture(outer).texts if text.get_text()]
    assert words[1] == "Sequential  inner\n(3) · 15 weights"


def test_architecture_draws_operations():
    x = keras.Input((4,))
    words = [text.get_text() for text in plots.architecture(keras.Model(x, keras.ops.relu(x) + 1)).texts]
    assert any(word.startswith("Relu  ") for word in words)


# Images with predictions


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


# Bad input

REFUSED = {
    "no history": (lambda: plots.learning_curves({}), DataError, "no history to draw"),
    "lengths": (lambda: plots.learning_curves({"loss": [1], "mae": [1, 2]}), DataError, "loss 1, mae 2"),
    "losses": (
        lambda: plots.learning_rate_finder(SimpleNamespace(learning_rates=[1], losses=[], suggestion=1)),
        DataError,
        "one each",
    ),
    "sizes": (
        lambda: plots.learning_curve(
            SimpleNamespace(sizes=[1], train_scores=[1.0], validation_scores=[[1.0]])
        ),
        DataError,
        r"1 sizes, and training scores of shape \(1,\)",
    ),
    "not square": (lambda: plots.confusion_matrix([[1, 2]]), DataError, "as many rows as columns"),
    "names": (lambda: plots.confusion_matrix(np.eye(2), ["a"]), DataError, "2 classes and 1 names"),
    "one class": (lambda: plots.roc_curve([1, 1], [0.1, 0.2]), DataError, "There is no curve"),
    "models": (lambda: plots.roc_curve([0, 1, 2], {"m": np.eye(3)}), DataError, "'m' has scores of 3"),
    "class names": (lambda: plots.roc_curve([0, 1, 2], np.eye(3), ["a"]), DataError, "3 classes to draw"),
    "not compiled": (
        lambda: plots.gradients(keras.Sequential([keras.Input((1,)), layers.Dense(1)]), [[1.0]], [1]),
        ModelError,
        "A gradient is that of a loss",
    ),
    "samples": (lambda: plots.gradients(MODEL, IMAGES, [1.0]), DataError, "6 samples and 1 target"),
    "no kernels": (lambda: plots.weights(keras.Sequential()), ModelError, "has no kernels: is it built"),
    "no convolution": (
        lambda: plots.filters(MODEL.layers[2]),
        ModelError,
        "'output' is no built convolution",
    ),
    "no channel": (lambda: plots.filters(MODEL, channel=1), ModelError, "input channels 0 to 0, and no 1"),
    "no layer": (
        lambda: plots.feature_maps(MODEL, IMAGES[0], "conv"),
        ModelError,
        "There are: .*convolution",
    ),
    "no image": (lambda: plots.feature_maps(MODEL, IMAGES[0], "output"), ModelError, "is no image"),
    "image": (lambda: plots.feature_maps(MODEL, np.ones((8, 8))), DataError, r"of shape \(8, 8, 1\)"),
    "tokens": (lambda: plots.attention(np.eye(2), ["a"]), DataError, "do not fit 1 tokens"),
    "heads": (
        lambda: plots.attention(np.ones((3, 1, 1)), ["a"], ax=plt.subplots()[1]),
        DataError,
        "3 pictures to draw, and 1 axes",
    ),
    "no graph": (lambda: plots.architecture(keras.Sequential()), ModelError, "has no graph of layers"),
    "image shape": (lambda: plots.images(np.ones((8, 8))), DataError, "Images have the shape"),
    "titles": (lambda: plots.images(np.ones((2, 8, 8)), titles=[1]), DataError, "2 images and 1 titles"),
    "no labels": (
        lambda: plots.images(np.ones((1, 8, 8)), predictions=[1]),
        DataError,
        "give those as titles",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused_in_a_sentence(name):
    call, error, words = REFUSED[name]
    with pytest.raises(error, match=words):
        call()


def test_importing_plots_leaves_tensorflow_alone():
    code = "import sys, dlcourse.plots; print('tensorflow' in sys.modules or 'keras' in sys.modules)"
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
