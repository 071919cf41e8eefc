"""What a tool writes by `get_stream_writer()` comes in the mode `custom`. Nothing says which call has written it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from langgraph.config import get_stream_writer

from agent.tools.demo import search_shelves


async def get_items(place: str) -> str:
    """List the items one might find in a place you are asked about."""
    write = get_stream_writer()
    found = []
    async for item in search_shelves(place):
        write(item)
        found.append(item)
    return ", ".join(found)


async def watch(model: ChatOpenAI, question: str, show: Callable[[str, Any], object]) -> None:
    """Ask, and show each chunk as it comes."""
    agent: Any = create_agent(model, [get_items])
    inputs = {"messages": [{"role": "user", "content": question}]}
    async for part in agent.astream(inputs, stream_mode="custom", version="v2"):
        show("", part["data"])
