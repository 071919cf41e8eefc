"""Stop, and a tool that does not notice: a tool that is not async runs on a thread, and threads cannot be cancelled."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from langchain_core.tools import StructuredTool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from agent.pitfalls.agents import does
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    fix="# async def, not def\n"
    "async def search_archive(place: str) -> str:\n"
    "    # and an await wherever it waits\n"
    "    await asyncio.sleep(0.3)",
    threads={"python/cpython#107505": "run_in_executor does not stop the thread after the task is cancelled"},
    between=" · ",
)

YEARS = range(1970, 2020, 5)


async def ask_and_stop(tool: StructuredTool, show: Show) -> None:
    """Call the tool in a graph, and cancel the run after a second, as a Stop button does."""
    graph: Any = StateGraph(MessagesState).add_node("tools", ToolNode([tool])).add_edge(START, "tools").compile()
    call = {"id": "1", "name": tool.name, "args": {"place": "office"}, "type": "tool_call"}
    run = asyncio.create_task(graph.ainvoke({"messages": [{"role": "assistant", "content": "", "tool_calls": [call]}]}))
    await asyncio.sleep(1)
    show.mark("stop")
    run.cancel()
    await asyncio.wait([run])


async def wrong(url: str, show: Show) -> None:
    """A tool that is a plain function."""

    def search_archive(place: str) -> str:
        """Search the archive for what was written about a place."""
        for year in YEARS:
            time.sleep(0.3)
            show(does("read", year=str(year)))
        return "Nothing was written."

    await ask_and_stop(StructuredTool.from_function(search_archive), show)


async def right(url: str, show: Show) -> None:
    """A tool that is an async function."""

    async def search_archive(place: str) -> str:
        """Search the archive for what was written about a place."""
        for year in YEARS:
            await asyncio.sleep(0.3)
            show(does("read", year=str(year)))
        return "Nothing was written."

    await ask_and_stop(StructuredTool.from_function(coroutine=search_archive), show)
