"""Makes libraries load and build, before a visitor asks, what they need on first use: that takes 150 ms."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx2
from openai import DefaultAsyncHttpxClient

from agent.graphs import langchain as graphs
from agent.graphs import without_langchain
from agent.llm.chat import chat_model
from agent.llm.endpoint import Endpoint, openai_client
from agent.settings import Limits
from agent.streaming.watch import watch

log = logging.getLogger(__name__)

_CHUNK = {
    "id": "warm-up",
    "object": "chat.completion.chunk",
    "created": 0,
    "model": "warm-up",
    "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Warm."}, "finish_reason": "stop"}],
}
_ANSWER = f"data: {json.dumps(_CHUNK)}\n\ndata: [DONE]\n\n".encode()


async def warm_up(limits: Limits) -> None:
    """Put one question through both kinds of agent, with canned answers and no server."""
    given: Any = {"messages": [{"role": "user", "content": "Are you warm?"}]}
    async with DefaultAsyncHttpxClient(transport=httpx2.MockTransport(_answer)) as client:
        endpoint = Endpoint("warm-up", "no-key-needed", "http://127.0.0.1/v1")
        agents = (
            graphs.react(chat_model(endpoint, limits, client), [_tool]),
            without_langchain.react_without_langchain(openai_client(endpoint, client), "warm-up", [_tool]),
        )
        try:
            for agent in agents:
                async for event in watch(agent, given):
                    event.to_json()
        except Exception as error:  # the first visitor waits a little longer, that is all
            log.warning("The agents could not be warmed up: %s", type(error).__name__)


def _answer(_request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=_ANSWER)


async def _tool(place: str) -> str:
    """Do nothing in a place."""
    return place
