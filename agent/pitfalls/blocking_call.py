"""A blocking call in an async tool: the loop that would deliver its chunks stands still."""

from __future__ import annotations

import asyncio
import time

from langgraph.config import get_stream_writer

from agent.pitfalls.agents import items, watch
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    fix="# instead of time.sleep, requests.get, ...\n"
    "await asyncio.sleep(0.4)\n"
    "# if there is no async version\n"
    "await asyncio.to_thread(blocking)",
    threads={"langchain-ai/langgraph#4610": "StreamWriter does not stream chunk in async node"},
    between=" · ",
)


async def wrong(url: str, show: Show) -> None:
    """The tool stops the loop while it waits."""

    async def get_items(place: str) -> str:
        """List the items one might find in a place."""
        write = get_stream_writer()
        for item in items():
            time.sleep(0.4)  # noqa: ASYNC251
            write(item)
        return ", ".join(items())

    await watch(url, get_items, show)


async def right(url: str, show: Show) -> None:
    """The tool lets the loop go on while it waits."""

    async def get_items(place: str) -> str:
        """List the items one might find in a place."""
        write = get_stream_writer()
        for item in items():
            await asyncio.sleep(0.4)
            write(item)
        return ", ".join(items())

    await watch(url, get_items, show)
