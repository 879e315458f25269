"""The pages in a real browser: sorting, filtering, and hostile answers that run nothing."""

import contextlib
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.classes.results import ClassResults
from grader.reporting.file_names import file_stem
from grader.reporting.writing import write

websocket = pytest.importorskip("websocket", reason="websocket-client, which JupyterLab brings, is missing")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

HOSTILE = (
    "</script></style></title></code><script>window.pwned = 1; alert(1)</script>"
    "<img src=x onerror=window.pwned=1><svg onload=window.pwned=1><iframe src='https://example.org'></iframe>"
    "\" onmouseover=\"window.pwned=1\" ' autofocus onfocus='window.pwned=1'"
)


class Refused(Exception):
    """A command that Chromium did not carry out, as while it goes from one page to the next."""


class Browser:
    """One page of a headless Chromium, driven over its DevTools protocol; `events` keeps what it reported."""

    def __init__(self, profile: Path):
        self.events: list[dict] = []
        self._numbers = itertools.count(1)
        self._process = subprocess.Popen(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--remote-debugging-port=0",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._session = None
        try:
            port, path = self._address(profile / "DevToolsActivePort")
            self._socket = websocket.create_connection(
                f"ws://127.0.0.1:{port}{path}", suppress_origin=True, timeout=30
            )
            target = self.send("Target.createTarget", url="about:blank")["targetId"]
            self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Network", "Log"):
                self.send(f"{domain}.enable")
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise

    def _address(self, file: Path) -> list[str]:
        for _ in range(600):
            if file.exists() and len(lines := file.read_text().split()) == 2:
                return lines
            if self._process.poll() is not None:
                pytest.skip(f"Chromium does not start here: status {self._process.returncode}")
            time.sleep(0.05)
        raise AssertionError("Chromium does not answer")

    def close(self) -> None:
        self._session = None
        self.send("Browser.close")
        self._socket.close()
        self._process.wait(30)

    def send(self, method: str, **parameters) -> dict:
        """Send a command and return its answer, keeping the events that come before it."""
        message = {"id": next(self._numbers), "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == message["id"]:
                if "error" in answer:
                    raise Refused(answer["error"])
                return answer["result"]
            self.events.append(answer)
            if answer.get("method") == "Page.javascriptDialogOpening":  # it would wait for ever
                closing = {"method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
                closing |= {"id": next(self._numbers), "sessionId": self._session}
                self._socket.send(json.dumps(closing))

    def open(self, file: Path) -> None:
        """Open a page, wait until it is loaded, and forget what was before it."""
        self.send("Page.navigate", url="about:blank")
        self.events.clear()
        self.send("Page.navigate", url=file.as_uri())
        self.wait_until("document.readyState === 'complete' && location.protocol === 'file:'")

    def evaluate(self, expression: str):
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise Refused(result["exceptionDetails"])
        return result["result"].get("value")

    def wait_until(self, expression: str) -> None:
        for _ in range(400):
            with contextlib.suppress(Refused):
                if self.evaluate(expression):
                    return
            time.sleep(0.025)
        raise AssertionError(f"it never became true that {expression}")

    def click(self, selector: str) -> None:
        self.evaluate(f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'center'}})")
        x, y = self.evaluate(
            f"(() => {{ const r = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key: str, code: int, text: str = "") -> None:
        fields = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **fields)
        self.send("Input.dispatchKeyEvent", type="keyUp", **fields)

    def names(self) -> list[str]:
        """The learners that the table shows, from top to bottom."""
        return self.evaluate(
            "Array.from(document.querySelectorAll('#table tbody tr')).filter((row) => row.checkVisibility())"
            ".map((row) => row.querySelector('bdi').textContent)"
        )

    def sorted_by(self) -> list[str]:
        return self.evaluate(
            "Array.from(document.querySelectorAll('#table th[aria-sort]'))"
            ".map((header) => header.getAttribute('aria-sort'))"
        )

    def complaints(self) -> list[dict]:
        """Return what no page may cause: dialogs, exceptions, messages on the console."""
        methods = {
            "Page.javascriptDialogOpening",
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
        }
        return [event for event in self.events if event.get("method") in methods]

    def requests(self) -> list[str]:
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event.get("method") == "Network.requestWillBeSent"
        ]


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def page(browser, class_of, tmp_path) -> Path:
    """A class's page, opened: the learners' order by name, points and exercise differ."""
    table = {
        "Ada": ["passed", "failed", "failed"],
        "Ben": ["failed", "missing", "failed"],
        "Cy": ["passed", "passed", "error"],
    }
    write(class_of(table), tmp_path)
    browser.open(tmp_path / "index.html")
    return tmp_path / "index.html"


