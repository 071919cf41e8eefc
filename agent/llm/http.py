"""The HTTP client for all models: reads in batches and within limits, and learns what a server rejects."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Collection
from typing import Any

import httpx2
import openai

from agent.errors import SettingsError
from agent.llm.unsupported import parts_of, refused, without
from agent.pace import MOST_SECONDS, PACE
from agent.settings import Limits
from texts import sentence

BATCHES_PER_SECOND = 400
"""Reads per second of all streams together in a process that is busy, where data gathers before it is read."""
MANY_STREAMS = 16
"""From this many streams on, there is load."""
BURST_SECONDS = 0.005
"""Under load: how long to wait for the rest of a burst."""
MOST_WAITING = 1_000_000
"""Bytes that may wait to be processed; beyond that, the server waits."""
MOST_ERROR_BYTES = 64_000
"""Bytes of an error's text, decompressed."""
MOST_TRIES = 5
"""Requests per question, each leaving out something more that the server rejects."""
MOST_SERVERS = 1_000
"""Servers whose rejections are remembered."""

ASKED_WITHOUT = "asked_without"
"""Response extension: the parts of the request left out because the server rejects them."""
LIMITS = "limits"
"""Response extension: the limits to read it within."""


class HttpClient(openai.DefaultAsyncHttpxClient):
    """An HTTP client that asks again without what a server rejects, and remembers it per server.

    All models on an event loop share one; close it on that loop. Raises SettingsError for a proxy it cannot use.
    """

    def __init__(self, limits: Limits) -> None:
        timeout = httpx2.Timeout(limits.read_seconds, connect=limits.connect_seconds)
        try:
            super().__init__(timeout=timeout, event_hooks={"response": [self._received]})
        except (ValueError, ImportError) as error:  # of another scheme, or one that needs a package
            raise SettingsError(sentence("settings-proxy")) from error
        self._limits = limits
        self._refused: OrderedDict[tuple[str, str], frozenset[str]] = OrderedDict()

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send a request; `response.extensions["asked_without"]` says what was left out of it."""
        if request.method != "POST" or not request.url.path.endswith("/chat/completions"):
            return await super().send(request, **options)
        left_out = self._known(request) if self._refused else frozenset()
        for _ in range(MOST_TRIES):
            sent = _rebuilt(request, left_out) if left_out else request
            response = await super().send(sent, **options)
            if response.status_code < 400:
                break
            more = refused(response.status_code, await response.aread(), _body(sent))
            if more <= left_out:
                return response
            left_out |= more
        if left_out and response.status_code < 400:
            self._remember(request, left_out)
            response.extensions[ASKED_WITHOUT] = left_out & parts_of(_body(request))
        return response

    async def _received(self, response: httpx2.Response) -> None:
        """Have a response read within limits, and a streamed one in batches."""
        response.extensions[LIMITS] = self._limits
        if response.status_code >= 400:
            response.stream = _Cut(response)
            response.headers.pop("content-encoding", None)
            response.headers.pop("content-length", None)
        elif response.headers.get("content-type", "").startswith("text/event-stream"):
            response.stream = _Batched(response.stream)  # type: ignore[arg-type]

    def _known(self, request: httpx2.Request) -> frozenset[str]:
        server = str(request.url)
        model = str(_body(request).get("model"))
        return self._refused.get((server, ""), frozenset()) | self._refused.get((server, model), frozenset())

    def _remember(self, request: httpx2.Request, left_out: frozenset[str]) -> None:
        """What concerns tools depends on the model, the rest on the server."""
        model = str(_body(request).get("model"))
        of_model = left_out & {"tools", "stream"}
        for key, parts in (((str(request.url), model), of_model), ((str(request.url), ""), left_out - of_model)):
            if parts:
                self._refused[key] = self._refused.get(key, frozenset()) | parts
                self._refused.move_to_end(key)
        while len(self._refused) > MOST_SERVERS:
            self._refused.popitem(last=False)


class Batches:
    """The number of streams being read in this process, which decides how often each is read."""

    open = 0

    @classmethod
    def seconds(cls) -> float:
        """How long arriving tokens gather before they are read: not at all while there is processor time to spare."""
        return min((cls.open - 1) / BATCHES_PER_SECOND, MOST_SECONDS, PACE.rest)

    @classmethod
    def are_under_load(cls) -> bool:
        """Whether there are so many streams that each is read less often."""
        return cls.open > MANY_STREAMS and PACE.rest > 0


class _Batched(httpx2.AsyncByteStream):
    """A response read a few times a second instead of once per token, in one piece whatever came together.

    Waking up for a single token costs several times as much as the token itself. So when something arrives, the
    connection is left alone for a moment while more tokens gather. Each piece then passes through all of the client's
    layers, which costs as much as reading it.
    """

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        arrived: list[bytes] = []
        news, room = asyncio.Event(), asyncio.Event()
        fetching = asyncio.create_task(self._fetch(arrived, news, room))
        Batches.open += 1
        try:
            while arrived or not fetching.done():
                await news.wait()
                if Batches.are_under_load():
                    await asyncio.sleep(BURST_SECONDS)
                news.clear()
                burst, arrived[:] = b"".join(arrived), []
                room.set()
                yield burst
            await fetching
        finally:
            Batches.open -= 1
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)

    async def _fetch(self, arrived: list[bytes], news: asyncio.Event, room: asyncio.Event) -> None:
        clock = asyncio.get_running_loop().time
        asked, rested, waiting = clock(), True, 0  # never a rest before the first chunk
        try:
            async for chunk in self._stream:
                # The first one after a rest has been lying there, however long the loop takes to fetch it.
                rested = not rested and clock() - asked > 0.001
                if rested:
                    due = clock() + (rest := Batches.seconds())
                    await asyncio.sleep(rest)
                    PACE.note(clock() - due)
                waiting = waiting + len(chunk) if arrived else len(chunk)
                arrived.append(chunk)
                news.set()
                if waiting > MOST_WAITING:
                    room.clear()
                    await room.wait()
                asked = clock()
        finally:
            news.set()

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Cut(httpx2.AsyncByteStream):
    """The body of an error, decompressed and truncated, because the client reads all of it."""

    def __init__(self, response: httpx2.Response) -> None:
        encoding = response.headers.get("content-encoding", "")
        self._packed = httpx2.Response(200, headers={"content-encoding": encoding}, stream=response.stream)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_ERROR_BYTES
        async for chunk in self._packed.aiter_bytes():
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                break

    async def aclose(self) -> None:
        await self._packed.aclose()


def _body(request: httpx2.Request) -> dict[str, Any]:
    try:
        body = json.loads(request.content)
    except (ValueError, httpx2.RequestNotRead):
        return {}
    return body if isinstance(body, dict) else {}


def _rebuilt(request: httpx2.Request, left_out: Collection[str]) -> httpx2.Request:
    headers = {key: value for key, value in request.headers.items() if key != "content-length"}
    content = json.dumps(without(_body(request), left_out), ensure_ascii=False).encode()
    return httpx2.Request(request.method, request.url, headers=headers, content=content, extensions=request.extensions)
