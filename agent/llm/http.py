"""The HTTP client of all models: it reads in batches and within bounds, and learns what a server does not take."""

from __future__ import annotations

import asyncio
import json
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Collection, Iterator
from typing import Any

import httpx2
import openai

from agent.llm.wire import Bounds
from agent.settings import Limits

BATCH_SECONDS = 0.04
"""How long arriving tokens gather before they are read; longer when there are many streams."""
BATCHES_PER_SECOND = 400
"""Of all streams together."""
MOST_BATCH_SECONDS = 0.5
"""However many streams there are."""
MOST_ERROR_BYTES = 64_000
"""Of an error's text, unpacked."""
MOST_TRIES = 5
"""Requests at most, each without something more that the server does not take."""
MOST_SERVERS = 1_000
"""Servers of which it is remembered what they do not take."""

ASKED_WITHOUT = "asked_without"
"""Extension of a response: the parts of the request that were left out because the server does not take them."""
BOUNDS = "bounds"
"""Extension of a response: how much of it may be read."""


def http_client(limits: Limits) -> HttpClient:
    """The HTTP client that all models of one event loop share; close it on that loop."""
    return HttpClient(limits)


class HttpClient(openai.DefaultAsyncHttpxClient):
    """An HTTP client that asks again without what a server refuses, and remembers that for the server."""

    def __init__(self, limits: Limits, **options: Any) -> None:
        timeout = httpx2.Timeout(limits.read_seconds, connect=limits.connect_seconds)
        super().__init__(timeout=timeout, event_hooks={"response": [self._received]}, **options)
        self._bounds = Bounds(limits.event_bytes, limits.answer_bytes)
        self._refused: OrderedDict[tuple[str, str], frozenset[str]] = OrderedDict()

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send a request; `response.extensions["asked_without"]` says what was left out of it."""
        if request.method != "POST" or not request.url.path.endswith("/chat/completions"):
            return await super().send(request, **options)
        without = self._known(request) if self._refused else frozenset()
        for _ in range(MOST_TRIES):
            sent = self._rebuilt(request, without) if without else request
            response = await super().send(sent, **options)
            if response.status_code < 400:
                break
            refused = _refused(response.status_code, await response.aread(), _body(sent))
            if not refused:
                break
            without |= refused
        else:
            return response
        if without and response.status_code < 400:
            self._remember(request, without)
            response.extensions[ASKED_WITHOUT] = without & _parts(_body(request))
        return response

    async def _received(self, response: httpx2.Response) -> None:
        """Have a response read within bounds, and a streamed one in batches."""
        response.extensions[BOUNDS] = self._bounds
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

    def _remember(self, request: httpx2.Request, refused: frozenset[str]) -> None:
        """What concerns tools is a matter of the model, the rest one of the server."""
        model = str(_body(request).get("model"))
        of_model = refused & {"tools", "stream"}
        for key, parts in (((str(request.url), model), of_model), ((str(request.url), ""), refused - of_model)):
            if parts:
                self._refused[key] = self._refused.get(key, frozenset()) | parts
                self._refused.move_to_end(key)
        while len(self._refused) > MOST_SERVERS:
            self._refused.popitem(last=False)

    def _rebuilt(self, request: httpx2.Request, without: Collection[str]) -> httpx2.Request:
        body = _without(_body(request), without)
        headers = {key: value for key, value in request.headers.items() if key != "content-length"}
        content = json.dumps(body, ensure_ascii=False).encode()
        return httpx2.Request(
            request.method, request.url, headers=headers, content=content, extensions=request.extensions
        )


class Batches:
    """How many streams are being read now in this process, and how that makes each of them be read."""

    open = 0

    @classmethod
    def are_under_load(cls) -> bool:
        """Whether there are so many streams that each is read less often."""
        return cls.open / BATCHES_PER_SECOND > BATCH_SECONDS


class _Batched(httpx2.AsyncByteStream):
    """A response read a few times a second instead of once a token.

    Waking up for a single token costs several times what the token itself costs. So the connection is left alone for
    a moment when something arrives, in which the next tokens gather; all of them are then passed on together.
    """

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        asked, rested = clock(), True  # never a rest before the first chunk
        Batches.open += 1
        try:
            async for chunk in self._stream:
                # The first one after a rest has been lying there, however long the loop takes to fetch it.
                rested = not rested and clock() - asked > 0.001
                if rested:
                    seconds = max(BATCH_SECONDS, Batches.open / BATCHES_PER_SECOND)
                    await asyncio.sleep(min(seconds, MOST_BATCH_SECONDS))
                yield chunk
                asked = clock()
        finally:
            Batches.open -= 1

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Cut(httpx2.AsyncByteStream):
    """The body of an error, unpacked, and cut where it is longer than any error: the client reads it whole."""

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


_IN_MESSAGES = ("reasoning_content", "reasoning_details", "reasoning", "extra_content")
"""Fields of messages, or of their tool calls, that only some servers know."""
_NULL = "messages.content"
"""Null as the content beside tool calls, for which some want an empty text."""
_NEEDED = frozenset(("model", "messages", "n"))
_FOLLOW = {"tools": ("tool_choice", "parallel_tool_calls"), "stream": ("stream_options",)}
"""What makes no sense without another part."""


def _parts(body: dict[str, Any]) -> frozenset[str]:
    """All parts of a request that it can do without."""
    fields = {name for message in _messages(body) for place in _places(message) for name in _IN_MESSAGES & place.keys()}
    null = {_NULL} if any(message.get("content", "") is None for message in _messages(body)) else set()
    return frozenset(body.keys() - _NEEDED) | {f"messages.{name}" for name in fields} | null


def _without(body: dict[str, Any], parts: Collection[str]) -> dict[str, Any]:
    left_out = {*parts, *(follower for part in parts for follower in _FOLLOW.get(part, ()))}
    kept = {key: value for key, value in body.items() if key not in left_out}
    for message in _messages(kept):
        if _NULL in left_out and message.get("content", "") is None:
            message["content"] = ""
        for place in _places(message):
            for name in _IN_MESSAGES:
                if f"messages.{name}" in left_out:
                    place.pop(name, None)
    return kept


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    messages = body.get("messages")
    return [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []


def _places(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield message
    calls = message.get("tool_calls")
    yield from (call for call in calls if isinstance(call, dict)) if isinstance(calls, list) else ()


def _refused(status: int, answer: bytes, body: dict[str, Any]) -> frozenset[str]:
    """The parts of a request that an error complains of."""
    if status not in (400, 404, 422, 500, 501):
        return frozenset()
    text = _complaint(answer)
    parts = _parts(body)
    named = {part for part in parts if _is_named(part.removeprefix("messages."), text)}
    if _NULL in parts and "content" in text and any(words in text for words in ("valid string", "null", "none")):
        return frozenset((_NULL,))
    named.discard(_NULL)
    if named & {"tool_choice", "parallel_tool_calls"} and not _has_no_tools(text):
        named.discard("tools")
    elif "tools" in parts and _has_no_tools(text):
        named = {"tools"}
    elif not any(words in text for words in _UNKNOWN):
        named -= {"tools", "stream"}  # they are known, and something in them is wrong
    if status in (404, 500, 501):
        return frozenset(named & {"tools"})
    return frozenset(named)


def _is_named(part: str, text: str) -> bool:
    """Ordinary words, like `tools`, are the name of a part only between quotes."""
    return part in text if "_" in part else any(f"{quote}{part}{quote}" in text for quote in "'\"`")


def _has_no_tools(text: str) -> bool:
    if any(words in text for words in _TOOLS_OFF):
        return True
    for name in ("parallel_tool_calls", "tool_choice", "tool choice"):
        text = text.replace(name, "")
    return ("tool" in text or "function" in text) and any(words in text for words in _UNSUPPORTED)


_TOOLS_OFF = ("--enable-auto-tool-choice", "--jinja", "that support tool use")
_UNSUPPORTED = (
    "not support",
    "n't support",
    "unsupported",
    "no support",
    "not available",
    "not enabled",
    "verified to",
)
_UNKNOWN = (*_UNSUPPORTED, "unknown", "unrecognized", "unexpected", "extra", "not permitted", "not allowed")


def _complaint(answer: bytes) -> str:
    """What an error says, in lower case; names of fields in quotes, and nothing of the request that it may repeat."""
    text = answer.decode("utf-8", "replace")
    try:
        text = " ".join(_words(json.loads(text)))
    except (ValueError, RecursionError):
        pass
    if "'loc':" in text:  # pydantic's errors as text
        found = re.findall(r"'loc': [(\[]([^)\]]{0,200})|'msg': '([^']{0,200})", text)
        text = " ".join(word for pair in found for word in pair)
    return text.lower()


def _words(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        yield f"'{value}'" if key in ("param", "loc") else value
    elif isinstance(value, list):
        for item in value:
            yield from _words(item, key)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in ("input", "ctx", "body", "request"):
                yield from _words(item, name)
