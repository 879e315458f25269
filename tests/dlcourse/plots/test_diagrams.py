import keras
import pytest
from keras import layers
from pictures import DRAW

from dlcourse import plots


def test_network_draws_one_line_a_weight():
    assert len(plots.network([3, 4, 2]).get_lines()) == 3 * 4 + 4 * 2


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
