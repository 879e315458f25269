import sys
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from pictures import BY_SIZE, DRAW, FOUND, IMAGES, MODEL

from dlcourse import console, plots

HISTORY = {"loss": [3.0, 2.0, 1.0], "accuracy": [0.2, 0.4, 0.6], "val_loss": [3.0, 1.5, 2.0]}


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
