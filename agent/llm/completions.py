"""Streamed chat completions, read at a fraction of what the SDK's own way costs, and in a crowd at less still."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from typing import Any

import httpx2
import openai

from agent.errors import StreamBroken

GULP_SECONDS = 0.04
"""How long arriving tokens gather before they are read; longer when there are many streams."""
GULPS_PER_SECOND = 400
"""Of all streams together."""
MOST_GULP_SECONDS = 0.5
"""However many streams there are."""
BURST_SECONDS = 0.005
"""With many streams: how long to wait for the rest of what came together."""
ENDED_EARLY = "The model's answer ended before it was complete. Try again."


def stream_chunks(client: openai.AsyncOpenAI, **request: Any) -> AsyncGenerator[dict[str, Any]]:
    """The chunks of a streamed chat completion, as the plain dicts that the server sent.

    Raises StreamBroken for an answer that breaks off, and the SDK's errors.
    """
    streamed = {"stream": True, "stream_options": {"include_usage": True}}
    return _chunks(client.chat.completions, sendable(request) | streamed)


class PlainChunks:
    """The chat completions of an AsyncOpenAI, whose streams yield dicts: LangChain takes them as they are."""

    def __init__(self, completions: Any) -> None:
        self._completions = completions

    @property
    def with_raw_response(self) -> Any:
        """For answers that are not streamed."""
        return self._completions.with_raw_response

    async def create(self, **request: Any) -> Any:
        """A completion, or a stream of chunks."""
        if request.get("stream"):
            return contextlib.aclosing(_chunks(self._completions, request))
        return await self._completions.create(**request)


def sendable(value: Any) -> Any:
    r"""A request, or a part of one, whose texts are all valid Unicode.

    A model that writes half an emoji as `\ud83d` puts a lone surrogate into its answer, and no later request could
    carry it. Halves that met are joined; what stays alone becomes U+FFFD.
    """
    if isinstance(value, dict):
        return {key: sendable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [sendable(item) for item in value]
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


async def read_in_gulps(response: httpx2.Response) -> None:
    """Have a streamed response read a few times a second; a response hook of the HTTP client."""
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        response.stream = _Gulps(response.stream)  # type: ignore[arg-type]


class _Gulps(httpx2.AsyncByteStream):
    """A response read a few times a second instead of once a token.

    Waking up for a single token costs several times what the token itself costs. So the connection is left alone for
    a moment when something arrives, in which the next tokens gather; all of them are then passed on together.
    """

    _open = 0
    """Streams that are being read now."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    @classmethod
    def is_crowded(cls) -> bool:
        """Whether there are so many streams that each is read less often."""
        return cls._open / GULPS_PER_SECOND > GULP_SECONDS

    async def __aiter__(self) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        asked, rested = clock(), True  # never a rest before the first chunk
        _Gulps._open += 1
        try:
            async for chunk in self._stream:
                # The first one after a rest has been lying there, however long the loop takes to fetch it.
                rested = not rested and clock() - asked > 0.001
                if rested:
                    seconds = max(GULP_SECONDS, _Gulps._open / GULPS_PER_SECOND)
                    await asyncio.sleep(min(seconds, MOST_GULP_SECONDS))
                yield chunk
                asked = clock()
        finally:
            _Gulps._open -= 1

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _chunks(completions: Any, request: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
    """Reading the lines costs an eighth of the processor time of the SDK's chunk objects.

    Opening the stream, its retries and its errors remain the SDK's.
    """
    finished = False
    async with completions.with_streaming_response.create(**request) as response:
        ids = _CallIds()
        async with contextlib.aclosing(_bursts(response.iter_lines())) as bursts:
            async for lines in bursts:
                chunks = map(ids.named, _parsed(lines))
                for chunk in _joined(chunks) if _Gulps.is_crowded() else chunks:
                    finished = finished or any(choice.get("finish_reason") for choice in chunk.get("choices") or ())
                    yield chunk
    if not finished:
        raise StreamBroken(ENDED_EARLY)


async def _bursts(lines: AsyncIterator[str]) -> AsyncGenerator[list[str]]:
    """Lines in the order of their coming, in lists of those that came together."""
    arrived: list[str] = []
    news = asyncio.Event()

    async def fetch() -> None:
        try:
            async for line in lines:
                arrived.append(line)
                news.set()
        finally:
            news.set()

    fetching = asyncio.create_task(fetch())
    try:
        while arrived or not fetching.done():
            await news.wait()
            if _Gulps.is_crowded():
                await asyncio.sleep(BURST_SECONDS)
            news.clear()
            burst, arrived[:] = arrived[:], []
            yield burst
        await fetching
    finally:
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)


def _parsed(lines: list[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        text = line[5:].strip() if line.startswith("data:") else ""
        if text and text != "[DONE]":  # read on after it: a response left early takes its connection with it
            chunk = json.loads(text)
            if chunk.get("error"):
                raise StreamBroken("The model server reported an error in the middle of the answer. Try again.")
            yield chunk


class _CallIds:
    """Gives a call without an id one of ours: everything behind tells calls apart by it."""

    def __init__(self) -> None:
        self._seen: set[object] = set()

    def named(self, chunk: dict[str, Any]) -> dict[str, Any]:
        """The chunk; the first piece of each of its calls has an id, and an empty one is taken out of later pieces."""
        for choice in chunk.get("choices") or ():
            for piece in (choice.get("delta") or {}).get("tool_calls") or ():
                if not piece.get("id"):
                    piece.pop("id", None)
                    if piece.get("index") not in self._seen:
                        piece["id"] = f"call_{secrets.token_hex(8)}"
                self._seen.add(piece.get("index"))
        return chunk


def _joined(chunks: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Neighbours that hold nothing but text as one: with many streams, LangChain's work for each is too much."""
    last: dict[str, Any] | None = None
    for chunk in chunks:
        if last and _is_text(last) and _is_text(chunk):
            last["choices"][0]["delta"]["content"] += chunk["choices"][0]["delta"]["content"]
            continue
        if last:
            yield last
        last = chunk
    if last:
        yield last


def _is_text(chunk: dict[str, Any]) -> bool:
    match chunk:
        case {"choices": [{"index": 0, "delta": {"content": str(), **rest}, **more}]}:
            return rest.keys() <= {"role"} and not (more.get("finish_reason") or more.get("logprobs"))
    return False
