"""The agents that show the pitfalls: they ask the demo model and write nothing themselves."""

from __future__ import annotations

import asyncio
from typing import Any

from langchain_core.runnables import RunnableConfig
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_stream_writer
from langgraph.types import Command
from pydantic import SecretStr

from agent.graphs.langchain import react
from agent.pitfalls.stage import Show
from agent.tools.registry import ToolFunction

ITEMS = ("Desk", "Swivel chair", "Bookshelf", "Desk lamp", "Whiteboard")
"""What the tools find."""


async def get_items(place: str) -> str:
    """List the items one might find in a place, as they are found."""
    write = get_stream_writer()
    for item in ITEMS:
        await asyncio.sleep(0.4)
        write(item)
    return ", ".join(ITEMS)


def question(text: str = "What items are in the office?") -> Any:
    """A question, as a graph takes it."""
    return {"messages": [{"role": "user", "content": text}]}


def model(url: str, name: str = "demo-fast") -> ChatOpenAI:
    """The demo model: `demo` writes at reading speed, `demo-fast` all at once."""
    return ChatOpenAI(model=name, base_url=url, api_key=SecretStr("demo"), max_retries=0)


def agent(url: str, *tools: ToolFunction) -> Any:
    """An agent with these tools."""
    return react(model(url), tools)


async def watch(url: str, tool: ToolFunction, show: Show) -> None:
    """Ask an agent with this tool, and show what the tool writes."""
    async for part in agent(url, tool).astream(question(), stream_mode="custom", version="v2"):
        show(part["data"])


async def ask_and_approve(url: str, tool: ToolFunction, show: Show) -> None:
    """Ask for a refund, and say yes a second after the agent asks back."""
    graph = agent(url, tool).copy({"checkpointer": InMemorySaver()})
    config: RunnableConfig = {"configurable": {"thread_id": "1"}}
    state = await graph.ainvoke(question("Refund order 7"), config)
    if "__interrupt__" in state:
        show.mark("It asks")
        await asyncio.sleep(1)
        show.mark("Yes")
        await graph.ainvoke(Command(resume=True), config)
