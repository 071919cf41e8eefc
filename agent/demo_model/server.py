"""The demo model behind HTTP: OpenAI's chat-completions endpoints, answering at a model's pace."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from referencing.exceptions import Unresolvable
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Send
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from agent.demo_model.brain import reply
from agent.demo_model.errors import FAULTS, ApiError, FaultCycle, refusal, unauthorized
from agent.demo_model.request import parse
from agent.demo_model.wire import Part, streamed, whole

MODELS = ("demo", "demo-fast", "demo-flaky")
"""The listed models. LangGraph's how-tos ask for gpt-4o-mini, which is `demo`."""

_LARGEST_BODY = 4 * 1024 * 1024
_TURN = 32  # without a pause between tokens, others on the loop get their turn after so many


@dataclass(slots=True)
class Stats:
    """A server's counters."""

    requests: int = 0
    """Chat completions requested, including refused ones."""
    active: int = 0
    """Answers being sent right now."""
    hung_up: int = 0
    """Clients that left before their answer was complete."""
    tokens: int = 0
    """Tokens sent."""


class DemoServer:
    """An OpenAI-compatible server with no AI in it, on the running event loop.

    `rate` is the speed of `demo` and `demo-flaky` in tokens per second. With an `api_key`, requests without it are
    refused. Port 0 picks a free one. Pair `start` with `close`, or use `async with`.
    """

    base_url: str
    """Where clients find it, such as "http://127.0.0.1:8123/v1"; set by `start`."""

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, rate: float = 30.0, api_key: str | None = None
    ) -> None:
        if not rate > 0:
            raise ValueError("rate should be more than 0 tokens a second")
        self._host, self._port, self._rate, self._api_key = host, port, rate, api_key
        self._stats, self._faults = Stats(), FaultCycle()
        self._http = ServerState()
        self._listening: asyncio.Server | None = None

    @property
    def stats(self) -> Stats:
        """A copy of the server's counters; safe from any thread."""
        return replace(self._stats)

    async def start(self) -> None:
        """Serve on the running loop; return once connections are accepted.

        Raises OSError if the address is taken, RuntimeError if the server was started before.
        """
        if self._listening is not None:
            raise RuntimeError("this server has been started already")
        # Longer than clients keep an idle connection, or one could be closed just as it is used again.
        config = Config(self._app(), http="h11", ws="none", log_config=None, log_level="warning", timeout_keep_alive=75)
        config.load()
        # uvicorn's protocol without its Server, which takes over signals and ends the process if the port is taken.
        self._listening = await asyncio.get_running_loop().create_server(
            lambda: H11Protocol(config, self._http, app_state={}), self._host, self._port, backlog=2048
        )
        host, port = self._listening.sockets[0].getsockname()[:2]
        self.base_url = f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"

    async def close(self) -> None:
        """End open answers, drop all connections and stop serving. Closing twice is harmless."""
        if self._listening is None:
            return
        self._listening.close()
        hung_up = self._stats.hung_up
        for connection in self._http.connections:
            connection.transport.abort()
        await asyncio.gather(*self._http.tasks, return_exceptions=True)
        self._stats.hung_up = hung_up  # an answer that ends here is not a client that has hung up

    async def __aenter__(self) -> DemoServer:
        await self.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    def _app(self) -> Starlette:
        routes = [
            Route("/health", self._health),
            Route("/v1/models", self._models),
            Route("/v1/chat/completions", self._chat, methods=["POST"]),
        ]
        errors = (ApiError, HTTPException, ClientDisconnect)
        return Starlette(routes=routes, exception_handlers=dict.fromkeys(errors, _refuse))

    async def _health(self, http: Request) -> Response:
        return JSONResponse({"status": "ok", "ai": False, **asdict(self._stats)})

    async def _models(self, http: Request) -> Response:
        self._check_key(http)
        card = {"object": "model", "created": 1_735_689_600, "owned_by": "demo-without-ai"}
        return JSONResponse({"object": "list", "data": [{"id": name, **card} for name in MODELS]})

    async def _chat(self, http: Request) -> Response:
        self._stats.requests += 1
        key = self._check_key(http)
        body = await http.body()
        if len(body) > _LARGEST_BODY:
            raise ApiError("The body of the request is larger than 4 MB.", status=413, code="request_too_large")
        request = parse(body)
        model, named = _served(request.model)
        try:
            replied = reply(request)
        except (RecursionError, Unresolvable) as exc:
            raise ApiError("A '$ref' in a JSON schema leads nowhere, or round in circles.") from exc
        # Tool calls come through whole, so that what breaks is seen in the middle of a run.
        fault = self._faults.strike(named, body) if model == "demo-flaky" and not replied.calls else None
        if fault and (refused := refusal(fault, key)):
            raise refused
        identity = sha256(b"%d/%b" % (self._stats.requests, body)).hexdigest()[:29]
        head = {"id": f"chatcmpl-{identity}", "created": int(time.time()), "model": request.model}
        head |= {"service_tier": "default", "system_fingerprint": "fp_demo_without_ai"}
        parts: Iterable[Part]
        if request.stream:
            usage = bool(request.stream_options and request.stream_options.get("include_usage"))
            parts = streamed(replied, head, fault, include_usage=usage)
            headers = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
        else:
            parts, length = whole(replied, head, fault)
            headers = {"content-type": "application/json", "content-length": str(length)}
        rate = float("inf") if model == "demo-fast" else self._rate
        connection = next(each for each in self._http.connections if getattr(each, "scope", None) is http.scope)
        return _PacedResponse(parts, headers, rate, fault, self._stats, connection.transport)

    def _check_key(self, http: Request) -> str:
        scheme, _, key = http.headers.get("authorization", "").partition(" ")
        key = key.strip() if scheme.lower() == "bearer" else ""
        if self._api_key is not None and not hmac.compare_digest(key.encode(), self._api_key.encode()):
            raise unauthorized(key)
        return key


