"""What somebody has on an Agent Server of theirs: agents that know nothing of Toolstream, and one with its line."""

from __future__ import annotations

import asyncio
import operator
from typing import Annotated, Any

from langchain.agents import create_agent
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.config import get_stream_writer
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from pydantic import SecretStr
from typing_extensions import TypedDict

from agent import attributed


@tool
async def get_items(place: str) -> str:
    """List the items in a place."""
    for number in range(3):
        await asyncio.sleep(0.1)
        get_stream_writer()({"found": f"{number} in the {place}"})
    return f"three in the {place}"


plain = create_agent(ChatOpenAI(model="demo-fast", api_key=SecretStr("none")), [get_items], name="plain")
marked = attributed(plain)
stops = create_agent(
    ChatOpenAI(model="demo-fast", api_key=SecretStr("none")), [get_items], name="stops", interrupt_before=["tools"]
)


class Topic(TypedDict):
    topic: str
    notes: Annotated[list[str], operator.add]


async def look_up(state: Topic) -> dict[str, Any]:
    """Write three notes."""
    for number in range(3):
        await asyncio.sleep(0.1)
        get_stream_writer()({"status": f"note {number} on {state['topic']}"})
    return {"notes": [f"about {state['topic']}"]}


async def ask(state: Topic) -> dict[str, Any]:
    """Ask a person."""
    return {"notes": [f"a person said {interrupt({'question': 'Is that all?'})}"]}


form = StateGraph(Topic).add_node(look_up).add_node(ask).add_edge(START, "look_up").add_edge("look_up", "ask").compile()


async def raises(state: Topic) -> dict[str, Any]:
    """Fail with what nobody may read."""
    raise RuntimeError("the key is sk-secret")


failing = StateGraph(Topic).add_node(raises).add_edge(START, "raises").compile()


async def slow_node(state: Topic) -> dict[str, Any]:
    """Take half a minute."""
    for number in range(300):
        await asyncio.sleep(0.1)
        get_stream_writer()({"number": number})
    return {}


async def short_node(state: Topic) -> dict[str, Any]:
    """Take three seconds."""
    for number in range(30):
        await asyncio.sleep(0.1)
        get_stream_writer()({"number": number})
    return {}


short = StateGraph(Topic).add_node(short_node).add_edge(START, "short_node").compile()
slow = StateGraph(Topic).add_node(slow_node).add_edge(START, "slow_node").compile()


def broken(config: RunnableConfig) -> Any:
    """Not be there."""
    raise RuntimeError("no such graph")
