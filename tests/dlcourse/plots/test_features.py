import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from pictures import DRAW, IMAGES, MODEL, RANDOM

from dlcourse import plots


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
