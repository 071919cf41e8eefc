"""A stream mode that is not asked for: its chunks are dropped without a word."""

from __future__ import annotations

import asyncio

from langgraph.config import get_stream_writer

from agent.pitfalls.agents import ITEMS, agent, question
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    title="The tool reports, and nobody hears it",
    seen="The tool works and writes, the run ends well, and not one of its reports is seen. There is no error either.",
    why="What a tool writes is delivered in the mode `custom`; whoever asks for `updates` alone, the usual choice, "
    "is not given it.",
    fix='graph.astream(question, stream_mode=["updates", "custom"], version="v2")\n# part["type"] tells them apart',
    threads=(
        (
            "langgraph #1776: Add stream_mode=custom",
            "https://github.com/langchain-ai/langgraph/pull/1776",
        ),
    ),
    versions="all versions of Python",
    between=" · ",
)


async def get_items(place: str) -> str:
    """List the items one might find in a place."""
    write = get_stream_writer()
    for item in ITEMS:
        await asyncio.sleep(0.4)
        write({"found": item})
    return ", ".join(ITEMS)


async def wrong(url: str, show: Show) -> None:
    """The mode of the tool's chunks is not asked for."""
    graph = agent(url, get_items)
    async for part in graph.astream(question(), stream_mode=["updates"], version="v2"):
        if part["type"] == "custom":
            show(part["data"]["found"])


async def right(url: str, show: Show) -> None:
    """It is asked for."""
    graph = agent(url, get_items)
    async for part in graph.astream(question(), stream_mode=["updates", "custom"], version="v2"):
        if part["type"] == "custom":
            show(part["data"]["found"])
