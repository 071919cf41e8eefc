"""What the benchmarks measure with: a model server outside, and visitors by protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import reduce
from operator import add
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI
from openai import DefaultHttpxClient
from pydantic import SecretStr

from agent.tools.demo import get_items
from bench.servers import Server, app_server, model_log, model_server, page_url
from bench.sessions import StreamlitSession
from bench.stamped import question, stamped_tokens, stamps


@pytest.fixture(scope="module")
def model() -> Iterator[Server]:
    with model_server() as server:
        yield server


def test_the_model_server_calls_a_tool_first_if_the_question_says_so(model: Server) -> None:
    with DefaultHttpxClient() as client:
        chat = ChatOpenAI(model="bench", base_url=f"{model.url}/v1", api_key=SecretStr("none"), http_client=client)
        asks = chat.bind_tools([get_items])
        turns: list[Any] = [HumanMessage(question(60, 0, "once", tool=True))]
        turns.append(reduce(add, asks.stream(turns)))
        (call,) = turns[-1].tool_calls
        assert call["name"] == "get_items"
        words = [chunk.text for chunk in asks.stream([*turns, ToolMessage("a desk", tool_call_id=call["id"])])]
    assert "".join(words) == "".join(stamped_tokens(60))


def test_a_visitor_by_protocol_sees_every_word_that_was_sent(model: Server) -> None:
    with app_server("toolstream", model) as server:
        visitor = StreamlitSession(page_url(server, "toolstream", tool=True), "visitor")

        async def visit() -> None:
            await visitor.open()
            await visitor.ask(question(60, 100, "visitor"))
            await visitor.until(lambda: visitor.seen and visitor.seen[-1][1] >= stamps(60)[-1])
            await visitor.close()

        asyncio.run(visit())
    assert len(model_log(model, "visitor")["sent"]) == 60
