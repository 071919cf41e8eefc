"""No LangChain model and no LangChain tool: a node runs all calls at once, and signs what they write."""

from __future__ import annotations

import asyncio
import json
import operator
from collections.abc import Callable
from typing import Annotated, Any

from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from openai import AsyncOpenAI
from typing_extensions import TypedDict


class State(TypedDict):
    """What the graph works on."""

    messages: Annotated[list[dict[str, Any]], operator.add]


async def watch(client: AsyncOpenAI, model: str, places: list[str], show: Callable[[str, Any], object]) -> None:
    """Have a call for each place answered, and show each token as it comes, with its call."""

    async def get_items(place: str, write: Callable[[Any], None]) -> str:
        question: Any = {"role": "user", "content": f"Describe the {place} in 30 words"}
        text = ""
        async for chunk in await client.chat.completions.create(model=model, messages=[question], stream=True):
            for choice in chunk.choices:  # the last chunk may have none, only the usage
                if choice.delta.content:
                    write(choice.delta.content)
                    text += choice.delta.content
        return text

    async def call_tools(state: State, runtime: Runtime[None]) -> State:
        async def answer(call: dict[str, Any]) -> dict[str, Any]:
            def sign(text: str) -> None:
                runtime.stream_writer({"call": call["id"], "text": text})

            arguments = json.loads(call["function"]["arguments"])
            return {"role": "tool", "tool_call_id": call["id"], "content": await get_items(arguments["place"], sign)}

        return {"messages": await asyncio.gather(*map(answer, state["messages"][-1]["tool_calls"]))}

    graph: Any = StateGraph(State).add_node(call_tools).add_edge(START, "call_tools").compile()
    functions = [{"name": "get_items", "arguments": json.dumps({"place": place})} for place in places]
    calls = [{"id": str(number), "type": "function", "function": each} for number, each in enumerate(functions, 1)]
    messages = [{"role": "assistant", "content": None, "tool_calls": calls}]
    async for part in graph.astream({"messages": messages}, stream_mode="custom", version="v2"):
        show(part["data"]["call"], part["data"]["text"])
