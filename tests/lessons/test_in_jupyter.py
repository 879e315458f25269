"""Lesson 2 in a real JupyterLab and a real Notebook 7, worked in as a learner does, in a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import sync_playwright

from grader.exercises import exercises_of

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt install chromium")
LESSON = "02_neural_networks"
WRONG = "def relu(x):\n    return np.where(x > 0, x, 0.01 * x)"
RIGHT = "def relu(x):\n    return np.maximum(x, 0)"
MINUTE = 60_000  # milliseconds


@pytest.fixture(params=["lab/tree", "notebooks"])
def page(request, tmp_path):
    """A learner's lesson in the browser, as `dlcourse lab` serves it; `folder` is theirs."""
    folder, log = tmp_path / "course", tmp_path / "log"
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    settings = [f"--ServerApp.port={port}", "--IdentityProvider.token=", "--no-browser"]
    homes = ("HOME", "DLCOURSE_HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    with log.open("w") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "dlcourse.cli", "lab", str(folder), *settings],
            env=os.environ | {name: str(tmp_path / name) for name in homes},
            stdout=said,
            stderr=said,
            cwd=ROOT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, server, log)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1300, "height": 1000})
            page.set_default_timeout(2 * MINUTE)
            page.goto(f"{address}/{request.param}/{LESSON}.ipynb")
            page.locator(".jp-Notebook").wait_for()
            page.folder = folder
            yield page
            browser.close()
    finally:
        server.terminate()
        server.wait(60)


def _wait_for(address, server, log):
    for _ in range(1200):
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5)
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())


def saved(page):
    """The lesson's code cells, as they are saved now."""
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1000)
    notebook = nbformat.read(page.folder / f"{LESSON}.ipynb", as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def run_all(page):
    for _ in range(300):
        cells = saved(page)
        if cells[-1].execution_count:
            return cells
        if page.locator(".jp-CodeCell .jp-InputPrompt").first.inner_text() == "[ ]:":  # asked too early
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    raise AssertionError("the lesson doesn't end")


def card_of(page, cell_begins, source, card_says):
    """Write this into the cell, run it and the one below, and return the card that says so."""
    cell = page.locator(".jp-CodeCell").filter(has_text=cell_begins).first
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    card = page.locator(".jp-OutputArea [role=status]").filter(has_text=card_says).first
    card.wait_for()
    return card.inner_text()


def test_a_lesson_is_run_answered_and_predicted_and_then_graded(page):
    cells = run_all(page)
    assert [cell.source for cell in cells for out in cell.outputs if out.output_type == "error"] == []
    assert page.get_by_text("official Jupyter news").count() == 0  # which it asks at first

    assert "this is leaky ReLU" in card_of(page, "def relu(x", WRONG, "relu: not yet")
    assert "Right on every case." in card_of(page, "def relu(x", RIGHT, "relu: passed")
    (first, *_) = [cell for cell in cells if cell.source.startswith("predict(")]
    said = card_of(page, first.source, first.source.replace("None", '"a"'), "You say a)")
    assert "Now run the experiment." in said

    by_exercise = {cell.id: cell for cell in saved(page)}
    assert by_exercise["relu"].source == RIGHT
    shown = by_exercise["relu-check"].outputs[0].data["text/plain"]
    assert shown.startswith("relu: passed")
    graded = subprocess.run(
        [sys.executable, "-m", "grader.cli", "check", str(page.folder / f"{LESSON}.ipynb")],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert "relu" in graded.stdout
    assert f"1 of {len(exercises_of(LESSON))}" in graded.stdout
