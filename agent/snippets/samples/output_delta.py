"""What a tool sends by `emit_output_delta` comes in the mode `tools`, and LangGraph says which call it belongs to."""

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
        runtime.emit_output_delta(item)  # where the mode is not asked for, this does nothing
        found.append(item)
    return ", ".join(found)


async def watch(model: ChatOpenAI, question: str, show: Callable[[str, Any], object]) -> None:
    """Ask, and show each chunk as it comes, with its call."""
    agent: Any = create_agent(model, [get_items])
    inputs = {"messages": [{"role": "user", "content": question}]}
    modes = ["tools", "custom"]  # `tools` alone would not come until the step has ended
    async for part in agent.astream(inputs, stream_mode=modes, version="v2"):
        if part["type"] == "tools" and part["data"]["event"] == "tool-output-delta":
            show(part["data"]["tool_call_id"], part["data"]["delta"])
