"""The models a run talks to: one endpoint, as ChatOpenAI and as AsyncOpenAI."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import openai
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agent.errors import StreamBroken
from agent.settings import Limits

GULP_SECONDS = 0.04
"""How long arriving tokens gather before they are read."""
ENDED_EARLY = "The model's answer ended before it was complete. Try again."


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers, and with which key."""

    model: str
    api_key: str = field(repr=False)
    base_url: str | None = None
    """None is OpenAI itself."""


def http_client(limits: Limits) -> httpx2.AsyncClient:
    """The HTTP client that all models of one event loop share; close it on that loop."""
    timeout = httpx2.Timeout(limits.read_seconds, connect=limits.connect_seconds)
    return openai.DefaultAsyncHttpxClient(timeout=timeout, event_hooks={"response": [_read_in_gulps]})


async def _read_in_gulps(response: httpx2.Response) -> None:
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        response.stream = _Gulps(response.stream)  # type: ignore[arg-type]


class _Gulps(httpx2.AsyncByteStream):
    """A response read a few times a second instead of once a token.

    Waking up for a single token costs several times what the token itself costs. What has arrived is passed on at
    once; then the connection is left alone for a moment, in which the next tokens gather.
    """

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        asked = clock()
        async for chunk in self._stream:
            waited = clock() - asked > 0.001
            yield chunk
            if waited:
                await asyncio.sleep(GULP_SECONDS)
            asked = clock()

    async def aclose(self) -> None:
        await self._stream.aclose()


class CompleteChatOpenAI(ChatOpenAI):
    """ChatOpenAI for which an answer without a finish_reason is a failure, not a shorter answer.

    A server that goes away politely in mid-answer is otherwise indistinguishable from one that has finished.
    What is sent is `sendable`.
    """

    def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        payload: dict[str, Any] = sendable(super()._get_request_payload(*args, **kwargs))
        return payload

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        finished = False
        for chunk in super()._stream(*args, **kwargs):
            finished = finished or _finish_reason(chunk)
            yield chunk
        if not finished:
            raise StreamBroken(ENDED_EARLY)

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        finished = False
        async for chunk in super()._astream(*args, **kwargs):
            finished = finished or _finish_reason(chunk)
            yield chunk
        if not finished:
            raise StreamBroken(ENDED_EARLY)


def chat_model(endpoint: Endpoint, limits: Limits, client: httpx2.AsyncClient | None = None) -> ChatOpenAI:
    """The endpoint for LangChain.

    `stream_chunk_timeout` is off because it can swallow a cancellation before Python 3.12; the read timeout of
    the HTTP client does its work. Usage must be asked for wherever the server or the HTTP client is our own.
    """
    return CompleteChatOpenAI(
        model=endpoint.model,
        api_key=SecretStr(endpoint.api_key),
        base_url=endpoint.base_url or OPENAI_URL,
        http_async_client=client,
        timeout=httpx2.Timeout(limits.read_seconds, connect=limits.connect_seconds),
        stream_usage=True,
        stream_chunk_timeout=None,
    )


def openai_client(endpoint: Endpoint, client: httpx2.AsyncClient | None = None) -> openai.AsyncOpenAI:
    """The endpoint for code without LangChain."""
    return openai.AsyncOpenAI(api_key=endpoint.api_key, base_url=endpoint.base_url or OPENAI_URL, http_client=client)


async def stream_chunks(client: openai.AsyncOpenAI, **request: Any) -> AsyncIterator[dict[str, Any]]:
    """The chunks of a streamed chat completion, as the plain dicts that the server sent.

    Reading the lines costs an eighth of the processor time of the SDK's chunk objects; opening the stream,
    its retries and its errors remain the SDK's. Raises StreamBroken for an answer that breaks off.
    """
    finished = False
    create = client.chat.completions.with_streaming_response.create
    async with create(stream=True, stream_options={"include_usage": True}, **sendable(request)) as response:
        async for line in response.iter_lines():
            if not line.startswith("data:"):
                continue
            text = line[5:].strip()
            if text == "[DONE]":
                continue  # and read to the end: a response left early takes its connection with it
            chunk = json.loads(text)
            if chunk.get("error"):
                raise StreamBroken("The model server reported an error in the middle of the answer. Try again.")
            finished = finished or any(choice.get("finish_reason") for choice in chunk.get("choices") or ())
            yield chunk
    if not finished:
        raise StreamBroken(ENDED_EARLY)


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


OPENAI_URL = "https://api.openai.com/v1"
"""Said outright, so that nothing but Settings decides which server is called."""


def _finish_reason(chunk: ChatGenerationChunk) -> bool:
    return bool((chunk.generation_info or {}).get("finish_reason"))
