"""A blocking call in an async tool: the loop that would deliver its chunks stands still."""

from __future__ import annotations

import asyncio
import time

from langgraph.config import get_stream_writer

from agent.pitfalls.agents import Show, watch
from agent.pitfalls.pitfall import Pitfall

ITEMS = ("Desk", "Swivel chair", "Bookshelf", "Desk lamp", "Whiteboard")

PITFALL = Pitfall(
    title="Everything arrives at once",
    seen="The tool reports each find while it works, but for a long time nothing is seen, and then all of it.",
    why="A blocking call inside an `async` function stops the whole event loop, and so whoever would deliver the finds.",
    fix="await asyncio.sleep(0.4)                  # instead of time.sleep, requests, ...\n"
    "await asyncio.to_thread(blocking_call)    # if there is no async version of it",
    threads=(
        (
            "langgraph #4610: StreamWriter does not stream chunk in async node",
            "https://github.com/langchain-ai/langgraph/issues/4610",
        ),
    ),
    versions="All Python versions.",
    between=" · ",
)


async def wrong(url: str, show: Show) -> None:  # noqa: D103
    async def get_items(place: str) -> str:
        """List the items one might find in a place."""
        write = get_stream_writer()
        for item in ITEMS:
            time.sleep(0.4)  # noqa: ASYNC251
            write(item)
        return ", ".join(ITEMS)

    await watch(url, get_items, show)


async def right(url: str, show: Show) -> None:  # noqa: D103
    async def get_items(place: str) -> str:
        """List the items one might find in a place."""
        write = get_stream_writer()
        for item in ITEMS:
            await asyncio.sleep(0.4)
            write(item)
        return ", ".join(ITEMS)

    await watch(url, get_items, show)
