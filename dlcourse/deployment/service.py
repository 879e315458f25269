"""A bundle as a small prediction service over HTTP, on FastAPI: `serve(load("digits.bundle"))`.

    POST /predict   {"rows": [{"area": 51.5, "heating": "gas"}]} → {"predictions": [...], …}
    GET  /health    {"status": "ok", "task": "binary"}
    GET  /docs      a page to try it out, made from /openapi.json; it needs no network

A bundle without preprocessing takes each row as a list of numbers or texts, of the shape its model takes.
What is refused is answered with {"detail": "…"}: rows that do not fit (422), too many bytes (413), a client
that is slow (408) or one too many (503). The limits of these two are in `connections`.
Install the extra `serve` for it: pip install "dlcourse[serve]".
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from os import PathLike
from typing import Annotated, Any

import numpy as np

from dlcourse.deployment.bundle import Bundle, load
from dlcourse.errors import DataError, ModelError

try:
    import uvicorn
    from fastapi import FastAPI, Request
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import JSONResponse, RedirectResponse
    from fastapi_offline import FastAPIOffline
    from pydantic import BaseModel, ConfigDict, Field, create_model
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dlcourse.deployment import connections
except ImportError as error:
    raise ImportError(f'The prediction service needs {error.name}: pip install "dlcourse[serve]".') from error

MAX_ROWS = 1000
MAX_BYTES = 10_000_000
MAX_START_SECONDS = 30


def serve(bundle: Bundle | str | PathLike[str], host: str = "127.0.0.1", port: int = 8000) -> None:
    """Answer requests until it is interrupted; in a notebook, use `serving`, whose example fits here too.

    Args:
        bundle: what `load` returned, or a bundle's path.
        host: the address to listen on; with "0.0.0.0" other computers reach it too, without a password.
        port: to listen on; 0 takes a free one.

    Raises:
        BundleError: the file is no bundle.
        OSError: the port is taken.
    """
    server, listening = _server(bundle, host, port)
    with listening:
        port = listening.getsockname()[1]
        print(f"The service is at http://{host}:{port}/docs until you press Ctrl+C.", flush=True)
        server.run(sockets=[listening])


@contextlib.contextmanager
def serving(bundle: Bundle | str | PathLike[str], host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Answer requests in a thread, as long as the block runs.

    Args:
        bundle, host, port: as in `serve`.

    Yields:
        The service's address, such as "http://127.0.0.1:43210".

    Raises:
        BundleError: the file is no bundle.
        OSError: the port is taken.

    Example:
        >>> import httpx
        >>> from dlcourse import models
        >>> bundle = Bundle(models.mlp((2,), "binary", hidden=()), "binary", None, ["no", "yes"])
        >>> with serving(bundle) as address:
        ...     answer = httpx.post(f"{address}/predict", json={"rows": [[0.5, 1.0]]}).json()
        >>> answer["labels"], answer["predictions"][0] in answer["labels"]
        (['no', 'yes'], True)
    """
    server, listening = _server(bundle, host, port)
    with listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        started = threading.Event()
        for _ in range(100 * MAX_START_SECONDS):
            if server.started or not thread.is_alive():
                break
            started.wait(0.01)
        if not server.started:
            raise OSError("The service did not start.")
        try:
            yield f"http://{host}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def application(bundle: Bundle) -> FastAPI:
    """Make the ASGI application of a bundle, for a server of your choice, which limits slow clients itself.

    Returns:
        A FastAPI application, with the paths above.

    Raises:
        ModelError: the bundle has no preprocessing and its model takes several inputs.

    Example:
        >>> from dlcourse import models
        >>> app = application(Bundle(models.mlp((2,), "binary"), "binary", None, None))
        >>> sorted(app.openapi()["paths"])
        ['/health', '/predict']
    """
    Rows: Any = _rows_model(bundle)
    app = FastAPIOffline(
        title="dlcourse prediction service", description=_description(bundle), redoc_url=None
    )
    app.add_middleware(_Limited)

    # No `async`: TensorFlow computes in a thread of the pool, and other requests go on.
    def predict(request: Rows) -> Any:
        try:
            predictions, probabilities = bundle.answer(_raw(request, bundle))
        except DataError as error:
            return JSONResponse({"detail": str(error)}, status_code=422)
        return Answer(
            predictions=predictions.tolist(),
            probabilities=None if probabilities is None else probabilities.tolist(),
            labels=bundle.labels,
        )

    predict.__annotations__["request"] = Rows  # the class itself: FastAPI can't find a local name
    app.post("/predict", response_model=Answer, summary="Predict from raw rows")(predict)

    @app.get("/health", summary="Whether the service is up, and what it predicts")
    def health() -> dict[str, str]:
        return {"status": "ok", "task": bundle.task}

    @app.get("/", include_in_schema=False)
    def start() -> RedirectResponse:
        return RedirectResponse("docs")

    @app.exception_handler(RequestValidationError)
    def explain(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": _complaint(error.errors())}, status_code=422)

    return app


class Answer(BaseModel):
    """What /predict returns, a row of each for each row that came in."""

    predictions: list[Any] = Field(description="labels, class numbers, or numbers for a regression")
    probabilities: list[list[float]] | None = Field(
        description="of each class or label; none for a regression"
    )
    labels: list[Any] | None = Field(description="the names that belong to the columns of probabilities")


class _Limited:
    """Refuses a request whose body is larger than `MAX_BYTES`, before all of it is in memory.

    It tells the connection how far a request is, as the connection limits the time (see `connections`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        connection = connections.current.get()
        if connection is not None:
            connection.expect()
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BYTES:
                detail = {"detail": f"The request is larger than {MAX_BYTES} bytes: send fewer rows at once."}
                return await JSONResponse(detail, status_code=413)(scope, receive, send)
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        if connection is None:
            return await self.app(scope, replay, send)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                connection.answer()
            await send(message)

        connection.work(scope)
        try:
            return await self.app(scope, replay, answer)
        finally:
            connection.done(scope)


def _rows_model(bundle: Bundle) -> type[BaseModel]:
    """A request's body: rows of named columns, or of numbers in the shape of the model's input."""
    if bundle.preprocessing is None:
        if len(bundle.model.inputs) > 1:
            raise ModelError("A service without preprocessing needs a model with a single input.")
        tensor = bundle.model.inputs[0]
        row: Any = str if tensor.dtype == "string" else int if "int" in tensor.dtype else float
        row = Annotated[row, Field(strict=True, allow_inf_nan=False) if row is float else Field(strict=True)]
        for size in reversed(tensor.shape[1:]):
            row = Annotated[list[row], Field(min_length=size, max_length=size)]
    else:
        number = Annotated[float, Field(strict=True, allow_inf_nan=False)] | None
        text = Annotated[str, Field(strict=True)] | Annotated[int, Field(strict=True)] | number
        columns: dict[str, Any] = {
            f"column_{i}": (text if hasattr(column, "categories") else number, Field(alias=column.name))
            for i, column in enumerate(bundle.preprocessing.columns_)
        }
        row = create_model("Row", __config__=ConfigDict(extra="forbid"), **columns)
    return create_model("Rows", rows=(Annotated[list[row], Field(min_length=1, max_length=MAX_ROWS)], ...))


def _raw(request: Any, bundle: Bundle) -> Any:
    """The rows of a request as the bundle takes them."""
    if bundle.preprocessing is not None:
        return [row.model_dump(by_alias=True) for row in request.rows]
    return np.asarray(request.rows)


def _complaint(errors: Sequence[Any]) -> str:
    """What pydantic found, as "rows[0].area: Input should be a valid number"."""
    complaints: dict[str, str] = {}
    for error in errors:
        _, *path = error["loc"]
        where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path[:3]).lstrip(".")
        where += "".join(f"[{step}]" for step in path[3:] if isinstance(step, int))
        complaints.setdefault(where or "the body", error["msg"])
    shown = [f"{where}: {message}" for where, message in list(complaints.items())[:5]]
    more = f"; and {len(complaints) - 5} more" if len(complaints) > 5 else ""
    return "; ".join(shown) + more


def _description(bundle: Bundle) -> str:
    if bundle.labels is None:
        return f"Task: {bundle.task}."
    return f"Task: {bundle.task}. Labels: {', '.join(map(str, bundle.labels))}."


def _server(
    bundle: Bundle | str | PathLike[str], host: str, port: int
) -> tuple[uvicorn.Server, socket.socket]:
    """A server that has not started, and the socket it will listen on."""
    app = application(bundle if isinstance(bundle, Bundle) else load(bundle))
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise OSError(f"The service can't listen on {host}, port {port}: {error.strerror}.") from None
    config = uvicorn.Config(app, http=connections.Connection, ws="none", log_level="warning")
    return uvicorn.Server(config), listening
