"""The mode `tools` by itself: LangGraph hands its events over when the step has ended."""

from __future__ import annotations

import asyncio

from langchain.tools import ToolRuntime

from agent.pitfalls.agents import agent, items, question
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    fix='graph.astream(question, stream_mode=["tools", "custom"], version="v2")\n'
    "# `messages` beside it, or subgraphs=True, do as well",
    threads={"langchain-ai/langgraph#7626": "tools-channel streaming and ToolCallTransformer"},
    between=" · ",
)


async def get_items(place: str, runtime: ToolRuntime) -> str:
    """List the items one might find in a place, as they are found."""
    for item in items():
        await asyncio.sleep(0.4)
        runtime.emit_output_delta(item)
    return ", ".join(items())


async def wrong(url: str, show: Show) -> None:
    """Only the events of tools and the updates are asked for."""
    graph = agent(url, get_items)
    async for part in graph.astream(question(), stream_mode=["tools", "updates"], version="v2"):
        if part["type"] == "tools":
            show(part["data"].get("delta", ""))


async def right(url: str, show: Show) -> None:
    """The mode `custom` is asked for as well, although nothing comes in it."""
    graph = agent(url, get_items)
    async for part in graph.astream(question(), stream_mode=["tools", "custom"], version="v2"):
        if part["type"] == "tools":
            show(part["data"].get("delta", ""))
