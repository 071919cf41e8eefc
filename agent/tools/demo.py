"""The tools: plain typed async functions whose docstring is what the model reads. Each streams while it works.

To add one, write a function like `take_inventory` under `@offered(...)`: it appears in the sidebar, and the demo
model knows how to call it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Any

from langgraph.config import get_stream_writer
from langgraph.graph import START, StateGraph
from openai import AsyncOpenAI
from typing_extensions import TypedDict

from agent.errors import ToolFailed
from agent.llm.completions import stream_chunks
from agent.llm.plain import as_token
from agent.tools.places import mentions
from agent.tools.registry import Models, ToolFunction, asks_model, offered
from agent.tools.scenario import scenario


@offered(icon="inventory_2")
async def get_items(place: str) -> str:
    """List the items one might find in a place you are asked about."""
    write = get_stream_writer()
    found = []
    async for item in search_shelves(place):
        write({"custom_tool_data": item})  # any data, sent while the tool still works
        found.append(item)
    return ", ".join(found) or scenario().nothing_listed.format(place=place)


@offered(icon="fact_check")
async def take_inventory(place: str) -> str:
    """Take inventory: count everything in a place, shelf by shelf. A long job that reports its progress."""
    write = get_stream_writer()
    told, shelves = scenario(), 8
    for shelf in range(1, shelves + 1):
        await asyncio.sleep(0.3)  # a slow shelf
        write({"progress": shelf / shelves, "status": told.shelf.format(shelf=shelf, shelves=shelves)})
    return told.shelves_counted.format(place=place, shelves=shelves, things=shelves * len(place))


@offered(icon="sell")
async def list_prices(place: str) -> str:
    """List the prices: what each thing in a place costs, as the rows of a table."""
    write = get_stream_writer()
    told, total = scenario(), 0
    async for item in search_shelves(place):
        price = 5 + sum(map(ord, item)) % 90
        total += price
        write({"row": dict(zip(told.price_columns, (item, price, total), strict=True))})
    return told.prices.format(place=place, total=total)


@offered(icon="thermostat")
async def measure_temperature(place: str) -> str:
    """Measure the temperature: how warm it is in a place over two minutes, as the points of a chart."""
    write = get_stream_writer()
    told, warmest = scenario(), 0.0
    for second in range(0, 121, 5):
        await asyncio.sleep(0.15)  # a quick thermometer
        degrees = round(19 + len(place) / 4 + 2 * math.sin(second / 20) + second / 60, 1)
        warmest = max(warmest, degrees)
        write({"point": dict(zip(told.thermometer, (second, degrees), strict=True))})
    return told.warmest.format(degrees=warmest, place=place)


@offered(icon="map")
async def plan_visit(place: str) -> str:
    """Plan a visit to a place: a graph of its own, with nodes that look around, choose and write the plan."""

    class Plan(TypedDict):
        seen: list[str]
        chosen: list[str]

    async def look_around(state: Plan) -> dict[str, list[str]]:
        return {"seen": [item async for item in search_shelves(place)]}

    async def choose(state: Plan) -> dict[str, list[str]]:
        await asyncio.sleep(0.3)
        return {"chosen": state["seen"][:2]}

    graph = StateGraph(Plan)
    graph.add_node(look_around).add_node(choose)
    graph.add_edge(START, "look_around").add_edge("look_around", "choose")
    plan = await graph.compile().ainvoke({"seen": [], "chosen": []})
    told = scenario()
    return told.visit.format(place=place, stops=told.visit_then.join(plan["chosen"]) or told.visit_door)


@offered(icon="lock")
async def open_safe(place: str) -> str:
    """Open the safe in a place. It fails half way: the second lock is stuck."""
    write = get_stream_writer()
    told = scenario()
    for lock, turning in enumerate(told.locks, 1):
        write({"status": turning})
        await asyncio.sleep(0.8)
        if lock == 2:
            raise ToolFailed(told.lock_stuck.format(place=place))
    return told.safe_open


@offered(icon="hourglass_top")
async def search_archive(place: str) -> str:
    """Search the archive for what was written about a place. It is slow."""
    write = get_stream_writer()
    told, found = scenario(), 0
    for year in range(1970, 2030, 5):
        await asyncio.sleep(0.6)  # a long corridor
        found += (year + len(place)) % 3
        write({"status": told.archive.format(first=year, last=year + 4, pages=found)})
    return told.archive_found.format(pages=found, place=place)


@asks_model("get_items.llm", icon="neurology", needs_langchain=True)
def describing(models: Models) -> ToolFunction:
    """get_items with a LangChain model inside: its tokens arrive by themselves in the mode `messages`."""

    async def get_items(place: str) -> str:
        """List and describe the items one might find in a place you are asked about."""
        question = {"role": "user", "content": scenario().describe_items.format(place=place)}
        answer = await models.chat.ainvoke([question])  # not `invoke`: its tokens would wait until the end
        return str(answer.text)

    return get_items


@asks_model("get_items.openai", icon="neurology")
def describing_without_langchain(models: Models) -> ToolFunction:
    """get_items with the plain OpenAI client inside: the tool writes its tokens to the stream itself."""

    async def get_items(place: str) -> str:
        """List and describe the items one might find in a place you are asked about."""
        write = get_stream_writer()
        text = ""
        question = {"role": "user", "content": scenario().describe_items.format(place=place)}
        async for token in stream_tokens(models.openai, models.name, [question]):
            write(token)
            text += token.get("content", "")
        return text

    return get_items


async def stream_tokens(
    client: AsyncOpenAI, model: str, messages: list[dict[str, Any]]
) -> AsyncIterator[dict[str, str]]:
    """The text of an answer as `{"role": ..., "content": ...}`, token by token; what is thought, as `reasoning`."""
    async for chunk in stream_chunks(client, model=model, messages=messages):
        if token := as_token(chunk):
            yield token


async def search_shelves(place: str) -> AsyncIterator[str]:
    """Stand-in for any slow source: the names of what is kept in a place, one by one."""
    known = mentions(place)
    for item in known[0].place.items if known else ():
        await asyncio.sleep(0.4)
        yield item.name
