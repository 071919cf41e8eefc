"""What is said of LangGraph's version 3, held to be true."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.tools import ToolRuntime
from langchain_core._api import LangChainBetaWarning

from agent.snippets.ways import WAYS
from tests.unit.streaming.scripted import calling, scripted


def test_version_3_is_experimental_as_long_as_langgraph_says_so() -> None:
    """When this fails, LangGraph has stopped to warn: `is_experimental` and what the texts say of it can go."""
    assert [name for name, way in WAYS.items() if way.is_experimental] == ["projections"]
    code = (
        "from langgraph.graph import START, MessagesState, StateGraph; "
        "graph = StateGraph(MessagesState).add_node('a', lambda state: state).add_edge(START, 'a').compile(); "
        "print(graph.stream_events({'messages': []}, version='v3').output)"
    )  # in a process of its own: it warns once
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "LangChainBetaWarning: The v3 streaming protocol on Pregel is experimental." in done.stderr


async def emit_items(place: str, runtime: ToolRuntime) -> str:
    """Emit the items in a place."""
    for item in ("Desk", "Lamp"):
        await asyncio.sleep(0)
        runtime.emit_output_delta(item)
    return place


def agent() -> Any:
    both = calling(*((id_, "emit_items", {"place": id_}) for id_ in ("office", "bedroom")))
    return create_agent(scripted(both, "Two."), [emit_items])


def read_v3(graph: Any, read: Callable[[Any], Awaitable[Any]]) -> Any:
    async def start() -> Any:
        return await read(await graph.astream_events({"messages": [("user", "?")]}, version="v3"))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LangChainBetaWarning)
        return asyncio.run(start())


def test_in_version_3_whoever_comes_later_finds_nothing() -> None:
    """The order of reading is that of LangChain's own example of both projections."""

    async def messages_then_calls(run: Any) -> list[int]:
        return [len([each async for each in projection]) for projection in (run.messages, run.tool_calls)]

    assert read_v3(agent(), messages_then_calls) == [2, 0]


def test_in_version_3_custom_data_has_no_projection_unless_asked_for() -> None:
    async def look_for_it(run: Any) -> set[str]:
        assert run.tool_calls
        with pytest.raises(AttributeError):
            assert run.custom
        return {event["method"] async for event in run}

    assert read_v3(agent(), look_for_it) == {"messages", "tools", "values"}
