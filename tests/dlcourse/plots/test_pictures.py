import os
import subprocess
import sys
from types import SimpleNamespace

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from keras import layers
from pictures import DRAW, IMAGES, MODEL

from dlcourse import plots
from dlcourse.errors import DataError, ModelError

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
