"""The graphs as somebody who copies them would use them: without our runner, with async and with sync streaming."""

import asyncio
from contextlib import contextmanager

import pytest

from agent.demo_model import DemoServer
from agent.graphs.langchain import prebuilt, react
from agent.graphs.without_langchain import describe, react_without_langchain, tool_node
from agent.llm.chat import chat_model
from agent.llm.endpoint import Endpoint, openai_client
from agent.llm.http import http_client
from agent.loop import BackgroundLoop
from agent.settings import Limits
from agent.tools.catalog import TOOLS
from agent.tools.registry import Models

QUESTION = {"messages": [{"role": "user", "content": "what items are in the office and the bedroom?"}]}
CALL = {
    "role": "assistant",
    "content": None,
    "tool_calls": [
        {"id": "1", "type": "function", "function": {"name": "get_items", "arguments": '{"place":"bedroom"}'}}
    ],
}


@pytest.fixture(scope="module")
def loop():
    with BackgroundLoop() as loop:
        yield loop


@pytest.fixture(scope="module")
def url(loop):
    server = DemoServer()
    loop.call(server.start(), 10)
    yield server.base_url
    loop.call(server.close(), 10)


@contextmanager
def models(url, loop):
    """Models whose HTTP client belongs to `loop`."""

    async def build():
        client = http_client(Limits())
        endpoint = Endpoint("demo-fast", "no key", url)
        return Models("demo-fast", chat_model(endpoint, Limits(), client), openai_client(endpoint, client)), client

    built, client = loop.call(build(), 10)
    yield built
    loop.call(client.aclose(), 10)


def build(name, tool_id, models, loop=None):
    tools = [TOOLS[tool_id].build(models)]
    if name == "tool_node":
        return tool_node(tools, loop=loop), {"messages": [CALL]}
    if name == "react_without_langchain":
        return react_without_langchain(models.openai, models.name, tools, loop=loop), QUESTION
    return {"react": react, "prebuilt": prebuilt}[name](models.chat, tools, loop=loop), QUESTION


GRAPHS = [
    ("react", "get_items", "custom"),
    ("react", "get_items.llm", "messages"),
    ("prebuilt", "get_items.llm", "messages"),
    ("react", "get_items.openai", "custom"),
    ("react_without_langchain", "get_items.openai", "custom"),
    ("react_without_langchain", "get_items", "custom"),
    ("tool_node", "get_items.openai", "custom"),
]


@pytest.mark.parametrize(("name", "tool_id", "mode"), GRAPHS)
def test_sync_stream_delivers_what_async_stream_delivers(url, loop, name, tool_id, mode):
    async def collect(graph, inputs):
        return [content(mode, part) async for part in graph.astream(inputs, stream_mode=mode)]

    with models(url, loop) as built:
        graph, inputs = build(name, tool_id, built, loop)
        in_async = loop.call(collect(graph, inputs), 30)
        in_sync = [content(mode, part) for part in graph.stream(inputs, stream_mode=mode)]
    assert len(in_sync) > 3
    assert sorted(in_sync) == sorted(in_async)


def content(mode, part):
    if mode == "messages":
        message, metadata = part
        return f"{metadata['langgraph_node']}: {message.text}"
    return str(part)


def test_without_signing_the_chunks_are_just_what_the_tool_wrote(url, loop):
    with models(url, loop) as built:
        graph, inputs = build("react", "get_items", built, loop)
        chunks = list(graph.stream(inputs, stream_mode="custom"))
    assert {"custom_tool_data": "Bed"} in chunks


@pytest.mark.parametrize("name", ["react", "react_without_langchain"])
def test_a_failing_tool_is_told_to_the_model_and_its_sibling_goes_on(url, loop, name):
    async def get_items(place: str) -> str:
        """List the items in a place."""
        if "office" in place:
            raise ValueError("secret cause")
        await asyncio.sleep(0.01)
        return "bed, lamp"

    with models(url, loop) as built:
        make = {"react": lambda: react(built.chat, [get_items], loop=loop)}.get(
            name, lambda: react_without_langchain(built.openai, built.name, [get_items], loop=loop)
        )
        messages = make().invoke(QUESTION)["messages"]
    results = sorted(text(message) for message in messages if kind(message) == "tool")
    assert results[0].startswith("Error: ")
    assert "secret" not in results[0]
    assert results[1] == "bed, lamp"
    assert text(messages[-1])


def kind(message):
    return message["role"] if isinstance(message, dict) else message.type


def text(message):
    return message["content"] if isinstance(message, dict) else message.text


def test_arguments_that_do_not_fit_and_unknown_tools_are_answered_not_raised(loop):
    async def double(number: int) -> str:
        """Double a number."""
        return str(2 * number)

    def ask(name, arguments):
        call = {"id": "1", "type": "function", "function": {"name": name, "arguments": arguments}}
        graph = tool_node([double], loop=loop)
        inputs = {"messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]}
        return graph.invoke(inputs)["messages"][-1]["content"]

    assert ask("double", '{"number": 4}') == "8"
    assert ask("double", '{"number": "four"}') == "Error: The arguments do not fit the tool double."
    assert ask("double", "not json").startswith("Error: The arguments of double were not a whole JSON object")
    assert ask("treble", "{}") == "Error: There is no tool treble, only double."


def test_a_function_is_described_to_openai_by_its_signature():
    async def find(place: str, limit: int = 3) -> str:
        """Find things."""
        return place * limit

    function = describe(find)["function"]
    assert (function["name"], function["description"]) == ("find", "Find things.")
    assert function["parameters"]["required"] == ["place"]
    assert function["parameters"]["properties"]["limit"]["type"] == "integer"
