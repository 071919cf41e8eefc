"""A graph inside a graph: what streams in it is kept from the outer stream unless one asks for it."""

from __future__ import annotations

import asyncio
from typing import Any

from langgraph.config import get_stream_writer
from langgraph.graph import START, MessagesState, StateGraph

from agent.pitfalls.agents import ITEMS, agent, question
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    title="It was live until the agent became a part of something",
    seen="An agent streams well on its own. As one step of a larger graph it falls silent.",
    why="An agent inside a graph is a subgraph, and what streams in it is delivered only with `subgraphs=True`.",
    fix='graph.astream(question, stream_mode="custom", subgraphs=True, version="v2")\n'
    '# part["ns"] says which graph a chunk comes from',
    threads=(
        (
            "langchain docs #3663: subgraphs=True is needed when wrapping create_agent",
            "https://github.com/langchain-ai/docs/pull/3663",
        ),
        (
            "langgraph #4843: messages and custom respect subgraphs=False",
            "https://github.com/langchain-ai/langgraph/pull/4843",
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
        write(item)
    return ", ".join(ITEMS)


def larger(inner: Any) -> Any:
    """A graph with another as its only step."""
    return StateGraph(MessagesState).add_node("assistant", inner).add_edge(START, "assistant").compile()


async def wrong(url: str, show: Show) -> None:
    """Only the outer graph is listened to."""
    graph = larger(agent(url, get_items))
    async for part in graph.astream(question(), stream_mode="custom", version="v2"):
        show(part["data"])


async def right(url: str, show: Show) -> None:
    """The inner graph too."""
    graph = larger(agent(url, get_items))
    async for part in graph.astream(question(), stream_mode="custom", subgraphs=True, version="v2"):
        show(part["data"])
