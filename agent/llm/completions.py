"""Streamed chat completions as our own chunks: the one way to a model, with LangChain and without."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from typing import Any

import openai

from agent.llm.chunks import AskedWithout, Chunk, Reasoning, Text
from agent.llm.explain import model_failure
from agent.llm.http import ASKED_WITHOUT, LIMITS, Batches
from agent.llm.request import conversation, offered, sendable, taken
from agent.llm.wire import Reader
from agent.settings import Limits

LAST_WORDS_SECONDS = 2.0
"""How long to wait after the finish reason for anything that may follow, such as the usage."""
CLOSE_SECONDS = 0.3
"""How long to wait after the answer's end for the response to end: leaving it early costs its connection."""


async def stream_chunks(client: openai.AsyncOpenAI, /, **request: Any) -> AsyncGenerator[Chunk]:
    """The chunks of a streamed chat completion; the last one is its `End`.

    The SDK opens the stream and retries; reading it here costs an eighth of what its chunk objects cost. Raises
    ProviderError if the server answers with an error, and IncompleteAnswer, after the chunks that arrived, if the
    answer is empty or cut short.
    """
    request, reader, broke = _streamed(request), None, None
    try:
        async with client.chat.completions.with_streaming_response.create(**request) as response:
            reader, first = _opened(request, response)
            for chunk in first:
                yield chunk
            async with contextlib.aclosing(_until_over(response.iter_bytes(), reader)) as bursts:
                async for burst in bursts:
                    for chunk in _joined(reader.feed(burst), texts=Batches.are_under_load()):
                        yield chunk
                    if reader.failure:
                        break
    except Exception as error:
        broke = error
    for chunk in _ended(reader, broke):
        yield chunk


def read_chunks(client: openai.OpenAI, /, **request: Any) -> Iterator[Chunk]:
    """Like `stream_chunks`, but blocks the thread."""
    request, reader, broke = _streamed(request), None, None
    try:
        with client.chat.completions.with_streaming_response.create(**request) as response:
            reader, first = _opened(request, response)
            yield from first
            for data in response.iter_bytes():
                yield from reader.feed(data)
                if reader.failure or reader.done:
                    break
    except Exception as error:
        broke = error
    yield from _ended(reader, broke)


def _streamed(request: Mapping[str, Any]) -> dict[str, Any]:
    streamed = {"stream_options": {"include_usage": True}, **request, "stream": True}
    return {**sendable(streamed), "messages": sendable(conversation(request["messages"]))}


def _opened(request: Mapping[str, Any], response: Any) -> tuple[Reader, list[Chunk]]:
    known = response.http_response.extensions
    reader = Reader(known.get(LIMITS) or Limits(), offered(request), taken(request))
    return reader, [AskedWithout(known[ASKED_WITHOUT])] if known.get(ASKED_WITHOUT) else []


def _ended(reader: Reader | None, broke: Exception | None) -> Iterator[Chunk]:
    """The last chunks; then raises the failure, if there is one. Errors after the end are ignored."""
    failure: Exception | None = None
    if broke and not (reader and (reader.done or reader.has_reason)):
        failure = (reader and reader.failure) or model_failure(broke) or broke
    if reader:
        yield from reader.close(broken=failure is not None)
        failure = failure or reader.failure
    if failure:
        raise failure from broke


async def _until_over(pieces: AsyncIterator[bytes], reader: Reader) -> AsyncGenerator[bytes]:
    """Data as it arrives, until the answer is over: a server may leave the response open."""
    clock, until = asyncio.get_running_loop().time, None
    while True:
        if not (reader.done or reader.is_quiet):
            until = None
        else:
            until = until or clock() + (CLOSE_SECONDS if reader.done else LAST_WORDS_SECONDS)
        try:
            async with asyncio.timeout_at(until):
                piece = await anext(pieces, None)
        except TimeoutError:
            if until is None:
                raise
            return
        if piece is None:
            return
        yield piece


def _joined(chunks: Iterable[Chunk], *, texts: bool) -> Iterator[Chunk]:
    """Adjacent chunks merged: reasoning always, as nobody reads it word by word, and text on request.

    Under load, LangChain's overhead per piece of text is too much.
    """
    last: Chunk | None = None
    for chunk in chunks:
        if type(last) is Reasoning and type(chunk) is Reasoning:
            last = Reasoning(last.text + chunk.text)
        elif texts and type(last) is Text and type(chunk) is Text:
            last = Text(last.text + chunk.text)
        else:
            if last:
                yield last
            last = chunk
    if last:
        yield last
