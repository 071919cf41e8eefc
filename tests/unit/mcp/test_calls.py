"""Calls of real MCP servers: what they report, how they fail, and that nothing of them is left."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from agent.errors import ToolFailed
from agent.mcp import client
from agent.mcp.bounds import Bounds
from agent.mcp.calls import McpTool, list_tools
from agent.mcp.servers import McpServer
from agent.projections.shapes.reading import read_shape
from agent.projections.shapes.types import Elsewhere, Image
from agent.tools.mcp_tools import as_tool
from agent.tools.warehouse import WAREHOUSES
from tests.scripted_server import Answer, Reply, scripted_server
from tests.unit.streaming.scripted import calling
from tests.warm import FRESH

CLOCK = McpServer("clock", sys.executable, ("-m", "mcp_server_time", "--local-timezone", "UTC"))


def any_server(what: str, *place: str, env: dict[str, str] | None = None) -> McpServer:
    return McpServer("any", FRESH, (str(Path(__file__).with_name("any_server.py")), what, *place), env or {})


def call(server: McpServer, name: str = "do it/now", **arguments: Any) -> tuple[str, list[Any]]:
    written: list[Any] = []
    return asyncio.run(client.call_tool(server, name, arguments, written.append)), written


@pytest.fixture(scope="module")
def over_http() -> Iterator[McpServer]:
    with served() as (server, _):
        yield server


@contextmanager
def served() -> Iterator[tuple[McpServer, subprocess.Popen[bytes]]]:
    """Our server at an address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "agent.mcp.demo_server", str(port)], cwd=WAREHOUSES.cwd, stderr=subprocess.DEVNULL
    ) as process:
        server = McpServer("web", url=f"http://127.0.0.1:{port}/mcp")
        try:
            asyncio.run(_until_it_answers(server))
            yield server, process
        finally:
            process.kill()


async def _until_it_answers(server: McpServer) -> None:
    while True:
        try:
            await list_tools(server)
            return
        except ToolFailed:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("way", ["stdio", "http"])
def test_progress_and_log_messages_arrive_in_their_order(way: str, over_http: McpServer) -> None:
    answer, written = call(over_http if way == "http" else WAREHOUSES, "check_stock", warehouse="Rotterdam")
    assert answer == "12 desks are in Rotterdam."
    assert [round(chunk["progress"] * 6) for chunk in written if "progress" in chunk] == [1, 2, 3, 4, 5, 6]
    assert [chunk["log"] for chunk in written if "log" in chunk][0] == "Rotterdam, aisle 2: 2 desks, 4 so far"
    assert "log" in written[2]


def test_a_server_that_others_have_written_is_called_as_well() -> None:
    tools = asyncio.run(list_tools(CLOCK))
    assert {tool.name for tool in tools} == {"get_current_time", "convert_time"}
    answer, _ = call(CLOCK, "get_current_time", timezone="Asia/Seoul")
    assert json.loads(answer)["timezone"] == "Asia/Seoul"


@pytest.mark.parametrize(
    ("server", "key"),
    [
        (McpServer("any", "/no/such/command"), "mcp-not-started"),
        (McpServer("any", sys.executable, ("-c", "")), "mcp-died"),
        (McpServer("any", url="http://127.0.0.1:9/mcp"), "mcp-unreachable"),
        (any_server("dies"), "mcp-died"),
        (any_server("junk"), "mcp-junk"),
        (any_server("no result"), "mcp-junk"),
        (any_server("an error without words"), "mcp-junk"),
        (any_server("no content"), "mcp-junk"),
        (any_server("10 MB"), "mcp-too-much"),
        (any_server("an endless line"), "mcp-too-much"),
        (any_server("a long answer"), "mcp-answer-long"),
        (any_server("refuses"), "mcp-refused"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value.args[1:]),
)
def test_a_server_that_fails_says_how(server: McpServer, key: str) -> None:
    with pytest.raises(ToolFailed) as failed:
        call(server)
    assert getattr(failed.value.said, "key", failed.value.said) == key


def test_what_a_tool_says_of_its_failure_is_passed_on() -> None:
    with pytest.raises(ToolFailed, match="only 12 desks in Rotterdam"):
        call(WAREHOUSES, "book_delivery", warehouse="Rotterdam", amount=500)


def test_a_greeting_is_no_harm_and_a_flood_is_cut() -> None:
    assert call(any_server("greets"))[0] == "hello"
    answer, written = call(any_server("floods"))
    assert (answer, len(written)) == ("done", Bounds().reports)


def test_a_tool_that_is_none_does_no_harm_to_the_others() -> None:
    server = any_server("lists what is none")
    assert [tool.name for tool in asyncio.run(list_tools(server))] == ["good"]
    assert call(server, "good")[0] == "hello"


def test_half_an_emoji_is_no_harm_to_the_rest() -> None:
    assert call(any_server("half an emoji"))[0] == "Hi ?"


SCHEMAS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {}),
    "a text, atlas-ui-3#727": ({"type": "string"}, {}),
    "null for properties": ({"type": "object", "properties": None}, {}),
    "null for required, PraisonAI#3111": (
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": None},
        {"a": {"type": "string"}},
    ),
    "required among the properties, mastra#23731": (
        {"type": "object", "properties": {"a": {"type": "string"}, "required": ["a"]}},
        {"a": {"type": "string"}},
    ),
    "one or the other, claude-code#88049": (
        {"anyOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "integer"}}}, True]},
        {"a": {"type": "string"}, "b": {"type": "integer"}},
    ),
    "elsewhere": ({"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/a.json"}}}, {}),
    "nowhere": ({"type": "object", "properties": {"a": {"$ref": "#/$defs/gone"}}}, {}),
    "a definition": (
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"type": "string"}}},
        {"a": {"type": "string"}},
    ),
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_model_is_told_of_an_object_whatever_a_server_calls_its_arguments(name: str) -> None:
    schema, expected = SCHEMAS[name]
    tool = as_tool(McpTool(CLOCK, "any", "", schema))
    parameters = convert_to_openai_tool(tool)["function"]["parameters"]
    assert (parameters["type"], parameters["properties"]) == ("object", expected)
    assert isinstance(parameters.get("required", []), list)


