"""The demo model behind HTTP: OpenAI's chat-completions endpoints, streamed as server-sent events."""

from __future__ import annotations

import asyncio
import hmac
import time
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.demo_model.answers import streamed, whole
from agent.demo_model.brain import reply
from agent.demo_model.errors import ApiError, unauthorized
from agent.demo_model.faults import FaultCycle, check_fault, refusal
from agent.demo_model.listening import Listener
from agent.demo_model.request import MODELS, model_of, parse
from agent.demo_model.sending import PacedResponse
from agent.demo_model.stats import Stats, Tally
from agent.demo_model.wire import Envelope

_LARGEST_BODY = 4 * 1024 * 1024
# When the demo models were made does not depend on when they are asked.
_MADE = 1_735_689_600


class DemoServer:
    """An OpenAI-compatible server with no AI in it, on the running event loop.

    `rate` is the speed of `demo` and `demo-flaky` in tokens a second. With an `api_key`, requests without it
    are refused. A `port` of 0 takes a free one. Pair `start` with `close`, or use `async with`.
    """

    base_url: str
    """Where clients find it, such as "http://127.0.0.1:8123/v1"; set by `start`."""

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, rate: float = 30.0, api_key: str | None = None
    ) -> None:
        if not rate > 0:
            raise ValueError("rate should be more than 0 tokens a second")
        self._host, self._port = host, port
        self._rate = rate
        self._api_key = api_key
        self._tally = Tally()
        self._faults = FaultCycle()
        self._listener: Listener | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def stats(self) -> Stats:
        """What the server has done up to now."""
        return self._tally.snapshot()

    async def start(self) -> None:
        """Serve on the running loop, and return when connections are accepted.

        Raises OSError if the address is taken, RuntimeError if the server has been started before.
        """
        if self._listener is not None:
            raise RuntimeError("this server has been started already")
        self._listener = Listener(self._app(), self._host, self._port)
        host, port = self._listener.address
        self.base_url = f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"
        self._serving = asyncio.create_task(self._listener.run_here())
        await self._listener.accepting.wait()

    async def close(self) -> None:
        """End open answers, drop all connections and stop serving. Closing twice does no harm."""
        if self._listener is None or self._serving is None:
            return
        # An answer that ends here is not a client that has hung up.
        for answer in self._tally.sending:
            answer.cancel()
        self._listener.stop()
        await self._serving

    async def __aenter__(self) -> DemoServer:
        await self.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/health", self._health),
                Route("/v1/models", self._list_models),
                Route("/v1/models/{id:path}", self._show_model),
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
            ],
            exception_handlers={
                ApiError: _refuse,
                HTTPException: _refuse_url,
                ClientDisconnect: _nobody_there,
                Exception: _apologise,
            },
        )

    async def _health(self, http: HttpRequest) -> Response:
        return JSONResponse({"status": "ok", "ai": False, **asdict(self.stats)})

    async def _list_models(self, http: HttpRequest) -> Response:
        self._check_key(http)
        return JSONResponse({"object": "list", "data": [_model_card(name) for name in MODELS]})

    async def _show_model(self, http: HttpRequest) -> Response:
        self._check_key(http)
        name = http.path_params["id"]
        model_of(name)
        check_fault(name)
        return JSONResponse(_model_card(name))

    async def _chat(self, http: HttpRequest) -> Response:
        self._tally.requests += 1
        key = self._check_key(http)
        body = await _read(http)
        request = parse(body)
        model = model_of(request.model)
        fault = check_fault(request.model)
        identity = sha256(b"%d/%b" % (self._tally.requests, body)).hexdigest()[:29]
        replied = reply(request, identity)
        # Tool calls come through whole, so that what breaks is seen in the middle of a run.
        if model == "demo-flaky" and not any(choice.calls for choice in replied.choices):
            fault = self._faults.strike(request.model, body)
            if fault and (refused := refusal(fault, key)):
                raise refused
        else:
            fault = None
        envelope = Envelope(f"chatcmpl-{identity}", int(time.time()), request.model)
        if request.stream:
            outcome = streamed(replied, envelope, fault, include_usage=request.include_usage)
        else:
            outcome = whole(replied, envelope, fault)
        rate = float("inf") if model == "demo-fast" else self._rate * request.n
        return PacedResponse(outcome, rate, self._tally)

    def _check_key(self, http: HttpRequest) -> str:
        scheme, _, key = http.headers.get("authorization", "").partition(" ")
        key = key.strip() if scheme.lower() == "bearer" else ""
        if self._api_key is not None and not hmac.compare_digest(key.encode(), self._api_key.encode()):
            raise unauthorized(key)
        return key


async def _read(http: HttpRequest) -> bytes:
    body = bytearray()
    size = 0
    async for part in http.stream():
        size += len(part)
        # Read on to the end: a client that is still sending would not see the refusal.
        body += part if size <= _LARGEST_BODY else b""
    if size > _LARGEST_BODY:
        raise ApiError("The body of the request is larger than 4 MB.", status=413, code="request_too_large")
    return bytes(body)


def _model_card(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _MADE, "owned_by": "demo-without-ai"}


async def _refuse(http: HttpRequest, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return JSONResponse(error.body(), error.status, error.headers)


async def _refuse_url(http: HttpRequest, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    asked = f"{http.method} {http.url.path}"
    message = f"This server does not answer {asked}. Chat completions are at POST /v1/chat/completions."
    code = {404: "unknown_url", 405: "method_not_supported"}.get(error.status_code)
    refused = ApiError(message, status=error.status_code, code=code)
    return JSONResponse(refused.body(), error.status_code, error.headers)


async def _nobody_there(http: HttpRequest, error: Exception) -> Response:
    return Response(status_code=499)


async def _apologise(http: HttpRequest, error: Exception) -> Response:
    broken = ApiError("The demo server has a bug: it could not answer this request.", status=500, kind="server_error")
    return JSONResponse(broken.body(), broken.status)
