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

from agent.errors import ToolFailed
from agent.mcp import client
from agent.mcp.bounds import Bounds
from agent.mcp.calls import list_tools
from agent.mcp.servers import McpServer
from agent.projections.shapes.reading import read_shape
from agent.projections.shapes.types import Elsewhere, Image
from agent.tools.warehouse import WAREHOUSES
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
