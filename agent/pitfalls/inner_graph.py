"""A graph inside a graph: its stream does not reach the outer stream unless asked for."""

from __future__ import annotations

from typing import Any

from langgraph.graph import START, MessagesState, StateGraph

from agent.pitfalls.agents import agent, get_items, question
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    fix='graph.astream(question, stream_mode="custom", subgraphs=True, version="v2")\n'
    '# part["ns"] says which graph a chunk comes from',
    threads={
        "langchain-ai/docs#3663": "subgraphs=True is needed when wrapping create_agent",
        "langchain-ai/langgraph#4843": "messages and custom respect subgraphs=False",
    },
    between=" · ",
)


def larger(inner: Any) -> Any:
    """A graph with another one as its only step."""
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
