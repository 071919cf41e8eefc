"""A stream mode that is not asked for: its chunks are dropped without a word."""

from __future__ import annotations

from agent.pitfalls.agents import agent, get_items, question
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    fix='graph.astream(question, stream_mode=["updates", "custom"], version="v2")\n# part["type"] tells them apart',
    threads={"langchain-ai/langgraph#1776": "Add stream_mode=custom"},
    between=" · ",
)


async def wrong(url: str, show: Show) -> None:
    """The mode of the tool's chunks is not asked for."""
    graph = agent(url, get_items)
    async for part in graph.astream(question(), stream_mode=["updates"], version="v2"):
        if part["type"] == "custom":
            show(part["data"])


async def right(url: str, show: Show) -> None:
    """It is asked for."""
    graph = agent(url, get_items)
    async for part in graph.astream(question(), stream_mode=["updates", "custom"], version="v2"):
        if part["type"] == "custom":
            show(part["data"])
