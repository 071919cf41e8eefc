"""The graphs as somebody who copies them would use them: without our engine, with tools of every kind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_stream_writer
from langgraph.types import Command, interrupt

from agent.demo_model import DemoServer
from agent.graphs.registry import GRAPHS
from agent.graphs.without_langchain import describe, tool_node
from agent.llm.chat import chat_model
from agent.llm.endpoint import Endpoint, openai_client
from agent.llm.http import HttpClient
from agent.loop import BackgroundLoop
from agent.projections.decisions import Decision, resume_value
from agent.projections.questions import questions_of
from agent.settings import Limits
from agent.streaming.events import JSON
from agent.tools.catalog import TOOLS
from agent.tools.registry import AnyTool, Models, name_of

T = TypeVar("T")

QUESTION = {"messages": [{"role": "user", "content": "what items are in the office and the bedroom?"}]}
CALL = {
    "role": "assistant",
    "content": None,
    "tool_calls": [
        {"id": "1", "type": "function", "function": {"name": "get_items", "arguments": '{"place":"bedroom"}'}}
    ],
}
AGENTS = [spec.name for spec in GRAPHS.values() if spec.model != "none"]
Ask = Callable[[str, AnyTool], Any]


@pytest.fixture(scope="module")
def loop() -> Iterator[BackgroundLoop]:
    with BackgroundLoop() as loop:
        yield loop


@pytest.fixture(scope="module")
def models(loop: BackgroundLoop) -> Iterator[Models]:
    """Models of a demo server, whose HTTP client belongs to `loop`."""
    server = DemoServer()

    async def build() -> Models:
        await server.start()
        endpoint = Endpoint("demo-fast", "no key", server.base_url)
        chat = chat_model(endpoint, Limits(), client)
        return Models("demo-fast", chat, openai_client(endpoint, client))

    client = HttpClient(Limits())
    yield loop.call(build(), 10)
    loop.call(client.aclose(), 10)
    loop.call(server.close(), 10)


def inputs_of(name: str) -> Any:
    return {"messages": [CALL]} if GRAPHS[name].only_tool else QUESTION


@pytest.mark.parametrize(
    ("name", "tool_id", "mode"),
    [
        *((name, "get_items", "custom") for name in GRAPHS),
        *((name, "get_items.llm", "messages") for name in GRAPHS if GRAPHS[name].uses_langchain),
        *((name, "get_items.openai", "custom") for name in GRAPHS),
    ],
)
def test_a_graph_delivers_what_its_tools_write_just_as_they_wrote_it(
    models: Models, loop: BackgroundLoop, name: str, tool_id: str, mode: Any
) -> None:
    async def collect() -> list[Any]:
        graph = GRAPHS[name].build(models, [TOOLS[tool_id].build(models)])
        return [part async for part in graph.astream(inputs_of(name), stream_mode=mode)]

    parts = loop.call(collect(), 30)
    if tool_id == "get_items":
        assert {"custom_tool_data": "Bed"} in parts
    elif mode == "messages":
        words = "".join(message.text for message, metadata in parts if metadata["langgraph_node"] == "tools")
        assert "bedroom" in words
    else:
        assert sum(part["role"] == "assistant" for part in parts) > 10


async def find_async(place: str) -> str:
    """Find the items in a place."""
    get_stream_writer()({"found": place})
    return f"a thing in the {place}"


def find_in_a_thread(place: str) -> str:
    """Find the items in a place."""
    time.sleep(0.01)
    get_stream_writer()({"found": place})
    return f"a thing in the {place}"


@tool
async def find_by_decorator(place: str) -> str:
    """Find the items in a place."""
    get_stream_writer()({"found": place})
    return f"a thing in the {place}"


class FindByClass(BaseTool):
    name: str = "find_by_class"
    description: str = "Find the items in a place."

    def _run(self, place: str) -> str:
        get_stream_writer()({"found": place})
        return f"a thing in the {place}"


@pytest.mark.parametrize("name", AGENTS)
@pytest.mark.parametrize("made", [find_async, find_in_a_thread, find_by_decorator, FindByClass()], ids=name_of)
def test_every_agent_runs_every_kind_of_tool(models: Models, loop: BackgroundLoop, name: str, made: AnyTool) -> None:
    async def collect() -> list[Any]:
        graph = GRAPHS[name].build(models, [made])
        return [part async for part in graph.astream(QUESTION, stream_mode=["custom", "values"])]

    parts = loop.call(collect(), 30)
    assert {"found": "office"} in [data for mode, data in parts if mode == "custom"]
    results = {text(message) for message in parts[-1][1]["messages"] if kind(message) == "tool"}
    assert results == {"a thing in the office", "a thing in the bedroom"}


@pytest.mark.parametrize("name", GRAPHS)
def test_a_tool_that_asks_a_person_has_not_failed(models: Models, loop: BackgroundLoop, name: str) -> None:
    async def get_items(place: str) -> str:
        """List the items in a place."""
        return f"{interrupt('Really?')}, in the {place}"

    async def ask() -> tuple[list[Any], list[str]]:
        graph = GRAPHS[name].build(models, [get_items]).copy({"checkpointer": InMemorySaver()})
        config: RunnableConfig = {"configurable": {"thread_id": "1"}}
        asked = (await graph.ainvoke(inputs_of(name), config))["__interrupt__"]
        answers = {question.id: "yes" for question in asked}
        messages = (await graph.ainvoke(Command(resume=answers), config))["messages"]
        return [question.value for question in asked], [text(each) for each in messages if kind(each) == "tool"]

    questions, results = loop.call(ask(), 30)
    assert set(questions) == {"Really?"}
    assert [result.split(",")[0] for result in results] == ["yes"] * len(questions)


@pytest.mark.parametrize("name", AGENTS)
def test_a_failing_tool_is_told_to_the_model_and_its_sibling_goes_on(
    models: Models, loop: BackgroundLoop, name: str
) -> None:
    async def get_items(place: str) -> str:
        """List the items in a place."""
        if "office" in place:
            raise ValueError("secret cause")
        await asyncio.sleep(0.01)
        return "bed, lamp"

    messages = loop.call(GRAPHS[name].build(models, [get_items]).ainvoke(QUESTION), 30)["messages"]
    results = sorted(text(message) for message in messages if kind(message) == "tool")
    assert results[0].startswith("Error: ")
    assert "secret" not in results[0]
    assert results[1] == "bed, lamp"
    assert text(messages[-1])


@pytest.mark.parametrize("name", AGENTS)
def test_a_forced_choice_holds_for_the_first_step_only(models: Models, loop: BackgroundLoop, name: str) -> None:
    graph = GRAPHS[name].build(models, [find_async], "required")
    messages = loop.call(graph.ainvoke({"messages": [{"role": "user", "content": "Say hello"}]}), 30)["messages"]
    assert [kind(message) for message in messages[-2:]] == [
        "tool",
        "assistant" if name == "without_langchain" else "ai",
    ]


def kind(message: Any) -> str:
    return str(message["role"] if isinstance(message, dict) else message.type)


def text(message: Any) -> str:
    return str(message["content"] if isinstance(message, dict) else message.text)


def test_arguments_that_do_not_fit_and_unknown_tools_are_answered_not_raised() -> None:
    async def double(number: int) -> str:
        """Double a number."""
        return str(2 * number)

    def ask(name: str, arguments: str) -> str:
        call = {"id": "1", "type": "function", "function": {"name": name, "arguments": arguments}}
        inputs: Any = {"messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]}
        asked: Coroutine[Any, Any, Any] = tool_node([double]).ainvoke(inputs)
        return str(asyncio.run(asked)["messages"][-1]["content"])

    assert ask("double", '{"number": 4}') == "8"
    assert ask("double", '{"number": "four"}') == "Error: The arguments do not fit the tool double."
    assert ask("double", "not json").startswith("Error: The arguments of double were not a whole JSON object")
    assert ask("treble", "{}") == "Error: There is no tool treble, only these: double."


def test_a_function_is_described_to_openai_by_its_signature() -> None:
    async def find(place: str, limit: int = 3) -> str:
        """Find things."""
        return place * limit

    function = describe(find)["function"]
    assert (function["name"], function["description"]) == ("find", "Find things.")
    assert function["parameters"]["required"] == ["place"]
    assert function["parameters"]["properties"]["limit"]["type"] == "integer"


REFUND = (
    "The headphones of order 1042 arrived damaged. Look up order 1042 and check the refund policy, "
    "then refund 129 dollars for order 1042 and send an email to okafor@example.com"
)


APPROVE = Decision("approve")
EMAIL: JSON = {"to": "a@b.c", "subject": "Hi", "body": "…"}


@pytest.mark.parametrize(
    ("decisions", "told"),
    [
        ([APPROVE, APPROVE], ["129 dollars were refunded to Mr Okafor", "was sent to okafor@example.com"]),
        (
            [Decision("edit", {"amount": 89, "order": 1042}), Decision("edit", EMAIL)],
            ["89 dollars were refunded to Mr Okafor", "was sent to a@b.c"],
        ),
        (
            [Decision("reject", reason="too much"), Decision("reject")],
            ["refund", "rejected, because “too much”", "mail", "rejected", "something else"],
        ),
    ],
    ids=["approved", "changed", "rejected"],
)
@pytest.mark.parametrize("name", AGENTS)
def test_every_agent_asks_before_it_acts_and_does_what_was_decided(
    models: Models, loop: BackgroundLoop, name: str, decisions: list[Decision], told: list[str]
) -> None:
    async def ask() -> tuple[list[str], str]:
        tools = [TOOLS[tool_id].build(models) for tool_id in ("look_up_order", "check_policy", "refund", "send_email")]
        graph = GRAPHS[name].build(models, tools).copy({"checkpointer": InMemorySaver()})
        config: RunnableConfig = {"configurable": {"thread_id": "1"}}
        asked = (await graph.ainvoke({"messages": [{"role": "user", "content": REFUND}]}, config))["__interrupt__"]
        left, resume, texts = list(decisions), {}, []
        for interrupted in asked:  # one of the middleware for both calls, or one in each tool
            questions = questions_of(interrupted.value)
            texts += [question.text for question in questions]
            resume[interrupted.id] = resume_value(questions, [left.pop(0) for _ in questions])
        state = await graph.ainvoke(Command(resume=resume), config)
        return texts, text(state["messages"][-1])

    questions, answer = loop.call(ask(), 30)
    assert questions == [
        "The assistant wants to refund **129 dollars** to **Mr Okafor**.",
        "The assistant wants to send an email to **okafor@example.com**.",
    ]
    for said in told:
        assert said in answer
