import html
import os
import re
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from dlcourse import plots

X, Y = np.array([[-1.0, 0.0], [1.0, 2.0], [0.5, -1.0]]), np.array([0, 1, 1])

DRAW = {
    "activation": lambda **ax: plots.activation(np.tanh, lambda z: 1 - np.tanh(z) ** 2, name="tanh", **ax),
    "decision_regions": lambda **ax: plots.decision_regions(lambda grid: grid[:, 0] > 0, X, Y, **ax),
    "gradient_norms": lambda **ax: plots.gradient_norms({"a": [1e-3, 1.0], "b": [1.0, 2.0]}, **ax),
    "images": lambda **ax: plots.images(np.eye(8)[None].repeat(3, axis=0), titles=[1, 2, 3], **ax),
    "network": lambda **ax: plots.network([2, 3, 1], names=["in", "hidden", "out"], **ax),
}
WITH_AXES = ("activation", "decision_regions", "gradient_norms")


@pytest.fixture(autouse=True)
def no_figure_is_left():
    yield
    plt.close("all")


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
    tag = plots._image_tag(DRAW["activation"]().get_figure(), alt)
    written = re.fullmatch(r'<img alt="([^"<>]*)" src="data:image/png;base64,[\w+/=]+" [^<>]*>', tag)
    assert html.unescape(written[1]) == alt


def test_importing_plots_leaves_tensorflow_alone():
    code = "import sys, dlcourse.plots; print('tensorflow' in sys.modules or 'keras' in sys.modules)"
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
