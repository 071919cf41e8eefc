"""A stream mode that is not asked for: its chunks are dropped without a word."""

from __future__ import annotations

from agent.pitfalls.agents import agent, get_items, question
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    title="The tool reports, and nobody hears it",
    seen="The tool works and writes, the run ends well, and not one of its reports is seen. There is no error either.",
    why="What a tool writes is delivered in the mode `custom`; whoever asks for `updates` alone, the usual choice, "
    "is not given it.",
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
