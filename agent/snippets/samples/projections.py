"""Version 3 has no modes but projections: `run.tool_calls` are the calls, and each has its own stream of deltas."""

from __future__ import annotations

import asyncio
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
        runtime.emit_output_delta(item)
        found.append(item)
    return ", ".join(found)


async def watch(model: ChatOpenAI, question: str, show: Callable[[str, Any], object]) -> None:
    """Ask, and show each chunk as it comes, with its call."""

    async def read(call: Any) -> None:
        async for delta in call.output_deltas:
            show(call.tool_call_id, delta)

    agent: Any = create_agent(model, [get_items])
    inputs = {"messages": [{"role": "user", "content": question}]}
    run = await agent.astream_events(inputs, version="v3")
    async with run, asyncio.TaskGroup() as readers:
        async for call in run.tool_calls:
            readers.create_task(read(call))  # at once: what comes before somebody reads is lost