def test_arguments_have_the_names_that_the_server_gave_them() -> None:
    """Two of them are what LangChain would fill in itself: langchain-ai/langchain#40535."""
    names = ("config", "run_manager", "callbacks", "self", "class", "a-b")
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    given = dict.fromkeys(names, "mine")
    tool = as_tool(McpTool(any_server("arguments"), "do it/now", "", schema))
    graph = StateGraph(MessagesState).add_node("tools", ToolNode([tool])).add_edge(START, "tools").compile()
    asked = calling(("1", tool.name, given))
    (*_, answer) = asyncio.run(graph.ainvoke({"messages": [asked]}))["messages"]
    assert json.loads(answer.text) == given


def test_no_two_tools_share_a_name_because_their_letters_are_not_latin() -> None:
    tools = [as_tool(McpTool(CLOCK, name, "", {})) for name in ("\u5929\u6c17", "\u6642\u523b", "x" * 99, "x" * 98)]
    assert len({tool.name for tool in tools}) == 4
    assert all(len(tool.name) <= 64 and tool.name.isascii() for tool in tools)


def test_a_picture_is_written_for_who_watches_and_named_for_the_model() -> None:
    answer, written = call(any_server("a picture"))
    assert answer == "A dot\n[image]\nfile:///a.pdf"
    shown = [read_shape(chunk) for chunk in written]
    assert [type(each.shape) for each in shown if each] == [Image, Elsewhere]


def test_progress_of_any_numbers_is_drawable() -> None:
    _, written = call(any_server("strange numbers"))
    assert written == [{"status": "1"}, {"status": "1"}, {"status": "1e+300"}, {"progress": -0.5}]


def test_a_child_knows_nothing_of_the_apps_secrets_but_what_the_file_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("TOOLSTREAM_HOST_PASSWORD", "secret")
    answer, _ = call(any_server("environment", env={"GIVEN": "yes"}))
    environment = json.loads(answer)
    assert environment["GIVEN"] == "yes"
    assert "secret" not in json.dumps(environment)


@pytest.mark.parametrize("what", ["waits", "hangs"])
def test_a_call_that_is_cancelled_is_taken_back_and_its_child_ends_even_if_it_will_not(
    what: str, tmp_path: Path
) -> None:
    place = tmp_path / "pid"

    async def cancelled() -> None:
        hangs = asyncio.Event()
        calling = asyncio.create_task(
            client.call_tool(any_server(what, str(place)), "x", {}, lambda _chunk: hangs.set())
        )
        await hangs.wait()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling

    asyncio.run(cancelled())
    with pytest.raises(ProcessLookupError):
        os.kill(int(place.read_text()), 0)
    assert Path(f"{place}.cancelled").exists() is (what == "waits"), "who listens is told"


def test_an_answer_over_http_that_breaks_off_is_not_waited_for() -> None:
    with served() as (server, process), pytest.raises(ToolFailed) as failed:
        asyncio.run(client.call_tool(server, "check_stock", {"warehouse": "Busan"}, lambda _chunk: process.kill()))
    assert getattr(failed.value.said, "key", "") == "mcp-died"


FINE = {"content": [{"type": "text", "text": "fine"}]}


def answered(result: Any, **fields: Any) -> Answer:
    """What a server at an address says to a call, whatever its number is."""

    def reply(request: dict[str, Any]) -> Reply:
        message = {"jsonrpc": "2.0", "id": request.get("id"), **result}
        return Reply(json.dumps(message).encode(), **{"content_type": "application/json", **fields})

    return reply


@pytest.mark.parametrize(
    ("said", "key"),
    [
        (answered({"result": FINE}), ""),
        (Reply(status=202), "mcp-died"),
        (Reply(content_type="application/json"), "mcp-died"),
        (Reply(b"data: {"), "mcp-died"),
        (Reply(b"<html>Sign in</html>", content_type="text/html"), "mcp-junk"),
        (answered({"error": {"code": 1}}), "mcp-junk"),
        (Reply(b'{"error": "invalid_token"}', 401, "application/json"), "mcp-refused"),
    ],
    ids=["fine", "accepted", "empty", "half", "page", "error without words", "401"],
)
def test_an_address_that_gives_no_answer_is_not_waited_for(said: Answer, key: str) -> None:
    """One of them: modelcontextprotocol/python-sdk#1144."""
    first = {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {"name": "any", "version": "1"}}

    def reply(request: dict[str, Any]) -> Reply:
        match request.get("method"):
            case "initialize":
                answer = answered({"result": first})
            case "tools/call":
                answer = said
            case _:
                answer = Reply(status=202)
        return answer(request) if callable(answer) else answer

    with scripted_server([reply]) as server:
        at = McpServer("web", url=f"{server.url}/mcp")
        if not key:
            assert call(at)[0] == "fine"
            return
        with pytest.raises(ToolFailed) as failed:
            call(at)
        assert getattr(failed.value.said, "key", failed.value.said) == key
