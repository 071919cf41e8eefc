"""The models a run talks to: one endpoint, as ChatOpenAI and as AsyncOpenAI."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2
import openai
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from pydantic import SecretStr, model_validator

from agent.errors import StreamBroken
from agent.llm.completions import ENDED_EARLY, PlainChunks, read_in_gulps, sendable
from agent.settings import Limits


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
    return openai.DefaultAsyncHttpxClient(timeout=timeout, event_hooks={"response": [read_in_gulps]})


class CompleteChatOpenAI(ChatOpenAI):
    """ChatOpenAI for which an answer without a finish_reason is a failure, not a shorter answer.

    A server that goes away politely in mid-answer is otherwise indistinguishable from one that has finished.
    What is sent is `sendable`; what arrives are the plain dicts of `agent.llm.completions`.
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

    @model_validator(mode="after")
    def _take_plain_chunks(self) -> Self:
        self.async_client = PlainChunks(self.async_client)
        return self


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


OPENAI_URL = "https://api.openai.com/v1"
"""Said outright, so that nothing but Settings decides which server is called."""


def _finish_reason(chunk: ChatGenerationChunk) -> bool:
    return bool((chunk.generation_info or {}).get("finish_reason"))
