"""Where a model answers, and the clients that ask there."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx2
import openai

OPENAI_URL = "https://api.openai.com/v1"
"""Explicit, so that only Settings decides which server is called."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers, and with which key."""

    model: str
    api_key: str = field(repr=False)
    base_url: str | None = None
    """None is OpenAI itself."""

    @property
    def url(self) -> str:
        """Its address, OpenAI's own included."""
        return self.base_url or OPENAI_URL


def openai_client(endpoint: Endpoint, client: httpx2.AsyncClient) -> openai.AsyncOpenAI:
    """A client of the endpoint, for code without LangChain."""
    return openai.AsyncOpenAI(api_key=endpoint.api_key, base_url=endpoint.url, http_client=client)
