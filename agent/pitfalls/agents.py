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
from agent.tools.places import known_places
from agent.tools.registry import ToolFunction
from agent.tools.scenario import asked_in, scenario
from texts import Value, say


def places() -> list[str]:
    """Places to ask about."""
    return [place.name for place in known_places(asked_in.get())[:2]]


def items() -> list[str]:
    """What the tools find."""
    return [item.name for item in known_places(asked_in.get())[0].items]


def does(what: str, **values: Value) -> str:
    """What a side says that it does, in the language of whoever looks."""
    return say(asked_in.get(), f"pitfall-does-{what}", **values)


def prompt(place: str, words: int) -> str:
    """A question to the model alone, which is answered in so many words."""
    return scenario().describe_place.format(place=place, words=words)


async def get_items(place: str) -> str:
    """List the items one might find in a place, as they are found."""
    write = get_stream_writer()
    for item in items():
        await asyncio.sleep(0.4)
        write(item)
    return ", ".join(items())


def question(what: str = "place") -> Any:
    """A question about a `place`, `both` places or a `refund`, as a graph takes it."""
    return {"messages": [{"role": "user", "content": say(asked_in.get(), f"pitfall-asks-{what}")}]}


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
    state = await graph.ainvoke(question("refund"), config)
    if "__interrupt__" in state:
        show.mark("asks")
        await asyncio.sleep(1)
        show.mark("yes")
        await graph.ainvoke(Command(resume=True), config)
