"""`ToolRuntime` has the same writer, and the id of the call: the tool signs what it writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain.agents import create_agent
from langchain.tools import ToolRuntime
from langchain_openai import ChatOpenAI

from agent.tools.demo import search_shelves


async def get_items(place: str, runtime: ToolRuntime) -> str:
    """List the items one might find in a place you are asked about."""
    found = []
    async for item in search_shelves(place):
        runtime.stream_writer({"call": runtime.tool_call_id, "item": item})
        found.append(item)
    return ", ".join(found)


async def watch(model: ChatOpenAI, question: str, show: Callable[[str, Any], object]) -> None:
    """Ask, and show each chunk as it comes, with the call that it is signed with."""
    agent: Any = create_agent(model, [get_items])
    inputs = {"messages": [{"role": "user", "content": question}]}
    async for part in agent.astream(inputs, stream_mode="custom", version="v2"):
        show(part["data"]["call"], part["data"]["item"])
