"""LangGraph's how-to on streaming from within tools, shortened: plain OpenAI code without any demo in it."""

import asyncio
import json
import operator
import warnings
from typing import Annotated, Any, TypedDict

warnings.simplefilter("ignore")  # create_react_agent has moved, and says so

from langchain_core.messages import AIMessageChunk  # noqa: E402
from langchain_core.runnables import RunnableConfig  # noqa: E402
from langchain_core.tools import tool  # noqa: E402
from langchain_openai import ChatOpenAI  # noqa: E402
from langgraph.config import get_stream_writer  # noqa: E402
from langgraph.graph import START, StateGraph  # noqa: E402
from langgraph.prebuilt import create_react_agent  # noqa: E402
from openai import AsyncOpenAI  # noqa: E402

PROMPT = (
    "Can you tell me what kind of items i might find in the following place: '{}'. "
    "List at least 3 such items separating them by a comma. And include a brief description of each item."
)
llm = ChatOpenAI(model_name="gpt-4o-mini")  # type: ignore[call-arg]


@tool("get_items")
async def write_items(place: str) -> str:
    """Use this tool to list items one might find in a place you're asked about."""
    writer = get_stream_writer()
    for chunk in ["books", "penciles", "pictures"]:
        writer({"custom_tool_data": chunk})
    return "books, penciles, pictures"


@tool("get_items")
async def ask_for_items(place: str, config: RunnableConfig) -> str:
    """Use this tool to list items one might find in a place you're asked about."""
    response = await llm.ainvoke([{"role": "user", "content": PROMPT.format(place)}], config)
    return str(response.content)


class State(TypedDict):
    messages: Annotated[list[dict[str, Any]], operator.add]


async def call_tool(state: State) -> State:
    call = state["messages"][-1]["tool_calls"][-1]
    writer = get_stream_writer()
    question = PROMPT.format(json.loads(call["function"]["arguments"])["place"])
    async with AsyncOpenAI() as client:
        stream = await client.chat.completions.create(
            messages=[{"role": "user", "content": question}], model="gpt-4o-mini", stream=True
        )
        async for chunk in stream:
            if chunk.choices[0].delta.content:
                writer({"content": chunk.choices[0].delta.content})
    return {"messages": [{"tool_call_id": call["id"], "role": "tool", "content": "done"}]}


def asked(place: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": f"what items are in the {place}?"}]}


async def main() -> None:
    agent = create_react_agent(llm, tools=[write_items])
    async for chunk in agent.astream(asked("office"), stream_mode="custom"):
        print(chunk["custom_tool_data"], end="|")  # noqa: T201

    agent = create_react_agent(llm, tools=[ask_for_items])
    part: Any
    async for part in agent.astream(asked("bedroom"), stream_mode="messages"):
        msg, metadata = part
        if isinstance(msg, AIMessageChunk) and msg.content and metadata["langgraph_node"] == "tools":
            print(msg.content, end="")  # noqa: T201

    graph = StateGraph(State).add_node(call_tool).add_edge(START, "call_tool").compile()
    call = {
        "id": "1",
        "type": "function",
        "function": {"name": "get_items", "arguments": '{"place":"garage"}'},
    }
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    async for chunk in graph.astream({"messages": [message]}, stream_mode="custom"):
        print(chunk["content"], end="")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
