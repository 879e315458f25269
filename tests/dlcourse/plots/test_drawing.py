import html
import re

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from pictures import DRAW

from dlcourse import plots
from dlcourse.plots.drawing import image_tag


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
