import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

import openai
import pytest
from langchain_openai import ChatOpenAI

from agent.demo_model import DemoServer
from agent.errors import AnswerCut, ProviderError, StreamBroken
from agent.llm.chat import chat_model
from agent.llm.completions import stream_chunks
from agent.llm.endpoint import Endpoint, openai_client
from agent.llm.http import HttpClient
from agent.settings import Limits
from tests.scripted_server import Reply, calls, delta, refuses, says, scripted_server, sse

T = TypeVar("T")
Use = Callable[[ChatOpenAI, openai.AsyncOpenAI], Awaitable[T]]

COUNT = [{"role": "user", "content": "count to 60"}]
NUMBERS = " ".join(str(number) for number in range(1, 61))


def with_models(use: Use[T], model: str = "demo", rate: float = 300.0) -> T:
    """Run `use(chat model, OpenAI client)` against a demo server of its own."""

    async def main() -> T:
        async with DemoServer(rate=rate) as server, HttpClient(Limits()) as client:
            endpoint = Endpoint(model, "no key", server.base_url)
            return await use(chat_model(endpoint, Limits(), client), openai_client(endpoint, client))

    return asyncio.run(main())


@pytest.mark.parametrize("streams", ["chat", "client"])
def test_an_answer_without_an_end_is_a_failure(streams: str) -> None:
    async def use(chat: ChatOpenAI, client: openai.AsyncOpenAI) -> None:
        if streams == "chat":
            await chat.ainvoke(COUNT, stream=True)
            return
        async for _ in stream_chunks(client, model="demo-flaky:truncated", messages=COUNT):
            pass

    with pytest.raises(StreamBroken, match="before it was complete"):
        with_models(use, "demo-flaky:truncated")


def test_usage_is_asked_for_although_the_server_is_not_openais() -> None:
    async def use(chat: ChatOpenAI, client: openai.AsyncOpenAI) -> list[int]:
        return [chunk.usage_metadata["output_tokens"] async for chunk in chat.astream(COUNT) if chunk.usage_metadata]

    assert with_models(use) == [60]


@pytest.mark.parametrize("model", ["gpt-6", "gpt-5-pro", "gpt-5.2-codex", "gpt-4o-mini"])
def test_every_model_is_asked_at_chat_completions(model: str) -> None:
    async def get_items(place: str) -> str:
        """List items."""
        return place

    with scripted_server([says("Hello there")]) as server:
        chat = chat_model(Endpoint(model, "no key", server.url), Limits())
        assert chat.bind_tools([get_items]).invoke("hello").text == "Hello there"
    assert server.paths == ["/v1/chat/completions"]


def test_a_call_that_blocks_is_read_alike() -> None:
    asked = calls({"index": 0, "function": {"name": "get_items", "arguments": {"place": "office"}}})
    broken = calls({"index": 0, "id": "c1", "function": {"name": "get_items", "arguments": '{"place": "off'}})
    cut = Reply(sse(delta(content="Hi "), delta(content="there"), delta("length")))
    refused = refuses(402, {"error": {"message": "Insufficient credits"}})
    with scripted_server([asked, broken, cut, refused]) as server:
        chat = chat_model(Endpoint("scripted", "no key", server.url), Limits())
        assert [call["args"] for call in chat.invoke("hello").tool_calls] == [{"place": "office"}]
        message = chat.invoke("hello")
        assert [call["args"] for call in message.tool_calls] == [{"not JSON": '{"place": "off'}]
        assert message.invalid_tool_calls == []
        told: list[str] = []
        with pytest.raises(AnswerCut):
            told.extend(str(chunk.text) for chunk in chat.stream("hello"))
        assert "".join(told) == "Hi there"
        with pytest.raises(ProviderError, match="no credit"):
            chat.invoke("hello")


def test_reasoning_is_a_block_of_the_message() -> None:
    with scripted_server(
        [Reply(sse(delta(reasoning_content="Let me see"), delta(content="Hi"), delta("stop")))]
    ) as server:
        message = chat_model(Endpoint("scripted", "no key", server.url), Limits()).invoke("hello")
    assert message.content_blocks == [{"type": "reasoning", "reasoning": "Let me see"}, {"type": "text", "text": "Hi"}]


def test_a_stream_that_is_left_is_closed() -> None:
    with scripted_server([Reply(sse(delta(content="Hi"), done=False), stays_open=True)]) as server:

        async def leave() -> None:
            async with HttpClient(Limits()) as client:
                chat = chat_model(Endpoint("scripted", "no key", server.url), Limits(), client)
                async with aclosing(chat.astream("hello")) as chunks:  # type: ignore[type-var]
                    async for _ in chunks:
                        break
                await asyncio.to_thread(server.gone.get, timeout=5)

        asyncio.run(leave())
