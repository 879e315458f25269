"""The service's connections: how long a client may take, and how many there may be at once.

what                             limit                  then
a request, from its first wait   `MAX_REQUEST_SECONDS`  it is answered with 408, and the connection closed
an answer, until it is taken     `MAX_ANSWER_SECONDS`   the connection is cut
connections at once              `MAX_CONNECTIONS`      the next is answered with 503, and closed

A thread works on a request only when all of it has come, so that a slow client takes none.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_REQUEST_SECONDS = 30.0
MAX_ANSWER_SECONDS = 30.0
MAX_CONNECTIONS = 100
MAX_LAST_SECONDS = 1.0  # for a client to read why it was refused, before the connection is cut

current: contextvars.ContextVar[Connection | None] = contextvars.ContextVar("current", default=None)


class Connection(H11Protocol):
    """A client's connection, which waits for a whole request, works on it, and waits for the client to read.

    The application says where a request is: `expect`, `work`, `answer`, `done`. It finds its connection in
    `current`, which is `None` on a server of another kind.
    """

    refused = False
    _clock: asyncio.TimerHandle | None = None
    _waits = False  # for a request, until the clock has run down
    _works_on: Any = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        others: set[Any] = self.connections  # this one is among them
        if len(others) > 2 * MAX_CONNECTIONS:
            transport.abort()  # so many can't be told why
        elif sum(not connection.refused for connection in others) > MAX_CONNECTIONS:
            self._refuse(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"The service has {MAX_CONNECTIONS} connections already: try again later.",
            )
        else:
            self.expect()

    def data_received(self, data: bytes) -> None:
        if self.refused:
            return
        if self._works_on is None:
            self.expect()
        current.set(self)  # for the task of a request that begins in here
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        super().shutdown()
        if self._works_on is None:  # what of a request has come is of no use
            self.transport.close()

    def expect(self) -> None:
        """Begin to wait for a request, if it is not waited for yet."""
        if not self._waits:
            self._start(MAX_REQUEST_SECONDS, self._late)
            self._waits = True

    def work(self, request: Any) -> None:
        """A request has come whole; from here on it is the service that takes time."""
        self._stop()
        self._works_on = request

    def answer(self) -> None:
        """Begin to wait for the client to read."""
        self._start(MAX_ANSWER_SECONDS, self._cut_unread)

    def done(self, request: Any) -> None:
        """A request has its answer; the next one may be at work already."""
        if self._works_on is request:
            self._works_on = None

    def _late(self) -> None:
        self._refuse(
            HTTPStatus.REQUEST_TIMEOUT,
            f"The request had not come whole after {MAX_REQUEST_SECONDS:g} s: send fewer rows at once.",
        )

    def _cut_unread(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    def _refuse(self, status: HTTPStatus, sentence: str) -> None:
        """Say why, and take in what still comes: closed at once, the client might read nothing of it."""
        body = json.dumps({"detail": sentence}).encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.refused = True
        self.transport.write(head.encode() + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self._start(MAX_LAST_SECONDS, self.transport.abort)

    def _start(self, seconds: float, then: Any) -> None:
        self._stop()
        self._clock = self.loop.call_later(seconds, then)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
        self._clock, self._waits = None, False
