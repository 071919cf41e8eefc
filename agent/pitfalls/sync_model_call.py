"""A model called with `invoke` inside an async tool: its words wait for the last one."""

from __future__ import annotations

from agent.pitfalls.agents import agent, model, prompt, question
from agent.pitfalls.pitfall import Pitfall
from agent.pitfalls.stage import Show
from agent.tools.registry import ToolFunction

PITFALL = Pitfall(
    fix="async def get_items(place: str) -> str:\n    # not llm.invoke\n    answer = await llm.ainvoke(prompt)",
    threads={"lfnovo/open-notebook#971": "sync graph.invoke in an async handler held up the whole API"},
)


async def describe(url: str, tool: ToolFunction, show: Show) -> None:
    """Ask an agent with this tool, and show the words of the model inside the tool."""
    graph = agent(url, tool)
    async for part in graph.astream(question(), stream_mode="messages", version="v2"):
        chunk, metadata = part["data"]
        if metadata["langgraph_node"] == "tools" and chunk.type == "AIMessageChunk":
            show(chunk.text)


async def wrong(url: str, show: Show) -> None:
    """The tool blocks the loop while the model writes."""
    llm = model(url, "demo")

    async def get_items(place: str) -> str:
        """Describe the items one might find in a place."""
        return str(llm.invoke(prompt(place, 50)).text)

    await describe(url, get_items, show)


async def right(url: str, show: Show) -> None:
    """The tool awaits the model."""
    llm = model(url, "demo")

    async def get_items(place: str) -> str:
        """Describe the items one might find in a place."""
        return str((await llm.ainvoke(prompt(place, 50))).text)

    await describe(url, get_items, show)
