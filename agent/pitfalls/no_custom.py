"""Version 3 delivers what a tool writes only to those who ask for it with a transformer."""

from __future__ import annotations

from langgraph.stream import CustomTransformer

from agent.pitfalls.agents import agent, get_items, question
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show

PITFALL = Pitfall(
    fix="from langgraph.stream import CustomTransformer\n"
    'run = await graph.astream_events(question, version="v3", transformers=[CustomTransformer])',
    threads={
        "langchain-ai/langgraph#7559": "tools channel streaming and extensible GraphStreamer",
        "bytedance/deer-flow#4403": "expose custom events to astream_events",
    },
    between=" · ",
)


async def wrong(url: str, show: Show) -> None:
    """All events are looked at, and custom data is not among them."""
    run = await agent(url, get_items).astream_events(question(), version="v3")
    async for event in run:
        if event["method"] == "custom":
            show(event["params"]["data"])


async def right(url: str, show: Show) -> None:
    """It is asked for, and then has a projection of its own."""
    run = await agent(url, get_items).astream_events(question(), version="v3", transformers=[CustomTransformer])
    async for chunk in run.custom:
        show(chunk)
