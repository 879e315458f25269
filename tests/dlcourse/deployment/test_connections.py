"""Slow clients, on real sockets: none holds up another, keeps its place for ever, or takes a thread."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import keras
import pytest

from dlcourse import models
from dlcourse.deployment import Bundle, connections, serving

SECONDS = 0.6  # that a request or an answer may take here
PLACES = 6
ROWS = {"rows": [[0.5, 1.0]]}
BODY = json.dumps(ROWS).encode()
TYPED = "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
HEAD = f"{TYPED}Content-Length: {len(BODY)}\r\n\r\n"
WHOLE = HEAD.encode() + BODY
LAST = WHOLE.replace(b"Host: x", b"Host: x\r\nConnection: close")


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    keras.utils.set_random_seed(0)
    return Bundle(models.mlp((2,), "binary", hidden=()), "binary", None, ["no", "yes"])


@pytest.fixture
def address(bundle, monkeypatch) -> Iterator[str]:
    for name in ("MAX_REQUEST_SECONDS", "MAX_ANSWER_SECONDS"):
        monkeypatch.setattr(connections, name, SECONDS)
    monkeypatch.setattr(connections, "MAX_LAST_SECONDS", 0.2)
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", PLACES)
    with serving(bundle) as address:
        yield address


def connected(address: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((place.hostname, place.port), timeout=10)


def answers(client: socket.socket) -> list[tuple[int, dict]]:
    """The status and the content of each answer, until the server closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while piece := client.recv(2**16):
            received += piece
    found = []
    while received:
        head, _, received = received.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.splitlines() if b"content-length" in line.lower()
        )
        found.append((int(head.split()[1]), json.loads(received[:length])))
        received = received[length:]
    return found


def sent_slowly(client: socket.socket, content: bytes) -> None:
    """Send byte by byte, each much sooner than the limit, until the server has had enough."""
    client.settimeout(0.05)
    for i in range(len(content)):
        try:
            client.sendall(content[i : i + 1])
            if client.recv(1, socket.MSG_PEEK) is not None:
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    client.settimeout(10)


def assert_late(client: socket.socket, started: float) -> None:
    detail = f"The request had not come whole after {SECONDS:g} s: send fewer rows at once."
    assert answers(client) == [(408, {"detail": detail})]
    assert SECONDS - 0.1 < time.monotonic() - started < SECONDS + 5


def assert_served(address: str) -> None:
    assert httpx.post(f"{address}/predict", json=ROWS, timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("at_once", "slowly"),
    [
        (b"", b""),
        (b"", WHOLE),
        (HEAD.encode()[:-2], b""),
        (HEAD.encode(), b""),
        (HEAD.encode(), BODY * 9),
        (WHOLE[:-1], b""),
        (HEAD.replace(str(len(BODY)), "9000000").encode() + b" " * 200_000, b" " * 90),
        (TYPED.encode() + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 20),
    ],
    ids=(
        "nothing",
        "all of it slowly",
        "half a head",
        "no body",
        "a slow body",
        "all but a byte",
        "much",
        "chunks",
    ),
)
def test_a_request_that_does_not_come_whole_is_refused_in_time(at_once, slowly, address):
    with connected(address) as client:
        started = time.monotonic()
        client.sendall(at_once)
        sent_slowly(client, slowly)
        assert_late(client, started)
    assert_served(address)


def test_a_request_in_time_may_pause(address):
    with connected(address) as client:
        client.sendall(LAST[:50])
        time.sleep(SECONDS / 3)
        client.sendall(LAST[50:])
        [(status, answer)] = answers(client)
    assert status == 200
    assert len(answer["predictions"]) == 1


def test_a_connection_that_was_answered_waits_no_longer_than_a_new_one(address):
    with connected(address) as client:
        client.sendall(WHOLE)
        assert client.recv(2**16).startswith(b"HTTP/1.1 200")
        started = time.monotonic()
        client.sendall(WHOLE[:-1])
        assert_late(client, started)


def test_two_requests_at_once_on_one_connection(address):
    with connected(address) as client:
        client.sendall(WHOLE + LAST)
        assert [status for status, _ in answers(client)] == [200, 200]


def test_what_a_request_takes_to_compute_is_not_the_clients(bundle, address, monkeypatch):
    answer = bundle.answer

    def slow(rows):
        time.sleep(2 * SECONDS)
        return answer(rows)

    monkeypatch.setattr(bundle, "answer", slow)
    assert_served(address)


def test_slow_clients_hold_up_nobody_and_take_no_thread(address):
    assert_served(address)
    threads = threading.active_count()
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(connected(address)) for _ in range(PLACES - 1)]
        for client in slow:
            client.sendall(WHOLE[:-1])
        started = time.monotonic()
        for _ in range(5):
            assert_served(address)
        assert time.monotonic() - started < 5
        assert threading.active_count() == threads
        assert [answers(client)[0][0] for client in slow] == [408] * len(slow)


def test_one_connection_too_many_is_refused_at_once_and_is_taken_later(address):
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connected(address)) for _ in range(PLACES)]
        time.sleep(0.1)  # the server takes them one after the other
        for request in (b"", WHOLE):
            with connected(address) as client:
                client.sendall(request)
                detail = f"The service has {PLACES} connections already: try again later."
                assert answers(client) == [(503, {"detail": detail})]
        for client in idle:
            client.settimeout(10)
            assert answers(client)[0][0] == 408
        assert_served(address)


def test_far_too_many_connections_are_cut(address):
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connected(address)) for _ in range(4 * PLACES)]
        statuses = [[status for status, _ in answers(client)] for client in clients]
    assert statuses.count([408]) == PLACES
    assert statuses.count([503]) == PLACES
    assert statuses.count([]) == 2 * PLACES
    time.sleep(0.3)
    assert_served(address)


def test_clients_that_do_not_read_do_not_keep_their_places(address):
    """They ask for a large file many times over, of which the network's buffers hold a few."""
    links = [link for link in httpx.get(f"{address}/docs").text.split('"') if link.endswith(".js")]
    asked = f"GET {links[0]} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        for _ in range(PLACES):
            stack.enter_context(connected(address)).sendall(30 * asked)
        assert httpx.get(f"{address}/health").status_code == 503
        time.sleep(SECONDS + 1)
        assert_served(address)


def test_a_half_sent_request_does_not_hold_up_the_end(bundle):
    with contextlib.ExitStack() as stack:
        with serving(bundle) as address:  # with the limits that it has in use
            stack.enter_context(connected(address)).sendall(WHOLE[:-1])
            time.sleep(0.2)
            ends = time.monotonic()
        assert time.monotonic() - ends < connections.MAX_REQUEST_SECONDS / 3


def test_another_server_has_limits_of_its_own(bundle):
    from starlette.testclient import TestClient

    from dlcourse.deployment import application

    assert TestClient(application(bundle)).post("/predict", json=ROWS).status_code == 200