@dataclass(eq=False)
class _PacedResponse(StreamingResponse):
    """Sends parts at `rate` tokens per second and counts them in `stats`; the headers go out with the first part."""

    parts: Iterable[Part]
    head: dict[str, str]
    rate: float
    fault: str | None
    stats: Stats
    transport: asyncio.Transport

    def __post_init__(self) -> None:
        super().__init__((), headers=self.head)

    async def stream_response(self, send: Send) -> None:
        clock = asyncio.get_running_loop().time
        start, tokens, at_end = clock(), 0, False
        self.stats.active += 1
        try:
            for at, (data, size) in enumerate(self.parts if self.fault != "no_head" else ()):
                tokens += size
                # Due times are counted from the start, so that small delays do not add up.
                wait = start + tokens / self.rate - clock()
                if wait > 0 or at % _TURN == 0:
                    await asyncio.sleep(max(0.0, wait))
                if at == 0:
                    await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await send({"type": "http.response.body", "body": data, "more_body": True})
                self.stats.tokens += size
            at_end = self.fault not in ("stall", "no_head")
            if self.fault == "broken":
                self.transport.abort()
            if self.fault in ("broken", "stall", "no_head"):
                await asyncio.Event().wait()  # until the client has gone, which ends this
            await send({"type": "http.response.body", "body": b""})
        finally:
            self.stats.active -= 1
            self.stats.hung_up += not at_end


def _served(name: str) -> tuple[str, str | None]:
    """Return the model that a name stands for, and the fault it asks for: `demo-flaky:stall`."""
    model, _, fault = name.partition(":")
    if name in (*MODELS, "gpt-4o-mini") or (model == "demo-flaky" and fault in FAULTS):
        return model.replace("gpt-4o-mini", "demo"), fault or None
    message = f"The model '{name[:100]}' does not exist here: this is a demo server without AI."
    raise ApiError(f"{message} It serves {', '.join(MODELS)}.", status=404, param="model", code="model_not_found")


async def _refuse(http: Request, error: Exception) -> Response:
    if isinstance(error, ClientDisconnect):
        return Response(status_code=499)  # nobody is there to read it
    if isinstance(error, HTTPException):
        message = f"{http.method} {http.url.path} is not answered here. Ask POST /v1/chat/completions."
        code = {404: "unknown_url", 405: "method_not_supported"}.get(error.status_code)
        error = ApiError(message, status=error.status_code, code=code, headers=dict(error.headers or {}))
    assert isinstance(error, ApiError)
    return JSONResponse(error.body, error.status, error.headers)
