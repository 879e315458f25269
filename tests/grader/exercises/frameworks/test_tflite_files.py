"""Files that are written for `tflite_predict` say what their layer computes."""

import numpy as np
import pytest

from grader.exercises.frameworks.tflite_files import Layer, written
from grader.exercises.frameworks.tflite_predict import quantised_layer
from grader.references import frameworks as reference


@pytest.mark.parametrize("seed", range(5))
def test_written_files_compute_what_their_layer_says(seed):
    """An int8 file against whole-number arithmetic by hand, where no rounding is in doubt."""
    rng = np.random.default_rng(seed)
    for features, units in ((1, 1), (3, 2), (4, 5)):
        layer, x = quantised_layer(rng, features, units, 3)
        z = layer.before_rounding(x)
        wanted = layer.out.scale * (layer.out.numbers(z) - layer.out.zero_point)
        np.testing.assert_allclose(reference.tflite_predict(written(layer), x), wanted, rtol=1e-5)


def test_a_written_float_file_is_a_dense_layer():
    layer = Layer(np.array([[1.0, -2.0], [0.5, 0.25]]), np.array([0.5, -1.0]), relu=True)
    x = np.array([[2.0, 1.0], [-3.0, 8.0]], np.float32)
    wanted = np.maximum(x @ layer.kernel + layer.bias, 0)
    np.testing.assert_allclose(reference.tflite_predict(written(layer), x), wanted, rtol=1e-6)
