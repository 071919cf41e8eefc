"""Version 3: reading the calls one after the other loses what the later ones send meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

from langchain.agents import create_agent

from agent.pitfalls.agents import model, question
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show
from agent.pitfalls.tools_alone import get_items

PITFALL = Pitfall(
    fix="async for call in run.tool_calls:\n"
    "    # a task each, in an asyncio.TaskGroup\n"
    "    readers.create_task(read(call))",
    threads={
        "langchain-ai/langgraph#7793": "AsyncGraphRunStream lacks interleave for v3 stream projections",
        "langchain-ai/langgraph#7626": "tools-channel streaming and ToolCallTransformer",
    },
    between=" · ",
)


async def wrong(url: str, show: Show) -> None:
    """A call is read to its end, then the next one."""
    graph: Any = create_agent(model(url), [get_items])
    run = await graph.astream_events(question("both"), version="v3")
    async for call in run.tool_calls:
        async for delta in call.output_deltas:
            show(delta, lane=call.tool_call_id)


async def right(url: str, show: Show) -> None:
    """Each call is read from its beginning, by a task of its own."""

    async def read(call: Any) -> None:
        async for delta in call.output_deltas:
            show(delta, lane=call.tool_call_id)

    graph: Any = create_agent(model(url), [get_items])
    run = await graph.astream_events(question("both"), version="v3")
    async with asyncio.TaskGroup() as readers:
        async for call in run.tool_calls:
            readers.create_task(read(call))
