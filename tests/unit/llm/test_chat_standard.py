"""What LangChain's standard tests of chat models ask first, of the model that our factory builds, asked of the demo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from agent.demo_model import DemoServer
from agent.llm.chat import chat_model
from agent.llm.endpoint import Endpoint
from agent.llm.http import HttpClient
from agent.loop import BackgroundLoop
from agent.settings import Limits


@tool
def get_weather(location: str) -> str:
    """Get the weather at a location."""
    return f"It's sunny in {location}."


@pytest.fixture(scope="module")
def loop() -> Iterator[BackgroundLoop]:
    with BackgroundLoop() as loop:
        yield loop


@pytest.fixture(scope="module")
def model(loop: BackgroundLoop) -> Iterator[ChatOpenAI]:
    async def start() -> tuple[DemoServer, HttpClient]:
        server = DemoServer()
        await server.start()
        return server, HttpClient(Limits())

    async def stop() -> None:
        await client.aclose()
        await server.close()

    server, client = loop.call(start(), 10)
    yield chat_model(Endpoint("demo-fast", "no key", server.base_url), Limits(), client)
    loop.call(stop(), 10)


ASKED = HumanMessage("What is the weather in San Francisco, CA?")


def test_an_agents_loop_that_blocks(model: ChatOpenAI) -> None:
    with_tools = model.bind_tools([get_weather])
    asked = with_tools.invoke([ASKED])
    assert [block["type"] for block in asked.content_blocks] == ["tool_call"]
    (call,) = asked.tool_calls
    told = get_weather.invoke(call)
    assert isinstance(told, ToolMessage)
    answer = with_tools.invoke([ASKED, asked, told])
    assert isinstance(answer, AIMessage)
    assert answer.text
    assert not answer.tool_calls


def test_an_agents_loop_on_a_loop(model: ChatOpenAI, loop: BackgroundLoop) -> None:
    async def ask() -> list[AIMessage]:
        with_tools = model.bind_tools([get_weather])
        asked = await with_tools.ainvoke([ASKED])
        (call,) = asked.tool_calls
        return [asked, await with_tools.ainvoke([ASKED, asked, await get_weather.ainvoke(call)])]

    asked, answer = loop.call(ask(), 10)
    assert asked.tool_calls[0]["name"] == "get_weather"
    assert answer.text
    assert not answer.tool_calls


def added(messages: Sequence[AIMessage]) -> AIMessageChunk:
    chunks = [message for message in messages if isinstance(message, AIMessageChunk)]
    assert len(chunks) == len(messages)
    whole = chunks[0] + chunks[1:]
    assert isinstance(whole, AIMessageChunk)
    return whole


def test_chunks_add_up_to_the_message(model: ChatOpenAI, loop: BackgroundLoop) -> None:
    async def stream() -> list[AIMessageChunk]:
        return [chunk async for chunk in model.astream("count to 10")]

    async def ask() -> AIMessage:
        return await model.ainvoke("count to 10")

    for chunks in (list(model.stream("count to 10")), loop.call(stream(), 10)):
        whole = added(chunks)
        assert [chunk.chunk_position for chunk in chunks].count("last") == 1
        assert sum(chunk.usage_metadata is not None for chunk in chunks) == 1
        for message in (model.invoke("count to 10"), loop.call(ask(), 10)):
            assert (whole.text, whole.usage_metadata) == (message.text, message.usage_metadata)
            assert whole.response_metadata["finish_reason"] == message.response_metadata["finish_reason"] == "stop"
            assert message.response_metadata["model_name"] == "demo-fast"
            assert type(message) is AIMessage


def test_calls_in_chunks_add_up_to_calls(model: ChatOpenAI) -> None:
    chunks = list(model.bind_tools([get_weather]).stream([ASKED]))
    whole = added(chunks)
    assert [call["args"] for call in whole.tool_calls] == [
        call["args"] for call in model.bind_tools([get_weather]).invoke([ASKED]).tool_calls
    ]
    assert whole.invalid_tool_calls == []


def test_histories_of_every_kind_are_sent(model: ChatOpenAI) -> None:
    call = {"name": "get_weather", "args": {"location": "Paris"}, "id": "abc123", "type": "tool_call"}
    histories = [
        [SystemMessage("Be brief."), HumanMessage("hello"), AIMessage("hello"), HumanMessage("how are you")],
        [HumanMessage("weather?"), AIMessage("", tool_calls=[call]), ToolMessage("sunny", tool_call_id="abc123")],
        [
            HumanMessage("weather?"),
            AIMessage("", tool_calls=[call]),
            ToolMessage("x", tool_call_id="abc123", status="error"),
        ],
        [
            HumanMessage("weather?"),
            AIMessage([{"type": "text", "text": "Let me see"}], tool_calls=[call]),
            ToolMessage([{"type": "text", "text": "sunny"}], tool_call_id="abc123"),
        ],
        [HumanMessage("hello", name="example"), AIMessage("hi", name="other"), HumanMessage("hello again")],
    ]
    for history in histories:
        assert model.bind_tools([get_weather]).invoke(history).text


@pytest.mark.parametrize("choice", ["any", "get_weather", "required"])
def test_a_tool_can_be_forced(model: ChatOpenAI, choice: str) -> None:
    (call,) = model.bind_tools([get_weather], tool_choice=choice).invoke("hello").tool_calls
    assert call["name"] == "get_weather"


def test_several_can_be_asked_at_once(model: ChatOpenAI, loop: BackgroundLoop) -> None:
    async def ask() -> list[AIMessage]:
        return await model.abatch(["count to 3", "count to 4"])

    for messages in (model.batch(["count to 3", "count to 4"]), loop.call(ask(), 10)):
        assert [message.text for message in messages] == ["1 2 3", "1 2 3 4"]


def test_an_answer_in_a_given_form_is_left_to_chat_open_ai(model: ChatOpenAI, loop: BackgroundLoop) -> None:
    schema = {"title": "Joke", "type": "object", "properties": {"setup": {"type": "string"}}, "required": ["setup"]}
    structured = model.with_structured_output(schema)

    async def ask() -> object:
        return await structured.ainvoke("Tell me a joke")

    for answer in (structured.invoke("Tell me a joke"), loop.call(ask(), 10)):
        assert isinstance(answer, dict)
        assert isinstance(answer["setup"], str)