def test_a_header_sorts_by_click(browser, page):
    assert browser.names() == ["Ada", "Ben", "Cy"]
    assert browser.sorted_by() == ["none"] * 6
    browser.click("#table th:nth-child(2) button")
    assert browser.names() == ["Ben", "Ada", "Cy"]
    assert browser.sorted_by() == ["none", "ascending", "none", "none", "none", "none"]
    browser.click("#table th:nth-child(2) button")
    assert browser.names() == ["Cy", "Ada", "Ben"]
    assert browser.sorted_by()[1] == "descending"
    browser.click("#table th:nth-child(5) button")  # passed, missing, failed
    assert browser.names() == ["Cy", "Ben", "Ada"]
    assert browser.complaints() == []


def test_a_header_sorts_by_keyboard_and_shows_where_it_is(browser, page):
    browser.evaluate("document.querySelector('#filter input').focus()")
    browser.press("Tab", 9)  # to the table, which scrolls
    browser.press("Tab", 9)  # to its first header
    assert browser.evaluate("document.activeElement.textContent") == "Name"
    outline = browser.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    browser.press("Enter", 13, "\r")
    browser.press("Enter", 13, "\r")
    assert browser.names() == ["Cy", "Ben", "Ada"]
    assert browser.sorted_by()[0] == "descending"
    assert browser.evaluate("document.activeElement.textContent") == "Name"


def test_typing_filters_the_learners(browser, page):
    browser.click("#filter input")
    browser.send("Input.insertText", text="bE")
    assert browser.names() == ["Ben"]
    assert browser.evaluate("document.querySelector('[role=status]').textContent") == "1 of 3 shown"
    browser.press("Backspace", 8)
    browser.press("Backspace", 8)
    assert browser.names() == ["Ada", "Ben", "Cy"]
    assert browser.evaluate("document.querySelector('[role=status]').textContent") == ""


def test_a_name_leads_to_its_page_and_nothing_is_asked_of_the_network(browser, page):
    assert browser.requests() == [page.as_uri()]
    browser.click("#table tbody tr:nth-child(2) a")
    browser.wait_until("document.querySelector('h1')?.textContent === 'Ben'")
    learner = page.parent / "learners" / f"{file_stem('Ben', 'Ben')}.html"
    assert browser.requests() == [page.as_uri(), learner.as_uri()]
    assert browser.complaints() == []


def test_without_scripts_it_is_a_plain_table(browser, page):
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(page)
        assert browser.names() == ["Ada", "Ben", "Cy"]
        assert browser.evaluate("document.querySelectorAll('button').length") == 0
        assert browser.evaluate("document.getElementById('filter').checkVisibility()") is False
    finally:
        browser.send("Emulation.setScriptExecutionDisabled", value=False)


def test_nothing_is_wider_than_a_telephone(browser, page):
    for width in (360, 1280):
        browser.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=700, deviceScaleFactor=1, mobile=False
        )
        for file in (page, *sorted((page.parent / "learners").iterdir())):
            browser.open(file)
            assert browser.evaluate("document.documentElement.scrollWidth") <= width
    browser.send("Emulation.clearDeviceMetricsOverride")


def test_printing_opens_what_is_folded(browser, page):
    closed = "document.querySelectorAll('details:not([open])').length"
    before = browser.evaluate(closed)
    assert before > 0
    browser.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert browser.evaluate(closed) == 0
    browser.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert browser.evaluate(closed) == before


@pytest.fixture
def hostile(hostile_class, tmp_path) -> tuple[ClassResults, Path]:
    results = hostile_class(HOSTILE)
    write(results, tmp_path)
    return results, tmp_path


def test_hostile_names_and_answers_run_nothing(browser, hostile):
    results, folder = hostile
    learner = results.learners[1]
    for file in (folder / "index.html", folder / "learners" / f"{file_stem(learner.name, learner.key)}.html"):
        browser.open(file)
        browser.evaluate(
            "document.querySelectorAll('details').forEach((details) => { details.open = true; });"
            "document.querySelectorAll('*').forEach((element) => element.focus?.())"
        )
        assert browser.evaluate("window.pwned") is None
        assert browser.evaluate("document.querySelectorAll('img, iframe, [onerror], [onload]').length") == 0
        assert HOSTILE in browser.evaluate("document.body.textContent")
        assert browser.requests() == [file.as_uri()]
        assert browser.complaints() == []


def test_even_a_mistake_in_escaping_would_run_nothing(browser, hostile):
    _, folder = hostile
    for file in (folder / "index.html", *(folder / "learners").iterdir()):
        file.write_text(file.read_text().replace("<h1>", f"{HOSTILE}<h1>"))
        browser.open(file)
        assert browser.evaluate("document.querySelectorAll('[onerror]').length") == 1  # the mistake is there
        assert browser.evaluate("window.pwned") is None
        assert not [event for event in browser.events if event["method"] == "Page.javascriptDialogOpening"]
        assert not [url for url in browser.requests() if url.startswith("http")]
