import keras
import numpy as np
import pytest
from keras import layers
from pictures import DRAW, IMAGES, MODEL, RANDOM

from dlcourse import plots


def test_lines_differ_without_colour():
    norms = {str(i): [1.0, 2.0] for i in range(5)}
    lines = plots.gradient_norms(norms).get_lines()
    assert len({line.get_marker() for line in lines}) == len(norms)
    function, derivative = DRAW["activation"]().get_lines()[-2:]
    assert function.get_linestyle() != derivative.get_linestyle()


def test_activation_without_derivative_has_one_curve():
    one, two = plots.activation(np.tanh), plots.activation(np.tanh, np.cos)
    assert len(two.get_lines()) == len(one.get_lines()) + 1


def test_gradient_norm_of_zero_is_left_out():
    (line,) = plots.gradient_norms({"dead": [0.0, 1.0]}).get_lines()
    assert np.isnan(line.get_ydata()[0])


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
