"""The page of MCP tools: two calls at once, a question, the host's own servers; and no child is left behind."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from agent.demo_model import DemoServer
from tests.server.client import ME, Visitor
from tests.server.steps import complete
from tests.serving import ROOT, App, app_server, pointed_at, wait_until
from texts import say


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    path = tmp_path_factory.mktemp("mcp") / "mcp.json"
    clock = {"command": sys.executable, "args": ["-m", "mcp_server_time", "--local-timezone", "UTC"]}
    path.write_text(json.dumps({"mcpServers": {"clock": clock, "gone": {"command": "/no/such/command"}}}))
    with app_server({"TOOLSTREAM_MCP": str(path)}) as app:
        yield app
        assert "Traceback" not in app.log(), app.log()


def opened(app: App, tools: str = "") -> Visitor:
    query = {"tools": tools} if tools else {}
    return Visitor(app.url, "MCP_tools", receive_buffer=0, headers=None, model="demo-fast", **query)


def servers_of(app: App) -> list[psutil.Process]:
    """The MCP servers at work."""
    children = psutil.Process(app.process.pid).children(recursive=True)
    return [child for child in children if {"agent.mcp.demo_server", "mcp_server_time"} & set(child.cmdline())]


def test_two_calls_at_once_and_then_a_question_that_a_person_answers(app: App) -> None:
    with opened(app) as visitor:
        visitor.wait_idle()
        visitor.ask(say("en", "page-mcp_tools.ask-1"))
        visitor.wait_until(lambda: len(servers_of(app)) == 2, "two servers are at work")
        visitor.wait_until(lambda: visitor.idle and visitor.keys("Send"), "the card is there", 40)
        assert "When should the 10 desks from Busan arrive?" in visitor.text.replace("\\", "")
        assert not servers_of(app), "nobody works while a person thinks"
        (day,) = visitor.keys("Day of arrival", "selectbox")
        visitor.select(day, "Wednesday")
        visitor.wait_idle()
        visitor.click(visitor.keys("Send")[0])
        complete(visitor)
        assert "10 desks arrive from Busan on Wednesday" in visitor.text
    wait_until(lambda: not servers_of(app), 5, "no server is left")


WITHOUT_MCP = """
import sys
from importlib.machinery import PathFinder


class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name == "mcp" else super().find_spec(name, path, target)


sys.meta_path[:] = [Without if finder is PathFinder else finder for finder in sys.meta_path]
"""


def test_without_the_packages_a_sentence_says_how_to_get_them(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_MCP)
    servers = tmp_path / "mcp.json"
    servers.write_text('{"mcpServers": {"clock": {"command": "uvx"}}}')
    with app_server({"PYTHONPATH": str(tmp_path), "TOOLSTREAM_MCP": str(servers)}) as app, opened(app) as visitor:
        visitor.wait_idle()
        assert "pip install -r requirements-mcp.txt" in visitor.text
        visitor.ask("Check the stock in Oakland")
        complete(visitor)
        assert "need packages that are not installed here" in visitor.turns[0].answer
        assert "Traceback" not in app.log(), app.log()


def test_the_hosts_servers_are_listed_and_their_tools_are_on_offer_at_once_where_nobody_has_chosen_others(
    app: App,
) -> None:
    def have_answered() -> bool:
        with opened(app) as visitor:
            visitor.wait_idle()
            return "is starting" not in visitor.text

    wait_until(have_answered, 40, "the servers have answered")
    with opened(app) as visitor:
        visitor.wait_idle()
        assert "“clock” has 2 tools" in visitor.text
        assert "“gone” could not be started" in visitor.text
        visitor.ask("Get the current time in 'Asia/Seoul'")
        complete(visitor)
        assert "Asia/Seoul" in visitor.turns[0].answer
    with opened(app, tools="check_stock") as visitor:
        visitor.wait_idle()
        visitor.ask("Get the current time in 'Asia/Seoul'")
        complete(visitor)
        assert "I know nothing about" in visitor.turns[0].answer


@pytest.mark.parametrize("knows", [True, False], ids=["it has the server too", "it does not know the server"])
def test_another_process_asks_the_server_again_with_the_answer(model: DemoServer, tmp_path: Path, knows: bool) -> None:
    servers, runs = tmp_path / "mcp.json", {"TOOLSTREAM_RECORDINGS": str(tmp_path / "runs")}
    desk = {"command": sys.executable, "args": ["-m", "agent.mcp.demo_server"], "cwd": str(ROOT)}
    servers.write_text(json.dumps({"mcpServers": {"desk": desk}}))
    named = {"TOOLSTREAM_MCP": str(servers)}
    env = {**pointed_at(model), **runs}
    with app_server({**env, **named}) as first:

        def has_answered() -> bool:
            with Visitor(first.url, "MCP_tools", headers=ME) as visitor:
                visitor.wait_idle()
                return "“desk” has 2 tools" in visitor.text

        wait_until(has_answered, 60, "the server has answered")
        with Visitor(first.url, "MCP_tools", headers=ME, tools="desk_book_delivery") as visitor:
            visitor.wait_idle()
            visitor.ask("Book a delivery of 40 desks from Busan: desk_book_delivery")
            visitor.wait_until(lambda: visitor.idle and visitor.keys("Send"), "the card is there", 40)
            run = visitor.run_id
        first.process.kill()
        first.process.wait(10)
        with app_server(env | (named if knows else {})) as second:
            with Visitor(second.url, "MCP_tools", headers=ME, run=run) as visitor:
                visitor.wait_until(lambda: visitor.idle and visitor.keys("Send"), "the card is there", 40)
                (day,) = visitor.keys("Day of arrival", "selectbox")
                visitor.select(day, "Wednesday")
                visitor.wait_idle()
                visitor.click(visitor.keys("Send")[0])
                complete(visitor, timeout=60)
                told = "40 desks arrive from Busan on Wednesday" if knows else "book_delivery is no longer here"
                assert told in visitor.text.replace("\\", "")
            assert "Traceback" not in second.log(), second.log()
